//! A nest as Timeloop 3's own input: architecture, problem and mapping in YAML.

use std::fmt::Write as _;

use super::Unsupported;
use super::nest::{Block, Nest, Turn};
use crate::dataflow::Dataflow;
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, Precision, Tensor};
use crate::mapping::{Level, Mapping};

/// The three documents of a `timeloop-model` run; comments in them say what differs from this
/// project's own model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Stores and multipliers (`arch:`).
    pub architecture: String,
    /// The layer as a `cnn-layer` (`problem:`).
    pub problem: String,
    /// Loops, bypasses and the split between columns and rows (`mapping:`).
    pub mapping: String,
}

impl Exported {
    /// The documents one after the other, as a single file that `timeloop-model` takes as well.
    pub fn joined(&self) -> String {
        [&self.architecture, &self.problem, &self.mapping]
            .map(String::as_str)
            .concat()
    }
}

/// Dimensions in the order of Timeloop's `cnn-layer` shape.
const DIMS: [Dim; 7] = [Dim::R, Dim::S, Dim::P, Dim::Q, Dim::C, Dim::K, Dim::N];

/// Writes a nest down for Timeloop 3; stores take the names of the dataflow that it was fitted to.
///
/// Bandwidths are left out, so the peer's cycles are those of computation. A dimension that ends in
/// a smaller tile becomes an imperfect factor (`K=4,3`: four iterations, three in the last pass).
pub fn export(
    layer: &Layer,
    mapping: &Mapping,
    dataflow: &Dataflow,
    sub: &SubAccelerator,
) -> Result<Exported, Unsupported> {
    let nest = Nest::new(layer, mapping)?;
    let names: Vec<&str> = dataflow.stores().collect();
    if names.len() != nest.blocks.len() {
        return Err(Unsupported::OtherStores {
            named: names.len(),
            levels: nest.blocks.len(),
        });
    }
    for (level, block) in nest.blocks.iter().enumerate() {
        check_once(level, block)?;
    }
    Ok(Exported {
        architecture: architecture(&nest, mapping.levels(), &names, sub),
        problem: problem(layer),
        mapping: loops(&nest, &names),
    })
}

/// A Timeloop level has one factor in time and one in space for each dimension.
fn check_once(level: usize, block: &Block) -> Result<(), Unsupported> {
    let space: Vec<Turn> = block.space().copied().collect();
    for turns in [&block.time, &space] {
        for (at, turn) in turns.iter().enumerate() {
            if turns[..at].iter().any(|outer| outer.dim == turn.dim) {
                let dim = turn.dim;
                return Err(Unsupported::Twice { level, dim });
            }
        }
    }
    Ok(())
}

fn architecture(nest: &Nest, levels: &[Level], names: &[&str], sub: &SubAccelerator) -> String {
    let precision = nest.layer.precision;
    let meshes = meshes(nest, sub);
    let [columns, rows] = meshes[levels.len()];
    let mut text = String::new();
    comment(
        &mut text,
        "Bandwidths are unlimited: Timeloop's cycles are those of computation.",
    );
    if columns * rows != u64::from(sub.pes) {
        let what = format!(
            "The nest uses {columns} x {rows} of the {} elements.",
            sub.pes
        );
        comment(&mut text, &what);
    }
    if sub.simd > 1 {
        let what = format!(
            "An element multiplies {} times per cycle, in Timeloop once.",
            sub.simd
        );
        comment(&mut text, &what);
    }
    if precision != Precision::uniform(precision.w) {
        comment(
            &mut text,
            "A store has one word width in Timeloop: the narrowest of the tensors it keeps, so that \
             whatever fits here fits there. Wider words and partial sums take more room than that.",
        );
    }
    text.push_str("arch:\n  arithmetic:\n");
    let widest = precision.w.max(precision.i);
    instances(&mut text, [columns, rows], widest);
    text.push_str("  storage:\n");
    for (index, level) in levels.iter().enumerate().rev() {
        let _ = writeln!(text, "  - name: {:?}", names[index]);
        let widths = level.keep.iter().map(|tensor| nest.layer.bits(tensor));
        let width = widths.min().unwrap_or(widest).max(1);
        if index == 0 {
            text.push_str("    technology: DRAM\n");
        }
        if let Some(bytes) = level.size {
            let words = bytes.saturating_mul(8) / u64::from(width);
            let _ = writeln!(text, "    entries: {words}");
            let _ = writeln!(text, "    multiple-buffering: {}", level.buffering.copies());
        }
        instances(&mut text, meshes[index], width);
    }
    text
}

/// Columns and rows of all instances of each level and, last, of the multipliers.
///
/// If one level alone fans out, the array is as large as the hardware; otherwise as the nest uses it.
fn meshes(nest: &Nest, sub: &SubAccelerator) -> Vec<[u64; 2]> {
    let fanning = nest.blocks.iter().filter(|block| block.fans_out()).count();
    let mut meshes = vec![[1, 1]];
    let mut mesh = [1, 1];
    for block in &nest.blocks {
        let used = block.mesh();
        let physical = match sub.shape {
            Some(shape) if fanning == 1 && block.fans_out() => shape.map(u64::from),
            _ => used,
        };
        for axis in 0..2 {
            mesh[axis] *= used[axis].max(physical[axis]);
        }
        meshes.push(mesh);
    }
    meshes
}

fn instances(text: &mut String, [columns, rows]: [u64; 2], width: u32) {
    let _ = writeln!(text, "    instances: {}", columns * rows);
    let _ = writeln!(text, "    meshX: {columns}");
    let _ = writeln!(text, "    word-bits: {width}");
}

fn problem(layer: &Layer) -> String {
    let mut text = String::new();
    if layer.groups > 1 {
        let groups = layer.groups;
        comment(
            &mut text,
            &format!(
                "One of {groups} groups: {groups} times the counts and cycles are the whole layer's."
            ),
        );
    }
    if super::is_padded(layer) {
        comment(
            &mut text,
            &format!(
                "The layer's input has {} rows and {} columns. Timeloop knows no padding: it stores \
                 and moves the zeros around them like any other input.",
                layer.input[0], layer.input[1]
            ),
        );
    }
    text.push_str("problem:\n  shape: cnn-layer\n");
    for dim in DIMS {
        let _ = writeln!(text, "  {}: {}", dim.letter(), layer.bound(dim));
    }
    // In Timeloop's shape the coefficients called W belong to rows (P and R), those called H to columns.
    for (axis, letter) in ["W", "H"].iter().enumerate() {
        let _ = writeln!(text, "  {letter}stride: {}", layer.stride[axis]);
        let _ = writeln!(text, "  {letter}dilation: {}", layer.dilation[axis]);
    }
    text
}

fn loops(nest: &Nest, names: &[&str]) -> String {
    let mut text = String::new();
    if let Some(dim) = nest.ragged() {
        comment(
            &mut text,
            &format!(
                "{} ends in a smaller tile, written as `iterations,iterations of the last pass`. \
                 Timeloop counts such nests approximately.",
                dim.letter()
            ),
        );
    }
    text.push_str("mapping:\n");
    for (block, name) in nest.blocks.iter().zip(names).rev() {
        let of = |kept: bool| {
            let tensors = Tensor::ALL
                .into_iter()
                .filter(|&t| block.keep.contains(t) == kept);
            tensors.map(data_space).collect::<Vec<_>>().join(", ")
        };
        directive(&mut text, name, "datatype");
        let _ = writeln!(text, "  keep: [{}]", of(true));
        let _ = writeln!(text, "  bypass: [{}]", of(false));
        if block.fans_out() {
            directive(&mut text, name, "spatial");
            let space: Vec<Turn> = block.space().copied().collect();
            factors(&mut text, &space);
            let _ = writeln!(text, "  split: {}", block.columns.len());
        }
        directive(&mut text, name, "temporal");
        factors(&mut text, &block.time);
    }
    text
}

fn directive(text: &mut String, target: &str, kind: &str) {
    let _ = writeln!(text, "- target: {target:?}\n  type: {kind}");
}

/// Factors of all dimensions, and their order from the innermost loop outwards.
fn factors(text: &mut String, turns: &[Turn]) {
    let factor = |dim: Dim| {
        let letter = dim.letter();
        match turns.iter().find(|turn| turn.dim == dim) {
            None => format!("{letter}=1"),
            Some(turn) if turn.last == turn.count => format!("{letter}={}", turn.count),
            Some(turn) => format!("{letter}={},{}", turn.count, turn.last),
        }
    };
    let _ = writeln!(text, "  factors: {}", DIMS.map(factor).join(" "));
    let walked = turns.iter().rev().map(|turn| turn.dim);
    let idle = DIMS
        .into_iter()
        .filter(|&dim| turns.iter().all(|turn| turn.dim != dim));
    let order: String = walked.chain(idle).map(Dim::letter).collect();
    let _ = writeln!(text, "  permutation: {order}");
}

/// What Timeloop's `cnn-layer` calls a tensor.
const fn data_space(tensor: Tensor) -> &'static str {
    match tensor {
        Tensor::W => "Weights",
        Tensor::I => "Inputs",
        Tensor::O => "Outputs",
    }
}

/// Adds a comment, broken into lines of at most 100 characters.
fn comment(text: &mut String, what: &str) {
    let mut width = usize::MAX;
    for word in what.split_whitespace() {
        if width.saturating_add(word.len()) >= 100 {
            text.push_str(if width == usize::MAX { "#" } else { "\n#" });
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += word.len() + 1;
    }
    text.push('\n');
}
