//! Workload files of other tools as networks and a workload of the language.
//!
//! Such files describe layers by the sizes of their loops, without what lies between them (padding,
//! pooling, the order of branches). Each layer becomes a network of its own that has exactly these
//! loops, and a task of one workload, so that its multiply-accumulates are those of the file.

mod einsum;
mod maestro;
mod timeloop;
mod zigzag;

pub use maestro::maestro;
pub use timeloop::timeloop;
pub use zigzag::zigzag;

use super::laid_out;
use nasaic_cost::yaml::{Node, parse};
use nasaic_dsl::backend::FileFault;
use nasaic_dsl::names;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A layer as the sizes of its loops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What the file calls it.
    pub name: String,
    /// The line where it begins, from 1.
    pub line: usize,
    /// N: inputs at a time.
    pub batch: u64,
    /// G: groups of channels that do not mix.
    pub groups: u64,
    /// K: output channels of a group.
    pub filters: u64,
    /// C: input channels of a group.
    pub channels: u64,
    /// P, Q: rows and columns of the output.
    pub output: [u64; 2],
    /// R, S: rows and columns of the filter.
    pub kernel: [u64; 2],
    /// Step of the window.
    pub stride: [u64; 2],
    /// Distance between filter taps.
    pub dilation: [u64; 2],
}

impl Layer {
    /// A layer with one of everything.
    pub fn new(name: String, line: usize) -> Self {
        Self {
            name,
            line,
            batch: 1,
            groups: 1,
            filters: 1,
            channels: 1,
            output: [1, 1],
            kernel: [1, 1],
            stride: [1, 1],
            dilation: [1, 1],
        }
    }

    /// Its multiply-accumulates; none if there are more than can be counted.
    pub fn macs(&self) -> Option<u64> {
        let [p, q] = self.output;
        let [r, s] = self.kernel;
        [self.groups, self.filters, self.channels, p, q, r, s]
            .iter()
            .try_fold(self.batch, |all, size| all.checked_mul(*size))
    }

    /// Rows or columns of its input: what its windows reach.
    fn input(&self, axis: usize) -> Option<u64> {
        let steps = (self.output[axis] - 1).checked_mul(self.stride[axis])?;
        let window = (self.kernel[axis] - 1).checked_mul(self.dilation[axis])?;
        steps.checked_add(window)?.checked_add(1)
    }
}

/// What a file's layers become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Blocks in the canonical layout.
    pub text: String,
    /// What was left out, with the reason.
    pub notes: Vec<String>,
    /// The multiply-accumulates of all layers.
    pub macs: u64,
}

/// The layers as blocks; the workload is called `name`.
fn workload(
    name: &str,
    tool: &str,
    layers: &[Layer],
    notes: Vec<String>,
) -> Result<Workload, FileFault> {
    if layers.is_empty() {
        return Err(fault(
            0,
            "it describes no layer that computes",
            "give a file with convolutions or matrix products",
        ));
    }
    let mut all = 0u64;
    let mut out = format!(
        "//! Layers of a workload of {tool}, each by itself: nothing is said of what lies between.\n"
    );
    for note in &notes {
        let _ = writeln!(out, "//! {note}");
    }
    let mut taken = BTreeSet::from([name.to_owned()]);
    let mut tasks = String::new();
    for layer in layers {
        let label = free(&layer.name, &mut taken);
        let macs = layer.macs().and_then(|macs| {
            all = all.checked_add(macs)?;
            Some(macs)
        });
        let (Some(macs), Some(rows), Some(columns)) = (macs, layer.input(0), layer.input(1)) else {
            return Err(fault(
                layer.line,
                "its sizes are larger than can be counted",
                "check the sizes",
            ));
        };
        block(&mut out, &label, layer, (macs, [rows, columns]))?;
        let batch = match layer.batch {
            1 => String::new(),
            n => format!(", batch = {n}"),
        };
        let _ = writeln!(tasks, "  task {label} {{ network = {label}{batch} }}");
    }
    let _ = write!(out, "\nworkload {name} {{\n{tasks}}}\n");
    Ok(Workload {
        text: laid_out(out),
        notes,
        macs: all,
    })
}

fn block(
    out: &mut String,
    label: &str,
    layer: &Layer,
    (macs, [rows, columns]): (u64, [u64; 2]),
) -> Result<(), FileFault> {
    let [dilation, other] = layer.dilation;
    if dilation != other && layer.kernel.iter().all(|size| *size > 1) {
        return Err(fault(
            layer.line,
            "rows and columns are dilated differently",
            "give both the same dilation",
        ));
    }
    // Of a kernel with one row, the dilation of rows says nothing.
    let dilation = if layer.kernel[0] > 1 { dilation } else { other };
    let channels = layer.channels * layer.groups;
    let filters = layer.filters * layer.groups;
    let pair = |[a, b]: [u64; 2]| {
        if a == b {
            a.to_string()
        } else {
            format!("[{a}, {b}]")
        }
    };
    let _ = write!(
        out,
        "\n/// {macs} MACs.\nnetwork {label} {{\n  input = [{channels}, {rows}, {columns}]\n  conv {{ filters = {filters}, kernel = {}",
        pair(layer.kernel)
    );
    if layer.stride != [1, 1] {
        let _ = write!(out, ", stride = {}", pair(layer.stride));
    }
    out.push_str(", padding = valid");
    if dilation > 1 && layer.kernel != [1, 1] {
        let _ = write!(out, ", dilation = {dilation}");
    }
    if layer.groups > 1 {
        let _ = write!(out, ", groups = {}", layer.groups);
    }
    out.push_str(" }\n}\n");
    Ok(())
}

/// A name that no other layer has.
fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let base = names::identifier(wanted);
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// A YAML document; pieces of other files are asked for in words that help.
fn document(text: &str) -> Result<Node, FileFault> {
    parse(text).map_err(|flaw| {
        if flaw.cause.contains("anchor") || flaw.cause.contains("alias") {
            return fault(
                flaw.line,
                "an alias (`*name`), which stands for text elsewhere",
                "write the text out in its place",
            );
        }
        fault(flaw.line, flaw.cause, flaw.hint)
    })
}

fn fault(line: usize, message: impl Into<String>, hint: impl Into<String>) -> FileFault {
    FileFault {
        message: message.into(),
        line,
        column: 1,
        hint: hint.into(),
    }
}

#[cfg(test)]
mod tests;
