//! The loops of a mapping that do something, and what lies above each level.
//!
//! A dimension is irrelevant to exactly one tensor (N, P, Q to the weights, K to the inputs, C, R, S
//! to the outputs), so a single walk over the loops, multiplying each into its tensor's product,
//! knows how often each tensor's tiles are asked for at every level.

use crate::chain::Way;
use crate::dataflow::MAX_LEVELS;
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::{Loop, MAX_LOOPS, Mapping};

/// Cuts of each dimension above some place in the nest.
pub(crate) type Depths = [u8; 7];

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

/// What lies above a level. The products leave uneven dimensions out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    /// Turns above.
    pub turns: u8,
    /// Cuts of each dimension.
    pub depths: Depths,
    /// Elements of a whole piece of each dimension.
    pub tiles: [u32; 7],
    /// Pieces of each dimension.
    pub pieces: [u64; 7],
    /// By tensor: iterations in time of the dimensions irrelevant to it.
    pub time: [u64; 3],
    /// The same, only loops outside its innermost relevant loop in time.
    pub outer: [u64; 3],
    /// Turns up to and with that innermost relevant loop.
    pub moved: [u8; 3],
    /// Instances of irrelevant dimensions.
    pub space: [u64; 3],
    /// Instances of reduction dimensions whose partial sums are not added up on the way.
    pub apart: u64,
    /// Instances of each dimension.
    pub spread: [u32; 7],
}

/// The turns of a mapping and what lies above each level.
#[derive(Clone)]
pub(crate) struct Nest {
    pub bounds: [u32; 7],
    turns: [Turn; MAX_LOOPS],
    len: u8,
    /// Dimensions with a cut that does not divide what it cuts.
    pub uneven: Dims,
    above: [Above; MAX_LEVELS + 1],
}

impl Nest {
    /// A nest without loops.
    #[inline]
    pub const fn empty(layer: &Layer) -> Self {
        // Nothing but zeros below the top: that is cheap to write.
        let turn = Turn {
            dim: Dim::N,
            way: Way::Time,
            tile: 0,
            count: 0,
        };
        let unread = Above {
            turns: 0,
            depths: [0; 7],
            tiles: [0; 7],
            pieces: [0; 7],
            time: [0; 3],
            outer: [0; 3],
            moved: [0; 3],
            space: [0; 3],
            apart: 0,
            spread: [0; 7],
        };
        let mut above = [unread; MAX_LEVELS + 1];
        above[0] = Above {
            turns: 0,
            depths: [0; 7],
            tiles: layer.bounds,
            pieces: [1; 7],
            time: [1; 3],
            outer: [1; 3],
            moved: [0; 3],
            space: [1; 3],
            apart: 1,
            spread: [1; 7],
        };
        Nest {
            bounds: layer.bounds,
            turns: [turn; MAX_LOOPS],
            len: 0,
            uneven: 0,
            above,
        }
    }

    /// Takes over the loops of a mapping; in place, because a nest is large.
    #[inline]
    pub fn fill(&mut self, mapping: &Mapping) {
        let levels = mapping.levels().len();
        self.read(mapping.loops(), levels);
        if self.uneven != 0 {
            self.leave_out_uneven(levels);
        }
    }

    /// Keeps the loops that cut and multiplies their counts, as if all of them cut evenly.
    #[inline]
    fn read(&mut self, loops: &[Loop], levels: usize) {
        let mut level = 1;
        let mut len = 0;
        self.above[1] = self.above[0];
        for l in loops {
            while level <= usize::from(l.level) {
                self.above[level].turns = len;
                self.above[level + 1] = self.above[level];
                level += 1;
            }
            let at = &mut self.above[level];
            let extent = at.tiles[l.dim.index()];
            if l.tile >= extent {
                continue;
            }
            let count = extent.div_ceil(l.tile);
            self.uneven |= Dims::from(count * l.tile != extent) << l.dim.index();
            let turn = Turn {
                dim: l.dim,
                way: Way::of(l.advance, l.reduce),
                tile: l.tile,
                count,
            };
            self.turns[usize::from(len)] = turn;
            len += 1;
            at.pass(&turn, len, u64::from(count));
        }
        self.len = len;
        self.above[level].turns = len;
        while level < levels {
            self.above[level + 1] = self.above[level];
            level += 1;
        }
    }

    /// Multiplies again without the dimensions that are cut unevenly.
    fn leave_out_uneven(&mut self, levels: usize) {
        let mut at = self.above[0];
        for level in 1..=levels {
            let end = self.above[level].turns;
            for index in at.turns..end {
                let turn = self.turns[usize::from(index)];
                let even = self.uneven & (1 << turn.dim.index()) == 0;
                at.pass(&turn, index + 1, if even { turn.count.into() } else { 1 });
            }
            at.turns = end;
            self.above[level] = at;
        }
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

    /// The same, of what is known of the level.
    #[inline]
    pub fn turns_above(&self, at: &Above) -> &[Turn] {
        &self.turns[..usize::from(at.turns)]
    }

    /// All loops that have more than one iteration, outermost first.
    #[inline]
    pub fn all_turns(&self) -> &[Turn] {
        &self.turns[..usize::from(self.len)]
    }

    /// Cuts of a dimension among the first `turns` turns.
    pub fn depth(&self, dim: Dim, turns: u8) -> u8 {
        let before = self.turns[..usize::from(turns)].iter();
        before.filter(|t| t.dim == dim).count() as u8
    }
}

impl Above {
    /// Moves a turn, the `index`-th, from below to above; `count` is what it multiplies.
    #[inline]
    fn pass(&mut self, turn: &Turn, index: u8, count: u64) {
        let d = turn.dim.index();
        self.depths[d] += 1;
        self.tiles[d] = turn.tile;
        self.pieces[d] *= count;
        let (free, others) = match irrelevant_to(turn.dim) {
            Tensor::W => (0, [1, 2]),
            Tensor::I => (1, [0, 2]),
            Tensor::O => (2, [0, 1]),
        };
        match turn.way {
            Way::Time => {
                self.time[free] *= count;
                for t in others {
                    self.outer[t] = self.time[t];
                    self.moved[t] = index;
                }
            }
            Way::Apart | Way::Summed => {
                self.space[free] *= count;
                self.spread[d] = self.spread[d].saturating_mul(turn.count);
                if free == 2 && turn.way == Way::Apart {
                    self.apart *= count;
                }
            }
        }
    }
}

/// The one tensor that does not depend on a dimension.
#[inline]
pub(crate) const fn irrelevant_to(dim: Dim) -> Tensor {
    match dim {
        Dim::N | Dim::P | Dim::Q => Tensor::W,
        Dim::K => Tensor::I,
        Dim::C | Dim::R | Dim::S => Tensor::O,
    }
}
