//! Moves through a space that never leave it: sampling, enumeration, mutation, crossover.
//!
//! All of them are one walk along the decisions in [`Space::order`]. At every
//! decision only the values are offered with which the rest can still be
//! completed within the limits, so no move has to be repaired or rejected.

use crate::chain::{Chain, START};
use crate::design::Design;
use crate::space::{Role, Space};
use rand::{Rng, RngExt};

/// The values a walk may take at one decision.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Value indices, ascending; never empty.
    pub values: Vec<u32>,
    /// For each value, in how many ways the decisions tied to this one can be completed.
    pub weights: Vec<u128>,
    next: Vec<u64>,
}

impl Space {
    /// Walks through the decisions, taking at each the offered value that `choose` points to.
    ///
    /// `choose` gets the decision and the offer and returns a position in
    /// `offer.values`; a position past the end means the last value. It is not
    /// asked about decisions that take no part.
    pub fn walk(&self, mut choose: impl FnMut(usize, &Offer) -> usize) -> Design {
        self.follow(|decision, stand| {
            let place = choose(decision, stand.offer());
            stand.at(place)
        })
    }

    /// The same, listing what is offered only where it is asked for.
    pub(crate) fn follow(&self, mut choose: impl FnMut(usize, &mut Stand<'_>) -> Taken) -> Design {
        let mut design = Design(vec![Design::INACTIVE; self.decisions().len()]);
        let mut keys = vec![(0, START); self.chains().len()];
        let mut offer = Offer::default();
        for &decision in self.order() {
            let number = self.chain_of(decision);
            let (at, key) = keys[number];
            let mut stand = Stand {
                chain: &self.chains()[number],
                at,
                key,
                offer: &mut offer,
                listed: false,
            };
            let taken = match stand.chain.is_active(at, key) {
                true => choose(decision, &mut stand),
                false => stand.first(),
            };
            if let Some(value) = taken.value {
                design.0[decision] = value;
            }
            keys[number] = (at + 1, taken.next);
        }
        design
    }

    /// A design drawn uniformly from all designs within the limits.
    ///
    /// Designs that differ only in what an absence drops count as different.
    /// Where a group of tied decisions has more than 2⁹⁶ designs the
    /// probabilities are uniform to within rounding.
    pub fn sample(&self, rng: &mut impl Rng) -> Design {
        self.walk(|_, offer| {
            let total: u128 = offer.weights.iter().sum();
            let mut left = rng.random_range(0..total);
            let found = offer.weights.iter().position(|&weight| {
                let here = left < weight;
                left = left.saturating_sub(weight);
                here
            });
            found.unwrap_or(0)
        })
    }

    /// A design near another: each decision is redrawn with probability `rate`.
    ///
    /// Values that became impossible because of an earlier change, or active
    /// because of one, are redrawn too. At least one decision with a choice is
    /// redrawn to another value, if there is one. An ordered decision moves to
    /// one of the nearest values on either side as often as it jumps anywhere.
    pub fn mutate(&self, design: &Design, rate: f64, rng: &mut impl Rng) -> Design {
        self.mutate_part(design, rate, None, rng)
    }

    /// The same, redrawing only decisions of one role, or of both.
    ///
    /// The other ones change only where they became impossible or active.
    pub fn mutate_part(
        &self,
        design: &Design,
        rate: f64,
        part: Option<Role>,
        rng: &mut impl Rng,
    ) -> Design {
        let within = |index: usize| part.is_none_or(|role| self.decisions()[index].role == role);
        let free = |&index: &usize| {
            within(index) && self.decisions()[index].values > 1 && design.value(index).is_some()
        };
        let open: Vec<usize> = (0..self.decisions().len()).filter(free).collect();
        let forced = (!open.is_empty()).then(|| open[rng.random_range(0..open.len())]);
        self.follow(|decision, stand| {
            let value = design.value(decision);
            let kept = value.and_then(|value| Some((value, stand.allows(value)?)));
            let drawn = rng.random::<f64>() < rate && within(decision);
            let redraw = drawn || forced == Some(decision);
            match kept {
                Some((_, taken)) if !redraw => taken,
                Some((value, _)) => {
                    let near = self.decisions()[decision].ordered && rng.random::<bool>();
                    let offer = stand.offer();
                    let place = offer.other(offer.find(value).unwrap_or(0), near, rng);
                    stand.at(place)
                }
                None => stand.any(rng),
            }
        })
    }

    /// A design that takes each decision from one of two parents, by a fair coin.
    ///
    /// A value that is impossible after the earlier ones is taken from the
    /// other parent, and drawn if that is impossible too.
    pub fn cross(&self, one: &Design, other: &Design, rng: &mut impl Rng) -> Design {
        self.follow(|decision, stand| {
            let (first, second) = if rng.random::<bool>() {
                (one, other)
            } else {
                (other, one)
            };
            let of = |parent: &Design| stand.allows(parent.value(decision)?);
            let taken = of(first).or_else(|| of(second));
            taken.unwrap_or_else(|| stand.any(rng))
        })
    }

    /// All designs within the limits, in lexicographic order of [`Space::order`].
    pub fn enumerate(&self) -> Enumerate<'_> {
        let mut all = Enumerate {
            space: self,
            turns: vec![Turn::default(); self.order().len()],
            ended: false,
        };
        all.start_over(0);
        all
    }
}

impl Offer {
    /// The position of a value in the offer.
    pub fn find(&self, value: u32) -> Option<usize> {
        self.values.binary_search(&value).ok()
    }

    /// The position of another value than the one at `place`, where there is one.
    fn other(&self, place: usize, near: bool, rng: &mut impl Rng) -> usize {
        if self.values.len() < 2 {
            return place;
        }
        let last = self.values.len() - 1;
        if near {
            let up = if place == 0 {
                true
            } else {
                place != last && rng.random::<bool>()
            };
            return if up { place + 1 } else { place - 1 };
        }
        let jump = rng.random_range(0..last);
        if jump < place { jump } else { jump + 1 }
    }

    /// Lists what the chain allows at a key; without values where the decision takes no part.
    fn fill(&mut self, chain: &Chain, at: usize, key: u64) {
        self.values.clear();
        self.weights.clear();
        self.next.clear();
        for (value, next, weight) in chain.choices(at, key) {
            self.values.extend(value);
            self.weights.push(weight);
            self.next.push(next);
        }
    }
}

/// Where a walk stands: at a decision, after those made before it.
pub(crate) struct Stand<'a> {
    chain: &'a Chain,
    at: usize,
    key: u64,
    offer: &'a mut Offer,
    listed: bool,
}

/// A value that a walk may take, or none where the decision takes no part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    value: Option<u32>,
    next: u64,
}

impl Stand<'_> {
    /// All that is offered.
    pub(crate) fn offer(&mut self) -> &Offer {
        if !self.listed {
            self.offer.fill(self.chain, self.at, self.key);
            self.listed = true;
        }
        self.offer
    }

    /// A value, if it is offered; nothing is listed for that.
    pub(crate) fn allows(&self, value: u32) -> Option<Taken> {
        let offered = value < self.chain.values(self.at);
        let next = offered.then(|| self.chain.step(self.at, self.key, Some(value)))??;
        (self.chain.count(self.at + 1, next) > 0).then_some(Taken {
            value: Some(value),
            next,
        })
    }

    /// The value at a place of the offer, or the last.
    pub(crate) fn at(&mut self, place: usize) -> Taken {
        let offer = self.offer();
        let place = place.min(offer.next.len() - 1);
        Taken {
            value: offer.values.get(place).copied(),
            next: offer.next[place],
        }
    }

    /// The least value that is offered.
    pub(crate) fn first(&mut self) -> Taken {
        let first = self.chain.choices(self.at, self.key).next();
        match first {
            Some((value, next, _)) => Taken { value, next },
            None => self.at(0),
        }
    }

    /// Any value that is offered.
    fn any(&mut self, rng: &mut impl Rng) -> Taken {
        let place = rng.random_range(0..self.offer().values.len());
        self.at(place)
    }
}

/// An iterator over all designs within the limits.
///
/// It remembers what was offered at each decision, so that most steps only move the last one.
#[derive(Clone, Debug)]
pub struct Enumerate<'a> {
    space: &'a Space,
    /// In the order of the walk.
    turns: Vec<Turn>,
    ended: bool,
}

/// What was offered at a decision, and the place that is taken.
#[derive(Clone, Debug, Default)]
struct Turn {
    offer: Offer,
    place: usize,
}

impl Enumerate<'_> {
    /// The design of the places that are taken.
    fn design(&self) -> Design {
        let mut design = Design(vec![Design::INACTIVE; self.turns.len()]);
        for (&decision, turn) in self.space.order().iter().zip(&self.turns) {
            if let Some(&value) = turn.offer.values.get(turn.place) {
                design.0[decision] = value;
            }
        }
        design
    }

    /// Takes the first place in all turns from this one on, as the turns before it allow.
    fn start_over(&mut self, from: usize) {
        if from == self.turns.len() {
            return;
        }
        let mut keys = vec![(0, START); self.space.chains().len()];
        let turns = self.space.order().iter().zip(&mut self.turns);
        for (number, (&decision, turn)) in turns.enumerate() {
            let chain = self.space.chain_of(decision);
            let (at, key) = keys[chain];
            if number >= from {
                turn.offer.fill(&self.space.chains()[chain], at, key);
                turn.place = 0;
            }
            keys[chain] = (at + 1, turn.offer.next[turn.place]);
        }
    }
}

impl Iterator for Enumerate<'_> {
    type Item = Design;

    fn next(&mut self) -> Option<Design> {
        if self.ended {
            return None;
        }
        let current = self.design();
        let movable = |turn: &Turn| turn.place + 1 < turn.offer.values.len();
        match self.turns.iter().rposition(movable) {
            Some(turn) => {
                self.turns[turn].place += 1;
                self.start_over(turn + 1);
            }
            None => self.ended = true,
        }
        Some(current)
    }
}
