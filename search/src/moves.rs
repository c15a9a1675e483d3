//! Small moves from one design to another, and designs made from wishes.
//!
//! A neighbourhood is a list of [`Step`]s: an ordered decision goes 1, 2, 4, … values up
//! or down, another one takes any other value. Where two decisions draw on the same
//! limit there are transfers as well: one takes more and the other gives up at least
//! as much, which is how a search moves along a budget that is used up. Lists stay
//! short, `2·log₂ n` for an ordered decision of n values, and yet every value is a few
//! steps away.

use crate::design::Design;
use crate::space::{Limit, Role, Space};
use crate::walk::Offer;
use rand::{Rng, RngExt};

/// A small move: one decision changes, or two that draw on the same limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The decision that changes, and the value index it takes.
    pub change: (usize, u32),
    /// The decision that makes room for it in a limit, and the value index it takes.
    pub gives: Option<(usize, u32)>,
}

impl Space {
    /// The design that has the wanted values, as far as the limits and conditions allow.
    ///
    /// Decisions are made in the order of the walk. A wanted value that is impossible
    /// after the earlier ones is replaced by the nearest possible one, and a decision
    /// about which nothing is wanted takes its first possible value.
    pub fn nearest(&self, mut wanted: impl FnMut(usize) -> Option<u32>) -> Design {
        self.follow(|decision, stand| {
            let Some(value) = wanted(decision) else {
                return stand.first();
            };
            stand.allows(value).unwrap_or_else(|| {
                let ordered = self.decisions()[decision].ordered;
                let place = stand.offer().nearest(value, ordered);
                stand.at(place)
            })
        })
    }

    /// The design with the networks of one design and the hardware of another.
    ///
    /// Hardware that the networks do not allow is replaced by the nearest possible.
    pub fn joined(&self, networks: &Design, hardware: &Design) -> Design {
        self.nearest(|decision| match self.decisions()[decision].role {
            Role::Network => networks.value(decision),
            Role::Hardware => hardware.value(decision),
        })
    }

    /// All small moves from a design, in the order of its decisions.
    pub fn steps(&self, design: &Design) -> Vec<Step> {
        (0..self.decisions().len())
            .flat_map(|decision| self.steps_of(design, decision))
            .collect()
    }

    /// The small moves from a design that change one decision, transfers to it included.
    pub fn steps_of(&self, design: &Design, decision: usize) -> Vec<Step> {
        let Some(now) = design.value(decision) else {
            return Vec::new();
        };
        let mut steps = Vec::new();
        for value in self.near(decision, now) {
            let change = (decision, value);
            steps.push(Step {
                change,
                gives: None,
            });
            for limit in self.limits() {
                let givers = givers(limit, design, change);
                steps.extend(givers.map(|gives| Step {
                    change,
                    gives: Some(gives),
                }));
            }
        }
        steps
    }

    /// The design after a step; none where the limits do not allow the changed value.
    ///
    /// Decisions that the step makes active take their first possible value.
    pub fn stepped(&self, design: &Design, step: &Step) -> Option<Design> {
        let moved = self.nearest(|decision| match (step.change, step.gives) {
            ((changed, value), _) if changed == decision => Some(value),
            (_, Some((giver, value))) if giver == decision => Some(value),
            _ => design.value(decision),
        });
        let taken = moved.value(step.change.0) == Some(step.change.1);
        taken.then_some(moved)
    }

    /// The design after a step drawn at random: first the decision, then the step.
    ///
    /// Where a dozen draws give no possible step, the design stays as it is.
    pub fn random_step(&self, design: &Design, only: Option<Role>, rng: &mut impl Rng) -> Design {
        let free = |&index: &usize| {
            let decision = &self.decisions()[index];
            decision.values > 1
                && design.value(index).is_some()
                && only.is_none_or(|role| decision.role == role)
        };
        let open: Vec<usize> = (0..self.decisions().len()).filter(free).collect();
        for _ in 0..if open.is_empty() { 0 } else { 12 } {
            let decision = open[rng.random_range(0..open.len())];
            let steps = self.steps_of(design, decision);
            let step = &steps[rng.random_range(0..steps.len())];
            if let Some(moved) = self.stepped(design, step) {
                return moved;
            }
        }
        design.clone()
    }

    /// The values a decision can step to.
    fn near(&self, decision: usize, now: u32) -> Vec<u32> {
        let decision = &self.decisions()[decision];
        let values = decision.values as u32;
        if !decision.ordered {
            return (0..values).filter(|&value| value != now).collect();
        }
        let strides = || (0..32).map(|power| 1u32 << power);
        let up = strides().map_while(|stride| now.checked_add(stride).filter(|&to| to < values));
        let down = strides().map_while(|stride| now.checked_sub(stride));
        up.chain(down).collect()
    }
}

/// The decisions that can make room for a change in a limit, with what each falls to.
fn givers<'a>(
    limit: &'a Limit,
    design: &'a Design,
    change: (usize, u32),
) -> impl Iterator<Item = (usize, u32)> + 'a {
    let amount = |decision: usize, value: u32| {
        let terms = limit.terms.iter().filter(move |term| term.0 == decision);
        terms
            .filter_map(|(_, amounts)| amounts.get(value as usize))
            .fold(0i64, |sum, &one| sum.saturating_add(one))
    };
    let more = design.value(change.0).map_or(0, |now| {
        amount(change.0, change.1).saturating_sub(amount(change.0, now))
    });
    let others = limit
        .terms
        .iter()
        .filter(move |(giver, _)| *giver != change.0 && more > 0);
    others.filter_map(move |(giver, amounts)| {
        let now = design.value(*giver)?;
        let left = amounts.get(now as usize)?.saturating_sub(more);
        // The most that still makes room; of equals the value nearest to the present one.
        (amounts.iter().zip(0u32..))
            .filter(|(amount, _)| **amount <= left)
            .max_by_key(|(amount, value)| (**amount, std::cmp::Reverse(value.abs_diff(now))))
            .map(|(_, value)| (*giver, value))
    })
}

impl Offer {
    /// The position of a value, or of the one nearest to it where values are ordered.
    ///
    /// Of two equally near ones it is the lower; without an order it is the first.
    pub fn nearest(&self, value: u32, ordered: bool) -> usize {
        match self.values.binary_search(&value) {
            Ok(place) => place,
            Err(_) if !ordered => 0,
            Err(0) => 0,
            Err(above) if above == self.values.len() => above - 1,
            Err(above) => {
                let (low, high) = (self.values[above - 1], self.values[above]);
                above - usize::from(value - low <= high - value)
            }
        }
    }
}
