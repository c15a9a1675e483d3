//! Evaluating many mappings of one layer on one sub-accelerator.
//!
//! Most of an evaluation does not depend on the tiles: which store feeds which, over which link, at
//! what energy per bit. An [`Evaluator`] works that out once. It also keeps what it knows of the
//! mapping, so that a small change costs only what the change can reach: levels outside the changed
//! loop keep their counts, and windows along the other axis keep their words.

use std::cell::RefCell;

use crate::counts::{Access, Source};
use crate::cuts::{Dims, with_cuts};
use crate::dataflow::MAX_LEVELS;
use crate::evaluate::{LayerCost, OnChip};
use crate::feeds::{Exposed, Feeds, MAX_FEEDS, Way};
use crate::flow::{Flow, Sizes};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{Carried, Link, Loads, MAX_LINKS, bandwidths};
use crate::mapping::{Loop, Mapping};
use crate::nest::Nest;
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
        let mut known = Known::nothing(&setting);
        known.nest.read(mapping);
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
            self.known.start(&self.setting);
            self.mapping = *mapping;
        } else {
            self.mapping.follow(mapping);
        }
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
            self.mapping.follow(mapping);
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
        self.known.nest.retile(&self.mapping, at, changed.inside);
        self.count(changed.level, 1 << changed.dim.index());
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
        self.setting.bandwidths[Link::Noc.index()] = bandwidth;
        self.known.time(&self.setting, &self.mapping);
    }

    /// Counts again what lies inside a level where loops have changed: in size those of the
    /// dimensions `dims`, in order any.
    #[inline]
    fn change(&mut self, level: usize, dims: Dims) {
        self.known.nest.read(&self.mapping);
        self.count(level, dims);
    }

    #[inline]
    fn count(&mut self, level: usize, dims: Dims) {
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
        static KNOWN: RefCell<Known> = const { RefCell::new(Known::blank()) };
    }
    KNOWN.with_borrow_mut(|known| {
        known.start(&setting);
        known.nest.read(mapping);
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
    levels: usize,
    feeds: Feeds,
    ways: [Way; MAX_FEEDS],
    /// The level that takes partial sums over from outside the array.
    taken_over: usize,
    carried: Carried,
    /// Links that carry anything, one bit each.
    links: u8,
    /// Bytes per cycle of each link.
    bandwidths: [f64; MAX_LINKS],
    prices: Option<Prices<'a>>,
    /// Whether ways through the array cost anything.
    measures: bool,
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
            levels: 0,
            feeds: Feeds::NONE,
            ways: [Way::NONE; MAX_FEEDS],
            taken_over: 0,
            carried: Carried::NOTHING,
            links: 0,
            bandwidths: [f64::INFINITY; MAX_LINKS],
            prices: None,
            measures: sub.hop_cycles > 0 || technology.is_some_and(|t| t.hop_energy > 0.0),
        };
        setting.furnish(mapping);
        setting
    }

    /// Works out what the levels of a mapping and its array decide.
    fn furnish(&mut self, mapping: &Mapping) {
        self.levels = mapping.levels().len();
        self.feeds = Feeds::new(mapping.levels());
        self.carried = Carried::NOTHING;
        for (index, feed) in self.feeds.all().iter().enumerate() {
            let way = Way::new(feed, &self.layer, mapping, &self.sub, self.on_chip);
            self.ways[index] = way;
            self.carried.note(index, &way);
            // The first store of outputs inside the array, or the multipliers.
            if feed.tensor == Tensor::O && feed.parent() < mapping.array_level() {
                self.taken_over = feed.child();
            }
        }
        self.links = self.carried.links();
        self.bandwidths = bandwidths(mapping.levels(), &self.sub);
        let ways = &mut self.ways[..self.feeds.all().len()];
        self.prices = self
            .technology
            .map(|technology| Prices::new(technology, &self.layer, mapping, &self.sub, ways));
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
    /// Partial sums that the elements take over.
    sums: u64,
    cost: LayerCost,
}

impl Known {
    /// Room for what will be known.
    const fn blank() -> Self {
        Known {
            nest: Nest::blank(),
            windows: [[0; 2]; MAX_LEVELS + 1],
            bits: [[0; 2]; MAX_FEEDS],
            sums: 0,
            cost: LayerCost::blank(),
        }
    }

    #[inline]
    fn nothing(setting: &Setting) -> Self {
        let mut known = Known::blank();
        known.start(setting);
        known
    }

    /// Forgets what was known; counting all levels overwrites the rest.
    #[inline]
    fn start(&mut self, setting: &Setting) {
        self.nest.start(&setting.layer);
        self.cost = LayerCost::nothing(&setting.layer, setting.levels);
        self.cost.energy = setting.prices.as_ref().map(Prices::start);
    }

    /// Counts what lies inside a level, see [`Evaluator::change`].
    #[inline]
    fn count(&mut self, setting: &Setting, mapping: &Mapping, level: usize, dims: Dims) {
        let compute_cycles = with_cuts(|cuts| {
            let mut counting = Counting {
                setting,
                flow: Flow {
                    layer: &setting.layer,
                    mapping,
                    sizes: &setting.sizes,
                    nest: &self.nest,
                    cuts,
                },
                level,
                windows: &mut self.windows,
                bits: &mut self.bits,
                sums: &mut self.sums,
                cost: &mut self.cost,
            };
            counting.tensor(Tensor::W, dims);
            counting.tensor(Tensor::I, dims);
            counting.tensor(Tensor::O, dims);
            counting.compute_cycles()
        });
        self.cost.compute_cycles = compute_cycles;
        self.time(setting, mapping);
    }

    /// Works out latency and energy of what is counted.
    #[inline]
    fn time(&mut self, setting: &Setting, mapping: &Mapping) {
        let loads = Loads::of(&setting.carried, &self.bits);
        let cost = &mut self.cost;
        let sides = if setting.measures {
            self.nest.sides(mapping)
        } else {
            [1; 2]
        };
        // To the farthest element in use and back.
        let hops = 2 * (u64::from(sides[0]) + u64::from(sides[1]));
        cost.hop_cycles = hops * u64::from(setting.sub.hop_cycles);
        cost.conclude(&setting.sub, &loads, setting.links, &setting.bandwidths);
        if let Some(prices) = &setting.prices {
            let outputs = setting.sizes.all_outputs();
            prices.conclude(&setting.layer, mapping, outputs, sides, cost);
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
    sums: &'k mut u64,
    cost: &'k mut LayerCost,
}

impl Counting<'_> {
    /// Inlined for each tensor: what depends on it is known then.
    #[inline(always)]
    fn tensor(&mut self, tensor: Tensor, dims: Dims) {
        let setting = self.setting;
        let (last, width) = (
            u64::from(setting.layer.bits(tensor)),
            setting.layer.precision.on_the_way(tensor),
        );
        let t = tensor.index();
        let ways = setting.feeds.inside(tensor, self.level);
        let (ways, bits) = (&setting.ways[ways.clone()], &mut self.bits[ways]);
        let mut source = match ways.first() {
            Some(Way { feed, .. }) if feed.parent() > 0 => Source {
                instances: self
                    .flow
                    .places(tensor, self.flow.nest.above(feed.parent())),
                fills: self.cost.access[feed.parent()][t].fills,
            },
            _ => Source::OUTERMOST,
        };
        for (way, bits) in ways.iter().zip(bits) {
            let feed = &way.feed;
            let mut windows = [0; 2];
            if tensor == Tensor::I {
                let known = &mut self.windows[feed.child()];
                for axis in 0..2 {
                    if dims & windows_of(axis) != 0 {
                        known[axis] = self.flow.windows(axis, feed);
                    }
                    windows[axis] = known[axis];
                }
            }
            let instances = source.instances;
            let travel = self.flow.travel(tensor, feed, instances, windows);
            if tensor == Tensor::O && feed.child() == setting.taken_over {
                *self.sums = travel.delivered;
            }
            let mut access = source.feed(&setting.sizes, tensor, &travel);
            let mut crossing = (access.reads + access.updates) * width;
            // Each instance elides one read per output it works on. Instances that share an output
            // (reduction dimensions spread above) never complete it.
            if tensor == Tensor::O && instances == 1 {
                crossing -= setting.sizes.all_outputs() * width;
                crossing += setting.sizes.all_outputs() * last;
            }
            let packed = way.packed(crossing);
            let exposed = match way.exposed {
                Exposed::All => packed,
                Exposed::First => self.flow.first(tensor, feed) * last,
                Exposed::Nothing => 0,
            };
            *bits = [packed, exposed];
            if way.stays {
                access = Access::NONE;
                crossing = 0;
            }
            self.cost.access[feed.parent()][t] = access;
            if let Some(energy) = &mut self.cost.energy {
                energy.store[feed.parent()][t] = way.price.of(crossing + access.fills * width);
            }
        }
    }

    /// Cycles of the busiest element.
    #[inline(always)]
    fn compute_cycles(&mut self) -> u64 {
        let sub = &self.setting.sub;
        let groups = self.setting.sizes.groups();
        let steps = sub.steps(&self.setting.layer, self.flow.steps() * groups);
        let steps = if sub.simd > 1 {
            steps.div_ceil(u64::from(sub.simd))
        } else {
            steps
        };
        if sub.accumulate_cycles == 0 {
            return steps;
        }
        let instances = self.flow.instances(self.setting.taken_over);
        let each = (*self.sums * groups).div_ceil(instances);
        steps + each * u64::from(sub.accumulate_cycles)
    }
}

/// The dimensions of the windows along an axis, one bit each.
const fn windows_of(axis: usize) -> Dims {
    let [out, tap] = window_dims(axis);
    1 << out.index() | 1 << tap.index()
}
