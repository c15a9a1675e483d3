//! The walk over a nest: what crosses the boundary below a store, as Timeloop samples it.

use std::collections::BTreeMap;

use super::array::{Array, Delivery};
use super::nest::{Nest, Turn};
use super::region::{Cuboid, Point, Region};
use crate::layer::Tensor;

/// Words that leave a store for the instances below, one instance of the store, all time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Traffic {
    /// By (instances that receive a word together, number of such sets).
    pub(super) flows: BTreeMap<(u64, u64), Flow>,
    /// Words that instances below received from a neighbour.
    pub(super) linked: u64,
}

/// One kind of delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Flow {
    /// Words read from the store.
    pub(super) words: f64,
    /// Words times the hops that they travel.
    pub(super) hops: f64,
}

impl Traffic {
    /// Words read from the store.
    pub(super) fn words(&self) -> f64 {
        self.flows.values().map(|flow| flow.words).sum()
    }

    /// Words received by all instances together.
    pub(super) fn received(&self) -> f64 {
        let flows = self.flows.iter();
        flows
            .map(|((multicast, _), flow)| flow.words * *multicast as f64)
            .sum()
    }

    fn add(&mut self, delivery: &Delivery, words: u64, travels: bool) {
        for (&multicast, &(scatter, hops)) in &delivery.sets {
            let flow = self.flows.entry((multicast, scatter)).or_default();
            flow.words += words as f64 * scatter as f64;
            if travels {
                flow.hops += hops * words as f64;
            }
        }
        self.linked = self
            .linked
            .saturating_add(delivery.linked.saturating_mul(words));
    }
}

/// What crosses the boundary below one instance of a level.
///
/// Timeloop runs iterations 0 and 1 of every loop in time and lets iteration 1 stand for all that
/// follow, so a boundary below `n` such loops is visited 2ⁿ times.
pub(super) fn traffic(nest: &Nest, tensor: Tensor, level: usize, mesh: [u32; 2]) -> Traffic {
    let fans_out = nest.blocks[level].fans_out();
    let keeps = level + 1 < nest.blocks.len();
    let array = Array::new(nest, tensor, level, mesh);
    let plain = array.multicast();
    let mut traffic = Traffic::default();
    if !keeps && !fans_out {
        // A single multiplier takes one word in every step.
        let steps = nest.blocks.iter().map(|block| block.steps()).product();
        traffic.add(&plain, steps, false);
        return traffic;
    }
    let turns: Vec<Turn> = nest.blocks[..=level]
        .iter()
        .flat_map(|b| b.time.clone())
        .collect();
    let size = nest.tile_below(level);
    let mut resident = Resident::default();
    let mut before = Region::default();
    let mut linked: BTreeMap<Point, Delivery> = BTreeMap::new();
    for visit in Visits::new(&turns) {
        let tile = Cuboid::touched(nest.layer, tensor, &visit.first, &size);
        let fresh = Region::new(if keeps {
            resident.replace(tile)
        } else {
            vec![tile]
        });
        let mut delivery = &plain;
        if let Some(shift) = fresh.shift_from(&before).filter(|_| fans_out) {
            let with_links = linked
                .entry(shift)
                .or_insert_with(|| array.multicast_and_links(&shift));
            // Neighbours are asked only if that spares the store a read.
            if with_links.sources() < plain.sources() {
                delivery = with_links;
            }
        }
        let words = fresh.volume().saturating_mul(visit.times);
        if words > 0 {
            traffic.add(delivery, words, fans_out);
        }
        before = fresh;
    }
    traffic
}

/// The tile that an instance holds, and how it has moved.
#[derive(Debug, Default)]
struct Resident {
    tile: Option<Cuboid>,
    /// The last movement; none after a change of direction or stride, where reuse starts anew.
    stride: Option<Point>,
}

impl Resident {
    /// Puts the next tile in the place of the present one and gives what has to be fetched: the
    /// part that is new if the tile moves on as it did before, all of it otherwise.
    fn replace(&mut self, next: Cuboid) -> Vec<Cuboid> {
        let Some(present) = self.tile.replace(next) else {
            return vec![next];
        };
        let stride = next.shift_from(&present);
        if self.stride.is_some_and(|known| known != stride) {
            self.stride = None;
            return vec![next];
        }
        self.stride = Some(stride);
        next.without(&present)
    }
}

/// One combination of first and second iterations.
struct Visit {
    /// First element of each dimension.
    first: [u32; 7],
    /// Steps that it stands for.
    times: u64,
}

/// All combinations of the first two iterations of some loops, the innermost changing fastest.
struct Visits<'a> {
    turns: &'a [Turn],
    next: u64,
}

impl<'a> Visits<'a> {
    fn new(turns: &'a [Turn]) -> Self {
        Visits { turns, next: 0 }
    }
}

impl Iterator for Visits<'_> {
    type Item = Visit;

    fn next(&mut self) -> Option<Visit> {
        let loops = self.turns.len();
        if self.next >> loops != 0 {
            return None;
        }
        let mut visit = Visit {
            first: [0; 7],
            times: 1,
        };
        for (index, turn) in self.turns.iter().enumerate() {
            if self.next >> (loops - 1 - index) & 1 == 1 {
                visit.first[turn.dim.index()] += turn.step;
                visit.times *= u64::from(turn.count - 1);
            }
        }
        self.next += 1;
        Some(visit)
    }
}
