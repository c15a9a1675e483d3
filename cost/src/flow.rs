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
use crate::windows::{Axis, Run, Side, window_dims};

/// The traffic of a mapped layer (of one group).
pub(crate) struct Flow<'a> {
    layer: &'a Layer,
    nest: &'a Nest,
    /// Index of the multipliers, one beyond the innermost level.
    multipliers: usize,
    /// The cuts, where some dimension is uneven or windows may coincide on a diagonal.
    chains: Option<Chains>,
    /// Whether some piece rests while later loops go on.
    rests: bool,
    axes: [Axis; 2],
    /// Axes whose windows may coincide.
    diagonal: bool,
}

impl<'a> Flow<'a> {
    pub fn new(layer: &'a Layer, mapping: &Mapping, nest: &'a Nest) -> Self {
        let multipliers = mapping.levels().len();
        let spread = &nest.above(multipliers).spread;
        let both = |axis| {
            let [out, tap] = window_dims(axis);
            spread[out.index()] > 1 && spread[tap.index()] > 1
        };
        let diagonal = both(0) || both(1);
        let chains = (nest.uneven != 0 || diagonal).then(|| Chains::new(nest));
        let rests = chains.as_ref().is_some_and(|chains| {
            let mut dims = Dim::ALL.into_iter();
            dims.any(|dim| chains.of(dim).rests())
        });
        Flow {
            layer,
            nest,
            multipliers,
            chains,
            rests,
            axes: [Axis::new(layer, 0), Axis::new(layer, 1)],
            diagonal,
        }
    }

    /// Words of a tensor from a level to the next one that is fed with it.
    pub fn words(&self, tensor: Tensor, parent: usize, child: usize) -> Words {
        let keeps = child < self.multipliers;
        if self.rests && keeps {
            return self.exactly(tensor, (parent, child));
        }
        let tiles = match tensor {
            Tensor::W => self.product([Dim::K, Dim::C, Dim::R, Dim::S]),
            Tensor::O => self.product([Dim::N, Dim::K, Dim::P, Dim::Q]),
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
    pub fn first(&self, tensor: Tensor, parent: usize, child: usize) -> u64 {
        let (at, from) = (self.nest.above(child), self.nest.above(parent));
        let regular = self.nest.uneven == 0 && !self.diagonal;
        let single = |dim: Dim| at.spread[dim.index()] == 1;
        let windows = [Dim::P, Dim::Q, Dim::R, Dim::S].into_iter().all(single);
        if !regular || (tensor == Tensor::I && !windows) {
            let own;
            let chains = match &self.chains {
                Some(chains) => chains,
                None => {
                    own = Chains::new(self.nest);
                    &own
                }
            };
            let levels = (parent, child);
            let keeps = child < self.multipliers;
            return Edge::new(self.layer, self.nest, chains, tensor, levels, keeps).first();
        }
        let tile = |dim: Dim| u64::from(at.tiles[dim.index()]) * u64::from(at.spread[dim.index()]);
        let free = from.space[tensor.index()];
        let words = match tensor {
            Tensor::W => tile(Dim::K) * tile(Dim::C) * tile(Dim::R) * tile(Dim::S),
            Tensor::O => {
                tile(Dim::N) * tile(Dim::K) * tile(Dim::P) * tile(Dim::Q) * at.apart / from.apart
            }
            Tensor::I => {
                let rows = self.first_window(0, at);
                tile(Dim::N) * tile(Dim::C) * rows * self.first_window(1, at)
            }
        };
        words * free
    }

    /// Words of the first window along an axis.
    fn first_window(&self, axis: usize, at: &Above) -> u64 {
        let [out, tap] = window_dims(axis).map(|dim| at.tiles[dim.index()]);
        self.layer.covered(axis, (0, out), (0, tap))
    }

    /// Steps in time of the first instance, which takes part in all of them.
    pub fn steps(&self) -> u64 {
        let at = self.nest.above(self.multipliers);
        let of = |dim: Dim| match &self.chains {
            Some(chains) if self.nest.uneven & (1 << dim.index()) != 0 => {
                let chain = chains.of(dim);
                chain.pieces(chain.depth(), chain.depth(), Instances::Merged(0))
            }
            _ => 1,
        };
        let uneven: u64 = Dim::ALL.into_iter().map(of).product();
        at.time[0] * at.time[1] * at.time[2] * uneven
    }

    /// Instances of a level that are ever used.
    pub fn instances(&self, level: usize) -> u64 {
        let at = self.nest.above(level);
        let of = |dim: Dim| {
            let d = dim.index();
            match &self.chains {
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
        let of = |dim: Dim| match &self.chains {
            Some(chains) if self.nest.uneven & (1 << dim.index()) != 0 => {
                let depth = at.depths[dim.index()];
                chains.of(dim).pieces(0, depth, Instances::Each)
            }
            _ => 1,
        };
        let uneven: u64 = [Dim::C, Dim::R, Dim::S].into_iter().map(of).product();
        let outputs = self.product([Dim::N, Dim::K, Dim::P, Dim::Q]);
        outputs * at.space[Tensor::O.index()] * uneven
    }

    fn exactly(&self, tensor: Tensor, levels: (usize, usize)) -> Words {
        let own;
        let chains = match &self.chains {
            Some(chains) => chains,
            None => {
                own = Chains::new(self.nest);
                &own
            }
        };
        let keeps = levels.1 < self.multipliers;
        Edge::new(self.layer, self.nest, chains, tensor, levels, keeps).words()
    }

    fn product(&self, dims: [Dim; 4]) -> u64 {
        let sizes = dims.map(|dim| u64::from(self.layer.bound(dim)));
        sizes[0] * sizes[1] * sizes[2] * sizes[3]
    }

    /// How often the tiles of a tensor are asked for, by one source and by all instances.
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

    fn ask_unevenly(
        &self,
        tensor: Tensor,
        moved: u8,
        (from, at): (&Above, &Above),
        asked: &mut Words,
    ) {
        let Some(chains) = &self.chains else { return };
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
    fn inputs(&self, parent: usize, child: usize) -> Option<u64> {
        let (at, from) = (self.nest.above(child), self.nest.above(parent));
        if self.diagonal && self.on_diagonal(from, at) {
            return None;
        }
        let channels = u64::from(self.layer.bound(Dim::N)) * u64::from(self.layer.bound(Dim::C));
        let sides = [0, 1].map(|axis| window_dims(axis).map(|dim| self.side(dim, at)));
        let [rows, columns] = [0, 1].map(|axis| {
            let [out, tap] = &sides[axis];
            self.axes[axis].words(out, tap)
        });
        let mut words = rows * columns;
        if child < self.multipliers
            && let Some((dim, inside)) = self.run(at)
        {
            let axis = usize::from(matches!(dim, Dim::Q | Dim::S));
            let other = if axis == 0 { columns } else { rows };
            words -= self.slide(dim, inside?, &sides[axis], axis, at)? * other;
        }
        Some(channels * words)
    }

    fn on_diagonal(&self, from: &Above, at: &Above) -> bool {
        let spreads = |dim: &Dim| at.spread[dim.index()] != from.spread[dim.index()];
        [0, 1]
            .into_iter()
            .any(|axis| window_dims(axis).iter().all(spreads))
    }

    /// The pieces of a window's dimension.
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
        let Some(chains) = &self.chains else {
            return regular;
        };
        let chain = chains.of(dim);
        let pieces = chain.pieces(depth, depth, Instances::Each);
        let equal = pieces * u64::from(tile) == u64::from(bound);
        Side {
            pieces,
            irregular: (!equal).then_some((chain, depth)),
            ..regular
        }
    }

    /// The window's dimension whose loops in time are innermost, with the number of its cuts from
    /// the outermost of these loops on; no number if it is spread in between.
    fn run(&self, at: &Above) -> Option<(Dim, Option<u8>)> {
        let mut run: Option<(Dim, Option<u8>)> = None;
        let (mut spread, mut inside) = ([false; 7], [0; 7]);
        for turn in self.nest.turns_above(at).iter().rev() {
            let d = turn.dim.index();
            inside[d] += 1;
            if !turn.in_time() {
                spread[d] = true;
                continue;
            }
            match run {
                None if is_window(turn.dim) => {}
                Some((dim, _)) if dim == turn.dim => {}
                _ => break,
            }
            run = Some((turn.dim, (!spread[d]).then_some(inside[d])));
        }
        run
    }

    /// Words along an axis that windows keep when they slide; none if pieces are irregular.
    fn slide(
        &self,
        dim: Dim,
        inside: u8,
        [out, tap]: &[Side; 2],
        axis: usize,
        at: &Above,
    ) -> Option<u64> {
        if out.irregular.is_some() || tap.irregular.is_some() {
            return None;
        }
        let within = self.side_outside(dim, at.depths[dim.index()] - inside);
        let run = Run {
            outputs: !dim.is_reduction(),
            within: within?,
        };
        Some(self.axes[axis].overlaps(out, tap, run))
    }

    /// The pieces of a dimension below its first `depth` cuts.
    fn side_outside(&self, dim: Dim, depth: u8) -> Option<Side<'_>> {
        let bound = self.layer.bound(dim);
        if depth == 0 {
            return Some(Side {
                bound,
                tile: bound,
                pieces: 1,
                irregular: None,
            });
        }
        if self.nest.uneven & (1 << dim.index()) == 0 {
            let tile = self.nest.tile(dim, depth);
            return Some(Side {
                bound,
                tile,
                pieces: u64::from(bound / tile),
                irregular: None,
            });
        }
        let chain = self.chains.as_ref()?.of(dim);
        Some(Side {
            bound,
            tile: chain.tile(depth),
            pieces: chain.pieces(depth, depth, Instances::Each),
            irregular: Some((chain, depth)),
        })
    }
}
