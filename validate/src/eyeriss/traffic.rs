//! Traffic between buffer and array, and off the chip.
//!
//! What is moved how often follows from the nest: the buffer holds inputs and partial sums of `n`
//! images, `m` output channels and `e` output rows, and weights pass it by. So each weight is read
//! once per group of `n` images and per strip of `e` rows; inputs once per group of `m` output
//! channels, in strips that overlap by the filter's rows; outputs are written once.

use nasaic_cost::sparsity::rlc_ratio;
use nasaic_cost::{Dim, Link, Tensor};

use super::Modelled;
use super::chip::{FILTER_SPAD, INPUT_SPAD, SUM_SPAD, WORD};
use crate::report::{Line, Section, Table};

/// Bytes of a word.
const BYTES: f64 = WORD as f64 / 8.0;

/// Adds lines, a table and notes on traffic.
pub(super) fn report(modelled: &[Modelled], section: &mut Section) {
    section.lines.extend(modelled.iter().map(array_line));
    section.lines.extend(modelled.iter().map(off_chip_line));
    section.lines.extend(total(modelled));
    if !modelled.is_empty() {
        section.tables.push(table(modelled));
        section.notes.extend(NOTES.map(str::to_owned));
        section.notes.extend(unknown_outputs(modelled));
    }
}

impl Modelled<'_> {
    /// Megabytes between buffer and array, filters included.
    fn array_megabytes(&self) -> f64 {
        let links = [FILTER_SPAD, INPUT_SPAD, SUM_SPAD].map(Link::Store);
        links
            .map(|l| self.cost.link(l).bytes as f64)
            .iter()
            .sum::<f64>()
            / 1e6
    }

    /// Megabytes of each tensor off the chip, compressed.
    fn off_chip(&self) -> [f64; 3] {
        Tensor::ALL.map(|t| {
            let access = self.cost.access[0][t.index()];
            (access.reads + access.updates) as f64 * BYTES * self.packing(t) / 1e6
        })
    }

    fn off_chip_total(&self) -> f64 {
        self.cost.link(Link::OffChip).bytes as f64 / 1e6
    }

    /// Megabytes of all tensors, each word once, compressed.
    fn once(&self) -> f64 {
        let megabytes =
            |t: Tensor| self.point.layer.elements(t) as f64 * BYTES * self.packing(t) / 1e6;
        Tensor::ALL.map(megabytes).iter().sum()
    }

    /// Size of a tensor in run-length code over its plain size; words without zeros stay plain.
    fn packing(&self, tensor: Tensor) -> f64 {
        match tensor {
            Tensor::W => 1.0,
            _ => rlc_ratio(self.point.layer.density().of(tensor)).min(1.0),
        }
    }
}

fn array_line(m: &Modelled) -> Line {
    let (ours, theirs) = (m.array_megabytes(), m.measured.glb_megabytes);
    let figure = format!("{ours:.1} MB, measured {theirs}: {:.2}", ours / theirs);
    Line::info(format!("{}: buffer to array", m.name()), figure)
}

fn off_chip_line(m: &Modelled) -> Line {
    let (ours, theirs) = (m.off_chip_total(), m.measured.dram_megabytes);
    let figure = format!("{ours:.2} MB, measured {theirs}: {:.2}", ours / theirs);
    Line::info(format!("{}: off-chip traffic", m.name()), figure)
}

fn total(modelled: &[Modelled]) -> Option<Line> {
    let ours: f64 = modelled.iter().map(Modelled::off_chip_total).sum();
    let theirs: f64 = modelled.iter().map(|m| m.measured.dram_megabytes).sum();
    (!modelled.is_empty()).then(|| {
        let figure = format!("{ours:.2} MB, measured {theirs:.1}: {:.2}", ours / theirs);
        Line::info("off-chip traffic of all layers", figure)
    })
}

fn table(modelled: &[Modelled]) -> Table {
    let row = |m: &Modelled| {
        let [weights, inputs, outputs] = m.off_chip();
        let published = m.measured.dram_megabytes;
        let mut cells = vec![m.name().to_owned()];
        let figures = [
            weights,
            inputs,
            outputs,
            m.off_chip_total(),
            published,
            m.off_chip_total() / published,
            m.once(),
            m.once() / published,
        ];
        cells.extend(figures.map(|f| format!("{f:.2}")));
        cells
    };
    Table {
        caption: "Off-chip traffic of four images in MB (10⁶ bytes)".into(),
        columns: [
            "layer",
            "weights",
            "inputs",
            "outputs",
            "ours",
            "measured",
            "ratio",
            "each word once",
            "its ratio",
        ]
        .map(str::to_owned)
        .into(),
        rows: modelled.iter().map(row).collect(),
    }
}

/// The range that unknown zeros of outputs leave open.
fn unknown_outputs(modelled: &[Modelled]) -> Option<String> {
    let last = modelled.iter().find(|m| !m.knows_outputs)?;
    let layer = &last.point.layer;
    let plain = layer.elements(Tensor::O) as f64 * BYTES / 1e6;
    Some(format!(
        "The zeros of {}'s {} output channels follow from no row; they are taken to be as frequent \
         as those of its own inputs ({:.2} MB). Depending on them the outputs are between {:.2} MB \
         (all zero) and {plain:.2} MB (none).",
        last.name(),
        layer.bound(Dim::K) * layer.groups,
        plain * last.packing(Tensor::O),
        plain * rlc_ratio(0.0),
    ))
}

const NOTES: [&str; 4] = [
    "Traffic between buffer and array is what the three buses carry, filters included. Four layers \
     are within 1 % of the chip's figures, from which the mapping of the model can be told to be the \
     chip's. conv3 is published with 50.2 MB, less than the partial sums of its 256 channels, four \
     at a time, would move in 64 passes; nothing in table III explains it.",
    "Off-chip, the nest decides how often a word is moved: weights ⌈N/n⌉ · ⌈E/e⌉ times, inputs once \
     per m output channels, strips read the rows they share again. The last columns show what is \
     missing when every word is moved once, as a model without the mapping would.",
    "Compression: inputs and outputs travel in the chip's run-length code, in expectation over \
     independent zeros, with the share of zeros that the chip saw; weights and the inputs of conv1, \
     which have none, stay plain. Real zeros cluster, so the code does better than this on the chip \
     (the paper reports 5 to 10 % above entropy).",
    "The zeros of a layer's outputs are not published. We take those of the next layer's inputs. \
     Between conv1 and conv2, and conv2 and conv3, these have been pooled, and the maximum of \
     several values is zero less often than each of them: our outputs are too large there.",
];
