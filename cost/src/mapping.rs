//! The lowered loop nest: every tile size known, fixed arrays, no heap.

use serde::{Deserialize, Serialize};

use crate::dataflow::{Axis, Buffering, MAX_LEVELS, TensorSet};
use crate::layer::{Dim, Layer, Tensor};

/// Most loops of a nest, implied ones included.
pub const MAX_LOOPS: usize = 32;

/// Most loops over one dimension.
pub const MAX_CUTS: usize = 12;

/// How a loop advances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Advance {
    /// One iteration after the other.
    Time,
    /// All iterations side by side along one side of the array.
    Space(Axis),
}

/// One loop of a lowered nest: it cuts what the loops above hand down into pieces of `tile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Loop {
    /// The dimension.
    pub dim: Dim,
    /// Elements that everything below sees per iteration; the last piece may be smaller.
    pub tile: u32,
    /// In time or in space.
    pub advance: Advance,
    /// The store directly above, counted from 0 = outermost.
    pub level: u8,
    /// Whether partial sums are added up along it before they reach the store outside; matters for
    /// C, R and S in space.
    pub reduce: bool,
    /// Whether the loop was implied rather than written.
    pub implied: bool,
}

/// One storage level of a lowered nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Level {
    /// Tensors that stay here.
    pub keep: TensorSet,
    /// Whether a second tile is held.
    pub buffering: Buffering,
    /// Bytes of one instance; none is unlimited.
    pub size: Option<u64>,
    /// Bits per cycle of the link that feeds all instances; none shares the network.
    pub bandwidth: Option<u32>,
}

/// A layer's nest on a sub-accelerator: levels outermost first, loops outermost first.
///
/// Invariant: every dimension of the layer is cut down to single elements, tiles of a dimension
/// never grow inwards, and loops are sorted by level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mapping {
    levels: [Level; MAX_LEVELS],
    level_count: u8,
    loops: [Loop; MAX_LOOPS],
    loop_count: u8,
    /// The first level inside the array, see [`Mapping::array_level`].
    array: u8,
}

/// A loop whose tile has changed.
pub(crate) struct Changed {
    pub dim: Dim,
    /// The store directly above.
    pub level: usize,
    /// The next loop of its dimension, if there is one.
    pub inside: Option<usize>,
}

impl Mapping {
    /// A nest without loops over the given levels; none if there are none or too many.
    pub fn new(levels: &[Level]) -> Option<Self> {
        if levels.is_empty() || levels.len() > MAX_LEVELS {
            return None;
        }
        let mut all = [levels[0]; MAX_LEVELS];
        all[..levels.len()].copy_from_slice(levels);
        let unit = Loop {
            dim: Dim::N,
            tile: 1,
            advance: Advance::Time,
            level: 0,
            reduce: false,
            implied: true,
        };
        Some(Mapping {
            levels: all,
            level_count: levels.len() as u8,
            loops: [unit; MAX_LOOPS],
            loop_count: 0,
            array: levels.len().min(2) as u8,
        })
    }

    /// Adds a loop inside all others; false if the nest or the dimension is full, or if the loop does
    /// not follow the order of levels.
    #[must_use]
    pub fn push(&mut self, next: Loop) -> bool {
        let ordered = self
            .loops()
            .last()
            .is_none_or(|last| last.level <= next.level);
        let count = usize::from(self.loop_count);
        let cuts = self.loops().iter().filter(|l| l.dim == next.dim).count();
        let full = count == MAX_LOOPS || cuts == MAX_CUTS;
        if !ordered || full || next.level >= self.level_count || next.tile == 0 {
            return false;
        }
        let spread = |l: &Loop| matches!(l.advance, Advance::Space(_));
        if spread(&next) && !self.loops().iter().any(spread) {
            self.array = next.level + 1;
        }
        self.loops[count] = next;
        self.loop_count += 1;
        true
    }

    /// Changes the tile of the loop at a position if tiles still do not grow inwards and the nest
    /// still covers the layer.
    #[inline]
    pub(crate) fn set_tile(&mut self, layer: &Layer, at: usize, tile: u32) -> Option<Changed> {
        let dim = self.loops().get(at)?.dim;
        let same = |l: &Loop| l.dim == dim;
        let outside = self.loops[..at].iter().rfind(|l| same(l));
        let most = outside.map_or(layer.bound(dim), |l| l.tile);
        let further = &self.loops()[at + 1..];
        let inside = further.iter().position(same).map(|steps| at + 1 + steps);
        let (least, most) = inside.map_or((1, most.min(1)), |l| (self.loops[l].tile, most));
        if tile < least || most < tile {
            return None;
        }
        let changed = &mut self.loops[at];
        changed.tile = tile;
        let level = changed.level.into();
        Some(Changed { dim, level, inside })
    }

    /// Takes over the loops of a mapping with the same levels and the same array level.
    #[inline]
    pub(crate) fn follow(&mut self, other: &Mapping) {
        let loops = other.loops();
        self.loops[..loops.len()].copy_from_slice(loops);
        self.loop_count = other.loop_count;
    }

    /// Lets the loop at a position and the next one change places if they belong to the same level
    /// and not to the same dimension; their level.
    #[inline]
    pub(crate) fn exchange(&mut self, at: usize) -> Option<usize> {
        let [one, two] = self.loops().get(at..=at.checked_add(1)?)? else {
            return None;
        };
        if one.level != two.level || one.dim == two.dim {
            return None;
        }
        let level = one.level;
        self.loops.swap(at, at + 1);
        Some(level.into())
    }

    /// The storage levels, outermost first.
    #[inline]
    pub fn levels(&self) -> &[Level] {
        &self.levels[..usize::from(self.level_count)]
    }

    /// The loops, outermost first.
    #[inline]
    pub fn loops(&self) -> &[Loop] {
        &self.loops[..usize::from(self.loop_count)]
    }

    /// Whether the nest walks this layer completely: each dimension ends in single elements.
    pub fn covers(&self, layer: &Layer) -> bool {
        let ends = |dim: Dim| {
            let last = self.loops().iter().rfind(|l| l.dim == dim);
            last.map_or(layer.bound(dim) == 1, |l| l.tile == 1)
        };
        let shrinks = |dim: Dim| {
            let tiles = self.loops().iter().filter(|l| l.dim == dim).map(|l| l.tile);
            tiles.is_sorted_by(|a, b| a >= b)
        };
        Dim::ALL.into_iter().all(|dim| ends(dim) && shrinks(dim))
    }

    /// Elements of each dimension that one instance of a level sees at a time (the largest tile);
    /// `level` = number of levels asks for the multiplier.
    pub fn tile(&self, layer: &Layer, level: usize) -> [u32; 7] {
        let mut extent = layer.bounds;
        for l in self
            .loops()
            .iter()
            .take_while(|l| usize::from(l.level) < level)
        {
            let e = &mut extent[l.dim.index()];
            *e = l.tile.min(*e);
        }
        extent
    }

    /// Elements of a tensor in the largest tile of a level (the utilized capacity, in words).
    pub fn tile_elements(&self, layer: &Layer, level: usize, tensor: Tensor) -> u64 {
        tile_elements(layer, &self.tile(layer, level), tensor)
    }

    /// The nearest level outside `level` that keeps the tensor.
    #[inline]
    pub(crate) fn parent(&self, level: usize, tensor: Tensor) -> usize {
        (0..level)
            .rev()
            .find(|&l| self.levels[l].keep.contains(tensor))
            .unwrap_or(0)
    }

    /// The first level inside the array: the one below the outermost spread, or the second on-chip
    /// level (or the multipliers) where nothing is spread.
    #[inline]
    pub const fn array_level(&self) -> usize {
        self.array as usize
    }

    /// Instances of a level that are ever used: the product of the spreads above it.
    pub fn instances(&self, layer: &Layer, level: usize) -> u64 {
        let mut extent = layer.bounds;
        let mut instances = 1;
        for l in self
            .loops()
            .iter()
            .take_while(|l| usize::from(l.level) < level)
        {
            let e = &mut extent[l.dim.index()];
            if matches!(l.advance, Advance::Space(_)) {
                instances *= u64::from(e.div_ceil(l.tile));
            }
            *e = l.tile.min(*e);
        }
        instances
    }
}

/// Words that a tile of the given extents needs; input windows without their padding where the
/// tile is at the border of the largest window.
pub(crate) fn tile_elements(layer: &Layer, extent: &[u32; 7], tensor: Tensor) -> u64 {
    let e = |dim: Dim| u64::from(extent[dim.index()]);
    match tensor {
        Tensor::W => e(Dim::K) * e(Dim::C) * e(Dim::R) * e(Dim::S),
        Tensor::O => e(Dim::N) * e(Dim::K) * e(Dim::P) * e(Dim::Q),
        Tensor::I => {
            let span = |axis: usize, out: Dim, tap: Dim| {
                let reach = (e(out) - 1) * u64::from(layer.stride[axis])
                    + (e(tap) - 1) * u64::from(layer.dilation[axis])
                    + 1;
                reach.min(u64::from(layer.input[axis]))
            };
            e(Dim::N) * e(Dim::C) * span(0, Dim::P, Dim::R) * span(1, Dim::Q, Dim::S)
        }
    }
}
