//! What generators learn from: designs with what they cost, and the scale of it all.

use super::Model;
use crate::design::Design;
use crate::space::Space;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One design of this many is held out from all training.
const HELD_OUT: u8 = 10;

/// The random stream of the designs to learn from; the weights and their training have others.
pub(super) const DESIGNS_STREAM: u64 = 1;

/// Draws for each wanted design before a space is taken to have no more.
const PATIENCE: usize = 8;

/// Designs that are drawn and priced at a time.
const BATCH: usize = 1024;

/// A priced design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Lesson {
    /// The design.
    pub design: Design,
    /// What is known of its networks.
    pub context: Vec<f64>,
    /// What the specs measure of it.
    pub values: Vec<f64>,
}

/// Whether a design is held out from the training of every generator: a tenth of each space is,
/// by the hash of the design and so the same for all.
pub fn is_held_out(space: &Space, design: &Design) -> bool {
    space.canonical_hash(design)[0].is_multiple_of(HELD_OUT)
}

/// Distinct designs that may be learned from and can be built, and how many were priced for it.
pub(super) fn draw(model: &dyn Model, wanted: usize, seed: u64) -> (Vec<Lesson>, u64) {
    let space = model.space();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(DESIGNS_STREAM);
    let (mut met, mut lessons, mut priced) = (BTreeSet::new(), Vec::new(), 0);
    let mut left = wanted.saturating_mul(PATIENCE);
    while left > 0 && lessons.len() < wanted {
        let mut batch = Vec::new();
        for _ in 0..BATCH.min(left) {
            let design = space.canonical(&space.sample(&mut rng));
            if !is_held_out(space, &design) && met.insert(design.clone()) {
                batch.push(design);
            }
        }
        left -= BATCH.min(left);
        batch.truncate(wanted - lessons.len());
        priced += batch.len() as u64;
        let known: Vec<Option<Lesson>> = batch
            .into_par_iter()
            .map(|design| {
                let values = model.values(&design)?;
                let context = model.context(&design);
                Some(Lesson {
                    design,
                    context,
                    values,
                })
            })
            .collect();
        lessons.extend(known.into_iter().flatten());
    }
    (lessons, priced)
}

/// Mean and deviation of each number of the contexts and values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    context: Vec<(f64, f64)>,
    values: Vec<(f64, f64)>,
}

impl Scale {
    /// That of some designs.
    pub(super) fn of(lessons: &[Lesson]) -> Self {
        Self {
            context: moments(lessons.iter().map(|one| one.context.as_slice())),
            values: moments(lessons.iter().map(|one| one.values.as_slice())),
        }
    }

    /// Whether it is one of so many numbers.
    pub(super) fn fits(&self, context: usize, values: usize) -> bool {
        self.context.len() == context && self.values.len() == values
    }

    /// Context and wishes in deviations from their means, one after the other.
    pub(super) fn input(&self, context: &[f64], wishes: &[f64]) -> Vec<f64> {
        let all = context.iter().chain(wishes);
        let scale = self.context.iter().chain(&self.values);
        let shifted = all
            .zip(scale)
            .map(|(x, (mean, spread))| (x - mean) / spread);
        shifted.collect()
    }

    /// The deviation of each number of the context, then of each value.
    pub(super) fn spreads(&self) -> (impl Iterator<Item = f64>, impl Iterator<Item = f64>) {
        let spread = |pair: &(f64, f64)| pair.1;
        (
            self.context.iter().map(spread),
            self.values.iter().map(spread),
        )
    }
}

/// Mean and standard deviation of each column; what never changes has a deviation of 1.
fn moments<'a>(rows: impl Iterator<Item = &'a [f64]> + Clone) -> Vec<(f64, f64)> {
    let count = rows.clone().count().max(1) as f64;
    let width = rows.clone().next().map_or(0, <[f64]>::len);
    let column = |index: usize| {
        let values = rows.clone().filter_map(move |row| row.get(index).copied());
        let mean = values.clone().sum::<f64>() / count;
        let square = values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        // Numbers that differ by rounding alone are the same.
        let spread = square.sqrt();
        (mean, if spread > 1e-9 { spread } else { 1.0 })
    };
    (0..width).map(column).collect()
}
