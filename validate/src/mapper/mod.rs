//! What searching for mappings is worth: NASAIC's designs with MAESTRO's fixed mappings and with
//! searched ones.
//!
//! NAAS (DAC 2021) reports 1.88× less energy-delay product than NASAIC on the same resources, by
//! searching dataflow and mapping. Here elements, bandwidths and stores stay as in NASAIC's Table I.

mod case;
mod dataflows;
mod designs;
mod networks;
mod points;

use crate::data::Folder;
use crate::report::{Line, Section, Table, Verdict};
use case::{Case, LIMIT};
use designs::{Design, designs};
use networks::Network;
pub use points::points;

/// The file of the designs.
pub const FILE: &str = "nasaic-table1.csv";
/// What NAAS reports over NASAIC.
const BAR: f64 = 1.88;

/// Compares fixed with searched mappings on every design of `nasaic-table1.csv`.
pub fn compare(folder: &Folder) -> Section {
    let mut section = Section::new(
        "Mapper",
        "NASAIC, Table I (DAC 2020); MAESTRO's mappings as in maestro-dataflows.md; the bar from \
         NAAS (DAC 2021)",
    );
    if !folder.has(FILE) {
        let why = format!("{FILE} is not there");
        section.lines.push(Line::skipped("designs", why));
        return section;
    }
    match (folder.text(FILE), networks::all()) {
        (Ok(text), Ok(networks)) => fill(&mut section, &designs(&text), &networks),
        (Err(error), _) => section.lines.push(unreadable(FILE, error)),
        (_, Err(error)) => section
            .lines
            .push(unreadable("networks", error.to_string())),
    }
    section
}

/// A record that is left out.
fn unreadable(what: &str, why: String) -> Line {
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
                        Err(why) => section.lines.push(unreadable(&design.name, why)),
                    }
                }
            }
            Err(why) => section.lines.push(unreadable(FILE, why.clone())),
        }
    }
    if cases.is_empty() {
        section
            .lines
            .push(Line::skipped("designs", "no usable record"));
        return;
    }
    let figures = lines(&cases);
    section.lines.splice(0..0, figures);
    section.tables.push(table(&cases));
    section.notes.extend(NOTES.map(String::from));
}

const NOTES: [&str; 3] = [
    "Each layer runs on the sub-accelerator that is better for it, one layer after the other. The \
     baseline has the stores of its template with an unlimited shared one, and MAESTRO's tiles; \
     searched mappings keep to 768 B per element and 32 KiB.",
    "The bound takes every layer to need only its multiplications ÷ elements, each word of its \
     tensors once over the network, and the technology's energy per multiplication with its four \
     operand accesses. No mapping reaches it on every layer: sides do not divide evenly, and words \
     that arrive have to be written.",
    "With the dataflows of Table I kept, there is little to win: this model lets weights stay in the \
     elements, where MAESTRO sends both operands again for each multiplication, so that its mappings \
     are near the bound wherever layers have channels enough. What is left is idle elements, \
     which another dataflow employs.",
];

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
    let edp = mean(|c| c.baseline.edp() / c.free.edp());
    let proven: usize = cases.iter().map(|c| c.proven[0]).sum();
    let layers: usize = cases.iter().map(|c| c.proven[1]).sum();
    vec![
        Line::judged(
            "energy-delay product, MAESTRO's mappings ÷ searched dataflows and mappings",
            format!("{edp:.2}×, geometric mean of {} cases", cases.len()),
            format!("≥ {BAR}× (NAAS over NASAIC)"),
            edp >= BAR,
        ),
        Line::info(
            "of this, latency and energy",
            format!(
                "{:.2}× and {:.2}×",
                mean(|c| c.baseline.cycles / c.free.cycles),
                mean(|c| c.baseline.energy / c.free.energy)
            ),
        ),
        Line::info(
            "gap left to the bound, searched dataflows and mappings ÷ bound",
            format!(
                "{:.2}× (latency {:.2}×, energy {:.2}×)",
                mean(|c| c.free.edp() / c.bound.edp()),
                mean(|c| c.free.cycles / c.bound.cycles),
                mean(|c| c.free.energy / c.bound.energy)
            ),
        ),
        Line::info(
            "energy-delay product, MAESTRO's mappings ÷ searched mappings of the same dataflows",
            format!(
                "{:.2}× (latency {:.2}×, energy {:.2}×)",
                mean(|c| c.baseline.edp() / c.searched.edp()),
                mean(|c| c.baseline.cycles / c.searched.cycles),
                mean(|c| c.baseline.energy / c.searched.energy)
            ),
        ),
        Line::info(
            "latency when latency alone counts, same dataflows",
            format!("{:.2}×", mean(|c| c.latency[0] / c.latency[1])),
        ),
        Line::info(
            "gap left to the bound, same dataflows",
            format!("{:.2}×", mean(|c| c.searched.edp() / c.bound.edp())),
        ),
        Line::info(
            "energy-delay product, greedy mapper ÷ search, same dataflows",
            format!("{:.2}×", mean(|c| c.greedy.edp() / c.searched.edp())),
        ),
        Line::info(
            format!(
                "layers whose mapping is proven to be its template's best, {LIMIT} evaluations"
            ),
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
        "÷ bound",
        "EDP, same dataflows",
        "÷ bound, same dataflows",
        "proven layers",
    ];
    let row = |c: &Case| {
        vec![
            c.design.clone(),
            c.network.into(),
            format!("{:.2}×", c.baseline.edp() / c.free.edp()),
            format!("{:.2}×", c.baseline.cycles / c.free.cycles),
            format!("{:.2}×", c.baseline.energy / c.free.energy),
            format!("{:.2}×", c.free.edp() / c.bound.edp()),
            format!("{:.2}×", c.baseline.edp() / c.searched.edp()),
            format!("{:.2}×", c.searched.edp() / c.bound.edp()),
            format!("{} of {}", c.proven[0], c.proven[1]),
        ]
    };
    Table {
        caption: "MAESTRO's mappings ÷ searched ones, case by case".into(),
        columns: columns.map(String::from).to_vec(),
        rows: cases.iter().map(row).collect(),
    }
}
