//! How many words of each tensor travel between the levels of a nest.
//!
//! A tile is asked for once for every iteration of the loops outside its innermost relevant one,
//! so words are the tensor's elements times one factor per dimension that it does not depend on.
//! What is irregular beyond that, pieces that rest and windows that coincide, goes through
//! [`Edge`], which knows every case.

use crate::chain::{Chain, Instances};
use crate::edge::{Edge, Words, dims_of, is_window};
use crate::layer::{Dim, Layer, Tensor};
use crate::nest::{Above, Depths, Dims, Nest};
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
    /// Words of weights or outputs from a level to the next one that is fed with them.
    #[inline(always)]
    pub fn words(&self, tensor: Tensor, parent: usize, child: usize) -> Words {
        if child < self.multipliers && self.rests(dims_of(tensor), child) {
            return self.exactly(tensor, (parent, child));
        }
        let tiles = match tensor {
            Tensor::W => self.sizes.weights,
            _ => self.sizes.outputs,
        };
        self.asked(tensor, parent, child).of(tiles)
    }

    /// Words of inputs from a level to the next one that is fed with them, given those of all its
    /// windows by axis (see [`Flow::windows`]).
    #[inline(always)]
    pub fn inputs(&self, parent: usize, child: usize, windows: [u64; 2]) -> Words {
        let keeps = child < self.multipliers;
        let irregular = (keeps && self.rests(Dims::MAX, child)) || self.on_diagonal(parent, child);
        let slid = match irregular {
            false if keeps => self.slid(child, windows),
            false => Some(0),
            true => None,
        };
        let Some(slid) = slid else {
            return self.exactly(Tensor::I, (parent, child));
        };
        let tiles = (windows[0] * windows[1] - slid) * self.sizes.channels;
        self.asked(Tensor::I, parent, child).of(tiles)
    }

    /// Input rows (axis 0) or columns (axis 1) of all windows of a level.
    #[inline]
    pub fn windows(&self, axis: usize, child: usize) -> u64 {
        let at = self.nest.above(child);
        let [out, tap] = window_dims(axis).map(|dim| self.side(dim, at));
        self.sizes.axes[axis].words(&out, &tap)
    }

    /// Words of the first step.
    #[inline(always)]
    pub fn first(&self, tensor: Tensor, parent: usize, child: usize) -> u64 {
        let (at, from) = (self.nest.above(child).depths, self.nest.above(parent).depths);
        let tile = |dim: Dim| self.nest.chain(dim).first(at.of(dim));
        let free = |dim: Dim| {
            let merged = Instances::Merged(from.of(dim));
            self.nest.chain(dim).pieces(0, at.of(dim), merged)
        };
        match tensor {
            Tensor::W => {
                let one = tile(Dim::K) * tile(Dim::C) * tile(Dim::R) * tile(Dim::S);
                one * free(Dim::N) * free(Dim::P) * free(Dim::Q)
            }
            Tensor::O => {
                let one = tile(Dim::N) * tile(Dim::K) * tile(Dim::P) * tile(Dim::Q);
                let free = |dim: Dim| {
                    let summed = Instances::Summed(from.of(dim));
                    self.nest.chain(dim).pieces(0, at.of(dim), summed)
                };
                one * free(Dim::C) * free(Dim::R) * free(Dim::S)
            }
            Tensor::I => {
                let windows = |axis| self.first_windows(axis, from, at);
                let (Some(rows), Some(columns)) = (windows(0), windows(1)) else {
                    return self.edge(tensor, (parent, child), |edge| edge.first());
                };
                tile(Dim::N) * tile(Dim::C) * rows * columns * free(Dim::K)
            }
        }
    }

    /// Words of the windows of the first step along an axis; none if they are irregular.
    #[inline]
    fn first_windows(&self, axis: usize, from: Depths, at: Depths) -> Option<u64> {
        let dims = window_dims(axis);
        let [(out, outs), (tap, taps)] = dims.map(|dim| {
            let (chain, depth) = (self.nest.chain(dim), at.of(dim));
            (chain.tile(depth), chain.spaces(depth))
        });
        let even = |dim: Dim| self.nest.chain(dim).is_even(at.of(dim));
        let spread = |dim: Dim| self.nest.chain(dim).spreads(from.of(dim), at.of(dim));
        if !dims.into_iter().all(even) || dims.into_iter().all(spread) {
            return None;
        }
        if outs == 1 && taps == 1 {
            return Some(self.layer.covered(axis, (0, out), (0, tap)));
        }
        let along = &self.sizes.axes[axis];
        let sums = |pieces: u64, tile: u32| (pieces, pieces * u64::from(tile));
        (!along.clips).then(|| along.plain(sums(outs, out), sums(taps, tap)))
    }

    /// Steps in time of the first instance, which takes part in all of them.
    #[inline]
    pub fn steps(&self) -> u64 {
        let at = self.nest.above(self.multipliers);
        if at.uneven == 0 {
            return at.time[0] * at.time[1] * at.time[2];
        }
        let of = |dim: Dim| {
            let chain = self.nest.chain(dim);
            chain.pieces(chain.depth(), chain.depth(), Instances::Merged(0))
        };
        Dim::ALL.into_iter().map(of).product()
    }

    /// Instances of a level that are ever used.
    pub fn instances(&self, level: usize) -> u64 {
        self.places(Dims::MAX, level)
    }

    /// Outputs that each instance of a level ever works on, all instances together.
    #[inline]
    pub fn outputs(&self, level: usize) -> u64 {
        let at = self.nest.above(level);
        let sums = !dims_of(Tensor::O);
        let places = if at.uneven & sums == 0 {
            at.space[Tensor::O.index()]
        } else {
            self.places(sums, level)
        };
        self.sizes.outputs * places
    }

    /// Instances of a level that some dimensions are spread over.
    fn places(&self, dims: Dims, level: usize) -> u64 {
        let depths = self.nest.above(level).depths;
        let chosen = Dim::ALL.into_iter().filter(|d| dims & 1 << d.index() != 0);
        let of = |dim: Dim| {
            let chain = self.nest.chain(dim);
            chain.pieces(0, depths.of(dim), Instances::Each)
        };
        chosen.map(of).product()
    }

    #[cold]
    fn exactly(&self, tensor: Tensor, levels: (usize, usize)) -> Words {
        self.edge(tensor, levels, |edge| edge.words())
    }

    /// Looks at an edge with all its cuts.
    #[cold]
    fn edge<T>(
        &self,
        tensor: Tensor,
        levels: (usize, usize),
        look: impl FnOnce(Edge<'_>) -> T,
    ) -> T {
        let keeps = levels.1 < self.multipliers;
        look(Edge::new(self.layer, self.nest, tensor, levels, keeps))
    }

    /// Whether a piece of one of these dimensions rests while loops above a level go on.
    #[inline]
    fn rests(&self, dims: Dims, child: usize) -> bool {
        let resting = self.nest.resting & dims;
        let depths = self.nest.above(child).depths;
        let rests = |dim: &Dim| {
            resting & 1 << dim.index() != 0 && self.nest.chain(*dim).rests(depths.of(*dim))
        };
        resting != 0 && Dim::ALL.iter().any(rests)
    }

    /// Whether windows of several instances may coincide.
    #[inline]
    fn on_diagonal(&self, parent: usize, child: usize) -> bool {
        let (at, from) = (self.nest.above(child).depths, self.nest.above(parent).depths);
        let spreads = |dim: Dim| self.nest.chain(dim).spreads(from.of(dim), at.of(dim));
        (spreads(Dim::P) && spreads(Dim::R)) || (spreads(Dim::Q) && spreads(Dim::S))
    }

    /// How often the tiles of a tensor are asked for, by one source and by all instances.
    #[inline(always)]
    fn asked(&self, tensor: Tensor, parent: usize, child: usize) -> Words {
        let (at, from) = (self.nest.above(child), self.nest.above(parent));
        if at.uneven & !dims_of(tensor) != 0 {
            return self.asked_unevenly(tensor, parent, child);
        }
        let t = tensor.index();
        let keeps = child < self.multipliers;
        let steps = if keeps { at.outer[t] } else { at.time[t] };
        let mut asked = Words {
            sent: steps * from.space[t],
            delivered: steps * at.space[t],
        };
        if tensor == Tensor::O && at.apart != from.apart {
            asked.sent *= at.apart / from.apart;
        }
        asked
    }

    /// The same as a product over dimensions that may be cut unevenly: the steps of each down to
    /// the loops that move the tensor, by its instances.
    #[cold]
    fn asked_unevenly(&self, tensor: Tensor, parent: usize, child: usize) -> Words {
        let (at, from) = (self.nest.above(child), self.nest.above(parent).depths);
        let moved = if child < self.multipliers {
            at.moved[tensor.index()]
        } else {
            at.depths
        };
        let mut asked = Words {
            sent: 1,
            delivered: 1,
        };
        for dim in Dim::ALL {
            let (chain, depth) = (self.nest.chain(dim), at.depths.of(dim));
            if tensor.depends_on(dim) || depth == 0 {
                continue;
            }
            let (moved, shared) = (moved.of(dim), from.of(dim));
            let merged = match tensor {
                Tensor::O => Instances::Summed(shared),
                _ => Instances::Merged(shared),
            };
            asked.sent *= chain.pieces(moved, depth, merged);
            asked.delivered *= chain.pieces(moved, depth, Instances::Each);
        }
        asked
    }

    /// Words, of all windows, that sliding keeps; none if windows are too irregular.
    #[inline]
    fn slid(&self, child: usize, windows: [u64; 2]) -> Option<u64> {
        let Some(run) = self.run(child) else {
            return Some(0);
        };
        let at = self.nest.above(child);
        let axis = match run.dim {
            Dim::P | Dim::R => 0,
            _ => 1,
        };
        let [out, tap] = window_dims(axis).map(|dim| self.side(dim, at));
        if run.spread || out.irregular.is_some() || tap.irregular.is_some() {
            return None;
        }
        let chain = self.nest.chain(run.dim);
        let sweep = Sweep {
            outputs: !run.dim.is_reduction(),
            within: Side {
                bound: chain.bound,
                tile: chain.tile(run.depth),
                pieces: chain.pieces(run.depth, run.depth, Instances::Each),
                irregular: (!chain.is_even(run.depth)).then_some((chain, run.depth)),
            },
        };
        Some(self.sizes.axes[axis].overlaps(&out, &tap, sweep) * windows[1 - axis])
    }

    /// The pieces of a window's dimension.
    #[inline]
    fn side(&self, dim: Dim, at: &Above) -> Side<'a> {
        let (chain, depth) = (self.nest.chain(dim), at.depths.of(dim));
        if chain.is_even(depth) {
            return Side {
                bound: chain.bound,
                tile: chain.tile(depth),
                pieces: chain.times(depth) * chain.spaces(depth),
                irregular: None,
            };
        }
        uneven_side(chain, depth)
    }

    /// The loops in time that are innermost, if they all walk one dimension of a window.
    #[inline]
    fn run(&self, child: usize) -> Option<Innermost> {
        let turns = self.nest.turns(child).iter().rev();
        let dim = turns.clone().find(|turn| turn.in_time())?.dim;
        if !is_window(dim) {
            return None;
        }
        let chain = self.nest.chain(dim);
        let mut depth = self.nest.above(child).depths.of(dim);
        let mut run = Innermost {
            dim,
            spread: false,
            depth,
        };
        let mut spread = false;
        for turn in turns {
            if turn.dim != dim {
                if turn.in_time() {
                    break;
                }
                continue;
            }
            depth -= 1;
            if turn.in_time() {
                (run.depth, run.spread) = (depth, spread);
            } else {
                spread = true;
            }
        }
        debug_assert!(run.depth < chain.depth());
        Some(run)
    }
}

#[cold]
fn uneven_side(chain: &Chain, depth: u8) -> Side<'_> {
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

/// The innermost loops in time, all of one dimension.
struct Innermost {
    dim: Dim,
    /// Whether the dimension is spread inside of them.
    spread: bool,
    /// Cuts of the dimension outside of them.
    depth: u8,
}
