//! One number for a design: its objective less a penalty for violated specs.
//!
//! Strategies that need a difference, not only an order, take this number. Those that
//! only compare use it where their `specs` are a penalty ([`crate::merit`]).

use crate::options::{Kind, OptionError, OptionInfo, Options};
use crate::problem::Evaluated;

/// The option group that says how violated specs enter the reward.
pub(crate) const PENALTY: OptionInfo = OptionInfo {
    name: "penalty",
    help: "how violated specs enter the reward",
    kind: Kind::Group(&[OptionInfo {
        name: "weight",
        help: "weight of the violation (rho)",
        kind: Kind::Float {
            min: 0.0,
            max: f64::MAX,
        },
        default: Some("10"),
    }]),
    default: None,
};

/// `R = objective − ρ·P`, with what has to be known to say it for every design.
#[derive(Clone, Debug)]
pub(crate) struct Reward {
    rho: f64,
    /// What a design without an objective counts as.
    pruned: Pruned,
    /// Largest violation of a design that can be built: what others count as.
    worst: f64,
}

/// The objective of a design whose networks were not trained.
#[derive(Clone, Debug)]
pub(crate) enum Pruned {
    /// 0, as in NASAIC: right where objectives are accuracies.
    Zero,
    /// The least one known so far of each goal: right for goals of any sign and size.
    Least(Vec<f64>),
}

impl Reward {
    /// A reward that counts pruned designs as the worst trained one.
    pub(crate) fn from_options(options: &Options) -> Result<Self, OptionError> {
        Ok(Self::new(
            options.float("penalty.weight")?,
            Pruned::Least(Vec::new()),
        ))
    }

    pub(crate) fn new(rho: f64, pruned: Pruned) -> Self {
        Self {
            rho,
            pruned,
            worst: 1.0,
        }
    }

    /// Learns the range of violations and objectives from a design.
    pub(crate) fn see(&mut self, one: &Evaluated) {
        if one.hardware.valid {
            self.worst = self.worst.max(one.violation());
        }
        if let (Pruned::Least(least), Some(outcome)) = (&mut self.pruned, &one.outcome) {
            least.resize(outcome.objectives.len(), f64::INFINITY);
            let values = least.iter_mut().zip(&outcome.objectives);
            for (least, value) in values.filter(|(_, value)| value.is_finite()) {
                *least = least.min(*value);
            }
        }
    }

    /// The reward of a design for its first goal, by what was seen so far.
    pub(crate) fn of(&self, one: &Evaluated) -> f64 {
        self.for_goal(0, one)
    }

    /// The reward of a design for each goal.
    pub(crate) fn goals(&self, one: &Evaluated) -> Vec<f64> {
        let known = match &self.pruned {
            Pruned::Least(least) => least.len(),
            Pruned::Zero => 0,
        };
        let told = one.outcome.as_ref().map_or(0, |all| all.objectives.len());
        (0..known.max(told).max(1))
            .map(|goal| self.for_goal(goal, one))
            .collect()
    }

    fn for_goal(&self, goal: usize, one: &Evaluated) -> f64 {
        let unknown = match &self.pruned {
            Pruned::Least(least) => least.get(goal).copied().filter(|least| least.is_finite()),
            Pruned::Zero => None,
        };
        let unknown = unknown.unwrap_or(0.0);
        if !one.hardware.valid {
            return unknown - self.rho * self.worst;
        }
        let outcome = one.outcome.as_ref();
        let reached = outcome.and_then(|all| all.objectives.get(goal).copied());
        let reached = reached.filter(|value| value.is_finite());
        reached.unwrap_or(unknown) - self.rho * one.violation()
    }
}

/// The place of a reward among others, from −1 for the least to 1 for the most.
///
/// Ranks see small differences between good designs beside huge penalties of bad ones.
pub(crate) fn place(reward: f64, among: &[f64]) -> f64 {
    let below = among.iter().filter(|other| **other < reward).count();
    let above = among.iter().filter(|other| **other > reward).count();
    (below as f64 - above as f64) / among.len().max(1) as f64
}
