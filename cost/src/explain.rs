//! Explanations as data: the nest line by line, and how often each word is used.

use serde::{Deserialize, Serialize};

use crate::counts::Access;
use crate::dataflow::{Axis, Dataflow, MAX_LEVELS, Step, Tile};
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::{Advance, Mapping};

/// One line of a nest, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NestLine {
    /// A storage level.
    Store {
        /// Its name.
        name: String,
        /// Kept tensors with the words of one tile; none for a template without a layer.
        keep: Vec<(Tensor, Option<u64>)>,
        /// Bytes; none is unlimited.
        size: Option<u64>,
    },
    /// A loop.
    Loop {
        /// The level that it belongs to, 0 = outermost.
        level: usize,
        /// The dimension.
        dim: Dim,
        /// Iterations (of the first pass); none where a template leaves them open.
        factor: Option<u32>,
        /// Elements per iteration; none where a template leaves them open.
        tile: Option<u32>,
        /// The side of the array; none in time.
        axis: Option<Axis>,
        /// Whether partial sums are added along it.
        reduce: bool,
        /// Whether nobody wrote it.
        implied: bool,
    },
}

/// The nest of a layer, every factor known.
pub fn loop_nest(layer: &Layer, mapping: &Mapping, dataflow: &Dataflow) -> Vec<NestLine> {
    let mut lines = Vec::new();
    let mut extent = layer.bounds;
    for (level, (store, name)) in mapping.levels().iter().zip(dataflow.stores()).enumerate() {
        let words = |t: Tensor| (t, Some(mapping.tile_elements(layer, level, t)));
        let keep = store.keep.iter().map(words).collect();
        lines.push(NestLine::Store {
            name: name.to_owned(),
            keep,
            size: store.size,
        });
        for l in mapping
            .loops()
            .iter()
            .filter(|l| usize::from(l.level) == level)
        {
            let e = &mut extent[l.dim.index()];
            let factor = Some(e.div_ceil(l.tile));
            *e = l.tile.min(*e);
            let axis = match l.advance {
                Advance::Time => None,
                Advance::Space(axis) => Some(axis),
            };
            lines.push(NestLine::Loop {
                level,
                dim: l.dim,
                factor,
                tile: Some(l.tile),
                axis,
                reduce: l.reduce,
                implied: l.implied,
            });
        }
    }
    lines
}

/// The nest of a template, before any layer: written lines, then the loops that are implied.
pub fn template_nest(dataflow: &Dataflow) -> Vec<NestLine> {
    let mut lines = Vec::new();
    let mut level: usize = 0;
    for (index, step) in dataflow.steps.iter().enumerate() {
        match step {
            Step::Store {
                name, keep, size, ..
            } => {
                level = if index == 0 { 0 } else { level + 1 };
                let keep = keep.iter().map(|t| (t, None)).collect();
                lines.push(NestLine::Store {
                    name: name.clone(),
                    keep,
                    size: *size,
                });
            }
            Step::Loop { dim, tile } => {
                let (factor, tile) = match *tile {
                    Tile::Fit => (None, None),
                    Tile::Full => (Some(1), None),
                    Tile::Fixed(size) => (None, Some(size)),
                };
                let line = open_loop(level, *dim, factor, None, false, false);
                lines.push(with_tile(line, tile));
            }
            Step::Spread {
                dim,
                over,
                size,
                reduce,
            } => {
                lines.push(open_loop(level, *dim, *size, Some(*over), *reduce, false));
            }
        }
    }
    let innermost = dataflow
        .steps
        .iter()
        .rposition(|s| matches!(s, Step::Store { .. }));
    let inside = &dataflow.steps[innermost.map_or(0, |i| i + 1)..];
    for dim in Dim::ALL {
        let written = |s: &Step| matches!(s, Step::Loop { dim: d, .. } if *d == dim);
        if !inside.iter().any(written) {
            lines.push(open_loop(level, dim, None, None, false, true));
        }
    }
    lines
}

fn open_loop(
    level: usize,
    dim: Dim,
    factor: Option<u32>,
    axis: Option<Axis>,
    reduce: bool,
    implied: bool,
) -> NestLine {
    NestLine::Loop {
        level,
        dim,
        factor,
        tile: None,
        axis,
        reduce,
        implied,
    }
}

fn with_tile(mut line: NestLine, size: Option<u32>) -> NestLine {
    if let NestLine::Loop { tile, .. } = &mut line {
        *tile = size;
    }
    line
}

/// Accesses per distinct word, by level and tensor: how often a level touches each word.
pub fn reuse(layer: &Layer, access: &[[Access; 3]; MAX_LEVELS]) -> [[f64; 3]; MAX_LEVELS] {
    let unique = Tensor::ALL.map(|t| layer.elements(t).max(1) as f64);
    let mut reuse = [[0.0; 3]; MAX_LEVELS];
    for (row, level) in reuse.iter_mut().zip(access) {
        for tensor in Tensor::ALL {
            let t = tensor.index();
            row[t] = level[t].total() as f64 / unique[t];
        }
    }
    reuse
}
