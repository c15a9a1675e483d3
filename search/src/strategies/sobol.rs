//! Sobol sampling: designs spread evenly over the space, by a low-discrepancy sequence.
//!
//! Every decision of the walk has a dimension of an Owen-scrambled Sobol sequence (Sobol
//! 1967; Owen 1995; Burley, JCGT 9(4), 2020) and takes the value at which the share of
//! completions passes its coordinate. So limits hold by construction, and the designs are
//! uniform over those within the limits, as with `random`, only more even.

use crate::problem::Evaluated;
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use crate::walk::Offer;
use sobol_burley::sample;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "sobol",
    help: "designs spread evenly over those within the limits (scrambled Sobol sequence)",
    options: &[TRAIN],
    feature: None,
    make,
};

/// Length of one sequence; after it the next scrambling starts.
const LENGTH: u64 = 1 << 16;

/// Dimensions of one sequence; further decisions take another scrambling.
const DIMENSIONS: usize = sobol_burley::NUM_DIMENSIONS as usize;

struct Sobol<'a> {
    space: &'a Space,
    train: Train,
    seed: u64,
    drawn: u64,
    /// The dimension of each decision: its place in the walk.
    dimension: Vec<usize>,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let mut dimension = vec![0; task.space.order().len()];
    for (place, &decision) in task.space.order().iter().enumerate() {
        dimension[decision] = place;
    }
    Ok(Box::new(Sobol {
        space: task.space,
        train: Train::from_options(task.options)?,
        seed: task.seed,
        drawn: 0,
        dimension,
    }))
}

impl Sobol<'_> {
    /// The coordinate of a point in 0..1.
    fn coordinate(&self, point: u64, dimension: usize) -> f64 {
        let (block, rest) = (dimension / DIMENSIONS, dimension % DIMENSIONS);
        let scrambling = mixed(self.seed, point / LENGTH, block as u64);
        f64::from(sample((point % LENGTH) as u32, rest as u32, scrambling))
    }
}

impl Strategy for Sobol<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let first = self.drawn;
        self.drawn += most as u64;
        let draw = |point| Ask {
            design: self.space.walk(|decision, offer| {
                place(offer, self.coordinate(point, self.dimension[decision]))
            }),
            train: self.train,
        };
        (first..self.drawn).map(draw).collect()
    }

    fn tell(&mut self, _evaluated: &[Evaluated]) {}
}

/// The place in an offer at which the share of completions passes a number in 0..1.
fn place(offer: &Offer, number: f64) -> usize {
    let mut total = 0.0;
    offer.weights.iter().for_each(|&one| total += one as f64);
    let mut sum = 0.0;
    let passed = offer.weights.iter().position(|&one| {
        sum += one as f64;
        number * total < sum
    });
    passed.unwrap_or(0)
}

/// A 32-bit scrambling from three numbers (the finalizer of SplitMix64, Steele et al. 2014).
fn mixed(seed: u64, round: u64, block: u64) -> u32 {
    let mut x = seed;
    for add in [round, block, 0] {
        x = x.wrapping_add(add).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
    }
    (x >> 32) as u32
}
