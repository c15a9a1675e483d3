//! What layers are made of.

/// Channels, rows and columns.
pub type Shape = [u64; 3];

/// Where an input of a layer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The network's input.
    Input,
    /// A layer further up.
    Layer(usize),
}

/// A network: a graph of layers in an order in which they can be computed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Network {
    /// The shape of its main input.
    pub input: Shape,
    /// The name of its main input in the file.
    pub input_name: String,
    /// Its layers.
    pub layers: Vec<Layer>,
    /// Where its outputs come from.
    pub outputs: Vec<Source>,
    /// Nodes that count as traffic because their operators are not supported: node and operator.
    pub opaque: Vec<(String, String)>,
}

/// What follows the products of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// Batch normalisation.
    Batch,
    /// A bias.
    Bias,
    /// Nothing.
    Bare,
}

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its name: kind and number, in the order of the file.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// What follows its products.
    pub norm: Norm,
    /// The function that ends it; `none` where there is none.
    pub activation: &'static str,
    /// What it takes.
    pub from: Vec<Source>,
    /// What it makes.
    pub shape: Shape,
    /// The node of the file that it stands for; empty where there is none.
    pub node: String,
}

/// Rows and columns of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Taps.
    pub kernel: [u64; 2],
    /// Steps.
    pub stride: [u64; 2],
    /// Zeros: top, left, bottom, right.
    pub padding: [u64; 4],
    /// Distance between taps.
    pub dilation: u64,
}

/// What a pool takes from a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// The largest.
    Max,
    /// The mean.
    Average,
}

/// How several inputs come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Added element by element, sizes of 1 stretched.
    Add,
    /// Multiplied element by element, sizes of 1 stretched.
    Multiply,
    /// One after the other along an axis: 0 channels, 1 rows, 2 columns.
    Concat(usize),
    /// Rows × columns of the first times rows × columns of the second, for each channel.
    Product,
}

/// What a layer does.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A convolution.
    Conv {
        /// Output channels.
        filters: u64,
        /// Groups of channels.
        groups: u64,
        /// The window.
        window: Spread,
    },
    /// A convolution of each channel by itself.
    Depthwise {
        /// The window.
        window: Spread,
    },
    /// A transposed convolution.
    Transposed {
        /// Output channels.
        filters: u64,
        /// Groups of channels.
        groups: u64,
        /// The window; its padding is cut off the result.
        window: Spread,
        /// Rows and columns added at the end.
        extra: [u64; 2],
    },
    /// A fully connected layer.
    Dense {
        /// Outputs.
        units: u64,
        /// Whether each row and column is multiplied by itself.
        per_token: bool,
    },
    /// Pooling over windows.
    Pool {
        /// What it takes.
        kind: Pool,
        /// The window.
        window: Spread,
        /// Whether a last window that is not whole counts.
        ceil: bool,
        /// Whether it is a layer of its own that moves its operands.
        memory: bool,
    },
    /// The mean of all rows and columns.
    GlobalAverage,
    /// A table of vectors.
    Embedding {
        /// Vectors.
        entries: u64,
        /// Channels of a vector.
        width: u64,
        /// Whether the vectors are added to the input instead of replacing it.
        add: bool,
    },
    /// Learned rows before those of the input.
    Tokens {
        /// How many.
        count: u64,
    },
    /// A normalisation by itself: `layer`, `rms`, `group` or `batch`.
    Normalise {
        /// Over what.
        over: &'static str,
        /// Whether it has parameters.
        affine: bool,
    },
    /// Exponentials that add up to 1, over an axis: 0 channels, 1 rows, 2 columns.
    Softmax {
        /// The axis.
        over: usize,
    },
    /// A function of each element.
    Activation {
        /// Whether it is a layer of its own that moves its operands.
        memory: bool,
    },
    /// Other rows and columns.
    Resize,
    /// The same elements in another shape or order.
    Reshape,
    /// A part of the elements.
    Slice,
    /// Several inputs together.
    Join(Merge),
    /// A further input of the network.
    Further,
}

impl Kind {
    /// The word that names of such layers begin with.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Conv { .. } => "conv",
            Self::Depthwise { .. } => "depthwise",
            Self::Transposed { .. } => "transposed",
            Self::Dense { .. } => "dense",
            Self::Pool { .. } | Self::GlobalAverage => "pool",
            Self::Embedding { .. } => "embedding",
            Self::Tokens { .. } => "tokens",
            Self::Normalise { .. } => "norm",
            Self::Softmax { .. } => "softmax",
            Self::Activation { .. } => "activation",
            Self::Resize => "resize",
            Self::Reshape => "reshape",
            Self::Slice => "slice",
            Self::Join(Merge::Add) => "add",
            Self::Join(Merge::Multiply) => "multiply",
            Self::Join(Merge::Concat(_)) => "concat",
            Self::Join(Merge::Product) => "matmul",
            Self::Further => "source",
        }
    }

    /// Whether it has weights and may end in a normalisation and an activation.
    pub fn computes(&self) -> bool {
        matches!(
            self,
            Self::Conv { .. }
                | Self::Depthwise { .. }
                | Self::Transposed { .. }
                | Self::Dense { .. }
        )
    }
}
