//! Who is fed together: the instances below one store, the words they share and pass on.

use std::collections::BTreeMap;

use super::nest::Nest;
use super::region::{Point, difference, element};
use crate::layer::Tensor;

/// The instances that a store feeds with one tensor.
///
/// All of them do the same at the same time, each at its own distance from the first. Instances are
/// numbered row after row as the nest uses them, but their place on the mesh follows from that
/// number and the *physical* width, as in Timeloop: on a mesh that is wider than what the nest uses,
/// neighbours in the nest need not be neighbours on the mesh.
#[derive(Debug)]
pub(super) struct Array {
    /// Distance of each instance's elements from those of the first.
    offsets: Vec<Point>,
    columns: usize,
    rows: usize,
}

/// How a change of tiles reaches all instances.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Delivery {
    /// By instances that receive a word together: how many such sets there are, and the hops to
    /// all of them.
    pub(super) sets: BTreeMap<u64, (u64, f64)>,
    /// Instances that get their words from a neighbour instead.
    pub(super) linked: u64,
}

impl Delivery {
    /// How often the store is read for one word of the first instance.
    pub(super) fn sources(&self) -> u64 {
        self.sets.values().map(|(scatter, _)| scatter).sum()
    }
}

impl Array {
    /// The instances below one instance of a level, on a mesh of at least the given columns and rows.
    pub(super) fn new(nest: &Nest, tensor: Tensor, level: usize, mesh: [u32; 2]) -> Self {
        let block = &nest.blocks[level];
        let mut offsets = vec![[0; 4]];
        for turn in block.space() {
            let mut step = [0; 7];
            step[turn.dim.index()] = turn.step;
            let step = element(nest.layer, tensor, &step);
            let places =
                |from: Point| (0..i64::from(turn.count)).map(move |i| along(&from, &step, i));
            offsets = offsets.into_iter().flat_map(places).collect();
        }
        let side = |axis: usize| block.mesh()[axis].max(u64::from(mesh[axis])) as usize;
        Array {
            offsets,
            columns: side(0),
            rows: side(1),
        }
    }

    /// Instances that ask for the same words are fed together.
    pub(super) fn multicast(&self) -> Delivery {
        self.deliver(&vec![false; self.offsets.len()])
    }

    /// As [`Array::multicast`], after instances whose words a neighbour received in the step before
    /// have taken them from there; `shift` is how far the words have moved since.
    pub(super) fn multicast_and_links(&self, shift: &Point) -> Delivery {
        let served: Vec<bool> = (0..self.offsets.len())
            .map(|i| {
                let had_it = |j: usize| difference(&self.offsets[j], &self.offsets[i]) == *shift;
                self.neighbours(i).any(had_it)
            })
            .collect();
        self.deliver(&served)
    }

    fn deliver(&self, served: &[bool]) -> Delivery {
        let mut together: BTreeMap<Point, Vec<usize>> = BTreeMap::new();
        for (instance, offset) in self.offsets.iter().enumerate().filter(|(i, _)| !served[*i]) {
            together.entry(*offset).or_default().push(instance);
        }
        let mut delivery = Delivery {
            linked: served.iter().filter(|s| **s).count() as u64,
            ..Delivery::default()
        };
        for instances in together.values() {
            let set = delivery.sets.entry(instances.len() as u64).or_default();
            set.0 += 1;
            set.1 += self.hops(instances);
        }
        delivery
    }

    /// The instances beside, above and below one on the mesh.
    fn neighbours(&self, instance: usize) -> impl Iterator<Item = usize> {
        let (column, row) = (instance % self.columns, instance / self.columns);
        let used = self.offsets.len();
        let sides = [
            (row > 0).then(|| instance - self.columns),
            (row + 1 < self.rows).then_some(instance + self.columns),
            (column > 0).then(|| instance - 1),
            (column + 1 < self.columns).then_some(instance + 1),
        ];
        sides
            .into_iter()
            .flatten()
            .filter(move |&other| other < used)
    }

    /// Hops of one word from the middle of the left edge: along the row as far as needed, and in
    /// each column that takes it up and down to the outermost receivers.
    fn hops(&self, instances: &[usize]) -> f64 {
        let middle = (self.rows - 1) as f64 / 2.0;
        let mut columns: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for instance in instances {
            let row = instance / self.columns;
            let reach = columns.entry(instance % self.columns).or_insert((row, row));
            *reach = (reach.0.min(row), reach.1.max(row));
        }
        let furthest = columns
            .keys()
            .next_back()
            .map_or(0.0, |&column| column as f64);
        let vertical = |(top, bottom): &(usize, usize)| {
            (middle - *top as f64).max(0.0) + (*bottom as f64 - middle).max(0.0)
        };
        furthest + columns.values().map(vertical).sum::<f64>()
    }
}

fn along(from: &Point, step: &Point, times: i64) -> Point {
    std::array::from_fn(|d| from[d] + step[d] * times)
}
