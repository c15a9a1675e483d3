//! Compiling conditions and limits into the digits of a chain's key.

use crate::chain::{Digit, Step, Use};
use crate::space::{Limit, Space, SpaceError};

/// Gives the decision at a position a digit for what later conditions ask of it.
pub(crate) fn add_conditions(
    space: &Space,
    members: &[usize],
    steps: &mut [Step],
    digits: &mut Digits,
    at: usize,
) {
    let mut asked = Vec::new();
    for (later, &member) in members.iter().enumerate() {
        for condition in &space.decisions()[member].active {
            if condition.decision == members[at] {
                asked.push((later, &condition.allowed));
            }
        }
    }
    let Some(&(last, _)) = asked.last() else {
        return;
    };
    // Values that meet the same conditions share a code; code 0 meets none.
    let mut signatures = vec![vec![false; asked.len()]];
    let codes = (0..steps[at].values as u32)
        .map(|value| {
            let signature: Vec<bool> = asked.iter().map(|(_, set)| set.contains(&value)).collect();
            let found = signatures.iter().position(|known| *known == signature);
            found.unwrap_or_else(|| {
                signatures.push(signature);
                signatures.len() - 1
            }) as u64
        })
        .collect();
    let digit = digits.add(at, last, signatures.len() as u64);
    steps[at].remember = Some((digit, codes));
    for (column, &(later, _)) in asked.iter().enumerate() {
        let met = signatures
            .iter()
            .map(|signature| signature[column])
            .collect();
        steps[later].conditions.push((digit, met));
    }
    steps[last].forget.push(digit);
}

/// Gives every limit of the group that can be exceeded a digit for what is used of it.
pub(crate) fn add_limits(
    space: &Space,
    members: &[usize],
    steps: &mut [Step],
    digits: &mut Digits,
) -> Result<(), SpaceError> {
    for limit in space.limits() {
        let terms: Vec<Term> = (members.iter().enumerate())
            .filter_map(|(at, &member)| Term::new(space, limit, at, member))
            .collect();
        let (Some(first), Some(last)) = (terms.first(), terms.last()) else {
            continue;
        };
        let floor: i128 = terms.iter().map(|term| term.least).sum();
        let room = i128::from(limit.at_most) - i128::from(limit.constant) - floor;
        if room < 0 {
            return Err(SpaceError::Unsatisfiable {
                limits: vec![limit.name.clone()],
            });
        }
        if terms
            .iter()
            .map(|term| term.most - term.least)
            .sum::<i128>()
            <= room
        {
            continue;
        }
        let unit = terms.iter().flat_map(Term::shifted).fold(0, gcd).max(1);
        // A room beyond 63 bits is cut; placing its digit fails in any case.
        let room = u64::try_from(room / unit)
            .unwrap_or(u64::MAX)
            .min(u64::MAX - 1);
        let digit = digits.add(first.at, last.at, room + 1);
        for term in &terms {
            // An amount that exceeds the room is cut to just above it.
            let scale = |amount| {
                u64::try_from(amount / unit)
                    .unwrap_or(u64::MAX)
                    .min(room + 1)
            };
            let mut amounts: Vec<u64> = term.shifted().map(scale).collect();
            let inactive = amounts.pop().unwrap_or(0);
            steps[term.at].uses.push(Use {
                digit,
                room,
                amounts,
                inactive,
            });
        }
        steps[last.at].forget.push(digit);
    }
    Ok(())
}

/// What one decision of a group uses of a limit.
struct Term {
    at: usize,
    /// An amount per value, and last that of taking no part.
    amounts: Vec<i128>,
    least: i128,
    most: i128,
}

impl Term {
    /// Adds up all terms of a limit for one decision; none where there is none.
    fn new(space: &Space, limit: &Limit, at: usize, member: usize) -> Option<Self> {
        let decision = &space.decisions()[member];
        let mut amounts: Option<Vec<i128>> = None;
        for (_, values) in limit.terms.iter().filter(|(named, _)| *named == member) {
            let sum = amounts.get_or_insert_with(|| vec![0; decision.values]);
            for (total, &amount) in sum.iter_mut().zip(values) {
                *total += i128::from(amount);
            }
        }
        let mut amounts = amounts?;
        // A decision that always takes part must not lower the least amount to 0.
        let always = decision.active.is_empty();
        amounts.push(if always {
            amounts.iter().copied().min()?
        } else {
            0
        });
        let (least, most) = (
            amounts.iter().copied().min()?,
            amounts.iter().copied().max()?,
        );
        Some(Self {
            at,
            amounts,
            least,
            most,
        })
    }

    /// The amounts above the least one.
    fn shifted(&self) -> impl Iterator<Item = i128> + '_ {
        self.amounts.iter().map(|amount| amount - self.least)
    }
}

fn gcd(one: i128, other: i128) -> i128 {
    if other == 0 {
        one
    } else {
        gcd(other, one % other)
    }
}

/// Places for digits in a key; a place is used again once its digit is forgotten.
#[derive(Default)]
pub(crate) struct Digits {
    wanted: Vec<(usize, usize, u64)>,
}

impl Digits {
    /// Asks for a digit that lives from the first position to the last.
    ///
    /// Until the digits are placed, the stride holds the number of the request.
    fn add(&mut self, first: usize, last: usize, radix: u64) -> Digit {
        self.wanted.push((first, last, radix));
        Digit {
            stride: self.wanted.len() as u64 - 1,
            radix,
        }
    }

    /// Gives all digits of the steps their places; false where a key cannot hold them.
    pub(crate) fn place(&self, steps: &mut [Step]) -> bool {
        let Some(strides) = self.strides() else {
            return false;
        };
        let settle = |digit: &mut Digit| *digit = strides[digit.stride as usize];
        for step in steps {
            step.conditions
                .iter_mut()
                .for_each(|(digit, _)| settle(digit));
            step.remember
                .iter_mut()
                .for_each(|(digit, _)| settle(digit));
            step.uses.iter_mut().for_each(|one| settle(&mut one.digit));
            step.forget.iter_mut().for_each(settle);
        }
        true
    }

    /// Where every requested digit lies; its radix becomes that of its place.
    fn strides(&self) -> Option<Vec<Digit>> {
        let mut by_start: Vec<usize> = (0..self.wanted.len()).collect();
        by_start.sort_by_key(|&request| self.wanted[request].0);
        let mut places: Vec<(usize, u64)> = Vec::new();
        let mut place_of = vec![0; self.wanted.len()];
        for request in by_start {
            let (first, last, radix) = self.wanted[request];
            let free = places.iter().position(|&(until, _)| until < first);
            let place = free.unwrap_or_else(|| {
                places.push((0, 0));
                places.len() - 1
            });
            places[place] = (last, places[place].1.max(radix));
            place_of[request] = place;
        }
        let mut stride: u64 = 1;
        let mut digits = Vec::new();
        for (_, radix) in places {
            digits.push(Digit { stride, radix });
            stride = stride
                .checked_mul(radix)
                .filter(|&next| next < u64::MAX / 4)?;
        }
        Some(place_of.into_iter().map(|place| digits[place]).collect())
    }
}
