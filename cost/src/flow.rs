//! How many words of each tensor travel between the levels of a nest.
//!
//! A tile is asked for once for every iteration of the loops outside its innermost relevant one,
//! so words are the tensor's elements times one factor per dimension that it does not depend on.
//! What is irregular beyond that, pieces that rest and windows that coincide, goes through
//! [`Edge`], which knows every case.

use crate::chain::Instances;
use crate::edge::{Edge, Words, dims_of, is_window};
use crate::feeds::Feed;
use crate::layer::{Dim, Layer, Tensor};
use crate::nest::{Above, Dims, Nest};
use crate::windows::{Axis, Side, Sweep, window_dims};

/// What every count needs of a layer.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// Weights and outputs of one group.
    weights: u64,
    outputs: u64,
    /// Batch times input channels of one group.
    channels: u64,
    groups: u64,
    axes: [Axis; 2],
}

impl Sizes {
    #[inline]
    pub fn new(layer: &Layer) -> Self {
        let product = |dims: &[Dim]| {
            let sizes = dims.iter().map(|&dim| u64::from(layer.bound(dim)));
            sizes.product()
        };
        Sizes {
            weights: product(&[Dim::K, Dim::C, Dim::R, Dim::S]),
            outputs: product(&[Dim::N, Dim::K, Dim::P, Dim::Q]),
            channels: product(&[Dim::N, Dim::C]),
            groups: u64::from(layer.groups),
            axes: [Axis::new(layer, 0), Axis::new(layer, 1)],
        }
    }

    /// Groups of the layer.
    #[inline]
    pub fn groups(&self) -> u64 {
        self.groups
    }

    /// Outputs of all groups.
    #[inline]
    pub fn outputs(&self) -> u64 {
        self.outputs * self.groups
    }
}

/// A source and what it feeds: what lies above the two levels.
#[derive(Clone, Copy)]
pub(crate) struct Between<'a> {
    pub from: &'a Above,
    pub at: &'a Above,
    /// Whether what is fed keeps its tile between steps; multipliers do not.
    pub keeps: bool,
}

/// The traffic of a mapped layer (of one group).
#[derive(Clone, Copy)]
pub(crate) struct Flow<'a> {
    pub layer: &'a Layer,
    pub sizes: &'a Sizes,
    pub nest: &'a Nest,
    /// Index of the multipliers, one beyond the innermost level.
    pub multipliers: usize,
}

impl<'a> Flow<'a> {
    /// What lies above the two ends of a feed.
    #[inline(always)]
    pub fn between(&self, feed: &Feed) -> Between<'a> {
        Between {
            from: self.nest.above(feed.parent),
            at: self.nest.above(feed.child),
            keeps: feed.child < self.multipliers,
        }
    }

    /// Words of weights or outputs from a level to the next one that is fed with them.
    #[inline(always)]
    pub fn words(&self, tensor: Tensor, gap: &Between) -> Words {
        if self.nest.resting != 0 && gap.keeps && self.rests(dims_of(tensor), gap.at) {
            return self.exactly(tensor, gap);
        }
        let tiles = match tensor {
            Tensor::W => self.sizes.weights,
            _ => self.sizes.outputs,
        };
        self.asked(tensor, gap).of(tiles)
    }

    /// Words of inputs from a level to the next one that is fed with them, given those of all its
    /// windows by axis (see [`Flow::windows`]).
    #[inline(always)]
    pub fn inputs(&self, gap: &Between, windows: [u64; 2]) -> Words {
        let rests = self.nest.resting != 0 && gap.keeps && self.rests(Dims::MAX, gap.at);
        let slid = if rests || (0..2).any(|axis| on_diagonal(axis, gap)) {
            None
        } else if gap.keeps {
            self.slid(gap.at, windows)
        } else {
            Some(0)
        };
        let Some(slid) = slid else {
            return self.exactly(Tensor::I, gap);
        };
        let tiles = (windows[0] * windows[1] - slid) * self.sizes.channels;
        self.asked(Tensor::I, gap).of(tiles)
    }

    /// Input rows (axis 0) or columns (axis 1) of all windows of a level.
    #[inline(always)]
    pub fn windows(&self, axis: usize, at: &Above) -> u64 {
        // One by one: an array of sides would be written in parts and read back whole.
        let [outs, taps] = window_dims(axis);
        let (out, tap) = (self.side(outs, at), self.side(taps, at));
        self.sizes.axes[axis].words(&out, &tap)
    }

    /// Words of the first step.
    #[inline(always)]
    pub fn first(&self, tensor: Tensor, gap: &Between) -> u64 {
        let tile = |dim: Dim| self.first_tiles(dim, gap.at);
        let tiles = match tensor {
            Tensor::W => tile(Dim::K) * tile(Dim::C) * tile(Dim::R) * tile(Dim::S),
            Tensor::O => tile(Dim::N) * tile(Dim::K) * tile(Dim::P) * tile(Dim::Q),
            Tensor::I => {
                let windows = |axis| self.first_windows(axis, gap);
                let (Some(rows), Some(columns)) = (windows(0), windows(1)) else {
                    return self.edge(tensor, gap).first();
                };
                tile(Dim::N) * tile(Dim::C) * rows * columns
            }
        };
        tiles * self.sources(tensor, gap)
    }

    /// Elements of a dimension that all instances together hold at the first step.
    #[inline(always)]
    fn first_tiles(&self, dim: Dim, at: &Above) -> u64 {
        if at.uneven & 1 << dim.index() != 0 {
            let depth = self.nest.depths(at).of(dim);
            return self.nest.chain_of(dim).first(depth);
        }
        u64::from(at.tiles[dim.index()]) * u64::from(at.places[dim.index()])
    }

    /// Words of the windows of the first step along an axis; none if they are irregular.
    #[inline(always)]
    fn first_windows(&self, axis: usize, gap: &Between) -> Option<u64> {
        let at = gap.at;
        let dims = window_dims(axis);
        if at.uneven & windows_of(axis) != 0 {
            return None;
        }
        let [out, tap] = dims.map(|dim| at.tiles[dim.index()]);
        if at.spread & windows_of(axis) == 0 {
            return Some(self.layer.covered(axis, (0, out), (0, tap)));
        }
        let along = &self.sizes.axes[axis];
        if along.clips || on_diagonal(axis, gap) {
            return None;
        }
        let [outs, taps] = dims.map(|dim| u64::from(at.places[dim.index()]));
        let sums = |pieces: u64, tile: u32| (pieces, pieces * u64::from(tile));
        Some(along.plain(sums(outs, out), sums(taps, tap)))
    }

    /// How many different tiles of a tensor a source hands out at a time to instances that differ
    /// only along dimensions which do not select its tiles.
    #[inline(always)]
    fn sources(&self, tensor: Tensor, gap: &Between) -> u64 {
        let (from, at) = (gap.from, gap.at);
        if at.uneven & !dims_of(tensor) != 0 {
            return self.uneven_sources(tensor, gap);
        }
        let sources = from.space[tensor.index()];
        if tensor == Tensor::O && at.apart != from.apart {
            return sources * (at.apart / from.apart);
        }
        sources
    }

    #[cold]
    fn uneven_sources(&self, tensor: Tensor, gap: &Between) -> u64 {
        let (shared, depths) = (self.nest.depths(gap.from), self.nest.depths(gap.at));
        let of = |dim: Dim| {
            let merged = merged(tensor, shared.of(dim));
            self.nest.chain_of(dim).pieces(0, depths.of(dim), merged)
        };
        let free = Dim::ALL.into_iter().filter(|&dim| !tensor.depends_on(dim));
        free.map(of).product()
    }

    /// Steps in time of the first instance, which takes part in all of them.
    #[inline]
    pub fn steps(&self) -> u64 {
        let at = self.nest.above(self.multipliers);
        if at.uneven == 0 {
            return at.time[0] * at.time[1] * at.time[2];
        }
        let of = |dim: Dim| {
            let chain = self.nest.chain_of(dim);
            chain.pieces(chain.depth(), chain.depth(), Instances::Merged(0))
        };
        Dim::ALL.into_iter().map(of).product()
    }

    /// Instances of a level that are ever used.
    pub fn instances(&self, level: usize) -> u64 {
        let at = self.nest.above(level);
        if at.uneven == 0 {
            return at.places.iter().map(|&n| u64::from(n)).product();
        }
        self.uneven_places(Dims::MAX, at)
    }

    /// Outputs that each instance of a level ever works on, all instances together.
    #[inline(always)]
    pub fn outputs(&self, at: &Above) -> u64 {
        let sums = !dims_of(Tensor::O);
        let places = if at.uneven & sums == 0 {
            at.space[Tensor::O.index()]
        } else {
            self.uneven_places(sums, at)
        };
        self.sizes.outputs * places
    }

    /// Instances of a level that some dimensions are spread over.
    #[cold]
    fn uneven_places(&self, dims: Dims, at: &Above) -> u64 {
        let depths = self.nest.depths(at);
        let chosen = Dim::ALL.into_iter().filter(|d| dims & 1 << d.index() != 0);
        let of = |dim: Dim| {
            let chain = self.nest.chain_of(dim);
            chain.pieces(0, depths.of(dim), Instances::Each)
        };
        chosen.map(of).product()
    }

    #[cold]
    fn exactly(&self, tensor: Tensor, gap: &Between) -> Words {
        self.edge(tensor, gap).words()
    }

    /// The same way with all its cuts.
    #[cold]
    fn edge(&self, tensor: Tensor, gap: &Between<'a>) -> Edge<'a> {
        Edge::new(self.layer, self.nest, tensor, gap)
    }

    /// Whether a piece of one of these dimensions rests while loops above a level go on.
    #[cold]
    fn rests(&self, dims: Dims, at: &Above) -> bool {
        let resting = self.nest.resting & dims;
        let depths = self.nest.depths(at);
        let rests = |dim: &Dim| {
            resting & 1 << dim.index() != 0 && self.nest.chain_of(*dim).rests(depths.of(*dim))
        };
        Dim::ALL.iter().any(rests)
    }

    /// How often the tiles of a tensor are asked for, by one source and by all instances.
    #[inline(always)]
    fn asked(&self, tensor: Tensor, gap: &Between) -> Words {
        let at = gap.at;
        if at.uneven & !dims_of(tensor) != 0 {
            return self.asked_unevenly(tensor, gap);
        }
        let t = tensor.index();
        let steps = if gap.keeps { at.outer[t] } else { at.time[t] };
        Words {
            sent: steps * self.sources(tensor, gap),
            delivered: steps * at.space[t],
        }
    }

    /// The same as a product over dimensions that may be cut unevenly: the steps of each down to
    /// the loops that move the tensor, by its instances.
    #[cold]
    fn asked_unevenly(&self, tensor: Tensor, gap: &Between) -> Words {
        let (shared, depths) = (self.nest.depths(gap.from), self.nest.depths(gap.at));
        let moved = if gap.keeps {
            self.nest.moved(gap.at, tensor)
        } else {
            depths
        };
        let mut asked = Words {
            sent: 1,
            delivered: 1,
        };
        for dim in Dim::ALL {
            let (chain, depth) = (self.nest.chain_of(dim), depths.of(dim));
            if tensor.depends_on(dim) || depth == 0 {
                continue;
            }
            let (moved, merged) = (moved.of(dim), merged(tensor, shared.of(dim)));
            asked.sent *= chain.pieces(moved, depth, merged);
            asked.delivered *= chain.pieces(moved, depth, Instances::Each);
        }
        asked
    }

    /// Words, of all windows, that sliding keeps; none if windows are too irregular.
    #[inline(always)]
    fn slid(&self, at: &Above, windows: [u64; 2]) -> Option<u64> {
        let Some(run) = self.run(at) else {
            return Some(0);
        };
        let axis = match run.dim {
            Dim::P | Dim::R => 0,
            _ => 1,
        };
        // One by one: an array of sides would be written in parts and read back whole.
        let [outs, taps] = window_dims(axis);
        let (out, tap) = (self.side(outs, at), self.side(taps, at));
        if run.spread || out.irregular.is_some() || tap.irregular.is_some() {
            return None;
        }
        let sweep = Sweep {
            outputs: !run.dim.is_reduction(),
            within: self.within(&run, at),
        };
        Some(self.sizes.axes[axis].overlaps(&out, &tap, sweep) * windows[1 - axis])
    }

    /// The pieces of a window's dimension.
    #[inline(always)]
    fn side(&self, dim: Dim, at: &Above) -> Side<'a> {
        if at.uneven & 1 << dim.index() != 0 {
            return self.uneven_side(dim, self.nest.depths(at).of(dim));
        }
        Side {
            bound: self.layer.bound(dim),
            tile: at.tiles[dim.index()],
            pieces: at.pieces[dim.index()].into(),
            irregular: None,
        }
    }

    #[cold]
    fn uneven_side(&self, dim: Dim, depth: u8) -> Side<'a> {
        let chain = self.nest.chain_of(dim);
        let pieces = chain.pieces(depth, depth, Instances::Each);
        let tile = chain.tile(depth);
        let equal = pieces * u64::from(tile) == u64::from(chain.bound);
        Side {
            bound: chain.bound,
            tile,
            pieces,
            irregular: (!equal).then_some((chain, depth)),
        }
    }

    /// The loops in time that are innermost, if they all walk one dimension of a window.
    #[inline(always)]
    fn run(&self, at: &Above) -> Option<Innermost> {
        let turns = self.nest.turns(at).iter().rev();
        let dim = turns.clone().find(|turn| turn.in_time())?.dim;
        if !is_window(dim) {
            return None;
        }
        let mut run = Innermost {
            dim,
            spread: false,
            inside: 0,
            within: self.layer.bound(dim),
        };
        let (mut inside, mut spread, mut over) = (0, false, false);
        for turn in turns {
            if turn.dim != dim {
                over |= turn.in_time();
            } else if over {
                // The first cut outside says what they walk.
                if run.inside == inside {
                    run.within = turn.tile;
                }
                break;
            } else if turn.in_time() {
                inside += 1;
                (run.inside, run.spread) = (inside, spread);
                run.within = self.layer.bound(dim);
            } else {
                if run.inside == inside {
                    run.within = turn.tile;
                }
                (inside, spread) = (inside + 1, true);
            }
        }
        Some(run)
    }

    /// The pieces of a dimension within which its innermost loops walk.
    #[inline(always)]
    fn within(&self, run: &Innermost, at: &Above) -> Side<'a> {
        let bound = self.layer.bound(run.dim);
        let side = Side {
            bound,
            tile: run.within,
            pieces: 1,
            irregular: None,
        };
        if run.within == bound {
            return side;
        }
        if at.uneven & 1 << run.dim.index() != 0 {
            let depth = self.nest.depths(at).of(run.dim) - run.inside;
            return self.uneven_side(run.dim, depth);
        }
        Side {
            pieces: u64::from(bound / run.within),
            ..side
        }
    }
}

/// Whether windows of several instances may coincide along an axis.
#[inline(always)]
fn on_diagonal(axis: usize, gap: &Between) -> bool {
    let spreads = |dim: Dim| gap.from.places[dim.index()] != gap.at.places[dim.index()];
    gap.at.spread & windows_of(axis) == windows_of(axis)
        && window_dims(axis).into_iter().all(spreads)
}

/// The dimensions of the windows along an axis, one bit each.
pub(crate) const fn windows_of(axis: usize) -> Dims {
    let [out, tap] = window_dims(axis);
    1 << out.index() | 1 << tap.index()
}

/// How a source that `shared` cuts of a dimension lie above counts the instances below it.
const fn merged(tensor: Tensor, shared: u8) -> Instances {
    match tensor {
        Tensor::O => Instances::Summed(shared),
        _ => Instances::Merged(shared),
    }
}

/// The loops in time that are innermost, all of one dimension.
struct Innermost {
    dim: Dim,
    /// Whether the dimension is spread inside of them.
    spread: bool,
    /// Cuts of the dimension from the outermost of them inwards.
    inside: u8,
    /// Elements of a whole piece that they walk.
    within: u32,
}
