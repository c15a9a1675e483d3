//! What a template leaves open, chosen: the size of every spread and the tile of every store.
//!
//! Both mappers, the greedy one and the search, move through plans; a plan says whether it fits the
//! stores, and `lower` writes it down as a nest.

use crate::dataflow::{MAX_LEVELS, Tile};
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::tile_elements;
use crate::template::{Line, MAX_LINES, Template};

/// Elements of each dimension in one instance of each store, outermost first.
pub(crate) type Tiles = [[u32; 7]; MAX_LEVELS];

/// Elements of one dimension in one instance of each store, outermost first.
pub(crate) type Column = [u32; MAX_LEVELS];

/// The choices for one layer.
///
/// Invariant: `tile[0]` is the layer, no tile is larger than its `limit`, and the tile of each store
/// covers what the instances of the store below hold together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) template: &'a Template,
    /// Instances of each spread, by line (1 for other lines).
    pub(crate) spread: [u32; MAX_LINES],
    /// Product of the spreads between a store and the next, by dimension.
    pub(crate) fan: Tiles,
    /// Instances of each store, by dimension; only those of reduction dimensions are known.
    instances: Tiles,
    /// Largest tile that fixed loops and spreads leave to a store.
    pub(crate) limit: Tiles,
    /// Tile of each store.
    pub(crate) tile: Tiles,
    /// Dimensions whose tile a loop above the store states, one bit each: there it is the limit.
    stated: [u8; MAX_LEVELS],
}

impl<'a> Plan<'a> {
    /// The plan with the smallest tiles that the spreads and the stated tiles allow.
    pub(crate) fn smallest(
        layer: &'a Layer,
        template: &'a Template,
        spread: [u32; MAX_LINES],
    ) -> Self {
        let mut plan = Self::whole(layer, template, spread);
        for dim in 0..7 {
            for level in (1..template.levels().len()).rev() {
                let least = if plan.is_stated(level, dim) {
                    plan.limit[level][dim]
                } else {
                    1
                };
                plan.tile[level][dim] = least.max(plan.unit(level, dim));
            }
        }
        plan
    }

    /// The plan with tiles as large as fixed loops and spreads leave, whether they fit or not.
    pub(crate) fn whole(
        layer: &'a Layer,
        template: &'a Template,
        spread: [u32; MAX_LINES],
    ) -> Self {
        let mut plan = Plan {
            layer,
            template,
            spread,
            fan: [[1; 7]; MAX_LEVELS],
            instances: [[1; 7]; MAX_LEVELS],
            limit: [layer.bounds; MAX_LEVELS],
            tile: [layer.bounds; MAX_LEVELS],
            stated: [0; MAX_LEVELS],
        };
        plan.read_lines();
        plan.multiply_fans();
        plan.tile = plan.limit;
        plan
    }

    /// The same choices for a template that differs in the order of its loops alone.
    pub(crate) fn reordered<'b>(&self, template: &'b Template) -> Plan<'b>
    where
        'a: 'b,
    {
        Plan { template, ..*self }
    }

    /// The tiles of one dimension, store by store.
    pub(crate) fn column(&self, dim: usize) -> Column {
        self.tile.map(|tile| tile[dim])
    }

    /// Replaces the tiles of one dimension.
    pub(crate) fn set_column(&mut self, dim: usize, column: &Column) {
        for (tile, &size) in self.tile.iter_mut().zip(column) {
            tile[dim] = size;
        }
    }

    /// Takes over what the template fixes: fans, limits, and which tiles are stated.
    fn read_lines(&mut self) {
        let mut extent = self.layer.bounds;
        let mut stated = 0;
        let mut level = 0;
        for (line, &instances) in self.template.lines().iter().zip(&self.spread) {
            match *line {
                Line::Store => {
                    level += 1;
                    self.limit[level] = extent;
                    self.stated[level] = stated;
                    stated = 0;
                }
                Line::Loop { dim, tile } => {
                    let e = &mut extent[dim.index()];
                    if let Tile::Fixed(size) = tile {
                        *e = size.min(*e);
                    }
                    if tile != Tile::Fit {
                        stated |= 1 << dim.index();
                    }
                }
                Line::Spread { dim, .. } => {
                    let d = dim.index();
                    self.fan[level][d] *= instances;
                    extent[d] = extent[d].div_ceil(instances);
                }
            }
        }
    }

    /// Notes how many instances each store has along the dimensions of a reduction.
    fn multiply_fans(&mut self) {
        for level in 1..self.template.levels().len() {
            for d in [Dim::C, Dim::R, Dim::S].map(Dim::index) {
                let outside = self.instances[level - 1][d];
                self.instances[level][d] = outside.saturating_mul(self.fan[level - 1][d]);
            }
        }
    }

    /// Whether a loop above the store states its tile of the dimension.
    pub(crate) fn is_stated(&self, level: usize, dim: usize) -> bool {
        self.stated[level] & 1 << dim != 0
    }

    /// Elements of a dimension that the instances of the store below hold together: the least that
    /// this store's tile can be.
    pub(crate) fn unit(&self, level: usize, dim: usize) -> u32 {
        if level + 1 >= self.template.levels().len() {
            return 1;
        }
        let below = u64::from(self.tile[level + 1][dim]) * u64::from(self.fan[level][dim]);
        below.min(u64::from(self.limit[level][dim])) as u32
    }

    /// Enlarges a store's tile, and those of the stores outside as far as they must follow.
    pub(crate) fn set(&mut self, level: usize, dim: usize, size: u32) {
        self.tile[level][dim] = size.min(self.limit[level][dim]);
        for outer in (1..level).rev() {
            self.tile[outer][dim] = self.tile[outer][dim].max(self.unit(outer, dim));
        }
    }

    /// Whether every store holds its tiles.
    pub(crate) fn fits(&self) -> bool {
        self.fits_down_to(self.template.levels().len() - 1)
    }

    /// Whether these tiles would fit if their partial sums were as narrow as those of `other`, whose
    /// tiles are at least as large: if not, no plan between the two fits.
    pub(crate) fn might_fit(&self, other: &Plan) -> bool {
        let narrow = self.layer.precision.psum.min(self.layer.precision.o);
        let mut levels = self.template.levels().iter().enumerate().skip(1);
        levels.all(|(level, store)| {
            let bits = |tensor| match tensor {
                Tensor::O if !other.holds_partial_sums(level) => {
                    tile_elements(self.layer, &self.tile[level], tensor) * u64::from(narrow)
                }
                _ => self.bits(level, tensor),
            };
            let need: u64 = store.keep.iter().map(bits).sum();
            let need = need.div_ceil(8) * store.buffering.copies();
            store.size.is_none_or(|size| need <= size)
        })
    }

    /// Whether the stores from the outermost on-chip one to `innermost` hold their tiles.
    pub(crate) fn fits_down_to(&self, innermost: usize) -> bool {
        let levels = &self.template.levels()[..=innermost];
        (1..)
            .zip(&levels[1..])
            .all(|(l, store)| store.size.is_none_or(|size| self.need(l) <= size))
    }

    /// Bytes that one instance of a store needs for its tiles.
    pub(crate) fn need(&self, level: usize) -> u64 {
        let store = &self.template.levels()[level];
        let bits: u64 = store.keep.iter().map(|t| self.bits(level, t)).sum();
        bits.div_ceil(8) * store.buffering.copies()
    }

    /// Bits of one tile of a tensor.
    pub(crate) fn bits(&self, level: usize, tensor: Tensor) -> u64 {
        let width = match tensor {
            Tensor::O if self.holds_partial_sums(level) => self.layer.precision.psum,
            other => self.layer.bits(other),
        };
        tile_elements(self.layer, &self.tile[level], tensor) * u64::from(width)
    }

    /// Whether outputs arrive at this store before their reduction is complete.
    fn holds_partial_sums(&self, level: usize) -> bool {
        let levels = self.template.levels();
        let inside = (level + 1..levels.len()).find(|&l| levels[l].keep.contains(Tensor::O));
        [Dim::C, Dim::R, Dim::S].into_iter().any(|dim| {
            let d = dim.index();
            let together = match inside {
                Some(inside) => self.instances[inside][d].saturating_mul(self.tile[inside][d]),
                None => {
                    let last = levels.len() - 1;
                    self.instances[last][d].saturating_mul(self.fan[last][d])
                }
            };
            together < self.layer.bounds[d]
        })
    }
}
