//! The loops of a mapping that do something, and what lies above each level.
//!
//! A dimension is irrelevant to exactly one tensor (N, P, Q to the weights, K to the inputs, C, R, S
//! to the outputs), so where all cuts are even a single walk over the loops, multiplying each into
//! its tensor's product, knows how often each tensor's tiles are asked for at every level. Elsewhere
//! each dimension still has its own factor: the chain of its cuts, looked at as deep as the loops
//! above a level reach.

use crate::chain::{Chain, Way};
use crate::dataflow::{Axis, MAX_LEVELS};
use crate::edge::WINDOWS;
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

/// What lies above a level. All products are as if every cut were even: nobody looks at those of
/// dimensions that are not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    /// Loops above, those that do nothing included.
    loops: u8,
    /// Turns above.
    turns: u8,
    /// Dimensions with a cut that does not divide what it cuts.
    pub uneven: Dims,
    /// Dimensions with a cut in space.
    pub spread: Dims,
    /// By tensor: turns up to and with the innermost one in time that selects another tile.
    moved: [u8; 3],
    /// Columns and rows of the array that the loops above use.
    pub sides: [u32; 2],
    /// Elements of a whole piece of each dimension.
    pub tiles: [u32; 7],
    /// Pieces of each dimension.
    pub pieces: [u32; 7],
    /// Instances of each dimension.
    pub places: [u32; 7],
    /// By tensor: iterations in time of the dimensions that do not select its tiles.
    pub time: [u64; 3],
    /// The same, only loops outside its innermost one in time that selects another tile.
    pub outer: [u64; 3],
    /// Instances along the dimensions that do not select its tiles.
    pub space: [u64; 3],
    /// Those of them, for outputs, whose partial sums are not added up on the way.
    pub apart: u64,
}

/// The turns of a mapping and what lies above each level.
#[derive(Clone)]
pub(crate) struct Nest {
    turns: [Turn; MAX_LOOPS],
    above: [Above; MAX_LEVELS + 1],
    /// Whether cuts are known one by one, because products do not say everything.
    chained: bool,
    chains: [Chain; 7],
    /// Cuts above each turn; the last entry in use is that of the multipliers.
    depths: [Depths; MAX_LOOPS + 1],
    /// Dimensions with pieces that rest while later loops go on.
    pub resting: Dims,
}

impl Nest {
    /// Room for a nest.
    pub const fn blank() -> Self {
        let turn = Turn {
            dim: Dim::N,
            way: Way::Time,
            tile: 0,
            count: 0,
        };
        Nest {
            turns: [turn; MAX_LOOPS],
            above: [Above::UNREAD; MAX_LEVELS + 1],
            chained: false,
            chains: [Chain::NONE; 7],
            depths: [Depths(0); MAX_LOOPS + 1],
            resting: 0,
        }
    }

    /// Becomes a nest without loops.
    #[inline]
    pub fn start(&mut self, layer: &Layer) {
        self.above[0] = Above {
            sides: [1; 2],
            tiles: layer.bounds,
            pieces: [1; 7],
            places: [1; 7],
            time: [1; 3],
            outer: [1; 3],
            space: [1; 3],
            apart: 1,
            ..Above::UNREAD
        };
    }

    /// Takes over the loops of a mapping below a level and its own; those above must be the same as
    /// last time.
    #[inline]
    pub fn read(&mut self, mapping: &Mapping, from: usize) {
        let mut at = self.above[from];
        let mut level = from;
        for l in &mapping.loops()[usize::from(at.loops)..] {
            while level < usize::from(l.level) {
                level += 1;
                self.above[level] = at;
            }
            at.loops += 1;
            let extent = at.tiles[l.dim.index()];
            if l.tile >= extent {
                continue;
            }
            let (whole, rest) = (extent / l.tile, extent % l.tile);
            let turn = Turn {
                dim: l.dim,
                way: Way::of(l.advance, l.reduce),
                tile: l.tile,
                count: whole + u32::from(rest > 0),
            };
            self.turns[usize::from(at.turns)] = turn;
            at.uneven |= Dims::from(rest > 0) << l.dim.index();
            at.pass(&turn);
            if let Advance::Space(axis) = l.advance {
                let side = &mut at.sides[if axis == Axis::Columns { 0 } else { 1 }];
                *side = side.saturating_mul(turn.count);
            }
        }
        for below in &mut self.above[level + 1..=mapping.levels().len()] {
            *below = at;
        }
        self.chained = at.uneven != 0 || at.spread & WINDOWS != 0;
        self.resting = 0;
        if self.chained {
            self.chain(&at);
        }
    }

    /// Takes down the cuts of each dimension.
    fn chain(&mut self, all: &Above) {
        for (chain, bound) in self.chains.iter_mut().zip(self.above[0].tiles) {
            chain.reset(bound);
        }
        let mut depths = Depths(0);
        let turns = self.turns[..usize::from(all.turns)].iter();
        for (turn, above) in turns.zip(&mut self.depths) {
            *above = depths;
            self.chains[turn.dim.index()].push(turn);
            depths = depths.deeper(turn.dim);
        }
        self.depths[usize::from(all.turns)] = depths;
        for (d, chain) in self.chains.iter_mut().enumerate() {
            if all.uneven & 1 << d != 0 {
                chain.close();
                self.resting |= Dims::from(chain.rests(chain.depth())) << d;
            }
        }
    }

    /// The cuts of a dimension; they are known if a dimension is uneven or that of a window spread.
    #[inline]
    pub fn chain_of(&self, dim: Dim) -> &Chain {
        debug_assert!(self.chained);
        &self.chains[dim.index()]
    }

    /// Cuts of each dimension above a level, where cuts are known.
    #[inline]
    pub fn depths(&self, at: &Above) -> Depths {
        debug_assert!(self.chained);
        self.depths[usize::from(at.turns)]
    }

    /// Cuts up to and with the innermost turn in time that selects another tile of a tensor.
    #[inline]
    pub fn moved(&self, at: &Above, tensor: Tensor) -> Depths {
        debug_assert!(self.chained);
        self.depths[usize::from(at.moved[tensor.index()])]
    }

    /// What lies above a level; the level after the last is that of the multipliers.
    #[inline]
    pub fn above(&self, level: usize) -> &Above {
        &self.above[level]
    }

    /// Loops above that have more than one iteration, outermost first.
    #[inline]
    pub fn turns(&self, at: &Above) -> &[Turn] {
        &self.turns[..usize::from(at.turns)]
    }
}

impl Above {
    const UNREAD: Above = Above {
        loops: 0,
        turns: 0,
        uneven: 0,
        spread: 0,
        moved: [0; 3],
        sides: [0; 2],
        tiles: [0; 7],
        pieces: [0; 7],
        places: [0; 7],
        time: [0; 3],
        outer: [0; 3],
        space: [0; 3],
        apart: 0,
    };

    /// Moves a turn from below to above.
    #[inline]
    fn pass(&mut self, turn: &Turn) {
        let d = turn.dim.index();
        let count = u64::from(turn.count);
        self.turns += 1;
        self.tiles[d] = turn.tile;
        self.pieces[d] = self.pieces[d].wrapping_mul(turn.count);
        let (free, selected) = match turn.dim {
            Dim::N | Dim::P | Dim::Q => (0, [1, 2]),
            Dim::K => (1, [0, 2]),
            Dim::C | Dim::R | Dim::S => (2, [0, 1]),
        };
        if turn.in_time() {
            self.time[free] = self.time[free].wrapping_mul(count);
            for t in selected {
                self.outer[t] = self.time[t];
                self.moved[t] = self.turns;
            }
            return;
        }
        self.spread |= 1 << d;
        self.places[d] = self.places[d].wrapping_mul(turn.count);
        self.space[free] = self.space[free].wrapping_mul(count);
        if free == 2 && turn.way == Way::Apart {
            self.apart = self.apart.wrapping_mul(count);
        }
    }
}
