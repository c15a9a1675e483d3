//! A network as training sees it: layers with their shapes, in an order in which inputs come first.

use std::fmt;

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

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}×{}", self.rows, self.columns, self.channels)
    }
}

impl Shape {
    /// How many elements one sample has.
    pub fn elements(&self) -> usize {
        self.channels * self.rows * self.columns
    }

    fn sizes(&self) -> [usize; 3] {
        [self.channels, self.rows, self.columns]
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
    /// The sum of its inputs, element by element; the sum of no inputs is zeros.
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
    /// Nothing: the layer has no parameters but its weights.
    None,
}

impl Layer {
    /// What follows its products.
    pub fn norm(&self) -> Norm {
        match self.op {
            Op::Conv { norm, .. } | Op::Transposed { norm, .. } => norm,
            Op::Dense { bias: true, .. } => Norm::Bias,
            Op::Dense { .. } | Op::Pool { .. } | Op::Add | Op::Concat => Norm::None,
        }
    }

    /// Whether a ReLU ends it.
    pub fn relu(&self) -> bool {
        match self.op {
            Op::Conv { relu, .. } | Op::Transposed { relu, .. } | Op::Dense { relu, .. } => relu,
            Op::Pool { .. } | Op::Add | Op::Concat => false,
        }
    }
}

/// Why a network cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkError {
    /// Which layer, from 0; none is the network as a whole.
    pub layer: Option<usize>,
    /// What is wrong with it, as a sentence without a subject's name.
    pub cause: String,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer {
            Some(layer) => write!(f, "layer {layer}: {}", self.cause),
            None => write!(f, "the network: {}", self.cause),
        }
    }
}

impl std::error::Error for NetworkError {}

impl Network {
    /// What a source makes of one sample; the source must be one of this network.
    pub fn shape(&self, source: Source) -> Shape {
        match source {
            Source::Sample => self.input,
            Source::Layer(layer) => self.layers[layer].output,
        }
    }

    /// The shape of its answer.
    pub fn output(&self) -> Shape {
        self.layers.last().map_or(self.input, |layer| layer.output)
    }

    /// Whether its layers fit together.
    pub fn check(&self) -> Result<(), NetworkError> {
        if self.layers.is_empty() {
            return Err(NetworkError {
                layer: None,
                cause: "it has no layers".into(),
            });
        }
        if self.input.elements() == 0 {
            return Err(NetworkError {
                layer: None,
                cause: "its input is empty".into(),
            });
        }
        check_sizes(&self.input.sizes()).map_err(|cause| NetworkError { layer: None, cause })?;
        for (index, layer) in self.layers.iter().enumerate() {
            self.check_layer(index, layer)
                .map_err(|cause| NetworkError {
                    layer: Some(index),
                    cause,
                })?;
        }
        Ok(())
    }

    fn check_layer(&self, index: usize, layer: &Layer) -> Result<(), String> {
        for &source in &layer.inputs {
            if let Source::Layer(from) = source
                && from >= index
            {
                return Err(format!("it takes layer {from}, which is not before it"));
            }
        }
        if layer.output.elements() == 0 {
            return Err("its output is empty".into());
        }
        check_sizes(&layer.output.sizes())?;
        let shapes: Vec<Shape> = layer.inputs.iter().map(|&s| self.shape(s)).collect();
        let output = layer.output;
        match layer.op {
            Op::Add => check_add(&shapes, output),
            Op::Concat => check_concat(&shapes, output),
            _ => match shapes[..] {
                [input] => check_single(&layer.op, input, output),
                _ => Err(format!("it takes one input, not {}", shapes.len())),
            },
        }
    }
}

fn check_single(op: &Op, input: Shape, output: Shape) -> Result<(), String> {
    let whole = |values: &[usize], what: &str| match values.contains(&0) {
        true => Err(format!("its {what} is 0")),
        false => Ok(()),
    };
    match op {
        Op::Conv { window, groups, .. } => {
            check_window(window)?;
            whole(&[*groups], "number of groups")?;
            if [input, output]
                .iter()
                .any(|s| !s.channels.is_multiple_of(*groups))
            {
                return Err(format!(
                    "its {groups} groups do not divide {} channels in and {} out",
                    input.channels, output.channels
                ));
            }
            Ok(())
        }
        Op::Transposed { kernel, stride, .. } => {
            whole(kernel, "kernel")?;
            whole(stride, "stride")?;
            check_sizes(kernel)?;
            check_sizes(stride)?;
            match [input.rows * stride[0], input.columns * stride[1]] {
                [rows, columns] if rows == output.rows && columns == output.columns => Ok(()),
                [rows, columns] => Err(format!(
                    "it makes {rows}×{columns} pixels, not {}×{}",
                    output.rows, output.columns
                )),
            }
        }
        Op::Dense { .. } if output.pixels() != 1 => Err(format!(
            "a dense layer makes channels of one pixel, not {}×{}",
            output.rows, output.columns
        )),
        Op::Pool { window, .. } => {
            check_window(window)?;
            match input.channels == output.channels {
                true => Ok(()),
                false => Err(format!(
                    "a pool keeps its {} channels, it does not make {}",
                    input.channels, output.channels
                )),
            }
        }
        Op::Dense { .. } | Op::Add | Op::Concat => Ok(()),
    }
}

fn check_window(window: &Window) -> Result<(), String> {
    let sizes = [window.kernel, window.stride, [window.dilation; 2]].concat();
    if sizes.contains(&0) {
        return Err("its kernel, stride and dilation are at least 1".into());
    }
    check_sizes(&sizes)?;
    check_sizes(&window.before)
}

/// The largest size along any axis: products of four of them can still be counted.
const LARGEST: usize = 1 << 15;

fn check_sizes(sizes: &[usize]) -> Result<(), String> {
    match sizes.iter().find(|&&size| size > LARGEST) {
        Some(size) => Err(format!("it has a size of {size}, above {LARGEST}")),
        None => Ok(()),
    }
}

fn check_add(shapes: &[Shape], output: Shape) -> Result<(), String> {
    match shapes.iter().find(|&&shape| shape != output) {
        Some(shape) => Err(format!("it adds {shape} to {output}")),
        None => Ok(()),
    }
}

fn check_concat(shapes: &[Shape], output: Shape) -> Result<(), String> {
    let channels: usize = shapes.iter().map(|shape| shape.channels).sum();
    let pixels = |shape: &Shape| [shape.rows, shape.columns];
    match shapes.iter().find(|s| pixels(s) != pixels(&output)) {
        Some(shape) => Err(format!("it puts {shape} beside {output}")),
        None if channels != output.channels => Err(format!(
            "its inputs have {channels} channels, its output {}",
            output.channels
        )),
        None => Ok(()),
    }
}
