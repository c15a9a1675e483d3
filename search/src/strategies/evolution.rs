//! Evolution: tournaments, crossover, mutation, and survival by constraint domination.
//!
//! Parents and children compete together, by the order of [`crate::breeding`]: NSGA-II
//! where there are several goals, unless the problem takes them in their order.

use crate::breeding::{
    Breeding, CROSSOVER, Competition, MUTATION, Member, POPULATION, Population, TOURNAMENT,
};
use crate::design::Design;
use crate::merit::{Merit, SPECS};
use crate::problem::Evaluated;
use crate::reward::PENALTY;
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, TRAIN, Task, Train};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "evolution",
    help: "a genetic algorithm; with several objectives NSGA-II",
    options: &[
        POPULATION, MUTATION, CROSSOVER, TOURNAMENT, SPECS, PENALTY, TRAIN,
    ],
    feature: None,
    make,
};

/// Which designs are the parents of the next generation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Survival {
    /// The best of parents and children together.
    Best,
    /// The children, and so many of the best parents.
    Elite(usize),
}

pub(crate) struct Evolution<'a> {
    breeding: Breeding<'a>,
    size: usize,
    survival: Survival,
    competition: Competition,
    train: Train,
    seed: u64,
    generation: u64,
    population: Population,
    children: Vec<Design>,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    Ok(Box::new(Evolution::new(task, Survival::Best)?))
}

impl<'a> Evolution<'a> {
    pub(crate) fn new(task: Task<'a>, survival: Survival) -> Result<Self, SearchError> {
        let options = task.options;
        Ok(Self {
            breeding: Breeding::from_options(task.space, options)?,
            size: options.count("population")?,
            survival,
            competition: Competition::new(&task, Merit::from_options(options)?),
            train: Train::from_options(options)?,
            seed: task.seed,
            generation: 0,
            population: Population::default(),
            children: Vec::new(),
        })
    }
}

impl Strategy for Evolution<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.generation);
        self.generation += 1;
        self.children = (0..most.min(self.size))
            .map(|_| self.breeding.child(&self.population, None, &mut rng))
            .collect();
        Ask::all(&self.children, self.train)
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        if let Survival::Elite(elite) = self.survival {
            self.population.keep(elite);
        }
        self.competition.merit.see(evaluated);
        let children = std::mem::take(&mut self.children);
        let born = Member::all(children, evaluated);
        self.population.renew(born, self.size, &self.competition);
    }

    fn batch(&self) -> usize {
        self.size
    }
}
