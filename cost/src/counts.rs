//! Exact access counts of a nest, without walking it.
//!
//! # What is counted
//! A store holds exactly the tile that the loops above it select. In each step of those loops
//! * a tile that stays the same costs nothing;
//! * a tile that changes because the loop directly above it (loops of one iteration skipped) moved
//!   along P, Q, R or S *slides*: only the input words that were not there before are fetched;
//! * any other tile is fetched whole. A window does not slide back or around a corner, as no
//!   address generator would.
//!
//! The feeding store is read once for all instances that ask for the same tile: those that differ
//! in a dimension which the tensor does not depend on, and those of equally large shares whose
//! input windows coincide (output rows and filter rows spread together: the diagonal of a
//! row-stationary array). Windows that merely overlap are read separately.
//! Padding is neither fetched nor stored. The multipliers keep nothing between steps.
//!
//! Outputs travel the other way: a tile that leaves is an update of the store outside, added up
//! over the spread reduction dimensions on the way, and it comes back as a fill if it is not
//! complete. The first read of each partial sum is elided (there is nothing to read yet), as in
//! Timeloop 3.0.3; a tile that leaves for good is not counted as a read of the store it leaves.
//!
//! # How
//! Let `a(j)` be the words of all tiles at the first step below loop `j`. The tiles of the
//! innermost loop's steps telescope: `a(last)` minus, for each loop, the steps at which the tile
//! stayed, minus what sliding saved. Each of these sums is a product over dimensions
//! ([`crate::pieces`]), where rows (P with R) and columns (Q with S) count as one dimension each.

use serde::{Deserialize, Serialize};

use crate::dataflow::MAX_LEVELS;
use crate::evaluate::OnChip;
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::{Advance, Loop, Mapping};
use crate::pieces::{Cut, Piece, Sharing};

/// Accesses of one tensor at one level, all instances together, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Access {
    /// Words read: towards the multipliers, or partial sums to be added to.
    pub reads: u64,
    /// Words written from the store outside.
    pub fills: u64,
    /// Words written from inside: outputs and partial sums.
    pub updates: u64,
}

impl Access {
    /// Reads, fills and updates together.
    pub const fn total(&self) -> u64 {
        self.reads + self.fills + self.updates
    }
}

/// All counts of a layer's nest; levels outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accesses by level and tensor.
    pub access: [[Access; 3]; MAX_LEVELS],
    /// Steps of the multipliers of the busiest element.
    pub steps: u64,
}

impl Counts {
    /// The counts without the off-chip accesses of tensors that stay on the chip.
    #[must_use]
    pub fn without_off_chip(mut self, stays: OnChip) -> Self {
        for (tensor, stays) in [(Tensor::I, stays.inputs), (Tensor::O, stays.outputs)] {
            if stays {
                self.access[0][tensor.index()] = Access::default();
            }
        }
        self
    }
}

/// Words of a tensor that enter (outputs: leave) a level in a nest's first step.
pub(crate) fn first_words(layer: &Layer, mapping: &Mapping, tensor: Tensor, level: usize) -> u64 {
    let keeps = |l: &usize| mapping.levels()[*l].keep.contains(tensor);
    let levels = mapping.levels().len();
    let child = (level..levels).find(keeps).unwrap_or(levels);
    let edge = Edge::new(layer, mapping, tensor, mapping.parent(child, tensor), child);
    let first = View { prefix: 0, settled: false, slide: None, merged: true };
    edge.tiles(first) * edge.repeats(first)
}

/// Counts the accesses of a nest that covers the layer (see [`Mapping::covers`]).
pub fn count(layer: &Layer, mapping: &Mapping) -> Counts {
    let mut access = [[Access::default(); 3]; MAX_LEVELS];
    let multipliers = mapping.levels().len();
    for tensor in Tensor::ALL {
        let mut child = multipliers;
        while child > 0 {
            let parent = mapping.parent(child, tensor);
            let edge = Edge::new(layer, mapping, tensor, parent, child);
            let (read, filled) = (edge.words(true), edge.words(false));
            if tensor == Tensor::O {
                let begun = |level| distinct_outputs(layer, mapping, level);
                access[parent][tensor.index()].updates = read;
                access[parent][tensor.index()].reads = read - begun(parent);
                if child < multipliers {
                    access[child][tensor.index()].fills = filled - begun(child);
                }
            } else {
                access[parent][tensor.index()].reads = read;
                if child < multipliers {
                    access[child][tensor.index()].fills = filled;
                }
            }
            child = parent;
        }
    }
    let groups = u64::from(layer.groups);
    for a in access.iter_mut().flatten() {
        *a = Access {
            reads: a.reads * groups,
            fills: a.fills * groups,
            updates: a.updates * groups,
        };
    }
    Counts { access, steps: steps(layer, mapping) * groups }
}

/// Steps in time of the first instance, which takes part in all of them.
fn steps(layer: &Layer, mapping: &Mapping) -> u64 {
    let loops = mapping.loops();
    let cut = |dim| Cut {
        loops,
        dim,
        bound: layer.bound(dim),
        prefix: loops.len(),
        settled: false,
        slide: None,
        shared: 0,
        sharing: Sharing::First,
        positions: false,
    };
    Dim::ALL.into_iter().map(|dim| cut(dim).sums().0).product()
}

/// Outputs that each instance of a level ever works on, all instances together.
fn distinct_outputs(layer: &Layer, mapping: &Mapping, level: usize) -> u64 {
    let above = mapping.loops().iter().take_while(|l| usize::from(l.level) < level).count();
    let loops = &mapping.loops()[..above];
    let of = |dim: Dim| {
        if Tensor::O.depends_on(dim) {
            return u64::from(layer.bound(dim));
        }
        let cut = Cut {
            loops,
            dim,
            bound: layer.bound(dim),
            prefix: 0,
            settled: false,
            slide: None,
            shared: 0,
            sharing: Sharing::Each,
            positions: false,
        };
        cut.sums().0
    };
    Dim::ALL.into_iter().map(of).product()
}

/// The way of one tensor from the store that feeds to the one that is fed.
struct Edge<'a> {
    layer: &'a Layer,
    tensor: Tensor,
    /// Loops above the store that is fed.
    loops: &'a [Loop],
    /// First loop below the store that feeds.
    shared: usize,
    /// Whether the fed level keeps its tile between steps; multipliers do not.
    keeps: bool,
}

/// How a step in time is looked at.
#[derive(Clone, Copy)]
struct View {
    /// Number of loops, outermost first, that take all their values.
    prefix: usize,
    /// Whether only steps count at which no loop further in has to turn back.
    settled: bool,
    /// The loop that advances, if a slide is measured.
    slide: Option<usize>,
    /// Whether instances with the same tile count once.
    merged: bool,
}

impl<'a> Edge<'a> {
    fn new(
        layer: &'a Layer,
        mapping: &'a Mapping,
        tensor: Tensor,
        parent: usize,
        child: usize,
    ) -> Self {
        let below = |level: usize| {
            mapping.loops().iter().take_while(|l| usize::from(l.level) < level).count()
        };
        Edge {
            layer,
            tensor,
            loops: &mapping.loops()[..below(child)],
            shared: below(parent),
            keeps: child < mapping.levels().len(),
        }
    }

    /// Words that travel: read at the source (`merged`) or arriving at all instances.
    fn words(&self, merged: bool) -> u64 {
        let all =
            View { prefix: self.loops.len(), settled: false, slide: None, merged };
        let mut words = self.tiles(all) * self.repeats(all);
        if !self.keeps {
            return words;
        }
        for (index, l) in self.loops.iter().enumerate().rev() {
            if l.advance != Advance::Time {
                continue;
            }
            let settled = View { prefix: index + 1, settled: true, slide: None, merged };
            if !self.tensor.depends_on(l.dim) {
                let stay = self.tiles(settled);
                if stay == 0 {
                    break;
                }
                let every = View { settled: false, ..settled };
                words -= stay * (self.repeats(every) - self.repeats(View { prefix: index, ..every }));
            } else if self.tensor == Tensor::I && is_window(l.dim) {
                let slide = View { slide: Some(index), ..settled };
                words -= self.tiles(slide) * self.repeats(settled);
            }
        }
        words
    }

    /// Words of the tiles of the dimensions that the tensor depends on.
    fn tiles(&self, view: View) -> u64 {
        let size = |dim| self.cut(dim, view).sums().1;
        match self.tensor {
            Tensor::W => size(Dim::K) * size(Dim::C) * size(Dim::R) * size(Dim::S),
            Tensor::O => size(Dim::N) * size(Dim::K) * size(Dim::P) * size(Dim::Q),
            Tensor::I => {
                let channels = size(Dim::N) * size(Dim::C);
                if channels == 0 {
                    return 0;
                }
                channels * self.windows(0, view) * self.windows(1, view)
            }
        }
    }

    /// Steps and instances of the dimensions that the tensor does not depend on.
    fn repeats(&self, view: View) -> u64 {
        let free = Dim::ALL.into_iter().filter(|&d| !self.tensor.depends_on(d));
        free.map(|dim| self.cut(dim, view).sums().0).product()
    }

    fn cut(&self, dim: Dim, view: View) -> Cut<'a> {
        let sharing = match (view.merged, self.tensor.depends_on(dim)) {
            (true, false) => Sharing::First,
            _ => Sharing::Each,
        };
        Cut {
            loops: self.loops,
            dim,
            bound: self.layer.bound(dim),
            prefix: view.prefix,
            settled: view.settled,
            slide: view.slide.filter(|&s| self.loops[s].dim == dim),
            shared: self.shared,
            sharing,
            positions: false,
        }
    }

    /// Input rows (axis 0) or columns (axis 1) of all windows; with a slide along this axis, those
    /// that the window held already.
    fn windows(&self, axis: usize, view: View) -> u64 {
        let (out, tap) = if axis == 0 { (Dim::P, Dim::R) } else { (Dim::Q, Dim::S) };
        let (mut out, mut tap) = (self.cut(out, view), self.cut(tap, view));
        let slid = view.slide.map(|s| self.loops[s]).filter(|l| l.dim == out.dim || l.dim == tap.dim);
        let diagonal = view.merged && self.spread_below(out.dim) && self.spread_below(tap.dim);
        let clipped = self.clips(axis);
        if slid.is_none() && !diagonal && !clipped {
            return self.plain_windows(axis, out.sums(), tap.sums());
        }
        for cut in [&mut out, &mut tap] {
            cut.positions = clipped;
            if diagonal {
                cut.sharing = Sharing::Placed;
            }
        }
        let mut words = 0;
        out.visit(&mut |o| {
            tap.visit(&mut |t| {
                if !(diagonal && self.repeats_a_window(axis, o, t)) {
                    words += o.times * t.times * self.rows(axis, o, t, slid);
                }
            });
        });
        words
    }

    /// Rows of a window, or those of them that it held before the slide.
    fn rows(&self, axis: usize, out: Piece, tap: Piece, slid: Option<Loop>) -> u64 {
        let now = self.layer.window(axis, (out.start, out.size), (tap.start, tap.size));
        let size = if self.clips(axis) { i64::from(self.layer.input[axis]) } else { i64::MAX };
        let floor = if self.clips(axis) { 0 } else { i64::MIN };
        let kept = match slid {
            None => now,
            Some(l) => {
                let factor =
                    if l.dim.is_reduction() { self.layer.dilation } else { self.layer.stride };
                let step = i64::from(l.tile) * i64::from(factor[axis]);
                let held =
                    self.layer.window(axis, (out.start, out.previous), (tap.start, tap.previous));
                (now.0.max(held.0 - step), now.1.min(held.1 - step))
            }
        };
        (kept.1.min(size) - kept.0.max(floor)).max(0) as u64
    }

    /// Σ of window lengths where nothing is clipped: the length is linear in both pieces.
    fn plain_windows(&self, axis: usize, out: (u64, u64), tap: (u64, u64)) -> u64 {
        let stride = u64::from(self.layer.stride[axis]);
        let dilation = u64::from(self.layer.dilation[axis]);
        let ends = stride * out.1 * tap.0 + dilation * out.0 * tap.1;
        ends - (stride + dilation - 1) * out.0 * tap.0
    }

    /// Whether another instance asks for the same window: `out` lies b places further where `tap`
    /// lies a places less far, with a : b the ratio of their distances on the input.
    fn repeats_a_window(&self, axis: usize, out: Piece, tap: Piece) -> bool {
        let (Some(o), Some(t)) = (out.place, tap.place) else { return false };
        let across = u64::from(o.step) * u64::from(self.layer.stride[axis]);
        let down = u64::from(t.step) * u64::from(self.layer.dilation[axis]);
        let common = gcd(across, down);
        let whole = o.index < o.whole && t.index < t.whole;
        whole
            && u64::from(o.index) >= down / common
            && u64::from(t.index) + across / common < u64::from(t.whole)
    }

    fn spread_below(&self, dim: Dim) -> bool {
        let shared = &self.loops[self.shared.min(self.loops.len())..];
        shared.iter().any(|l| l.dim == dim && l.advance != Advance::Time)
    }

    /// Whether windows along this axis reach outside the input.
    fn clips(&self, axis: usize) -> bool {
        let (out, tap) = if axis == 0 { (Dim::P, Dim::R) } else { (Dim::Q, Dim::S) };
        let (first, end) =
            self.layer.window(axis, (0, self.layer.bound(out)), (0, self.layer.bound(tap)));
        first < 0 || end > i64::from(self.layer.input[axis])
    }
}

const fn is_window(dim: Dim) -> bool {
    matches!(dim, Dim::P | Dim::Q | Dim::R | Dim::S)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
