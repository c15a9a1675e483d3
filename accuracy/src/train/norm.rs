//! What follows the products of a layer: batch normalisation or a bias, then perhaps a ReLU.
//!
//! A row is one channel over all samples and pixels. S. Ioffe and C. Szegedy,
//! "Batch Normalization", ICML 2015, algorithm 1 and the gradients of section 3.

use super::lanes::{fold, sum, wide};
use super::real::Real;

/// Keeps variances away from zero.
const EPSILON: f64 = 1e-5;

/// How far one batch moves the running statistics.
const MOMENTUM: f64 = 0.1;

/// What a batch said of one channel.
#[derive(Clone, Copy, Default)]
pub(super) struct Statistics<T> {
    mean: T,
    /// One over the standard deviation.
    scale: T,
}

/// Normalises rows by their own statistics and moves the running ones towards them.
///
/// `affine` holds the scale of each channel, then the shift; `running` the mean of
/// each, then the variance.
pub(super) fn train<T: Real>(
    rows: &[T],
    outputs: &mut [T],
    pitch: usize,
    affine: &[T],
    running: &mut [T],
    statistics: &mut [Statistics<T>],
    relu: bool,
) {
    wide(
        #[inline(always)]
        || {
            let channels = statistics.len();
            let count = T::of(pitch as f64);
            let unbiased = count / T::of((pitch.max(2) - 1) as f64);
            let step = T::of(MOMENTUM);
            for (channel, statistics) in statistics.iter_mut().enumerate() {
                let range = channel * pitch..(channel + 1) * pitch;
                let row = &rows[range.clone()];
                let mean = sum(row) / count;
                let variance = fold(row, row, |value, _| (value - mean) * (value - mean)) / count;
                let scale = T::ONE / (variance + T::of(EPSILON)).sqrt();
                *statistics = Statistics { mean, scale };
                let old = running[channel];
                running[channel] = old + step * (mean - old);
                let old = running[channels + channel];
                running[channels + channel] = old + step * (variance * unbiased - old);
                let (gain, shift) = (affine[channel] * scale, affine[channels + channel]);
                normalise(row, &mut outputs[range], mean, gain, shift, relu);
            }
        },
    );
}

/// Normalises rows by the running statistics.
pub(super) fn infer<T: Real>(
    rows: &[T],
    outputs: &mut [T],
    pitch: usize,
    affine: &[T],
    running: &[T],
    relu: bool,
) {
    wide(
        #[inline(always)]
        || {
            let channels = affine.len() / 2;
            for channel in 0..channels {
                let range = channel * pitch..(channel + 1) * pitch;
                let variance = running[channels + channel];
                let gain = affine[channel] / (variance + T::of(EPSILON)).sqrt();
                let (mean, shift) = (running[channel], affine[channels + channel]);
                normalise(
                    &rows[range.clone()],
                    &mut outputs[range],
                    mean,
                    gain,
                    shift,
                    relu,
                );
            }
        },
    );
}

#[inline(always)]
fn normalise<T: Real>(row: &[T], outputs: &mut [T], mean: T, gain: T, shift: T, relu: bool) {
    let floor = if relu {
        T::ZERO
    } else {
        T::of(f64::NEG_INFINITY)
    };
    for (output, &value) in outputs.iter_mut().zip(row) {
        let value = (value - mean) * gain + shift;
        *output = if value < floor { floor } else { value };
    }
}

/// Turns the gradients of the outputs into those of the rows, in place, and adds those of the affine pairs.
#[allow(
    clippy::too_many_arguments,
    reason = "a layer's tensors, each used once"
)]
pub(super) fn back<T: Real>(
    rows: &[T],
    outputs: &[T],
    gradients: &mut [T],
    pitch: usize,
    affine: &[T],
    affine_gradients: &mut [T],
    statistics: &[Statistics<T>],
    relu: bool,
) {
    wide(
        #[inline(always)]
        || {
            let channels = statistics.len();
            let count = T::of(pitch as f64);
            for (channel, &Statistics { mean, scale }) in statistics.iter().enumerate() {
                let range = channel * pitch..(channel + 1) * pitch;
                let row = &rows[range.clone()];
                let gradients = &mut gradients[range.clone()];
                if relu {
                    mask(&outputs[range], gradients);
                }
                let shift = sum(gradients);
                let gain =
                    fold(gradients, row, |gradient, value| gradient * (value - mean)) * scale;
                affine_gradients[channel] += gain;
                affine_gradients[channels + channel] += shift;
                let factor = affine[channel] * scale;
                let (shift, gain) = (shift / count, gain / count * scale);
                for (gradient, &value) in gradients.iter_mut().zip(row) {
                    *gradient = (*gradient - shift - (value - mean) * gain) * factor;
                }
            }
        },
    );
}

/// Adds a bias to each row, if there are biases, and applies the ReLU.
pub(super) fn bias<T: Real>(rows: &mut [T], pitch: usize, biases: &[T], relu: bool) {
    wide(
        #[inline(always)]
        || {
            let floor = if relu {
                T::ZERO
            } else {
                T::of(f64::NEG_INFINITY)
            };
            for (channel, row) in rows.chunks_exact_mut(pitch).enumerate() {
                let bias = biases.get(channel).copied().unwrap_or(T::ZERO);
                for value in row {
                    let biased = *value + bias;
                    *value = if biased < floor { floor } else { biased };
                }
            }
        },
    );
}

/// Masks the gradients of a ReLU and adds those of the biases, if there are biases.
pub(super) fn bias_back<T: Real>(
    outputs: &[T],
    gradients: &mut [T],
    pitch: usize,
    bias_gradients: &mut [T],
    relu: bool,
) {
    wide(
        #[inline(always)]
        || {
            if relu {
                mask(outputs, gradients);
            }
            for (bias, row) in bias_gradients.iter_mut().zip(gradients.chunks_exact(pitch)) {
                *bias += sum(row);
            }
        },
    );
}

/// Clears the gradients where the output is not positive.
#[inline(always)]
fn mask<T: Real>(outputs: &[T], gradients: &mut [T]) {
    for (gradient, &output) in gradients.iter_mut().zip(outputs) {
        *gradient = if output > T::ZERO { *gradient } else { T::ZERO };
    }
}
