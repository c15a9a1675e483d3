//! Layers of single elements: normalisation, softmax, activation, resize, and views.

use super::shape::{Channels, State};
use super::walk::{Walk, known_activation};
use super::windows::pair;
use super::{Norm, Operation, ShapeError, Traffic, product};
use crate::instance::Node;

type Flow = Result<Vec<State>, ShapeError>;

impl Walk<'_> {
    pub(super) fn norm_layer(&mut self, node: &Node, state: &State) -> Flow {
        let mut layer = self.bare(node, Operation::Norm, state, state);
        let kind = self.name(node, "kind").unwrap_or_default();
        let per_channel = match kind.as_str() {
            _ if !self.truth(node, "affine") => 0,
            "rms" => 1,
            _ => 2,
        };
        layer.params = layer.output.channels.saturating_mul(per_channel);
        if kind == "batch" {
            layer.norm = Norm::Batch;
        }
        Ok(vec![self.passed(layer, state, state.clone())])
    }

    pub(super) fn softmax(&mut self, node: &Node, state: &State) -> Flow {
        let layer = self.bare(node, Operation::Softmax, state, state);
        Ok(vec![self.passed(layer, state, state.clone())])
    }

    pub(super) fn activation_layer(&mut self, node: &Node, state: &State) -> Flow {
        let mut layer = self.bare(node, Operation::Activation, state, state);
        layer.activation = known_activation(&self.name(node, "kind").unwrap_or_default());
        Ok(vec![self.passed(layer, state, state.clone())])
    }

    pub(super) fn resize(&mut self, node: &Node, state: &State) -> Flow {
        let sizes = self.sizes(node.field("size"));
        let [rows, columns] = match sizes.first().map(Vec::as_slice) {
            // A sequence has one column, whatever its length.
            Some([rows]) if state.columns == 1 => [*rows, 1],
            Some(sizes) => pair(sizes),
            None => [state.rows, state.columns],
        };
        if rows == 0 || columns == 0 {
            return Err(empty(node));
        }
        let next = State {
            rows,
            columns,
            ..state.clone()
        };
        let layer = self.bare(node, Operation::Resize, state, &next);
        Ok(vec![self.passed(layer, state, next)])
    }

    /// The same elements in another shape, or a part of them.
    pub(super) fn view(&mut self, node: &Node, state: &State) -> Flow {
        let shapes = self.sizes(node.field("shape"));
        let [channels, rows, columns] = match shapes.first().map(Vec::as_slice) {
            Some([c]) => [*c, 1, 1],
            Some([c, r]) => [*c, *r, 1],
            Some([c, r, s, ..]) => [*c, *r, *s],
            _ => [0; 3],
        };
        if [channels, rows, columns].contains(&0) {
            return Err(empty(node));
        }
        let next = State {
            channels: Channels::known(channels),
            rows,
            columns,
            ..state.clone()
        };
        let (wanted, there) = (next.shape().elements(), state.shape().elements());
        let fits = if node.kind == "slice" {
            channels <= state.channels.low && rows <= state.rows && columns <= state.columns
        } else {
            state.channels.exact().is_some() && wanted == there
        };
        if !fits {
            return Err(misfit(node, state, &next));
        }
        let mut layer = self.bare(node, Operation::View, state, &next);
        layer.traffic = Traffic::Fused;
        Ok(vec![self.passed(layer, state, next)])
    }
}

fn misfit(node: &Node, state: &State, next: &State) -> ShapeError {
    let sizes = |s: &State| product(&[s.channels.low, s.rows, s.columns]);
    let (message, hint) = if node.kind == "slice" {
        (
            format!("{next} is no part of {state}"),
            "a part has at most as many channels, rows and columns",
        )
    } else if state.channels.exact().is_none() {
        (
            format!("{state} cannot become {next} for every choice of channels"),
            "a `reshape` needs channels that are known",
        )
    } else {
        (
            format!(
                "{state} has {} elements, {next} has {}",
                sizes(state),
                sizes(next)
            ),
            "give a shape with as many elements as come in",
        )
    };
    ShapeError {
        message,
        hint: hint.to_owned(),
        at: node.at,
    }
}

fn empty(node: &Node) -> ShapeError {
    ShapeError {
        message: "a size is 0: nothing is left".into(),
        hint: "give sizes of at least 1".into(),
        at: node.at,
    }
}
