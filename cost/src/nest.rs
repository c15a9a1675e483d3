//! A mapping's loops sorted by dimension, and how deep each dimension is cut at each level.

use crate::chain::{Chain, Way};
use crate::dataflow::MAX_LEVELS;
use crate::layer::{Dim, Layer};
use crate::mapping::{Loop, MAX_LOOPS, Mapping};

/// Cuts of each dimension above some place in the nest.
pub(crate) type Depths = [u8; 7];

/// A loop with more than one iteration.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    pub dim: Dim,
    pub in_time: bool,
}

/// The chains of a mapping and the order of their cuts.
#[derive(Clone)]
pub(crate) struct Nest {
    chains: [Chain; 7],
    turns: [Turn; MAX_LOOPS],
    len: u8,
    /// Turns above each level; the last entry belongs to the multipliers.
    above: [u8; MAX_LEVELS + 1],
    depths: [Depths; MAX_LEVELS + 1],
}

impl Nest {
    pub fn new(layer: &Layer, mapping: &Mapping) -> Self {
        let turn = Turn {
            dim: Dim::N,
            in_time: true,
        };
        let mut nest = Nest {
            chains: layer.bounds.map(Chain::new),
            turns: [turn; MAX_LOOPS],
            len: 0,
            above: [0; MAX_LEVELS + 1],
            depths: [[0; 7]; MAX_LEVELS + 1],
        };
        nest.read(mapping.loops());
        nest
    }

    fn read(&mut self, loops: &[Loop]) {
        let mut depths = [0; 7];
        let mut level = 0;
        for l in loops {
            self.enter(&mut level, usize::from(l.level), depths);
            let way = Way::of(l.advance, l.reduce);
            if self.chains[l.dim.index()].push(l.tile, way) {
                depths[l.dim.index()] += 1;
                self.turns[usize::from(self.len)] = Turn {
                    dim: l.dim,
                    in_time: way == Way::Time,
                };
                self.len += 1;
            }
        }
        self.enter(&mut level, MAX_LEVELS, depths);
        for chain in &mut self.chains {
            chain.close();
        }
    }

    /// Notes what lies above the levels after `level` up to `next`.
    fn enter(&mut self, level: &mut usize, next: usize, depths: Depths) {
        while *level < next {
            *level += 1;
            self.above[*level] = self.len;
            self.depths[*level] = depths;
        }
    }

    #[inline]
    pub fn chain(&self, dim: Dim) -> &Chain {
        &self.chains[dim.index()]
    }

    /// Cuts above a level.
    #[inline]
    pub fn depths(&self, level: usize) -> &Depths {
        &self.depths[level]
    }

    /// Loops above a level that have more than one iteration, outermost first.
    #[inline]
    pub fn turns(&self, level: usize) -> &[Turn] {
        &self.turns[..usize::from(self.above[level])]
    }
}
