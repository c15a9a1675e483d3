//! Layers that name what they take: a sequence becomes a graph.

use super::shape::{Channels, State, merge};
use super::walk::Walk;
use super::{Operation, ShapeError};
use crate::instance::Node;

type Flow = Result<Vec<State>, ShapeError>;

/// Most combinations of the shapes that meet at a join.
const MOST_WAYS: usize = 4096;

/// Whether any of these layers names what it takes.
pub(super) fn wired(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| {
        matches!(node.kind.as_str(), "join" | "source") || node.child("takes").is_some()
    })
}

impl Walk<'_> {
    /// Layers of which some take what is further up; the last one makes the output.
    ///
    /// Every layer's MACs count once, however many take it.
    pub(super) fn graph(&mut self, nodes: &[Node], states: Vec<State>) -> Flow {
        let mut least = states.iter().map(|s| s.least_macs).min().unwrap_or(0);
        let blank = |state: State| State {
            least_macs: 0,
            ..state
        };
        let mut last: Vec<State> = states.into_iter().map(blank).collect();
        let mut made: Vec<(&str, Vec<State>)> = vec![("input", last.clone())];
        for node in nodes {
            if matches!(node.kind.as_str(), "precision" | "density" | "shortcut") {
                continue;
            }
            let out = match node.kind.as_str() {
                "source" => vec![self.further(node)?],
                "join" => self.joined(node, &made)?,
                _ => {
                    let taken = match node.child("takes") {
                        Some(takes) => found(takes, &made)?.to_vec(),
                        None => last.clone(),
                    };
                    self.layer(node, taken)?
                }
            };
            let own = out.iter().map(|s| s.least_macs).min().unwrap_or(0);
            least = least.saturating_add(own);
            let out: Vec<State> = out.into_iter().map(blank).collect();
            made.push((&node.label, out.clone()));
            // What follows a further input goes on where it was.
            if node.kind != "source" {
                last = out;
            }
        }
        let ended = last.into_iter().map(|state| State {
            least_macs: least,
            ..state
        });
        Ok(ended.collect())
    }

    fn further(&self, node: &Node) -> Result<State, ShapeError> {
        let sizes = self.sizes(node.field("shape"));
        let sizes = sizes.first().map_or(&[][..], Vec::as_slice);
        let size = |axis: usize| sizes.get(axis).copied().unwrap_or(1);
        if sizes.contains(&0) {
            return Err(ShapeError {
                message: "a size is 0: there is no such input".into(),
                hint: "give sizes of at least 1".into(),
                at: node.at,
            });
        }
        Ok(State {
            channels: Channels::known(size(0)),
            rows: size(1),
            columns: size(2),
            from: None,
            least_macs: 0,
            zero: false,
        })
    }

    /// Everything that can meet at a join.
    fn joined(&mut self, node: &Node, made: &[(&str, Vec<State>)]) -> Flow {
        let mut ways: Vec<Vec<(&Node, State)>> = vec![Vec::new()];
        for takes in node.children_of("takes") {
            let states = found(takes, made)?;
            if ways.len() * states.len() > MOST_WAYS {
                return Err(super::windows::too_many_shapes(node));
            }
            ways = ways
                .iter()
                .flat_map(|way| {
                    states.iter().map(|state| {
                        let end = (takes, state.clone());
                        way.iter().cloned().chain([end]).collect()
                    })
                })
                .collect();
        }
        let outer = self.enter_words(node);
        let met: Flow = ways.into_iter().map(|way| self.meet(node, way)).collect();
        self.leave_words(outer);
        Ok(merge(met?))
    }

    /// One meeting; sums stretch sizes of 1, as products do.
    fn meet(&mut self, node: &Node, ways: Vec<(&Node, State)>) -> Result<State, ShapeError> {
        let adds = !matches!(
            self.name(node, "merge").as_deref(),
            Some("concat" | "multiply" | "matmul")
        );
        let uneven = ways
            .windows(2)
            .any(|pair| !pair[0].1.same_shape(&pair[1].1));
        if adds && uneven {
            return self.stretched_into(node, Operation::Add, &ways);
        }
        self.meeting(node, ways)
    }
}

/// What was made under the label of a `takes`.
fn found<'s>(takes: &Node, made: &'s [(&str, Vec<State>)]) -> Result<&'s [State], ShapeError> {
    let found = made.iter().rev().find(|(label, _)| *label == takes.label);
    match found {
        Some((_, states)) => Ok(states),
        None => Err(ShapeError {
            message: format!("`{}` is no layer further up among these", takes.label),
            hint: "take `input` or the label of a layer further up".into(),
            at: takes.at,
        }),
    }
}
