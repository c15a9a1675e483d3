//! The choices: spread sizes, and the tiles of one dimension in all stores.

use super::{Options, Tiles};
use crate::dataflow::MAX_LEVELS;
use crate::hardware::SubAccelerator;
use crate::layer::Layer;
use crate::plan::{Column, Plan};
use crate::shape::quotients;
use crate::spread::{Share, Shares};
use crate::template::{MAX_LINES, Template};

/// Most combinations of one dimension's tiles, roughly, before they are taken further apart.
const MAX_COLUMNS: u64 = 1 << 16;
/// Longest dimension of which every size of a spread is tried.
const MAX_SPREAD: u32 = 256;

/// Calls `visit` with every way to deal the array out, by line, the widest spreads first.
pub(super) fn spreads(
    layer: &Layer,
    template: &Template,
    sub: &SubAccelerator,
    options: &Options,
    visit: &mut impl FnMut([u32; MAX_LINES]),
) {
    let shares = Shares::new(layer, template);
    let room = match sub.shape {
        Some(shape) => Room::Sides(shape),
        None if options.open_shape => Room::Elements(sub.pes),
        None => Room::Sides(shares.best_shape(sub.pes)),
    };
    let mut dealing = Dealing {
        tiles: options.tiles,
        chosen: [1; MAX_LINES],
        visit,
    };
    dealing.deal(shares.all(), room, layer.bounds);
}

/// What is left of the array.
#[derive(Clone, Copy)]
enum Room {
    /// Columns and rows.
    Sides([u32; 2]),
    /// Elements, in any shape.
    Elements(u32),
}

impl Room {
    /// What a spread could take.
    fn left(self, share: &Share) -> u32 {
        match self {
            Room::Sides(sides) => sides[share.over as usize],
            Room::Elements(elements) => elements,
        }
    }

    /// The same with what the spreads of written size further in need kept back.
    fn left_open(self, share: &Share, inner: &[Share]) -> u32 {
        let shared = |other: &&Share| match self {
            Room::Sides(_) => other.over == share.over,
            Room::Elements(_) => true,
        };
        let written = inner.iter().filter(shared).filter_map(|s| s.size);
        let reserved = written.fold(1, u32::saturating_mul).max(1);
        (self.left(share) / reserved).max(1)
    }

    fn without(self, share: &Share, instances: u32) -> Room {
        match self {
            Room::Sides(mut sides) => {
                sides[share.over as usize] /= instances;
                Room::Sides(sides)
            }
            Room::Elements(elements) => Room::Elements(elements / instances),
        }
    }
}

struct Dealing<'a, F> {
    tiles: Tiles,
    chosen: [u32; MAX_LINES],
    visit: &'a mut F,
}

impl<F: FnMut([u32; MAX_LINES])> Dealing<'_, F> {
    fn deal(&mut self, shares: &[Share], room: Room, extent: [u32; 7]) {
        let Some((share, inner)) = shares.split_first() else {
            (self.visit)(self.chosen);
            return;
        };
        let d = share.dim.index();
        let e = extent[d].min(share.cap);
        let left = room.left_open(share, inner);
        let take = |dealing: &mut Self, instances: u32, taken: u32| {
            let mut extent = extent;
            extent[d] = e.div_ceil(instances);
            dealing.chosen[usize::from(share.line)] = instances;
            dealing.deal(inner, room.without(share, taken), extent);
        };
        match (share.size, self.tiles) {
            // A spread of written size takes its share of the side even where it idles.
            (Some(size), _) => {
                let instances = size.min(room.left(share)).min(e).max(1);
                take(self, instances, size.max(1));
            }
            (None, Tiles::Every) if e <= MAX_SPREAD => {
                for instances in (1..=left.min(e)).rev() {
                    take(self, instances, instances);
                }
            }
            (None, _) => {
                for instances in quotients(e).filter(|&i| i <= left) {
                    take(self, instances, instances);
                }
            }
        }
    }
}

/// The tiles of one dimension in all stores, given the spreads, the larger ones first.
pub(super) fn columns(plan: &Plan, dim: usize, tiles: Tiles) -> Vec<Column> {
    let stack = Stack {
        plan,
        dim,
        grain: Grain::affordable(plan, dim, tiles),
    };
    let mut all = Vec::new();
    let mut column = [plan.layer.bounds[dim]; MAX_LEVELS];
    stack.fill(plan.template.levels().len() - 1, 1, &mut column, &mut all);
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

/// How closely sizes stand, see [`Tiles`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grain {
    Every,
    Useful,
    Halves,
}

impl Grain {
    /// The finest grain that was asked for and gives at most [`MAX_COLUMNS`] combinations, roughly.
    fn affordable(plan: &Plan, dim: usize, tiles: Tiles) -> Self {
        let levels = 1..plan.template.levels().len();
        let open = levels.filter(|&level| !plan.is_stated(level, dim)).count() as u64;
        let bound = u64::from(plan.layer.bounds[dim]);
        // Sizes that never grow inwards: combinations with repetition.
        let combinations =
            |sizes: u64| (0..open).fold(1, |all: u64, n| all.saturating_mul(sizes + n) / (n + 1));
        if tiles == Tiles::Every && combinations(bound) <= MAX_COLUMNS {
            Grain::Every
        } else if combinations(2 * bound.isqrt()) <= MAX_COLUMNS {
            Grain::Useful
        } else {
            Grain::Halves
        }
    }

    /// Sizes of a tile that is at least `unit` and at most `limit`.
    fn sizes(self, unit: u32, limit: u32) -> Vec<u32> {
        let evened = |n: u32| n.saturating_mul(unit).min(limit);
        let mut sizes: Vec<u32> = match self {
            Grain::Every => (unit..=limit).collect(),
            Grain::Useful => {
                let even = quotients(limit).filter(|&size| size >= unit);
                let units = quotients(limit.div_ceil(unit)).map(evened);
                even.chain(units).collect()
            }
            Grain::Halves => {
                let most = limit.div_ceil(unit);
                let halves = std::iter::successors(Some(most), |&n| (n > 1).then(|| n.div_ceil(2)));
                halves.map(evened).collect()
            }
        };
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }
}

struct Stack<'a> {
    plan: &'a Plan<'a>,
    dim: usize,
    grain: Grain,
}

impl Stack<'_> {
    /// Chooses the tile of a store, of at least `unit` elements, and of all stores outside.
    fn fill(&self, level: usize, unit: u32, column: &mut Column, all: &mut Vec<Column>) {
        if level == 0 {
            all.push(*column);
            return;
        }
        let limit = self.plan.limit[level][self.dim];
        let sizes = if self.plan.is_stated(level, self.dim) {
            vec![limit]
        } else {
            self.grain.sizes(unit, limit)
        };
        for size in sizes {
            column[level] = size;
            let together = u64::from(size) * u64::from(self.plan.fan[level - 1][self.dim]);
            let outer = u64::from(self.plan.limit[level - 1][self.dim]);
            self.fill(level - 1, together.min(outer) as u32, column, all);
        }
    }
}
