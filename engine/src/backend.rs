//! What the checker asks of the engine: scripts, files of other tools, and bounds that prove a spec
//! hopeless.

use crate::import;
use crate::script::Script;
use crate::study::hardware::{JOULES, Platform};
use nasaic_dsl::backend::{
    Backend, Extreme, FileFault, ImportedNetwork, NetworkFault, ScriptFault, ScriptFunction,
};
use nasaic_dsl::instance::{Bound, Instance, Node};
use nasaic_dsl::network;
use nasaic_dsl::plan::Block;
use nasaic_dsl::units::number;
use std::collections::BTreeMap;

/// The engine as the checker sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Judge;

impl Backend for Judge {
    fn script_functions(&self, text: &str) -> Result<Vec<ScriptFunction>, ScriptFault> {
        Ok(Script::compile(text)?.functions())
    }

    fn dataflows(&self, text: &str, name: &str) -> Result<String, FileFault> {
        import::dataflows(text, name)
    }

    fn network(
        &self,
        file: &[u8],
        name: &str,
        sizes: &BTreeMap<String, u64>,
        lenient: bool,
    ) -> Result<ImportedNetwork, NetworkFault> {
        import::network(file, name, sizes, lenient)
    }

    fn best_possible(
        &self,
        space: &Instance,
        blocks: &BTreeMap<String, Block>,
        metric: &str,
    ) -> Option<Extreme> {
        match metric {
            // A published formula need not respect what its multipliers can do.
            "latency" | "utilization" if has_formula(space) => None,
            "latency" => least_latency(space, blocks),
            "energy" => least_energy(space, blocks),
            "accuracy" | "utilization" => Some(Extreme {
                value: 1.0,
                most: true,
                why: format!("A share such as {metric} never exceeds 1."),
            }),
            _ => None,
        }
    }
}

/// No design computes fewer MACs than the smallest network of each task, and none computes them
/// with more than all PEs.
fn least_latency(space: &Instance, blocks: &BTreeMap<String, Block>) -> Option<Extreme> {
    let macs = least_macs(space)?;
    let lanes = most_lanes(space)?;
    let clock = Platform::read(space, blocks).clock;
    let cycles = libm::ceil(macs as f64 / lanes);
    let why = format!(
        "The smallest networks have {} MACs, and at most {} can be done per cycle: {} cycles.",
        number(macs as f64),
        number(lanes),
        number(cycles)
    );
    Some(Extreme {
        value: cycles / clock,
        most: false,
        why,
    })
}

/// Every MAC costs at least its own energy.
fn least_energy(space: &Instance, blocks: &BTreeMap<String, Block>) -> Option<Extreme> {
    let technology = Platform::read(space, blocks).technology?;
    // Narrow operands may cost less than the constant says; no bound is better than a wrong one.
    if technology.mac_scales_with_bits {
        return None;
    }
    let macs = least_macs(space)?;
    let each = technology.mac_energy * technology.energy_scale * JOULES;
    let why = format!(
        "The smallest networks have {} MACs, and each costs at least {} for the multiplication alone.",
        number(macs as f64),
        nasaic_dsl::units::pretty(each, nasaic_dsl::units::Dim::ENERGY)
    );
    Some(Extreme {
        value: macs as f64 * each,
        most: false,
        why,
    })
}

/// Whether a formula tells the cycles of a dataflow.
fn has_formula(space: &Instance) -> bool {
    let subs = space.hardware.iter().flat_map(|h| h.children_of("sub"));
    let mut engines = subs
        .flat_map(|sub| sub.children_of("dataflow"))
        .filter_map(|dataflow| dataflow.child("tiled"));
    engines.any(|tiled| match tiled.field("cycles") {
        Some(Bound::Fixed(v)) => v.as_name() == Some("hotnas"),
        _ => true,
    })
}

fn least_macs(space: &Instance) -> Option<u64> {
    let mut sum = 0u64;
    for task in &space.tasks {
        // A batch of one is the least.
        let networks = task.children_of("network").map(|net| {
            let ends = network::check(space, net).ok()?;
            ends.iter().map(|s| s.least_macs).min()
        });
        sum = sum.saturating_add(networks.collect::<Option<Vec<u64>>>()?.into_iter().min()?);
    }
    Some(sum)
}

fn most_lanes(space: &Instance) -> Option<f64> {
    let hardware = space.hardware.as_ref()?;
    let mut all = 0.0;
    let mut widest: f64 = 1.0;
    for sub in hardware.children_of("sub") {
        let simd = most(space, sub, "simd").unwrap_or(1.0);
        widest = widest.max(simd);
        all += most(space, sub, "pes")? * simd;
    }
    let budget = hardware
        .child("budget")
        .and_then(|b| space.number(b, "pes", &[]));
    let lanes = budget.map_or(all, |b| all.min(b * widest));
    (lanes > 0.0).then_some(lanes)
}

fn most(space: &Instance, node: &Node, field: &str) -> Option<f64> {
    match node.field(field)? {
        Bound::Fixed(v) => v.as_f64(),
        Bound::Decision(d) => space.decisions[*d]
            .domain
            .numbers()?
            .into_iter()
            .reduce(f64::max),
        Bound::Formula(_) => None,
    }
}
