//! AlexNet on the Eyeriss chip: latency, active elements and traffic against silicon.

pub mod chip;
mod latency;
mod traffic;

use nasaic_cost::sparsity::Density;
use nasaic_cost::{LayerCost, counts, fit};

use crate::data::Folder;
use crate::point::Point;
use crate::report::{Line, Section};
use crate::rows::{self, Row};
use chip::{ALEXNET, Mapped};

/// Columns `layer`, `processing_ms`, `active_pes`, `glb_mb`, `dram_mb_rlc`, `ifmap_zeros_percent`.
pub const FILE: &str = "eyeriss-alexnet-jssc2017.csv";

/// One row of the measurement.
struct Measured {
    mapped: &'static Mapped,
    processing_ms: f64,
    active_pes: u64,
    glb_megabytes: f64,
    dram_megabytes: f64,
    /// Share of inputs that are not zero.
    density: f64,
}

impl Measured {
    fn read(row: &Row) -> Result<Self, String> {
        let name = row.text("layer")?;
        let known = || ALEXNET.map(|m| m.name).join(", ");
        let mapped = Mapped::find(name);
        Ok(Measured {
            mapped: mapped.ok_or_else(|| format!("no layer {name:?}; there are {}", known()))?,
            processing_ms: row.number("processing_ms", 1e-6, 1e9)?,
            active_pes: row.number("active_pes", 1.0, 1e6)? as u64,
            glb_megabytes: row.number("glb_mb", 1e-6, 1e6)?,
            dram_megabytes: row.number("dram_mb_rlc", 1e-6, 1e6)?,
            density: 1.0 - row.number("ifmap_zeros_percent", 0.0, 100.0)? / 100.0,
        })
    }
}

/// A measured layer with what the model says of it.
struct Modelled<'a> {
    measured: &'a Measured,
    point: Point,
    cost: LayerCost,
    /// Steps of the multipliers, which is all that a model of computation alone would see.
    steps: u64,
    /// Whether the zeros of its outputs are known, from the inputs of the next layer.
    knows_outputs: bool,
}

impl<'a> Modelled<'a> {
    fn new(measured: &'a Measured, next: Option<&Measured>) -> Result<Self, String> {
        let density = Density {
            w: 1.0,
            i: measured.density,
            o: next.map_or(measured.density, |next| next.density),
        };
        let point = point(measured.mapped, density)?;
        Ok(Modelled {
            measured,
            cost: point.cost(),
            steps: counts::count(&point.layer, &point.mapping).steps,
            point,
            knows_outputs: next.is_some(),
        })
    }

    fn name(&self) -> &'static str {
        self.measured.mapped.name
    }
}

fn point(mapped: &Mapped, density: Density) -> Result<Point, String> {
    let layer = mapped.layer().map_err(|e| e.to_string())?;
    let layer = layer.with_density(density);
    let sub = mapped.array();
    let mapping = fit(&layer, &mapped.dataflow(), &sub).map_err(|e| format!("{e:?}"))?;
    Ok(Point {
        what: format!("{} on Eyeriss", mapped.name),
        layer,
        mapping,
        sub,
    })
}

/// The five layers as mapped on the chip, without zeros; the measurements are not needed.
pub fn points() -> Vec<Point> {
    let dense = Density {
        w: 1.0,
        i: 1.0,
        o: 1.0,
    };
    let points = ALEXNET.iter().map(|mapped| point(mapped, dense));
    points.filter_map(Result::ok).collect()
}

/// Compares the model of the chip with the folder's measurements.
pub fn compare(folder: &Folder) -> Section {
    let mut section = Section::new(
        "Eyeriss, measured silicon",
        "Chen et al., Eyeriss, JSSC 2017: AlexNet, batch 4, 200 MHz (table V), mapping of table III",
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
            Err(why) => {
                let name = row.mapped.name;
                section
                    .lines
                    .push(Line::judged(name, why, "a mapping", false));
            }
        }
    }
    latency::report(&modelled, &mut section);
    traffic::report(&modelled, &mut section);
    section
}

/// The measurement of the layer that reads this one's outputs.
fn next_of<'a>(row: &Measured, measured: &'a [Measured]) -> Option<&'a Measured> {
    let index = ALEXNET.iter().position(|m| m.name == row.mapped.name)?;
    let next = ALEXNET.get(index + 1)?;
    measured.iter().find(|m| m.mapped.name == next.name)
}
