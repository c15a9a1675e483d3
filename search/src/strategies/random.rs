//! Random search: designs drawn uniformly from those within the limits.

use crate::problem::Evaluated;
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "random",
    help: "designs drawn uniformly from those within the limits",
    options: &[TRAIN],
    feature: None,
    make,
};

/// NASAIC's baseline is `random` by another name, drawn 10,000 times; one name per paper.
pub(crate) const MONTE_CARLO: StrategyInfo = StrategyInfo {
    name: "monte_carlo",
    help: "the same as `random`, under the name that papers give their baseline",
    ..INFO
};

struct Random<'a> {
    space: &'a Space,
    train: Train,
    rng: ChaCha8Rng,
    drawn: u64,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    Ok(Box::new(Random {
        space: task.space,
        train: Train::from_options(task.options)?,
        rng: ChaCha8Rng::seed_from_u64(task.seed),
        drawn: 0,
    }))
}

impl Strategy for Random<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        // A stream per draw: how draws are cut into batches does not change them.
        let draw = |_| {
            self.rng.set_stream(self.drawn);
            self.rng.set_word_pos(0);
            self.drawn += 1;
            Ask {
                design: self.space.sample(&mut self.rng),
                train: self.train,
            }
        };
        (0..most).map(draw).collect()
    }

    fn tell(&mut self, _evaluated: &[Evaluated]) {}
}
