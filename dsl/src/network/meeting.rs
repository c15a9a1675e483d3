//! What comes together at a node of a cell, or at the end of a skip.

use super::graph::nothing_leads_to;
use super::shape::{Channels, State};
use super::walk::{Walk, inner_path, unequal};
use super::{Operation, ShapeError};
use crate::instance::Node;

/// The ways into a node, each with what it brings.
type Arriving<'n> = Vec<(&'n Node, State)>;

impl Walk<'_> {
    /// What the edges of a node bring together. Its MACs are those of the meeting alone.
    pub(super) fn meeting(&mut self, node: &Node, ways: Arriving) -> Result<State, ShapeError> {
        let merge = self.name(node, "merge").unwrap_or_default();
        if ways.is_empty() || !["concat", "multiply", "matmul"].contains(&merge.as_str()) {
            return self.sum(node, ways);
        }
        let ways: Arriving = ways
            .into_iter()
            .map(|(edge, end)| (edge, self.not_zero(edge, "zeros", end)))
            .collect();
        match merge.as_str() {
            "concat" => self.concat(node, &ways),
            "multiply" => self.multiply(node, &ways),
            _ => self.matmul(node, &ways),
        }
    }

    fn concat(&mut self, node: &Node, ways: &Arriving) -> Result<State, ShapeError> {
        let along = self.name(node, "along").unwrap_or_default();
        let (_, first) = ways.first().ok_or_else(|| nothing_leads_to(node))?;
        let mut all = first.clone();
        for (edge, other) in &ways[1..] {
            let same = [
                ("channels", first.channels.always_equals(&other.channels)),
                ("rows", first.rows == other.rows),
                ("columns", first.columns == other.columns),
            ];
            if same.iter().any(|(axis, same)| *axis != along && !same) {
                let what = format!("a node cannot concatenate these along {along}");
                let hint = "give all edges into the node the same other sizes";
                return Err(unequal(edge.at, &what, first, other, hint));
            }
            match along.as_str() {
                "rows" => all.rows = all.rows.saturating_add(other.rows),
                "columns" => all.columns = all.columns.saturating_add(other.columns),
                _ => all.channels = all.channels.plus(&other.channels),
            }
        }
        Ok(self.met(node, Operation::Concat, first, all, &ways[1..]))
    }

    fn multiply(&mut self, node: &Node, ways: &Arriving) -> Result<State, ShapeError> {
        self.stretched_into(node, Operation::Multiply, ways)
    }

    /// What comes together element by element, sizes of 1 stretched.
    pub(super) fn stretched_into(
        &mut self,
        node: &Node,
        operation: Operation,
        ways: &[(&Node, State)],
    ) -> Result<State, ShapeError> {
        let (_, first) = ways.first().ok_or_else(|| nothing_leads_to(node))?;
        let mut all = first.clone();
        for (edge, other) in &ways[1..] {
            all = stretched(&all, other).ok_or_else(|| {
                let word = if operation == Operation::Add {
                    "add"
                } else {
                    "multiply"
                };
                let what = format!("a {} cannot {word} two shapes", node.kind);
                unequal(edge.at, &what, &all, other, STRETCH)
            })?;
        }
        let start = State {
            from: first.from,
            ..all.clone()
        };
        Ok(self.met(node, operation, &start, all, &ways[1..]))
    }

    fn matmul(&mut self, node: &Node, ways: &Arriving) -> Result<State, ShapeError> {
        let [(_, a), (edge, b)] = ways.as_slice() else {
            return Err(ShapeError {
                message: format!("a matrix product has two factors, not {}", ways.len()),
                hint: "let two edges lead here: the first brings the rows, the second the columns"
                    .into(),
                at: node.at,
            });
        };
        if !a.channels.always_equals(&b.channels) || a.columns != b.rows {
            let what = "there is no matrix product of these";
            let hint = "the second must have the first one's channels, and as many rows as it has columns; `reshape` turns a tensor";
            return Err(unequal(edge.at, what, a, b, hint));
        }
        let product = State {
            columns: b.columns,
            ..a.clone()
        };
        Ok(self.met(node, Operation::MatMul, a, product, &ways[1..]))
    }

    /// Notes the layer that makes `all` of the first way and the others.
    fn met(
        &mut self,
        node: &Node,
        operation: Operation,
        first: &State,
        all: State,
        others: &[(&Node, State)],
    ) -> State {
        let start = State {
            least_macs: 0,
            ..first.clone()
        };
        let layer = self.bare(node, operation, &start, &all);
        let next = self.passed(layer, &start, all);
        others.iter().for_each(|(_, other)| self.takes(other));
        next
    }

    /// The end of a skip times its other way, where a gate's rows and columns are stretched.
    pub(super) fn gated(
        &mut self,
        node: &Node,
        name: &str,
        [end, other]: &[State; 2],
        least_macs: u64,
    ) -> Result<State, ShapeError> {
        let all = stretched(end, other).ok_or_else(|| {
            let what = "`skip` cannot multiply two shapes";
            unequal(node.at, what, end, other, STRETCH)
        })?;
        let all = State { least_macs, ..all };
        let from = State {
            from: end.from,
            ..all.clone()
        };
        let mut layer = self.bare(node, Operation::Multiply, &from, &all);
        layer.path = inner_path(&layer.path, name);
        let next = self.passed(layer, &from, all);
        self.takes(other);
        Ok(next)
    }
}

const STRETCH: &str = "give both the same channels, rows and columns, or 1 where one is stretched";

/// The shape of an element by element product, where sizes of 1 are stretched.
fn stretched(a: &State, b: &State) -> Option<State> {
    let size = |a: u64, b: u64| match (a, b) {
        (1, n) | (n, 1) => Some(n),
        (a, b) => (a == b).then_some(a),
    };
    let one = |channels: &Channels| channels.exact() == Some(1);
    let channels = match (&a.channels, &b.channels) {
        (a, b) if a.always_equals(b) || one(b) => a.clone(),
        (a, b) if one(a) => b.clone(),
        _ => return None,
    };
    Some(State {
        channels,
        rows: size(a.rows, b.rows)?,
        columns: size(a.columns, b.columns)?,
        ..a.clone()
    })
}
