//! The choices: spread sizes, and the tiles of one dimension in all stores.

use super::{Options, Tiles};
use crate::dataflow::MAX_LEVELS;
use crate::hardware::SubAccelerator;
use crate::layer::Layer;
use crate::plan::{Column, Plan};
use crate::spread::{Share, Shares, quotients};
use crate::template::{MAX_LINES, Template};

/// Every way to deal the array out, by line.
pub(super) fn spreads(
    layer: &Layer,
    template: &Template,
    sub: &SubAccelerator,
    options: &Options,
) -> Vec<[u32; MAX_LINES]> {
    let shares = Shares::new(layer, template);
    let room = match sub.shape {
        Some(shape) => Room::Sides(shape),
        None if options.open_shape => Room::Elements(sub.pes),
        None => Room::Sides(shares.best_shape(sub.pes)),
    };
    let mut all = Vec::new();
    let mut dealing = Dealing {
        tiles: options.tiles,
        chosen: [1; MAX_LINES],
        all: &mut all,
    };
    dealing.deal(shares.all(), room, layer.bounds);
    all
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

struct Dealing<'a> {
    tiles: Tiles,
    chosen: [u32; MAX_LINES],
    all: &'a mut Vec<[u32; MAX_LINES]>,
}

impl Dealing<'_> {
    fn deal(&mut self, shares: &[Share], room: Room, extent: [u32; 7]) {
        let Some((share, inner)) = shares.split_first() else {
            self.all.push(self.chosen);
            return;
        };
        let d = share.dim.index();
        let e = extent[d].min(share.cap);
        let left = room.left_open(share, inner);
        let take = |dealing: &mut Self, instances: u32, taken: u32| {
            let mut extent = extent;
            extent[d] = e.div_ceil(instances);
            dealing.chosen[share.line] = instances;
            dealing.deal(inner, room.without(share, taken), extent);
        };
        match (share.size, self.tiles) {
            // A spread of written size takes its share of the side even where it idles.
            (Some(size), _) => {
                let instances = size.min(room.left(share)).min(e).max(1);
                take(self, instances, size.max(1));
            }
            (None, Tiles::Useful) => {
                for instances in quotients(e).filter(|&i| i <= left) {
                    take(self, instances, instances);
                }
            }
            (None, Tiles::Every) => {
                for instances in (1..=left.min(e)).rev() {
                    take(self, instances, instances);
                }
            }
        }
    }
}

/// Every useful tile of one dimension in all stores, given the spreads, the larger ones first.
pub(super) fn columns(plan: &Plan, dim: usize, tiles: Tiles) -> Vec<Column> {
    let mut all = Vec::new();
    let mut column = [plan.layer.bounds[dim]; MAX_LEVELS];
    let innermost = plan.template.levels().len() - 1;
    stack(plan, dim, tiles, innermost, 1, &mut column, &mut all);
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

fn stack(
    plan: &Plan,
    dim: usize,
    tiles: Tiles,
    level: usize,
    unit: u32,
    column: &mut Column,
    all: &mut Vec<Column>,
) {
    if level == 0 {
        all.push(*column);
        return;
    }
    let limit = plan.limit[level][dim];
    for size in sizes(unit, limit, plan.is_stated(level, dim), tiles) {
        column[level] = size;
        let together = u64::from(size) * u64::from(plan.fan[level - 1][dim]);
        let outer = u64::from(plan.limit[level - 1][dim]);
        stack(plan, dim, tiles, level - 1, together.min(outer) as u32, column, all);
    }
}

/// Sizes of a tile that is at least `unit` and at most `limit`, see [`Tiles`].
fn sizes(unit: u32, limit: u32, stated: bool, tiles: Tiles) -> Vec<u32> {
    if stated {
        return vec![limit];
    }
    let mut sizes: Vec<u32> = match tiles {
        Tiles::Every => (unit..=limit).collect(),
        Tiles::Useful => {
            let whole_units = quotients(limit.div_ceil(unit)).map(|n| n.saturating_mul(unit).min(limit));
            let even = quotients(limit).filter(|&size| size >= unit);
            whole_units.chain(even).collect()
        }
    };
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}
