//! One number for a design: its objective and what violated specs take from it.
//!
//! Strategies that need a difference, not only an order, take this number. Those that
//! only compare use it where their `specs` are a penalty ([`crate::merit`]).
//!
//! NASAIC subtracts `ρ·P`. NAHAS (Zhou et al., arXiv 2102.08619) multiplies by
//! `(value ÷ target)^w` for each spec that is missed, w = −1 being hard and −0.07 soft. With
//! `P = Σ ln(value ÷ target)` over the missed specs that factor is `e^(w·P)`: both forms read
//! one violation, and what it measures is said by who states the problem.

use crate::options::{Kind, OptionError, OptionInfo, Options};
use crate::problem::Evaluated;

/// The option group that says how violated specs enter the reward.
pub(crate) const PENALTY: OptionInfo = OptionInfo {
    name: "penalty",
    help: "how violated specs enter the reward",
    kind: Kind::Group(&[
        OptionInfo {
            name: "kind",
            help: "violations are subtracted from the goal, or the goal is multiplied",
            kind: Kind::Choice(&["additive", "multiplicative"]),
            default: Some("additive"),
        },
        OptionInfo {
            name: "weight",
            help: "weight of the violation (rho)",
            kind: Kind::Float {
                min: 0.0,
                max: f64::MAX,
            },
            default: Some("10"),
        },
        OptionInfo {
            name: "exponent",
            help: "exponent of value over target (w) where the goal is multiplied",
            kind: Kind::Float {
                min: -100.0,
                max: 0.0,
            },
            default: Some("-1"),
        },
    ]),
    default: None,
};

/// What a violation takes from a goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Toll {
    /// `objective − ρ·P`.
    Additive(f64),
    /// `objective · e^(w·P)`; a negative objective is divided, so that less is never more.
    Multiplicative(f64),
}

impl Toll {
    fn from_options(options: &Options) -> Result<Self, OptionError> {
        Ok(match options.choice("penalty.kind")? {
            "multiplicative" => Self::Multiplicative(options.float("penalty.exponent")?),
            _ => Self::Additive(options.float("penalty.weight")?),
        })
    }

    fn take(self, objective: f64, violation: f64) -> f64 {
        match self {
            Self::Additive(rho) => objective - rho * violation,
            Self::Multiplicative(w) if objective < 0.0 => objective * libm::exp(-w * violation),
            Self::Multiplicative(w) => objective * libm::exp(w * violation),
        }
    }
}

/// The reward, with what has to be known to say it for every design.
#[derive(Clone, Debug)]
pub(crate) struct Reward {
    toll: Toll,
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
        Self::with_pruned(options, Pruned::Least(Vec::new()))
    }

    /// The same with another worth of pruned designs.
    pub(crate) fn with_pruned(options: &Options, pruned: Pruned) -> Result<Self, OptionError> {
        Ok(Self::new(Toll::from_options(options)?, pruned))
    }

    pub(crate) fn new(toll: Toll, pruned: Pruned) -> Self {
        Self {
            toll,
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
            return self.toll.take(unknown, self.worst);
        }
        let outcome = one.outcome.as_ref();
        let reached = outcome.and_then(|all| all.objectives.get(goal).copied());
        let reached = reached.filter(|value| value.is_finite());
        self.toll.take(reached.unwrap_or(unknown), one.violation())
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// NAHAS's reward as its paper writes it, spec by spec.
    fn published(accuracy: f64, ratios: &[f64], w: f64) -> f64 {
        let factor = |ratio: &f64| match *ratio <= 1.0 {
            true => 1.0,
            false => libm::pow(*ratio, w),
        };
        accuracy * ratios.iter().map(factor).product::<f64>()
    }

    proptest! {
        #[test]
        fn a_multiplied_goal_is_that_of_the_paper(
            accuracy in 0.0..1.0_f64,
            latency in 0.1..50.0_f64,
            area in 0.1..50.0_f64,
            hard in proptest::bool::ANY,
        ) {
            let w = if hard { -1.0 } else { -0.07 };
            let missed = |ratio: f64| libm::log(ratio).max(0.0);
            let got = Toll::Multiplicative(w).take(accuracy, missed(latency) + missed(area));
            let wanted = published(accuracy, &[latency, area], w);
            prop_assert!((got - wanted).abs() <= 1e-12 * wanted.max(1.0));
        }

        #[test]
        fn a_larger_violation_is_never_worth_more(
            objective in -1e3..1e3_f64,
            violation in 0.0..20.0_f64,
            more in 0.0..20.0_f64,
            w in -3.0..0.0_f64,
        ) {
            for toll in [Toll::Multiplicative(w), Toll::Additive(-w)] {
                let here = toll.take(objective, violation);
                prop_assert!(toll.take(objective, violation + more) <= here);
                prop_assert_eq!(toll.take(objective, 0.0), objective);
            }
        }
    }
}
