//! How a nest cuts one dimension, and the pieces that result.
//!
//! A dimension is cut by its own loops only, so the pieces of a tile factor into seven chains. Cuts
//! with a single iteration are left out. Where every cut divides evenly, numbers of pieces are
//! products; elsewhere a cut yields whole pieces and one smaller last piece, and walking these two
//! runs at each cut gives at most 2^depth runs.

mod walk;

use walk::{Extent, Walk, part};

use crate::cuts::Turn;
use crate::mapping::{Advance, MAX_CUTS};

/// Whether a cut's pieces follow one another or stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// One after the other.
    Time,
    /// Side by side, each with its own partial sums.
    Apart,
    /// Side by side, partial sums being added up on the way.
    Summed,
}

/// One cut of a chain, with the products of all cuts down to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Elements of a whole piece.
    pub tile: u32,
    /// Pieces of the largest extent, at least 2.
    pub count: u32,
    /// Product of the counts in time.
    times: u64,
    /// The same in space.
    spaces: u64,
    pub way: Way,
}

impl Cut {
    pub fn is_space(&self) -> bool {
        self.way != Way::Time
    }
}

/// All cuts of one dimension, outermost first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    pub bound: u32,
    len: u8,
    /// Cuts before the first that does not divide what it cuts.
    even: u8,
    /// Cuts above which no smaller piece leaves a loop in time without work.
    busy: u8,
    /// The dimension as a whole, as if cut once, then its cuts.
    cuts: [Cut; MAX_CUTS + 1],
}

/// Which pieces of a chain are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// All of them.
    All,
    /// Those at the first step in time.
    First,
    /// Those that stay the same whatever the loops in time from this cut on do.
    Settled(u8),
    /// Those that follow when this cut advances by one: later cuts in time turn back to their first.
    Advanced(u8),
}

/// Which instances count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instances {
    /// Every one.
    Each,
    /// Of those that differ only in cuts in space from this one on, the first.
    Merged(u8),
    /// The same, but only where partial sums are added up on the way.
    Summed(u8),
    /// Of this cut only whole pieces, some left out at its two ends.
    Whole { cut: u8, low: u32, high: u32 },
}

impl Instances {
    fn once(self, at: usize, way: Way) -> bool {
        match (self, way) {
            (Instances::Merged(from), Way::Apart | Way::Summed) => at >= usize::from(from),
            (Instances::Summed(from), Way::Summed) => at >= usize::from(from),
            _ => false,
        }
    }
}

/// A run of equal pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Elements.
    pub size: u32,
    /// Elements that the same instance held in the step before; none if it idled.
    pub before: u32,
    /// Distance of the two pieces.
    pub shift: u32,
    /// Pieces in this run.
    pub times: u64,
}

/// One piece, found by a position in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub start: u32,
    pub size: u32,
    /// Elements held in the step before, as in [`Run`].
    pub before: u32,
    pub shift: u32,
    /// Whether the view includes it.
    pub included: bool,
    /// Number along the last cut in space, and how many whole pieces that has.
    pub place: (u32, u32),
}

impl Chain {
    /// Not a chain yet: it is zero all over, which is cheap to write.
    pub const NONE: Chain = Chain {
        bound: 0,
        len: 0,
        even: 0,
        busy: 0,
        cuts: [Cut {
            tile: 0,
            count: 0,
            times: 0,
            spaces: 0,
            way: Way::Time,
        }; MAX_CUTS + 1],
    };

    /// Becomes a chain without cuts.
    #[inline]
    pub fn reset(&mut self, bound: u32) {
        self.bound = bound;
        (self.len, self.even, self.busy) = (0, u8::MAX, u8::MAX);
        self.cuts[0] = Cut {
            tile: bound,
            count: 1,
            times: 1,
            spaces: 1,
            way: Way::Time,
        };
    }

    /// Adds a cut inside all others.
    #[inline]
    pub fn push(&mut self, turn: &Turn) {
        let outside = self.cuts[usize::from(self.len)];
        if turn.tile.wrapping_mul(turn.count) != outside.tile {
            self.even = self.even.min(self.len);
        }
        let (time, space) = match turn.way {
            Way::Time => (turn.count, 1),
            Way::Apart | Way::Summed => (1, turn.count),
        };
        self.len += 1;
        self.cuts[usize::from(self.len)] = Cut {
            tile: turn.tile,
            count: turn.count,
            times: outside.times * u64::from(time),
            spaces: outside.spaces * u64::from(space),
            way: turn.way,
        };
    }

    /// Elements of a whole piece at a depth.
    #[inline]
    pub fn tile(&self, depth: u8) -> u32 {
        self.cuts[usize::from(depth)].tile
    }

    /// Looks for pieces that rest, once all cuts are there.
    pub fn close(&mut self) {
        self.busy = u8::MAX;
        // The smaller pieces that cuts leave at the end of what they cut.
        let mut smaller = [0; MAX_CUTS];
        let (mut len, mut extent) = (0, self.bound);
        for depth in 1..=self.len {
            let cut = self.cuts[usize::from(depth)];
            for piece in &mut smaller[..len] {
                if cut.way == Way::Time && (1..=cut.tile).contains(piece) {
                    self.busy = self.busy.min(depth - 1);
                }
                *piece %= cut.tile;
            }
            smaller[len] = extent % cut.tile;
            (len, extent) = (len + 1, cut.tile);
        }
    }

    #[inline]
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts[1..=usize::from(self.len)]
    }

    /// The cuts above a depth.
    #[inline]
    fn above(&self, depth: u8) -> &[Cut] {
        &self.cuts[1..=usize::from(depth)]
    }

    /// Number of cuts.
    #[inline]
    pub fn depth(&self) -> u8 {
        self.len
    }

    /// Whether every cut above a depth divides what it cuts.
    #[inline]
    pub fn is_even(&self, depth: u8) -> bool {
        depth <= self.even
    }

    /// Whether pieces at a depth may stay although a loop in time above it goes on elsewhere.
    #[inline]
    pub fn rests(&self, depth: u8) -> bool {
        depth > self.busy
    }

    /// Product of the counts of the cuts in time above a depth: the steps, if these cut evenly.
    #[inline]
    pub fn times(&self, depth: u8) -> u64 {
        self.cuts[usize::from(depth)].times
    }

    /// The same in space.
    #[inline]
    pub fn spaces(&self, depth: u8) -> u64 {
        self.cuts[usize::from(depth)].spaces
    }

    /// Product of the counts of those cuts in space among `from..depth` that leave partial sums
    /// apart.
    #[inline]
    pub fn apart(&self, from: u8, depth: u8) -> u64 {
        if !self.spreads(from, depth) {
            return 1;
        }
        let cuts = self.above(depth)[usize::from(from)..].iter();
        let apart = cuts.filter(|c| c.way == Way::Apart);
        apart.fold(1, |n, c| n * u64::from(c.count))
    }

    /// Whether there are loops in time among the cuts `from..depth`.
    #[inline]
    pub fn moves(&self, from: u8, depth: u8) -> bool {
        self.times(from) != self.times(depth)
    }

    /// Whether there are cuts in space among `from..depth`.
    #[inline]
    pub fn spreads(&self, from: u8, depth: u8) -> bool {
        self.spaces(from) != self.spaces(depth)
    }

    /// Pieces at a depth if loops in time from `prefix` on stand at their first.
    #[inline]
    pub fn pieces(&self, prefix: u8, depth: u8, instances: Instances) -> u64 {
        if !self.is_even(depth) {
            return self.uneven_pieces(prefix, depth, instances);
        }
        let spaces = match instances {
            Instances::Each | Instances::Whole { .. } => self.spaces(depth),
            Instances::Merged(from) => self.spaces(from.min(depth)),
            Instances::Summed(from) => {
                let from = from.min(depth);
                self.spaces(from) * self.apart(from, depth)
            }
        };
        self.times(prefix.min(depth)) * spaces
    }

    fn uneven_pieces(&self, prefix: u8, depth: u8, instances: Instances) -> u64 {
        if prefix == depth && instances == Instances::Each && self.tile(depth) == 1 {
            return u64::from(self.bound);
        }
        // Cuts outside the first uneven one multiply as usual.
        let even = self.even.min(depth);
        let (cuts, prefix_at) = (self.above(depth), usize::from(prefix));
        let inside = count_pieces(cuts, even.into(), prefix_at, instances, self.tile(even));
        self.pieces(prefix, even, instances) * inside
    }

    /// Elements of the pieces at the first step, all instances together.
    #[inline]
    pub fn first(&self, depth: u8) -> u64 {
        self.sums(depth, View::First, Instances::Each).1
    }

    /// Pieces that stay while loops in time from a cut on go on elsewhere.
    #[inline]
    pub fn settled_pieces(&self, from: u8, depth: u8, instances: Instances) -> u64 {
        if !self.moves(from, depth) {
            return self.pieces(depth, depth, instances);
        }
        if !self.rests(depth) {
            return 0;
        }
        self.walked_sums(depth, View::Settled(from), instances).0
    }

    /// Number of pieces of a view and the sum of their sizes.
    #[inline]
    pub fn sums(&self, depth: u8, view: View, instances: Instances) -> (u64, u64) {
        match (view, instances) {
            (View::Settled(from), _) if !self.moves(from, depth) => {
                self.sums(depth, View::All, instances)
            }
            (View::Settled(_), _) if !self.rests(depth) => (0, 0),
            (View::All, Instances::Each) => {
                let pieces = self.pieces(depth, depth, instances);
                (pieces, u64::from(self.bound))
            }
            (View::First, Instances::Each) if self.is_even(depth) => {
                let pieces = self.spaces(depth);
                (pieces, pieces * u64::from(self.tile(depth)))
            }
            (View::All, Instances::Whole { cut, low, high }) if self.is_even(depth) => {
                let count = self.cuts()[usize::from(cut)].count;
                let all = self.times(depth) * self.spaces(depth) / u64::from(count);
                let pieces = all * u64::from(count.saturating_sub(low).saturating_sub(high));
                (pieces, pieces * u64::from(self.tile(depth)))
            }
            _ => self.walked_sums(depth, view, instances),
        }
    }

    fn walked_sums(&self, depth: u8, view: View, instances: Instances) -> (u64, u64) {
        let (mut pieces, mut elements) = (0, 0);
        self.runs(depth, view, instances, &mut |run| {
            pieces += run.times;
            elements += run.times * u64::from(run.size);
        });
        (pieces, elements)
    }

    /// Calls `visit` for every run of equal pieces.
    pub fn runs(&self, depth: u8, view: View, instances: Instances, visit: &mut impl FnMut(Run)) {
        let walk = Walk {
            cuts: self.above(depth),
            view,
            instances,
        };
        let extent = Extent {
            own: self.bound,
            before: self.bound,
            lead: self.bound,
            shift: 0,
        };
        walk.descend(0, extent, 1, visit);
    }

    /// Start and size of the piece at a depth that holds an element.
    pub fn piece(&self, depth: u8, position: u32) -> (u32, u32) {
        let (mut start, mut size) = (0, self.bound);
        for cut in self.above(depth) {
            let offset = position - start;
            let first = offset - offset % cut.tile;
            size = part(size, first, cut.tile);
            start += first;
        }
        (start, size)
    }

    /// The piece at a depth that holds an element, as a view sees it.
    pub fn leaf(&self, depth: u8, view: View, position: u32) -> Leaf {
        let mut e = Extent {
            own: self.bound,
            before: self.bound,
            lead: self.bound,
            shift: 0,
        };
        let (mut start, mut included, mut place) = (0, true, (0, 0));
        for (index, cut) in self.above(depth).iter().enumerate() {
            let at = (position - start) / cut.tile;
            let mut before = at;
            match cut.way {
                Way::Apart | Way::Summed => place = (at, e.own / cut.tile),
                Way::Time => match view {
                    View::All => {}
                    View::First => included &= at == 0,
                    View::Settled(from) => {
                        included &= index < usize::from(from) || e.lead <= cut.tile;
                    }
                    View::Advanced(from) if index == usize::from(from) => {
                        included &= at > 0;
                        before = at.saturating_sub(1);
                    }
                    View::Advanced(from) if index > usize::from(from) => {
                        included &= at == 0;
                        before = (e.lead.max(1) - 1) / cut.tile;
                    }
                    View::Advanced(_) => {}
                },
            }
            let lead = match cut.way {
                Way::Time => part(e.lead, before * cut.tile, cut.tile),
                Way::Apart | Way::Summed => e.lead.min(cut.tile),
            };
            e = Extent {
                own: part(e.own, at * cut.tile, cut.tile),
                before: part(e.before, before * cut.tile, cut.tile),
                lead,
                shift: e
                    .shift
                    .wrapping_add(at * cut.tile)
                    .wrapping_sub(before * cut.tile),
            };
            start += at * cut.tile;
        }
        Leaf {
            start,
            size: e.own,
            before: e.before,
            shift: e.shift,
            included,
            place,
        }
    }
}

impl Way {
    pub const fn of(advance: Advance, reduce: bool) -> Self {
        match advance {
            Advance::Time => Way::Time,
            Advance::Space(_) if reduce => Way::Summed,
            Advance::Space(_) => Way::Apart,
        }
    }
}

/// Pieces that the cuts from `at` on make of an extent.
fn count_pieces(cuts: &[Cut], at: usize, prefix: usize, instances: Instances, extent: u32) -> u64 {
    let Some(cut) = cuts.get(at) else {
        return 1;
    };
    let first = match cut.way {
        Way::Time => at >= prefix,
        way => instances.once(at, way),
    };
    if first {
        return count_pieces(cuts, at + 1, prefix, instances, extent.min(cut.tile));
    }
    let (whole, rest) = (extent / cut.tile, extent % cut.tile);
    let mut pieces = 0;
    if whole > 0 {
        pieces += u64::from(whole) * count_pieces(cuts, at + 1, prefix, instances, cut.tile);
    }
    if rest > 0 {
        pieces += count_pieces(cuts, at + 1, prefix, instances, rest);
    }
    pieces
}
