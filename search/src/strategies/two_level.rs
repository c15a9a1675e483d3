//! Two levels: a fast one that only prices hardware, a slow one that trains networks.
//!
//! The slow level breeds networks. The fast level then looks for hardware for each of
//! them, by random steps from the hardware it inherited, without training anything; a
//! network leaves it as soon as it meets the specs. Only these go on to be trained, and
//! the trained ones are the parents of the next round (after Jiang et al., FNAS, DAC
//! 2019, and hardware/software co-exploration, arXiv 1907.04650, which steer the slow
//! level by a controller instead of evolution).

use crate::breeding::{
    Breeding, CROSSOVER, Competition, MUTATION, Member, POPULATION, Population, TOURNAMENT,
};
use crate::design::Design;
use crate::merit::Merit;
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::space::{Role, Space};
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, Task, Train};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "two_level",
    help: "a fast level finds hardware without training, a slow one trains what meets the specs",
    options: &[
        OptionInfo {
            name: "networks",
            help: "choices of networks in a round",
            kind: Kind::Int {
                min: 1,
                max: 10_000,
            },
            default: Some("8"),
        },
        OptionInfo {
            name: "fast_steps",
            help: "times that hardware is tried for the networks of a round",
            kind: Kind::Int {
                min: 1,
                max: 100_000,
            },
            default: Some("5"),
        },
        POPULATION,
        MUTATION,
        CROSSOVER,
        TOURNAMENT,
    ],
    feature: None,
    make,
};

/// Share of hardware that the fast level draws anew instead of stepping from the best.
const FRESH: f64 = 0.25;

struct TwoLevel<'a> {
    space: &'a Space,
    breeding: Breeding<'a>,
    networks: usize,
    fast_steps: usize,
    size: usize,
    seed: u64,
    batches: u64,
    /// Times that hardware was tried in this round.
    step: usize,
    candidates: Vec<Candidate>,
    /// What was asked last: designs with the candidates they belong to.
    proposed: Vec<(usize, Design)>,
    training: bool,
    population: Population,
    competition: Competition,
}

/// Networks with the best hardware found for them so far.
struct Candidate {
    design: Design,
    result: Option<Evaluated>,
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let options = task.options;
    Ok(Box::new(TwoLevel {
        space: task.space,
        breeding: Breeding::from_options(task.space, options)?,
        networks: options.count("networks")?,
        fast_steps: options.count("fast_steps")?,
        size: options.count("population")?,
        seed: task.seed,
        batches: 0,
        step: 0,
        candidates: Vec::new(),
        proposed: Vec::new(),
        training: false,
        population: Population::default(),
        competition: Competition::new(&task, Merit::domination()),
    }))
}

impl Candidate {
    fn is_feasible(&self) -> bool {
        self.result
            .as_ref()
            .is_some_and(|one| one.hardware.is_feasible())
    }
}

impl TwoLevel<'_> {
    /// The networks of the next round, each with the hardware of a parent.
    fn begin(&mut self, rng: &mut ChaCha8Rng) {
        let child = |_| Candidate {
            design: self
                .breeding
                .child(&self.population, Some(Role::Network), rng),
            result: None,
        };
        self.candidates = (0..self.networks).map(child).collect();
        self.step = 0;
    }

    /// Hardware for each candidate that does not meet the specs yet.
    fn fast(&self, rng: &mut ChaCha8Rng) -> Vec<(usize, Design)> {
        let open = (self.candidates.iter().enumerate()).filter(|(_, one)| !one.is_feasible());
        let propose = |(index, one): (usize, &Candidate)| {
            let design = match (&one.result, rng.random::<f64>() < FRESH) {
                (None, _) => one.design.clone(),
                (Some(_), true) => self.space.joined(&one.design, &self.space.sample(rng)),
                (Some(_), false) => self
                    .space
                    .random_step(&one.design, Some(Role::Hardware), rng),
            };
            (index, design)
        };
        open.map(propose).collect()
    }

    /// The candidates that meet the specs.
    fn slow(&self) -> Vec<(usize, Design)> {
        let met = (self.candidates.iter().enumerate()).filter(|(_, one)| one.is_feasible());
        met.map(|(index, one)| (index, one.design.clone()))
            .collect()
    }

    /// Lets the candidates compete with their parents.
    fn survive(&mut self) {
        let candidates = std::mem::take(&mut self.candidates);
        let born = candidates.into_iter().filter_map(|one| {
            Some(Member {
                genes: one.design,
                result: one.result?,
            })
        });
        self.population.renew(born, self.size, &self.competition);
    }
}

impl Strategy for TwoLevel<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.batches);
        self.batches += 1;
        let done = self.step == self.fast_steps
            || !self.candidates.is_empty() && self.candidates.iter().all(Candidate::is_feasible);
        self.proposed = if done && !self.training {
            self.slow()
        } else {
            Vec::new()
        };
        self.training = !self.proposed.is_empty();
        if !self.training {
            if done || self.candidates.is_empty() {
                self.survive();
                self.begin(&mut rng);
            }
            self.step += 1;
            self.proposed = self.fast(&mut rng);
        }
        self.proposed.truncate(most);
        let train = if self.training {
            Train::IfFeasible
        } else {
            Train::Never
        };
        let designs = self.proposed.iter().map(|(_, design)| design.clone());
        designs.map(|design| Ask { design, train }).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let proposed = std::mem::take(&mut self.proposed);
        for ((index, design), result) in proposed.into_iter().zip(evaluated) {
            let one = &mut self.candidates[index];
            let better = |known: &Evaluated| result.is_better(known) || result.trial == known.trial;
            if one.result.as_ref().is_none_or(better) {
                one.design = design;
                one.result = Some(result.clone());
            }
        }
    }

    fn batch(&self) -> usize {
        self.networks
    }
}
