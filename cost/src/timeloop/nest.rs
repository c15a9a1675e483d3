//! A nest in Timeloop's form: per storage level a block of loops in time around a block in space.

use super::Unsupported;
use crate::dataflow::{Axis, TensorSet};
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::{Advance, Loop, Mapping};

/// A loop with more than one iteration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// The dimension it walks.
    pub(super) dim: Dim,
    /// Iterations.
    pub(super) count: u32,
    /// Iterations of the very last pass, at the end of the dimension.
    pub(super) last: u32,
    /// Elements per iteration.
    pub(super) step: u32,
}

/// A storage level with the loops between it and the next one.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Tensors that stay here.
    pub(super) keep: TensorSet,
    /// Elements of each dimension that one instance sees at a time.
    pub(super) tile: [u32; 7],
    /// Loops in time, outermost first.
    pub(super) time: Vec<Turn>,
    /// Loops along the rows of the array (Timeloop's Y), outermost first; they enclose the columns.
    pub(super) rows: Vec<Turn>,
    /// Loops along the columns of the array (Timeloop's X), outermost first.
    pub(super) columns: Vec<Turn>,
}

impl Block {
    /// The spreads, outermost first.
    pub(super) fn space(&self) -> impl Iterator<Item = &Turn> {
        self.rows.iter().chain(&self.columns)
    }

    /// Columns and rows into which one instance fans out.
    pub(super) fn mesh(&self) -> [u64; 2] {
        [&self.columns, &self.rows].map(|side| product(side.iter()))
    }

    /// Instances of the next level (or multipliers) below one instance of this one.
    pub(super) fn fanout(&self) -> u64 {
        product(self.space())
    }

    /// Steps in time per tile of this level.
    pub(super) fn steps(&self) -> u64 {
        product(self.time.iter())
    }

    /// Whether one instance feeds more than one.
    pub(super) fn fans_out(&self) -> bool {
        self.space().next().is_some()
    }

    fn add(&mut self, turn: Turn, l: &Loop, level: usize) -> Result<(), Unsupported> {
        let dim = turn.dim;
        match l.advance {
            Advance::Time if self.deals_out(&turn) => {
                return Err(Unsupported::LoopInsideSpread { level, dim });
            }
            Advance::Space(_) if dim.is_reduction() && !l.reduce => {
                return Err(Unsupported::Unreduced { dim });
            }
            Advance::Time => self.time.push(turn),
            Advance::Space(Axis::Columns) => self.columns.push(turn),
            Advance::Space(Axis::Rows) => self.rows.push(turn),
        }
        Ok(())
    }

    /// Whether a spread gives each instance a stretch that this loop then walks, and it matters:
    /// in a window, or where the last stretch is shorter.
    fn deals_out(&self, turn: &Turn) -> bool {
        let ragged = |t: &Turn| t.last != t.count;
        let mut spreads = self.space().filter(|spread| spread.dim == turn.dim);
        spreads.any(|spread| is_window(turn.dim) || ragged(spread) || ragged(turn))
    }

    /// Numbers batches and channels from the innermost loop outwards, as Timeloop does: which of
    /// them meet in an element does not matter, unlike rows and columns of a window.
    fn renumber(&mut self, mut tile: [u32; 7]) {
        for turns in [&mut self.columns, &mut self.rows, &mut self.time] {
            for turn in turns.iter_mut().rev().filter(|turn| !is_window(turn.dim)) {
                let within = &mut tile[turn.dim.index()];
                turn.step = *within;
                *within = within.saturating_mul(turn.count);
            }
        }
    }
}

const fn is_window(dim: Dim) -> bool {
    matches!(dim, Dim::P | Dim::Q | Dim::R | Dim::S)
}

/// What the loops sorted so far hand down.
struct Rest<'a> {
    layer: &'a Layer,
    tile: [u32; 7],
    /// Place of each dimension's last element within the last tile.
    end: [u32; 7],
}

impl Rest<'_> {
    /// Cuts a dimension into smaller tiles; none if they are as large as before.
    fn cut(&mut self, dim: Dim, step: u32) -> Result<Option<Turn>, Unsupported> {
        let (tile, end) = (&mut self.tile[dim.index()], &mut self.end[dim.index()]);
        if step >= *tile {
            return Ok(None);
        }
        // The whole dimension may end in a smaller tile, but not every tile of it.
        if *tile != self.layer.bound(dim) && !tile.is_multiple_of(step) {
            return Err(Unsupported::Ragged { dim });
        }
        let turn = Turn {
            dim,
            count: tile.div_ceil(step),
            last: *end / step + 1,
            step,
        };
        *tile = step;
        *end %= step;
        Ok(Some(turn))
    }
}

fn check(layer: &Layer, mapping: &Mapping) -> Result<(), Unsupported> {
    if !layer.kind.has_macs() {
        return Err(Unsupported::Kind(layer.kind));
    }
    if !mapping.covers(layer) {
        return Err(Unsupported::Incomplete);
    }
    let home = mapping.levels()[0].keep;
    let homeless = Tensor::ALL.into_iter().find(|&t| !home.contains(t));
    homeless.map_or(Ok(()), |tensor| Err(Unsupported::NoHome(tensor)))
}

fn product<'a>(turns: impl Iterator<Item = &'a Turn>) -> u64 {
    turns.map(|turn| u64::from(turn.count)).product()
}

/// A layer's nest whose tiles divide each other, except at the end of a dimension.
#[derive(Clone, Debug)]
pub(super) struct Nest<'a> {
    pub(super) layer: &'a Layer,
    /// Levels, outermost first.
    pub(super) blocks: Vec<Block>,
}

impl<'a> Nest<'a> {
    /// Sorts a mapping's loops into blocks; loops of one iteration are left out.
    ///
    /// Loops of one level may change places as long as they walk different dimensions: which
    /// element works on what in which step stays the same. Loops over the same batches or channels
    /// may as well: elements exchange their work, and nothing is counted differently.
    pub(super) fn new(layer: &'a Layer, mapping: &Mapping) -> Result<Self, Unsupported> {
        check(layer, mapping)?;
        let mut blocks: Vec<Block> = Vec::new();
        let mut rest = Rest {
            layer,
            tile: layer.bounds,
            end: layer.bounds.map(|bound| bound - 1),
        };
        for (index, level) in mapping.levels().iter().enumerate() {
            let mut block = Block {
                keep: level.keep,
                tile: rest.tile,
                time: Vec::new(),
                rows: Vec::new(),
                columns: Vec::new(),
            };
            let loops = mapping.loops().iter();
            for l in loops.filter(|l| usize::from(l.level) == index) {
                if let Some(turn) = rest.cut(l.dim, l.tile)? {
                    block.add(turn, l, index)?;
                }
            }
            block.renumber(rest.tile);
            blocks.push(block);
        }
        Ok(Nest { layer, blocks })
    }

    /// A dimension whose last tile is smaller than the others.
    pub(super) fn ragged(&self) -> Option<Dim> {
        let turns = self
            .blocks
            .iter()
            .flat_map(|b| b.time.iter().chain(b.space()));
        turns
            .filter(|turn| turn.last != turn.count)
            .map(|turn| turn.dim)
            .next()
    }

    /// Instances of a level; the number of levels asks for the multipliers.
    pub(super) fn instances(&self, level: usize) -> u64 {
        self.blocks[..level].iter().map(Block::fanout).product()
    }

    /// What one instance of the level below sees at a time; single elements at the multipliers.
    pub(super) fn tile_below(&self, level: usize) -> [u32; 7] {
        self.blocks
            .get(level + 1)
            .map_or([1; 7], |block| block.tile)
    }

    /// What all instances below one instance of a level see at a time.
    pub(super) fn union_below(&self, level: usize) -> [u32; 7] {
        let mut tile = self.tile_below(level);
        for turn in self.blocks[level].space() {
            tile[turn.dim.index()] *= turn.count;
        }
        tile
    }
}
