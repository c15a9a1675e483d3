//! From counts to cycles, bytes and energy.
//!
//! # Latency: how the parts compose
//! Each link (module `links`) has a total, its bytes ÷ bandwidth. With double buffers transfers hide
//! behind computation, except for what nothing can hide: the first tile has to arrive before the
//! first multiplication and the last outputs leave after the last one. Into a store with a single
//! buffer nothing hides. So
//!
//! `cycles = max(compute + hops + Σ exposed, each link's total)`
//!
//! where `exposed` of a link is the first input tile and the last output tile (as large as the first)
//! of the double-buffered stores it feeds, and everything that goes into or comes out of the
//! single-buffered ones; `hops` is the way to the farthest element and back. With unlimited
//! bandwidth and no cost of hops this is the compute time. It is a maximum of totals: a link that is
//! busy only in some phases is taken to be smoothed over the layer, because each tensor's double
//! buffer has the whole residence of a tile to bring the next one.
//!
//! Compute time is the steps of the busiest element, plus what its adder spends on partial sums that
//! it takes over (see [`SubAccelerator::accumulate_cycles`]).

use serde::{Deserialize, Serialize};

use crate::counts::{Access, Counts};
use crate::dataflow::{Axis, Dataflow, MAX_LEVELS};
use crate::energy::Energy;
use crate::fit::{Refusal, fit};
use crate::flow::Flow;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{Link, LinkLoad, Loads, MAX_LINKS};
use crate::mapping::{Advance, Mapping};
use crate::nest::Nest;
use crate::technology::Technology;

/// What limits a layer's latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bound {
    /// The multipliers.
    Compute,
    /// The bandwidth of a link.
    Link(Link),
}

/// Which of a layer's tensors need no trip to off-chip memory, because the layer before left them
/// on the chip or the layer after finds them there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OnChip {
    /// The inputs are there already.
    pub inputs: bool,
    /// The outputs stay.
    pub outputs: bool,
}

impl OnChip {
    /// Whether a tensor makes no trip.
    pub(crate) const fn keeps(self, tensor: Tensor) -> bool {
        match tensor {
            Tensor::W => false,
            Tensor::I => self.inputs,
            Tensor::O => self.outputs,
        }
    }
}

/// What a layer costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerCost {
    /// Latency in cycles.
    pub cycles: u64,
    /// Cycles that the multipliers need by themselves.
    pub compute_cycles: u64,
    /// Cycles to the farthest element and back.
    pub hop_cycles: u64,
    /// Multiplications.
    pub macs: u64,
    /// Multiplications per cycle over those that the whole array could do, 0..1.
    pub utilization: f64,
    /// Accesses by level (0 = outermost) and tensor, in words.
    pub access: [[Access; 3]; MAX_LEVELS],
    /// Number of levels in use.
    pub levels: u8,
    /// What each link carries, see [`Link::index`].
    pub links: [LinkLoad; MAX_LINKS],
    /// Dynamic energy; none without a technology.
    pub energy: Option<Energy>,
    /// What limits the latency.
    pub bound_by: Bound,
}

impl LayerCost {
    /// What a link carries.
    #[inline]
    pub const fn link(&self, link: Link) -> LinkLoad {
        self.links[link.index()]
    }
}

/// Costs a mapped layer; without a technology there is no energy.
pub fn evaluate(
    layer: &Layer,
    mapping: &Mapping,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
) -> LayerCost {
    evaluate_on_chip(layer, mapping, sub, technology, OnChip::default())
}

/// Costs a mapped layer some of whose tensors do not travel off-chip.
pub fn evaluate_on_chip(
    layer: &Layer,
    mapping: &Mapping,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
    on_chip: OnChip,
) -> LayerCost {
    let mut nest = Nest::empty(layer);
    nest.fill(mapping);
    let flow = Flow::new(layer, mapping, &nest);
    let mut counts = Counts {
        access: [[Access::default(); 3]; MAX_LEVELS],
        steps: flow.steps() * u64::from(layer.groups),
    };
    let mut loads = Loads::moving(0, 0);
    let multipliers = mapping.levels().len();
    flow.edges(|tensor, parent, child, words| {
        let edge = (tensor, parent, child);
        counts.enter(&flow, layer.groups, edge, words, multipliers);
        let outside = &mut counts.access[parent][tensor.index()];
        let travels = parent == 0 && !on_chip.keeps(tensor);
        loads.carry((layer, mapping, sub), &flow, edge, outside, travels);
        if parent == 0 && !travels {
            *outside = Access::default();
        }
    });
    let links = loads.timed(Some(mapping), sub);
    let time = Time {
        compute: compute_cycles(layer, mapping, sub, &flow, &counts),
        hops: hop_cycles(layer, mapping, sub),
        links,
    };
    let energy = technology.map(|t| t.energy(layer, mapping, sub, &counts, &links));
    time.cost(layer, sub, multipliers, &counts, energy)
}

/// Fits and costs a layer in one call, with the word widths that the technology sees.
pub fn cost(
    layer: &Layer,
    dataflow: &Dataflow,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
) -> Result<LayerCost, Refusal> {
    let layer = technology.map_or(*layer, |t| t.view(layer));
    if !layer.kind.has_macs() {
        return Ok(move_only(
            &layer,
            &sub.sized(dataflow),
            technology,
            OnChip::default(),
        ));
    }
    let mapping = fit(&layer, dataflow, sub)?;
    Ok(evaluate(&layer, &mapping, sub, technology))
}

/// Costs a layer without multiplications: inputs come in and outputs go out once, through the
/// shared store whose size `sub` must know (see [`SubAccelerator::sized`]).
pub fn move_only(
    layer: &Layer,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
    on_chip: OnChip,
) -> LayerCost {
    let mut access = [[Access::default(); 3]; MAX_LEVELS];
    let (mut off_chip, mut noc) = (0, 0);
    for (tensor, passes) in [(Tensor::I, layer.passes()), (Tensor::O, 1)] {
        let words = layer.elements(tensor);
        let bits = words * u64::from(layer.bits(tensor));
        let mut moved = |level: usize, words: u64| {
            let access: &mut Access = &mut access[level][tensor.index()];
            match tensor {
                Tensor::O => access.updates = words,
                _ => access.reads = words,
            }
        };
        moved(1, words * passes);
        noc += bits * passes;
        if !on_chip.keeps(tensor) {
            moved(0, words);
            off_chip += sub.packed(layer, tensor, 0, bits);
        }
    }
    access[1][Tensor::I.index()].fills = access[0][Tensor::I.index()].reads;
    let counts = Counts { access, steps: 0 };
    let links = Loads::moving(off_chip, noc).timed(None, sub);
    let time = Time {
        compute: 0,
        hops: 0,
        links,
    };
    let energy = technology.map(|t| t.moving_energy(layer, sub, &counts, &links));
    time.cost(layer, sub, 2, &counts, energy)
}

/// Cycles of the busiest element.
#[inline(always)]
fn compute_cycles(
    layer: &Layer,
    mapping: &Mapping,
    sub: &SubAccelerator,
    flow: &Flow,
    counts: &Counts,
) -> u64 {
    let steps = sub
        .steps(layer, counts.steps)
        .div_ceil(u64::from(sub.simd.max(1)));
    if sub.accumulate_cycles == 0 {
        return steps;
    }
    let array = mapping.array_level();
    let levels = mapping.levels();
    let keeps = |&level: &usize| levels[level].keep.contains(Tensor::O);
    let inside = (array..levels.len()).find(keeps).unwrap_or(levels.len());
    let parent = mapping.parent(inside, Tensor::O);
    let sums = flow.words(Tensor::O, parent, inside).delivered * u64::from(layer.groups);
    let each = sums.div_ceil(flow.instances(inside));
    steps + each * u64::from(sub.accumulate_cycles)
}

/// Cycles to the farthest element in use and back.
fn hop_cycles(layer: &Layer, mapping: &Mapping, sub: &SubAccelerator) -> u64 {
    if sub.hop_cycles == 0 {
        return 0;
    }
    let [columns, rows] = mapping.extent(layer).map(u64::from);
    2 * (columns + rows) * u64::from(sub.hop_cycles)
}

impl Mapping {
    /// Columns and rows of the array that are in use.
    pub fn extent(&self, layer: &Layer) -> [u32; 2] {
        let mut extents = layer.bounds;
        let mut used: [u32; 2] = [1, 1];
        for l in self.loops() {
            let extent = &mut extents[l.dim.index()];
            if let Advance::Space(axis) = l.advance {
                let side = &mut used[if axis == Axis::Columns { 0 } else { 1 }];
                *side = side.saturating_mul(extent.div_ceil(l.tile));
            }
            *extent = l.tile.min(*extent);
        }
        used
    }
}

/// The parts of a layer's latency.
struct Time {
    compute: u64,
    hops: u64,
    links: [LinkLoad; MAX_LINKS],
}

impl Time {
    #[inline(always)]
    fn cycles(&self) -> u64 {
        let exposed = self.links.iter().map(|l| l.exposed);
        let in_sequence = exposed.fold(self.compute.saturating_add(self.hops), u64::saturating_add);
        let totals = self.links.iter().map(|l| l.cycles);
        totals.fold(in_sequence, u64::max)
    }

    /// The largest share of the latency; the multipliers if it is theirs as well.
    #[inline(always)]
    fn bound_by(&self, cycles: u64) -> Bound {
        let mut bound = Bound::Compute;
        let mut most = self.compute;
        for (index, link) in self.links.iter().enumerate() {
            let share = if link.cycles == cycles {
                link.cycles
            } else {
                link.exposed
            };
            if share > most {
                (bound, most) = (Bound::Link(Link::at(index)), share);
            }
        }
        bound
    }

    #[inline(always)]
    fn cost(
        self,
        layer: &Layer,
        sub: &SubAccelerator,
        levels: usize,
        counts: &Counts,
        energy: Option<Energy>,
    ) -> LayerCost {
        let cycles = self.cycles();
        let macs = layer.macs();
        let peak = f64::from(sub.pes) * f64::from(sub.simd) * cycles as f64;
        LayerCost {
            cycles,
            compute_cycles: self.compute,
            hop_cycles: self.hops,
            macs,
            utilization: if peak > 0.0 { macs as f64 / peak } else { 0.0 },
            access: counts.access,
            levels: levels as u8,
            links: self.links,
            energy,
            bound_by: self.bound_by(cycles),
        }
    }
}
