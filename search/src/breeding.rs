//! What all strategies with a population share: parents, children, and who survives.
//!
//! Feasible designs come before infeasible ones, those by their violation (constraint
//! domination), or violations lessen the goals ([`Merit`]). With several objectives designs
//! are ordered as in NSGA-II (Deb, Pratap, Agarwal and Meyarivan, IEEE TEC 6(2), 2002): by
//! front, then by crowding; one objective is the special case where every front is one
//! value. Where the problem takes its goals in order, so do they.

use crate::design::Design;
use crate::merit::Merit;
use crate::options::{Kind, OptionError, OptionInfo, Options};
use crate::pareto;
use crate::problem::Evaluated;
use crate::space::{Role, Space};
use crate::strategy::Task;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub(crate) const POPULATION: OptionInfo = OptionInfo {
    name: "population",
    help: "designs that survive a generation, and children of one",
    kind: Kind::Int {
        min: 2,
        max: 100_000,
    },
    default: Some("32"),
};

pub(crate) const MUTATION: OptionInfo = OptionInfo {
    name: "mutation",
    help: "probability with which a child's decision is redrawn",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    default: Some("0.1"),
};

pub(crate) const CROSSOVER: OptionInfo = OptionInfo {
    name: "crossover",
    help: "probability with which a child has two parents",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    default: Some("0.9"),
};

pub(crate) const TOURNAMENT: OptionInfo = OptionInfo {
    name: "tournament",
    help: "designs drawn for a parent, of which the best is taken",
    kind: Kind::Int { min: 1, max: 1000 },
    default: Some("2"),
};

/// How children come from parents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Breeding<'a> {
    space: &'a Space,
    mutation: f64,
    crossover: f64,
    tournament: usize,
}

impl<'a> Breeding<'a> {
    pub(crate) fn from_options(space: &'a Space, options: &Options) -> Result<Self, OptionError> {
        Ok(Self {
            space,
            mutation: options.float("mutation")?,
            crossover: options.float("crossover")?,
            tournament: options.count("tournament")?,
        })
    }

    /// A child of some of the population, which differs from a parent in one part only,
    /// where one is given; a random design where there are no parents.
    pub(crate) fn child(
        &self,
        population: &Population,
        part: Option<Role>,
        rng: &mut ChaCha8Rng,
    ) -> Design {
        if population.members.is_empty() {
            return self.space.sample(rng);
        }
        let parent = self.select(population, rng);
        if rng.random::<f64>() >= self.crossover {
            return self.space.mutate_part(parent, self.mutation, part, rng);
        }
        let crossed = self.space.cross(parent, self.select(population, rng), rng);
        let kept = match part {
            None => crossed,
            Some(Role::Network) => self.space.joined(&crossed, parent),
            Some(Role::Hardware) => self.space.joined(parent, &crossed),
        };
        self.space.mutate_part(&kept, self.mutation, part, rng)
    }

    /// The best of some survivors; they stand in order, so the least index.
    fn select<'p>(&self, population: &'p Population, rng: &mut ChaCha8Rng) -> &'p Design {
        let draw = |_| rng.random_range(0..population.members.len());
        let best = (0..self.tournament).map(draw).min().unwrap_or(0);
        &population.members[best].genes
    }
}

/// Evaluated designs, best first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Population {
    members: Vec<Member>,
}

/// A design as it was asked, with all its genes, and what it turned out to be.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) genes: Design,
    pub(crate) result: Evaluated,
}

impl Member {
    /// Designs as they were asked, with what they turned out to be.
    pub(crate) fn all(designs: Vec<Design>, told: &[Evaluated]) -> impl Iterator<Item = Self> {
        let pairs = designs.into_iter().zip(told);
        pairs.map(|(genes, result)| Self {
            genes,
            result: result.clone(),
        })
    }
}

impl Population {
    /// The best member.
    pub(crate) fn best(&self) -> Option<&Member> {
        self.members.first()
    }

    /// Forgets all but the best members.
    pub(crate) fn keep(&mut self, best: usize) {
        self.members.truncate(best);
    }

    /// Adds newcomers, of equal designs one, and lets the best survive.
    pub(crate) fn renew(
        &mut self,
        born: impl Iterator<Item = Member>,
        size: usize,
        competition: &Competition,
    ) {
        for one in born {
            let known = |other: &Member| other.result.trial == one.result.trial;
            if !self.members.iter().any(known) {
                self.members.push(one);
            }
        }
        let survivors = competition.order(&self.members).into_iter().take(size);
        self.members = survivors.map(|index| self.members[index].clone()).collect();
    }
}

/// How members compete.
#[derive(Clone, Debug)]
pub(crate) struct Competition {
    pub(crate) merit: Merit,
    /// Whether several goals are taken in their order instead of as a front.
    pub(crate) in_order: bool,
}

impl Competition {
    /// Specs before goals, and several goals as the problem has them.
    pub(crate) fn new(task: &Task<'_>, merit: Merit) -> Self {
        Self {
            merit,
            in_order: task.in_order && task.goals > 1,
        }
    }

    /// Indices of the members, best first.
    fn order(&self, members: &[Member]) -> Vec<usize> {
        if self.in_order {
            let results: Vec<&Evaluated> = members.iter().map(|one| &one.result).collect();
            return self.merit.order(&results);
        }
        let points = members.iter().map(|one| self.merit.point(&one.result));
        let (competing, points): (Vec<usize>, Vec<_>) = (points.enumerate())
            .filter_map(|(index, point)| Some((index, point?)))
            .unzip();
        let ranks = pareto::ranks(&points);
        let mut keys: Vec<(u8, f64, f64)> = (members.iter())
            .map(|one| {
                let class = if one.result.hardware.valid { 1 } else { 2 };
                (class, one.result.violation(), 0.0)
            })
            .collect();
        for rank in 0..=ranks.iter().copied().max().unwrap_or(0) {
            let front: Vec<usize> = (0..points.len()).filter(|&at| ranks[at] == rank).collect();
            let places: Vec<&[f64]> = front.iter().map(|&at| &*points[at]).collect();
            for (&at, distance) in front.iter().zip(pareto::crowding(&places)) {
                keys[competing[at]] = (0, rank as f64, -distance);
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
}
