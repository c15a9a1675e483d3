//! The walk through the layers.

use super::shape::{Channels, State, merge};
use super::windows::{MOST_STATES, POINT, Window, too_many_shapes};
use super::wiring::wired;
use super::{Layer, Norm, Operation, Precision, ShapeError, Traffic, product};
use crate::instance::{Instance, Node};
use crate::schema::networks::ACTIVATIONS;
use crate::source::Span;

/// What ends a layer that nothing follows.
const LINEAR: &str = "none";

/// More steps than this, each one shape through one window, are refused.
const MOST_STEPS: usize = 200_000;

pub(super) struct Walk<'a> {
    pub instance: &'a Instance,
    /// The design, or every design at once.
    pub design: Option<&'a [u32]>,
    layers: Vec<Layer>,
    /// How many shapes went through how many windows.
    steps: usize,
    /// Path of the network, which layer paths leave out.
    prefix: String,
    precision: Precision,
    nonzero: [u16; 3],
}

type Flow = Result<Vec<State>, ShapeError>;

impl<'a> Walk<'a> {
    pub fn of_design(instance: &'a Instance, choices: &'a [u32]) -> Self {
        Self {
            design: Some(choices),
            ..Self::of_space(instance)
        }
    }

    pub fn of_space(instance: &'a Instance) -> Self {
        let precision = Precision {
            weights: 8,
            inputs: 8,
            outputs: 8,
            psum: 32,
        };
        Self {
            instance,
            design: None,
            layers: Vec::new(),
            steps: 0,
            prefix: String::new(),
            precision,
            nonzero: [10_000; 3],
        }
    }

    pub fn network(&mut self, network: &Node) -> Flow {
        self.prefix = network.path.clone();
        let sizes = self.sizes(network.field("input"));
        let input = match sizes.first().map(Vec::as_slice) {
            Some([c]) => (*c, 1, 1),
            Some([c, l]) => (*c, *l, 1),
            Some([c, h, w]) => (*c, *h, *w),
            _ => {
                return Err(ShapeError {
                    message: "an input has channels, rows and columns".into(),
                    hint: "write `input = [3, 32, 32]`".into(),
                    at: network.at,
                });
            }
        };
        let state = State {
            channels: Channels::known(input.0),
            rows: input.1,
            columns: input.2,
            from: None,
            least_macs: 0,
            zero: false,
        };
        let outer = self.enter_words(network);
        let flow = self.sequence(&network.children, vec![state]);
        (self.precision, self.nonzero) = outer;
        flow
    }

    /// The layers met; the last one that computes has a bias in place of a normalisation.
    pub fn finish(mut self) -> Vec<Layer> {
        if let Some(last) = self.layers.iter_mut().rev().find(|l| l.macs() > 0)
            && last.operation != Operation::Dense
            && last.weights > 0
        {
            last.params = last.weights.saturating_add(last.output.channels);
            last.norm = Norm::Bias;
        }
        // What the network answers is not cut off at zero.
        if let Some(last) = self.layers.iter_mut().rev().find(|l| l.macs() > 0) {
            last.activation = LINEAR;
        }
        self.layers
    }

    pub fn sequence(&mut self, nodes: &[Node], mut states: Vec<State>) -> Flow {
        if wired(nodes) {
            return self.graph(nodes, states);
        }
        for node in nodes {
            states = self.layer(node, states)?;
        }
        Ok(states)
    }

    pub fn layer(&mut self, node: &Node, states: Vec<State>) -> Flow {
        if matches!(node.kind.as_str(), "precision" | "density" | "shortcut") {
            return Ok(states);
        }
        let outer = self.enter_words(node);
        let flow = match node.kind.as_str() {
            "repeat" => self.repeat(node, states),
            "repetition" => self.sequence(&node.children, states),
            "skip" => self.skip(node, states),
            "one_of" => self.one_of(node, states),
            "cell" => self.cell(node, states),
            "encoder_decoder" => self.encoder_decoder(node, states),
            _ => self.each(states, |walk, state| walk.plain(node, state)),
        };
        (self.precision, self.nonzero) = outer;
        flow
    }

    /// Follows each state; states of one shape go on as one.
    pub fn each(
        &mut self,
        states: Vec<State>,
        mut step: impl FnMut(&mut Self, State) -> Flow,
    ) -> Flow {
        let mut out = Vec::new();
        for state in states {
            out.extend(step(self, state)?);
        }
        Ok(merge(out))
    }

    /// Counts a step through a window; a space with too many of them is not followed.
    pub fn count(&mut self, node: &Node, shapes: usize) -> Result<(), ShapeError> {
        self.steps += 1;
        if self.design.is_some() || (self.steps <= MOST_STEPS && shapes <= MOST_STATES) {
            return Ok(());
        }
        Err(too_many_shapes(node))
    }

    fn plain(&mut self, node: &Node, state: State) -> Flow {
        if node.kind == "zero" {
            return self.zeros(node, &state);
        }
        let state = self.not_zero(node, "zeros", state);
        match node.kind.as_str() {
            "conv" | "depthwise" | "transposed" => self.convolution(node, &state),
            "pool" => self.pool(node, &state),
            "dense" => self.dense(node, &state),
            "attention" => self.attention(node, &state),
            "embedding" => self.embedding(node, &state),
            "tokens" => self.tokens(node, &state),
            "norm" => self.norm_layer(node, &state),
            "softmax" => self.softmax(node, &state),
            "activation" => self.activation_layer(node, &state),
            "resize" => self.resize(node, &state),
            "reshape" | "slice" => self.view(node, &state),
            _ => Ok(vec![state]),
        }
    }

    fn convolution(&mut self, node: &Node, state: &State) -> Flow {
        let operation = match node.kind.as_str() {
            "depthwise" => Operation::Depthwise,
            "transposed" => Operation::Transposed,
            _ => Operation::Conv,
        };
        let mut out = Vec::new();
        for window in self.windows(node)? {
            for groups in self.whole(node.field("groups"), 1) {
                self.count(node, out.len())?;
                let filters = match operation {
                    Operation::Depthwise => state.channels.clone(),
                    _ => self.filters(node, state),
                };
                self.divisible(node, state, &filters, groups)?;
                let ((rows, columns), padding) = self.output(node, operation, state, window)?;
                let mut next = State {
                    channels: filters,
                    rows,
                    columns,
                    from: None,
                    least_macs: 0,
                    zero: false,
                };
                let layer = self.record(node, operation, state, &next, window, padding, groups);
                next.least_macs = state.least_macs.saturating_add(layer.macs());
                next.from = self.push(layer);
                out.push(next);
            }
        }
        Ok(out)
    }

    fn divisible(
        &self,
        node: &Node,
        state: &State,
        filters: &Channels,
        groups: u64,
    ) -> Result<(), ShapeError> {
        for (what, channels) in [("input", &state.channels), ("output", filters)] {
            if let Some(n) = channels.exact()
                && !n.is_multiple_of(groups.max(1))
            {
                return Err(ShapeError {
                    message: format!("{n} {what} channels do not split into {groups} groups"),
                    hint: "choose a number of groups that divides both channel counts".into(),
                    at: node.at,
                });
            }
        }
        Ok(())
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one argument per property of a layer"
    )]
    fn record(
        &self,
        node: &Node,
        operation: Operation,
        state: &State,
        next: &State,
        window: Window,
        padding: [u64; 2],
        groups: u64,
    ) -> Layer {
        let (input, output) = (state.shape(), next.shape());
        let [rows, columns] = window.kernel;
        let weights = match operation {
            Operation::Depthwise => product(&[output.channels, rows, columns]),
            Operation::Dense => product(&[
                input.elements() / output.positions().max(1),
                output.channels,
            ]),
            Operation::Conv | Operation::Transposed => product(&[
                output.channels,
                input.channels / groups.max(1),
                rows,
                columns,
            ]),
            _ => 0,
        };
        let norm = match operation {
            _ if weights == 0 => Norm::None,
            Operation::Dense if !self.truth(node, "bias") => Norm::None,
            Operation::Dense => Norm::Bias,
            _ => match self.name(node, "norm").as_deref() {
                None | Some("batch") => Norm::Batch,
                Some("bare") => Norm::None,
                Some(_) => Norm::Bias,
            },
        };
        let activation = match self.name(node, "activation") {
            _ if weights == 0 => LINEAR,
            Some(name) => known_activation(&name),
            None => "relu",
        };
        let per_channel = match norm {
            Norm::Batch => 2,
            Norm::Bias => 1,
            Norm::None => 0,
        };
        // What another layer has is not counted twice.
        let own = if self.truth(node, "tied") { 0 } else { weights };
        Layer {
            kernel: window.kernel,
            stride: window.stride,
            padding,
            dilation: window.dilation,
            groups,
            weights,
            params: own.saturating_add(output.channels.saturating_mul(per_channel)),
            norm,
            activation,
            average: self
                .name(node, "kind")
                .is_some_and(|n| n != "max" && operation == Operation::Pool),
            ..self.bare(node, operation, state, next)
        }
    }

    /// A layer without weights or window.
    pub fn bare(&self, node: &Node, operation: Operation, state: &State, next: &State) -> Layer {
        let traffic = match self.name(node, "traffic").as_deref() {
            Some("memory") => Traffic::Memory,
            _ => Traffic::Fused,
        };
        Layer {
            path: self.relative(&node.path),
            operation,
            input: state.shape(),
            output: next.shape(),
            kernel: POINT.kernel,
            stride: POINT.stride,
            padding: [0, 0],
            dilation: 1,
            groups: 1,
            weights: 0,
            params: 0,
            precision: self.precision,
            nonzero: self.nonzero,
            norm: Norm::None,
            activation: LINEAR,
            average: false,
            traffic,
            inputs: vec![state.from],
            at: node.at,
        }
    }

    /// Notes a layer and what flows on from it.
    pub fn passed(&mut self, layer: Layer, state: &State, mut next: State) -> State {
        next.least_macs = state.least_macs.saturating_add(layer.macs());
        next.from = self.push(layer);
        next
    }

    /// Notes a layer of the design, and where; a space has no layers, only bounds.
    pub fn push(&mut self, layer: Layer) -> Option<usize> {
        self.design?;
        self.layers.push(layer);
        Some(self.layers.len() - 1)
    }

    /// Notes that the layer noted last takes this as well.
    pub fn takes(&mut self, other: &State) {
        if let Some(layer) = self.layers.last_mut()
            && self.design.is_some()
        {
            layer.inputs.push(other.from);
        }
    }

    /// Notes that the layer noted last takes nothing.
    pub fn takes_nothing(&mut self) {
        if let Some(layer) = self.layers.last_mut()
            && self.design.is_some()
        {
            layer.inputs.clear();
        }
    }

    /// A layer made by a composite block, such as the convolutions of a U-Net.
    pub fn made(
        &mut self,
        node: &Node,
        name: &str,
        operation: Operation,
        (state, next): (&State, &mut State),
        window: Window,
        padding: [u64; 2],
    ) {
        let mut layer = self.record(node, operation, state, next, window, padding, 1);
        layer.path = inner_path(&layer.path, name);
        next.least_macs = state.least_macs.saturating_add(layer.macs());
        next.from = self.push(layer);
    }

    fn dense(&mut self, node: &Node, state: &State) -> Flow {
        let token = self.name(node, "per").as_deref() == Some("token");
        let (rows, columns) = if token {
            (state.rows, state.columns)
        } else {
            (1, 1)
        };
        let mut next = State {
            channels: self.channels(node.field("units")),
            rows,
            columns,
            from: None,
            least_macs: 0,
            zero: false,
        };
        self.made(
            node,
            "",
            Operation::Dense,
            (state, &mut next),
            POINT,
            [0, 0],
        );
        Ok(vec![next])
    }

    fn relative(&self, path: &str) -> String {
        let rest = path.strip_prefix(&self.prefix).unwrap_or(path);
        rest.trim_start_matches('.').to_owned()
    }

    /// Gives the outer word widths and densities back.
    pub fn leave_words(&mut self, outer: (Precision, [u16; 3])) {
        (self.precision, self.nonzero) = outer;
    }

    /// Applies a node's word widths and densities; gives back the outer ones.
    pub fn enter_words(&mut self, node: &Node) -> (Precision, [u16; 3]) {
        let outer = (self.precision, self.nonzero);
        let design = self.design.unwrap_or(&[]);
        let bits = |n: &Node, field: &str| {
            self.instance
                .number(n, field, design)
                .map(|bytes| (bytes * 8.0) as u16)
        };
        let mut now = self.precision;
        if let Some(all) = bits(node, "precision") {
            now = Precision {
                weights: all,
                inputs: all,
                outputs: all,
                ..now
            };
        }
        if let Some(block) = node.child("precision") {
            now = Precision {
                weights: bits(block, "W").unwrap_or(now.weights),
                inputs: bits(block, "I").unwrap_or(now.inputs),
                outputs: bits(block, "O").unwrap_or(now.outputs),
                psum: bits(block, "psum").unwrap_or(now.psum),
            };
        }
        self.precision = now;
        if let Some(block) = node.child("density") {
            for (share, field) in self.nonzero.iter_mut().zip(["W", "I", "O"]) {
                if let Some(given) = self.instance.number(block, field, design) {
                    *share = (given * 10_000.0).round() as u16;
                }
            }
        }
        outer
    }
}

/// The path of a layer that a block makes.
pub(super) fn inner_path(path: &str, name: &str) -> String {
    match (path, name) {
        (path, "") => path.to_owned(),
        ("", name) => name.to_owned(),
        (path, name) => format!("{path}.{name}"),
    }
}

/// The activation of this name, as the schemas have it.
pub(super) fn known_activation(name: &str) -> &'static str {
    let known = ACTIVATIONS.iter().find(|known| known.0 == name);
    known.map_or("other", |known| known.0)
}

/// The place and words of two shapes that do not join.
pub(super) fn unequal(at: Span, what: &str, a: &State, b: &State, hint: &str) -> ShapeError {
    ShapeError {
        message: format!("{what}: {a} and {b}"),
        hint: hint.to_owned(),
        at,
    }
}
