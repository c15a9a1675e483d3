//! The loops of a mapping that do something, and what lies above each level.
//!
//! Each dimension is cut by its own loops, so everything a count needs is a product of one factor
//! per dimension: the chain of its cuts, looked at as deep as the loops above a level reach. A
//! dimension is irrelevant to exactly one tensor (N, P, Q to the weights, K to the inputs, C, R, S
//! to the outputs), so where all cuts are even a single walk over the loops, multiplying each into
//! its tensor's product, knows how often each tensor's tiles are asked for at every level.

use crate::chain::{Chain, Way};
use crate::dataflow::{Axis, MAX_LEVELS};
use crate::layer::{Dim, Layer};
use crate::mapping::{Advance, MAX_LOOPS, Mapping};

/// Numbers of cuts of each dimension above some place in the nest, one byte each.
///
/// They travel in one register: places are copied all the time and looked into now and then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Depths(u64);

impl Depths {
    /// Cuts of a dimension.
    #[inline]
    pub const fn of(self, dim: Dim) -> u8 {
        (self.0 >> (8 * dim.index())) as u8
    }

    /// With one cut more.
    #[inline]
    pub const fn deeper(self, dim: Dim) -> Self {
        Depths(self.0 + (1 << (8 * dim.index())))
    }

    /// With one cut less.
    #[inline]
    pub const fn shallower(self, dim: Dim) -> Self {
        Depths(self.0 - (1 << (8 * dim.index())))
    }
}

/// A set of dimensions, one bit each.
pub(crate) type Dims = u8;

/// A loop with more than one iteration; its sizes are in the chain of its dimension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub dim: Dim,
    in_time: bool,
}

impl Turn {
    #[inline]
    pub fn in_time(&self) -> bool {
        self.in_time
    }
}

/// What lies above a level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    /// Loops above, those that do nothing included.
    loops: u8,
    /// Turns above.
    turns: u8,
    /// Dimensions with a cut that does not divide what it cuts.
    pub uneven: Dims,
    /// Cuts of each dimension.
    pub depths: Depths,
    /// By tensor: the cuts up to and with its innermost loop in time that selects another tile.
    pub moved: [Depths; 3],
    /// By tensor: iterations in time of the dimensions that do not select its tiles, as if all of
    /// them cut evenly.
    pub time: [u64; 3],
    /// The same, only loops outside its innermost one in time that selects another tile.
    pub outer: [u64; 3],
    /// Instances along the dimensions that do not select its tiles, likewise.
    pub space: [u64; 3],
    /// Those of them, for outputs, whose partial sums are not added up on the way.
    pub apart: u64,
    /// Columns and rows of the array that the loops above use.
    pub sides: [u32; 2],
}

/// The turns of a mapping and what lies above each level.
#[derive(Clone)]
pub(crate) struct Nest {
    chains: [Chain; 7],
    turns: [Turn; MAX_LOOPS],
    above: [Above; MAX_LEVELS + 1],
    /// Dimensions with pieces that rest while later loops go on.
    pub resting: Dims,
}

impl Nest {
    /// A nest without loops.
    #[inline]
    pub fn empty(layer: &Layer) -> Self {
        let top = Above {
            loops: 0,
            turns: 0,
            uneven: 0,
            depths: Depths(0),
            moved: [Depths(0); 3],
            time: [1; 3],
            outer: [1; 3],
            space: [1; 3],
            apart: 1,
            sides: [1; 2],
        };
        let turn = Turn {
            dim: Dim::N,
            in_time: true,
        };
        let mut chains = [Chain::NONE; 7];
        for (chain, bound) in chains.iter_mut().zip(layer.bounds) {
            chain.reset(bound);
        }
        Nest {
            chains,
            turns: [turn; MAX_LOOPS],
            above: [top; MAX_LEVELS + 1],
            resting: 0,
        }
    }

    /// Takes over the loops of a mapping below a level and its own; those above must be the same as
    /// last time.
    #[inline]
    pub fn read(&mut self, mapping: &Mapping, from: usize) {
        let mut at = self.above[from];
        for dim in Dim::ALL {
            self.chains[dim.index()].truncate(at.depths.of(dim));
        }
        let mut level = from;
        for l in &mapping.loops()[usize::from(at.loops)..] {
            while level < usize::from(l.level) {
                level += 1;
                self.above[level] = at;
            }
            at.loops += 1;
            let way = Way::of(l.advance, l.reduce);
            let Some(cut) = self.chains[l.dim.index()].push(l.tile, way) else {
                continue;
            };
            self.turns[usize::from(at.turns)] = Turn {
                dim: l.dim,
                in_time: way == Way::Time,
            };
            at.uneven |= Dims::from(!cut.even) << l.dim.index();
            at.pass(l.dim, u64::from(cut.count), way);
            if let Advance::Space(axis) = l.advance {
                let side = &mut at.sides[if axis == Axis::Columns { 0 } else { 1 }];
                *side = side.saturating_mul(cut.count);
            }
        }
        for below in &mut self.above[level + 1..=mapping.levels().len()] {
            *below = at;
        }
        self.resting = 0;
        if at.uneven != 0 {
            self.close(at.uneven);
        }
    }

    /// Notes which of the uneven dimensions have pieces that rest.
    #[cold]
    fn close(&mut self, uneven: Dims) {
        for (d, chain) in self.chains.iter_mut().enumerate() {
            if uneven & 1 << d != 0 {
                chain.close();
                self.resting |= Dims::from(chain.rests(chain.depth())) << d;
            }
        }
    }

    /// The cuts of a dimension.
    #[inline]
    pub fn chain(&self, dim: Dim) -> &Chain {
        &self.chains[dim.index()]
    }

    /// What lies above a level; the level after the last is that of the multipliers.
    #[inline]
    pub fn above(&self, level: usize) -> &Above {
        &self.above[level]
    }

    /// Loops above a level that have more than one iteration, outermost first.
    #[inline]
    pub fn turns(&self, level: usize) -> &[Turn] {
        &self.turns[..usize::from(self.above[level].turns)]
    }
}

impl Above {
    /// Moves a turn of so many iterations from below to above.
    #[inline]
    fn pass(&mut self, dim: Dim, count: u64, way: Way) {
        self.turns += 1;
        self.depths = self.depths.deeper(dim);
        let (free, selected) = match dim {
            Dim::N | Dim::P | Dim::Q => (0, [1, 2]),
            Dim::K => (1, [0, 2]),
            Dim::C | Dim::R | Dim::S => (2, [0, 1]),
        };
        // Only products of even cuts are looked at; those of others may be anything.
        if way == Way::Time {
            self.time[free] = self.time[free].wrapping_mul(count);
            for t in selected {
                self.outer[t] = self.time[t];
                self.moved[t] = self.depths;
            }
            return;
        }
        self.space[free] = self.space[free].wrapping_mul(count);
        if free == 2 && way == Way::Apart {
            self.apart = self.apart.wrapping_mul(count);
        }
    }
}
