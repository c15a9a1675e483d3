//! Evaluating plans, bounding nodes, and keeping the best plan.

use super::{Found, Objective, Options, Proof};
use crate::dataflow::{Buffering, Flaw};
use crate::evaluate::LayerCost;
use crate::evaluator::Evaluator;
use crate::fit::Refusal;
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, Tensor};
use crate::links::{Link, LinkLoad, crossing_bits};
use crate::lower::lower;
use crate::mapping::Mapping;
use crate::plan::Plan;
use crate::technology::Technology;
use crate::template::Line;

/// The best plan so far and what it took to find it.
pub(super) struct Judge<'a> {
    sub: &'a SubAccelerator,
    technology: &'a Technology,
    objective: Objective,
    limit: u64,
    best: (f64, Mapping, LayerCost),
    plans: Evaluator<'a>,
    /// Plans as bounds see them, see [`Judge::relaxed`].
    relaxed: Evaluator<'a>,
    pub(super) evaluated: u64,
    pub(super) too_large: u64,
    pub(super) too_costly: u64,
}

/// What nothing below a node of the search can undercut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Floor {
    pub(super) cycles: u64,
    pub(super) energy: f64,
}

impl<'a> Judge<'a> {
    /// A judge that knows one plan.
    pub(super) fn new(
        sub: &'a SubAccelerator,
        technology: &'a Technology,
        options: &Options,
        start: &Plan,
    ) -> Result<Self, Refusal> {
        let mapping = lower(start).ok_or_else(|| Refusal::Flawed(vec![Flaw::TooManyLoops]))?;
        let plans = Evaluator::new(start.layer, &mapping, sub, Some(technology));
        let relaxed = Evaluator::new(start.layer, &mapping, &patient(sub), Some(technology));
        let cost = *plans.cost();
        let value = options.objective.value(cost.cycles, energy(&cost));
        Ok(Judge {
            sub,
            technology,
            objective: options.objective,
            limit: options.limit,
            best: (value, mapping, cost),
            plans,
            relaxed,
            evaluated: 1,
            too_large: 0,
            too_costly: 0,
        })
    }

    /// The best value so far.
    pub(super) fn best(&self) -> f64 {
        self.best.0
    }

    /// Evaluations that are left.
    pub(super) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.evaluated)
    }

    /// The value of a plan that fits; the best one is kept.
    pub(super) fn value(&mut self, plan: &Plan) -> f64 {
        self.evaluated += 1;
        let Some(mapping) = lower(plan) else {
            return f64::INFINITY;
        };
        let cost = self.plans.move_to(&mapping);
        let value = self.objective.value(cost.cycles, energy(cost));
        if value < self.best.0 {
            self.best = (value, mapping, *cost);
        }
        value
    }

    /// A value that no plan undercuts that agrees with both in the `decided` dimensions, one bit
    /// each: `whole` holds the others whole, `least` as little of them as possible.
    pub(super) fn bound(&mut self, whole: &Plan, least: &Plan, decided: u8) -> f64 {
        let floor = self.floor(whole, least, decided);
        floor.map_or(f64::INFINITY, |f| self.bound_of(f))
    }

    /// The value of a floor.
    pub(super) fn bound_of(&self, floor: Floor) -> f64 {
        self.objective.value(floor.cycles, floor.energy)
    }

    /// Bounds cycles and energy separately, see [`Judge::bound`]; none for a nest with too many
    /// loops.
    pub(super) fn floor(&mut self, whole: &Plan, least: &Plan, decided: u8) -> Option<Floor> {
        let (mapping, cost) = self.relaxed(whole, decided)?;
        let mut links = cost.links.iter().enumerate();
        let waits = |(index, load): (usize, &LinkLoad)| {
            let bandwidth = self.bandwidth(&mapping, Link::at(index))?;
            let bits = exposed_bits(least, self.sub, (&mapping, &cost), Link::at(index));
            let cycles = (bits.div_ceil(8) as f64 / bandwidth).ceil() as u64;
            Some(cycles.min(load.cycles))
        };
        let waits: u64 = links.by_ref().filter_map(waits).sum();
        let longest = cost.links.iter().map(|load| load.cycles);
        // Where fewer elements are in use the ways through the array are shorter.
        let ways = match cost.energy {
            Some(energy) if self.technology.hop_energy > 0.0 => energy.noc,
            _ => 0.0,
        };
        Some(Floor {
            cycles: longest.fold(cost.compute_cycles + waits, u64::max),
            energy: energy(&cost) - ways,
        })
    }

    /// Bytes per cycle of a link; none is unlimited.
    fn bandwidth(&self, mapping: &Mapping, link: Link) -> Option<f64> {
        match link {
            Link::OffChip => self.sub.dram_bandwidth,
            Link::Noc => Some(self.sub.bandwidth),
            Link::Store(level) => {
                let own = mapping.levels().get(usize::from(level))?.bandwidth;
                own.map(|bits| f64::from(bits) / 8.0)
            }
        }
    }

    /// What a plan costs as a bound sees it, see [`Judge::bound`].
    ///
    /// How often an adder takes over a partial sum depends on how the work falls on the elements,
    /// which whole dimensions do not show: a bound counts the multiplications alone.
    pub(super) fn relaxed(&mut self, whole: &Plan, decided: u8) -> Option<(Mapping, LayerCost)> {
        self.evaluated += 1;
        let mapping = lower(whole)?;
        let layer = gapless(whole, decided);
        if layer == *self.relaxed.layer() {
            return Some((mapping, *self.relaxed.move_to(&mapping)));
        }
        let technology = Some(self.technology);
        self.relaxed = Evaluator::new(&layer, &mapping, &patient(self.sub), technology);
        Some((mapping, *self.relaxed.cost()))
    }

    /// The result, if nothing below `open` is left unexplored.
    pub(super) fn found(self, open: f64) -> Found {
        let (value, mapping, cost) = self.best;
        let proof = if open >= value {
            Proof::Proven
        } else {
            Proof::Limit {
                bound: open,
                gap: value / open - 1.0,
            }
        };
        Found {
            mapping,
            cost,
            proof,
            evaluated: self.evaluated,
            too_large: self.too_large,
            too_costly: self.too_costly,
        }
    }
}

/// The same array, if its adders took no time.
fn patient(sub: &SubAccelerator) -> SubAccelerator {
    SubAccelerator {
        accumulate_cycles: 0,
        ..*sub
    }
}

fn energy(cost: &LayerCost) -> f64 {
    cost.energy.map_or(0.0, |energy| energy.total())
}

/// The layer as a bound sees it.
///
/// A tile's inputs are the box that its windows sweep. Where a stride leaves gaps between windows,
/// or a dilation between taps, the box of a whole dimension is larger than its pieces together. So
/// along an axis where an open dimension could close such gaps, windows and taps move by single
/// elements: |A + B| ≥ |A| + |B| − 1 for any sets of offsets. Of both ends of the input
/// as many positions lie in the padding as before, or more.
fn gapless(whole: &Plan, decided: u8) -> Layer {
    let mut layer = *whole.layer;
    for (axis, (out, tap)) in [(Dim::P, Dim::R), (Dim::Q, Dim::S)].into_iter().enumerate() {
        let (o, t) = (out.index(), tap.index());
        let both = 1 << o | 1 << t;
        let levels = whole.template.levels().len();
        let taps = layer.bounds[t];
        // Windows with all their taps that reach each other leave nothing to be closed.
        let tight = layer.dilation[axis] == 1
            && taps >= layer.stride[axis]
            && whole.tile[..levels].iter().all(|tile| tile[t] == taps);
        if decided & both == both {
            continue;
        }
        if dealt(whole, o) && dealt(whole, t) {
            // Instances along a diagonal ask for the same windows more often when tiles are small:
            // nothing is known yet about how often an input is sent.
            layer.input[axis] = 0;
            continue;
        }
        if tight {
            continue;
        }
        let (_, end) = layer.window(axis, (0, layer.bounds[o]), (0, taps));
        let beyond = (end - i64::from(layer.input[axis])).max(0);
        layer.stride[axis] = 1;
        layer.dilation[axis] = 1;
        let (_, end) = layer.window(axis, (0, layer.bounds[o]), (0, taps));
        layer.input[axis] = u32::try_from(end - beyond).unwrap_or(0);
    }
    layer
}

/// Whether a dimension is spread over more than one instance.
fn dealt(plan: &Plan, dim: usize) -> bool {
    plan.fan.iter().any(|fan| fan[dim] > 1)
}

/// Bits that a link cannot hide, at least: all that enters single buffers, and the first tiles to
/// enter double ones.
fn exposed_bits(
    least: &Plan,
    sub: &SubAccelerator,
    (mapping, cost): (&Mapping, &LayerCost),
    link: Link,
) -> u64 {
    let layer = least.layer;
    let levels = mapping.levels();
    let array = mapping.array_level();
    let outputs = layer.elements(Tensor::O);
    let mut bits = 0;
    for tensor in Tensor::ALL {
        let mut child = levels.len();
        while child > 0 {
            let parent = mapping.parent(child, tensor);
            let fed = levels.get(child);
            let own = fed.and_then(|level| level.bandwidth).is_some();
            let carries = match link {
                Link::OffChip => parent == 0,
                Link::Noc => !own && parent < array && array <= child,
                Link::Store(level) => own && usize::from(level) == child,
            };
            if carries {
                bits += match fed.map(|level| level.buffering) {
                    Some(Buffering::Single) => {
                        let access = &cost.access[parent][tensor.index()];
                        let bits = crossing_bits(layer, tensor, access, outputs);
                        sub.packed(layer, tensor, parent, bits)
                    }
                    _ => first_words(least, parent, child, tensor) * u64::from(layer.bits(tensor)),
                };
            }
            child = parent;
        }
    }
    bits
}

/// Words of the first tiles, at least: what all instances hold together where they lie side by side
/// without gaps, and one instance's tile elsewhere.
fn first_words(plan: &Plan, parent: usize, child: usize, tensor: Tensor) -> u64 {
    let levels = plan.template.levels();
    let one = if child < levels.len() {
        plan.tile[child]
    } else {
        [1; 7]
    };
    let mut all = one;
    for l in (parent..child).rev() {
        let dealt = dealt_in_chunks(plan, l);
        for (d, together) in all.iter_mut().enumerate() {
            if dealt & 1 << d == 0 {
                let dealt_out = u64::from(*together) * u64::from(plan.fan[l][d]);
                *together = dealt_out.min(u64::from(plan.tile[l][d])) as u32;
            }
        }
    }
    let e = |dim: Dim| u64::from(all[dim.index()]);
    match tensor {
        Tensor::W => e(Dim::K) * e(Dim::C) * e(Dim::R) * e(Dim::S),
        Tensor::O => e(Dim::N) * e(Dim::K) * e(Dim::P) * e(Dim::Q),
        Tensor::I => {
            let span = |axis: usize, out: Dim, tap: Dim| {
                let (o, t) = (out.index(), tap.index());
                let layer = plan.layer;
                let gapless = layer.stride[axis] == 1 && layer.dilation[axis] == 1;
                let tile = if gapless { &all } else { &one };
                layer.covered(axis, (0, tile[o]), (0, tile[t]))
            };
            e(Dim::N) * e(Dim::C) * span(0, Dim::P, Dim::R) * span(1, Dim::Q, Dim::S)
        }
    }
}

/// Dimensions whose instances below a level get chunks that a loop inside them walks, so that their
/// first tiles do not lie side by side; one bit each.
fn dealt_in_chunks(plan: &Plan, level: usize) -> u8 {
    let (_, inside) = plan.template.around(level);
    let lines = inside.iter().take_while(|line| **line != Line::Store);
    let mut spread = 0_u8;
    let mut chunks = 0_u8;
    for line in lines {
        match *line {
            Line::Spread { dim, .. } => spread |= 1 << dim.index(),
            Line::Loop { dim, .. } => chunks |= spread & 1 << dim.index(),
            Line::Store => {}
        }
    }
    chunks
}
