//! Layers of token sequences: attention, embeddings, learned tokens.
//!
//! A token is one place of rows and columns with all its channels, so that a sequence is a
//! one-dimensional input and the pixels of an image are tokens, too.

use super::shape::{Channels, Shape, State};
use super::walk::{Walk, inner_path, unequal};
use super::{Layer, Norm, Operation, ShapeError, Traffic, product};
use crate::instance::Node;

type Flow = Result<Vec<State>, ShapeError>;

/// The sizes of one attention.
struct Heads {
    /// Heads of the queries.
    queries: u64,
    /// Heads of keys and values.
    shared: u64,
    /// Channels of a head; none where they depend on channels that are open.
    width: Option<u64>,
    /// Tokens whose keys and values are in memory.
    cached: u64,
}

impl Walk<'_> {
    pub(super) fn attention(&mut self, node: &Node, state: &State) -> Flow {
        let mut out = Vec::new();
        for queries in self.whole(node.field("heads"), 1) {
            for shared in self.whole(node.field("kv_heads"), queries) {
                for cached in self.whole(node.field("cached"), 0) {
                    for width in self.widths(node) {
                        self.count(node, out.len())?;
                        let heads = Heads {
                            queries,
                            shared,
                            width: match width {
                                None => head_width(node, state, queries)?,
                                given => given,
                            },
                            cached,
                        };
                        if !queries.is_multiple_of(shared) {
                            return Err(misshared(node, &heads));
                        }
                        out.push(self.attend(node, state, &heads));
                    }
                }
            }
        }
        Ok(out)
    }

    fn widths(&self, node: &Node) -> Vec<Option<u64>> {
        match node.field("head_width") {
            None => vec![None],
            given => self.whole(given, 1).into_iter().map(Some).collect(),
        }
    }

    /// The layers of one attention; keys and values of cached tokens are operands, not outputs.
    fn attend(&mut self, node: &Node, state: &State, heads: &Heads) -> State {
        let width = heads
            .width
            .unwrap_or((state.channels.low / heads.queries).max(1));
        let channels = |n: u64| match heads.width {
            Some(width) => Channels::known(n.saturating_mul(width)),
            // As many as come in, whichever they are.
            None if n == heads.queries => state.channels.clone(),
            None => Channels::known(n.saturating_mul(width)),
        };
        let query = self.projected(node, "query", state, channels(heads.queries));
        let key = self.projected(node, "key", state, channels(heads.shared));
        let value = self.projected(node, "value", state, channels(heads.shared));
        let tokens = state.rows.saturating_mul(state.columns);
        // The queries that share keys are rows of one product.
        let rows = tokens.saturating_mul(heads.queries / heads.shared);
        let matrix = |columns| Shape {
            channels: heads.shared,
            rows,
            columns,
        };
        let seen = tokens.saturating_add(heads.cached);
        let ways = [query.from, key.from];
        let scores = self.inside(
            node,
            ("scores", Operation::MatMul),
            [matrix(width), matrix(seen)],
            &ways,
        );
        let shares = self.inside(
            node,
            ("softmax", Operation::Softmax),
            [matrix(seen); 2],
            &[scores.0],
        );
        let ways = [shares.0, value.from];
        let weighted = self.inside(
            node,
            ("weighted", Operation::MatMul),
            [matrix(seen), matrix(width)],
            &ways,
        );
        let joined = State {
            from: weighted.0,
            ..query.clone()
        };
        let end = self.projected(node, "project", &joined, state.channels.clone());
        let branches = [&query, &key, &value].map(|way| way.least_macs - state.least_macs);
        let products = scores.1.saturating_add(weighted.1);
        let last = end.least_macs.saturating_sub(joined.least_macs);
        let parts = branches.into_iter().chain([products, last]);
        State {
            least_macs: parts.fold(state.least_macs, u64::saturating_add),
            ..end
        }
    }

    /// A dense layer per token inside attention.
    fn projected(&mut self, node: &Node, name: &str, from: &State, channels: Channels) -> State {
        let next = State {
            channels,
            ..from.clone()
        };
        let mut layer = self.bare(node, Operation::Dense, from, &next);
        layer.path = inner_path(&layer.path, name);
        layer.traffic = Traffic::Fused;
        layer.weights = product(&[layer.input.channels, layer.output.channels]);
        layer.params = layer.weights;
        if self.truth(node, "bias") {
            layer.norm = Norm::Bias;
            layer.params = layer.weights.saturating_add(layer.output.channels);
        }
        self.passed(layer, from, next)
    }

    /// A layer of known shapes inside attention: where it is, and its MACs.
    fn inside(
        &mut self,
        node: &Node,
        (name, operation): (&str, Operation),
        [input, output]: [Shape; 2],
        inputs: &[Option<usize>],
    ) -> (Option<usize>, u64) {
        let blank = State {
            channels: Channels::known(1),
            rows: 1,
            columns: 1,
            from: None,
            least_macs: 0,
            zero: false,
        };
        let mut layer = Layer {
            input,
            output,
            inputs: inputs.to_vec(),
            ..self.bare(node, operation, &blank, &blank)
        };
        layer.path = inner_path(&layer.path, name);
        if operation == Operation::MatMul {
            layer.traffic = Traffic::Fused;
        }
        let macs = layer.macs();
        (self.push(layer), macs)
    }

    pub(super) fn embedding(&mut self, node: &Node, state: &State) -> Flow {
        let width = match node.field("width") {
            None => state.channels.clone(),
            given => self.channels(given),
        };
        let next = State {
            channels: width,
            ..state.clone()
        };
        let adds = self.name(node, "join").as_deref() == Some("add");
        if adds && !next.same_shape(state) {
            let what = "an embedding cannot be added to other channels";
            let hint = "leave `width` out, or give it the channels that come in";
            return Err(unequal(node.at, what, state, &next, hint));
        }
        if !adds && state.channels.exact() != Some(1) {
            return Err(ShapeError {
                message: format!("an embedding takes one number per token, not {state}"),
                hint:
                    "give the network `input = [1, TOKENS]`, or add to the tokens with `join = add`"
                        .into(),
                at: node.at,
            });
        }
        let mut layer = self.bare(node, Operation::Embedding, state, &next);
        let entries = self
            .whole(node.field("entries"), 1)
            .first()
            .copied()
            .unwrap_or(1);
        layer.params = product(&[entries, layer.output.channels]);
        Ok(vec![self.passed(layer, state, next)])
    }

    pub(super) fn tokens(&mut self, node: &Node, state: &State) -> Flow {
        let count = self
            .whole(node.field("count"), 1)
            .first()
            .copied()
            .unwrap_or(1);
        let next = State {
            rows: state
                .rows
                .saturating_mul(state.columns)
                .saturating_add(count),
            columns: 1,
            ..state.clone()
        };
        let mut layer = self.bare(node, Operation::Tokens, state, &next);
        layer.params = product(&[count, layer.output.channels]);
        Ok(vec![self.passed(layer, state, next)])
    }
}

/// Channels of a head where none are given: those that come in, split evenly.
fn head_width(node: &Node, state: &State, heads: u64) -> Result<Option<u64>, ShapeError> {
    match state.channels.exact() {
        Some(channels) if !channels.is_multiple_of(heads) => Err(ShapeError {
            message: format!(
                "{channels} channels do not split into {heads} heads (the input is {state})"
            ),
            hint: "choose a number of heads that divides the channels, or say `head_width`".into(),
            at: node.at,
        }),
        exact => Ok(exact.map(|channels| channels / heads)),
    }
}

fn misshared(node: &Node, heads: &Heads) -> ShapeError {
    ShapeError {
        message: format!(
            "{} heads of queries cannot share {} heads of keys and values evenly",
            heads.queries, heads.shared
        ),
        hint: "choose `kv_heads` that divides `heads`".into(),
        at: node.at,
    }
}
