//! The rest of a chain, alone: its least priced energy within any time.

use super::flat::Flat;

/// Pareto fronts of the suffixes of a chain: more time, less energy.
///
/// Energies are scaled, and each cycle on a sub-accelerator costs its price on
/// top. Of suffixes so long that their front would have too many points, some
/// points are replaced by one that is no later and no dearer: values stay lower
/// bounds, and `exact` tells that it happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Fronts {
    /// First point of each suffix, from the empty one up.
    first: Vec<usize>,
    points: Vec<(u64, u64)>,
    /// Number of layers of the chain.
    layers: usize,
    /// Whether no point was left out.
    pub(super) exact: bool,
    merged: Vec<(u64, u64)>,
    cursor: Vec<(usize, u64, u64)>,
}

/// How energies are seen: shifted to the left by `shift`, or not at all, and with prices of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Priced {
    /// Binary places that an energy gains; none where energies do not count.
    pub(super) shift: Option<u32>,
    /// Scaled energy per cycle on each sub-accelerator.
    pub(super) prices: Vec<u64>,
}

impl Priced {
    /// A layer's scaled energy with the price of its time.
    pub(super) fn value(&self, flat: &Flat, op: usize, sub: usize) -> u64 {
        let energy = self.shift.map_or(0, |shift| flat.energy(op, sub) << shift);
        energy + self.prices[sub] * flat.cycles(op, sub)
    }
}

impl Fronts {
    /// Finds the fronts of the suffixes of a task that is a chain.
    pub(super) fn build(
        &mut self,
        flat: &Flat,
        task: usize,
        priced: &Priced,
        deadline: u64,
        most: usize,
    ) {
        let chain = flat.first[task]..flat.first[task + 1];
        self.layers = chain.len();
        self.exact = true;
        self.points.clear();
        self.first.clear();
        self.first.push(0);
        self.points.push((0, 0));
        let mut before: u64 = chain.clone().map(|op| flat.least[op].cycles).sum();
        for op in chain.rev() {
            before -= flat.least[op].cycles;
            self.prepend(flat, op, priced, deadline.saturating_sub(before));
            self.thin(most);
            self.first.push(self.points.len());
            self.points.extend_from_slice(&self.merged);
        }
        self.first.push(self.points.len());
    }

    /// Merges, one layer earlier, the shifted fronts of all places of that layer.
    fn prepend(&mut self, flat: &Flat, op: usize, priced: &Priced, latest: u64) {
        let begin = *self.first.last().unwrap_or(&0);
        let last = &self.points[begin..];
        self.merged.clear();
        self.cursor.clear();
        for (sub, cost) in flat.options(op) {
            self.cursor
                .push((0, cost.cycles, priced.value(flat, op, sub)));
        }
        let mut lowest = u64::MAX;
        loop {
            let mut next: Option<(u64, u64, usize)> = None;
            for (index, &(at, time, value)) in self.cursor.iter().enumerate() {
                if let Some(point) = last.get(at) {
                    let one = (point.0 + time, point.1 + value, index);
                    if next.is_none_or(|next| one < next) {
                        next = Some(one);
                    }
                }
            }
            let Some((time, value, index)) = next else {
                return;
            };
            if time > latest {
                return;
            }
            self.cursor[index].0 += 1;
            if value < lowest {
                lowest = value;
                self.merged.push((time, value));
            }
        }
    }

    /// Joins neighbours until few enough points are left.
    fn thin(&mut self, most: usize) {
        while self.merged.len() > most.max(2) {
            self.exact = false;
            let half = self.merged.len().div_ceil(2);
            for index in 0..half {
                let pair = (2 * index, (2 * index + 1).min(self.merged.len() - 1));
                self.merged[index] = (self.merged[pair.0].0, self.merged[pair.1].1);
            }
            self.merged.truncate(half);
        }
    }

    /// The front of the suffix that begins at a layer of the chain.
    pub(super) fn suffix(&self, layer: usize) -> &[(u64, u64)] {
        let index = self.layers - layer;
        &self.points[self.first[index]..self.first[index + 1]]
    }

    /// Least value of the suffix within a time; none if it takes longer.
    pub(super) fn value(&self, layer: usize, time: u64) -> Option<u64> {
        let front = self.suffix(layer);
        let within = front.partition_point(|point| point.0 <= time);
        Some(front[within.checked_sub(1)?].1)
    }

    /// Where the layers of the suffix go to have the least value within a time.
    pub(super) fn walk(
        &self,
        flat: &Flat,
        (task, layer): (usize, usize),
        priced: &Priced,
        mut time: u64,
        order: &mut Vec<(usize, usize)>,
    ) -> bool {
        for layer in layer..self.layers {
            let op = flat.first[task] + layer;
            let Some(value) = self.value(layer, time) else {
                return false;
            };
            let fits = |&(sub, cost): &(usize, super::Cost)| {
                let rest = time.checked_sub(cost.cycles);
                let rest = rest.and_then(|rest| self.value(layer + 1, rest));
                rest.is_some_and(|rest| rest + priced.value(flat, op, sub) <= value)
            };
            let Some((sub, cost)) = flat.options(op).find(fits) else {
                return false;
            };
            order.push((op, sub));
            time -= cost.cycles;
        }
        true
    }
}
