//! Layers: the dimensions, the arithmetic and the tensors of one network operation.

use serde::{Deserialize, Serialize};

use crate::sparsity::Density;

/// A loop dimension of a convolution; everything else is a special case of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Dim {
    /// Batch.
    N,
    /// Output channels.
    K,
    /// Input channels (of one group).
    C,
    /// Output rows.
    P,
    /// Output columns.
    Q,
    /// Filter rows.
    R,
    /// Filter columns.
    S,
}

impl Dim {
    /// All dimensions, in the order in which loops that nobody wrote are implied.
    pub const ALL: [Dim; 7] = [Dim::N, Dim::K, Dim::C, Dim::P, Dim::Q, Dim::R, Dim::S];

    /// Position in arrays indexed by dimension.
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether partial sums add up along this dimension (C, R and S).
    #[inline]
    pub const fn is_reduction(self) -> bool {
        matches!(self, Dim::C | Dim::R | Dim::S)
    }

    /// The letter that the loop nest is written with.
    pub const fn letter(self) -> char {
        match self {
            Dim::N => 'N',
            Dim::K => 'K',
            Dim::C => 'C',
            Dim::P => 'P',
            Dim::Q => 'Q',
            Dim::R => 'R',
            Dim::S => 'S',
        }
    }
}

/// One of the three operands of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tensor {
    /// Weights, indexed by K C R S.
    W,
    /// Inputs, indexed by N C and the windows P·stride + R, Q·stride + S.
    I,
    /// Outputs, indexed by N K P Q.
    O,
}

impl Tensor {
    /// All tensors.
    pub const ALL: [Tensor; 3] = [Tensor::W, Tensor::I, Tensor::O];

    /// Position in arrays indexed by tensor.
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether a step along `dim` reaches other elements of this tensor.
    #[inline]
    pub const fn depends_on(self, dim: Dim) -> bool {
        match self {
            Tensor::W => matches!(dim, Dim::K | Dim::C | Dim::R | Dim::S),
            Tensor::I => !matches!(dim, Dim::K),
            Tensor::O => matches!(dim, Dim::N | Dim::K | Dim::P | Dim::Q),
        }
    }
}

/// What a layer computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LayerKind {
    /// A convolution, grouped ones included.
    Conv,
    /// A convolution with one input channel per group.
    Depthwise,
    /// A transposed convolution in its sub-pixel form, see [`Layer::transposed`].
    Transposed,
    /// A matrix product: N rows, C inputs, K outputs.
    Dense,
    /// Pooling: traffic only.
    Pool,
    /// Additions of residuals and other element-wise work: traffic only.
    Elementwise,
    /// A softmax over rows: traffic only.
    Softmax,
}

impl LayerKind {
    /// Whether the layer multiplies at all, and so needs a mapping.
    pub const fn has_macs(self) -> bool {
        !matches!(
            self,
            LayerKind::Pool | LayerKind::Elementwise | LayerKind::Softmax
        )
    }
}

/// Bits of one word of each tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Precision {
    /// Weight bits.
    pub w: u32,
    /// Input bits.
    pub i: u32,
    /// Output bits after the last reduction.
    pub o: u32,
    /// Bits of a partial sum that is still to be added to.
    pub psum: u32,
}

impl Precision {
    /// Bits of a word of a tensor that is not final yet.
    #[inline(always)]
    pub(crate) fn on_the_way(&self, tensor: Tensor) -> u64 {
        let bits = match tensor {
            Tensor::W => self.w,
            Tensor::I => self.i,
            Tensor::O => self.psum,
        };
        bits.into()
    }

    /// The same width for every tensor, partial sums included (the view of MAESTRO and Timeloop).
    pub const fn uniform(bits: u32) -> Self {
        Precision {
            w: bits,
            i: bits,
            o: bits,
            psum: bits,
        }
    }
}

impl Default for Precision {
    /// 8-bit operands with 32-bit partial sums.
    fn default() -> Self {
        Precision {
            w: 8,
            i: 8,
            o: 8,
            psum: 32,
        }
    }
}

/// How the border of an input is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Padding {
    /// ⌈size ÷ stride⌉ outputs; the odd zero goes to the end.
    Same,
    /// No padding.
    Valid,
    /// This many zeros on both sides of rows and of columns.
    Explicit([u32; 2]),
}

/// A convolution as a network writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConvShape {
    /// Images per evaluation.
    pub batch: u32,
    /// Output channels of all groups together.
    pub filters: u32,
    /// Input channels of all groups together.
    pub channels: u32,
    /// Rows and columns of the input, without padding.
    pub input: [u32; 2],
    /// Rows and columns of the filter.
    pub kernel: [u32; 2],
    /// Step of the window.
    pub stride: [u32; 2],
    /// Distance of neighbouring filter taps.
    pub dilation: [u32; 2],
    /// Treatment of the border.
    pub padding: Padding,
    /// Independent groups of channels.
    pub groups: u32,
}

impl ConvShape {
    /// A 3-argument convolution with stride 1, `same` padding, one group and batch 1.
    pub const fn new(filters: u32, channels: u32, input: [u32; 2], kernel: [u32; 2]) -> Self {
        ConvShape {
            batch: 1,
            filters,
            channels,
            input,
            kernel,
            stride: [1, 1],
            dilation: [1, 1],
            padding: Padding::Same,
            groups: 1,
        }
    }
}

/// Why a shape is no layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ShapeError {
    /// A size, stride, dilation or group count is zero.
    Zero,
    /// Filters or channels are not a multiple of the groups.
    Groups,
    /// The window is larger than the padded input.
    WindowTooLarge,
    /// The operation count does not fit 64 bits.
    TooLarge,
}

impl std::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ShapeError::Zero => "has a size, stride, dilation or group count of zero",
            ShapeError::Groups => "has channels that its groups do not divide",
            ShapeError::WindowTooLarge => "has a window larger than its padded input",
            ShapeError::TooLarge => "has more operations than 64 bits can count",
        })
    }
}

impl std::error::Error for ShapeError {}

/// One layer, ready to be mapped.
///
/// `bounds` are those of *one* group; groups are an outermost loop that changes every tile.
/// `padding` counts the zeros before the first row and column; those at the end follow from
/// `input`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Layer {
    /// What is computed.
    pub kind: LayerKind,
    /// Size of each dimension, indexed by [`Dim::index`].
    pub bounds: [u32; 7],
    /// Rows and columns of the real input.
    pub input: [u32; 2],
    /// Step of the window.
    pub stride: [u32; 2],
    /// Distance of neighbouring filter taps.
    pub dilation: [u32; 2],
    /// Zeros before the first row and before the first column.
    pub padding: [u32; 2],
    /// Independent groups of channels.
    pub groups: u32,
    /// Word widths.
    pub precision: Precision,
    /// Words of W, I and O out of 10 000 that are not zero.
    pub nonzero: [u16; 3],
}

impl Layer {
    /// A convolution, grouped or not.
    pub fn conv(shape: &ConvShape) -> Result<Layer, ShapeError> {
        let g = shape.groups;
        let sizes = [shape.batch, shape.filters, shape.channels, g];
        let pairs = [shape.input, shape.kernel, shape.stride, shape.dilation];
        if sizes.contains(&0) || pairs.iter().any(|pair| pair.contains(&0)) {
            return Err(ShapeError::Zero);
        }
        if !shape.filters.is_multiple_of(g) || !shape.channels.is_multiple_of(g) {
            return Err(ShapeError::Groups);
        }
        let mut out = [0; 2];
        let mut before = [0; 2];
        for axis in 0..2 {
            (out[axis], before[axis]) = window_positions(shape, axis)?;
        }
        let depthwise = g > 1 && shape.channels == g;
        let layer = Layer {
            kind: if depthwise {
                LayerKind::Depthwise
            } else {
                LayerKind::Conv
            },
            bounds: [
                shape.batch,
                shape.filters / g,
                shape.channels / g,
                out[0],
                out[1],
                shape.kernel[0],
                shape.kernel[1],
            ],
            input: shape.input,
            stride: shape.stride,
            dilation: shape.dilation,
            padding: before,
            groups: g,
            precision: Precision::default(),
            nonzero: [10_000; 3],
        };
        layer.checked()
    }

    /// A transposed convolution, without a zero inserted or multiplied.
    ///
    /// A filter that is a multiple of its stride is lowered to its sub-pixel form (Shi et al., CVPR
    /// 2016): stride² times the filters, each with a filter of kernel ÷ stride, on the input's own
    /// grid; multiplications, weights, inputs and outputs are those of the original. Any other
    /// filter becomes the matrix product that comes before `col2im`: each input pixel times all
    /// taps of all filters. Multiplications, weights and inputs are exact then as well; the outputs
    /// are the kernel² partial ones of each pixel, which overlap where they are added up.
    pub fn transposed(shape: &ConvShape) -> Result<Layer, ShapeError> {
        let ([sr, sc], [kr, kc]) = (shape.stride, shape.kernel);
        if sr == 0 || sc == 0 {
            return Err(ShapeError::Zero);
        }
        let sub_pixel = kr.is_multiple_of(sr) && kc.is_multiple_of(sc);
        let (times, kernel) = if sub_pixel {
            ([sr, sc], [kr / sr, kc / sc])
        } else {
            ([kr, kc], [1, 1])
        };
        let filters = times
            .into_iter()
            .try_fold(shape.filters, |f, n| f.checked_mul(n));
        let lowered = ConvShape {
            filters: filters.ok_or(ShapeError::TooLarge)?,
            kernel,
            stride: [1, 1],
            dilation: [1, 1],
            padding: Padding::Same,
            ..*shape
        };
        Ok(Layer {
            kind: LayerKind::Transposed,
            ..Layer::conv(&lowered)?
        })
    }

    /// A matrix product of `rows` × `inputs` with `inputs` × `outputs`.
    pub fn dense(rows: u32, inputs: u32, outputs: u32) -> Result<Layer, ShapeError> {
        let shape = ConvShape {
            batch: rows,
            ..ConvShape::new(outputs, inputs, [1, 1], [1, 1])
        };
        Ok(Layer {
            kind: LayerKind::Dense,
            ..Layer::conv(&shape)?
        })
    }

    /// `batch` matrix products of `rows` × `inputs` with `inputs` × `outputs`, each with a second
    /// operand of its own, as in the scores and the weighted values of attention (one per head).
    pub fn batched_dense(
        batch: u32,
        rows: u32,
        inputs: u32,
        outputs: u32,
    ) -> Result<Layer, ShapeError> {
        let mut layer = Layer::dense(rows, inputs, outputs)?;
        if batch == 0 {
            return Err(ShapeError::Zero);
        }
        layer.groups = batch;
        layer.checked()
    }

    /// `products` matrix products of `rows` × `inputs` with `inputs` × `outputs`, each with a second operand
    /// of its own, for each of `batch` samples; `rows` are given as places, rows and columns.
    ///
    /// The counts are those of [`Layer::batched_dense`]. There the rows are N, which most templates walk
    /// outside; here they are P and Q, so that a nest can keep the second operand while rows stream by, as
    /// it does for the pixels of a picture.
    pub fn matrix(
        batch: u32,
        products: u32,
        rows: [u32; 2],
        inputs: u32,
        outputs: u32,
    ) -> Result<Layer, ShapeError> {
        let shape = ConvShape {
            batch,
            ..ConvShape::new(outputs, inputs, rows, [1, 1])
        };
        let mut layer = Layer::conv(&shape)?;
        if products == 0 {
            return Err(ShapeError::Zero);
        }
        layer.kind = LayerKind::Dense;
        layer.groups = products;
        layer.checked()
    }

    /// A softmax over each of `rows` rows of `columns`: traffic only.
    ///
    /// The shared store is read twice, once for the maximum and the sum (which are updated
    /// together: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018) and
    /// once to scale; a row waits there in between.
    pub fn softmax(rows: u32, columns: u32) -> Result<Layer, ShapeError> {
        Ok(Layer {
            kind: LayerKind::Softmax,
            ..Layer::elementwise(rows, columns, [1, 1], 1)?
        })
    }

    /// A pooling layer: `shape.filters` must equal `shape.channels`.
    pub fn pool(shape: &ConvShape) -> Result<Layer, ShapeError> {
        let channelwise = ConvShape {
            groups: shape.channels,
            ..*shape
        };
        Ok(Layer {
            kind: LayerKind::Pool,
            ..Layer::conv(&channelwise)?
        })
    }

    /// An element-wise operation that reads `operands` tensors of `channels` × `size`.
    pub fn elementwise(
        batch: u32,
        channels: u32,
        size: [u32; 2],
        operands: u32,
    ) -> Result<Layer, ShapeError> {
        let rows = batch.checked_mul(operands).ok_or(ShapeError::TooLarge)?;
        let shape = ConvShape {
            batch: rows,
            groups: channels,
            ..ConvShape::new(channels, channels, size, [1, 1])
        };
        let mut layer = Layer::conv(&shape)?;
        layer.kind = LayerKind::Elementwise;
        layer.bounds[Dim::N.index()] = batch;
        layer.bounds[Dim::R.index()] = operands;
        layer.checked()
    }

    /// The same layer with other word widths.
    #[must_use]
    pub const fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// The same layer with zeros among its words, to four digits.
    #[must_use]
    pub fn with_density(mut self, density: Density) -> Self {
        let digits = |share: f64| (share.clamp(0.0, 1.0) * 10_000.0).round() as u16;
        self.nonzero = [density.w, density.i, density.o].map(digits);
        self
    }

    /// Shares of words that are not zero.
    pub fn density(&self) -> Density {
        let [w, i, o] = self.nonzero.map(|n| f64::from(n) / 10_000.0);
        Density { w, i, o }
    }

    /// Size of a dimension (of one group).
    #[inline]
    pub const fn bound(&self, dim: Dim) -> u32 {
        self.bounds[dim.index()]
    }

    /// Multiplications, those with padding zeros included, as published counts do.
    pub fn macs(&self) -> u64 {
        if self.kind.has_macs() {
            self.iterations()
        } else {
            0
        }
    }

    /// Weights of all groups; none for pooling and element-wise layers.
    pub fn weights(&self) -> u64 {
        if !self.kind.has_macs() {
            return 0;
        }
        self.product(&[Dim::K, Dim::C, Dim::R, Dim::S])
    }

    /// Distinct elements of a tensor; inputs without padding.
    ///
    /// Inputs count as the box that the window sweeps, because hardware moves contiguous rows:
    /// with a 1×1 filter and stride 2 the skipped rows inside the box count.
    pub fn elements(&self, tensor: Tensor) -> u64 {
        match tensor {
            Tensor::W => self.weights(),
            Tensor::O => self.product(&[Dim::N, Dim::K, Dim::P, Dim::Q]),
            Tensor::I if matches!(self.kind, LayerKind::Elementwise | LayerKind::Softmax) => {
                self.product(&[Dim::N, Dim::C, Dim::P, Dim::Q, Dim::R])
            }
            Tensor::I => {
                let rows = self.covered(0, (0, self.bound(Dim::P)), (0, self.bound(Dim::R)));
                let columns = self.covered(1, (0, self.bound(Dim::Q)), (0, self.bound(Dim::S)));
                self.product(&[Dim::N, Dim::C]) * rows * columns
            }
        }
    }

    /// Times that a layer without multiplications reads its inputs from the shared store.
    pub(crate) const fn passes(&self) -> u64 {
        if matches!(self.kind, LayerKind::Softmax) {
            2
        } else {
            1
        }
    }

    /// Bits of one word of a tensor, final outputs for O.
    pub const fn bits(&self, tensor: Tensor) -> u32 {
        match tensor {
            Tensor::W => self.precision.w,
            Tensor::I => self.precision.i,
            Tensor::O => self.precision.o,
        }
    }

    /// Input rows (axis 0) or columns (axis 1) that exist under a tile of outputs and filter taps,
    /// each given as (start, length).
    #[inline]
    pub(crate) fn covered(&self, axis: usize, out: (u32, u32), tap: (u32, u32)) -> u64 {
        let (first, end) = self.window(axis, out, tap);
        (end.min(i64::from(self.input[axis])) - first.max(0)).max(0) as u64
    }

    /// The unclipped half-open interval of input positions under a tile.
    #[inline]
    pub(crate) fn window(&self, axis: usize, out: (u32, u32), tap: (u32, u32)) -> (i64, i64) {
        let stride = i64::from(self.stride[axis]);
        let dilation = i64::from(self.dilation[axis]);
        let first =
            i64::from(out.0) * stride + i64::from(tap.0) * dilation - i64::from(self.padding[axis]);
        let last = first + i64::from(out.1 - 1) * stride + i64::from(tap.1 - 1) * dilation;
        (first, last + 1)
    }

    fn iterations(&self) -> u64 {
        self.product(&Dim::ALL)
    }

    fn product(&self, dims: &[Dim]) -> u64 {
        dims.iter()
            .map(|&d| u64::from(self.bound(d)))
            .product::<u64>()
            * u64::from(self.groups)
    }

    fn checked(self) -> Result<Self, ShapeError> {
        let sizes = self.bounds.iter().chain(&self.stride).chain([&self.groups]);
        let total = sizes
            .copied()
            .try_fold(1_u64, |product, size| product.checked_mul(size.into()));
        // Counts multiply the iterations by a few small factors: keep headroom for them.
        total
            .filter(|&t| t < 1 << 56)
            .map(|_| self)
            .ok_or(ShapeError::TooLarge)
    }
}

/// Number of window positions along one axis, and the zeros before the first.
fn window_positions(shape: &ConvShape, axis: usize) -> Result<(u32, u32), ShapeError> {
    let size = u64::from(shape.input[axis]);
    let stride = u64::from(shape.stride[axis]);
    let reach = u64::from(shape.dilation[axis]) * u64::from(shape.kernel[axis] - 1) + 1;
    let (out, before) = match shape.padding {
        Padding::Same => {
            let out = size.div_ceil(stride);
            (out, ((out - 1) * stride + reach).saturating_sub(size) / 2)
        }
        Padding::Valid => (positions(size, reach, stride)?, 0),
        Padding::Explicit(pad) => {
            let pad = u64::from(pad[axis]);
            (positions(size + 2 * pad, reach, stride)?, pad)
        }
    };
    let narrow = |value: u64| u32::try_from(value).map_err(|_| ShapeError::TooLarge);
    Ok((narrow(out)?, narrow(before)?))
}

fn positions(size: u64, reach: u64, stride: u64) -> Result<u64, ShapeError> {
    let slack = size.checked_sub(reach).ok_or(ShapeError::WindowTooLarge)?;
    Ok(slack / stride + 1)
}
