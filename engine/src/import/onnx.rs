//! Networks of ONNX files as network blocks.

use super::laid_out;
use nasaic_dsl::backend::{ImportedNetwork, NetworkFault};
use nasaic_onnx::layers::{Kind, Layer, Merge, Network, Norm, Pool, Source, Spread};
use nasaic_onnx::{Options, Problem, Reason};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Most operators that a warning names.
const MOST_NAMED: usize = 6;

/// Axes as the language names them.
const AXES: [&str; 3] = ["channels", "rows", "columns"];

/// The network of an ONNX file as a block in the canonical layout, declared as `name`.
///
/// `sizes` are those of its inputs that the file leaves open, by name; with `lenient`, operators
/// without a counterpart count as traffic.
pub fn network(
    file: &[u8],
    name: &str,
    sizes: &BTreeMap<String, u64>,
    lenient: bool,
) -> Result<ImportedNetwork, NetworkFault> {
    let options = Options {
        sizes: sizes.clone(),
        lenient,
    };
    let network = nasaic_onnx::read(file)
        .and_then(|model| nasaic_onnx::analyse(&model, &options))
        .and_then(|analysis| nasaic_onnx::network(&analysis, &options))
        .map_err(fault)?;
    Ok(ImportedNetwork {
        text: laid_out(text(&network, name)),
        warning: warning(&network),
    })
}

fn fault(problem: Problem) -> NetworkFault {
    NetworkFault {
        code: match problem.reason {
            Reason::Operator | Reason::Network => "E0702",
            Reason::Open(_) | Reason::Unknown(_) => "E0717",
            Reason::File => "E0708",
        },
        message: problem.message,
        hint: problem.hint,
    }
}

fn warning(network: &Network) -> Option<String> {
    let all = &network.opaque;
    let named = all
        .iter()
        .take(MOST_NAMED)
        .map(|(node, op)| format!("`{op}` (`{node}`)"));
    let list = named.collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => None,
        n if n > MOST_NAMED => Some(format!(
            "Counted as traffic: {list} and {} more.",
            n - MOST_NAMED
        )),
        _ => Some(format!("Counted as traffic: {list}.")),
    }
}

fn text(network: &Network, name: &str) -> String {
    let mut out = String::from(
        "//! A network of an ONNX file. Behind each layer stands the node that it was.\n\n",
    );
    let [channels, rows, columns] = network.input;
    let input = plain(&network.input_name);
    let _ = writeln!(out, "network {name} {{");
    let _ = writeln!(out, "  input = [{channels}, {rows}, {columns}] // {input}");
    let mut before = Source::Input;
    for (index, layer) in network.layers.iter().enumerate() {
        let _ = write!(out, "  {}", line(network, layer, before));
        let node = plain(&layer.node);
        let _ = if node.is_empty() {
            writeln!(out)
        } else {
            writeln!(out, " // {node}")
        };
        // A further input comes from nowhere, and what follows it goes on where it was.
        if layer.kind != Kind::Further {
            before = Source::Layer(index);
        }
    }
    out.push_str("}\n");
    out
}

/// A name of the file without what a comment cannot hold.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn line(network: &Network, layer: &Layer, before: Source) -> String {
    let mut fields: Vec<String> = Vec::new();
    if layer.from.as_slice() != [before] {
        let from = layer.from.iter().map(|source| match source {
            Source::Input => "takes input".to_owned(),
            Source::Layer(index) => format!("takes {}", network.layers[*index].name),
        });
        fields.extend(from);
    }
    fields.extend(settings(layer));
    if layer.kind.computes() {
        fields.extend(ending(layer));
    }
    format!("{} {} {{ {} }}", kind(layer), layer.name, fields.join(", "))
}

fn kind(layer: &Layer) -> &'static str {
    match layer.kind {
        Kind::Join(_) => "join",
        _ => layer.kind.word(),
    }
}

/// The fields of a layer, without those that have their default.
fn settings(layer: &Layer) -> Vec<String> {
    let [channels, rows, columns] = layer.shape;
    match &layer.kind {
        Kind::Conv {
            filters,
            groups,
            window,
        } => [
            vec![format!("filters = {filters}")],
            windowed(window),
            grouped(*groups),
        ]
        .concat(),
        Kind::Depthwise { window } => windowed(window),
        Kind::Transposed {
            filters,
            groups,
            window,
            extra,
        } => {
            let mut all = vec![
                format!("filters = {filters}"),
                sizes("kernel", window.kernel),
            ];
            all.push(sizes("stride", window.stride));
            all.push(padding(window.padding));
            if *extra != [0, 0] {
                all.push(sizes("extra", *extra));
            }
            all.extend(grouped(*groups));
            all
        }
        Kind::Dense { units, per_token } => {
            let mut all = vec![format!("units = {units}")];
            if *per_token {
                all.push("per = token".into());
            }
            all
        }
        Kind::Pool {
            kind,
            window,
            ceil,
            memory,
        } => pooled(*kind, window, *ceil, *memory),
        Kind::GlobalAverage => vec!["kind = global_average".into()],
        Kind::Embedding {
            entries,
            width,
            add,
        } => {
            let rest = if *add {
                "join = add".to_owned()
            } else {
                format!("width = {width}")
            };
            vec![format!("entries = {entries}"), rest]
        }
        Kind::Tokens { count } => vec![format!("count = {count}")],
        Kind::Normalise { over, affine } => {
            let mut all = vec![format!("kind = {over}")];
            if !affine {
                all.push("affine = false".into());
            }
            all
        }
        Kind::Softmax { over } => vec![format!("over = {}", AXES[*over])],
        Kind::Activation { memory } => {
            let mut all = vec![format!("kind = {}", layer.activation)];
            if *memory {
                all.push("traffic = memory".into());
            }
            all
        }
        Kind::Resize => vec![sizes("size", [rows, columns])],
        Kind::Reshape | Kind::Slice | Kind::Further => {
            vec![format!("shape = [{channels}, {rows}, {columns}]")]
        }
        Kind::Join(Merge::Add) => vec!["merge = add".into()],
        Kind::Join(Merge::Multiply) => vec!["merge = multiply".into()],
        Kind::Join(Merge::Product) => vec!["merge = matmul".into()],
        Kind::Join(Merge::Concat(along)) => {
            vec!["merge = concat".into(), format!("along = {}", AXES[*along])]
        }
    }
}

fn windowed(window: &Spread) -> Vec<String> {
    let mut all = vec![sizes("kernel", window.kernel)];
    if window.stride != [1, 1] {
        all.push(sizes("stride", window.stride));
    }
    if !keeps(window) {
        all.push(padding(window.padding));
    }
    if window.dilation != 1 {
        all.push(format!("dilation = {}", window.dilation));
    }
    all
}

/// Whether `padding = same`, the default, puts the same zeros around: rows and columns stay.
fn keeps(window: &Spread) -> bool {
    let [top, left, bottom, right] = window.padding;
    let same = |kernel: u64, before, after| {
        let more = (kernel - 1).saturating_mul(window.dilation);
        before == after && before + after == more
    };
    window.stride == [1, 1]
        && same(window.kernel[0].max(1), top, bottom)
        && same(window.kernel[1].max(1), left, right)
}

fn pooled(kind: Pool, window: &Spread, ceil: bool, memory: bool) -> Vec<String> {
    let kind = match kind {
        Pool::Max => "kind = max",
        Pool::Average => "kind = average",
    };
    let mut all = vec![kind.to_owned(), sizes("kernel", window.kernel)];
    if window.stride != window.kernel {
        all.push(sizes("stride", window.stride));
    }
    if window.padding != [0; 4] {
        all.push(padding(window.padding));
    }
    if window.dilation != 1 {
        all.push(format!("dilation = {}", window.dilation));
    }
    if ceil {
        all.push("ceil = true".into());
    }
    if memory {
        all.push("traffic = memory".into());
    }
    all
}

/// What follows the products of a layer, without its defaults.
fn ending(layer: &Layer) -> Vec<String> {
    let dense = matches!(layer.kind, Kind::Dense { .. });
    let norm = match layer.norm {
        Norm::Batch => None,
        Norm::Bias if dense => None,
        Norm::Bias => Some("norm = none"),
        Norm::Bare if dense => Some("bias = false"),
        Norm::Bare => Some("norm = bare"),
    };
    let activation = match layer.activation {
        "relu" => None,
        other => Some(format!("activation = {other}")),
    };
    norm.map(str::to_owned)
        .into_iter()
        .chain(activation)
        .collect()
}

fn grouped(groups: u64) -> Vec<String> {
    if groups == 1 {
        Vec::new()
    } else {
        vec![format!("groups = {groups}")]
    }
}

fn sizes(field: &str, [rows, columns]: [u64; 2]) -> String {
    if rows == columns {
        format!("{field} = {rows}")
    } else {
        format!("{field} = [{rows}, {columns}]")
    }
}

fn padding([top, left, bottom, right]: [u64; 4]) -> String {
    match (top == bottom, left == right) {
        (true, true) if top == left => format!("padding = {top}"),
        (true, true) => format!("padding = [{top}, {left}]"),
        _ => format!("padding = [{top}, {left}, {bottom}, {right}]"),
    }
}
