//! Areas at 28 nm against NVDLA's own estimates.

use nasaic_cost::{
    Area, Axis, Buffering, Dataflow, Dim, Step, SubAccelerator, Technology, Tensor, TensorSet, area,
};

use crate::data::Folder;
use crate::report::{Line, Section, Table};
use crate::rows::{self, Row};

/// Columns `macs`, `conv_buffer_kb`, `area_28nm_mm2`.
pub const FILE: &str = "nvdla-primer.csv";

/// Store per multiplier: a weight and an input of 8 bits and a 32-bit partial sum, double buffered.
const RF_BYTES: u64 = 12;

/// One of NVDLA's configurations with both areas, in mm².
struct Configuration {
    macs: u32,
    buffer_kb: u64,
    ours: Area,
    theirs: f64,
}

impl Configuration {
    fn read(row: &Row, technology: &Technology) -> Result<Self, String> {
        let macs = row.number("macs", 1.0, f64::from(1 << 24))? as u32;
        let buffer_kb = row.number("conv_buffer_kb", 1.0, f64::from(1 << 24))? as u64;
        let theirs = row.number("area_28nm_mm2", 1e-6, 1e6)?;
        let dataflow = weight_stationary();
        let sub = SubAccelerator::new(macs, 1.0, 1e9)
            .with_store_size(&dataflow, "glb", buffer_kb * 1024)
            .and_then(|sub| sub.with_store_size(&dataflow, "rf", RF_BYTES))
            .ok_or("the dataflow has no such store")?;
        Ok(Configuration {
            macs,
            buffer_kb,
            ours: area(&dataflow, &sub, technology),
            theirs,
        })
    }

    fn ratio(&self) -> f64 {
        self.ours.total() / 1e6 / self.theirs
    }

    fn name(&self) -> String {
        format!("{} multipliers, {} KB", self.macs, self.buffer_kb)
    }
}

/// Compares the default technology with every configuration of the folder's `nvdla-primer.csv`.
pub fn compare(folder: &Folder) -> Section {
    let technology = Technology::horowitz_28nm();
    let mut section = Section::new(
        "Area: NVDLA at 28 nm",
        "NVDLA primer (nvdla.org), the project's own estimates for its configurations",
    );
    let rows = match rows::read(folder, FILE) {
        Ok(rows) => rows,
        Err(line) => {
            section.lines.push(line);
            return section;
        }
    };
    let mut configurations = Vec::new();
    for row in rows {
        let read = row.and_then(|row| {
            Configuration::read(&row, &technology).map_err(|cause| row.broken(FILE, cause))
        });
        match read {
            Ok(configuration) => configurations.push(configuration),
            Err(line) => section.lines.push(line),
        }
    }
    for c in &configurations {
        let figure = format!(
            "{:.2} mm², NVDLA says {}: {:.2}",
            c.ours.total() / 1e6,
            c.theirs,
            c.ratio()
        );
        section.lines.push(Line::info(c.name(), figure));
    }
    section.lines.extend(summary(&configurations));
    section.tables.push(components(&configurations));
    section.notes = notes();
    section
}

fn summary(configurations: &[Configuration]) -> Option<Line> {
    let mut ratios: Vec<f64> = configurations.iter().map(Configuration::ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let (first, last) = (ratios.first()?, ratios.last()?);
    let median = (ratios[(ratios.len() - 1) / 2] + ratios[ratios.len() / 2]) / 2.0;
    Some(Line::info(
        "Ours ÷ NVDLA's, smallest, median and largest",
        format!("{first:.2}, {median:.2}, {last:.2}"),
    ))
}

fn components(configurations: &[Configuration]) -> Table {
    let row = |c: &Configuration| {
        let mm2 = |area: f64| format!("{:.3}", area / 1e6);
        vec![
            c.macs.to_string(),
            c.buffer_kb.to_string(),
            mm2(c.ours.elements),
            mm2(c.ours.rf),
            mm2(c.ours.sram),
            mm2(c.ours.overhead),
            mm2(c.ours.total()),
            c.theirs.to_string(),
            format!("{:.2}", c.ratio()),
        ]
    };
    Table {
        caption: "Areas at 28 nm in mm²".into(),
        columns: [
            "multipliers",
            "buffer (KB)",
            "multipliers and registers",
            "operand stores",
            "buffer",
            "control and wiring",
            "ours",
            "NVDLA",
            "ratio",
        ]
        .map(str::to_owned)
        .into(),
        rows: configurations.iter().map(row).collect(),
    }
}

fn notes() -> Vec<String> {
    vec![
        "Ours is the technology `horowitz_28nm` on a weight-stationary array with NVDLA's number of \
         multipliers and its convolution buffer; nothing is fitted to these rows. Each multiplier has \
         12 bytes of operand stores: a weight, an input and a 32-bit partial sum, double buffered."
            .into(),
        "NVDLA's estimates are of the whole core: also of the engines for activation, pooling and \
         normalisation, of the accumulators' memory and of the bus interfaces, none of which the model \
         knows. Ours has instead a doubling for control and wiring that is an estimate. Ratios below \
         1 are therefore expected."
            .into(),
        "Stores are charged per byte. CACTI 7 gives 3.7 µm² per byte at 45 nm, 1.4 scaled to 28 nm, \
         where we charge 2.0: with CACTI's density the ratios would be lower still."
            .into(),
    ]
}

/// The stores and spreads of a weight-stationary array, which is all that an area needs.
fn weight_stationary() -> Dataflow {
    let store = |name: &str, keep: &[Tensor]| Step::Store {
        name: name.into(),
        keep: TensorSet::of(keep),
        size: None,
        buffering: Buffering::Double,
        bandwidth: None,
    };
    let spread = |dim: Dim, over: Axis| Step::Spread {
        dim,
        over,
        size: None,
        reduce: dim.is_reduction(),
    };
    Dataflow {
        name: "weight_stationary".into(),
        kinds: Vec::new(),
        steps: vec![
            store("dram", &Tensor::ALL),
            store("glb", &[Tensor::I, Tensor::O]),
            spread(Dim::K, Axis::Columns),
            spread(Dim::C, Axis::Rows),
            store("rf", &Tensor::ALL),
        ],
    }
}
