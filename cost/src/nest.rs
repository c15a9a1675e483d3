//! The loops of a mapping that do something, and what lies above each level.
//!
//! Each dimension is cut by its own loops, so everything a count needs is a product of one factor
//! per dimension: the chain of its cuts, looked at as deep as the loops above a level reach.

use crate::chain::{Chain, Way};
use crate::dataflow::{Axis, MAX_LEVELS};
use crate::layer::{Dim, Layer, Tensor};
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
    /// Cuts of each dimension.
    pub depths: Depths,
    /// By tensor: the cuts up to and with its innermost loop in time that selects another tile.
    pub moved: [Depths; 3],
    /// Columns and rows of the array that the loops above use.
    pub sides: [u32; 2],
}

/// The turns of a mapping and what lies above each level.
#[derive(Clone)]
pub(crate) struct Nest {
    chains: [Chain; 7],
    turns: [Turn; MAX_LOOPS],
    above: [Above; MAX_LEVELS + 1],
    /// Dimensions with a cut that does not divide what it cuts.
    pub uneven: Dims,
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
            depths: Depths(0),
            moved: [Depths(0); 3],
            sides: [1; 2],
        };
        let turn = Turn {
            dim: Dim::N,
            in_time: true,
        };
        Nest {
            chains: layer.bounds.map(Chain::new),
            turns: [turn; MAX_LOOPS],
            above: [top; MAX_LEVELS + 1],
            uneven: 0,
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
            if let Some(count) = self.chains[l.dim.index()].push(l.tile, way) {
                self.turns[usize::from(at.turns)] = Turn {
                    dim: l.dim,
                    in_time: way == Way::Time,
                };
                at.pass(l.dim, l.advance, count);
            }
        }
        for below in &mut self.above[level + 1..=mapping.levels().len()] {
            *below = at;
        }
        self.close();
    }

    /// Notes what is uneven.
    #[inline]
    fn close(&mut self) {
        (self.uneven, self.resting) = (0, 0);
        for (d, chain) in self.chains.iter_mut().enumerate() {
            if !chain.is_even(chain.depth()) {
                chain.close();
                self.uneven |= 1 << d;
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
    /// Moves a turn from below to above.
    #[inline]
    fn pass(&mut self, dim: Dim, advance: Advance, count: u32) {
        self.turns += 1;
        self.depths = self.depths.deeper(dim);
        match advance {
            Advance::Time => {
                for tensor in selecting(dim) {
                    self.moved[tensor.index()] = self.depths;
                }
            }
            Advance::Space(axis) => {
                let side = &mut self.sides[if axis == Axis::Columns { 0 } else { 1 }];
                *side = side.saturating_mul(count);
            }
        }
    }
}

/// The two tensors that depend on a dimension.
#[inline]
const fn selecting(dim: Dim) -> [Tensor; 2] {
    match dim {
        Dim::N | Dim::P | Dim::Q => [Tensor::I, Tensor::O],
        Dim::K => [Tensor::W, Tensor::O],
        Dim::C | Dim::R | Dim::S => [Tensor::W, Tensor::I],
    }
}
