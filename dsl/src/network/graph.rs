//! Choices and graphs of layers: `one_of`, `cell`, and the zeros that an edge may bring.

use super::shape::{State, merge};
use super::walk::{Walk, unequal};
use super::windows::{POINT, pair};
use super::{Operation, ShapeError};
use crate::instance::Node;

type Flow = Result<Vec<State>, ShapeError>;

impl Walk<'_> {
    /// The option that a design takes; in a space each of them.
    pub(super) fn one_of(&mut self, node: &Node, states: Vec<State>) -> Flow {
        let mut out = Vec::new();
        for option in node.children_of("option") {
            if self.present(&option.active) {
                out.extend(self.sequence(&option.children, states.clone())?);
            }
        }
        if out.is_empty() {
            return Err(ShapeError {
                message: "none of its options has the label that is taken".into(),
                hint: "take the label of one of its options".into(),
                at: node.at,
            });
        }
        Ok(merge(out))
    }

    /// The states after a `cell`: its last node.
    pub(super) fn cell(&mut self, cell: &Node, states: Vec<State>) -> Flow {
        self.each(states, |walk, input| {
            let mut least = input.least_macs;
            let mut made = vec![("input", input)];
            for node in cell.children_of("node") {
                let mut arriving = Vec::new();
                for edge in node.children_of("edge") {
                    let ends = walk.edge(edge, &made)?;
                    let cheapest = ends.iter().map(|end| end.least_macs).min();
                    least = least.saturating_add(cheapest.unwrap_or(0));
                    arriving.extend(ends.into_iter().map(|end| (edge, end)));
                }
                let met = walk.meeting(node, arriving)?;
                if walk.name(node, "merge").as_deref() == Some("matmul") {
                    least = least.saturating_add(met.least_macs);
                }
                made.push((&node.label, met));
            }
            let output = made.pop().map(|(_, state)| State {
                least_macs: least,
                ..state
            });
            Ok(output.into_iter().collect())
        })
    }

    /// What an edge brings; the MACs are those of the edge alone.
    fn edge(&mut self, edge: &Node, made: &[(&str, State)]) -> Flow {
        let start = made.iter().find(|(label, _)| *label == edge.label);
        let Some((_, start)) = start else {
            return Err(ShapeError {
                message: format!("`{}` is no node further up in this cell", edge.label),
                hint: "an edge starts at `input` or at a node further up".into(),
                at: edge.at,
            });
        };
        let start = State {
            least_macs: 0,
            ..start.clone()
        };
        self.sequence(&edge.children, vec![start])
    }

    /// The sum at a node: of nothing it is zeros, of one thing that thing.
    pub(super) fn sum(
        &mut self,
        node: &Node,
        arriving: Vec<(&Node, State)>,
    ) -> Result<State, ShapeError> {
        let Some((_, first)) = arriving.first().cloned() else {
            return Err(nothing_leads_to(node));
        };
        if let Some((edge, other)) = arriving.iter().find(|(_, end)| !end.same_shape(&first)) {
            return Err(unequal(
                edge.at,
                "a node cannot add two shapes",
                &first,
                other,
                "give all edges into a node the same channels and strides",
            ));
        }
        let mut ends = arriving.into_iter().map(|(_, end)| end);
        if self.design.is_none() {
            return Ok(State {
                least_macs: 0,
                ..first
            });
        }
        let Some(one) = ends.find(|end| !end.zero) else {
            return Ok(self.not_zero(node, "", first));
        };
        let others: Vec<State> = ends.filter(|end| !end.zero).collect();
        if others.is_empty() {
            return Ok(one);
        }
        let mut sum = one.clone();
        self.made(node, "", Operation::Add, (&one, &mut sum), POINT, [0, 0]);
        others.iter().for_each(|other| self.takes(other));
        Ok(sum)
    }

    /// The layer that makes zeros where something else takes them: a sum of nothing.
    pub(super) fn not_zero(&mut self, node: &Node, name: &str, state: State) -> State {
        if !state.zero {
            return state;
        }
        let mut next = State {
            zero: false,
            ..state.clone()
        };
        self.made(
            node,
            name,
            Operation::Add,
            (&state, &mut next),
            POINT,
            [0, 0],
        );
        self.takes_nothing();
        next
    }

    /// Zeros of the shape that a `zero` says.
    pub(super) fn zeros(&mut self, node: &Node, state: &State) -> Flow {
        let stride = self.sizes(node.field("stride"));
        let stride = pair(stride.first().map_or(&[], Vec::as_slice));
        Ok(vec![State {
            channels: self.filters(node, state),
            rows: state.rows.div_ceil(stride[0].max(1)),
            columns: state.columns.div_ceil(stride[1].max(1)),
            from: None,
            least_macs: state.least_macs,
            zero: self.design.is_some(),
        }])
    }
}

pub(super) fn nothing_leads_to(node: &Node) -> ShapeError {
    ShapeError {
        message: "nothing leads to this node".into(),
        hint: "add `edge input { … }`".into(),
        at: node.at,
    }
}
