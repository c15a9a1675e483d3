//! The pieces into which a nest cuts one dimension, in runs of equal pieces.
//!
//! A dimension is cut by its own loops only, so the pieces of a tile factor into seven lists. A
//! loop yields equal pieces and one possibly smaller last piece; walking "all but the last" and
//! "the last" as two runs makes a list of 2^depth runs at most, one where everything divides.

use crate::layer::Dim;
use crate::mapping::{Advance, Loop};

/// A run of equal pieces of one dimension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// First element; meaningful only when positions were asked for.
    pub start: u32,
    /// Elements.
    pub size: u32,
    /// First element and elements of the piece that the instance held in the step before; no
    /// elements if it idled.
    pub previous: (u32, u32),
    /// Pieces in this run.
    pub times: u64,
    /// Place among the instances between which tiles are shared.
    pub place: Option<Place>,
}

/// An instance's place along a spread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its number along the spread.
    pub index: u32,
    /// Instances that hold a whole piece.
    pub whole: u32,
    /// Distance of neighbours in elements.
    pub step: u32,
}

/// Which pieces of one dimension are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Cut<'a> {
    /// The loops above the tile.
    pub loops: &'a [Loop],
    /// The dimension.
    pub dim: Dim,
    /// Its size.
    pub bound: u32,
    /// Loops in time before this index take all values; those from it on stand at their first.
    pub prefix: usize,
    /// Whether a piece counts only if the loops in time from `prefix` on have a single iteration.
    pub settled: bool,
    /// A loop in time that has just advanced; those further in have turned back to their first.
    pub advanced: Option<usize>,
    /// Spreads from this index on reach instances that may share a tile.
    pub shared: usize,
    /// What becomes of such spreads.
    pub sharing: Sharing,
    /// Whether the words are partial sums, which only reducing spreads merge.
    pub sums: bool,
    /// Whether every position is wanted by itself, not only runs of equal sizes.
    pub positions: bool,
}

/// How spreads between a store and those it feeds are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Every instance by itself.
    Each,
    /// Only the first: the tensor does not depend on the dimension, all instances get the same.
    First,
    /// Every instance, with its place, so that equal windows can be recognised.
    Placed,
}

/// What the loops walked so far hand down.
#[derive(Clone, Copy)]
struct Extent {
    /// To this instance.
    own: u32,
    /// To this instance in the step before; nothing if it idled.
    previous: u32,
    /// To the first instance in the step before, which decides how far the loops went.
    lead: u32,
}

impl Cut<'_> {
    /// Calls `visit` for every run of pieces.
    pub fn visit(&self, visit: &mut impl FnMut(Piece)) {
        let extent = Extent {
            own: self.bound,
            previous: self.bound,
            lead: self.bound,
        };
        let piece = Piece {
            start: 0,
            size: 0,
            previous: (0, 0),
            times: 1,
            place: None,
        };
        self.walk(0, extent, piece, visit);
    }

    /// Number of pieces, and the sum of their sizes.
    pub fn sums(&self) -> (u64, u64) {
        let (mut pieces, mut elements) = (0, 0);
        self.visit(&mut |piece| {
            pieces += piece.times;
            elements += piece.times * u64::from(piece.size);
        });
        (pieces, elements)
    }

    fn walk(&self, from: usize, e: Extent, piece: Piece, visit: &mut impl FnMut(Piece)) {
        let next = self.loops[from..].iter().position(|l| l.dim == self.dim);
        let Some(index) = next.map(|offset| from + offset) else {
            visit(Piece {
                size: e.own,
                previous: (piece.previous.0, e.previous),
                ..piece
            });
            return;
        };
        let l = self.loops[index];
        match l.advance {
            Advance::Space(_) => self.walk_space(index, l.tile, e, piece, visit),
            Advance::Time if index < self.prefix => self.walk_time(index, l.tile, e, piece, visit),
            Advance::Time if self.settled && e.lead > l.tile => {}
            Advance::Time => {
                let last = (e.lead - 1) / l.tile * l.tile;
                let extent = Extent {
                    own: e.own.min(l.tile),
                    previous: part(e.previous, last, l.tile),
                    lead: part(e.lead, last, l.tile),
                };
                let previous = (piece.previous.0 + last, 0);
                self.walk(index + 1, extent, Piece { previous, ..piece }, visit);
            }
        }
    }

    fn walk_space(
        &self,
        index: usize,
        tile: u32,
        e: Extent,
        piece: Piece,
        visit: &mut impl FnMut(Piece),
    ) {
        let shared = index >= self.shared && (!self.sums || self.loops[index].reduce);
        let placed = shared && self.sharing == Sharing::Placed;
        let whole = e.own / tile;
        let count = match self.sharing {
            Sharing::First if shared => 1,
            _ => e.own.div_ceil(tile),
        };
        let mut at = 0;
        while at < count {
            let run = run_length(e.own, tile, at, self.positions || placed).min(count - at);
            let start = at * tile;
            let extent = Extent {
                own: part(e.own, start, tile),
                previous: part(e.previous, start, tile),
                lead: e.lead.min(tile),
            };
            let place = if placed && count > 1 {
                Some(Place {
                    index: at,
                    whole,
                    step: tile,
                })
            } else {
                piece.place
            };
            let next = Piece {
                start: piece.start + start,
                previous: (piece.previous.0 + start, 0),
                times: piece.times * u64::from(run),
                place,
                ..piece
            };
            self.walk(index + 1, extent, next, visit);
            at += run;
        }
    }

    fn walk_time(
        &self,
        index: usize,
        tile: u32,
        e: Extent,
        piece: Piece,
        visit: &mut impl FnMut(Piece),
    ) {
        let advanced = u32::from(self.advanced == Some(index));
        let count = e.own.div_ceil(tile);
        let mut at = advanced;
        while at < count {
            let run = run_length(e.own, tile, at, self.positions);
            let (start, before) = (at * tile, (at - advanced) * tile);
            let extent = Extent {
                own: part(e.own, start, tile),
                previous: part(e.previous, before, tile),
                lead: part(e.lead, before, tile),
            };
            let next = Piece {
                start: piece.start + start,
                previous: (piece.previous.0 + before, 0),
                times: piece.times * u64::from(run),
                ..piece
            };
            self.walk(index + 1, extent, next, visit);
            at += run;
        }
    }
}

/// Length of the run of equal pieces that starts at piece `at`.
fn run_length(extent: u32, tile: u32, at: u32, one_by_one: bool) -> u32 {
    let whole = extent / tile;
    if one_by_one || at >= whole {
        1
    } else {
        whole - at
    }
}

/// Elements of the piece of `tile` that begins at `start` of `extent`; nothing beyond its end.
fn part(extent: u32, start: u32, tile: u32) -> u32 {
    extent.saturating_sub(start).min(tile)
}
