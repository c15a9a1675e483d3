//! From counts to cycles, bytes and energy.
//!
//! # Latency: how the parts compose
//! Two links have a bandwidth: off-chip memory, and the network between the shared store and the
//! array (reads and writes share it). Each link's total is its bytes ÷ bandwidth. With double
//! buffers transfers hide behind computation, except for what nothing can hide: the first tile has
//! to arrive before the first multiplication and the last outputs leave after the last one. With
//! single buffers nothing hides. So
//!
//! `cycles = max(compute + Σ exposed, off-chip total, network total)`
//!
//! where `exposed` of a link is its first input tile and last output tile (as large as the first)
//! if the stores it feeds are double buffered, and its total otherwise. With unlimited bandwidth
//! this is the compute time. It is a maximum of totals: a link that is busy only in some phases is
//! taken to be smoothed over the layer by the double buffers.

use serde::{Deserialize, Serialize};

use crate::counts::{Access, Counts, count};
use crate::dataflow::{Buffering, Dataflow, MAX_LEVELS};
use crate::energy::Energy;
use crate::fit::{Refusal, fit};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::mapping::Mapping;
use crate::technology::Technology;
use crate::traffic::{first_bits, level_bits, tensor_bits};

/// What limits a layer's latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bound {
    /// The multipliers.
    Compute,
    /// The bandwidth of this level: 0 = off-chip memory, 1 = the network into the array.
    Level(u8),
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

/// What a layer costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerCost {
    /// Latency in cycles.
    pub cycles: u64,
    /// Cycles that the multipliers need by themselves.
    pub compute_cycles: u64,
    /// Cycles that the network between shared store and array needs by itself.
    pub noc_cycles: u64,
    /// Cycles that off-chip memory needs by itself.
    pub dram_cycles: u64,
    /// Multiplications.
    pub macs: u64,
    /// Multiplications per cycle over those that the whole array could do, 0..1.
    pub utilization: f64,
    /// Accesses by level (0 = outermost) and tensor, in words.
    pub access: [[Access; 3]; MAX_LEVELS],
    /// Number of levels in use.
    pub levels: u8,
    /// Bytes between the shared store and the array.
    pub noc_bytes: u64,
    /// Bytes between off-chip memory and the chip.
    pub dram_bytes: u64,
    /// Dynamic energy; none without a technology.
    pub energy: Option<Energy>,
    /// What limits the latency.
    pub bound_by: Bound,
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
    let counts = count(layer, mapping);
    let noc_bits = noc_bits(layer, mapping, &counts);
    let counts = counts.without_off_chip(on_chip);
    let time = Time::new(layer, mapping, sub, &counts, noc_bits, on_chip);
    let macs = layer.macs();
    let peak = f64::from(sub.pes) * f64::from(sub.simd) * time.cycles as f64;
    LayerCost {
        cycles: time.cycles,
        compute_cycles: time.compute,
        noc_cycles: time.noc.total,
        dram_cycles: time.dram.total,
        macs,
        utilization: if peak > 0.0 { macs as f64 / peak } else { 0.0 },
        access: counts.access,
        levels: mapping.levels().len() as u8,
        noc_bytes: time.noc.bytes,
        dram_bytes: time.dram.bytes,
        energy: technology.map(|t| t.energy(layer, mapping, &counts, time.noc.bytes)),
        bound_by: time.bound_by(),
    }
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
    let (inputs, outputs) = (layer.elements(Tensor::I), layer.elements(Tensor::O));
    let mut moved = |level: usize, bring: bool, take: bool| {
        access[level][Tensor::I.index()].reads = if bring { inputs } else { 0 };
        access[level][Tensor::O.index()].updates = if take { outputs } else { 0 };
    };
    moved(0, !on_chip.inputs, !on_chip.outputs);
    moved(1, true, true);
    access[1][Tensor::I.index()].fills = access[0][Tensor::I.index()].reads;
    let counts = Counts { access, steps: 0 };
    let dram = Link::new(level_bits(layer, &counts, 0), 0, sub.dram_bandwidth);
    let noc = Link::new(level_bits(layer, &counts, 1), 0, Some(sub.bandwidth));
    let bound_by = if dram.total > noc.total {
        Bound::Level(0)
    } else {
        Bound::Level(1)
    };
    LayerCost {
        cycles: dram.total.max(noc.total),
        compute_cycles: 0,
        noc_cycles: noc.total,
        dram_cycles: dram.total,
        macs: 0,
        utilization: 0.0,
        access,
        levels: 2,
        noc_bytes: noc.bytes,
        dram_bytes: dram.bytes,
        energy: technology.map(|t| t.moving_energy(layer, sub, &counts, noc.bytes)),
        bound_by,
    }
}

/// A link of limited bandwidth.
#[derive(Clone, Copy)]
struct Link {
    bytes: u64,
    /// Cycles of all its traffic.
    total: u64,
    /// Cycles that cannot hide behind computation.
    exposed: u64,
}

impl Link {
    fn new(bits: u64, exposed_bits: u64, bandwidth: Option<f64>) -> Self {
        let bytes = bits.div_ceil(8);
        let cycles = |bytes: u64| bandwidth.map_or(0, |b| (bytes as f64 / b).ceil() as u64);
        Link {
            bytes,
            total: cycles(bytes),
            exposed: cycles(exposed_bits.div_ceil(8)),
        }
    }

    fn serial(self) -> Self {
        Link {
            exposed: self.total,
            ..self
        }
    }
}

/// Bits that cross into and out of the array.
fn noc_bits(layer: &Layer, mapping: &Mapping, counts: &Counts) -> u64 {
    let array = mapping.array_level();
    let crossing = |t| tensor_bits(layer, counts, mapping.parent(array, t), t);
    Tensor::ALL.into_iter().map(crossing).sum()
}

struct Time {
    compute: u64,
    noc: Link,
    dram: Link,
    cycles: u64,
}

impl Time {
    fn new(
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        counts: &Counts,
        noc_bits: u64,
        on_chip: OnChip,
    ) -> Self {
        let compute = counts.steps.div_ceil(u64::from(sub.simd.max(1)));
        let array = mapping.array_level();
        let first_on_chip = first_bits(layer, mapping, array, OnChip::default());
        let mut noc = Link::new(noc_bits, first_on_chip, Some(sub.bandwidth));
        let first = first_bits(layer, mapping, 1, on_chip);
        let mut dram = Link::new(level_bits(layer, counts, 0), first, sub.dram_bandwidth);
        let single = |level: usize| {
            mapping
                .levels()
                .get(level)
                .is_some_and(|l| l.buffering == Buffering::Single)
        };
        if single(array) {
            noc = noc.serial();
        }
        if single(1) {
            dram = dram.serial();
        }
        let in_sequence = compute
            .saturating_add(noc.exposed)
            .saturating_add(dram.exposed);
        Time {
            compute,
            noc,
            dram,
            cycles: in_sequence.max(noc.total).max(dram.total),
        }
    }

    /// The largest share of the latency; the multipliers if it is theirs as well.
    fn bound_by(&self) -> Bound {
        let share = |link: Link| {
            if link.total == self.cycles {
                link.total
            } else {
                link.exposed
            }
        };
        let (noc, dram) = (share(self.noc), share(self.dram));
        if self.compute >= noc.max(dram) {
            Bound::Compute
        } else if dram >= noc {
            Bound::Level(0)
        } else {
            Bound::Level(1)
        }
    }
}
