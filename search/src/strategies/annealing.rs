//! Simulated annealing: chains that accept worse designs, ever more rarely.
//!
//! Some chains walk side by side, one random step each per batch. A step that loses Δ of
//! reward is taken with probability exp(−Δ/T) (Metropolis et al. 1953; Kirkpatrick,
//! Gelatt and Vecchi, Science 220, 1983). T falls geometrically from `start` to `end`
//! over the run, both as multiples of the spread of rewards among the first designs, so
//! that they need not be tuned to the unit of the goal.

use crate::design::Design;
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::reward::{PENALTY, Reward};
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "annealing",
    help: "simulated annealing: random steps, of which worse ones are taken ever more rarely",
    options: &[
        OptionInfo {
            name: "chains",
            help: "walks side by side",
            kind: Kind::Int {
                min: 1,
                max: 10_000,
            },
            default: Some("4"),
        },
        OptionInfo {
            name: "start",
            help: "first temperature, in spreads of the first rewards",
            kind: Kind::Float { min: 0.0, max: 1e9 },
            default: Some("0.5"),
        },
        OptionInfo {
            name: "end",
            help: "last temperature, in spreads of the first rewards",
            kind: Kind::Float {
                min: 1e-12,
                max: 1e9,
            },
            default: Some("0.002"),
        },
        OptionInfo {
            name: "steps",
            help: "proposals from the first to the last temperature; left open, the evaluations",
            kind: Kind::Int {
                min: 1,
                max: i64::MAX,
            },
            default: None,
        },
        PENALTY,
        TRAIN,
    ],
    make,
};

/// Random designs per chain, of which it begins at the best.
const FIRST: usize = 8;

/// Proposals over which the temperature falls where neither `steps` nor a budget is given.
const STEPS: u64 = 10_000;

struct Annealing<'a> {
    space: &'a Space,
    reward: Reward,
    train: Train,
    seed: u64,
    size: usize,
    start: f64,
    end: f64,
    steps: f64,
    /// Proposals so far.
    asked: u64,
    rounds: u64,
    spread: f64,
    chains: Vec<(Design, Evaluated)>,
    proposed: Vec<Design>,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    task.one_goal(INFO.name)?;
    let options = task.options;
    let given = options
        .int("steps")
        .and_then(|steps| u64::try_from(steps).ok());
    Ok(Box::new(Annealing {
        space: task.space,
        reward: Reward::from_options(options)?,
        train: Train::from_options(options)?,
        seed: task.seed,
        size: options.count("chains")?,
        start: options.float("start")?,
        end: options.float("end")?,
        steps: given.or(task.evaluations).unwrap_or(STEPS) as f64,
        asked: 0,
        rounds: 0,
        spread: 0.0,
        chains: Vec::new(),
        proposed: Vec::new(),
    }))
}

impl Annealing<'_> {
    /// The temperature now; after the last one the search goes on with it.
    fn temperature(&self) -> f64 {
        let done = (self.asked as f64 / self.steps).min(1.0);
        let ratio = if self.start > 0.0 {
            self.end / self.start
        } else {
            0.0
        };
        self.spread * self.start * libm::pow(ratio, done)
    }

    /// The chains begin at the best of the first designs.
    fn begin(&mut self, first: Vec<(Design, Evaluated)>) {
        let rewards: Vec<f64> = first.iter().map(|(_, one)| self.reward.of(one)).collect();
        self.spread = spread(&rewards);
        let mut order: Vec<usize> = (0..first.len()).collect();
        order.sort_by(|&a, &b| rewards[b].total_cmp(&rewards[a]).then(a.cmp(&b)));
        let best = order.iter().cycle().take(self.size);
        self.chains = best.map(|&index| first[index].clone()).collect();
    }

    fn accepts(&self, now: &Evaluated, next: &Evaluated, rng: &mut ChaCha8Rng) -> bool {
        let loss = self.reward.of(now) - self.reward.of(next);
        let chance: f64 = rng.random();
        loss <= 0.0 || chance < libm::exp(-loss / self.temperature())
    }
}

impl Strategy for Annealing<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(2 * self.rounds);
        self.proposed = match self.chains.is_empty() {
            true => (0..most).map(|_| self.space.sample(&mut rng)).collect(),
            false => (self.chains.iter().take(most))
                .map(|(one, _)| self.space.random_step(one, None, &mut rng))
                .collect(),
        };
        Ask::all(&self.proposed, self.train)
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(2 * self.rounds + 1);
        self.rounds += 1;
        self.asked += evaluated.len() as u64;
        evaluated.iter().for_each(|one| self.reward.see(one));
        let designs = std::mem::take(&mut self.proposed);
        let told = designs.into_iter().zip(evaluated.iter().cloned());
        if self.chains.is_empty() {
            return self.begin(told.collect());
        }
        for (chain, next) in told.enumerate() {
            if self.accepts(&self.chains[chain].1, &next.1, &mut rng) {
                self.chains[chain] = next;
            }
        }
    }

    fn batch(&self) -> usize {
        match self.chains.is_empty() {
            true => FIRST * self.size,
            false => self.size,
        }
    }
}

/// The interquartile range of some rewards: violations of a few must not set the scale.
fn spread(rewards: &[f64]) -> f64 {
    let mut sorted = rewards.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        size => sorted[3 * (size - 1) / 4] - sorted[(size - 1) / 4],
    }
}
