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

use crate::counts::Access;
use crate::dataflow::{Axis, Dataflow, MAX_LEVELS};
use crate::energy::Energy;
use crate::evaluator::evaluate_once;
use crate::fit::{Refusal, fit};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::{ALL_LINKS, Link, LinkLoad, Loads, MAX_LINKS, bandwidths, real};
use crate::mapping::{Advance, Mapping};
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
    evaluate_once(layer, mapping, sub, technology, on_chip)
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
    let mut cost = LayerCost::nothing(layer, 2);
    let (mut off_chip, mut noc) = (0, 0);
    for (tensor, passes) in [(Tensor::I, layer.passes()), (Tensor::O, 1)] {
        let words = layer.elements(tensor);
        let bits = words * u64::from(layer.bits(tensor));
        let mut moved = |level: usize, words: u64| {
            let access = &mut cost.access[level][tensor.index()];
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
    let brought = cost.access[0][Tensor::I.index()].reads;
    cost.access[1][Tensor::I.index()].fills = brought;
    let mut loads = Loads::NONE;
    loads.add(Link::OffChip, off_chip, 0);
    loads.add(Link::Noc, noc, 0);
    cost.conclude(sub, &loads, ALL_LINKS, &bandwidths(&[], sub));
    if let Some(technology) = technology {
        technology.spend_moving(layer, sub, &mut cost);
    }
    cost
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

impl LayerCost {
    /// The cost of a layer of which nothing is counted yet.
    #[inline(always)]
    pub(crate) fn nothing(layer: &Layer, levels: usize) -> Self {
        LayerCost {
            macs: layer.macs(),
            levels: levels as u8,
            ..Self::blank()
        }
    }

    /// The cost of nothing.
    pub(crate) const fn blank() -> Self {
        LayerCost {
            cycles: 0,
            compute_cycles: 0,
            hop_cycles: 0,
            macs: 0,
            utilization: 0.0,
            access: [[Access::NONE; 3]; MAX_LEVELS],
            levels: 0,
            links: [LinkLoad::NONE; MAX_LINKS],
            energy: None,
            bound_by: Bound::Compute,
        }
    }

    /// Composes the latency of its parts: computation, and the loads of those links that are `used`,
    /// one bit each, given the bytes per cycle of all.
    #[inline]
    pub(crate) fn conclude(
        &mut self,
        sub: &SubAccelerator,
        loads: &Loads,
        used: u8,
        bandwidths: &[f64; MAX_LINKS],
    ) {
        let mut in_sequence = self.compute_cycles.saturating_add(self.hop_cycles);
        let mut longest = 0;
        for index in bits(used) {
            let link = loads.time(index, bandwidths[index]);
            in_sequence = in_sequence.saturating_add(link.exposed);
            longest = longest.max(link.cycles);
            self.links[index] = link;
        }
        self.cycles = in_sequence.max(longest);
        let mut most = self.compute_cycles;
        self.bound_by = Bound::Compute;
        for index in bits(used) {
            // The largest share of the latency; the multipliers' if it is theirs as well.
            let link = &self.links[index];
            let share = if link.cycles == self.cycles {
                link.cycles
            } else {
                link.exposed
            };
            if share > most {
                (self.bound_by, most) = (Bound::Link(Link::at(index)), share);
            }
        }
        let peak = f64::from(sub.pes) * f64::from(sub.simd) * real(self.cycles);
        self.utilization = if peak > 0.0 {
            real(self.macs) / peak
        } else {
            0.0
        };
    }
}

/// The positions of the bits of a set of links.
#[inline(always)]
fn bits(mut set: u8) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let index = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (index < MAX_LINKS).then_some(index)
    })
}
