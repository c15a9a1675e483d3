//! What would help: every change is made and the layer is evaluated again.

use serde::{Deserialize, Serialize};

use super::{Design, rebuilt};
use crate::dataflow::{Buffering, MAX_LEVELS, Step};
use crate::evaluate::Bound;
use crate::fit::fit;
use crate::layer::{Dim, Tensor};
use crate::links::{Link, MAX_LINKS};
use crate::mapper::search;
use crate::mapping::{Advance, Loop, Mapping};
use crate::technology::Technology;

/// A change and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remedy {
    /// The change.
    pub change: Change,
    /// The latency then.
    pub cycles: u64,
    /// The dynamic energy then; none without a technology.
    pub energy: Option<f64>,
    /// The area of the sub-accelerator then, in µm²; none without a technology.
    pub area: Option<f64>,
    /// What binds then.
    pub bound_by: Bound,
}

/// One thing that is done differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Twice the bandwidth of a link, with the same mapping.
    Bandwidth {
        /// The link.
        link: Link,
        /// Bytes per cycle then.
        bandwidth: f64,
    },
    /// Twice the size of a store, mapped anew.
    Size {
        /// The store, 0 = outermost.
        level: u8,
        /// Bytes then.
        bytes: u64,
    },
    /// Twice the elements, mapped anew.
    Elements {
        /// Elements then.
        pes: u32,
        /// Columns and rows then; none for an array of any shape.
        shape: Option<[u32; 2]>,
    },
    /// The other way of buffering a store, mapped anew.
    Buffering {
        /// The store, 0 = outermost.
        level: u8,
        /// What it is then.
        buffering: Buffering,
    },
    /// The loops of a level in another order, with the same tiles.
    Order {
        /// The level, 0 = outermost.
        level: u8,
        /// The tensor that then stays as long as it can.
        stays: Tensor,
        /// The loops in time that do something, outermost first.
        dims: Vec<Dim>,
    },
}

/// All changes that can be made, most helpful first: by latency, then by energy, then as listed
/// in [`Change`].
pub(super) fn remedies(design: &Design) -> Vec<Remedy> {
    let mut all: Vec<Remedy> = changes(design)
        .into_iter()
        .map(|(change, changed)| {
            let cost = changed.cost();
            Remedy {
                change,
                cycles: cost.cycles,
                energy: cost.energy.map(|e| e.total()),
                area: changed.area(),
                bound_by: cost.bound_by,
            }
        })
        .collect();
    let energy = |r: &Remedy| r.energy.unwrap_or(0.0);
    all.sort_by(|a, b| {
        a.cycles
            .cmp(&b.cycles)
            .then(energy(a).total_cmp(&energy(b)))
    });
    all
}

type Changed<'a> = (Change, Design<'a>);

fn changes<'a>(design: &Design<'a>) -> Vec<Changed<'a>> {
    let links = (0..MAX_LINKS).filter_map(|i| faster(design, Link::at(i)));
    let levels = design.mapping.levels().len();
    let stores = (1..levels).filter_map(|level| larger(design, level));
    let buffers = (1..levels).filter_map(|level| buffered(design, level));
    links
        .chain(stores)
        .chain(more_elements(design))
        .chain(buffers)
        .chain(reordered(design))
        .collect()
}

fn faster<'a>(design: &Design<'a>, link: Link) -> Option<Changed<'a>> {
    let used = design.cost().link(link).cycles > 0;
    let bandwidth = design.bandwidth(link).filter(|_| used)? * 2.0;
    let changed = design.clone().with_bandwidth(link, bandwidth)?;
    Some((Change::Bandwidth { link, bandwidth }, changed))
}

fn larger<'a>(design: &Design<'a>, level: usize) -> Option<Changed<'a>> {
    let bytes = design.mapping.levels()[level].size?.checked_mul(2)?;
    let mut changed = design.clone();
    *changed.sub.store_sizes.get_mut(level)? = Some(bytes);
    let level = level as u8;
    Some((Change::Size { level, bytes }, changed.fitted()?))
}

/// An array with sides grows along either of them.
fn more_elements<'a>(design: &Design<'a>) -> Vec<Changed<'a>> {
    let Some(pes) = design.sub.pes.checked_mul(2) else {
        return Vec::new();
    };
    let shapes = match design.sub.shape {
        None => vec![None],
        Some([columns, rows]) => {
            let double = |n: u32| n.saturating_mul(2);
            vec![Some([double(columns), rows]), Some([columns, double(rows)])]
        }
    };
    let grown = shapes.into_iter().filter_map(|shape| {
        let mut changed = design.clone();
        changed.sub.pes = pes;
        changed.sub.shape = shape;
        Some((Change::Elements { pes, shape }, changed.fitted()?))
    });
    grown.collect()
}

fn buffered<'a>(design: &Design<'a>, wanted: usize) -> Option<Changed<'a>> {
    let mut changed = design.clone();
    let stores = changed.dataflow.steps.iter_mut().filter_map(|s| match s {
        Step::Store { buffering, .. } => Some(buffering),
        Step::Loop { .. } | Step::Spread { .. } => None,
    });
    let of_store = stores.take(MAX_LEVELS).nth(wanted)?;
    *of_store = match *of_store {
        Buffering::Single => Buffering::Double,
        Buffering::Double => Buffering::Single,
    };
    let (level, buffering) = (wanted as u8, *of_store);
    let change = Change::Buffering { level, buffering };
    Some((change, changed.fitted()?))
}

/// At each level, each order that lets one tensor stay: the loops that walk it go outside.
fn reordered<'a>(design: &Design<'a>) -> Vec<Changed<'a>> {
    let mut out = Vec::new();
    for level in 0..design.mapping.levels().len() as u8 {
        let mut seen = vec![turning(design, &design.mapping, level)];
        for stays in Tensor::ALL {
            let Some(mapping) = stationary(design, level, stays) else {
                continue;
            };
            let dims = turning(design, &mapping, level);
            if seen.contains(&dims) {
                continue;
            }
            seen.push(dims.clone());
            let mut changed = design.clone();
            changed.mapping = mapping;
            let change = Change::Order { level, stays, dims };
            out.push((change, changed));
        }
    }
    out
}

/// The same nest, at one level the loops in time that walk the tensor before those that do not;
/// none if a spread over one of their dimensions stands in between.
fn stationary(design: &Design, level: u8, stays: Tensor) -> Option<Mapping> {
    let mapping = &design.mapping;
    let here = |l: &Loop| l.level == level && l.advance == Advance::Time;
    let (walk, rest): (Vec<Loop>, Vec<Loop>) = mapping
        .loops()
        .iter()
        .filter(|l| here(l))
        .partition(|l| stays.depends_on(l.dim));
    let mut ordered = walk.into_iter().chain(rest);
    let mut loops = mapping.loops().to_vec();
    for slot in loops.iter_mut().filter(|l| here(l)) {
        *slot = ordered.next()?;
    }
    let mapping = rebuilt(mapping.levels(), &loops)?;
    mapping.covers(design.layer).then_some(mapping)
}

/// The loops in time of a level that have more than one iteration.
fn turning(design: &Design, mapping: &Mapping, level: u8) -> Vec<Dim> {
    let mut extent = design.layer.bounds;
    let mut dims = Vec::new();
    for l in mapping.loops() {
        let e = &mut extent[l.dim.index()];
        if l.level == level && l.advance == Advance::Time && l.tile < *e {
            dims.push(l.dim);
        }
        *e = l.tile.min(*e);
    }
    dims
}

impl Design<'_> {
    /// The design with the tiles that its mapper chooses; none if it fits no more.
    fn fitted(mut self) -> Option<Self> {
        let found = match self.search {
            None => fit(self.layer, &self.dataflow, &self.sub),
            Some(options) => {
                // Without a technology only cycles are looked at, and nothing costs energy.
                let free = Technology::default();
                let energies = self.technology.unwrap_or(&free);
                search(self.layer, &self.dataflow, &self.sub, energies, options)
                    .map(|found| found.mapping)
            }
        };
        self.mapping = found.ok()?;
        Some(self)
    }
}
