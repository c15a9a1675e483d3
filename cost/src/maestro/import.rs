//! Directives as dataflows of this crate.
//!
//! A `TemporalMap` is a loop with a tile, a `SpatialMap` a spread. The spread stands outside the
//! loops of its cluster level, and a loop over what each cluster is dealt stands where the map was:
//! a cluster gets a block of the dimension instead of every n-th piece, in as many steps. The
//! outermost level is spread over the columns, what is inside clusters over the rows; `Cluster`
//! adds no store, because MAESTRO's clusters have none: there is one shared store (L2) and one in
//! each element (L1), both of unlimited size, since mapping files do not say.
//!
//! A window is said by its outputs: `(Sz(R), 1) Y` is one output row, the overlap follows. A
//! `SpatialMap` of Y beside one of R is the diagonal of one output row: a spread of R.

use super::directives::{Directives, NetworkLayer, Problem, Shape};
use super::lower::lower;
use super::parse::parse;
use crate::dataflow::{Dataflow, Step};

/// A dataflow, and who uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The dataflow; its first store is off-chip, the second shared, the third in each element.
    pub dataflow: Dataflow,
    /// Names of the layers, in order.
    pub layers: Vec<String>,
}

/// Imports all layers of a mapping file; a dataflow that several layers share comes out once.
///
/// The first is called `name`, the others `name_2` and so on.
pub fn import(text: &str, name: &str) -> Result<Vec<Imported>, Problem> {
    let source = parse(text)?;
    let mut all: Vec<Imported> = Vec::new();
    for layer in source.networks.iter().flat_map(|network| &network.layers) {
        let steps = layer_steps(layer)?;
        if let Some(same) = all.iter_mut().find(|i| i.dataflow.steps == steps) {
            same.layers.push(layer.name.clone());
            continue;
        }
        let name = match all.len() {
            0 => name.into(),
            before => format!("{name}_{}", before + 1),
        };
        all.push(Imported {
            dataflow: Dataflow {
                name,
                kinds: Vec::new(),
                steps,
            },
            layers: vec![layer.name.clone()],
        });
    }
    Ok(all)
}

/// The dataflow that a layer's directives describe.
pub fn dataflow(shape: &Shape, directives: &Directives, name: &str) -> Result<Dataflow, Problem> {
    Ok(Dataflow {
        name: name.into(),
        kinds: Vec::new(),
        steps: steps(shape, directives)?,
    })
}

fn layer_steps(layer: &NetworkLayer) -> Result<Vec<Step>, Problem> {
    if layer.directives.is_empty() {
        return Err(Problem::new(
            layer.place,
            format!(
                "layer {} has no dataflow, and none stands before it",
                layer.name
            ),
            "give it a Dataflow { … } block",
        ));
    }
    steps(&layer.shape, &layer.directives)
}

/// The nest of a layer's directives, checked.
fn steps(shape: &Shape, directives: &Directives) -> Result<Vec<Step>, Problem> {
    let lowered = Dataflow {
        name: String::new(),
        kinds: Vec::new(),
        steps: lower(shape, directives)?,
    };
    let place = directives.first().map(|d| d.0).unwrap_or_default();
    lowered
        .check()
        .map(|()| lowered.steps.clone())
        .map_err(|flaws| {
            let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            Problem::new(
                place,
                flaws.join(", "),
                "map every dimension to at most one spread and a few loops",
            )
        })
}
