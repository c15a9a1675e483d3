//! Local search with restarts: downhill in neighbourhoods until nothing near is better.
//!
//! From a random design all its small moves, transfers within limits included, are tried
//! in random order, a batch at a time; the best of a batch becomes the next centre if it is
//! better, or just as good and not met before, so that a search crosses plateaus and still
//! ends. A design without such a neighbour is a local optimum, and the search starts again, from a random design or from the best one shaken by a few random steps
//! (iterated local search; Lourenço, Martin and Stützle, 2003).

use crate::design::Design;
use crate::merit::{Merit, SPECS};
use crate::moves::Step;
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::reward::PENALTY;
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "local",
    help: "local search with restarts; several goals are compared in their order",
    options: &[
        OptionInfo {
            name: "batch",
            help: "neighbours tried at a time, of which the best is taken",
            kind: Kind::Int {
                min: 1,
                max: 100_000,
            },
            default: Some("8"),
        },
        OptionInfo {
            name: "shake",
            help: "random steps from the best design at a restart",
            kind: Kind::Int { min: 1, max: 1000 },
            default: Some("4"),
        },
        OptionInfo {
            name: "fresh",
            help: "probability with which a restart begins at a random design instead",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("0.5"),
        },
        SPECS,
        PENALTY,
        TRAIN,
    ],
    feature: None,
    make,
};

struct Local<'a> {
    space: &'a Space,
    batch: usize,
    shake: usize,
    fresh: f64,
    merit: Merit,
    train: Train,
    seed: u64,
    asked: u64,
    /// The design whose neighbourhood is searched, once it is evaluated.
    centre: Option<(Design, Evaluated)>,
    /// Steps from it that were not tried yet, in random order from the end.
    steps: Vec<Step>,
    best: Option<(Design, Evaluated)>,
    proposed: Vec<Design>,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let options = task.options;
    Ok(Box::new(Local {
        space: task.space,
        batch: options.count("batch")?,
        shake: options.count("shake")?,
        fresh: options.float("fresh")?,
        merit: Merit::from_options(options)?,
        train: Train::from_options(options)?,
        seed: task.seed,
        asked: 0,
        centre: None,
        steps: Vec::new(),
        best: None,
        proposed: Vec::new(),
    }))
}

impl Local<'_> {
    /// The next neighbours of the centre; none when all were tried.
    fn neighbours(&mut self, most: usize) -> Vec<Design> {
        let mut found = Vec::new();
        let Some((centre, _)) = &self.centre else {
            return found;
        };
        while found.len() < most {
            let Some(step) = self.steps.pop() else { break };
            found.extend(self.space.stepped(centre, &step));
        }
        found
    }

    /// Where a climb begins.
    fn start(&self, rng: &mut ChaCha8Rng) -> Design {
        match &self.best {
            Some((best, _)) if rng.random::<f64>() >= self.fresh => (0..self.shake)
                .fold(best.clone(), |one, _| {
                    self.space.random_step(&one, None, rng)
                }),
            _ => self.space.sample(rng),
        }
    }

    fn move_to(&mut self, design: Design, result: Evaluated, rng: &mut ChaCha8Rng) {
        self.steps = self.space.steps(&design);
        self.steps.shuffle(rng);
        let better = |(_, best): &(Design, Evaluated)| self.merit.is_better(&result, best);
        if self.best.as_ref().is_none_or(better) {
            self.best = Some((design.clone(), result.clone()));
        }
        self.centre = Some((design, result));
    }
}

impl Strategy for Local<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(2 * self.asked);
        self.proposed = self.neighbours(most.min(self.batch));
        if self.proposed.is_empty() {
            self.centre = None;
            self.proposed = vec![self.start(&mut rng)];
        }
        Ask::all(&self.proposed, self.train)
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(2 * self.asked + 1);
        self.asked += 1;
        self.merit.see(evaluated);
        let merit = &self.merit;
        let told = std::mem::take(&mut self.proposed)
            .into_iter()
            .zip(evaluated);
        let best = told.reduce(|one, other| match merit.is_better(other.1, one.1) {
            true => other,
            false => one,
        });
        if let Some((design, result)) = best {
            let improves = |(_, centre): &(Design, Evaluated)| {
                let newer = result.trial > centre.trial;
                merit.is_better(result, centre) || newer && !merit.is_better(centre, result)
            };
            if self.centre.as_ref().is_none_or(improves) {
                self.move_to(design, result.clone(), &mut rng);
            }
        }
    }

    fn batch(&self) -> usize {
        self.batch
    }
}
