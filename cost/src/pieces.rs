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
    /// Elements of the piece that the same instance held one step of [`Cut::slide`] earlier.
    pub previous: u32,
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
    /// A loop in time that must have advanced: the one whose step is looked at.
    pub slide: Option<usize>,
    /// Spreads from this index on reach instances that may share a tile.
    pub shared: usize,
    /// What becomes of such spreads.
    pub sharing: Sharing,
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

/// What the loops walked so far hand down: to this instance, to the first one, and to this
/// instance one step earlier.
#[derive(Clone, Copy)]
struct Extent {
    own: u32,
    first: u32,
    previous: u32,
}

impl Cut<'_> {
    /// Calls `visit` for every run of pieces.
    pub fn visit(&self, visit: &mut impl FnMut(Piece)) {
        let extent = Extent { own: self.bound, first: self.bound, previous: self.bound };
        let piece = Piece { start: 0, size: 0, previous: 0, times: 1, place: None };
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
            visit(Piece { size: e.own, previous: e.previous, ..piece });
            return;
        };
        let l = self.loops[index];
        match l.advance {
            Advance::Space(_) => self.walk_space(index, l.tile, e, piece, visit),
            Advance::Time if index < self.prefix => self.walk_time(index, l.tile, e, piece, visit),
            Advance::Time => {
                if !self.settled || e.first <= l.tile {
                    self.walk(index + 1, e.cut(l.tile), piece, visit);
                }
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
        let shared = index >= self.shared;
        if shared && self.sharing == Sharing::First {
            return self.walk(index + 1, e.cut(tile), piece, visit);
        }
        let count = e.own.div_ceil(tile);
        let placed = shared && self.sharing == Sharing::Placed;
        let whole = e.own / tile;
        let mut at = 0;
        while at < count {
            let run = run_length(e.own, tile, at, self.positions || placed);
            let start = at * tile;
            let extent = Extent {
                own: tile.min(e.own - start),
                first: tile.min(e.first),
                previous: tile.min(e.previous - start),
            };
            let place = if placed && count > 1 {
                Some(Place { index: at, whole, step: tile })
            } else {
                piece.place
            };
            let start = piece.start + start;
            let times = piece.times * u64::from(run);
            self.walk(index + 1, extent, Piece { start, times, place, ..piece }, visit);
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
        let slides = self.slide == Some(index);
        let count = e.own.div_ceil(tile);
        let mut at = u32::from(slides);
        while at < count {
            let run = run_length(e.own, tile, at, self.positions);
            let start = at * tile;
            let own = tile.min(e.own - start);
            let extent = if slides {
                // The step before was a whole one, for every instance that takes part in this one.
                Extent { own, first: tile, previous: tile }
            } else {
                let first = tile.min(e.first - start);
                Extent { own, first, previous: tile.min(e.previous - start) }
            };
            let times = piece.times * u64::from(run);
            self.walk(index + 1, extent, Piece { start: piece.start + start, times, ..piece }, visit);
            at += run;
        }
    }
}

/// Length of the run of equal pieces that starts at piece `at`.
fn run_length(extent: u32, tile: u32, at: u32, one_by_one: bool) -> u32 {
    let whole = extent / tile;
    if one_by_one || at >= whole { 1 } else { whole - at }
}

impl Extent {
    fn cut(self, tile: u32) -> Self {
        Extent {
            own: self.own.min(tile),
            first: self.first.min(tile),
            previous: self.previous.min(tile),
        }
    }
}
