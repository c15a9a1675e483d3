//! A network as training sees it: layers with their shapes, in an order in which inputs come first.

/// Channels, rows and columns of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
}

impl Shape {
    /// How many elements one sample has.
    pub fn elements(&self) -> usize {
        self.channels * self.rows * self.columns
    }

    /// How many pixels one channel has.
    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }
}

/// A network: what it takes, and its layers; the last one is its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Network {
    /// The shape of one sample.
    pub input: Shape,
    /// The layers; each takes what earlier ones make.
    pub layers: Vec<Layer>,
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layer {
    /// What it does.
    pub op: Op,
    /// What it takes, in order.
    pub inputs: Vec<Source>,
    /// What it makes of one sample.
    pub output: Shape,
}

/// Where an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The sample itself.
    Sample,
    /// An earlier layer, by index.
    Layer(usize),
}

/// What a layer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// A convolution; depthwise where there are as many groups as channels.
    Conv {
        /// The windows it takes.
        window: Window,
        /// Groups of channels that do not mix.
        groups: usize,
        /// What follows the products.
        norm: Norm,
        /// Whether a ReLU ends it.
        relu: bool,
    },
    /// A transposed convolution: every input adds a window to the output, which is `stride` times as large.
    Transposed {
        /// Rows and columns of the filter.
        kernel: [usize; 2],
        /// By how much rows and columns grow.
        stride: [usize; 2],
        /// What follows the products.
        norm: Norm,
        /// Whether a ReLU ends it.
        relu: bool,
    },
    /// A fully connected layer over the flattened input.
    Dense {
        /// Whether each output has a bias.
        bias: bool,
        /// Whether a ReLU ends it.
        relu: bool,
    },
    /// Pooling; a mean counts only what lies inside the input.
    Pool {
        /// The windows it takes.
        window: Window,
        /// The mean; otherwise the largest value.
        average: bool,
    },
    /// The sum of its inputs, element by element.
    Add,
    /// Its inputs, channel after channel.
    Concat,
}

/// What a window takes of rows and columns; the zeros after the last follow from the output's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Rows and columns of the filter.
    pub kernel: [usize; 2],
    /// Step in rows and columns.
    pub stride: [usize; 2],
    /// Zeros before the first row and column.
    pub before: [usize; 2],
    /// Distance between taps.
    pub dilation: usize,
}

/// What follows the products of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Norm {
    /// Batch normalisation.
    Batch,
    /// A bias per channel.
    Bias,
}
