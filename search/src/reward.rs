//! One number for a design: its objective less a penalty for violated specs.
//!
//! Strategies that need a difference, not only an order, take this number. Those that
//! only compare use [`Evaluated::is_better`], which never weighs one against the other.

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
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pruned {
    /// 0, as in NASAIC: right where objectives are accuracies.
    Zero,
    /// The least one known so far: right for goals of any sign and size.
    Least(f64),
}

impl Reward {
    /// A reward that counts pruned designs as the worst trained one.
    pub(crate) fn from_options(options: &Options) -> Result<Self, OptionError> {
        Ok(Self::new(
            options.float("penalty.weight")?,
            Pruned::Least(f64::INFINITY),
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
        if let (Pruned::Least(least), Some(value)) = (&mut self.pruned, objective(one)) {
            *least = least.min(value);
        }
    }

    /// The reward of a design, by what was seen so far.
    pub(crate) fn of(&self, one: &Evaluated) -> f64 {
        let unknown = match self.pruned {
            Pruned::Least(least) if least.is_finite() => least,
            _ => 0.0,
        };
        if !one.hardware.valid {
            return unknown - self.rho * self.worst;
        }
        objective(one).unwrap_or(unknown) - self.rho * one.violation()
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

/// The first objective, where it is a number.
fn objective(one: &Evaluated) -> Option<f64> {
    let outcome = one.outcome.as_ref()?;
    outcome
        .objectives
        .first()
        .copied()
        .filter(|value| value.is_finite())
}
