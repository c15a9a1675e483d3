//! `roofline`: each layer's performance under what the machine allows (Williams, Waterman and
//! Patterson, CACM 2009).

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::study::Array;
use crate::views::work::{self, Work};
use nasaic_cost::{Bound, Link};
use nasaic_dsl::units::{Dim, number, pretty};
use nasaic_plot::{Axis, Ceiling, Figure, Machine, Roofline, RooflinePoint};
use std::sync::Arc;

/// A multiply-accumulate is two operations.
const OPERATIONS: f64 = 2.0;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    let works = work::all(&evaluation)?;
    let clock = evaluation.study.platform.clock;
    let arrays = evaluation.priced.arrays.iter().flatten();
    let off_chip = arrays
        .into_iter()
        .any(|array| array.sub.array.dram_bandwidth.is_some());
    let labels = call.word("label") != Some("none");
    let machines = machines(&evaluation, clock);
    let several = machines.len() > 1;
    let points = works
        .iter()
        .filter_map(|w| point(w, clock, off_chip, labels, several));
    let memory = if off_chip { "DRAM" } else { "NoC" };
    let chart = Roofline {
        intensity: Axis::new(format!("operations per byte from {memory}"))
            .unit("ops/B")
            .log(),
        performance: Axis::new("performance").unit("ops/s").log(),
        points: points.collect(),
        machines,
    };
    let figure = Figure::new("Roofline of the layers", chart);
    Ok(Item::Figure(Arc::new(
        figure.caption(caption(off_chip, several)),
    )))
}

fn caption(off_chip: bool, several: bool) -> String {
    let bytes = if off_chip {
        "Bytes are those between off-chip memory and the chip. All of them pass the NoC, too, and many more than once: \
         a layer bound by the NoC stays below its line."
    } else {
        "Off-chip bandwidth is unlimited here, so bytes are those of the NoC between the shared store and the array."
    };
    let share = if several && off_chip {
        " Each sub-accelerator has an equal part of the off-chip bandwidth."
    } else {
        ""
    };
    format!("{bytes}{share}")
}

/// The roofs of the sub-accelerators that are there.
fn machines(e: &Evaluation, clock: f64) -> Vec<Machine> {
    let subs = e.study.subs.iter().zip(&e.priced.arrays);
    let present = subs.filter_map(|(label, array)| Some((label, array.as_deref()?)));
    present
        .map(|(label, array)| machine(label, array, clock))
        .collect()
}

fn machine(label: &str, array: &Array, clock: f64) -> Machine {
    let hardware = &array.sub.array;
    let lanes = f64::from(hardware.pes) * f64::from(hardware.simd);
    let ceiling = |name: &str, value: f64| Ceiling {
        label: format!("{name} {}", pretty(value, Dim::BANDWIDTH)),
        value,
    };
    let dram = hardware
        .dram_bandwidth
        .map(|per_cycle| ceiling("DRAM", per_cycle * clock));
    Machine {
        name: format!(
            "{label}: {} MACs per cycle at {}",
            number(lanes),
            pretty(clock, Dim::FREQUENCY)
        ),
        peak: OPERATIONS * lanes * clock,
        bandwidths: dram
            .into_iter()
            .chain([ceiling("NoC", array.sub.bandwidth)])
            .collect(),
    }
}

fn point(
    work: &Work<'_>,
    clock: f64,
    off_chip: bool,
    labels: bool,
    several: bool,
) -> Option<RooflinePoint> {
    let cost = &work.cost;
    let bytes = if off_chip {
        cost.link(Link::OffChip).bytes
    } else {
        cost.link(Link::Noc).bytes
    };
    let operations = OPERATIONS * cost.macs as f64;
    let bound = match cost.bound_by {
        Bound::Compute => "compute",
        Bound::Link(Link::OffChip) => "DRAM",
        Bound::Link(Link::Noc) => "the NoC",
        Bound::Link(Link::Store(_)) => "the link into a store",
    };
    // What only moves data has no place on logarithmic axes.
    (bytes > 0 && cost.cycles > 0 && cost.macs > 0).then(|| RooflinePoint {
        name: if labels {
            work.name.clone()
        } else {
            String::new()
        },
        intensity: operations / bytes as f64,
        performance: operations / (cost.cycles as f64 / clock),
        group: if several {
            format!("on {}", work.sub)
        } else {
            format!("bound by {bound}")
        },
    })
}
