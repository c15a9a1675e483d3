//! How promising a prediction is, and how ranks become numbers that a Gaussian can model.

use crate::options::{OptionError, Options};
use std::f64::consts::{PI, SQRT_2};

/// What the next design maximises.
#[derive(Clone, Copy, Debug)]
pub(super) enum Acquisition {
    /// Expected improvement (Jones, Schonlau and Welch, J. Global Optim. 13, 1998).
    Expected,
    /// Mean plus so many deviations.
    UpperBound(f64),
    /// The probability of improving.
    Probability,
}

impl Acquisition {
    pub(super) fn from_options(options: &Options) -> Result<Self, OptionError> {
        Ok(match options.choice("acquisition")? {
            "ucb" => Self::UpperBound(options.float("kappa")?),
            "pi" => Self::Probability,
            _ => Self::Expected,
        })
    }

    /// A number that is greater the more promising a prediction is beside the best so far.
    pub(super) fn of(self, (mean, deviation): (f64, f64), best: f64) -> f64 {
        let deviation = deviation.max(1e-12);
        let above = (mean - best) / deviation;
        match self {
            Self::Expected => libm::log(deviation) + log_improvement(above),
            Self::UpperBound(kappa) => mean + kappa * deviation,
            // A probability orders as its quantile does.
            Self::Probability => above,
        }
    }
}

/// The logarithm of `φ(z) + z·Φ(z)`, the improvement expected of a standard normal that
/// begins z above the best; the logarithm orders designs where the number itself would be 0
/// (Ament et al., NeurIPS 2023).
fn log_improvement(z: f64) -> f64 {
    let log_density = -0.5 * z * z - 0.5 * libm::log(2.0 * PI);
    if z > -25.0 {
        return libm::log(libm::exp(log_density) + z * below(z));
    }
    // φ(z) + z·Φ(z) tends to φ(z)/z².
    log_density - 2.0 * libm::log(-z)
}

/// The probability that a standard normal is below a number.
fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// Standard normal quantiles of the places of some designs, given in classes of equals,
/// best first: one number per class.
pub(super) fn normal_scores(classes: &[usize]) -> Vec<f64> {
    let total: usize = classes.iter().sum();
    let mut left = total as f64;
    let score = |&size: &usize| {
        let middle = left - size as f64 / 2.0;
        left -= size as f64;
        quantile(middle / total as f64)
    };
    classes.iter().map(score).collect()
}

/// Where the normal distribution reaches a probability, by halving.
fn quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match below(middle) < probability {
            true => low = middle,
            false => high = middle,
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_improvement_is_that_of_its_integral() {
        for z in [-6.0, -2.0, -0.5, 0.0, 1.5, 4.0] {
            let step = 1e-4;
            let term = |n: i32| {
                let x = f64::from(n) * step;
                (z + x).max(0.0) * libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt() * step
            };
            let sum: f64 = (-100_000..=100_000).map(term).sum();
            let found = libm::exp(log_improvement(z));
            assert!((found - sum).abs() < 1e-6 * sum, "{z}: {found} and {sum}");
        }
    }

    #[test]
    fn it_rises_without_a_jump_where_the_number_itself_is_nothing() {
        let at = |n: i32| log_improvement(-30.0 + f64::from(n) * 0.01);
        for n in 0..1000 {
            let rise = at(n + 1) - at(n);
            assert!(rise > 0.19 && rise < 0.31, "{n}: {rise}");
        }
        let all = [-1e6, -1e3, -100.0].map(log_improvement);
        assert!(all.is_sorted() && all.iter().all(|one| one.is_finite()));
    }

    #[test]
    fn scores_are_quantiles_of_the_middle_places() {
        let scores = normal_scores(&[1, 2, 1]);
        let wanted = [1.150_349_380_376_008, 0.0, -1.150_349_380_376_008];
        for (found, wanted) in scores.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-12, "{scores:?}");
        }
    }

    #[test]
    fn each_acquisition_weighs_doubt_its_own_way() {
        let (sure, unsure) = ((0.9, 0.01), (0.5, 1.0));
        let prefers_doubt = |one: Acquisition| one.of(unsure, 1.0) > one.of(sure, 1.0);
        assert!(prefers_doubt(Acquisition::Expected));
        assert!(prefers_doubt(Acquisition::UpperBound(2.0)));
        assert!(prefers_doubt(Acquisition::Probability));
        assert!(!prefers_doubt(Acquisition::UpperBound(0.1)));
        let near = (1.001, 0.01);
        assert!(Acquisition::Probability.of(near, 1.0) > Acquisition::Probability.of(unsure, 1.0));
        assert!(Acquisition::Expected.of(near, 1.0) < Acquisition::Expected.of(unsure, 1.0));
    }
}
