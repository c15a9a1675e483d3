//! An evolution strategy in the manner of CMA-ES, for mixed spaces.
//!
//! Ordered decisions are coordinates in 0..1 of a Gaussian that learns its step size and
//! covariance ([`Gaussian`]); the others have a probability per value, which moves towards
//! the values of the better half (as in PBIL; Baluja 1994). What is drawn is a wish: the
//! walk takes the nearest design within the limits. So that small steps do not round to
//! none, each coordinate moves by a whole value now and then (Hansen, INRIA RR-7751,
//! 2011). When nothing better comes for long it starts again with twice as many designs
//! (Auger and Hansen, CEC 2005).

use crate::design::Design;
use crate::gaussian::{Gaussian, recombination};
use crate::merit::{Merit, SPECS};
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::reward::PENALTY;
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "es",
    help: "an evolution strategy (CMA-ES) for spaces of mostly ordered decisions",
    options: &[
        OptionInfo {
            name: "population",
            help: "designs of a generation; left open, 4 + 3·ln of the number of decisions",
            kind: Kind::Int {
                min: 2,
                max: 100_000,
            },
            default: None,
        },
        OptionInfo {
            name: "sigma",
            help: "first step size, as a share of the range of a decision",
            kind: Kind::Float {
                min: 1e-6,
                max: 1.0,
            },
            default: Some("0.3"),
        },
        OptionInfo {
            name: "learning_rate",
            help: "how fast the probabilities of unordered values move",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("0.2"),
        },
        OptionInfo {
            name: "restart",
            help: "start again with twice the population when nothing better comes",
            kind: Kind::Bool,
            default: Some("true"),
        },
        SPECS,
        PENALTY,
        TRAIN,
    ],
    feature: None,
    make,
};

/// No value of an unordered decision becomes rarer than this share of its even one.
const RAREST: f64 = 0.1;

/// Narrower than this a Gaussian only repeats itself.
const NARROW: f64 = 1e-4;

struct Es<'a> {
    space: &'a Space,
    merit: Merit,
    train: Train,
    seed: u64,
    sigma: f64,
    rate: f64,
    restart: bool,
    size: usize,
    generation: u64,
    /// The decisions that are coordinates, and those that have probabilities.
    ordered: Vec<usize>,
    unordered: Vec<usize>,
    gaussian: Gaussian,
    /// Per unordered decision a probability for each value.
    chances: Vec<Vec<f64>>,
    best: Option<Evaluated>,
    /// Generations since the best of this start was found.
    idle: usize,
    proposed: Vec<Wish>,
}

/// What was drawn for a design, before limits.
#[derive(Clone)]
struct Wish {
    point: Vec<f64>,
    values: Vec<u32>,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let (options, decisions) = (task.options, task.space.decisions());
    let open = |ordered: bool| {
        let fits = move |&index: &usize| {
            decisions[index].values > 1 && decisions[index].ordered == ordered
        };
        (0..decisions.len()).filter(fits).collect::<Vec<usize>>()
    };
    let (ordered, unordered) = (open(true), open(false));
    let count = (ordered.len() + unordered.len()).max(1) as f64;
    let given = options
        .int("population")
        .and_then(|size| usize::try_from(size).ok());
    let mut strategy = Es {
        space: task.space,
        merit: Merit::from_options(options)?,
        train: Train::from_options(options)?,
        seed: task.seed,
        sigma: options.float("sigma")?,
        rate: options.float("learning_rate")?,
        restart: options.flag("restart")?,
        size: given.unwrap_or(4 + (3.0 * libm::log(count)) as usize),
        generation: 0,
        gaussian: Gaussian::new(Vec::new(), 1.0),
        chances: Vec::new(),
        ordered,
        unordered,
        best: None,
        idle: 0,
        proposed: Vec::new(),
    };
    strategy.begin(vec![0.5; strategy.ordered.len()]);
    Ok(Box::new(strategy))
}

impl Es<'_> {
    /// Forgets all but the place to start from.
    fn begin(&mut self, mean: Vec<f64>) {
        self.gaussian = Gaussian::new(mean, self.sigma);
        let even = |&decision: &usize| {
            let values = self.space.decisions()[decision].values;
            vec![1.0 / values as f64; values]
        };
        self.chances = self.unordered.iter().map(even).collect();
        self.best = None;
        self.idle = 0;
    }

    fn wish(&self, rng: &mut ChaCha8Rng) -> Wish {
        let mut point = self.gaussian.sample(rng);
        let chance = 1.0 / point.len().max(1) as f64;
        for (x, &decision) in point.iter_mut().zip(&self.ordered) {
            if rng.random::<f64>() < chance {
                let width = 1.0 / self.space.decisions()[decision].values as f64;
                let way = if rng.random::<bool>() { width } else { -width };
                *x = (*x + way).clamp(0.0, 1.0);
            }
        }
        let values = (self.chances.iter())
            .map(|chances| pick(chances, rng.random()))
            .collect();
        Wish { point, values }
    }

    fn design(&self, wish: &Wish) -> Design {
        let mut wanted = vec![None; self.space.decisions().len()];
        for (x, &decision) in wish.point.iter().zip(&self.ordered) {
            let values = self.space.decisions()[decision].values;
            wanted[decision] = Some(((x * values as f64) as u32).min(values as u32 - 1));
        }
        for (&value, &decision) in wish.values.iter().zip(&self.unordered) {
            wanted[decision] = Some(value);
        }
        self.space.nearest(|decision| wanted[decision])
    }

    /// Moves the probabilities towards the values of the better half.
    fn favour(&mut self, best: &[&Wish], weights: &[f64]) {
        for (at, chances) in self.chances.iter_mut().enumerate() {
            chances
                .iter_mut()
                .for_each(|chance| *chance *= 1.0 - self.rate);
            for (wish, weight) in best.iter().zip(weights) {
                chances[wish.values[at] as usize] += self.rate * weight;
            }
            let least = RAREST / chances.len() as f64;
            let mut total = 0.0;
            for chance in chances.iter_mut() {
                *chance = chance.max(least);
                total += *chance;
            }
            chances.iter_mut().for_each(|chance| *chance /= total);
        }
    }

    /// Notes the best and says whether it is time to start again.
    fn is_stuck(&mut self, best: &Evaluated) -> bool {
        self.idle += 1;
        let better = |known: &Evaluated| self.merit.is_better(best, known);
        if self.best.as_ref().is_none_or(better) {
            self.best = Some(best.clone());
            self.idle = 0;
        }
        let count = self.ordered.len() + self.unordered.len();
        let narrow = !self.ordered.is_empty() && self.gaussian.width() < NARROW;
        self.restart && (narrow || self.idle > 10 + 30 * count / self.size)
    }
}

impl Strategy for Es<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(2 * self.generation);
        self.proposed = (0..most.min(self.size))
            .map(|_| self.wish(&mut rng))
            .collect();
        let ask = |wish: &Wish| Ask {
            design: self.design(wish),
            train: self.train,
        };
        self.proposed.iter().map(ask).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(2 * self.generation + 1);
        self.generation += 1;
        let proposed = std::mem::take(&mut self.proposed);
        self.merit.see(evaluated);
        let results: Vec<&Evaluated> = evaluated.iter().collect();
        let order = self.merit.order(&results);
        let Some(&first) = order.first() else { return };
        let weights = recombination(order.len());
        let best: Vec<&Wish> = (order.iter().take(weights.len()))
            .filter_map(|&index| proposed.get(index))
            .collect();
        if !self.ordered.is_empty() {
            let points: Vec<&[f64]> = best.iter().map(|wish| wish.point.as_slice()).collect();
            self.gaussian.learn(&points, &weights);
        }
        self.favour(&best, &weights);
        if self.is_stuck(&evaluated[first]) {
            self.size = (2 * self.size).min(100_000);
            let mean = self.ordered.iter().map(|_| rng.random()).collect();
            self.begin(mean);
        }
    }

    fn batch(&self) -> usize {
        self.size
    }
}

/// The value at which the running sum of probabilities passes a number in 0..1.
fn pick(chances: &[f64], number: f64) -> u32 {
    let mut sum = 0.0;
    let passed = chances.iter().position(|chance| {
        sum += chance;
        number < sum
    });
    passed.unwrap_or(chances.len() - 1) as u32
}
