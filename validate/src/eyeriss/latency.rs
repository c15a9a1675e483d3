//! Processing latency and active elements.

use nasaic_cost::{Link, cost};

use super::Modelled;
use super::chip::{ALEXNET, CLOCK, FILTER_SPAD, INPUT_SPAD, SUM_SPAD, array, open_template};
use crate::report::{Line, Section, Table};

/// Largest mean of the absolute errors, in percent.
const MEAN: f64 = 4.2;

/// Largest absolute error of a layer, in percent: both are what MAESTRO's own hand-written mappings
/// of this chip reach.
const EACH: f64 = 12.4;

/// Adds lines, tables and notes on time.
pub(super) fn report(modelled: &[Modelled], section: &mut Section) {
    section.lines.extend(modelled.iter().map(line));
    section.lines.extend(mean(modelled));
    section.lines.extend(modelled.iter().map(elements));
    if !modelled.is_empty() {
        section.tables.push(parts(modelled));
        section.tables.push(links(modelled));
        section.notes.extend(NOTES.map(str::to_owned));
    }
}

impl Modelled<'_> {
    fn milliseconds(&self) -> f64 {
        milliseconds(self.cost.cycles)
    }

    /// Percent by which cycles lie above the measured latency.
    fn error(&self, cycles: u64) -> f64 {
        100.0 * (milliseconds(cycles) / self.measured.processing_ms - 1.0)
    }
}

fn milliseconds(cycles: u64) -> f64 {
    cycles as f64 / CLOCK * 1e3
}

fn line(m: &Modelled) -> Line {
    let error = m.error(m.cost.cycles);
    let figure = format!(
        "{:.2} ms, measured {}: {error:+.1} % (multiplications alone {:+.1} %)",
        m.milliseconds(),
        m.measured.processing_ms,
        m.error(m.steps),
    );
    let bar = format!("within ±{EACH} %");
    let what = format!("{}: processing latency", m.name());
    Line::judged(what, figure, bar, error.abs() <= EACH)
}

/// The mean error, which has a bar where all five layers are there.
fn mean(modelled: &[Modelled]) -> Option<Line> {
    let count = modelled.len();
    let mean = |cycles: fn(&Modelled) -> u64| {
        let errors = modelled.iter().map(|m| m.error(cycles(m)).abs());
        errors.sum::<f64>() / count as f64
    };
    let (whole, steps) = (mean(|m| m.cost.cycles), mean(|m| m.steps));
    let what = "mean absolute error of the latency";
    let figure = format!("{whole:.2} % (multiplications alone {steps:.1} %)");
    match count {
        0 => None,
        _ if count < ALEXNET.len() => Some(Line::info(what, figure)),
        _ => Some(Line::judged(
            what,
            figure,
            format!("at most {MEAN} %"),
            whole <= MEAN,
        )),
    }
}

fn elements(m: &Modelled) -> Line {
    let levels = m.point.mapping.levels().len();
    let active = m.point.mapping.instances(&m.point.layer, levels);
    Line::judged(
        format!("{}: active PEs", m.name()),
        active.to_string(),
        format!("{} as measured", m.measured.active_pes),
        active == m.measured.active_pes,
    )
}

/// What the latency is made of.
fn parts(modelled: &[Modelled]) -> Table {
    let row = |m: &Modelled| {
        let filters = m.cost.link(Link::Store(FILTER_SPAD)).exposed;
        let rest = m.cost.cycles - m.cost.compute_cycles - filters;
        let mut cells = vec![m.name().to_owned()];
        let cycles = [m.steps, m.cost.compute_cycles - m.steps, filters, rest];
        cells.extend(cycles.map(|c| format!("{:.3}", milliseconds(c))));
        cells.push(format!("{:.2}", m.milliseconds()));
        cells.push(m.measured.processing_ms.to_string());
        cells.push(format!("{:+.1}", m.error(m.cost.cycles)));
        cells.push(format!("{:+.1}", m.error(m.steps)));
        let fitted = cost(&m.point.layer, &open_template(), &array(), None);
        cells
            .push(fitted.map_or_else(|_| "–".into(), |c| format!("{:.2}", milliseconds(c.cycles))));
        cells
    };
    Table {
        caption: "Processing latency of four images in ms".into(),
        columns: [
            "layer",
            "multiplications",
            "arriving partial sums",
            "loading filters",
            "first and last tiles",
            "ours",
            "measured",
            "error (%)",
            "of multiplications alone (%)",
            "ours with tiles of `fit`",
        ]
        .map(str::to_owned)
        .into(),
        rows: modelled.iter().map(row).collect(),
    }
}

/// Share of the latency in which each bus is busy.
fn links(modelled: &[Modelled]) -> Table {
    let row = |m: &Modelled| {
        let share = |level| {
            let busy = m.cost.link(Link::Store(level)).cycles;
            format!("{:.0} %", 100.0 * busy as f64 / m.cost.cycles as f64)
        };
        vec![
            m.name().to_owned(),
            share(FILTER_SPAD),
            share(INPUT_SPAD),
            share(SUM_SPAD),
        ]
    };
    Table {
        caption: "Share of the latency in which a bus is busy".into(),
        columns: ["layer", "filters", "inputs", "partial sums"]
            .map(str::to_owned)
            .into(),
        rows: modelled.iter().map(row).collect(),
    }
}

const NOTES: [&str; 4] = [
    "Nothing is fitted. The nest of each layer is the template `eyeriss_chip` with the published \
     mapping (m, n, e, p, q, r, t of table III) as its tiles, lowered by the same mapper and \
     evaluated by the same model as any other. Two delays come on top of the multiplications, both \
     from the paper's description of the chip: the filters of a pass are loaded into scratchpads \
     with one buffer over a bus of 64 bits, so nothing hides it; and an element has one adder, which \
     takes one cycle for each partial sum that arrives from its neighbour or the buffer. Inputs and \
     partial sums travel over their own buses (16 bits, and 64 in each direction) meanwhile.",
    "The errors of conv4 and conv5 cannot both be small: the two layers have the same mapping, so \
     that any model that reckons pass by pass makes their latencies 6 to 4, their passes, while \
     16.0 ms to 10.0 ms were measured. The ratio alone leaves at least 3.2 % to one of them.",
    "The rows of conv1 are cut into eight strips, the last of six rows instead of seven; its seventh \
     column of elements idles meanwhile. Published compute-only figures that divide multiplications \
     by active elements (-17.0 %) leave this out. The adders' time is an average over the elements, \
     0.02 ms less here than that of the busiest one: charged with that, conv1 would be at 16.60 ms \
     (+0.6 %), the other four as they are, and the mean at 4.20 %, by a hair beyond the bar.",
    "Elements lie as on the chip, 14 columns and 12 rows of them. The 27 columns of conv2 are wider: \
     the chip continues them in its lower half, which the model sees as 28 columns of 6 rows. The \
     chip's networks address elements by number, so that both halves receive as one.",
];
