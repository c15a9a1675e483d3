//! The cuts of each dimension one by one, for what products do not say.

use std::cell::RefCell;

use crate::chain::{Chain, Way};
use crate::dataflow::MAX_LEVELS;
use crate::layer::{Dim, Layer};
use crate::mapping::{MAX_LOOPS, Mapping};

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

/// A loop with more than one iteration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub dim: Dim,
    pub way: Way,
    /// Elements of a whole piece.
    pub tile: u32,
    /// Pieces of the largest extent.
    pub count: u32,
}

impl Turn {
    #[inline]
    pub fn in_time(&self) -> bool {
        self.way == Way::Time
    }
}

/// The turns of a mapping and the cuts that they make, once anybody has asked for them.
pub(crate) struct Cuts {
    known: bool,
    turns: [Turn; MAX_LOOPS],
    /// Turns above each level; the level after the last is that of the multipliers.
    above: [u8; MAX_LEVELS + 1],
    /// Cuts above each level.
    depths: [Depths; MAX_LEVELS + 1],
    chains: [Chain; 7],
}

thread_local! {
    /// Cuts are seldom asked for, but large: there is one place for those of all mappings.
    static CUTS: RefCell<Cuts> = const { RefCell::new(Cuts::unknown()) };
}

/// Does something that may ask for the cuts of one mapping.
#[inline(always)]
pub(crate) fn with_cuts<T>(what: impl FnOnce(&mut Cuts) -> T) -> T {
    CUTS.with_borrow_mut(|cuts| {
        cuts.known = false;
        what(cuts)
    })
}

impl Cuts {
    /// Nothing known yet.
    const fn unknown() -> Self {
        let turn = Turn {
            dim: Dim::N,
            way: Way::Time,
            tile: 0,
            count: 0,
        };
        Cuts {
            known: false,
            turns: [turn; MAX_LOOPS],
            above: [0; MAX_LEVELS + 1],
            depths: [Depths(0); MAX_LEVELS + 1],
            chains: [Chain::NONE; 7],
        }
    }

    /// The cuts of a mapping.
    pub fn of(&mut self, layer: &Layer, mapping: &Mapping) -> &Self {
        if !self.known {
            self.take_down(layer, mapping);
            self.known = true;
        }
        self
    }

    fn take_down(&mut self, layer: &Layer, mapping: &Mapping) {
        for (chain, bound) in self.chains.iter_mut().zip(layer.bounds) {
            chain.reset(bound);
        }
        let (mut level, mut turns, mut depths) = (0, 0, Depths(0));
        for l in mapping.loops() {
            while level < usize::from(l.level) {
                level += 1;
                (self.above[level], self.depths[level]) = (turns, depths);
            }
            let chain = &mut self.chains[l.dim.index()];
            let extent = chain.tile(chain.depth());
            if l.tile >= extent {
                continue;
            }
            let turn = Turn {
                dim: l.dim,
                way: Way::of(l.advance, l.reduce),
                tile: l.tile,
                count: extent.div_ceil(l.tile),
            };
            chain.push(&turn);
            self.turns[usize::from(turns)] = turn;
            (turns, depths) = (turns + 1, depths.deeper(l.dim));
        }
        for inside in level + 1..=mapping.levels().len() {
            (self.above[inside], self.depths[inside]) = (turns, depths);
        }
        for chain in &mut self.chains {
            if !chain.is_even(chain.depth()) {
                chain.close();
            }
        }
    }

    /// The cuts of a dimension.
    #[inline]
    pub fn chain(&self, dim: Dim) -> &Chain {
        &self.chains[dim.index()]
    }

    /// Cuts of each dimension above a level.
    #[inline]
    pub fn depths(&self, level: usize) -> Depths {
        self.depths[level]
    }

    /// Loops above a level that have more than one iteration, outermost first.
    #[inline]
    pub fn turns(&self, level: usize) -> &[Turn] {
        &self.turns[..usize::from(self.above[level])]
    }
}
