//! The decisions of one group as a finite automaton, and exact counts on it.
//!
//! Decisions that are tied by conditions or limits form a chain. Walking along
//! it, only two things of the past matter: which later conditions the values
//! chosen so far meet, and how much of each limit is used. Both are packed into
//! one integer key. Amounts are shifted so that none is negative and divided by
//! their greatest common divisor, so a used amount can only grow and a key that
//! exceeds its bound has no future. Counting the completions of every key from
//! the last decision backwards gives exact counts, uniform samples and, for any
//! prefix, the values that can still be completed.

use crate::compile::{Digits, add_conditions, add_limits};
use crate::space::{Limit, Space, SpaceError};

/// Largest number of states of a chain, over all its positions.
pub(crate) const LARGEST: usize = 2_000_000;

/// Largest number of steps tried while building a chain.
const MOST_STEPS: usize = 50_000_000;

/// Counts are kept below 2 to this power, so that sums of them fit in 128 bits.
const COUNT_BITS: u32 = 96;

/// A digit of the packed key: `key / stride % radix`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digit {
    pub(crate) stride: u64,
    pub(crate) radix: u64,
}

impl Digit {
    fn of(self, key: u64) -> u64 {
        key / self.stride % self.radix
    }
}

/// How much of a limit the values of a decision use, in shifted units.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) digit: Digit,
    /// The largest amount that may be used.
    pub(crate) room: u64,
    pub(crate) amounts: Vec<u64>,
    pub(crate) inactive: u64,
}

/// What one decision reads from the key and does to it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) decision: usize,
    pub(crate) values: usize,
    /// Digits of earlier decisions with the codes that meet the condition.
    pub(crate) conditions: Vec<(Digit, Vec<bool>)>,
    /// Digit in which later conditions find the code of the value; inactive is code 0.
    pub(crate) remember: Option<(Digit, Vec<u64>)>,
    pub(crate) uses: Vec<Use>,
    /// Digits nothing later reads; clearing them merges states.
    pub(crate) forget: Vec<Digit>,
}

/// All keys that can occur before a step, ascending, with the number of their completions.
#[derive(Clone, Debug, Default)]
struct Layer {
    keys: Vec<u64>,
    counts: Vec<u128>,
}

/// A group of decisions as an automaton.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    steps: Vec<Step>,
    layers: Vec<Layer>,
    exact: bool,
}

/// The key before the first step.
pub(crate) const START: u64 = 0;

impl Chain {
    /// Compiles the steps of a group, which must be closed under what ties it.
    pub(crate) fn compile(
        space: &Space,
        members: &[usize],
        with_limits: bool,
    ) -> Result<Self, SpaceError> {
        let mut digits = Digits::default();
        let mut steps: Vec<Step> = members
            .iter()
            .map(|&decision| Step {
                decision,
                values: space.decisions()[decision].values,
                conditions: Vec::new(),
                remember: None,
                uses: Vec::new(),
                forget: Vec::new(),
            })
            .collect();
        for at in 0..members.len() {
            add_conditions(space, members, &mut steps, &mut digits, at);
        }
        if with_limits {
            add_limits(space, members, &mut steps, &mut digits)?;
        }
        if digits.place(&mut steps) {
            Ok(Self {
                steps,
                layers: Vec::new(),
                exact: true,
            })
        } else {
            Err(too_large(space, members))
        }
    }

    /// Number of decisions.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The decision made at a position.
    pub(crate) fn decision(&self, at: usize) -> usize {
        self.steps[at].decision
    }

    /// Number of values of the decision made at a position.
    pub(crate) fn values(&self, at: usize) -> u32 {
        self.steps[at].values as u32
    }

    /// Whether the decision at a position takes part.
    pub(crate) fn is_active(&self, at: usize, key: u64) -> bool {
        self.steps[at]
            .conditions
            .iter()
            .all(|(digit, met)| met[digit.of(key) as usize])
    }

    /// The key after a decision, or none where a limit is exceeded.
    pub(crate) fn step(&self, at: usize, key: u64, value: Option<u32>) -> Option<u64> {
        let step = &self.steps[at];
        let mut next = key;
        for one in &step.uses {
            let amount = value.map_or(one.inactive, |value| one.amounts[value as usize]);
            if one.digit.of(key) + amount > one.room {
                return None;
            }
            next += amount * one.digit.stride;
        }
        if let (Some((digit, codes)), Some(value)) = (&step.remember, value) {
            next += codes[value as usize] * digit.stride;
        }
        for digit in &step.forget {
            next -= digit.of(next) * digit.stride;
        }
        Some(next)
    }

    /// Whether everything that one key allows after a position, the other allows too.
    pub(crate) fn dominates(&self, at: usize, better: u64, worse: u64) -> bool {
        let later = self.steps.get(at..).unwrap_or_default();
        let conditions = later.iter().flat_map(|step| &step.conditions);
        let uses = later.iter().flat_map(|step| &step.uses);
        conditions
            .map(|(digit, _)| digit)
            .all(|digit| digit.of(better) == digit.of(worse))
            && uses
                .map(|one| one.digit)
                .all(|digit| digit.of(better) <= digit.of(worse))
    }

    /// Finds all keys and counts their completions.
    pub(crate) fn complete(&mut self, space: &Space) -> Result<(), SpaceError> {
        let members: Vec<usize> = self.steps.iter().map(|step| step.decision).collect();
        self.layers = self.reach().ok_or_else(|| too_large(space, &members))?;
        for at in (0..self.len()).rev() {
            let mut counts: Vec<u128> = (self.layers[at].keys.iter())
                .map(|&key| self.choices(at, key).map(|(_, _, count)| count).sum())
                .collect();
            self.exact &= !shrink(&mut counts);
            self.layers[at].counts = counts;
        }
        if self.count(0, START) == 0 {
            let tied = |limit: &&Limit| {
                limit
                    .terms
                    .iter()
                    .any(|(decision, _)| members.contains(decision))
            };
            let limits = space
                .limits()
                .iter()
                .filter(tied)
                .map(|limit| limit.name.clone());
            return Err(SpaceError::Unsatisfiable {
                limits: limits.collect(),
            });
        }
        Ok(())
    }

    /// The values with which a walk at this key can be completed: value, next key, completions.
    ///
    /// For a decision that takes no part there is one choice, without a value.
    pub(crate) fn choices(
        &self,
        at: usize,
        key: u64,
    ) -> impl Iterator<Item = (Option<u32>, u64, u128)> + '_ {
        let active = self.is_active(at, key);
        let values = if active { self.values(at) } else { 1 };
        (0..values).filter_map(move |value| {
            let value = active.then_some(value);
            let next = self.step(at, key, value)?;
            let count = self.count(at + 1, next);
            (count > 0).then_some((value, next, count))
        })
    }

    /// Number of ways to complete a walk from a key: 0 where the key is never reached.
    pub(crate) fn count(&self, at: usize, key: u64) -> u128 {
        let layer = &self.layers[at];
        layer
            .keys
            .binary_search(&key)
            .map_or(0, |found| layer.counts[found])
    }

    /// Number of walks, or none where it is too large to be kept exactly.
    pub(crate) fn total(&self) -> Option<u128> {
        self.exact.then(|| self.count(0, START))
    }

    /// The keys before every position, or none where there are too many.
    fn reach(&self) -> Option<Vec<Layer>> {
        let mut layers = vec![Layer {
            keys: vec![START],
            counts: vec![1],
        }];
        let (mut states, mut tried) = (1, 0);
        for at in 0..self.len() {
            let mut keys = Vec::new();
            for &key in &layers[at].keys {
                if self.is_active(at, key) {
                    keys.extend((0..self.values(at)).filter_map(|v| self.step(at, key, Some(v))));
                } else {
                    keys.extend(self.step(at, key, None));
                }
            }
            tried += layers[at].keys.len() * self.steps[at].values;
            keys.sort_unstable();
            keys.dedup();
            states += keys.len();
            if states > LARGEST || tried > MOST_STEPS {
                return None;
            }
            let counts = vec![1; keys.len()];
            layers.push(Layer { keys, counts });
        }
        Some(layers)
    }
}

/// Halves counts until sums of them fit; says whether it had to.
///
/// Only ratios within a layer matter to a sample, and a completion stays one.
fn shrink(counts: &mut [u128]) -> bool {
    let bits = counts
        .iter()
        .map(|count| 128 - count.leading_zeros())
        .max()
        .unwrap_or(0);
    let excess = bits.saturating_sub(COUNT_BITS);
    for count in counts.iter_mut().filter(|count| excess > 0 && **count > 0) {
        *count = (*count >> excess).max(1);
    }
    excess > 0
}

fn too_large(space: &Space, members: &[usize]) -> SpaceError {
    let name = |&member: &usize| space.decisions()[member].name.clone();
    SpaceError::TooLarge {
        decisions: members.iter().map(name).collect(),
    }
}
