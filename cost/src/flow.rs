//! How many words of each tensor travel between the levels of a nest.
//!
//! Where no tile rests unevenly, a tile is asked for once for every iteration of the loops outside
//! its innermost relevant one: a product that [`Nest`] knows. What is irregular beyond that goes
//! through [`Edge`], which knows every case.

use crate::chain::Instances;
use crate::edge::{Chains, Edge, Words, dims_of, is_window};
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::Mapping;
use crate::nest::{Above, Nest};
use crate::windows::{Axis, Side, Sweep, window_dims};

/// The traffic of a mapped layer (of one group).
pub(crate) struct Flow<'a> {
    layer: &'a Layer,
    nest: &'a Nest,
    /// Index of the multipliers, one beyond the innermost level.
    multipliers: usize,
    /// The cuts, where some dimension is uneven or windows may coincide on a diagonal.
    chains: Option<&'a Chains>,
    /// Whether some piece rests while later loops go on.
    rests: bool,
    /// Levels that keep each tensor, one bit each.
    kept: [u8; 3],
    /// Weights and outputs of one group.
    weights: u64,
    outputs: u64,
    axes: [Axis; 2],
    /// Axes whose windows may coincide.
    diagonal: bool,
}

impl<'a> Flow<'a> {
    /// `room` is where the cuts are kept if they are needed: they are too large to hand around.
    pub fn new(
        layer: &'a Layer,
        mapping: &Mapping,
        nest: &'a Nest,
        room: &'a mut Option<Chains>,
    ) -> Self {
        let multipliers = mapping.levels().len();
        let spread = &nest.above(multipliers).spread;
        let both = |axis| {
            let [out, tap] = window_dims(axis);
            spread[out.index()] > 1 && spread[tap.index()] > 1
        };
        let diagonal = both(0) || both(1);
        let chains: Option<&Chains> = if nest.uneven != 0 || diagonal {
            Some(room.insert(Chains::new(nest)))
        } else {
            None
        };
        let rests = chains.is_some_and(|chains| {
            let mut dims = Dim::ALL.into_iter();
            dims.any(|dim| chains.of(dim).rests())
        });
        let mut kept = [0; 3];
        for (level, store) in mapping.levels().iter().enumerate() {
            for tensor in Tensor::ALL {
                kept[tensor.index()] |= u8::from(store.keep.contains(tensor)) << level;
            }
        }
        let product = |dims: [Dim; 4]| {
            let sizes = dims.map(|dim| u64::from(layer.bound(dim)));
            sizes[0] * sizes[1] * sizes[2] * sizes[3]
        };
        Flow {
            kept,
            weights: product([Dim::K, Dim::C, Dim::R, Dim::S]),
            outputs: product([Dim::N, Dim::K, Dim::P, Dim::Q]),
            layer,
            nest,
            multipliers,
            chains,
            rests,
            axes: [Axis::new(layer, 0), Axis::new(layer, 1)],
            diagonal,
        }
    }

    /// The nearest level outside `child` that keeps a tensor.
    #[inline]
    pub fn parent(&self, child: usize, tensor: Tensor) -> usize {
        let outside = self.kept[tensor.index()] & ((1 << child) - 1);
        outside.checked_ilog2().unwrap_or(0) as usize
    }

    /// Calls `visit` for every tensor's way from a level that keeps it to the next, or to the
    /// multipliers, innermost first.
    #[inline(always)]
    pub fn edges(&self, mut visit: impl FnMut(Tensor, usize, usize, Words)) {
        self.edges_of(Tensor::W, &mut visit);
        self.edges_of(Tensor::I, &mut visit);
        self.edges_of(Tensor::O, &mut visit);
    }

    #[inline(always)]
    fn edges_of(&self, tensor: Tensor, visit: &mut impl FnMut(Tensor, usize, usize, Words)) {
        let mut child = self.multipliers;
        while child > 0 {
            let parent = self.parent(child, tensor);
            visit(tensor, parent, child, self.words(tensor, parent, child));
            child = parent;
        }
    }

    /// Words of a tensor from a level to the next one that is fed with it.
    #[inline(always)]
    pub fn words(&self, tensor: Tensor, parent: usize, child: usize) -> Words {
        if self.rests && child < self.multipliers {
            return self.exactly(tensor, (parent, child));
        }
        let tiles = match tensor {
            Tensor::W => self.weights,
            Tensor::O => self.outputs,
            Tensor::I => match self.inputs(parent, child) {
                Some(tiles) => tiles,
                None => return self.exactly(tensor, (parent, child)),
            },
        };
        let asked = self.asked(tensor, parent, child);
        Words {
            sent: tiles * asked.sent,
            delivered: tiles * asked.delivered,
        }
    }

    /// Words of the first step.
    #[inline(always)]
    pub fn first(&self, tensor: Tensor, parent: usize, child: usize) -> u64 {
        let (at, from) = (self.nest.above(child), self.nest.above(parent));
        let irregular = self.nest.uneven != 0 || (self.diagonal && self.on_diagonal(from, at));
        if irregular {
            return self.edge(tensor, (parent, child), |edge| edge.first());
        }
        let tile = |dim: Dim| u64::from(at.tiles[dim.index()]) * u64::from(at.spread[dim.index()]);
        let free = from.space[tensor.index()];
        let words = match tensor {
            Tensor::W => tile(Dim::K) * tile(Dim::C) * tile(Dim::R) * tile(Dim::S),
            Tensor::O => {
                let apart = if at.apart == from.apart {
                    1
                } else {
                    at.apart / from.apart
                };
                tile(Dim::N) * tile(Dim::K) * tile(Dim::P) * tile(Dim::Q) * apart
            }
            Tensor::I => {
                let windows = |axis| self.first_windows(axis, at);
                let (Some(rows), Some(columns)) = (windows(0), windows(1)) else {
                    return self.edge(tensor, (parent, child), |edge| edge.first());
                };
                tile(Dim::N) * tile(Dim::C) * rows * columns
            }
        };
        words * free
    }

    /// Words of the windows of the first step along an axis; none if they are spread over a border.
    #[inline]
    fn first_windows(&self, axis: usize, at: &Above) -> Option<u64> {
        let dims = window_dims(axis);
        let [out, tap] = dims.map(|dim| at.tiles[dim.index()]);
        let [outs, taps] = dims.map(|dim| u64::from(at.spread[dim.index()]));
        if outs == 1 && taps == 1 {
            return Some(self.layer.covered(axis, (0, out), (0, tap)));
        }
        let along = &self.axes[axis];
        let sums = |pieces: u64, tile: u32| (pieces, pieces * u64::from(tile));
        (!along.clips).then(|| along.plain(sums(outs, out), sums(taps, tap)))
    }

    /// Groups of the layer.
    #[inline]
    pub fn groups(&self) -> u64 {
        u64::from(self.layer.groups)
    }

    /// Outputs of all groups.
    #[inline]
    pub fn all(&self) -> u64 {
        self.outputs * self.groups()
    }

    /// Steps in time of the first instance, which takes part in all of them.
    pub fn steps(&self) -> u64 {
        let at = self.nest.above(self.multipliers);
        let even = at.time[0] * at.time[1] * at.time[2];
        if self.nest.uneven == 0 {
            return even;
        }
        let of = |dim: Dim| match self.chains {
            Some(chains) if self.nest.uneven & (1 << dim.index()) != 0 => {
                let chain = chains.of(dim);
                chain.pieces(chain.depth(), chain.depth(), Instances::Merged(0))
            }
            _ => 1,
        };
        let uneven: u64 = Dim::ALL.into_iter().map(of).product();
        even * uneven
    }

    /// Instances of a level that are ever used.
    pub fn instances(&self, level: usize) -> u64 {
        let at = self.nest.above(level);
        let of = |dim: Dim| {
            let d = dim.index();
            match self.chains {
                Some(chains) if self.nest.uneven & (1 << d) != 0 => {
                    chains.of(dim).pieces(0, at.depths[d], Instances::Each)
                }
                _ => u64::from(at.spread[d]),
            }
        };
        Dim::ALL.into_iter().map(of).product()
    }

    /// Outputs that each instance of a level ever works on, all instances together.
    pub fn outputs(&self, level: usize) -> u64 {
        let at = self.nest.above(level);
        let of = |dim: Dim| match self.chains {
            Some(chains) if self.nest.uneven & (1 << dim.index()) != 0 => {
                let depth = at.depths[dim.index()];
                chains.of(dim).pieces(0, depth, Instances::Each)
            }
            _ => 1,
        };
        if self.nest.uneven == 0 {
            return self.outputs * at.space[Tensor::O.index()];
        }
        let uneven: u64 = [Dim::C, Dim::R, Dim::S].into_iter().map(of).product();
        self.outputs * at.space[Tensor::O.index()] * uneven
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
        let own;
        let chains = match self.chains {
            Some(chains) => chains,
            None => {
                own = Chains::new(self.nest);
                &own
            }
        };
        let keeps = levels.1 < self.multipliers;
        look(Edge::new(
            self.layer, self.nest, chains, tensor, levels, keeps,
        ))
    }

    /// How often the tiles of a tensor are asked for, by one source and by all instances.
    #[inline(always)]
    fn asked(&self, tensor: Tensor, parent: usize, child: usize) -> Words {
        let (at, from) = (self.nest.above(child), self.nest.above(parent));
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
        if self.nest.uneven & !dims_of(tensor) != 0 {
            let moved = if keeps { at.moved[t] } else { at.turns };
            self.ask_unevenly(tensor, moved, (from, at), &mut asked);
        }
        asked
    }

    #[cold]
    fn ask_unevenly(
        &self,
        tensor: Tensor,
        moved: u8,
        (from, at): (&Above, &Above),
        asked: &mut Words,
    ) {
        let Some(chains) = self.chains else { return };
        let free = self.nest.uneven & !dims_of(tensor);
        for dim in Dim::ALL {
            let d = dim.index();
            if free & (1 << d) == 0 || at.depths[d] == 0 {
                continue;
            }
            let chain = chains.of(dim);
            let prefix = self.nest.depth(dim, moved);
            let shared = from.depths[d];
            let merged = match tensor {
                Tensor::O => Instances::Summed(shared),
                _ => Instances::Merged(shared),
            };
            asked.delivered *= chain.pieces(prefix, at.depths[d], Instances::Each);
            asked.sent *= chain.pieces(prefix, at.depths[d], merged);
        }
    }

    /// Words of all input tiles, less what sliding keeps; none if windows are too irregular.
    #[inline]
    fn inputs(&self, parent: usize, child: usize) -> Option<u64> {
        let (at, from) = (self.nest.above(child), self.nest.above(parent));
        if self.diagonal && self.on_diagonal(from, at) {
            return None;
        }
        let side = |dim| self.side(dim, at);
        let rows = (side(Dim::P), side(Dim::R));
        let columns = (side(Dim::Q), side(Dim::S));
        let down = self.axes[0].words(&rows.0, &rows.1);
        let across = self.axes[1].words(&columns.0, &columns.1);
        let mut words = down * across;
        if child < self.multipliers
            && let Some(run) = self.run(at)
        {
            let dim = run.dim;
            let (axis, (out, tap), other) = match dim {
                Dim::P | Dim::R => (0, &rows, across),
                _ => (1, &columns, down),
            };
            if run.spread || out.irregular.is_some() || tap.irregular.is_some() {
                return None;
            }
            let sweep = Sweep {
                outputs: !dim.is_reduction(),
                within: self.within(&run)?,
            };
            words -= self.axes[axis].overlaps(out, tap, sweep) * other;
        }
        Some(words * u64::from(self.layer.bound(Dim::N)) * u64::from(self.layer.bound(Dim::C)))
    }

    fn on_diagonal(&self, from: &Above, at: &Above) -> bool {
        let spreads = |dim: &Dim| at.spread[dim.index()] != from.spread[dim.index()];
        [0, 1]
            .into_iter()
            .any(|axis| window_dims(axis).iter().all(spreads))
    }

    /// The pieces of a window's dimension.
    #[inline]
    fn side(&self, dim: Dim, at: &Above) -> Side<'_> {
        let d = dim.index();
        let (bound, tile, depth) = (self.layer.bound(dim), at.tiles[d], at.depths[d]);
        let regular = Side {
            bound,
            tile,
            pieces: at.pieces[d],
            irregular: None,
        };
        if self.nest.uneven & (1 << d) == 0 || depth == 0 {
            return regular;
        }
        self.uneven_side(dim, depth, regular)
    }

    #[cold]
    fn uneven_side<'s>(&'s self, dim: Dim, depth: u8, regular: Side<'s>) -> Side<'s> {
        let Some(chains) = self.chains else {
            return regular;
        };
        let chain = chains.of(dim);
        let pieces = chain.pieces(depth, depth, Instances::Each);
        let equal = pieces * u64::from(regular.tile) == u64::from(regular.bound);
        Side {
            pieces,
            irregular: (!equal).then_some((chain, depth)),
            ..regular
        }
    }

    /// The loops in time that are innermost, if they all walk one dimension of a window.
    #[inline]
    fn run(&self, at: &Above) -> Option<Innermost> {
        let turns = self.nest.turns_above(at);
        let innermost = turns.iter().rev().find(|turn| turn.in_time())?;
        let dim = innermost.dim;
        if !is_window(dim) {
            return None;
        }
        let bound = self.layer.bound(dim);
        let mut run = Innermost {
            dim,
            spread: false,
            depth: at.depths[dim.index()],
            within: bound,
        };
        let (mut depth, mut spread, mut outside) = (run.depth, false, None);
        let mut over = false;
        for turn in turns.iter().rev() {
            if turn.dim != dim {
                over |= turn.in_time();
            } else if over || !turn.in_time() {
                outside = outside.or(Some(turn.tile));
                if over {
                    break;
                }
                (depth, spread) = (depth - 1, true);
            } else {
                depth -= 1;
                outside = None;
                (run.depth, run.spread) = (depth, spread);
            }
        }
        run.within = outside.unwrap_or(bound);
        Some(run)
    }

    /// The pieces of a dimension within which its innermost loops walk.
    #[inline]
    fn within(&self, run: &Innermost) -> Option<Side<'_>> {
        let bound = self.layer.bound(run.dim);
        let regular = Side {
            bound,
            tile: run.within,
            pieces: 1,
            irregular: None,
        };
        if run.depth == 0 {
            return Some(regular);
        }
        if self.nest.uneven & (1 << run.dim.index()) == 0 {
            let pieces = u64::from(bound / run.within);
            return Some(Side { pieces, ..regular });
        }
        let chain = self.chains?.of(run.dim);
        Some(Side {
            tile: chain.tile(run.depth),
            pieces: chain.pieces(run.depth, run.depth, Instances::Each),
            irregular: Some((chain, run.depth)),
            ..regular
        })
    }
}

/// The innermost loops in time, all of one dimension.
struct Innermost {
    dim: Dim,
    /// Whether the dimension is spread inside of them.
    spread: bool,
    /// Cuts of the dimension outside of them.
    depth: u8,
    /// Elements of a whole piece that they walk.
    within: u32,
}
