//! One half after the other: NASAIC's baselines, which joint search is compared with.
//!
//! `network_first` (NAS, then ASIC) finds the best networks by objective alone on any
//! hardware that runs them, and then searches hardware for them. `hardware_first` (ASIC,
//! then hardware-aware NAS) draws designs at random without training any network, keeps
//! the hardware that is closest to the specs, and then searches networks on it. Searches
//! are evolution; the budget is shared by an option. (Yang et al., DAC 2020, section V.)

use crate::breeding::{
    Breeding, CROSSOVER, Competition, MUTATION, Member, POPULATION, Population, TOURNAMENT,
};
use crate::design::Design;
use crate::merit::Merit;
use crate::options::{Kind, OptionInfo};
use crate::problem::Evaluated;
use crate::space::{Role, Space};
use crate::strategy::{Ask, SearchError, Strategy, StrategyInfo, Task, Train};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "successive",
    help: "networks first and then hardware, or the other way: the baselines of joint search",
    options: &[
        OptionInfo {
            name: "order",
            help: "which half is searched first",
            kind: Kind::Choice(&["network_first", "hardware_first"]),
            default: Some("network_first"),
        },
        OptionInfo {
            name: "share",
            help: "share of the evaluations that the first half gets",
            kind: Kind::Float { min: 0.0, max: 1.0 },
            default: Some("0.5"),
        },
        POPULATION,
        MUTATION,
        CROSSOVER,
        TOURNAMENT,
    ],
    feature: None,
    make,
};

/// Batches without a new design after which a half has nothing more to find.
const IDLE: usize = 50;

struct Successive<'a> {
    space: &'a Space,
    breeding: Breeding<'a>,
    size: usize,
    seed: u64,
    batches: u64,
    phase: Phase,
    /// Distinct designs after which the first half ends.
    first: u64,
    known: u64,
    idle: usize,
    population: Population,
    competition: Competition,
    proposed: Vec<Design>,
}

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Networks, whatever their hardware costs.
    Networks,
    /// Hardware, whatever networks it runs.
    Hardware,
    /// One part of the best design of the first half, the other being kept.
    Second(Role),
}

fn make(task: Task<'_>) -> Result<Box<dyn Strategy + '_>, SearchError> {
    let options = task.options;
    let share = options.float("share")?;
    Ok(Box::new(Successive {
        space: task.space,
        breeding: Breeding::from_options(task.space, options)?,
        size: options.count("population")?,
        seed: task.seed,
        batches: 0,
        phase: match options.choice("order")? {
            "hardware_first" => Phase::Hardware,
            _ => Phase::Networks,
        },
        first: (share * task.evaluations.unwrap_or(0) as f64) as u64,
        known: 0,
        idle: 0,
        population: Population::default(),
        competition: Competition::new(&task, Merit::domination()),
        proposed: Vec::new(),
    }))
}

impl Successive<'_> {
    fn propose(&self, rng: &mut ChaCha8Rng) -> Design {
        match self.phase {
            Phase::Networks => self
                .breeding
                .child(&self.population, Some(Role::Network), rng),
            Phase::Hardware => self.space.sample(rng),
            Phase::Second(part) => self.breeding.child(&self.population, Some(part), rng),
        }
    }

    /// The first designs of the second half: the kept part with random other parts.
    fn around(&self, kept: &Design, part: Role, rng: &mut ChaCha8Rng) -> Design {
        let drawn = self.space.sample(rng);
        match part {
            Role::Network => self.space.joined(&drawn, kept),
            Role::Hardware => self.space.joined(kept, &drawn),
        }
    }

    /// A design as the present phase sees it.
    fn seen(&self, one: &Evaluated) -> Evaluated {
        let mut seen = one.clone();
        if let (Phase::Networks, Some(outcome)) = (self.phase, &mut seen.outcome) {
            seen.hardware.penalty = 0.0;
            outcome.penalty = 0.0;
        }
        seen
    }

    /// Takes the better half of the first phase into the second.
    fn turn(&mut self) {
        self.phase = match self.phase {
            Phase::Networks => Phase::Second(Role::Hardware),
            Phase::Hardware => Phase::Second(Role::Network),
            second => second,
        };
        self.population.keep(1);
        self.idle = 0;
    }
}

impl Strategy for Successive<'_> {
    fn ask(&mut self, most: usize) -> Vec<Ask> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.batches);
        self.batches += 1;
        let second = matches!(self.phase, Phase::Second(_));
        let ended = self.known >= self.first || self.idle == IDLE;
        if !second && ended && self.population.best().is_some() {
            self.turn();
        } else if self.idle == IDLE {
            return Vec::new();
        }
        let count = most.min(self.size);
        let begins = !second && matches!(self.phase, Phase::Second(_));
        self.proposed = match (self.phase, self.population.best()) {
            (Phase::Second(part), Some(best)) if begins => {
                let kept = best.genes.clone();
                let others = (1..count).map(|_| self.around(&kept, part, &mut rng));
                std::iter::once(kept.clone()).chain(others).collect()
            }
            _ => (0..count).map(|_| self.propose(&mut rng)).collect(),
        };
        if begins {
            // What it was worth in the first half does not count in the second.
            self.population = Population::default();
        }
        let train = match self.phase {
            Phase::Networks => Train::Always,
            Phase::Hardware => Train::Never,
            Phase::Second(_) => Train::IfFeasible,
        };
        Ask::all(&self.proposed, train)
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let before = self.known;
        let newest = evaluated.iter().map(|one| one.trial + 1).max();
        self.known = self.known.max(newest.unwrap_or(0));
        self.idle = if self.known == before {
            self.idle + 1
        } else {
            0
        };
        let seen: Vec<Evaluated> = evaluated.iter().map(|one| self.seen(one)).collect();
        let designs = std::mem::take(&mut self.proposed);
        let size = match self.phase {
            Phase::Hardware => 1,
            _ => self.size,
        };
        let born = Member::all(designs, &seen);
        self.population.renew(born, size, &self.competition);
    }

    fn batch(&self) -> usize {
        self.size
    }
}
