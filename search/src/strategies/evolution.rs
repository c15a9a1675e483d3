//! Evolution: tournaments, crossover, mutation, and survival by constraint domination.
//!
//! Feasible designs come before infeasible ones, those by their violation. With
//! several objectives feasible designs are ordered as in NSGA-II (Deb, Pratap,
//! Agarwal and Meyarivan, IEEE TEC 6(2), 2002): by front, then by crowding; one
//! objective is the special case where every front is one value. Parents and
//! children compete together, and of equal designs one survives.

use crate::design::Design;
use crate::options::{Kind, OptionInfo};
use crate::pareto;
use crate::problem::Evaluated;
use crate::space::Space;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "evolution",
    help: "a genetic algorithm; with several objectives NSGA-II",
    options: &[
        OptionInfo {
            name: "population",
            help: "designs that survive a generation, and children of one",
            kind: Kind::Int {
                min: 2,
                max: 100_000,
            },
            default: Some("32"),
        },
        OptionInfo {
            name: "mutation",
            help: "probability with which a child's decision is redrawn",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("0.1"),
        },
        OptionInfo {
            name: "crossover",
            help: "probability with which a child has two parents",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("0.9"),
        },
        OptionInfo {
            name: "tournament",
            help: "designs drawn for a parent, of which the best is taken",
            kind: Kind::Int { min: 1, max: 1000 },
            default: Some("2"),
        },
        TRAIN,
    ],
    make,
};

struct Evolution<'a> {
    space: &'a Space,
    size: usize,
    mutation: f64,
    crossover: f64,
    tournament: usize,
    train: Train,
    seed: u64,
    generation: u64,
    /// Survivors, best first.
    population: Vec<Member>,
    children: Vec<Design>,
}

/// A design as it was asked, with all its genes, and what it turned out to be.
#[derive(Clone)]
struct Member {
    genes: Design,
    result: Evaluated,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let options = task.options;
    Ok(Box::new(Evolution {
        space: task.space,
        size: options.count("population")?,
        mutation: options.float("mutation")?,
        crossover: options.float("crossover")?,
        tournament: options.count("tournament")?,
        train: Train::from_options(options)?,
        seed: task.seed,
        generation: 0,
        population: Vec::new(),
        children: Vec::new(),
    }))
}

impl Evolution<'_> {
    fn child(&self, rng: &mut ChaCha8Rng) -> Design {
        if self.population.is_empty() {
            return self.space.sample(rng);
        }
        let parent = self.select(rng);
        if rng.random::<f64>() < self.crossover {
            let crossed = self.space.cross(parent, self.select(rng), rng);
            self.space.mutate(&crossed, self.mutation, rng)
        } else {
            self.space.mutate(parent, self.mutation, rng)
        }
    }

    /// The best of some survivors; they stand in order, so the least index.
    fn select(&self, rng: &mut ChaCha8Rng) -> &Design {
        let draw = |_| rng.random_range(0..self.population.len());
        let best = (0..self.tournament).map(draw).min().unwrap_or(0);
        &self.population[best].genes
    }
}

impl Strategy for Evolution<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.generation);
        self.generation += 1;
        self.children = (0..most.min(self.size))
            .map(|_| self.child(&mut rng))
            .collect();
        let ask = |design: &Design| Ask {
            design: design.clone(),
            train: self.train,
        };
        self.children.iter().map(ask).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let born = std::mem::take(&mut self.children)
            .into_iter()
            .zip(evaluated);
        for (genes, result) in born {
            if !self
                .population
                .iter()
                .any(|other| other.result.trial == result.trial)
            {
                self.population.push(Member {
                    genes,
                    result: result.clone(),
                });
            }
        }
        let order = order(&self.population);
        let survivors = order.into_iter().take(self.size);
        self.population = survivors
            .map(|index| self.population[index].clone())
            .collect();
    }

    fn batch(&self) -> usize {
        self.size
    }
}

/// Indices of the members, best first.
fn order(members: &[Member]) -> Vec<usize> {
    let feasible: Vec<usize> = (0..members.len())
        .filter(|&index| members[index].result.is_feasible())
        .collect();
    let objectives = |&index: &usize| {
        let outcome = members[index].result.outcome.as_ref();
        outcome.map_or(&[][..], |outcome| &outcome.objectives)
    };
    let points: Vec<&[f64]> = feasible.iter().map(objectives).collect();
    let ranks = pareto::ranks(&points);
    let mut keys: Vec<(u8, f64, f64)> = (members.iter())
        .map(|one| {
            (
                if one.result.hardware.valid { 1 } else { 2 },
                one.result.violation(),
                0.0,
            )
        })
        .collect();
    for rank in 0..=ranks.iter().copied().max().unwrap_or(0) {
        let front: Vec<usize> = (0..points.len()).filter(|&at| ranks[at] == rank).collect();
        let places: Vec<&[f64]> = front.iter().map(|&at| points[at]).collect();
        for (&at, distance) in front.iter().zip(pareto::crowding(&places)) {
            keys[feasible[at]] = (0, rank as f64, -distance);
        }
    }
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|&a, &b| {
        let (one, other) = (keys[a], keys[b]);
        let first = one.0.cmp(&other.0).then(one.1.total_cmp(&other.1));
        first.then(one.2.total_cmp(&other.2)).then(a.cmp(&b))
    });
    order
}
