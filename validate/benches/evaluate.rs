//! One evaluation, averaged over the mappings that the comparisons verify: the least of many batches,
//! because other work on a machine can only add to the time.
//!
//! `BATCHES=1 ONLY="whole ragged"` runs one batch of one figure, for counting instructions.

use std::env;
use std::hint::black_box;
use std::time::Instant;

use nasaic_cost::{Evaluator, Technology, counts, evaluate};
use nasaic_validate::data::Folder;
use nasaic_validate::point::Point;
use nasaic_validate::{cases, timeloop};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random layers and nests: padded, strided, dilated, grouped, ragged.
const RAGGED: u64 = 1_000;

/// Batches over a whole set.
const BATCHES: u32 = 2_000;

fn main() {
    let bench = Bench {
        batches: env::var("BATCHES")
            .ok()
            .and_then(|n| n.parse().ok())
            .unwrap_or(BATCHES),
        only: env::var("ONLY").unwrap_or_default(),
    };
    bench.set("timeloop", &timeloop::points(&Folder::Shipped));
    bench.set("ragged", &(0..RAGGED).map(cases::case).collect::<Vec<_>>());
}

struct Bench {
    batches: u32,
    /// What a figure's name must contain.
    only: String,
}

impl Bench {
    fn set(&self, set: &str, points: &[Point]) {
        let technology = Technology::horowitz_28nm();
        self.least("count", set, points.len(), || {
            for p in points {
                black_box(counts::count(black_box(&p.layer), &p.mapping));
            }
        });
        self.least("alone", set, points.len(), || {
            for p in points {
                let layer = black_box(&p.layer);
                black_box(evaluate(layer, &p.mapping, &p.sub, Some(&technology)));
            }
        });
        let of = |p: &Point| Evaluator::new(&p.layer, &p.mapping, &p.sub, Some(&technology));
        let mut again: Vec<Evaluator> = points.iter().map(of).collect();
        self.least("whole, evaluator at hand", set, points.len(), || {
            for (p, evaluator) in points.iter().zip(&mut again) {
                black_box(evaluator.evaluate(black_box(&p.mapping)));
            }
        });
        let changes: Vec<(usize, [u32; 2])> = again.iter_mut().map(change).collect();
        let mut turn = 0;
        self.least("one tile changed", set, points.len(), || {
            turn = 1 - turn;
            for (evaluator, (at, tiles)) in again.iter_mut().zip(&changes) {
                black_box(evaluator.set_tile(*at, black_box(tiles[turn])));
                black_box(evaluator.cost());
            }
        });
    }

    /// Prints the least time of a batch, by point.
    fn least(&self, what: &str, set: &str, points: usize, mut batch: impl FnMut()) {
        let name = format!("{what} {set}");
        if !name.contains(&self.only) {
            return;
        }
        let times = (0..self.batches).map(|_| {
            let start = Instant::now();
            batch();
            start.elapsed()
        });
        if let Some(least) = times.min() {
            let each = least.as_secs_f64() * 1e9 / points as f64;
            println!("{name:36} {each:6.0} ns");
        }
    }
}

/// A loop of the nest, drawn at random, with its tile and another that it may have as well.
fn change(evaluator: &mut Evaluator) -> (usize, [u32; 2]) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let loops = evaluator.mapping().loops().to_vec();
    for _ in 0..1_000 {
        let at = random.random_range(0..loops.len());
        let (old, new) = (loops[at].tile, random.random_range(1..9));
        if new != old && evaluator.set_tile(at, new) {
            evaluator.set_tile(at, old);
            return (at, [old, new]);
        }
    }
    (0, [loops[0].tile; 2])
}
