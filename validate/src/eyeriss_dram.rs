//! Off-chip traffic of AlexNet on Eyeriss: run-length compression against the chip.
//!
//! # What is moved
//! The published mapping (JSSC 2017, table III) fixes what is read how often, because the global
//! buffer holds only inputs and partial sums (section IV-A): `n` images, `m` output channels and `e`
//! output rows at a time.
//! * Weights go to the array straight from DRAM. Each is read once per group of `n` images and per
//!   strip of `e` rows: `⌈N/n⌉ · ⌈E/e⌉` times.
//! * Inputs are read once per group of `m` output channels, in strips that overlap by the filter's
//!   rows. They are compressed, those of the first layer excepted (section IV-B).
//! * Outputs are written once, compressed; partial sums never leave the chip.

use std::path::Path;

use nasaic_cost::sparsity::{Density, rlc_ratio};
use nasaic_cost::{ConvShape, Dim, Layer, Padding, ShapeError, Tensor};

use crate::report::{Line, Section, Table};
use crate::rows::{self, Row};

/// Columns `layer`, `dram_mb_rlc`, `ifmap_zeros_percent`.
const FILE: &str = "eyeriss-alexnet-jssc2017.csv";

/// Images of the measurement.
const BATCH: u32 = 4;

/// Bytes of a word.
const WORD: f64 = 2.0;

/// An AlexNet layer on Eyeriss (JSSC 2017, table III).
struct Mapped {
    name: &'static str,
    /// Size of the square input, without padding.
    input: u32,
    /// Zeros around it.
    padding: u32,
    filter: u32,
    stride: u32,
    channels: u32,
    filters: u32,
    groups: u32,
    /// Output channels whose partial sums are in the buffer.
    m: u32,
    /// Images per pass.
    n: u32,
    /// Output rows per pass.
    e: u32,
}

/// The convolutions of AlexNet with their mapping; channels and filters of both groups together.
const ALEXNET: [Mapped; 5] = [
    Mapped {
        name: "conv1",
        input: 227,
        padding: 0,
        filter: 11,
        stride: 4,
        channels: 3,
        filters: 96,
        groups: 1,
        m: 96,
        n: 1,
        e: 7,
    },
    Mapped {
        name: "conv2",
        input: 27,
        padding: 2,
        filter: 5,
        stride: 1,
        channels: 96,
        filters: 256,
        groups: 2,
        m: 64,
        n: 1,
        e: 27,
    },
    Mapped {
        name: "conv3",
        input: 13,
        padding: 1,
        filter: 3,
        stride: 1,
        channels: 256,
        filters: 384,
        groups: 1,
        m: 64,
        n: 4,
        e: 13,
    },
    Mapped {
        name: "conv4",
        input: 13,
        padding: 1,
        filter: 3,
        stride: 1,
        channels: 384,
        filters: 384,
        groups: 2,
        m: 64,
        n: 4,
        e: 13,
    },
    Mapped {
        name: "conv5",
        input: 13,
        padding: 1,
        filter: 3,
        stride: 1,
        channels: 384,
        filters: 256,
        groups: 2,
        m: 64,
        n: 4,
        e: 13,
    },
];

impl Mapped {
    fn layer(&self) -> Result<Layer, ShapeError> {
        Layer::conv(&ConvShape {
            batch: BATCH,
            stride: [self.stride; 2],
            padding: Padding::Explicit([self.padding; 2]),
            groups: self.groups,
            ..ConvShape::new(
                self.filters,
                self.channels,
                [self.input; 2],
                [self.filter; 2],
            )
        })
    }

    /// Plain megabytes of each tensor, each word once.
    fn once(&self, layer: &Layer) -> [f64; 3] {
        Tensor::ALL.map(|t| layer.elements(t) as f64 * WORD / 1e6)
    }

    /// How often each tensor crosses the chip's border, rows that strips share included.
    fn times(&self, layer: &Layer) -> [f64; 3] {
        let rows = layer.bound(Dim::P);
        let starts = (0..rows).step_by(self.e as usize);
        let strips = starts.map(|first| (first, rows.min(first + self.e)));
        let read: u32 = strips.clone().map(|s| self.input_rows(s)).sum();
        let again = f64::from(read) / f64::from(self.input_rows((0, rows)));
        let channel_groups = layer.bound(Dim::K).div_ceil(self.m);
        [
            f64::from(BATCH.div_ceil(self.n)) * strips.count() as f64,
            f64::from(channel_groups) * again,
            1.0,
        ]
    }

    /// Rows of the input that exist under output rows `first..end`.
    fn input_rows(&self, (first, end): (u32, u32)) -> u32 {
        let above = (first * self.stride).saturating_sub(self.padding);
        let below = ((end - 1) * self.stride + self.filter).saturating_sub(self.padding);
        below.min(self.input) - above
    }

    fn is_first(&self) -> bool {
        self.name == ALEXNET[0].name
    }
}

/// One row of the measurement.
struct Measured {
    mapped: &'static Mapped,
    megabytes: f64,
    /// Share of inputs that are not zero.
    density: f64,
}

impl Measured {
    fn read(row: &Row) -> Result<Self, String> {
        let name = row.text("layer")?;
        let mapped = ALEXNET.iter().find(|m| m.name == name);
        let known = || ALEXNET.map(|m| m.name).join(", ");
        Ok(Measured {
            mapped: mapped.ok_or_else(|| format!("no layer {name:?}; there are {}", known()))?,
            megabytes: row.number("dram_mb_rlc", 1e-6, 1e6)?,
            density: 1.0 - row.number("ifmap_zeros_percent", 0.0, 100.0)? / 100.0,
        })
    }
}

/// What the model says about a measured layer, in megabytes.
struct Modelled<'a> {
    measured: &'a Measured,
    /// Weights, inputs and outputs as often as the mapping moves them.
    moved: [f64; 3],
    /// All of them once.
    once: f64,
}

impl<'a> Modelled<'a> {
    fn new(measured: &'a Measured, next: Option<&Measured>) -> Result<Self, ShapeError> {
        let mapped = measured.mapped;
        let density = Density {
            w: 1.0,
            i: measured.density,
            o: next.map_or(measured.density, |next| next.density),
        };
        let layer = mapped.layer()?;
        let stored = |t: Tensor| match t {
            Tensor::W => 1.0,
            Tensor::I if mapped.is_first() => 1.0,
            Tensor::I | Tensor::O => rlc_ratio(density.of(t)),
        };
        let (plain, times) = (mapped.once(&layer), mapped.times(&layer));
        let compressed = Tensor::ALL.map(|t| plain[t.index()] * stored(t));
        Ok(Modelled {
            measured,
            moved: Tensor::ALL.map(|t| compressed[t.index()] * times[t.index()]),
            once: compressed.iter().sum(),
        })
    }

    fn total(&self) -> f64 {
        self.moved.iter().sum()
    }
}

/// Compares the modelled off-chip traffic with the folder's `eyeriss-alexnet-jssc2017.csv`.
pub fn compare(folder: &Path) -> Section {
    let mut section = Section::new(
        "Off-chip traffic: AlexNet on Eyeriss",
        "Chen et al., Eyeriss, JSSC 2017, table V (silicon, batch 4), mapping of table III",
    );
    let rows = match rows::read(folder, FILE) {
        Ok(rows) => rows,
        Err(line) => {
            section.lines.push(line);
            return section;
        }
    };
    let mut measured = Vec::new();
    for row in rows {
        let read = row.and_then(|row| Measured::read(&row).map_err(|e| row.broken(FILE, e)));
        match read {
            Ok(row) => measured.push(row),
            Err(line) => section.lines.push(line),
        }
    }
    let mut modelled = Vec::new();
    for row in &measured {
        match Modelled::new(row, next_of(row, &measured)) {
            Ok(layer) => modelled.push(layer),
            Err(e) => section.lines.push(Line::judged(
                row.mapped.name,
                e.to_string(),
                "a layer",
                false,
            )),
        }
    }
    section.lines.extend(modelled.iter().map(line));
    section.lines.extend(total(&modelled));
    section.tables.push(table(&modelled));
    section.notes = notes(&measured);
    section
}

/// The measurement of the layer that reads this one's outputs.
fn next_of<'a>(row: &Measured, measured: &'a [Measured]) -> Option<&'a Measured> {
    let index = ALEXNET.iter().position(|m| m.name == row.mapped.name)?;
    let next = ALEXNET.get(index + 1)?;
    measured.iter().find(|m| m.mapped.name == next.name)
}

fn line(m: &Modelled) -> Line {
    let published = m.measured.megabytes;
    Line::info(
        m.measured.mapped.name,
        format!(
            "{:.2} MB, measured {published}: {:.2}",
            m.total(),
            m.total() / published
        ),
    )
}

fn total(modelled: &[Modelled]) -> Option<Line> {
    let ours: f64 = modelled.iter().map(Modelled::total).sum();
    let theirs: f64 = modelled.iter().map(|m| m.measured.megabytes).sum();
    (!modelled.is_empty()).then(|| {
        let figure = format!("{ours:.2} MB, measured {theirs:.1}: {:.2}", ours / theirs);
        Line::info("all layers", figure)
    })
}

fn table(modelled: &[Modelled]) -> Table {
    let row = |m: &Modelled| {
        let [weights, inputs, outputs] = m.moved;
        let published = m.measured.megabytes;
        let mut cells = vec![m.measured.mapped.name.to_owned()];
        let figures = [
            weights,
            inputs,
            outputs,
            m.total(),
            published,
            m.total() / published,
            m.once,
            m.once / published,
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

fn notes(measured: &[Measured]) -> Vec<String> {
    let mut notes = vec![
        "Nothing is fitted. Weights are read ⌈N/n⌉ · ⌈E/e⌉ times and inputs once per m output \
         channels, both from the published mapping (n images, m channels, e rows at a time); strips \
         read the rows they share again. The last columns show what is missing when every word is \
         moved once, as a model without the mapping would. A megabyte is 10⁶ bytes: the paper's 15.4 \
         MB are its 0.0029 accesses of 16 bits per multiplication."
            .into(),
        "Inputs and outputs are compressed by the run-length code of the chip, in expectation over \
         independent zeros, with the share of zeros that the chip saw; the inputs of conv1 are not \
         compressed. Real zeros cluster, so the code does better than this on the chip (the paper \
         reports 5 to 10 % above entropy)."
            .into(),
        "The zeros of a layer's outputs are not published. We take those of the next layer's inputs. \
         Between conv1 and conv2, and conv2 and conv3, these have been pooled, and the maximum of \
         several values is zero less often than each of them: our outputs are too large there."
            .into(),
    ];
    if let Some(last) = measured.iter().find(|m| next_of(m, measured).is_none())
        && let Ok(layer) = last.mapped.layer()
    {
        let plain = last.mapped.once(&layer)[Tensor::O.index()];
        notes.push(format!(
            "The zeros of {}'s outputs follow from no row; they are taken to be as frequent as those \
             of its own inputs ({:.2} MB). Depending on them the outputs are between {:.2} MB (all \
             zero) and {:.2} MB (none).",
            last.mapped.name,
            plain * rlc_ratio(last.density),
            plain * rlc_ratio(0.0),
            plain * rlc_ratio(1.0),
        ));
    }
    notes
}
