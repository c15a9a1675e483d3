//! How gradients become steps: clipping, RMSProp and Adam, and a falling rate.

use super::{Controller, Weights};

/// Weight of the past in the mean of squared gradients.
const MEAN_SQUARE_DECAY: [f64; 2] = [0.9, 0.999];

/// Weight of the past in Adam's mean of gradients.
const MEAN_DECAY: f64 = 0.9;

/// Keeps RMSProp and Adam from dividing by 0.
const EPSILON: [f64; 2] = [1e-10, 1e-8];

/// The optimizers by name.
pub(crate) const OPTIMIZERS: &[&str] = &["rmsprop", "adam"];

/// What training a controller depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Training {
    /// Whether it is Adam (Kingma and Ba 2015); else RMSProp (Tieleman and Hinton 2012).
    pub(crate) adam: bool,
    /// Size of the first steps.
    pub(crate) rate: f64,
    /// Factor on the rate every so many updates.
    pub(crate) decay: f64,
    pub(crate) decay_every: u64,
    /// Largest norm of a gradient.
    pub(crate) clip: f64,
}

/// Trains a controller.
#[derive(Clone, Debug)]
pub(crate) struct Trainer {
    training: Training,
    mean: Weights,
    mean_square: Weights,
    updates: u64,
}

impl Trainer {
    pub(crate) fn new(training: Training, controller: &Controller) -> Self {
        let mut mean_square = controller.gradient();
        if !training.adam {
            // As in the published code's framework, mean squares start at 1: steps start in
            // proportion to the gradient and become relative to its size later.
            let all = mean_square.0.iter_mut().flatten();
            all.for_each(|value| *value = 1.0);
        }
        Self {
            training,
            mean: controller.gradient(),
            mean_square,
            updates: 0,
        }
    }

    /// The same training from its start.
    pub(crate) fn begun_again(&self, controller: &Controller) -> Self {
        Self::new(self.training, controller)
    }

    /// One step uphill.
    pub(crate) fn climb(&mut self, controller: &mut Controller, mut gradient: Weights) {
        let norm = gradient.norm();
        if norm > self.training.clip {
            gradient.scale(self.training.clip / norm);
        }
        let decays = (self.updates / self.training.decay_every) as f64;
        let rate = self.training.rate * libm::pow(self.training.decay, decays);
        self.updates += 1;
        let arrays = controller.weights.0.iter_mut().zip(&gradient.0);
        let past = self.mean.0.iter_mut().zip(&mut self.mean_square.0);
        for ((weights, slopes), (mean, square)) in arrays.zip(past) {
            let slopes = slopes.as_slice().unwrap_or_default();
            let weights = weights.as_slice_mut().unwrap_or_default();
            let square = square.as_slice_mut().unwrap_or_default();
            match self.training.adam {
                false => rmsprop(weights, slopes, square, rate),
                true => {
                    let mean = mean.as_slice_mut().unwrap_or_default();
                    adam(weights, slopes, mean, square, rate, self.updates);
                }
            }
        }
    }
}

#[multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")]
fn rmsprop(weights: &mut [f64], slopes: &[f64], squares: &mut [f64], rate: f64) {
    let [decay, _] = MEAN_SQUARE_DECAY;
    for ((weight, square), slope) in weights.iter_mut().zip(squares).zip(slopes) {
        *square = decay * *square + (1.0 - decay) * slope * slope;
        *weight += rate * slope / (*square + EPSILON[0]).sqrt();
    }
}

#[multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")]
fn adam(
    weights: &mut [f64],
    slopes: &[f64],
    means: &mut [f64],
    squares: &mut [f64],
    rate: f64,
    updates: u64,
) {
    let [_, decay] = MEAN_SQUARE_DECAY;
    // Means that started at 0 are too small at first; the paper's section 2 moves the
    // correction out of the loop.
    let share = |decay: f64| 1.0 - libm::pow(decay, updates as f64);
    let correction = share(decay).sqrt();
    let (rate, epsilon) = (
        rate * correction / share(MEAN_DECAY),
        EPSILON[1] * correction,
    );
    let past = means.iter_mut().zip(squares);
    for ((weight, slope), (mean, square)) in weights.iter_mut().zip(slopes).zip(past) {
        *mean = MEAN_DECAY * *mean + (1.0 - MEAN_DECAY) * slope;
        *square = decay * *square + (1.0 - decay) * slope * slope;
        *weight += rate * *mean / (square.sqrt() + epsilon);
    }
}
