//! Evaluating many mappings of one layer on one sub-accelerator.
//!
//! Most of an evaluation does not depend on the tiles: which store feeds which, over which link, at
//! what energy per bit. An [`Evaluator`] works that out once. It also keeps what it knows of the
//! mapping, so that a small change costs only what the change can reach: levels outside the changed
//! loop keep their counts, and windows along the other axis keep their words.

use crate::counts::enter;
use crate::dataflow::MAX_LEVELS;
use crate::energy::Energy;
use crate::evaluate::{LayerCost, OnChip};
use crate::feeds::{Carriage, Exposed, Feed, Feeds, MAX_FEEDS};
use crate::flow::{Flow, Sizes};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{Link, Loads, MAX_LINKS, bandwidths, crossing_bits};
use crate::mapping::Mapping;
use crate::nest::{Dims, Nest};
use crate::prices::Prices;
use crate::technology::Technology;
use crate::windows::window_dims;

/// The cost of a mapping, kept up to date while the mapping changes.
///
/// After every change the cost is, to the bit, what [`evaluate`](crate::evaluate) says of the
/// mapping as it is then.
///
/// ```
/// use nasaic_cost::*;
///
/// let layer = Layer::dense(16, 256, 64)?;
/// let store = |name: &str, keep: &[Tensor]| Step::store(name, keep, None);
/// let dataflow = Dataflow::new("os", vec![
///     store("dram", &Tensor::ALL), store("glb", &Tensor::ALL),
///     Step::by(Dim::K, 8), Step::by(Dim::N, 2), Step::by(Dim::C, 1),
/// ]);
/// let sub = SubAccelerator::new(1, 4.0, 1e9);
/// let mapping = fit(&layer, &dataflow, &sub)?;
/// let mut evaluator = Evaluator::new(&layer, &mapping, &sub, None);
/// let before = evaluator.cost().cycles;
/// let at = mapping.loops().iter().position(|l| l.dim == Dim::K && l.tile == 8).unwrap();
/// assert!(evaluator.set_tile(at, 16));
/// assert_eq!(*evaluator.cost(), evaluate(&layer, evaluator.mapping(), &sub, None));
/// assert!(evaluator.cost().cycles <= before);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Evaluator<'a> {
    layer: &'a Layer,
    sub: SubAccelerator,
    technology: Option<&'a Technology>,
    on_chip: OnChip,
    sizes: Sizes,
    feeds: Feeds,
    carriages: [Carriage; MAX_FEEDS],
    bandwidths: [Option<f64>; MAX_LINKS],
    prices: Option<Prices<'a>>,
    mapping: Mapping,
    nest: Nest,
    /// Words of all windows of a level along each axis, where the level is fed with inputs.
    windows: [[u64; 2]; MAX_LEVELS + 1],
    /// Bits of each feed, and those of them that cannot hide.
    bits: [[u64; 2]; MAX_FEEDS],
    cost: LayerCost,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that knows the cost of a mapping; without a technology there is no energy.
    pub fn new(
        layer: &'a Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        technology: Option<&'a Technology>,
    ) -> Self {
        Self::on_chip(layer, mapping, sub, technology, OnChip::default())
    }

    /// The same, if some tensors do not travel off-chip.
    #[inline]
    pub fn on_chip(
        layer: &'a Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        technology: Option<&'a Technology>,
        on_chip: OnChip,
    ) -> Self {
        let unknown = Carriage {
            inner: None,
            off_chip: false,
            stays: false,
            exposed: Exposed::Nothing,
            packing: None,
        };
        let mut evaluator = Evaluator {
            layer,
            sub: *sub,
            technology,
            on_chip,
            sizes: Sizes::new(layer),
            feeds: Feeds::new(mapping.levels()),
            carriages: [unknown; MAX_FEEDS],
            bandwidths: [None; MAX_LINKS],
            prices: None,
            mapping: *mapping,
            nest: Nest::empty(layer),
            windows: [[0; 2]; MAX_LEVELS + 1],
            bits: [[0; 2]; MAX_FEEDS],
            cost: LayerCost::nothing(layer, mapping.levels().len()),
        };
        evaluator.furnish();
        evaluator.update(0, Dims::MAX);
        evaluator
    }

    /// The cost of the mapping.
    pub fn cost(&self) -> &LayerCost {
        &self.cost
    }

    /// The mapping as it is now.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Changes to any other mapping of the layer that covers it; what that costs.
    #[inline]
    pub fn evaluate(&mut self, mapping: &Mapping) -> &LayerCost {
        let other = mapping.levels() != self.mapping.levels()
            || mapping.array_level() != self.mapping.array_level();
        self.mapping.clone_from(mapping);
        if other {
            self.feeds = Feeds::new(mapping.levels());
            self.cost = LayerCost::nothing(self.layer, mapping.levels().len());
            self.furnish();
        }
        self.update(0, Dims::MAX);
        &self.cost
    }

    /// Changes the tile of the loop at a position; false, and no change, if the nest would no
    /// longer cover the layer or tiles would grow inwards.
    #[inline]
    pub fn set_tile(&mut self, at: usize, tile: u32) -> bool {
        let Some(level) = self.mapping.set_tile(self.layer, at, tile) else {
            return false;
        };
        let dim = self.mapping.loops()[at].dim;
        self.update(level, 1 << dim.index());
        true
    }

    /// Lets the loop at a position and the next one change places; false, and no change, if they
    /// belong to different levels or walk the same dimension.
    #[inline]
    pub fn exchange(&mut self, at: usize) -> bool {
        let Some(level) = self.mapping.exchange(at) else {
            return false;
        };
        self.update(level, 0);
        true
    }

    /// Changes the bandwidth of the network, in bytes per cycle.
    #[inline]
    pub fn set_bandwidth(&mut self, bandwidth: f64) {
        self.sub.bandwidth = bandwidth;
        self.bandwidths[Link::Noc.index()] = Some(bandwidth);
        self.time();
    }

    /// Works out what does not depend on the tiles, for the levels of the mapping.
    fn furnish(&mut self) {
        let mapping = &self.mapping;
        for (carriage, feed) in self.carriages.iter_mut().zip(self.feeds.all()) {
            *carriage = Carriage::new(feed, self.layer, mapping, &self.sub, self.on_chip);
        }
        self.bandwidths = bandwidths(mapping.levels(), &self.sub);
        self.prices = self
            .technology
            .map(|technology| Prices::new(technology, self.layer, mapping, &self.sub));
        self.cost.energy = self.technology.map(|_| Energy::default());
    }

    /// Counts again what lies inside a level where loops have changed: in number or size those of
    /// the dimensions `dims`, in order any.
    #[inline]
    fn update(&mut self, level: usize, dims: Dims) {
        self.nest.read(&self.mapping, level);
        let flow = Flow {
            layer: self.layer,
            sizes: &self.sizes,
            nest: &self.nest,
            multipliers: self.mapping.levels().len(),
        };
        let outputs = self.sizes.outputs();
        for (index, feed) in self.feeds.all().iter().enumerate() {
            if feed.child <= level {
                continue;
            }
            let carriage = &self.carriages[index];
            let Feed {
                tensor,
                parent,
                child,
            } = *feed;
            let words = if tensor == Tensor::I {
                let windows = &mut self.windows[child];
                for (axis, words) in windows.iter_mut().enumerate() {
                    if dims & of_axis(axis) != 0 {
                        *words = flow.windows(axis, child);
                    }
                }
                flow.inputs(parent, child, *windows)
            } else {
                flow.words(tensor, parent, child)
            };
            enter(&mut self.cost.access, &flow, feed, words);
            let outside = &mut self.cost.access[parent][tensor.index()];
            if carriage.inner.is_some() || carriage.off_chip {
                let bits = crossing_bits(self.layer, tensor, outside, outputs);
                let bits = carriage.packed(bits);
                let exposed = match carriage.exposed {
                    Exposed::Nothing => 0,
                    Exposed::All => bits,
                    Exposed::First => {
                        let first = flow.first(tensor, parent, child);
                        first * u64::from(self.layer.bits(tensor))
                    }
                };
                self.bits[index] = [bits, exposed];
            }
            if carriage.stays {
                *outside = Default::default();
            }
        }
        self.cost.compute_cycles = compute_cycles(&self.sub, &self.mapping, &flow);
        self.time();
    }

    /// Works out latency and energy of what is counted.
    #[inline]
    fn time(&mut self) {
        let mut loads = Loads::NONE;
        let feeds = self.carriages.iter().zip(&self.bits);
        for (carriage, [bits, exposed]) in feeds.take(self.feeds.all().len()) {
            if let Some(link) = carriage.inner {
                loads.add(link, *bits, *exposed);
            }
            if carriage.off_chip {
                loads.add(Link::OffChip, *bits, *exposed);
            }
        }
        loads.time(&self.bandwidths, &mut self.cost.links);
        let sides = self.nest.above(self.mapping.levels().len()).sides;
        // To the farthest element in use and back.
        let hops = 2 * (u64::from(sides[0]) + u64::from(sides[1]));
        self.cost.hop_cycles = hops * u64::from(self.sub.hop_cycles);
        self.cost.conclude(&self.sub);
        if let Some(prices) = &self.prices {
            let outputs = self.sizes.outputs();
            prices.spend(self.layer, &self.mapping, outputs, sides, &mut self.cost);
        }
    }
}

/// The dimensions of the windows along an axis, one bit each.
const fn of_axis(axis: usize) -> Dims {
    let [out, tap] = window_dims(axis);
    1 << out.index() | 1 << tap.index()
}

/// Cycles of the busiest element.
#[inline]
fn compute_cycles(sub: &SubAccelerator, mapping: &Mapping, flow: &Flow) -> u64 {
    let groups = flow.sizes.groups();
    let steps = sub.steps(flow.layer, flow.steps() * groups);
    let steps = if sub.simd > 1 {
        steps.div_ceil(u64::from(sub.simd))
    } else {
        steps
    };
    if sub.accumulate_cycles == 0 {
        return steps;
    }
    let array = mapping.array_level();
    let levels = mapping.levels();
    let keeps = |&level: &usize| levels[level].keep.contains(Tensor::O);
    let inside = (array..levels.len()).find(keeps).unwrap_or(levels.len());
    let parent = mapping.parent(inside, Tensor::O);
    let sums = flow.words(Tensor::O, parent, inside).delivered * groups;
    let each = sums.div_ceil(flow.instances(inside));
    steps + each * u64::from(sub.accumulate_cycles)
}
