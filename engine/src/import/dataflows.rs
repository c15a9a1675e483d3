//! Mapping files of MAESTRO as dataflow blocks.

use super::laid_out;
use nasaic_cost::maestro::{self, Imported, Problem};
use nasaic_cost::{Axis, Buffering, Dataflow, Step, TensorSet, Tile};
use nasaic_dsl::backend::FileFault;
use std::fmt::Write as _;

/// Most layers that a comment names.
const MOST_LAYERS: usize = 4;

/// The dataflows of a mapping file as blocks in the canonical layout; the first is called `name`.
///
/// What a directive cannot become is a fault at its line.
pub fn dataflows(text: &str, name: &str) -> Result<String, FileFault> {
    let all = maestro::import(text, name).map_err(fault)?;
    if all.is_empty() {
        return Err(FileFault {
            message: "it describes no layer".into(),
            line: 0,
            column: 0,
            hint: "give a mapping file: `Network n { Layer l { … Dataflow { … } } }`".into(),
        });
    }
    let mut out = String::from(
        "//! Dataflows of a mapping file of MAESTRO.\n\
         //!\n\
         //! Such a file knows no sizes of stores; a sub-accelerator sets its own: `glb.size = 64 KiB`.\n",
    );
    for imported in &all {
        let _ = write!(out, "\n/// Of {}.\n", layers(imported));
        block(&mut out, &imported.dataflow);
    }
    Ok(laid_out(out))
}

fn fault(problem: Problem) -> FileFault {
    FileFault {
        message: problem.cause,
        line: problem.place.line as usize,
        column: problem.place.column as usize,
        hint: problem.way_out,
    }
}

/// Who uses a dataflow: the first few layers by name.
fn layers(imported: &Imported) -> String {
    let names = &imported.layers;
    let first = names[..names.len().min(MOST_LAYERS)].join(", ");
    match names.len().saturating_sub(MOST_LAYERS) {
        0 if names.len() == 1 => format!("layer {first}"),
        0 => format!("layers {first}"),
        more => format!("layers {first} and {more} more"),
    }
}

fn block(out: &mut String, dataflow: &Dataflow) {
    let _ = writeln!(out, "dataflow {} {{", dataflow.name);
    for (index, step) in dataflow.steps.iter().enumerate() {
        let _ = writeln!(out, "{}", line(step, index == 0));
    }
    out.push_str("}\n");
}

fn line(step: &Step, outermost: bool) -> String {
    match step {
        Step::Store {
            name,
            keep,
            size,
            buffering,
            bandwidth,
        } => {
            let size = match size {
                Some(bytes) => format!(", size = {bytes} B"),
                None if outermost => String::new(),
                None => ", size = unlimited".into(),
            };
            let buffering = match buffering {
                Buffering::Single => ", buffering = single",
                Buffering::Double => "",
            };
            let bandwidth = bandwidth.map_or_else(String::new, |bits| {
                format!(", bandwidth = {} B/cycle", f64::from(bits) / 8.0)
            });
            format!(
                "store {name} {{ keep = [{}]{size}{buffering}{bandwidth} }}",
                tensors(*keep)
            )
        }
        Step::Loop { dim, tile } => {
            let tile = match tile {
                Tile::Fit => "fit".to_owned(),
                Tile::Full => "full".to_owned(),
                Tile::Fixed(size) => size.to_string(),
            };
            format!("loop {} {{ tile = {tile} }}", dim.letter())
        }
        Step::Spread {
            dim,
            over,
            size,
            reduce,
        } => {
            let over = match over {
                Axis::Columns => "columns",
                Axis::Rows => "rows",
            };
            let size = size.map_or_else(String::new, |size| format!(", size = {size}"));
            let reduce = if *reduce { ", reduce = true" } else { "" };
            format!("spread {} {{ over = {over}{size}{reduce} }}", dim.letter())
        }
    }
}

fn tensors(keep: TensorSet) -> String {
    let letters: Vec<String> = keep.iter().map(|tensor| format!("{tensor:?}")).collect();
    letters.join(", ")
}
