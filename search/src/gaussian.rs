//! The search distribution of an evolution strategy: mean, step size and covariance (CMA-ES).
//!
//! Symbols and constants are those of Hansen, "The CMA Evolution Strategy: A Tutorial"
//! (arXiv 1604.00772). The covariance is factored by Cholesky, C = A·Aᵀ, instead of by
//! eigenvectors; beyond [`FULL`] coordinates only its diagonal is learnt (Ros and Hansen,
//! PPSN 2008). All sums run in a fixed order.

use rand::{Rng, RngExt};

/// Most coordinates of which the whole covariance is learnt.
const FULL: usize = 64;

/// A Gaussian over points in the unit cube, and how it moves.
#[derive(Clone, Debug)]
pub(crate) struct Gaussian {
    pub(crate) mean: Vec<f64>,
    sigma: f64,
    /// Rows of C, lower triangle; one number a row where only the diagonal is learnt.
    covariance: Vec<Vec<f64>>,
    /// Rows of A with C = A·Aᵀ, shaped like C.
    factor: Vec<Vec<f64>>,
    sigma_path: Vec<f64>,
    covariance_path: Vec<f64>,
    generation: i32,
}

impl Gaussian {
    pub(crate) fn new(mean: Vec<f64>, sigma: f64) -> Self {
        let size = mean.len();
        let row = |i: usize| match size <= FULL {
            true => (0..=i).map(|j| if i == j { 1.0 } else { 0.0 }).collect(),
            false => vec![1.0],
        };
        let identity: Vec<Vec<f64>> = (0..size).map(row).collect();
        Self {
            sigma,
            covariance: identity.clone(),
            factor: identity,
            sigma_path: vec![0.0; size],
            covariance_path: vec![0.0; size],
            mean,
            generation: 0,
        }
    }

    /// A point, mirrored at the walls of the unit cube.
    pub(crate) fn sample(&self, rng: &mut impl Rng) -> Vec<f64> {
        let z: Vec<f64> = self.mean.iter().map(|_| normal(rng)).collect();
        let point = |(i, mean): (usize, &f64)| {
            let row = &self.factor[i];
            let from = i + 1 - row.len();
            let mut sum = 0.0;
            row.iter().zip(&z[from..]).for_each(|(a, z)| sum += a * z);
            mirrored(mean + self.sigma * sum)
        };
        self.mean.iter().enumerate().map(point).collect()
    }

    /// The largest standard deviation of a coordinate.
    pub(crate) fn width(&self) -> f64 {
        let variance = |row: &Vec<f64>| row.last().copied().unwrap_or(0.0);
        let most = self.covariance.iter().map(variance).fold(0.0, f64::max);
        self.sigma * most.sqrt()
    }

    /// Moves towards the best points, which come first; `weights` sum to 1.
    pub(crate) fn learn(&mut self, best: &[&[f64]], weights: &[f64]) {
        let n = self.mean.len() as f64;
        let mut squares = 0.0;
        weights.iter().for_each(|w| squares += w * w);
        let effective = 1.0 / squares;
        let scaled = |point: &&[f64]| -> Vec<f64> {
            let pairs = point.iter().zip(&self.mean);
            pairs.map(|(x, mean)| (x - mean) / self.sigma).collect()
        };
        let steps: Vec<Vec<f64>> = best.iter().map(scaled).collect();
        let mut step = vec![0.0; self.mean.len()];
        for (one, weight) in steps.iter().zip(weights) {
            step.iter_mut()
                .zip(one)
                .for_each(|(to, y)| *to += weight * y);
        }
        for (mean, y) in self.mean.iter_mut().zip(&step) {
            *mean = (*mean + self.sigma * y).clamp(0.0, 1.0);
        }
        self.generation += 1;

        let rate = (effective + 2.0) / (n + effective + 5.0);
        let gain = (rate * (2.0 - rate) * effective).sqrt();
        let white = self.whitened(&step);
        for (path, z) in self.sigma_path.iter_mut().zip(&white) {
            *path = (1.0 - rate) * *path + gain * z;
        }
        let length = norm(&self.sigma_path);
        let expected = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        let faded = 1.0 - libm::pow(1.0 - rate, 2.0 * f64::from(self.generation));
        let steady = length / faded.sqrt() < (1.4 + 2.0 / (n + 1.0)) * expected;
        let damping = 1.0 + rate + 2.0 * (((effective - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0);
        let growth = (rate / damping * (length / expected - 1.0)).min(1.0);
        self.adapt(&steps, &step, weights, steady);
        self.sigma = (self.sigma * libm::exp(growth)).min(1.0);
    }

    /// The rank-one and rank-μ updates of the covariance.
    fn adapt(&mut self, steps: &[Vec<f64>], step: &[f64], weights: &[f64], steady: bool) {
        let n = self.mean.len() as f64;
        let mut squares = 0.0;
        weights.iter().for_each(|w| squares += w * w);
        let effective = 1.0 / squares;
        let rate = (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n);
        let gain = if steady {
            (rate * (2.0 - rate) * effective).sqrt()
        } else {
            0.0
        };
        for (path, y) in self.covariance_path.iter_mut().zip(step) {
            *path = (1.0 - rate) * *path + gain * y;
        }
        // Where only the diagonal is learnt, it can be learnt faster.
        let faster = if self.mean.len() > FULL {
            (n + 2.0) / 3.0
        } else {
            1.0
        };
        let one = faster * 2.0 / ((n + 1.3) * (n + 1.3) + effective);
        let many = 2.0 * (effective - 2.0 + 1.0 / effective) / ((n + 2.0) * (n + 2.0) + effective);
        let many = (faster * many).min(1.0 - one.min(1.0));
        let lost = if steady {
            0.0
        } else {
            one * rate * (2.0 - rate)
        };
        let keep = 1.0 + lost - one - many;
        let path = &self.covariance_path;
        for (i, row) in self.covariance.iter_mut().enumerate() {
            let from = i + 1 - row.len();
            for (j, entry) in (from..=i).zip(row.iter_mut()) {
                let mut sum = 0.0;
                for (y, weight) in steps.iter().zip(weights) {
                    sum += weight * y[i] * y[j];
                }
                *entry = keep * *entry + one * path[i] * path[j] + many * sum;
            }
        }
        self.factorise();
    }

    /// Renews A; a pivot is kept above 0, which rounding could take it to.
    fn factorise(&mut self) {
        for i in 0..self.covariance.len() {
            let from = i + 1 - self.covariance[i].len();
            for j in from..=i {
                let (rows, rest) = self.factor.split_at_mut(i);
                let row = &mut rest[0];
                let other: &[f64] = if j == i { &[] } else { &rows[j] };
                let mut sum = self.covariance[i][j - from];
                for k in from..j {
                    let with = if j == i {
                        row[k - from]
                    } else {
                        other[k - from]
                    };
                    sum -= row[k - from] * with;
                }
                row[j - from] = match j == i {
                    true => sum.max(1e-20).sqrt(),
                    false => sum / other[j - from],
                };
            }
        }
    }

    /// A⁻¹·y, by forward substitution.
    fn whitened(&self, y: &[f64]) -> Vec<f64> {
        let mut z = y.to_vec();
        for i in 0..z.len() {
            let row = &self.factor[i];
            let from = i + 1 - row.len();
            for k in from..i {
                z[i] -= row[k - from] * z[k];
            }
            z[i] /= row[i - from];
        }
        z
    }
}

/// Weights of the better half of a generation: they fall like logarithms and sum to 1.
pub(crate) fn recombination(size: usize) -> Vec<f64> {
    let half = (size / 2).max(1);
    let raw: Vec<f64> = (1..=half)
        .map(|rank| libm::log(half as f64 + 0.5) - libm::log(rank as f64))
        .collect();
    let mut total = 0.0;
    raw.iter().for_each(|weight| total += weight);
    raw.iter().map(|weight| weight / total).collect()
}

/// A number from the standard normal distribution (Box and Muller 1958).
fn normal(rng: &mut impl Rng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.random::<f64>())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * rng.random::<f64>())
}

/// A coordinate thrown back into 0..1 by walls at both ends.
fn mirrored(x: f64) -> f64 {
    let folded = (x - 2.0 * (x / 2.0).floor()).clamp(0.0, 2.0);
    if folded > 1.0 { 2.0 - folded } else { folded }
}

fn norm(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    values.iter().for_each(|value| sum += value * value);
    sum.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Minimises a function; returns the mean at the end and the widths on the way.
    fn minimise(f: impl Fn(&[f64]) -> f64, size: usize, generations: usize) -> Gaussian {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut gaussian = Gaussian::new(vec![0.5; size], 0.3);
        let weights = recombination(16);
        for _ in 0..generations {
            let mut points: Vec<Vec<f64>> = (0..16).map(|_| gaussian.sample(&mut rng)).collect();
            points.sort_by(|a, b| f(a).total_cmp(&f(b)));
            let best: Vec<&[f64]> = points[..8].iter().map(Vec::as_slice).collect();
            gaussian.learn(&best, &weights);
        }
        gaussian
    }

    #[test]
    fn it_converges_on_a_narrow_ellipsoid_that_is_not_along_the_axes() {
        // Condition number 10⁴ along the diagonal x₀ + x₁.
        let f = |x: &[f64]| {
            let (along, across) = (x[0] + x[1] - 0.9, x[0] - x[1] + 0.3);
            1e4 * along * along + across * across
        };
        let found = minimise(f, 2, 120);
        assert!((found.mean[0] - 0.3).abs() < 1e-6, "{:?}", found.mean);
        assert!((found.mean[1] - 0.6).abs() < 1e-6, "{:?}", found.mean);
        assert!(found.width() < 1e-5);
    }

    #[test]
    fn the_diagonal_alone_converges_in_many_dimensions() {
        let f = |x: &[f64]| -> f64 { x.iter().map(|x| (x - 0.7) * (x - 0.7)).sum() };
        let found = minimise(f, FULL + 6, 1500);
        assert!(
            found.mean.iter().all(|x| (x - 0.7).abs() < 1e-3),
            "{:?}",
            found.mean
        );
    }

    #[test]
    fn the_factor_is_that_of_the_covariance() {
        let f = |x: &[f64]| x[0] * x[1] + (x[2] - x[3]) * (x[2] - x[3]);
        let found = minimise(f, 4, 10);
        for i in 0..4 {
            for j in 0..=i {
                let product: f64 = (0..=j)
                    .map(|k| found.factor[i][k] * found.factor[j][k])
                    .sum();
                assert!((product - found.covariance[i][j]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn mirrors_keep_points_inside() {
        for (x, wanted) in [
            (0.25, 0.25),
            (1.25, 0.75),
            (-0.25, 0.25),
            (2.25, 0.25),
            (-1.5, 0.5),
        ] {
            assert!((mirrored(x) - wanted).abs() < 1e-12);
        }
    }
}
