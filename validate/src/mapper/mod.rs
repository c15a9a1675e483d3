//! What searching for mappings is worth: NASAIC's designs with MAESTRO's fixed mappings and with
//! searched ones.
//!
//! NAAS (DAC 2021) reports that it improves NASAIC's designs by 1.88× in energy-delay product
//! on the same resources by searching the mapping together with the hardware. Here the hardware
//! stays as in Table I and only the mapping is searched.

mod dataflows;
mod designs;
mod networks;

use std::path::Path;

use nasaic_cost::mapper::{Objective, Options, Proof, search};
use nasaic_cost::{
    Layer, LayerCost, Refusal, SubAccelerator, Technology, Tensor, cost, evaluate, fit,
};

use crate::data;
use crate::report::{Line, Section, Table, Verdict};
use dataflows::Style;
use designs::{Design, designs};
use networks::Network;

/// The file of the designs.
const FILE: &str = "nasaic-table1.csv";
/// What NAAS reports over NASAIC.
const BAR: f64 = 1.88;
/// Evaluations per layer and sub-accelerator.
const LIMIT: u64 = 4_000;

/// Compares fixed with searched mappings on every design of `nasaic-table1.csv`.
pub fn compare(folder: &Path) -> Section {
    let mut section = Section::new(
        "Mapper",
        "NASAIC, Table I (DAC 2020); MAESTRO's mappings as in maestro-dataflows.md; the bar from NAAS \
         (DAC 2021)",
    );
    if !data::has(folder, FILE) {
        section.lines.push(Line::skipped("designs", format!("{FILE} is not there")));
        return section;
    }
    match (data::text(folder, FILE), networks::all()) {
        (Ok(text), Ok(networks)) => fill(&mut section, &designs(&text), &networks),
        (Err(error), _) => section.lines.push(short("designs", error)),
        (_, Err(error)) => section.lines.push(short("networks", error.to_string())),
    }
    section
}

fn short(what: &str, why: String) -> Line {
    Line {
        what: what.into(),
        figure: why,
        bar: "readable".into(),
        verdict: Verdict::Short,
    }
}

fn fill(section: &mut Section, designs: &[Result<Design, String>], networks: &[Network]) {
    let mut cases = Vec::new();
    for design in designs {
        match design {
            Ok(design) => {
                for network in networks {
                    match Case::new(design, network) {
                        Ok(case) => cases.push(case),
                        Err(why) => section.lines.push(short(&design.name, why)),
                    }
                }
            }
            Err(why) => section.lines.push(short(FILE, why.clone())),
        }
    }
    if cases.is_empty() {
        section.lines.push(Line::skipped("designs", "no usable record"));
        return;
    }
    section.lines.extend(lines(&cases));
    section.tables.push(table(&cases));
    section.notes.push(
        "Each layer runs on the sub-accelerator that is better for it, one layer after the other. \
         The baseline has the template's stores with an unlimited shared one, and MAESTRO's \
         tiles; the searched mapping keeps to 768 B per element and 32 KiB."
            .into(),
    );
    section.notes.push(
        "The bound takes every layer to need only its multiplications ÷ elements, each word \
         of its tensors once over the network, and the technology's energy per multiplication \
         with its four operand accesses. No mapping reaches it on every layer: sides do not \
         divide evenly, and words that arrive have to be written."
            .into(),
    );
}

/// Cycles and energy of a network.
#[derive(Clone, Copy, Default)]
struct Total {
    cycles: f64,
    energy: f64,
}

impl Total {
    fn edp(self) -> f64 {
        self.cycles * self.energy
    }

    fn add(&mut self, cycles: u64, energy: f64) {
        self.cycles += cycles as f64;
        self.energy += energy;
    }
}

/// A network on a design, mapped in several ways.
struct Case {
    design: String,
    network: &'static str,
    baseline: Total,
    /// By the greedy mapper.
    fitted: Total,
    /// For the least energy-delay product.
    searched: Total,
    /// Cycles of the baseline and of the search when latency alone counts.
    latency: [f64; 2],
    bound: Total,
    /// Layers whose searched mapping is proven to be the best of its template, and all.
    proven: [usize; 2],
}

impl Case {
    fn new(design: &Design, network: &Network) -> Result<Case, String> {
        let technology = Technology::maestro_2020();
        let mut case = Case {
            design: design.name.clone(),
            network: network.name,
            baseline: Total::default(),
            fitted: Total::default(),
            searched: Total::default(),
            latency: [0.0; 2],
            bound: Total::default(),
            proven: [0; 2],
        };
        for (index, layer) in network.layers.iter().enumerate() {
            let layer = technology.view(layer);
            case.add(design, &layer, &technology)
                .map_err(|why| format!("{}, layer {}: {why}", network.name, index + 1))?;
        }
        Ok(case)
    }

    fn add(&mut self, design: &Design, layer: &Layer, technology: &Technology) -> Result<(), String> {
        let baseline = |style: Style, sub: &SubAccelerator| fixed(layer, style, sub, technology);
        let fitted = |style: Style, sub: &SubAccelerator| {
            cost(layer, &style.template(), sub, Some(technology)).map_err(refused)
        };
        let searched = |objective: Objective| {
            move |style: Style, sub: &SubAccelerator| {
                let options = Options {
                    objective,
                    limit: LIMIT,
                    ..Options::default()
                };
                let found = search(layer, &style.template(), sub, technology, &options);
                found.map(|f| (f.cost, f.proof)).map_err(refused)
            }
        };
        let edp = Objective::Edp;
        let fast = Objective::Latency;
        let take = |total: &mut Total, cost: &LayerCost| total.add(cost.cycles, energy(cost));
        take(&mut self.baseline, &better(design, edp, |s, sub| baseline(s, sub), |c| c)?);
        take(&mut self.fitted, &better(design, edp, |s, sub| fitted(s, sub), |c| c)?);
        let (found, proof) = better(design, edp, searched(edp), |(c, _)| c)?;
        take(&mut self.searched, &found);
        self.proven[0] += usize::from(proof == Proof::Proven);
        self.proven[1] += 1;
        let slow = better(design, fast, |s, sub| baseline(s, sub), |c| c)?;
        let (quick, _) = better(design, fast, searched(fast), |(c, _)| c)?;
        self.latency[0] += slow.cycles as f64;
        self.latency[1] += quick.cycles as f64;
        let cycles = design.subs.iter().map(|(_, sub)| least_cycles(layer, sub));
        self.bound
            .add(cycles.min().unwrap_or(0), least_energy(layer, technology));
        Ok(())
    }
}

/// What the better sub-accelerator makes of a layer.
fn better<T>(
    design: &Design,
    objective: Objective,
    mut map: impl FnMut(Style, &SubAccelerator) -> Result<T, String>,
    cost_of: impl Fn(&T) -> &LayerCost,
) -> Result<T, String> {
    let value = |found: &T| {
        let cost = cost_of(found);
        objective.value(cost.cycles, energy(cost))
    };
    let mut best: Option<T> = None;
    let mut refusal = "there is no sub-accelerator".to_string();
    for (style, sub) in &design.subs {
        match map(*style, sub) {
            Ok(found) if best.as_ref().is_none_or(|b| value(&found) < value(b)) => {
                best = Some(found);
            }
            Ok(_) => {}
            Err(why) => refusal = why,
        }
    }
    best.ok_or(refusal)
}

fn energy(cost: &LayerCost) -> f64 {
    cost.energy.map_or(0.0, |e| e.total())
}

fn refused(refusal: Refusal) -> String {
    format!("refused: {refusal:?}")
}

/// MAESTRO's mapping of a layer.
fn fixed(
    layer: &Layer,
    style: Style,
    sub: &SubAccelerator,
    technology: &Technology,
) -> Result<LayerCost, String> {
    let (dataflow, shape) = style
        .baseline(layer, sub.pes)
        .ok_or_else(|| format!("{} elements are less than one cluster", sub.pes))?;
    let sub = SubAccelerator {
        shape: Some(shape),
        ..*sub
    };
    let mapping = fit(layer, &dataflow, &sub).map_err(refused)?;
    Ok(evaluate(layer, &mapping, &sub, Some(technology)))
}

/// Cycles that no mapping undercuts: all elements busy, every word over the network once.
fn least_cycles(layer: &Layer, sub: &SubAccelerator) -> u64 {
    let bits = |t: Tensor| layer.elements(t) * u64::from(layer.bits(t));
    let bytes = Tensor::ALL.into_iter().map(bits).sum::<u64>().div_ceil(8);
    let lanes = u64::from(sub.pes) * u64::from(sub.simd);
    let moving = (bytes as f64 / sub.bandwidth).ceil() as u64;
    layer.macs().div_ceil(lanes).max(moving)
}

/// Energy that no mapping undercuts: the multiplications, each with two operands read and a sum
/// read and written.
fn least_energy(layer: &Layer, technology: &Technology) -> f64 {
    let per_mac = technology.mac_energy + 4.0 * technology.rf_energy;
    technology.energy_scale * per_mac * layer.macs() as f64
}

/// The mean of ratios: their product counts.
fn geometric_mean(ratios: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0_u32);
    for ratio in ratios {
        sum += libm::log(ratio);
        count += 1;
    }
    libm::exp(sum / f64::from(count.max(1)))
}

fn lines(cases: &[Case]) -> Vec<Line> {
    let mean = |ratio: fn(&Case) -> f64| geometric_mean(cases.iter().map(ratio));
    let edp = mean(|c| c.baseline.edp() / c.searched.edp());
    let worst = |ratio: fn(&Case) -> f64| cases.iter().map(ratio).fold(f64::INFINITY, f64::min);
    let least = worst(|c| c.fitted.edp() / c.searched.edp());
    let proven: usize = cases.iter().map(|c| c.proven[0]).sum();
    let layers: usize = cases.iter().map(|c| c.proven[1]).sum();
    vec![
        Line::judged(
            "energy-delay product, MAESTRO's mappings ÷ searched, geometric mean",
            format!("{edp:.2}× over {} designs and networks", cases.len()),
            format!("≥ {BAR}× (NAAS over NASAIC)"),
            edp >= BAR,
        ),
        Line::info(
            "of this, latency and energy",
            format!(
                "{:.2}× and {:.2}×",
                mean(|c| c.baseline.cycles / c.searched.cycles),
                mean(|c| c.baseline.energy / c.searched.energy)
            ),
        ),
        Line::info(
            "latency when latency alone counts",
            format!("{:.2}×", mean(|c| c.latency[0] / c.latency[1])),
        ),
        Line::judged(
            "energy-delay product, greedy mapper ÷ searched",
            format!(
                "{:.2}×, {least:.2}× at least",
                mean(|c| c.fitted.edp() / c.searched.edp())
            ),
            "≥ 1× everywhere",
            least >= 1.0,
        ),
        Line::info(
            "gap left to the bound, energy-delay product, searched ÷ bound",
            format!(
                "{:.2}× (latency {:.2}×, energy {:.2}×)",
                mean(|c| c.searched.edp() / c.bound.edp()),
                mean(|c| c.searched.cycles / c.bound.cycles),
                mean(|c| c.searched.energy / c.bound.energy)
            ),
        ),
        Line::info(
            format!("layers proven to have the best mapping of their template, {LIMIT} evaluations"),
            format!("{proven} of {layers}"),
        ),
    ]
}

fn table(cases: &[Case]) -> Table {
    let columns = [
        "design",
        "network",
        "EDP",
        "latency",
        "energy",
        "latency alone",
        "EDP ÷ bound",
        "proven layers",
    ];
    let row = |c: &Case| {
        vec![
            c.design.clone(),
            c.network.into(),
            format!("{:.2}×", c.baseline.edp() / c.searched.edp()),
            format!("{:.2}×", c.baseline.cycles / c.searched.cycles),
            format!("{:.2}×", c.baseline.energy / c.searched.energy),
            format!("{:.2}×", c.latency[0] / c.latency[1]),
            format!("{:.2}×", c.searched.edp() / c.bound.edp()),
            format!("{} of {}", c.proven[0], c.proven[1]),
        ]
    };
    Table {
        caption: "MAESTRO's mappings ÷ searched ones, design by design".into(),
        columns: columns.map(String::from).to_vec(),
        rows: cases.iter().map(row).collect(),
    }
}
