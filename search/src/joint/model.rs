//! A joint problem written out: what every network needs, what every array offers.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Time and energy of a layer on one sub-accelerator, as whole numbers.
///
/// Proofs add and compare these; nothing is rounded on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Time, in cycles.
    pub cycles: u64,
    /// Energy, in quanta that the maker of the tables chose.
    pub energy: u64,
}

impl Price {
    /// The price of what cannot be done; it exceeds every bound.
    pub const NEVER: Self = Self {
        cycles: u64::MAX,
        energy: u64::MAX,
    };
}

/// One way to build a sub-accelerator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The value index of each of the sub-accelerator's decisions.
    pub values: Vec<u32>,
    /// What it uses of each limit, rounded down to whole units.
    pub uses: Vec<u64>,
    /// Quanta of energy that it leaks in every cycle until the last layer has ended.
    pub leak: u64,
}

/// All ways to build a sub-accelerator, with the price of every layer on each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// For each decision of the sub-accelerator, whether neighbouring values are alike.
    pub ordered: Vec<bool>,
    /// The ways; at least one.
    pub configs: Vec<Config>,
    /// Prices, `[configs, layers]`.
    pub prices: Vec<Price>,
}

/// Which sub-accelerators are there, and how each can be built.
///
/// What a layer costs may depend on how many others share the off-chip memory,
/// so each set of present sub-accelerators has tables of its own. Those that
/// are alike share one table, so that a proof can treat them as interchangeable.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Indices of the sub-accelerators that are present, ascending, with their choices.
    pub present: Vec<(usize, Arc<Choices>)>,
}

/// One choice of networks, one per task.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Index of the network of each task.
    pub networks: Vec<u32>,
    /// What it is worth; larger is better.
    pub score: f64,
}

/// What a design must keep to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Cycles until the last layer must have ended.
    pub deadline: u64,
    /// Quanta that all layers may cost, leakage included.
    pub energy: u64,
    /// The most that all sub-accelerators together may use of each limit.
    pub limits: Vec<u64>,
}

/// What is to be optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aim {
    /// The largest score that any hardware within the bounds can carry.
    Score,
    /// The least makespan of any candidate.
    Cycles,
    /// The least energy of any candidate.
    Energy,
    /// The least use of a limit, such as area.
    Limit(usize),
}

/// A joint problem: networks, hardware and bounds.
#[derive(Clone, Debug)]
pub struct Joint {
    /// Number of distinct layers.
    pub layers: usize,
    /// Number of sub-accelerators, present or not.
    pub subs: usize,
    /// The layers of each network of each task, in the order of its chain.
    pub tasks: Vec<Vec<Vec<u32>>>,
    /// The choices of networks, by falling score.
    pub candidates: Vec<Candidate>,
    /// The hardware.
    pub patterns: Vec<Pattern>,
    /// What must hold.
    pub bounds: Bounds,
    /// What is wanted.
    pub aim: Aim,
}

/// A design of a joint problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Index of the candidate.
    pub candidate: usize,
    /// Index of the pattern.
    pub pattern: usize,
    /// The configuration of each present sub-accelerator.
    pub configs: Vec<usize>,
}

impl Choices {
    /// The prices of all layers on one way to build it.
    pub fn prices_of(&self, config: usize, layers: usize) -> &[Price] {
        &self.prices[config * layers..(config + 1) * layers]
    }
}

impl Joint {
    /// Quanta that a design leaks in every cycle.
    pub fn leak(&self, point: &Point) -> u64 {
        self.sum(point, |config| config.leak)
    }

    /// What a design uses of a limit.
    pub fn uses(&self, point: &Point, limit: usize) -> u64 {
        self.sum(point, |config| config.uses[limit])
    }

    fn sum(&self, point: &Point, of: impl Fn(&Config) -> u64) -> u64 {
        let present = &self.patterns[point.pattern].present;
        let each = present.iter().zip(&point.configs);
        each.map(|((_, choices), &config)| of(&choices.configs[config]))
            .sum()
    }

    /// The layers that a candidate runs, with their tasks.
    pub fn work(&self, candidate: usize) -> Vec<(u32, usize)> {
        let networks = &self.candidates[candidate].networks;
        let chains = networks.iter().zip(&self.tasks).enumerate();
        chains
            .flat_map(|(task, (&network, all))| {
                let chain = &all[network as usize];
                chain.iter().map(move |&layer| (layer, task))
            })
            .collect()
    }
}
