//! Evaluating many mappings of one layer on one sub-accelerator.
//!
//! Most of an evaluation does not depend on the tiles: which store feeds which, over which link, at
//! what energy per bit. An [`Evaluator`] works that out once. It also keeps what it knows of the
//! mapping, so that a small change costs only what the change can reach: levels outside the changed
//! loop keep their counts, and windows along the other axis keep their words.

use crate::counts::{Access, enter};
use crate::dataflow::MAX_LEVELS;
use crate::energy::Energy;
use crate::evaluate::{LayerCost, OnChip};
use crate::feeds::{Carriage, Exposed, Feed, Feeds, MAX_FEEDS};
use crate::flow::{Between, Flow, Sizes, windows_of};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{Link, Loads, MAX_LINKS, bandwidths, crossing_bits};
use crate::mapping::{Loop, Mapping};
use crate::nest::{Dims, Nest};
use crate::prices::Prices;
use crate::technology::Technology;
use std::cell::RefCell;

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
    setting: Setting<'a>,
    mapping: Mapping,
    known: Known,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that knows the cost of a mapping; without a technology there is no energy.
    pub fn new(
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        technology: Option<&'a Technology>,
    ) -> Self {
        let setting = Setting::new(layer, mapping, sub, technology, OnChip::default());
        let mut known = Known::nothing(&setting, mapping);
        known.count(&setting, mapping, 0, Dims::MAX);
        Evaluator {
            setting,
            mapping: *mapping,
            known,
        }
    }

    /// The cost of the mapping.
    pub fn cost(&self) -> &LayerCost {
        &self.known.cost
    }

    /// The layer.
    pub fn layer(&self) -> &Layer {
        &self.setting.layer
    }

    /// The mapping as it is now.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Changes to any other mapping that covers the layer; what that costs.
    #[inline]
    pub fn evaluate(&mut self, mapping: &Mapping) -> &LayerCost {
        if mapping.levels() != self.mapping.levels()
            || mapping.array_level() != self.mapping.array_level()
        {
            self.setting.furnish(mapping);
            self.known = Known::nothing(&self.setting, mapping);
        }
        self.mapping = *mapping;
        self.change(0, Dims::MAX);
        &self.known.cost
    }

    /// The same as [`Evaluator::evaluate`], in less time where the outer loops of both mappings are
    /// alike: what has not changed is looked for, and not counted again.
    #[inline]
    pub fn move_to(&mut self, mapping: &Mapping) -> &LayerCost {
        if mapping.levels() != self.mapping.levels()
            || mapping.array_level() != self.mapping.array_level()
        {
            return self.evaluate(mapping);
        }
        if let Some((level, dims)) = difference(self.mapping.loops(), mapping.loops()) {
            self.mapping = *mapping;
            self.change(level, dims);
        }
        &self.known.cost
    }

    /// Changes the tile of the loop at a position; false, and no change, if the nest would no
    /// longer cover the layer or tiles would grow inwards.
    #[inline]
    pub fn set_tile(&mut self, at: usize, tile: u32) -> bool {
        let Some(changed) = self.mapping.set_tile(&self.setting.layer, at, tile) else {
            return false;
        };
        self.change(changed.level.into(), 1 << changed.dim.index());
        true
    }

    /// Lets the loop at a position and the next one change places; false, and no change, if they
    /// belong to different levels or walk the same dimension.
    #[inline]
    pub fn exchange(&mut self, at: usize) -> bool {
        let Some(level) = self.mapping.exchange(at) else {
            return false;
        };
        self.change(level, 0);
        true
    }

    /// Changes the bandwidth of the network, in bytes per cycle.
    #[inline]
    pub fn set_bandwidth(&mut self, bandwidth: f64) {
        self.setting.sub.bandwidth = bandwidth;
        self.setting.bandwidths[Link::Noc.index()] = Some(bandwidth);
        self.known.time(&self.setting, &self.mapping);
    }

    /// Counts again what lies inside a level where loops have changed: in size those of the
    /// dimensions `dims`, in order any.
    #[inline]
    fn change(&mut self, level: usize, dims: Dims) {
        self.known.count(&self.setting, &self.mapping, level, dims);
    }
}

/// The outermost level with different loops, and the dimensions that they walk; none if all loops
/// are alike.
fn difference(before: &[Loop], after: &[Loop]) -> Option<(usize, Dims)> {
    let alike = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[alike..], &after[alike..]);
    let level = before.iter().chain(after).map(|l| l.level).min()?;
    let dims = before.iter().chain(after).map(|l| 1 << l.dim.index());
    Some((level.into(), dims.fold(0, |all, dim| all | dim)))
}

/// Costs one mapping.
pub(crate) fn evaluate_once(
    layer: &Layer,
    mapping: &Mapping,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
    on_chip: OnChip,
) -> LayerCost {
    let setting = Setting::new(layer, mapping, sub, technology, on_chip);
    // What is known of the last mapping is overwritten in place: it is large, and clearing it would
    // take a fifth of the time.
    thread_local! {
        static KNOWN: RefCell<Known> = RefCell::new(Known::blank());
    }
    KNOWN.with_borrow_mut(|known| {
        known.start(&setting, mapping);
        known.count(&setting, mapping, 0, Dims::MAX);
        known.cost
    })
}

/// What tiles do not decide.
#[derive(Clone)]
struct Setting<'a> {
    layer: Layer,
    sub: SubAccelerator,
    technology: Option<&'a Technology>,
    on_chip: OnChip,
    sizes: Sizes,
    feeds: Feeds,
    carriages: [Carriage; MAX_FEEDS],
    /// Links that carry anything, one bit each.
    links: u8,
    bandwidths: [Option<f64>; MAX_LINKS],
    prices: Option<Prices<'a>>,
}

impl<'a> Setting<'a> {
    #[inline]
    fn new(
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        technology: Option<&'a Technology>,
        on_chip: OnChip,
    ) -> Self {
        let mut setting = Setting {
            layer: *layer,
            sub: *sub,
            technology,
            on_chip,
            sizes: Sizes::new(layer),
            feeds: Feeds::NONE,
            carriages: [Carriage::NONE; MAX_FEEDS],
            links: 0,
            bandwidths: [None; MAX_LINKS],
            prices: None,
        };
        setting.furnish(mapping);
        setting
    }

    /// Works out what the levels of a mapping and its array decide.
    fn furnish(&mut self, mapping: &Mapping) {
        self.feeds = Feeds::new(mapping.levels());
        self.links = 0;
        for (carriage, feed) in self.carriages.iter_mut().zip(self.feeds.all()) {
            *carriage = Carriage::new(feed, &self.layer, mapping, &self.sub, self.on_chip);
            let off_chip = carriage.off_chip.then_some(Link::OffChip);
            for link in carriage.inner.into_iter().chain(off_chip) {
                self.links |= 1 << link.index();
            }
        }
        self.bandwidths = bandwidths(mapping.levels(), &self.sub);
        self.prices = self
            .technology
            .map(|technology| Prices::new(technology, &self.layer, mapping, &self.sub));
    }
}

/// What is known of a mapping.
#[derive(Clone)]
struct Known {
    nest: Nest,
    /// Words of all windows of a level along each axis, where the level is fed with inputs.
    windows: [[u64; 2]; MAX_LEVELS + 1],
    /// Bits of each feed, and those of them that cannot hide.
    bits: [[u64; 2]; MAX_FEEDS],
    cost: LayerCost,
}

impl Known {
    /// Room for what will be known.
    fn blank() -> Self {
        Known {
            nest: Nest::blank(),
            windows: [[0; 2]; MAX_LEVELS + 1],
            bits: [[0; 2]; MAX_FEEDS],
            cost: LayerCost::blank(),
        }
    }

    #[inline]
    fn nothing(setting: &Setting, mapping: &Mapping) -> Self {
        let mut known = Known::blank();
        known.start(setting, mapping);
        known
    }

    /// Forgets what was known; counting all levels overwrites the rest.
    #[inline]
    fn start(&mut self, setting: &Setting, mapping: &Mapping) {
        self.nest.start(&setting.layer);
        self.cost = LayerCost::nothing(&setting.layer, mapping.levels().len());
        self.cost.energy = setting.technology.map(|_| Energy::default());
    }

    /// Counts what lies inside a level, see [`Evaluator::change`].
    #[inline]
    fn count(&mut self, setting: &Setting, mapping: &Mapping, level: usize, dims: Dims) {
        self.nest.read(mapping, level);
        let flow = Flow {
            layer: &setting.layer,
            sizes: &setting.sizes,
            nest: &self.nest,
            multipliers: mapping.levels().len(),
        };
        let counting = Counting {
            setting,
            flow,
            level,
            windows: &mut self.windows,
            bits: &mut self.bits,
            access: &mut self.cost.access,
        };
        counting.count(dims);
        self.cost.compute_cycles = compute_cycles(&setting.sub, mapping, &flow);
        self.time(setting, mapping);
    }

    /// Works out latency and energy of what is counted.
    #[inline]
    fn time(&mut self, setting: &Setting, mapping: &Mapping) {
        let mut loads = Loads::NONE;
        let feeds = setting.feeds.all().len();
        let bits = self.bits[..feeds].iter();
        for (carriage, [bits, exposed]) in setting.carriages[..feeds].iter().zip(bits) {
            if let Some(link) = carriage.inner {
                loads.add(link, *bits, *exposed);
            }
            if carriage.off_chip {
                loads.add(Link::OffChip, *bits, *exposed);
            }
        }
        let cost = &mut self.cost;
        loads.time(setting.links, &setting.bandwidths, &mut cost.links);
        let sides = self.nest.above(mapping.levels().len()).sides;
        // To the farthest element in use and back.
        let hops = 2 * (u64::from(sides[0]) + u64::from(sides[1]));
        cost.hop_cycles = hops * u64::from(setting.sub.hop_cycles);
        cost.conclude(&setting.sub);
        if let Some(prices) = &setting.prices {
            let outputs = setting.sizes.outputs();
            prices.spend(&setting.layer, mapping, outputs, sides, cost);
        }
    }
}

/// Counting what travels inside a level.
struct Counting<'k> {
    setting: &'k Setting<'k>,
    flow: Flow<'k>,
    level: usize,
    windows: &'k mut [[u64; 2]; MAX_LEVELS + 1],
    bits: &'k mut [[u64; 2]; MAX_FEEDS],
    access: &'k mut [[Access; 3]; MAX_LEVELS],
}

impl Counting<'_> {
    #[inline(always)]
    fn count(mut self, dims: Dims) {
        self.count_tensor(Tensor::W, dims);
        self.count_tensor(Tensor::I, dims);
        self.count_tensor(Tensor::O, dims);
    }

    /// Inlined for each tensor: what depends on it is known then.
    #[inline(always)]
    fn count_tensor(&mut self, tensor: Tensor, dims: Dims) {
        let setting = self.setting;
        for (index, feed) in setting.feeds.of(tensor) {
            if feed.child <= self.level {
                continue;
            }
            let gap = self.flow.between(feed);
            let words = if tensor == Tensor::I {
                let windows = &mut self.windows[feed.child];
                for (axis, words) in windows.iter_mut().enumerate() {
                    if dims & windows_of(axis) != 0 {
                        *words = self.flow.windows(axis, gap.at);
                    }
                }
                self.flow.inputs(&gap, *windows)
            } else {
                self.flow.words(tensor, &gap)
            };
            enter(self.access, &self.flow, (tensor, feed), &gap, words);
            let outside = &mut self.access[feed.parent][tensor.index()];
            let carriage = &setting.carriages[index];
            self.bits[index] = bits(&self.flow, tensor, &gap, carriage, outside);
            if carriage.stays {
                *outside = Access::default();
            }
        }
    }
}

/// Bits of a feed whose source is counted, and those of them that cannot hide.
#[inline(always)]
fn bits(
    flow: &Flow,
    tensor: Tensor,
    gap: &Between,
    carriage: &Carriage,
    outside: &Access,
) -> [u64; 2] {
    if carriage.inner.is_none() && !carriage.off_chip {
        return [0; 2];
    }
    let bits = crossing_bits(flow.layer, tensor, outside, flow.sizes.outputs());
    let bits = carriage.packed(bits);
    let exposed = match carriage.exposed {
        Exposed::Nothing => 0,
        Exposed::All => bits,
        Exposed::First => flow.first(tensor, gap) * u64::from(flow.layer.bits(tensor)),
    };
    [bits, exposed]
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
    let feed = Feed {
        tensor: Tensor::O,
        parent: mapping.parent(inside, Tensor::O),
        child: inside,
    };
    let sums = flow.words(Tensor::O, &flow.between(&feed)).delivered * groups;
    let each = sums.div_ceil(flow.instances(inside));
    steps + each * u64::from(sub.accumulate_cycles)
}
