//! Prices of time: multipliers that make a relaxation's bound large.
//!
//! Without the rules that a chain ends in time and a sub-accelerator runs one
//! layer at a time, each layer goes where it costs least. Instead of the rules,
//! each cycle of a chain and of a sub-accelerator gets a price, and what is free
//! of it until the deadline pays back. Whatever the prices, the result is a lower
//! bound; Polyak's subgradient steps look for good ones. Only the search for
//! prices is done in floating point: a bound is computed from integer prices.

use super::flat::Flat;

/// Part of an instance that is still to be scheduled.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest {
    /// The layers to come of each task that is a chain: a range of layers, and the time for it.
    pub(super) chains: Vec<(usize, usize, u64)>,
    /// Layers to come that are bound by sub-accelerators only.
    pub(super) others: Vec<usize>,
    /// Time that each sub-accelerator has.
    pub(super) rooms: Vec<u64>,
}

/// Prices per cycle.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Prices {
    /// Of each chain.
    pub(super) chains: Vec<f64>,
    /// Of each sub-accelerator.
    pub(super) subs: Vec<f64>,
}

/// Looks for prices; it keeps its memory from one call to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Tuner {
    now: Prices,
    /// Time used beyond the time there is, per chain and sub-accelerator.
    excess: Prices,
}

impl Tuner {
    /// Prices found in some steps, with the bound they give.
    ///
    /// `target` is an energy that the bound is not expected to exceed.
    pub(super) fn tune(
        &mut self,
        flat: &Flat,
        rest: &Rest,
        target: f64,
        steps: usize,
        best: &mut Prices,
    ) -> f64 {
        self.now.chains.clear();
        self.now.chains.resize(rest.chains.len(), 0.0);
        self.now.subs.clear();
        self.now.subs.resize(flat.subs, 0.0);
        best.clone_from(&self.now);
        let mut found = f64::NEG_INFINITY;
        let (mut pace, mut failures) = (1.0, 0);
        for _ in 0..steps {
            let bound = self.bound(flat, rest);
            if bound > found {
                found = bound;
                best.clone_from(&self.now);
                failures = 0;
            } else {
                failures += 1;
                if failures == 4 {
                    pace *= 0.5;
                    failures = 0;
                }
            }
            let excess = self.excess.chains.iter().chain(&self.excess.subs);
            let prices = self.now.chains.iter().chain(&self.now.subs);
            let useful = excess
                .zip(prices)
                .filter(|(excess, price)| **excess > 0.0 || **price > 0.0);
            let norm: f64 = useful.map(|(excess, _)| excess * excess).sum();
            let wanted = target - bound;
            if norm <= 0.0 || wanted <= 0.0 {
                break;
            }
            let step = pace * wanted / norm;
            let pairs = self.now.chains.iter_mut().zip(&self.excess.chains);
            for (price, excess) in pairs.chain(self.now.subs.iter_mut().zip(&self.excess.subs)) {
                *price = (*price + step * excess).max(0.0);
            }
        }
        found
    }

    /// The bound under the prices of now, and the excess of every time.
    fn bound(&mut self, flat: &Flat, rest: &Rest) -> f64 {
        self.excess.subs.clear();
        let rooms = rest.rooms.iter().map(|room| -(*room as f64));
        self.excess.subs.extend(rooms);
        self.excess.chains.clear();
        let mut sum = 0.0;
        for (index, &(from, to, time)) in rest.chains.iter().enumerate() {
            let price = self.now.chains[index];
            let mut used = 0.0;
            for op in from..to {
                let (value, cycles) = self.cheapest(flat, op, price);
                sum += value;
                used += cycles;
            }
            let excess = used - time as f64;
            self.excess.chains.push(excess);
            sum -= price * time as f64;
        }
        for &op in &rest.others {
            sum += self.cheapest(flat, op, 0.0).0;
        }
        for (price, room) in self.now.subs.iter().zip(&rest.rooms) {
            sum -= price * *room as f64;
        }
        sum
    }

    /// The least priced energy of a layer, and the time it takes there.
    fn cheapest(&mut self, flat: &Flat, op: usize, chain: f64) -> (f64, f64) {
        let mut best = (f64::INFINITY, 0.0, 0);
        for (sub, cost) in flat.options(op) {
            let cycles = cost.cycles as f64;
            let value = cost.energy as f64 + (chain + self.now.subs[sub]) * cycles;
            if value < best.0 {
                best = (value, cycles, sub);
            }
        }
        self.excess.subs[best.2] += best.1;
        (best.0, best.1)
    }
}
