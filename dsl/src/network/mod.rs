//! Networks as layers: shapes flow from the input to the output.
//!
//! One walk serves two questions. With a design it gives the layers; without
//! one it follows every choice at once and tells whether any of them breaks
//! (E0504), and how few MACs the smallest network has. A choice of channels is
//! followed as a symbol, so the work does not grow with the size of the space.

mod composite;
mod elements;
mod fields;
mod graph;
mod meeting;
mod shape;
mod tokens;
mod walk;
mod windows;
mod wiring;

pub use shape::{Channels, Shape, State};

use crate::instance::{Instance, Node};
use crate::source::Span;
use walk::Walk;

/// What a layer computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A convolution, grouped or not.
    Conv,
    /// A convolution of each channel by itself.
    Depthwise,
    /// A transposed convolution.
    Transposed,
    /// A fully connected layer, over everything or over each token.
    Dense,
    /// The product of two tensors that layers make: for each channel, rows × columns of the first
    /// times rows × columns of the second. It has no weights.
    MatMul,
    /// Pooling, no MACs.
    Pool,
    /// Element by element addition, no MACs; the sum of no inputs is zeros.
    Add,
    /// Concatenation, no MACs.
    Concat,
    /// Element by element multiplication, such as a gate's; no products that are counted as MACs.
    Multiply,
    /// Exponentials that add up to 1, no MACs.
    Softmax,
    /// A normalisation as a layer of its own, no MACs.
    Norm,
    /// A function of each element, no MACs.
    Activation,
    /// Vectors looked up in a table, no MACs.
    Embedding,
    /// Learned tokens put before others, no MACs.
    Tokens,
    /// Other rows and columns by repetition or interpolation, no MACs.
    Resize,
    /// The same elements in another shape or order, or a part of them.
    View,
}

impl Operation {
    /// The word for it: `conv`, `dense`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::Conv => "conv",
            Self::Depthwise => "depthwise",
            Self::Transposed => "transposed",
            Self::Dense => "dense",
            Self::Pool => "pool",
            Self::Add => "add",
            Self::Concat => "concat",
            Self::MatMul => "matmul",
            Self::Multiply => "multiply",
            Self::Softmax => "softmax",
            Self::Norm => "norm",
            Self::Activation => "activation",
            Self::Embedding => "embedding",
            Self::Tokens => "tokens",
            Self::Resize => "resize",
            Self::View => "view",
        }
    }
}

/// What follows the products of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// Batch normalisation: a scale and a shift per channel.
    Batch,
    /// A bias per channel.
    Bias,
    /// Nothing.
    None,
}

/// What a layer without MACs costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Nothing: what makes its input does it on the way.
    Fused,
    /// Its operands come from memory through the shared store, and its result goes back.
    Memory,
}

/// Bits per element of each tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Precision {
    /// Weights.
    pub weights: u16,
    /// Inputs.
    pub inputs: u16,
    /// Outputs.
    pub outputs: u16,
    /// Partial sums.
    pub psum: u16,
}

/// One layer with concrete shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// From the network: `stage[0].down`.
    pub path: String,
    /// What it computes.
    pub operation: Operation,
    /// Input channels, rows, columns.
    pub input: Shape,
    /// Output channels, rows, columns.
    pub output: Shape,
    /// Filter rows and columns.
    pub kernel: [u64; 2],
    /// Step in rows and columns.
    pub stride: [u64; 2],
    /// Zeros before the first row and column.
    pub padding: [u64; 2],
    /// Distance between taps.
    pub dilation: u64,
    /// Groups of channels.
    pub groups: u64,
    /// Weights.
    pub weights: u64,
    /// Weights, biases and normalisation parameters.
    pub params: u64,
    /// Bits.
    pub precision: Precision,
    /// Words of weights, inputs and outputs out of 10 000 that are not zero.
    pub nonzero: [u16; 3],
    /// What follows its products; nothing where it computes none, but for a batch normalisation by
    /// itself.
    pub norm: Norm,
    /// The function that ends it, by its name in the language: `relu`, `none`, `gelu`, …
    pub activation: &'static str,
    /// Whether it pools by the mean; otherwise a pool takes the largest value.
    pub average: bool,
    /// What it costs if it computes nothing.
    pub traffic: Traffic,
    /// The layers that make its inputs, by index, in their order; none is the network's own input.
    /// Only an addition may have no inputs at all.
    pub inputs: Vec<Option<usize>>,
    /// Where it is declared.
    pub at: Span,
}

/// The layers of a part of a network; what the part does not hold no longer makes inputs.
pub fn part(layers: &[Layer], inside: impl Fn(&Layer) -> bool) -> Vec<Layer> {
    let mut places = Vec::with_capacity(layers.len());
    let mut out: Vec<Layer> = Vec::new();
    for layer in layers {
        let inside = inside(layer);
        places.push(inside.then_some(out.len()));
        if inside {
            let inputs = layer.inputs.iter().map(|input| places[(*input)?]);
            let inputs = inputs.collect();
            out.push(Layer {
                inputs,
                ..layer.clone()
            });
        }
    }
    out
}

impl Layer {
    /// Multiply-accumulates of one input, those with padding zeros included.
    pub fn macs(&self) -> u64 {
        let taps = self.kernel[0].saturating_mul(self.kernel[1]);
        let (input, output) = (self.input.elements(), self.output.elements());
        match self.operation {
            Operation::Conv => product(&[output, self.input.channels / self.groups.max(1), taps]),
            Operation::Depthwise => product(&[output, taps]),
            // Every input meets every filter tap of its group once.
            Operation::Transposed => {
                product(&[input, self.output.channels / self.groups.max(1), taps])
            }
            // Every input meets every output of its token, or every output there is.
            Operation::Dense => product(&[input, self.output.channels]),
            // Every element of the first operand meets a row of the second.
            Operation::MatMul => product(&[input, self.output.columns]),
            _ => 0,
        }
    }

    /// Whether it takes time of its own: it computes, or moves data that nothing else moves.
    pub fn runs(&self) -> bool {
        self.macs() > 0 || self.traffic == Traffic::Memory
    }
}

/// A product that stays at the largest number when it would overflow: nonsense sizes must not panic.
pub(crate) fn product(factors: &[u64]) -> u64 {
    factors.iter().fold(1, |p: u64, f| p.saturating_mul(*f))
}

/// Layers that do not fit together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    /// One sentence with the shapes.
    pub message: String,
    /// What would mend it.
    pub hint: String,
    /// Where.
    pub at: Span,
}

/// The layers of a network in one design.
pub fn layers(
    instance: &Instance,
    network: &Node,
    choices: &[u32],
) -> Result<Vec<Layer>, ShapeError> {
    let mut walk = Walk::of_design(instance, choices);
    walk.network(network)?;
    Ok(walk.finish())
}

/// Checks every network of a space at once; gives the states that its output can have.
pub fn check(instance: &Instance, network: &Node) -> Result<Vec<State>, ShapeError> {
    Walk::of_space(instance).network(network)
}
