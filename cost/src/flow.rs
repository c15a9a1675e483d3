//! How many words of each tensor travel between the levels of a nest.
//!
//! A tile is asked for once for every iteration of the loops outside its innermost relevant one,
//! so words are the tensor's elements times one factor per dimension that it does not depend on.
//! Where a dimension is cut unevenly module `uneven` knows its factor. What is irregular beyond that,
//! pieces that rest and windows that coincide, goes through [`Edge`], which knows every case.

use crate::cuts::Cuts;
use crate::edge::{Edge, Words};
use crate::feeds::Feed;
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::Mapping;
use crate::nest::{Nest, Set};
use crate::windows::{Axis, Side, Sweep, window_dims};

/// What every count needs of a layer.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// Weights and outputs of one group.
    weights: u64,
    outputs: u64,
    /// Batch times input channels of one group.
    pub channels: u64,
    groups: u64,
    all_outputs: u64,
    pub axes: [Axis; 2],
    /// Words by axis of all windows of a single output and a single tap.
    single: [u64; 2],
}

impl Sizes {
    #[inline]
    pub fn new(layer: &Layer) -> Self {
        let product = |dims: &[Dim]| {
            let sizes = dims.iter().map(|&dim| u64::from(layer.bound(dim)));
            sizes.product()
        };
        let axes = [Axis::new(layer, 0), Axis::new(layer, 1)];
        let outputs = product(&[Dim::N, Dim::K, Dim::P, Dim::Q]);
        let groups = u64::from(layer.groups);
        Sizes {
            weights: product(&[Dim::K, Dim::C, Dim::R, Dim::S]),
            outputs,
            channels: product(&[Dim::N, Dim::C]),
            groups,
            all_outputs: outputs * groups,
            axes,
            single: [axes[0].single(), axes[1].single()],
        }
    }

    /// Groups of the layer.
    #[inline]
    pub fn groups(&self) -> u64 {
        self.groups
    }

    /// Outputs of all groups.
    #[inline]
    pub fn all_outputs(&self) -> u64 {
        self.all_outputs
    }
}

/// A source and what it feeds: the loops above the two levels.
#[derive(Clone, Copy)]
pub(crate) struct Gap<'a> {
    pub feed: &'a Feed,
    pub from: Set,
    pub at: Set,
}

impl Gap<'_> {
    /// Loops below the source.
    #[inline(always)]
    pub fn between(&self) -> Set {
        self.at & !self.from
    }
}

/// What travels along a feed (in one group), and between how many ends.
#[derive(Clone, Copy)]
pub(crate) struct Travel {
    /// Words read at the source: what several instances ask for counts once.
    pub sent: u64,
    /// Words that arrive at all instances together.
    pub delivered: u64,
    /// Instances of what is fed along the dimensions that do not select the tensor's tiles.
    pub inside: u64,
}

/// The traffic of a mapped layer (of one group).
pub(crate) struct Flow<'a> {
    pub layer: &'a Layer,
    pub mapping: &'a Mapping,
    pub sizes: &'a Sizes,
    pub nest: &'a Nest,
    pub cuts: &'a mut Cuts,
}

impl<'a> Flow<'a> {
    /// The loops above the two ends of a feed.
    #[inline(always)]
    pub fn gap<'f>(&self, feed: &'f Feed) -> Gap<'f> {
        Gap {
            feed,
            from: self.nest.above(feed.parent()),
            at: self.nest.above(feed.child()),
        }
    }

    /// What travels along a feed from so many instances of its source (see [`Flow::places`]). Inputs
    /// need the words of all windows of what is fed, by axis (see [`Flow::windows`]).
    #[inline(always)]
    pub fn travel(
        &mut self,
        tensor: Tensor,
        feed: &Feed,
        outside: u64,
        windows: [u64; 2],
    ) -> Travel {
        let gap = self.gap(feed);
        let nest = self.nest;
        let shared = nest.shared(tensor);
        let asking = nest.free(tensor) | shared;
        let resting = nest.resting() & feed.kept();
        let odd = if tensor == Tensor::I {
            nest.uneven() & asking | resting
        } else {
            nest.uneven() & asking | resting & !asking
        };
        if odd & gap.at != 0 {
            return self.uneven_travel(tensor, &gap, windows);
        }
        let tiles = match tensor {
            Tensor::W => Words::same(self.sizes.weights),
            Tensor::O => Words::same(self.sizes.outputs),
            Tensor::I => match self.fetched(&gap, windows) {
                Some(words) => words,
                None => return self.uneven_travel(tensor, &gap, windows),
            },
        };
        let steps = nest.product(nest.free(tensor) & self.asking(tensor, &gap));
        let inside = nest.product(shared & gap.at);
        let sources = outside * self.kept_apart(tensor, &gap);
        Travel {
            sent: tiles.sent * steps * sources,
            delivered: tiles.delivered * steps * inside,
            inside,
        }
    }

    /// Loops whose every iteration asks for a tile of a tensor: multipliers, which keep nothing, ask in
    /// each.
    #[inline(always)]
    fn asking(&self, tensor: Tensor, gap: &Gap) -> Set {
        self.nest.down_to_moved(tensor, gap.at) | gap.at & !gap.feed.kept()
    }

    /// The same where cuts are uneven or windows irregular.
    #[inline(never)]
    fn uneven_travel(&mut self, tensor: Tensor, gap: &Gap, windows: [u64; 2]) -> Travel {
        let words = match tensor {
            Tensor::I => self.inputs(gap, windows),
            _ => self.words(tensor, gap),
        };
        Travel {
            sent: words.sent,
            delivered: words.delivered,
            inside: self.places(tensor, gap.at),
        }
    }

    /// Words of weights or outputs.
    fn words(&mut self, tensor: Tensor, gap: &Gap) -> Words {
        let nest = self.nest;
        let concerns = !(nest.free(tensor) | nest.shared(tensor));
        if nest.resting() & gap.at & concerns != 0 && gap.feed.keeps {
            return self.exactly(gap);
        }
        let tiles = match tensor {
            Tensor::W => self.sizes.weights,
            _ => self.sizes.outputs,
        };
        self.asked(tensor, gap).and(Words::same(tiles))
    }

    /// Words of inputs.
    fn inputs(&mut self, gap: &Gap, windows: [u64; 2]) -> Words {
        let rests = self.nest.resting() & gap.at != 0 && gap.feed.keeps;
        match self.fetched(gap, windows) {
            Some(words) if !rests => self.asked(Tensor::I, gap).and(words),
            _ => self.exactly(gap),
        }
    }

    /// Words of inputs that are fetched if filters repeat nothing; none if windows are too irregular.
    #[inline(always)]
    fn fetched(&self, gap: &Gap, windows: [u64; 2]) -> Option<Words> {
        if self.on_diagonal(gap) {
            return self.side_by_side(gap, windows);
        }
        if !gap.feed.keeps {
            return Some(Words::same(windows[0] * windows[1] * self.sizes.channels));
        }
        match self.slid(gap.at, windows) {
            Some(slid) => {
                let words = (windows[0] * windows[1] - slid) * self.sizes.channels;
                Some(Words::same(words))
            }
            None => self.side_by_side(gap, windows),
        }
    }

    /// Input rows (axis 0) or columns (axis 1) of all windows of what is fed.
    #[inline(always)]
    pub fn windows(&mut self, axis: usize, feed: &Feed) -> u64 {
        if !feed.keeps {
            return self.sizes.single[axis];
        }
        let at = self.nest.above(feed.child());
        // One by one: an array of sides would be written in parts and read back whole.
        let [outs, taps] = window_dims(axis);
        let (out, tap) = (self.side(outs, at), self.side(taps, at));
        match self.sizes.axes[axis].words(out, tap) {
            Some(words) => words,
            None => self.irregular_windows(axis, feed.child()),
        }
    }

    #[cold]
    fn irregular_windows(&mut self, axis: usize, level: usize) -> u64 {
        let cuts = self.cuts.of(self.layer, self.mapping);
        let depths = cuts.depths(level);
        let [out, tap] = window_dims(axis).map(|dim| (cuts.chain(dim), depths.of(dim)));
        self.sizes.axes[axis].irregular_words(out, tap)
    }

    /// Words sent in the first step.
    #[inline(always)]
    pub fn first(&mut self, tensor: Tensor, feed: &Feed) -> u64 {
        let gap = self.gap(feed);
        if self.nest.uneven() & gap.at != 0 {
            self.uneven_first(tensor, &gap)
        } else {
            self.even_first(tensor, &gap)
        }
    }

    #[inline(never)]
    fn uneven_first(&mut self, tensor: Tensor, gap: &Gap) -> u64 {
        let at = gap.at;
        let mut tile = |dim: Dim| self.first_tiles(dim, at);
        let tiles = match tensor {
            Tensor::W => tile(Dim::K) * tile(Dim::C) * tile(Dim::R) * tile(Dim::S),
            Tensor::O => tile(Dim::N) * tile(Dim::K) * tile(Dim::P) * tile(Dim::Q),
            Tensor::I => {
                let channels = tile(Dim::N) * tile(Dim::C);
                match self.first_windows(gap) {
                    Some(words) => channels * words,
                    None => return self.edge(gap).first(),
                }
            }
        };
        tiles * self.sources(tensor, gap)
    }

    /// The same where all cuts are even.
    #[inline(always)]
    fn even_first(&mut self, tensor: Tensor, gap: &Gap) -> u64 {
        let nest = self.nest;
        let moving = |tensor: Tensor| nest.product(nest.free(tensor) & gap.at);
        let held = |dim: Dim| {
            let slot = nest.slot(dim, gap.at);
            u64::from(nest.tile(slot)) * u64::from(nest.places(slot))
        };
        let tiles = match tensor {
            Tensor::W => self.sizes.weights / (moving(Tensor::I) * moving(Tensor::O)),
            Tensor::O => self.sizes.outputs / (moving(Tensor::W) * moving(Tensor::I)),
            Tensor::I => match self.first_windows(gap) {
                Some(words) => held(Dim::N) * held(Dim::C) * words,
                None => return self.edge(gap).first(),
            },
        };
        tiles * nest.product(nest.shared(tensor) & gap.from) * self.kept_apart(tensor, gap)
    }

    /// Words of the windows of the first step; none if they are irregular.
    #[inline(always)]
    fn first_windows(&self, gap: &Gap) -> Option<u64> {
        Some(self.first_windows_along(0, gap)? * self.first_windows_along(1, gap)?)
    }

    /// Elements of a dimension that all instances together hold at the first step.
    fn first_tiles(&mut self, dim: Dim, at: Set) -> u64 {
        let nest = self.nest;
        let loops = nest.of(dim) & at;
        if loops & nest.uneven() != 0 && loops & nest.spread() != 0 {
            return self.uneven_first_tiles(dim, at);
        }
        let slot = nest.slot(dim, at);
        u64::from(nest.tile(slot)) * u64::from(nest.places(slot))
    }

    /// Words of the windows of the first step along an axis; none if they are irregular.
    #[inline(always)]
    fn first_windows_along(&self, axis: usize, gap: &Gap) -> Option<u64> {
        let nest = self.nest;
        let [outs, taps] = window_dims(axis);
        let (out, tap) = (nest.slot(outs, gap.at), nest.slot(taps, gap.at));
        let loops = (nest.of(outs) | nest.of(taps)) & gap.at;
        if loops & nest.spread() == 0 {
            return Some(
                self.layer
                    .covered(axis, (0, nest.tile(out)), (0, nest.tile(tap))),
            );
        }
        let along = &self.sizes.axes[axis];
        if along.clips || loops & nest.uneven() != 0 {
            return None;
        }
        let places = [out, tap].map(|slot| u64::from(nest.places(slot)));
        let sums = |places: u64, slot: usize| (places, places * u64::from(nest.tile(slot)));
        let all = along.plain(sums(places[0], out), sums(places[1], tap));
        Some(all - self.coinciding(axis, gap, places))
    }

    /// How many different tiles of a tensor a source hands out at a time to instances that differ
    /// only along dimensions which do not select its tiles.
    fn sources(&mut self, tensor: Tensor, gap: &Gap) -> u64 {
        let nest = self.nest;
        let spread = nest.shared(tensor);
        if spread & nest.scattered() & gap.at != 0 {
            return self.uneven_sources(tensor, gap);
        }
        nest.product(spread & gap.from) * self.kept_apart(tensor, gap)
    }

    /// Partial sums of an output that reach a source apart from each other.
    #[inline(always)]
    fn kept_apart(&self, tensor: Tensor, gap: &Gap) -> u64 {
        let apart = self.nest.apart() & gap.between();
        if tensor == Tensor::O && apart != 0 {
            self.nest.iterations(apart)
        } else {
            1
        }
    }

    /// Steps in time of the first instance, which takes part in all of them.
    #[inline(always)]
    pub fn steps(&mut self) -> u64 {
        if self.nest.uneven() != 0 {
            return self.uneven_steps();
        }
        let free = |tensor| self.nest.product(self.nest.free(tensor));
        free(Tensor::W) * free(Tensor::I) * free(Tensor::O)
    }

    /// Instances of a level that are ever used.
    pub fn instances(&mut self, level: usize) -> u64 {
        let at = self.nest.above(level);
        let of = |tensor| self.places(tensor, at);
        Tensor::ALL.into_iter().map(of).product()
    }

    /// Instances along the dimensions that do not select a tensor's tiles.
    #[inline(always)]
    pub fn places(&mut self, tensor: Tensor, at: Set) -> u64 {
        let spread = self.nest.shared(tensor) & at;
        if spread & self.nest.scattered() != 0 {
            return self.uneven_places(tensor, at);
        }
        self.nest.product(spread)
    }

    #[cold]
    fn exactly(&mut self, gap: &Gap) -> Words {
        self.edge(gap).words()
    }

    /// The same way with all its cuts.
    #[cold]
    fn edge(&mut self, gap: &Gap) -> Edge<'_> {
        Edge::new(self.layer, self.cuts.of(self.layer, self.mapping), gap.feed)
    }

    /// How often the tiles of a tensor are asked for, by one source and by all instances.
    fn asked(&mut self, tensor: Tensor, gap: &Gap) -> Words {
        let nest = self.nest;
        let loops = self.asking(tensor, gap);
        let (free, shared) = (nest.free(tensor), nest.shared(tensor));
        if (free | shared) & nest.uneven() & gap.at != 0 {
            return self.asked_unevenly(tensor, gap, loops);
        }
        let steps = nest.product(free & loops);
        Words {
            sent: steps * self.sources(tensor, gap),
            delivered: steps * nest.product(shared & gap.at),
        }
    }

    /// Words, of all windows, that sliding keeps; none if windows are too irregular.
    #[inline(always)]
    fn slid(&self, at: Set, windows: [u64; 2]) -> Option<u64> {
        let nest = self.nest;
        let moving = nest.moving() & at;
        let innermost = moving & moving.wrapping_neg();
        let along = |axis: usize, dim: Dim| {
            let loops = nest.of(dim) & at;
            let outermost = 1 << self.walking(dim, at).ilog2();
            if loops & nest.spread() & (outermost - 1) != 0 {
                return None;
            }
            let [outs, taps] = window_dims(axis);
            let within = nest.slot(dim, at & !(2 * outermost - 1));
            let sweep = Sweep {
                outputs: dim == outs,
                within: self.side_at(within),
            };
            let axes = &self.sizes.axes[axis];
            let overlaps = axes.overlaps(self.side(outs, at), self.side(taps, at), sweep)?;
            Some(overlaps * windows[1 - axis])
        };
        if innermost & nest.of(Dim::P) != 0 {
            along(0, Dim::P)
        } else if innermost & nest.of(Dim::Q) != 0 {
            along(1, Dim::Q)
        } else if innermost & nest.of(Dim::R) != 0 {
            along(0, Dim::R)
        } else if innermost & nest.of(Dim::S) != 0 {
            along(1, Dim::S)
        } else {
            Some(0)
        }
    }

    /// The pieces of a window's dimension.
    #[inline(always)]
    fn side(&self, dim: Dim, at: Set) -> Side {
        self.side_at(self.nest.slot(dim, at))
    }

    #[inline(always)]
    fn side_at(&self, slot: usize) -> Side {
        Side {
            tile: self.nest.tile(slot),
            pieces: self.nest.pieces(slot),
        }
    }

    /// Whether windows of several instances may coincide.
    #[inline(always)]
    fn on_diagonal(&self, gap: &Gap) -> bool {
        self.on_diagonal_of(0, gap) || self.on_diagonal_of(1, gap)
    }

    #[inline(always)]
    fn on_diagonal_of(&self, axis: usize, gap: &Gap) -> bool {
        let spread = self.nest.spread() & gap.between();
        let [outs, taps] = window_dims(axis).map(|dim| self.nest.of(dim));
        spread & outs != 0 && spread & taps != 0
    }
}
