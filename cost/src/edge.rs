//! The words of one tensor on its way from the store that feeds to the one that is fed.

use crate::chain::{Instances, View};
use crate::cuts::{Cuts, Depths, Dims, Turn};
use crate::feeds::Feed;
use crate::layer::{Dim, Layer, Tensor};
use crate::views::{Diagonal, Views};
use crate::windows::{Axis, window_dims};

/// Words of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Read at the source: what several instances ask for counts once.
    pub sent: u64,
    /// Arriving at all instances together.
    pub delivered: u64,
}

impl Words {
    const NONE: Words = Words {
        sent: 0,
        delivered: 0,
    };

    /// So many words at both ends.
    #[inline(always)]
    pub const fn same(words: u64) -> Words {
        Words {
            sent: words,
            delivered: words,
        }
    }

    /// Each of these with each of the others.
    #[inline]
    pub fn and(self, other: Words) -> Words {
        Words {
            sent: self.sent * other.sent,
            delivered: self.delivered * other.delivered,
        }
    }
}

impl std::ops::Sub for Words {
    type Output = Words;

    fn sub(self, other: Words) -> Words {
        Words {
            sent: self.sent - other.sent,
            delivered: self.delivered - other.delivered,
        }
    }
}

/// One tensor between two levels that keep it, or between the innermost and the multipliers.
pub(crate) struct Edge<'a> {
    layer: &'a Layer,
    cuts: &'a Cuts,
    tensor: Tensor,
    /// Loops above the fed store.
    turns: &'a [Turn],
    /// Cuts above the fed store.
    depths: Depths,
    /// Cuts above and at the feeding store's place.
    shared: Depths,
    /// Whether the fed level keeps its tile between steps; multipliers do not.
    keeps: bool,
}

/// What is taken of the dimensions that have turned back or stand still.
#[derive(Clone, Copy)]
enum Sight {
    All,
    First,
    /// Pieces that stay while the loops inside these cuts go on.
    Settled(Depths),
}

impl Sight {
    fn view(self, dim: Dim) -> View {
        match self {
            Sight::All => View::All,
            Sight::First => View::First,
            Sight::Settled(from) => View::Settled(from.of(dim)),
        }
    }
}

impl<'a> Edge<'a> {
    pub fn new(layer: &'a Layer, cuts: &'a Cuts, feed: &Feed) -> Self {
        Edge {
            layer,
            cuts,
            tensor: feed.tensor,
            turns: cuts.turns(feed.child()),
            depths: cuts.depths(feed.child()),
            shared: cuts.depths(feed.parent()),
            keeps: feed.keeps,
        }
    }

    /// Words of the first step.
    pub fn first(&self) -> u64 {
        let tiles = self.tiles(Sight::First, true);
        tiles * self.repeats(Depths::default(), true)
    }

    /// Words of all steps.
    ///
    /// All tiles of all steps, minus those that stay where they are because no loop of the tensor's
    /// dimensions moved, minus what sliding windows keep.
    pub fn words(&self) -> Words {
        let mut above = self.depths;
        if !self.keeps {
            return self.all(above);
        }
        let turns = self.turns;
        // Loops that do not concern the tensor cost nothing as long as they are innermost.
        let mut left = turns.len();
        while left > 0 && !(turns[left - 1].in_time() && self.concerns(turns[left - 1].dim)) {
            left -= 1;
            above = above.shallower(turns[left].dim);
        }
        let mut words = self.all(above);
        let mut moved = Moved::default();
        for turn in turns[left..].iter().filter(|t| t.in_time()) {
            moved.add(turn.dim, self);
        }
        for turn in turns[..left].iter().rev() {
            let dim = turn.dim;
            above = above.shallower(dim);
            if !turn.in_time() {
                continue;
            }
            if !self.concerns(dim) && !moved.blocks(self.tensor, None) {
                words = words - self.kept_in_place(dim, above);
            }
            if self.slides(dim) && !moved.blocks(self.tensor, Some(dim)) {
                words = words - self.kept_on_slide(dim, above);
            }
            moved.add(dim, self);
            if moved.blocks_all(self.tensor) {
                break;
            }
        }
        words
    }

    /// Whether input windows slide when a loop over this dimension advances.
    fn slides(&self, dim: Dim) -> bool {
        self.tensor == Tensor::I && is_window(dim)
    }

    fn concerns(&self, dim: Dim) -> bool {
        self.tensor.depends_on(dim)
    }

    /// All tiles of all steps of the loops above.
    fn all(&self, above: Depths) -> Words {
        let delivered = self.tiles(Sight::All, false);
        let sent = if self.on_diagonal() {
            self.tiles(Sight::All, true)
        } else {
            delivered
        };
        Words {
            sent: sent * self.repeats(above, true),
            delivered: delivered * self.repeats(above, false),
        }
    }

    /// Words that stay because a loop over `dim`, of which the tensor does not depend, advances.
    fn kept_in_place(&self, dim: Dim, above: Depths) -> Words {
        let sight = Sight::Settled(above);
        let delivered = self.tiles(sight, false);
        if delivered == 0 {
            return Words::NONE;
        }
        let with = above.deeper(dim);
        let steps = |merged| self.repeats(with, merged) - self.repeats(above, merged);
        Words {
            sent: self.tiles(sight, true) * steps(true),
            delivered: delivered * steps(false),
        }
    }

    /// Input words that stay when a loop over a window's dimension advances and no loop of another
    /// dimension moves.
    fn kept_on_slide(&self, dim: Dim, above: Depths) -> Words {
        let sight = Sight::Settled(above);
        let size = |dim| self.sums(dim, sight).1;
        let channels = size(Dim::N) * size(Dim::C);
        if channels == 0 {
            return Words::NONE;
        }
        let filters = |merged| {
            let instances = self.instances(Dim::K, merged);
            let depth = self.depths.of(Dim::K);
            let chain = self.cuts.chain(Dim::K);
            chain.settled_pieces(above.of(Dim::K), depth, instances)
        };
        let moving = usize::from(matches!(dim, Dim::Q | Dim::S));
        let advanced = |d: Dim| {
            if d == dim {
                View::Advanced(above.of(d))
            } else {
                sight.view(d)
            }
        };
        let kept = |merged: bool| {
            let filters = filters(merged);
            if filters == 0 {
                return 0;
            }
            let axis = self.axis(moving);
            let views = window_dims(moving).map(advanced);
            let overlaps = axis.overlaps(views, self.diagonal(&axis, moving, merged));
            if overlaps == 0 {
                return 0;
            }
            channels * filters * self.windows(1 - moving, sight, merged) * overlaps
        };
        Words {
            sent: kept(true),
            delivered: kept(false),
        }
    }

    /// Words of the tiles of the dimensions that the tensor depends on.
    fn tiles(&self, sight: Sight, merged: bool) -> u64 {
        let size = |dim| self.sums(dim, sight).1;
        match self.tensor {
            Tensor::W => size(Dim::K) * size(Dim::C) * size(Dim::R) * size(Dim::S),
            Tensor::O => size(Dim::N) * size(Dim::K) * size(Dim::P) * size(Dim::Q),
            Tensor::I => {
                let channels = size(Dim::N) * size(Dim::C);
                if channels == 0 {
                    return 0;
                }
                let rows = self.windows(0, sight, merged);
                channels * rows * self.windows(1, sight, merged)
            }
        }
    }

    /// Input rows (axis 0) or columns (axis 1) of all windows.
    fn windows(&self, axis: usize, sight: Sight, merged: bool) -> u64 {
        let views = window_dims(axis).map(|dim| sight.view(dim));
        let along = self.axis(axis);
        along.words(views, self.diagonal(&along, axis, merged))
    }

    fn axis(&self, axis: usize) -> Views<'a> {
        let dims = window_dims(axis);
        Views {
            axis: Axis::new(self.layer, axis),
            chains: dims.map(|dim| self.cuts.chain(dim)),
            depths: dims.map(|dim| self.depths.of(dim)),
        }
    }

    fn diagonal(&self, along: &Views, axis: usize, merged: bool) -> Option<Diagonal> {
        let shared = window_dims(axis).map(|dim| self.shared.of(dim));
        merged.then(|| along.diagonal(shared)).flatten()
    }

    /// Whether windows of several instances may coincide.
    fn on_diagonal(&self) -> bool {
        let spreads = |dim: Dim| {
            let chain = self.cuts.chain(dim);
            chain.spreads(self.shared.of(dim), self.depths.of(dim))
        };
        let both = |axis| window_dims(axis).into_iter().all(spreads);
        self.tensor == Tensor::I && (both(0) || both(1))
    }

    fn sums(&self, dim: Dim, sight: Sight) -> (u64, u64) {
        let depth = self.depths.of(dim);
        self.cuts
            .chain(dim)
            .sums(depth, sight.view(dim), Instances::Each)
    }

    /// Steps and instances of the dimensions that the tensor does not depend on, if loops in time
    /// that are not above stand at their first.
    fn repeats(&self, above: Depths, merged: bool) -> u64 {
        let of = |dim: Dim| {
            let instances = self.instances(dim, merged);
            let chain = self.cuts.chain(dim);
            chain.pieces(above.of(dim), self.depths.of(dim), instances)
        };
        match self.tensor {
            Tensor::W => of(Dim::N) * of(Dim::P) * of(Dim::Q),
            Tensor::I => of(Dim::K),
            Tensor::O => of(Dim::C) * of(Dim::R) * of(Dim::S),
        }
    }

    /// How instances count along a dimension that the tensor does not depend on.
    fn instances(&self, dim: Dim, merged: bool) -> Instances {
        let from = self.shared.of(dim);
        match (merged, self.tensor) {
            (false, _) => Instances::Each,
            (true, Tensor::O) => Instances::Summed(from),
            (true, _) => Instances::Merged(from),
        }
    }
}

/// The dimensions whose loops in time stand further in than the one looked at.
#[derive(Clone, Copy, Default)]
struct Moved {
    /// Those none of whose pieces stay when these loops turn back.
    stuck: Dims,
}

impl Moved {
    fn add(&mut self, dim: Dim, edge: &Edge) {
        if !edge.cuts.chain(dim).rests(edge.depths.of(dim)) {
            self.stuck |= 1 << dim.index();
        }
    }

    /// Whether no tile stays when a loop advances: one over a dimension along which windows slide,
    /// which only other dimensions can hinder, or one that does not concern the tensor, which only
    /// the tensor's dimensions can hinder.
    fn blocks(self, tensor: Tensor, sliding: Option<Dim>) -> bool {
        match sliding {
            Some(dim) => self.stuck & !(1 << dim.index()) != 0,
            None => self.stuck & dims_of(tensor) != 0,
        }
    }

    /// Whether no loop further out finds anything in place.
    fn blocks_all(self, tensor: Tensor) -> bool {
        let single = self.stuck.is_power_of_two() && self.stuck & WINDOWS != 0;
        self.blocks(tensor, None) && !(tensor == Tensor::I && single)
    }
}

/// The dimensions of a tensor, one bit each.
pub(crate) const fn dims_of(tensor: Tensor) -> Dims {
    match tensor {
        Tensor::W => 0b110_0110,
        Tensor::I => 0b111_1101,
        Tensor::O => 0b001_1011,
    }
}

/// The dimensions along which input windows slide.
pub(crate) const WINDOWS: Dims = 0b111_1000;

pub(crate) const fn is_window(dim: Dim) -> bool {
    WINDOWS & (1 << dim.index()) != 0
}
