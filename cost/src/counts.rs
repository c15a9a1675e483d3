//! Exact access counts of a nest, without walking it.
//!
//! # What is counted
//! A store holds exactly the tile that the loops above it select. In each step of those loops
//! * a tile whose loops did not move costs nothing;
//! * a tile that changes because the loop directly above it (loops of one iteration skipped) moved
//!   along P, Q, R or S *slides*: only the input words that were not there before are fetched;
//! * any other tile is fetched whole, also where an inner loop turns back and the window happens to
//!   overlap its last position (the generator of addresses starts a new sweep).
//!
//! The feeding store is read once for all instances that ask for the same tile: those that differ
//! in a dimension which the tensor does not depend on, and those of equally large shares whose
//! input windows coincide (output rows and filter rows spread together: the diagonal of a
//! row-stationary array). Windows that merely overlap are read separately.
//! Padding is neither fetched nor stored. The multipliers keep nothing between steps.
//!
//! Outputs travel the other way: a tile that leaves is an update of the store outside, added up on
//! the way over reduction dimensions that are spread with `reduce`, and it comes back as a fill if it is not
//! complete. The first read of each partial sum is elided (there is nothing to read yet), as in
//! Timeloop 3.0.3; a tile that leaves for good is not counted as a read of the store it leaves.
//!
//! # How
//! Let `a(j)` be the words of all tiles at the first step below loop `j`. The tiles of the
//! innermost loop's steps telescope: `a(last)` minus, for each loop, the steps at which the tile
//! stayed, minus what sliding saved. Each of these sums is a product over dimensions
//! (module `pieces`), where rows (P with R) and columns (Q with S) count as one dimension each.

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
    let first = View {
        prefix: 0,
        settled: false,
        advanced: None,
        merged: true,
    };
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
    Counts {
        access,
        steps: steps(layer, mapping) * groups,
    }
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
        advanced: None,
        shared: 0,
        sharing: Sharing::First,
        sums: false,
        positions: false,
    };
    Dim::ALL.into_iter().map(|dim| cut(dim).sums().0).product()
}

/// Outputs that each instance of a level ever works on, all instances together.
fn distinct_outputs(layer: &Layer, mapping: &Mapping, level: usize) -> u64 {
    let above = mapping
        .loops()
        .iter()
        .take_while(|l| usize::from(l.level) < level)
        .count();
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
            advanced: None,
            shared: 0,
            sharing: Sharing::Each,
            sums: false,
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
    /// The loop in time that has just advanced, if a step along a window is looked at.
    advanced: Option<usize>,
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
            mapping
                .loops()
                .iter()
                .take_while(|l| usize::from(l.level) < level)
                .count()
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
        let all = View {
            prefix: self.loops.len(),
            settled: false,
            advanced: None,
            merged,
        };
        let mut words = self.tiles(all) * self.repeats(all);
        if !self.keeps {
            return words;
        }
        for (index, l) in self.loops.iter().enumerate().rev() {
            if l.advance != Advance::Time {
                continue;
            }
            let settled = View {
                prefix: index + 1,
                settled: true,
                advanced: None,
                merged,
            };
            if !self.may_settle(settled) {
                // Something further in always moves the tile, and so it does for all loops outside.
                break;
            }
            if !self.tensor.depends_on(l.dim) {
                let every = View {
                    settled: false,
                    ..settled
                };
                let steps = self.repeats(every)
                    - self.repeats(View {
                        prefix: index,
                        ..every
                    });
                words -= self.tiles(settled) * steps;
            } else if self.tensor == Tensor::I && is_window(l.dim) {
                words -= self.kept_on_slide(index, settled) * self.repeats(settled);
            }
        }
        words
    }

    /// Whether there are steps at which no loop of the tensor's dimensions has to turn back.
    fn may_settle(&self, settled: View) -> bool {
        let mut moving = Dim::ALL.into_iter().filter(|&d| self.tensor.depends_on(d));
        moving.all(|dim| self.cut(dim, settled).sums().0 > 0)
    }

    /// Input words that stay when loop `index` advances along a window and no loop turns back.
    fn kept_on_slide(&self, index: usize, settled: View) -> u64 {
        let size = |dim| self.cut(dim, settled).sums().1;
        let channels = size(Dim::N) * size(Dim::C);
        if channels == 0 {
            return 0;
        }
        let axis = usize::from(matches!(self.loops[index].dim, Dim::Q | Dim::S));
        let view = View {
            advanced: Some(index),
            ..settled
        };
        channels * self.windows(1 - axis, settled) * self.overlaps(axis, view)
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
            advanced: view.advanced.filter(|&at| self.loops[at].dim == dim),
            shared: self.shared,
            sharing,
            sums: self.tensor == Tensor::O,
            positions: false,
        }
    }

    /// Input rows (axis 0) or columns (axis 1) of all windows.
    fn windows(&self, axis: usize, view: View) -> u64 {
        let (out, tap) = window_dims(axis);
        if !self.clips(axis) && !self.diagonal(axis, view) {
            return self.plain_windows(
                axis,
                self.cut(out, view).sums(),
                self.cut(tap, view).sums(),
            );
        }
        let mut words = 0;
        self.visit_windows(axis, view, |times, out, tap| {
            let now = self
                .layer
                .window(axis, (out.start, out.size), (tap.start, tap.size));
            words += times * self.clipped(axis, now);
        });
        words
    }

    /// Input rows or columns that all windows have in common with the step before.
    fn overlaps(&self, axis: usize, view: View) -> u64 {
        let mut words = 0;
        self.visit_windows(axis, view, |times, out, tap| {
            let now = self
                .layer
                .window(axis, (out.start, out.size), (tap.start, tap.size));
            let before = self.layer.window(axis, out.previous, tap.previous);
            words += times * self.clipped(axis, (now.0.max(before.0), now.1.min(before.1)));
        });
        words
    }

    /// Calls `visit` with every window (of those that coincide, one) and how often it occurs.
    fn visit_windows(&self, axis: usize, view: View, mut visit: impl FnMut(u64, Piece, Piece)) {
        let (out, tap) = window_dims(axis);
        let diagonal = self.diagonal(axis, view);
        let cut = |dim| {
            let cut = self.cut(dim, view);
            let sharing = if diagonal {
                Sharing::Placed
            } else {
                cut.sharing
            };
            Cut {
                positions: self.clips(axis),
                sharing,
                ..cut
            }
        };
        let (out, tap) = (cut(out), cut(tap));
        out.visit(&mut |o| {
            tap.visit(&mut |t| {
                if !(diagonal && self.repeats_a_window(axis, o, t)) {
                    visit(o.times * t.times, o, t);
                }
            });
        });
    }

    /// Length of the part of an interval of input positions that exists.
    fn clipped(&self, axis: usize, (first, end): (i64, i64)) -> u64 {
        // Without clipping positions are not exact, but lengths are.
        let (floor, ceiling) = if self.clips(axis) {
            (0, i64::from(self.layer.input[axis]))
        } else {
            (first, end)
        };
        (end.min(ceiling) - first.max(floor)).max(0) as u64
    }

    /// Whether output and filter positions of an axis are both spread below the store that feeds.
    fn diagonal(&self, axis: usize, view: View) -> bool {
        let (out, tap) = window_dims(axis);
        view.merged && self.spread_below(out) && self.spread_below(tap)
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
        let (Some(o), Some(t)) = (out.place, tap.place) else {
            return false;
        };
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
        shared
            .iter()
            .any(|l| l.dim == dim && l.advance != Advance::Time)
    }

    /// Whether windows along this axis reach outside the input.
    fn clips(&self, axis: usize) -> bool {
        let (out, tap) = window_dims(axis);
        let (first, end) =
            self.layer
                .window(axis, (0, self.layer.bound(out)), (0, self.layer.bound(tap)));
        first < 0 || end > i64::from(self.layer.input[axis])
    }
}

/// The output and the filter dimension that move along an axis of the input.
const fn window_dims(axis: usize) -> (Dim, Dim) {
    if axis == 0 {
        (Dim::P, Dim::R)
    } else {
        (Dim::Q, Dim::S)
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
