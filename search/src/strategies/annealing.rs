//! Simulated annealing: chains that accept worse designs, ever more rarely.
//!
//! Some chains walk side by side, one random step each per batch. A step that loses Δ of
//! reward is taken with probability exp(−Δ/T) (Metropolis et al. 1953; Kirkpatrick,
//! Gelatt and Vecchi, Science 220, 1983). T falls geometrically from `start` to `end`
//! over the run, both as multiples of the spread of rewards among the first designs, so
//! that they need not be tuned to the unit of the goal. Where specs come first, designs that
//! meet them lose goals and the others violations, each in units of its own spread, and no
//! step leads from one that meets the specs to one that does not.

use crate::design::Design;
use crate::merit::{Merit, SPECS};
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::reward::PENALTY;
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
        OptionInfo {
            default: Some("penalty"),
            ..SPECS
        },
        PENALTY,
        TRAIN,
    ],
    feature: None,
    make,
};

/// Random designs per chain, of which it begins at the best.
const FIRST: usize = 8;

/// Proposals over which the temperature falls where neither `steps` nor a budget is given.
const STEPS: u64 = 10_000;

struct Annealing<'a> {
    space: &'a Space,
    merit: Merit,
    train: Train,
    seed: u64,
    size: usize,
    start: f64,
    end: f64,
    steps: f64,
    /// Proposals so far.
    asked: u64,
    rounds: u64,
    spread: Spread,
    /// The first goals of designs that meet the specs, where specs come first.
    goals: Vec<f64>,
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
        merit: Merit::from_options(options)?,
        train: Train::from_options(options)?,
        seed: task.seed,
        size: options.count("chains")?,
        start: options.float("start")?,
        end: options.float("end")?,
        steps: given.or(task.evaluations).unwrap_or(STEPS) as f64,
        asked: 0,
        rounds: 0,
        spread: Spread::default(),
        goals: Vec::new(),
        chains: Vec::new(),
        proposed: Vec::new(),
    }))
}

impl Annealing<'_> {
    /// The first temperature in spreads, and to which share of it it has fallen by now; after
    /// the last one the search goes on with it.
    fn temperature(&self) -> (f64, f64) {
        let done = (self.asked as f64 / self.steps).min(1.0);
        let ratio = if self.start > 0.0 {
            self.end / self.start
        } else {
            0.0
        };
        (self.start, libm::pow(ratio, done))
    }

    /// The chains begin at the best of the first designs.
    fn begin(&mut self, first: Vec<(Design, Evaluated)>) {
        let results: Vec<&Evaluated> = first.iter().map(|(_, one)| one).collect();
        if let Some(reward) = self.merit.reward() {
            self.spread.goal = spread(results.iter().map(|one| reward.of(one)).collect());
        }
        let missing = results.iter().filter(|one| !one.is_feasible());
        self.spread.violation = spread(missing.map(|one| one.violation()).collect());
        let order = self.merit.order(&results);
        let best = order.iter().cycle().take(self.size);
        self.chains = best.map(|&index| first[index].clone()).collect();
    }

    /// Where specs come first, goals are compared from the first designs on that meet them.
    fn learn(&mut self, told: &[Evaluated]) {
        let most = FIRST * self.size;
        if self.merit.reward().is_some() || self.goals.len() >= most {
            return;
        }
        let met = told.iter().filter(|one| one.is_feasible());
        self.goals.extend(met.map(goal));
        self.spread.goal = spread(self.goals.clone());
    }

    /// What a step loses, and the spread of what it loses.
    fn loss(&self, now: &Evaluated, next: &Evaluated) -> (f64, f64) {
        if let Some(reward) = self.merit.reward() {
            return (reward.of(now) - reward.of(next), self.spread.goal);
        }
        match (now.is_feasible(), next.is_feasible()) {
            (true, true) => (goal(now) - goal(next), self.spread.goal),
            (false, false) => (next.violation() - now.violation(), self.spread.violation),
            (met, _) => (if met { f64::INFINITY } else { 0.0 }, 0.0),
        }
    }

    fn accepts(&self, now: &Evaluated, next: &Evaluated, rng: &mut ChaCha8Rng) -> bool {
        let (loss, spread) = self.loss(now, next);
        let (start, fallen) = self.temperature();
        let chance: f64 = rng.random();
        loss <= 0.0 || chance < libm::exp(-loss / (spread * start * fallen))
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
        self.merit.see(evaluated);
        self.learn(evaluated);
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

/// How far designs lie apart, which is the unit of temperatures.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    /// Of rewards, or where specs come first of the goals of designs that meet them.
    goal: f64,
    /// Of violations, where specs come first.
    violation: f64,
}

/// The goal of a design that meets the specs.
fn goal(one: &Evaluated) -> f64 {
    let outcome = one.outcome.as_ref();
    outcome
        .and_then(|all| all.objectives.first().copied())
        .unwrap_or(f64::NEG_INFINITY)
}

/// The interquartile range of some numbers: violations of a few must not set the scale.
fn spread(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        size => values[3 * (size - 1) / 4] - values[(size - 1) / 4],
    }
}
