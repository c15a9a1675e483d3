//! A surrogate fitted to trained networks: Gaussian-process regression with its leave-one-out error.
//!
//! A network is known by a few features (logarithms of parameters, MACs, depth, width). The
//! kernel is a squared exponential with one length for all features, which are scaled to unit
//! variance; length and noise are those of a small grid with the least leave-one-out error
//! (Rasmussen & Williams, "Gaussian Processes for Machine Learning", equations 2.25–2.26 and
//! 5.10–5.12). A fit that predicts left-out networks no better than their mean is refused.

use crate::{Kind, Measurement};
use std::fmt;

/// Lengths of the kernel that are tried, in standard deviations of a feature.
const LENGTHS: [f64; 5] = [0.5, 1.0, 2.0, 4.0, 8.0];

/// Shares of the variance taken for noise that are tried.
const NOISES: [f64; 4] = [1e-3, 1e-2, 1e-1, 0.5];

/// A spread of accuracies that is only rounding.
const FLAT: f64 = 1e-9;

/// A regression over trained networks.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    scale: Vec<(f64, f64)>,
    points: Vec<Vec<f64>>,
    mean: f64,
    spread: f64,
    length: f64,
    noise: f64,
    /// `K⁻¹ (y − mean)`, in units of `spread`.
    weights: Vec<f64>,
    /// Lower triangle of the Cholesky factor of the kernel matrix.
    factor: Vec<Vec<f64>>,
    error: f64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unfit {
    /// There are too few trained networks.
    TooFew {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Left-out networks are predicted no better than by the mean of the others.
    NoBetterThanMean {
        /// Root mean square error of left-out networks.
        error: f64,
        /// Their standard deviation.
        spread: f64,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { found, needed } => {
                write!(
                    f,
                    "{found} networks were trained with this recipe; it takes {needed}"
                )
            }
            Self::NoBetterThanMean { error, spread } => write!(
                f,
                "left-out networks are predicted with an error of {error:.4}, their mean alone has {spread:.4}"
            ),
        }
    }
}

impl std::error::Error for Unfit {}

impl Fitted {
    /// Fits networks with these features to these accuracies.
    pub fn new(points: &[Vec<f64>], values: &[f64], at_least: usize) -> Result<Self, Unfit> {
        let found = points.len().min(values.len());
        let needed = at_least.max(3);
        if found < needed {
            return Err(Unfit::TooFew { found, needed });
        }
        let (points, values) = (&points[..found], &values[..found]);
        let (mean, spread) = moments(values.iter().copied());
        let scale: Vec<(f64, f64)> = (0..points[0].len())
            .map(|axis| moments(points.iter().map(|p| p[axis])))
            .map(|(mean, spread)| (mean, if spread > 0.0 { spread } else { 1.0 }))
            .collect();
        let points: Vec<Vec<f64>> = points.iter().map(|p| scaled(p, &scale)).collect();
        let unit = if spread > 0.0 { spread } else { 1.0 };
        let targets: Vec<f64> = values.iter().map(|v| (v - mean) / unit).collect();
        let tried = LENGTHS
            .iter()
            .flat_map(|l| NOISES.iter().map(move |n| (*l, *n)));
        let best = tried
            .filter_map(|(length, noise)| {
                let factor = cholesky(&kernel(&points, length, noise))?;
                let weights = solve(&factor, &targets);
                let error = left_out(&factor, &weights);
                Some((error, length, noise, weights, factor))
            })
            .reduce(|best, next| if next.0 < best.0 { next } else { best });
        let no_better = |error: f64| Unfit::NoBetterThanMean {
            error: error * unit,
            spread,
        };
        let Some((error, length, noise, weights, factor)) = best else {
            return Err(no_better(1.0));
        };
        // Leaving one out of n and taking the mean of the others misses it by n ÷ (n − 1) deviations.
        let of_mean = found as f64 / (found as f64 - 1.0);
        if spread <= FLAT || error >= of_mean {
            return Err(no_better(error));
        }
        Ok(Self {
            scale,
            points,
            mean,
            spread: unit,
            length,
            noise,
            weights,
            factor,
            error: error * unit,
        })
    }

    /// Root mean square error of networks that were left out in turn.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// How many networks it was fitted to.
    pub fn count(&self) -> usize {
        self.points.len()
    }

    /// The accuracy that a network with these features is expected to reach, with its standard
    /// error: that of the process, and at least the leave-one-out error.
    pub fn measure(&self, features: &[f64]) -> Measurement {
        let here = scaled(features, &self.scale);
        let near: Vec<f64> = self
            .points
            .iter()
            .map(|p| likeness(p, &here, self.length))
            .collect();
        let value: f64 = near.iter().zip(&self.weights).map(|(k, w)| k * w).sum();
        let half = forward(&self.factor, &near);
        let known: f64 = half.iter().map(|x| x * x).sum();
        let variance = (1.0 + self.noise - known).max(0.0);
        let error = (libm::sqrt(variance) * self.spread).max(self.error);
        Measurement {
            value: (self.mean + self.spread * value).clamp(0.0, 1.0),
            uncertainty: Some(error),
            kind: Kind::Fitted,
            training: None,
        }
    }
}

/// Mean and standard deviation (of the sample as a whole).
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
    (mean, libm::sqrt(variance))
}

fn scaled(point: &[f64], scale: &[(f64, f64)]) -> Vec<f64> {
    let pairs = point.iter().zip(scale);
    pairs
        .map(|(x, (mean, spread))| (x - mean) / spread)
        .collect()
}

fn likeness(a: &[f64], b: &[f64], length: f64) -> f64 {
    let distance: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    libm::exp(-distance / (2.0 * length * length))
}

fn kernel(points: &[Vec<f64>], length: f64, noise: f64) -> Vec<Vec<f64>> {
    let row = |(i, a): (usize, &Vec<f64>)| {
        let mut row: Vec<f64> = points[..=i]
            .iter()
            .map(|b| likeness(a, b, length))
            .collect();
        row[i] += noise;
        row
    };
    points.iter().enumerate().map(row).collect()
}

/// The lower Cholesky factor of a matrix given by its lower triangle; none where it is not
/// positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, row) in matrix.iter().enumerate() {
        let mut next: Vec<f64> = Vec::with_capacity(i + 1);
        for j in 0..=i {
            let above = if i == j { &next } else { &factor[j] };
            let known: f64 = next[..j].iter().zip(&above[..j]).map(|(a, b)| a * b).sum();
            let rest = row[j] - known;
            if i == j {
                if rest <= 0.0 || !rest.is_finite() {
                    return None;
                }
                next.push(libm::sqrt(rest));
            } else {
                next.push(rest / factor[j][j]);
            }
        }
        factor.push(next);
    }
    Some(factor)
}

/// Solves `L x = b`.
fn forward(factor: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x: Vec<f64> = Vec::with_capacity(b.len());
    for (row, b) in factor.iter().zip(b) {
        let known: f64 = row.iter().zip(&x).map(|(l, x)| l * x).sum();
        x.push((b - known) / row[x.len()]);
    }
    x
}

/// Solves `L Lᵀ x = b`.
fn solve(factor: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut x = forward(factor, b);
    for i in (0..x.len()).rev() {
        let known: f64 = (i + 1..x.len()).map(|j| factor[j][i] * x[j]).sum();
        x[i] = (x[i] - known) / factor[i][i];
    }
    x
}

/// Root mean square of `[K⁻¹ y]ᵢ ÷ [K⁻¹]ᵢᵢ`: what each point is missed by when it is left out.
fn left_out(factor: &[Vec<f64>], weights: &[f64]) -> f64 {
    let count = weights.len();
    let mut unit = vec![0.0; count];
    let mut sum = 0.0;
    for (i, weight) in weights.iter().enumerate() {
        unit[i] = 1.0;
        // [K⁻¹]ᵢᵢ is the squared length of L⁻¹ eᵢ.
        let diagonal: f64 = forward(factor, &unit).iter().map(|x| x * x).sum();
        unit[i] = 0.0;
        sum += (weight / diagonal) * (weight / diagonal);
    }
    libm::sqrt(sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Points on a curve that saturates, as accuracies do.
    fn curve(count: usize, noise: impl Fn(usize) -> f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let points: Vec<Vec<f64>> = (0..count)
            .map(|i| vec![8.0 + 0.2 * i as f64, 12.0 + 0.5 * ((i * 7) % count) as f64])
            .collect();
        let value = |(i, p): (usize, &Vec<f64>)| {
            0.95 - 0.3 * libm::exp(-(p[0] - 8.0) / 2.0) + 0.002 * p[1] + noise(i)
        };
        let values = points.iter().enumerate().map(value).collect();
        (points, values)
    }

    #[test]
    fn what_was_left_out_is_predicted_as_the_closed_form_says() {
        let (points, values) = curve(24, |i| 0.01 * libm::sin(i as f64 * 12.9));
        let fit = Fitted::new(&points, &values, 20).unwrap();
        // The same by hand: fitted again without each point, with the kernel that was chosen.
        let mut sum = 0.0;
        let unit = fit.spread;
        for out in 0..points.len() {
            let rest: Vec<usize> = (0..points.len()).filter(|i| *i != out).collect();
            let near: Vec<Vec<f64>> = rest.iter().map(|i| fit.points[*i].clone()).collect();
            let y: Vec<f64> = rest
                .iter()
                .map(|i| (values[*i] - fit.mean) / unit)
                .collect();
            let factor = cholesky(&kernel(&near, fit.length, fit.noise)).unwrap();
            let weights = solve(&factor, &y);
            let likenesses = near
                .iter()
                .map(|p| likeness(p, &fit.points[out], fit.length));
            let predicted: f64 = likenesses.zip(&weights).map(|(k, w)| k * w).sum();
            let missed = predicted * unit + fit.mean - values[out];
            sum += missed * missed;
        }
        let by_hand = libm::sqrt(sum / points.len() as f64);
        assert!(
            (by_hand - fit.error()).abs() < 1e-9,
            "{by_hand} {}",
            fit.error()
        );
        assert!(fit.error() < 0.02 && fit.count() == 24);
    }

    #[test]
    fn between_its_points_it_follows_the_curve() {
        let (points, values) = curve(40, |_| 0.0);
        let fit = Fitted::new(&points[..], &values, 20).unwrap();
        let there = fit.measure(&[9.1, 20.0]);
        let truth = 0.95 - 0.3 * libm::exp(-0.55) + 0.04;
        assert!((there.value - truth).abs() < 0.01, "{there:?} {truth}");
        // Far away it knows nothing, and says so.
        let far = fit.measure(&[60.0, 90.0]);
        assert!(far.uncertainty > there.uncertainty);
    }

    #[test]
    fn too_few_and_pure_noise_are_refused() {
        let (points, values) = curve(10, |_| 0.0);
        let refused = Fitted::new(&points, &values, 20).unwrap_err();
        assert_eq!(
            refused,
            Unfit::TooFew {
                found: 10,
                needed: 20
            }
        );
        let noise = |i: usize| 0.1 * libm::sin((i * i) as f64 * 78.233 + 1.0);
        let (points, _) = curve(30, |_| 0.0);
        let values: Vec<f64> = (0..30).map(|i| 0.5 + noise(i)).collect();
        let refused = Fitted::new(&points, &values, 20).unwrap_err();
        assert!(
            matches!(refused, Unfit::NoBetterThanMean { .. }),
            "{refused}"
        );
        let same = Fitted::new(&points, &[0.9; 30], 20).unwrap_err();
        assert!(matches!(same, Unfit::NoBetterThanMean { .. }), "{same}");
    }

    proptest! {
        #[test]
        fn it_is_a_share_with_an_error_whatever_it_is_given(
            rows in prop::collection::vec((prop::collection::vec(-50.0..50.0_f64, 4), 0.0..1.0_f64), 3..30),
            at in prop::collection::vec(-1e3..1e3_f64, 4),
        ) {
            let (points, values): (Vec<Vec<f64>>, Vec<f64>) = rows.into_iter().unzip();
            if let Ok(fit) = Fitted::new(&points, &values, 3) {
                let m = fit.measure(&at);
                prop_assert!((0.0..=1.0).contains(&m.value));
                prop_assert!(m.uncertainty.is_some_and(|u| u.is_finite() && u >= fit.error()));
            }
        }
    }
}
