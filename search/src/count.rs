//! Exact sizes of a space: all points, those within the limits, and the distinct ones.
//!
//! The first two are products of the counts of independent groups. The distinct
//! designs are counted as words: a canonical design is a word whose letters are
//! values or "does not matter", and a word counts when at least one design
//! within the limits spells it. Several designs may spell the same word, so the
//! automaton that guesses which absences hold is nondeterministic, and words are
//! counted on the sets of states it can be in. A state that allows no more than
//! another of the same set is left out, which keeps these sets small.

use crate::chain::{Chain, START};
use crate::space::{Absence, Space};

/// Largest number of state sets kept at one position.
const LARGEST_SETS: usize = 200_000;

/// How many designs a space has.
///
/// A size is none where it exceeds 2⁹⁶ in one group of tied decisions, 2¹²⁸ in
/// all, or where the group has too many states to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// All designs; a conditional decision counts only where it takes part.
    pub raw: Option<u128>,
    /// The designs within the limits.
    pub within_limits: Option<u128>,
    /// The canonical designs of those within the limits.
    pub distinct: Option<u128>,
}

impl Space {
    /// Counts the designs exactly, without enumerating them.
    pub fn count(&self) -> Count {
        let raw = self.groups(false, false).into_iter().map(|members| {
            let mut chain = Chain::compile(self, &members, false).ok()?;
            chain.complete(self).ok()?;
            chain.total()
        });
        let distinct = self
            .groups(true, true)
            .into_iter()
            .map(|members| self.words(&members));
        Count {
            raw: product(raw),
            within_limits: self.within_limits(),
            distinct: product(distinct),
        }
    }

    /// Number of designs within the limits, at no cost; see [`Count::within_limits`].
    pub fn within_limits(&self) -> Option<u128> {
        product(self.chains().iter().map(Chain::total))
    }

    /// Number of distinct canonical choices in a group of decisions.
    fn words(&self, members: &[usize]) -> Option<u128> {
        let absences: Vec<Guess<'_>> = (self.absences().iter())
            .filter_map(|absence| Guess::new(absence, members))
            .collect();
        if absences.is_empty() {
            let chain = self.chains().get(self.chain_of(*members.first()?))?;
            return chain.total();
        }
        let chain = Chain::compile(self, members, true).ok()?;
        let guesses = 1u32.checked_shl(u32::try_from(absences.len()).ok()?)?;
        let start = (0..guesses)
            .map(|absent| State {
                key: START,
                absent,
                met: 0,
            })
            .collect();
        let mut sets: Vec<(Vec<State>, u128)> = vec![(start, 1)];
        for at in 0..chain.len() {
            let mut next = Vec::new();
            for (set, count) in &sets {
                for successor in successors(&chain, &absences, at, set) {
                    next.push((successor, *count));
                }
                if next.len() > 64 * LARGEST_SETS {
                    return None;
                }
            }
            sets = merge(next)?;
            if sets.len() > LARGEST_SETS {
                return None;
            }
        }
        sets.into_iter()
            .try_fold(0u128, |sum, (_, count)| sum.checked_add(count))
    }
}

fn product(counts: impl Iterator<Item = Option<u128>>) -> Option<u128> {
    let mut product = 1u128;
    for count in counts {
        product = product.checked_mul(count?)?;
    }
    Some(product)
}

/// One state of the guessing automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    key: u64,
    /// Bit per absence: guessed to hold.
    absent: u32,
    /// Bit per absence: a trigger was met.
    met: u32,
}

/// An absence with the positions at which its guess is settled and forgotten.
struct Guess<'a> {
    absence: &'a Absence,
    settled: usize,
    forgotten: usize,
}

impl<'a> Guess<'a> {
    fn new(absence: &'a Absence, members: &[usize]) -> Option<Self> {
        let place = |decision: usize| members.iter().position(|&member| member == decision);
        let settled = absence
            .when
            .iter()
            .filter_map(|(decision, _)| place(*decision))
            .max()?;
        let forgotten = absence.members().filter_map(place).max()?;
        Some(Self {
            absence,
            settled,
            forgotten,
        })
    }

    fn triggers(&self, decision: usize, value: u32) -> bool {
        let mut when = self.absence.when.iter();
        when.any(|(trigger, values)| *trigger == decision && values.contains(&value))
    }
}

/// The state sets reached by each possible letter.
fn successors(chain: &Chain, absences: &[Guess<'_>], at: usize, set: &[State]) -> Vec<Vec<State>> {
    let mut reached = Vec::new();
    for state in set {
        if !chain.is_active(at, state.key) {
            reached.extend(advance(chain, absences, at, *state, None).map(|next| (None, next)));
            continue;
        }
        let dropped = absences.iter().enumerate().any(|(bit, one)| {
            state.absent >> bit & 1 == 1 && one.absence.drops.contains(&chain.decision(at))
        });
        for value in 0..chain.values(at) {
            let letter = (!dropped).then_some(value);
            let next = advance(chain, absences, at, *state, Some(value));
            reached.extend(next.map(|next| (letter, next)));
        }
    }
    reached.sort_unstable();
    reached.dedup();
    let groups = reached.chunk_by(|one, other| one.0 == other.0);
    groups
        .map(|group| undominated(chain, at + 1, group))
        .collect()
}

/// The state after a decision, or none where a limit or the guess is broken.
fn advance(
    chain: &Chain,
    absences: &[Guess<'_>],
    at: usize,
    state: State,
    value: Option<u32>,
) -> Option<State> {
    let mut next = State {
        key: chain.step(at, state.key, value)?,
        ..state
    };
    for (bit, one) in absences.iter().enumerate() {
        let mask = 1 << bit;
        if value.is_some_and(|value| one.triggers(chain.decision(at), value)) {
            next.met |= mask;
        }
        if at == one.settled {
            if next.met & mask != next.absent & mask {
                return None;
            }
            next.met &= !mask;
        }
        if at == one.forgotten {
            next.absent &= !mask;
        }
    }
    Some(next)
}

/// The states of a group that no other of its states makes superfluous.
fn undominated(chain: &Chain, at: usize, group: &[(Option<u32>, State)]) -> Vec<State> {
    let mut kept: Vec<State> = Vec::new();
    for &(_, state) in group {
        let covers = |better: &State, worse: &State| {
            better.absent == worse.absent
                && better.met == worse.met
                && chain.dominates(at, better.key, worse.key)
        };
        if !kept.iter().any(|other| covers(other, &state)) {
            kept.retain(|other| !covers(&state, other));
            kept.push(state);
        }
    }
    kept.sort_unstable();
    kept
}

/// Adds up the counts of equal sets.
fn merge(mut sets: Vec<(Vec<State>, u128)>) -> Option<Vec<(Vec<State>, u128)>> {
    sets.sort_unstable();
    let mut merged: Vec<(Vec<State>, u128)> = Vec::new();
    for (set, count) in sets {
        match merged.last_mut() {
            Some((last, sum)) if *last == set => *sum = sum.checked_add(count)?,
            _ => merged.push((set, count)),
        }
    }
    Some(merged)
}
