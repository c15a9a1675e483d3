//! Each kind of layer as calls of libtorch.
//!
//! Native weights lie filter by filter, tap by tap, channel by channel; libtorch sees them
//! through a permutation. Zeros after the last row and column follow from the output's
//! shape, so inputs are padded, or cut, to what the windows take.

use crate::network::{Layer, Network, NetworkError, Norm, Op, Shape, Window};
use tch::Tensor;

/// How far one batch moves the running statistics, as in the native batch normalisation.
const MOMENTUM: f64 = 0.1;

/// What keeps variances away from zero, likewise.
const EPSILON: f64 = 1e-5;

/// What a layer has learnt so far.
pub(super) struct Parameters<'a> {
    pub weights: &'a Tensor,
    /// The biases, or the scales and then the shifts.
    pub affine: &'a Tensor,
    /// The running means and then the variances.
    pub running: Tensor,
    pub training: bool,
}

/// Refuses what libtorch has no call for.
pub(super) fn check(network: &Network) -> Result<(), NetworkError> {
    let gaps = |layer: &Layer| matches!(layer.op, Op::Pool { window, average: true } if window.dilation > 1);
    match network.layers.iter().position(gaps) {
        None => Ok(()),
        Some(layer) => Err(NetworkError {
            layer: Some(layer),
            cause: "libtorch takes no mean over windows with gaps; use the native backend".into(),
        }),
    }
}

impl Parameters<'_> {
    /// What a layer makes of its inputs; `shape` is that of the first.
    pub fn apply(&self, layer: &Layer, inputs: &[&Tensor], shape: Shape) -> Tensor {
        let products = match layer.op {
            Op::Conv { window, groups, .. } => {
                self.conv(inputs[0], &window, groups, (shape, layer.output))
            }
            Op::Transposed { kernel, stride, .. } => {
                self.transposed(inputs[0], kernel, stride, (shape, layer.output))
            }
            Op::Dense { .. } => {
                // Row by row, each pixel's channels together, as the weights lie.
                let flat = inputs[0].permute([0, 2, 3, 1]).flatten(1, -1);
                let weights = self.weights.view([-1, shape.elements() as i64]);
                flat.linear::<&Tensor>(&weights, None)
                    .unsqueeze(-1)
                    .unsqueeze(-1)
            }
            Op::Pool { window, average } => {
                pool(inputs[0], &window, average, (shape, layer.output))
            }
            Op::Add => inputs[1..]
                .iter()
                .fold(inputs[0].shallow_clone(), |sum, x| sum + *x),
            Op::Concat => Tensor::cat(inputs, 1),
        };
        let normal = self.follow(products, layer);
        if layer.relu() { normal.relu() } else { normal }
    }

    /// Batch normalisation, or a bias.
    fn follow(&self, products: Tensor, layer: &Layer) -> Tensor {
        let channels = layer.output.channels as i64;
        let halves = |both: &Tensor| [0, channels].map(|start| both.narrow(0, start, channels));
        match layer.norm() {
            Norm::Batch => {
                let [scale, shift] = halves(self.affine);
                let [mean, variance] = halves(&self.running);
                products.batch_norm(
                    Some(scale),
                    Some(shift),
                    Some(mean),
                    Some(variance),
                    self.training,
                    MOMENTUM,
                    EPSILON,
                    true,
                )
            }
            Norm::Bias => products + self.affine.view([1, channels, 1, 1]),
            Norm::None => products,
        }
    }

    fn conv(
        &self,
        input: &Tensor,
        window: &Window,
        groups: usize,
        shapes: (Shape, Shape),
    ) -> Tensor {
        let [rows, columns] = window.kernel.map(|n| n as i64);
        let filters = shapes.1.channels as i64;
        let weights = self
            .weights
            .view([filters, rows, columns, -1])
            .permute([0, 3, 1, 2]);
        let (input, padding) = padded(input, window, shapes);
        input.conv2d::<Tensor>(
            &weights,
            None,
            window.stride.map(|n| n as i64),
            padding,
            [window.dilation as i64; 2],
            groups as i64,
        )
    }

    /// All that the windows reach, then what lies inside the output.
    fn transposed(
        &self,
        input: &Tensor,
        kernel: [usize; 2],
        stride: [usize; 2],
        (from, to): (Shape, Shape),
    ) -> Tensor {
        let [rows, columns] = kernel.map(|n| n as i64);
        let weights = self.weights.view([from.channels as i64, rows, columns, -1]);
        let whole = input.conv_transpose2d::<Tensor>(
            &weights.permute([0, 3, 1, 2]),
            None,
            stride.map(|n| n as i64),
            [0, 0],
            [0, 0],
            1,
            [1, 1],
        );
        let margins = [0, 1].map(|axis| {
            let (from, to) = ([from.rows, from.columns][axis], [to.rows, to.columns][axis]);
            let before = kernel[axis].saturating_sub(stride[axis]) / 2;
            let reached = (from - 1) * stride[axis] + kernel[axis];
            [-(before as i64), to as i64 - (reached - before) as i64]
        });
        pad(&whole, margins, 0.0)
    }
}

/// The largest value of each window, or the mean of what lies inside the input.
fn pool(input: &Tensor, window: &Window, average: bool, shapes: (Shape, Shape)) -> Tensor {
    let [kernel, stride] = [window.kernel, window.stride].map(|pair| pair.map(|n| n as i64));
    let margins = margins(window, shapes);
    let mean =
        |values: &Tensor| values.avg_pool2d(kernel, stride, [0, 0], false, true, None::<i64>);
    let largest = |values: &Tensor| {
        values.max_pool2d(kernel, stride, [0, 0], [window.dilation as i64; 2], false)
    };
    // Padded where a margin has pixels; cut where it is negative.
    let zeros = margins.iter().flatten().any(|margin| *margin > 0);
    match (average, zeros) {
        (true, false) => mean(&pad(input, margins, 0.0)),
        (true, true) => {
            let inside = mean(&pad(&input.ones_like(), margins, 0.0));
            mean(&pad(input, margins, 0.0)) / inside.clamp_min(f64::from(f32::MIN_POSITIVE))
        }
        (false, false) => largest(&pad(input, margins, 0.0)),
        (false, true) => {
            let most = largest(&pad(input, margins, f64::NEG_INFINITY));
            // A window without any input makes 0.
            let nowhere = most.isneginf();
            most.masked_fill(&nowhere, 0.0)
        }
    }
}

/// The input as the windows take it, and how much libtorch is to pad it by itself.
fn padded(input: &Tensor, window: &Window, shapes: (Shape, Shape)) -> (Tensor, [i64; 2]) {
    let margins = margins(window, shapes);
    let own = |axis: usize| {
        let [before, after] = margins[axis];
        // More zeros after than a window could begin in would make another pixel.
        after <= before && before - after < window.stride[axis] as i64
    };
    if own(0) && own(1) {
        return (input.shallow_clone(), [margins[0][0], margins[1][0]]);
    }
    (pad(input, margins, 0.0), [0, 0])
}

/// Pixels before the first and after the last row, and likewise of columns; negative ones are not taken.
fn margins(window: &Window, (from, to): (Shape, Shape)) -> [[i64; 2]; 2] {
    [0, 1].map(|axis| {
        let (from, to) = ([from.rows, from.columns][axis], [to.rows, to.columns][axis]);
        let before = window.before[axis];
        let reach =
            (to - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation + 1;
        [before as i64, reach as i64 - (from + before) as i64]
    })
}

/// Adds pixels of a value around a tensor, or takes pixels away.
fn pad(input: &Tensor, [rows, columns]: [[i64; 2]; 2], value: f64) -> Tensor {
    if [rows, columns] == [[0; 2]; 2] {
        return input.shallow_clone();
    }
    input.pad(
        [columns[0], columns[1], rows[0], rows[1]],
        "constant",
        value,
    )
}
