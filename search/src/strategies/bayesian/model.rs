//! Designs as points, and the Gaussian process over them (crate `egobox-gp`).
//!
//! Its arrays and random numbers are of other versions than ours and stay in this file.

use crate::design::Design;
use crate::space::Space;
use egobox_gp::correlation_models::Matern52Corr;
use egobox_gp::mean_models::ConstantMean;
use egobox_gp::{GaussianProcess, GpParams, ThetaTuning};
use linfa::prelude::{Dataset, Fit};
use ndarray_16::{Array1, Array2};

/// Coordinates beyond which the model learns scales along a few mixtures of them instead
/// (partial least squares; Bouhlel et al., Struct. Multidiscip. Optim. 53, 2016).
const WIDE: usize = 24;

/// How many mixtures.
const MIXTURES: usize = 6;

/// Inverse scales of the correlation, along normalised coordinates.
const SCALES: (f64, f64) = (1e-3, 1e1);

/// Other scales from which the first model is tuned, beside the usual ones.
const STARTS: usize = 4;

/// Most likelihoods that tuning computes from one start.
const TRIES: usize = 200;

/// Added to the correlation of a design with itself, so that designs that are close can be
/// told apart by rounded numbers.
const NUGGET: f64 = 1e-8;

/// How designs of a space become points.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// Decisions that matter, with the number of values and whether these are in order.
    open: Vec<(usize, usize, bool)>,
}

impl Chart {
    pub(super) fn new(space: &Space) -> Self {
        let decisions = space.decisions().iter().enumerate();
        let open = decisions.filter(|(_, one)| one.values > 1);
        Self {
            open: open
                .map(|(index, one)| (index, one.values, one.ordered))
                .collect(),
        }
    }

    /// The point of a canonical design.
    ///
    /// An ordered decision is a coordinate in steps of one n-th, and 0 where it takes no
    /// part, which is one step below its least value. Another one has a coordinate per
    /// value, of which at most one is 1.
    pub(super) fn point(&self, design: &Design) -> Vec<f64> {
        let mut point = Vec::new();
        for &(decision, values, ordered) in &self.open {
            let value = design.value(decision);
            match ordered {
                true => {
                    let step = value.map_or(0, |value| value + 1);
                    point.push(f64::from(step) / values as f64);
                }
                false => point.extend((0..values as u32).map(|one| match value == Some(one) {
                    true => 1.0,
                    false => 0.0,
                })),
            }
        }
        point
    }
}

/// What is believed of all designs.
pub(super) struct Model(GaussianProcess<f64, ConstantMean, Matern52Corr>);

/// How the scales of a model come about.
#[derive(Clone, Debug)]
pub(super) enum Scales {
    /// They are found, from several starts.
    Unknown,
    /// They are found anew from what they were.
    Tuned(Vec<f64>),
    /// They stay.
    Kept(Vec<f64>),
}

impl Model {
    /// The process that makes the numbers of some points likely; none where none does.
    pub(super) fn fit(points: &[Vec<f64>], numbers: &[f64], scales: Scales) -> Option<Self> {
        let differ = |pair: &[f64]| pair[0] != pair[1];
        if points.is_empty() || !numbers.windows(2).any(differ) {
            return None;
        }
        let (init, starts, kept) = match scales {
            Scales::Unknown => (vec![0.1], STARTS, false),
            Scales::Tuned(scales) => (scales, 0, false),
            Scales::Kept(scales) => (scales, 0, true),
        };
        let init = Array1::from_vec(init);
        let tuning = match kept {
            true => ThetaTuning::Fixed(init),
            false => ThetaTuning::Full {
                init,
                bounds: Array1::from_vec(vec![SCALES]),
            },
        };
        let points = matrix(points)?;
        let mixtures = (points.ncols() > WIDE).then_some(MIXTURES);
        let numbers = Array1::from_vec(numbers.to_vec());
        GpParams::new(ConstantMean::default(), Matern52Corr::default())
            .theta_tuning(tuning)
            .kpls_dim(mixtures)
            .n_start(starts)
            .max_eval(TRIES)
            .nugget(NUGGET)
            .fit(&Dataset::new(points, numbers))
            .ok()
            .map(Self)
    }

    /// The inverse scales that were found.
    pub(super) fn scales(&self) -> Vec<f64> {
        self.0.theta().to_vec()
    }

    /// Means and standard deviations at some points; none where there are no points.
    pub(super) fn predict(&self, points: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let predicted = matrix(points).and_then(|points| self.0.predict_valvar(&points).ok());
        let (means, variances) = predicted.unwrap_or_default();
        let pairs = means.into_iter().zip(variances);
        pairs
            .map(|(mean, variance)| (mean, variance.sqrt()))
            .collect()
    }
}

/// Points as rows; none where there are none or they have no coordinates.
fn matrix(points: &[Vec<f64>]) -> Option<Array2<f64>> {
    let width = points.first()?.len();
    let flat: Vec<f64> = points.iter().flatten().copied().collect();
    let rows = Array2::from_shape_vec((points.len(), width), flat).ok()?;
    (width > 0).then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: impl Fn(f64) -> f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let points: Vec<Vec<f64>> = (0..9).map(|n| vec![f64::from(n) / 8.0]).collect();
        let numbers = points.iter().map(|point| number(point[0])).collect();
        (points, numbers)
    }

    #[test]
    fn it_passes_through_what_it_knows_and_doubts_what_is_between() {
        let wave = |x: f64| libm::sin(6.0 * x);
        let (points, numbers) = line(wave);
        let model = Model::fit(&points, &numbers, Scales::Unknown).unwrap();
        for ((mean, deviation), number) in model.predict(&points).into_iter().zip(&numbers) {
            assert!(
                (mean - number).abs() < 1e-3 && deviation < 1e-2,
                "{mean} {number}"
            );
        }
        let between = [vec![0.3125], vec![0.6875]];
        for ((mean, deviation), point) in model.predict(&between).into_iter().zip(&between) {
            assert!((mean - wave(point[0])).abs() < 0.05, "{mean} at {point:?}");
            assert!(deviation > 1e-3);
        }
    }

    #[test]
    fn it_finds_out_which_coordinate_matters() {
        let points: Vec<Vec<f64>> = (0..30)
            .map(|n| vec![f64::from(n % 6) / 5.0, f64::from(n * 7 % 30) / 29.0])
            .collect();
        let numbers: Vec<f64> = points
            .iter()
            .map(|point| libm::sin(5.0 * point[0]))
            .collect();
        let found = Model::fit(&points, &numbers, Scales::Unknown).unwrap();
        let scales = found.scales();
        assert!(scales[0] > 5.0 * scales[1], "{scales:?}");
        let again = Model::fit(&points, &numbers, Scales::Kept(scales.clone())).unwrap();
        assert_eq!(again.scales(), scales);
        assert_eq!(again.predict(&points), found.predict(&points));
    }

    #[test]
    fn what_cannot_be_modelled_gives_none() {
        let (points, _) = line(|x| x);
        assert!(Model::fit(&points, &[1.0; 9], Scales::Unknown).is_none());
        assert!(Model::fit(&[], &[], Scales::Unknown).is_none());
        assert!(Model::fit(&[vec![], vec![]], &[0.0, 1.0], Scales::Unknown).is_none());
    }

    #[test]
    fn many_coordinates_are_mixed() {
        let number = |row: usize, column: usize| ((row * 31 + column * 17) % 23) as f64 / 22.0;
        let point = |row| (0..40).map(|column| number(row, column)).collect();
        let points: Vec<Vec<f64>> = (0..50).map(point).collect();
        let numbers: Vec<f64> = points.iter().map(|point| point[3] + point[8]).collect();
        let model = Model::fit(&points, &numbers, Scales::Unknown).unwrap();
        assert_eq!(model.scales().len(), MIXTURES);
    }
}
