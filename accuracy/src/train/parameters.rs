//! Where the parameters of each layer lie in one flat vector, and their first values.
//!
//! All weights come first, then scales, shifts and biases: only weights decay.

use super::real::Real;
use crate::network::{Layer, Network, Norm, Op, Shape};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// The parameters of one layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// Its weights in the flat vector.
    pub weights: Range<usize>,
    /// Its biases, or its scales and then its shifts, in the flat vector.
    pub affine: Range<usize>,
    /// Its running means and then variances, in their own vector.
    pub running: Range<usize>,
    /// How many inputs each output sums.
    pub fan_in: f64,
}

/// Where everything lies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// One per layer.
    pub places: Vec<Place>,
    /// How many weights there are.
    pub weights: usize,
    /// How many parameters there are.
    pub parameters: usize,
    /// How many running statistics there are.
    pub running: usize,
}

impl Layout {
    /// Lays out the parameters of a network that was checked.
    pub fn new(network: &Network) -> Self {
        let (mut places, mut weights, mut running) = (Vec::new(), 0, 0);
        for layer in &network.layers {
            let (count, fan_in) = network.weights(layer);
            let batch = layer.norm() == Norm::Batch;
            let statistics = if batch { 2 * layer.output.channels } else { 0 };
            places.push(Place {
                weights: weights..weights + count,
                affine: 0..0,
                running: running..running + statistics,
                fan_in,
            });
            weights += count;
            running += statistics;
        }
        let mut parameters = weights;
        for (place, layer) in places.iter_mut().zip(&network.layers) {
            let channels = layer.output.channels;
            let count = match layer.norm() {
                Norm::Batch => 2 * channels,
                Norm::Bias => channels,
                Norm::None => 0,
            };
            place.affine = parameters..parameters + count;
            parameters += count;
        }
        Self {
            places,
            weights,
            parameters,
            running,
        }
    }

    /// First values: K. He et al., "Delving Deep into Rectifiers", ICCV 2015, equation 10, drawn evenly;
    /// half the variance where no ReLU follows. Scales are 1, all else is 0.
    pub fn start<T: Real>(&self, network: &Network, seed: u64, parameters: &mut [T]) {
        let mut rng = stream(seed, Stream::Weights, 0);
        for (place, layer) in self.places.iter().zip(&network.layers) {
            let gain = if layer.relu() { 6.0 } else { 3.0 };
            let bound = (gain / place.fan_in.max(1.0)).sqrt();
            for weight in &mut parameters[place.weights.clone()] {
                *weight = T::of((2.0 * rng.random::<f64>() - 1.0) * bound);
            }
            let affine = &mut parameters[place.affine.clone()];
            affine.fill(T::ZERO);
            if !place.running.is_empty() {
                affine[..layer.output.channels].fill(T::ONE);
            }
        }
    }

    /// First running statistics: mean 0, variance 1.
    pub fn start_running<T: Real>(&self, running: &mut [T]) {
        for place in &self.places {
            let statistics = &mut running[place.running.clone()];
            let channels = statistics.len() / 2;
            statistics[..channels].fill(T::ZERO);
            statistics[channels..].fill(T::ONE);
        }
    }
}

impl Network {
    /// How many weights a layer has, and how many inputs each of its outputs sums.
    pub(crate) fn weights(&self, layer: &Layer) -> (usize, f64) {
        let input = layer.inputs.first().map(|&source| self.shape(source));
        let channels = input.map_or(0, |shape: Shape| shape.channels);
        match layer.op {
            Op::Conv { window, groups, .. } => {
                let depth = channels / groups * window.kernel[0] * window.kernel[1];
                (depth * layer.output.channels, depth as f64)
            }
            Op::Transposed { kernel, stride, .. } => {
                let taps = kernel[0] * kernel[1];
                let share = (taps as f64 / (stride[0] * stride[1]) as f64).max(1.0);
                (
                    channels * layer.output.channels * taps,
                    channels as f64 * share,
                )
            }
            Op::Dense { .. } => {
                let depth = input.map_or(0, |shape| shape.elements());
                (depth * layer.output.channels, depth as f64)
            }
            Op::Pool { .. } | Op::Add | Op::Concat => (0, 0.0),
        }
    }
}

/// What random numbers are drawn for; each has its own stream, so that none shifts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// First weights.
    Weights,
    /// Which samples are held out.
    Split,
    /// The order of an epoch.
    Order,
    /// Shifts and flips of an epoch.
    Augment,
}

/// A stream of random numbers for one purpose and one position.
pub(crate) fn stream(seed: u64, purpose: Stream, position: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(position * 4 + purpose as u64);
    rng
}

/// Puts items in a random order.
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut impl Rng) {
    for i in (1..items.len()).rev() {
        let j = rng.random_range(0..=i);
        items.swap(i, j);
    }
}
