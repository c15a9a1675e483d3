//! Which of two designs is the better one: specs before goals, or weighed against them.
//!
//! By domination a design that meets the specs beats every one that does not, and those are
//! compared by their violation (Deb 2000). By penalty every goal is lessened by the weighted
//! violation, so a design that misses a spec by little can beat a poor one that meets it.

use crate::options::{Kind, OptionError, OptionInfo, Options};
use crate::problem::Evaluated;
use crate::reward::Reward;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The option that says how specs enter a comparison.
pub(crate) const SPECS: OptionInfo = OptionInfo {
    name: "specs",
    help: "designs that meet the specs come first, or violations are weighed against the goals",
    kind: Kind::Choice(&["domination", "penalty"]),
    default: Some("domination"),
};

/// How a strategy compares designs.
#[derive(Clone, Debug)]
pub(crate) struct Merit {
    /// What weighs violations; none where specs come first.
    weighed: Option<Reward>,
}

impl Merit {
    /// Reads the `specs` option.
    pub(crate) fn from_options(options: &Options) -> Result<Self, OptionError> {
        let weighed = match options.choice("specs")? {
            "penalty" => Some(Reward::from_options(options)?),
            _ => None,
        };
        Ok(Self { weighed })
    }

    /// Specs first, for strategies without the option.
    pub(crate) fn domination() -> Self {
        Self { weighed: None }
    }

    /// What weighs violations against the goal, where they are weighed.
    pub(crate) fn reward(&self) -> Option<&Reward> {
        self.weighed.as_ref()
    }

    /// Learns the range of violations and goals.
    pub(crate) fn see(&mut self, told: &[Evaluated]) {
        if let Some(reward) = &mut self.weighed {
            told.iter().for_each(|one| reward.see(one));
        }
    }

    /// Whether the first design is the better one, several goals being taken in their order.
    pub(crate) fn is_better(&self, one: &Evaluated, than: &Evaluated) -> bool {
        let Some(reward) = &self.weighed else {
            return one.is_better(than);
        };
        let (one, than) = (reward.goals(one), reward.goals(than));
        let pairs = one.iter().zip(&than).map(|(a, b)| a.total_cmp(b));
        pairs.into_iter().find(|order| order.is_ne()) == Some(Ordering::Greater)
    }

    /// Indices of some designs, best first; equals keep their order.
    pub(crate) fn order(&self, designs: &[&Evaluated]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..designs.len()).collect();
        order.sort_by(|&a, &b| {
            let (one, other) = (designs[a], designs[b]);
            let better = self.is_better(other, one);
            better.cmp(&self.is_better(one, other))
        });
        order
    }

    /// The goals by which a design competes; none where only its violation counts.
    pub(crate) fn point<'a>(&self, one: &'a Evaluated) -> Option<Cow<'a, [f64]>> {
        match &self.weighed {
            Some(reward) => Some(Cow::Owned(reward.goals(one))),
            None if one.is_feasible() => {
                let outcome = one.outcome.as_ref();
                Some(Cow::Borrowed(outcome.map_or(&[], |all| &all.objectives)))
            }
            None => None,
        }
    }
}
