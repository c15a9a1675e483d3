//! Problem files of Timeloop: one layer each, as dimensions, projections and an instance.

use super::einsum::{Einsum, Index};
use super::{Layer, Workload, document, fault, workload};
use nasaic_cost::yaml::{Node, Value};
use nasaic_dsl::backend::FileFault;
use std::collections::BTreeMap;

/// What the weights are called; of two inputs the other one is the input.
const WEIGHTS: [&str; 6] = ["weights", "weight", "filter", "filters", "w", "b"];

/// Problem files, each a name and its text, as networks and a workload called `name`.
///
/// Versions 0.2 to 0.4 are read. The index of the file at fault comes with the fault.
pub fn timeloop(files: &[(String, String)], name: &str) -> Result<Workload, (usize, FileFault)> {
    let mut layers = Vec::new();
    for (index, (file, text)) in files.iter().enumerate() {
        layers.push(problem(text, file).map_err(|fault| (index, fault))?);
    }
    // A layer that cannot be written is told at its own file.
    for (index, layer) in layers.iter().enumerate() {
        let alone = workload(name, "Timeloop", std::slice::from_ref(layer), Vec::new());
        alone.map_err(|fault| (index, fault))?;
    }
    workload(name, "Timeloop", &layers, Vec::new()).map_err(|fault| (0, fault))
}

fn problem(text: &str, name: &str) -> Result<Layer, FileFault> {
    let tree = document(text)?;
    let problem = tree.get("problem").ok_or_else(|| {
        fault(
            tree.line,
            "there is no `problem`",
            "give a problem file: `problem: { shape: …, instance: … }`",
        )
    })?;
    // Version 0.2 has the sizes beside the shape.
    let instance = problem.get("instance").unwrap_or(problem);
    let shape = problem.get("shape").ok_or_else(|| {
        fault(
            problem.line,
            "the problem has no `shape`",
            "write its dimensions and data-spaces",
        )
    })?;
    let Value::Map(_) = &shape.value else {
        return known(shape, instance, name);
    };
    let dims = list(shape, &["dimensions"]);
    let mut sizes = BTreeMap::new();
    for dim in dims.iter().filter_map(|node| node.text()) {
        sizes.insert(dim.to_owned(), number(instance, dim)?.unwrap_or(1));
    }
    let mut coefficients = BTreeMap::new();
    for node in list(shape, &["coefficients"]) {
        let coefficient = node.get("name").and_then(Node::text);
        if let Some(coefficient) = coefficient {
            let default = number(node, "default")?.unwrap_or(1);
            let own = number(instance, coefficient)?;
            coefficients.insert(coefficient.to_owned(), own.unwrap_or(default));
        }
    }
    let spaces = list(shape, &["data_spaces", "data-spaces", "dataSpaces"]);
    let mut output = None;
    let mut operands = Vec::new();
    for space in spaces {
        let indices = projection(space, &coefficients)?;
        let title = space.get("name").and_then(Node::text).unwrap_or_default();
        let written = ["read_write", "read-write"]
            .iter()
            .find_map(|key| space.get(key));
        if written
            .and_then(Node::text)
            .is_some_and(|word| word.eq_ignore_ascii_case("true"))
        {
            output = Some(indices);
        } else {
            operands.push((title.to_lowercase(), indices));
        }
    }
    let (Some(output), [_, _]) = (output, operands.as_slice()) else {
        return Err(fault(
            shape.line,
            "a layer has two data spaces that are read and one with `read_write: true`",
            "give a convolution or a matrix product",
        ));
    };
    let is_weights = |(name, indices): &(String, Vec<Index>)| {
        WEIGHTS.contains(&name.as_str()) && indices.iter().all(|index| index.len() == 1)
    };
    let slides = |(_, indices): &(String, Vec<Index>)| indices.iter().any(|index| index.len() > 1);
    if is_weights(&operands[0]) && !is_weights(&operands[1]) || slides(&operands[1]) {
        operands.swap(0, 1);
    }
    let weights = operands.pop().map(|o| o.1).unwrap_or_default();
    let inputs = operands.pop().map(|o| o.1).unwrap_or_default();
    let einsum = Einsum {
        name: name.to_owned(),
        line: problem.line,
        sizes,
        output,
        inputs,
        weights,
    };
    einsum.layer()
}

/// A shape that Timeloop knows by name.
fn known(shape: &Node, instance: &Node, name: &str) -> Result<Layer, FileFault> {
    let word = shape.text().unwrap_or_default();
    if !matches!(word, "cnn-layer" | "cnn_layer") {
        return Err(fault(
            shape.line,
            format!("the shape `{word}` is not known here"),
            "write its dimensions and data-spaces out in the file, as `timeloop` prints them",
        ));
    }
    let size = |dim: &str| Ok::<u64, FileFault>(number(instance, dim)?.unwrap_or(1));
    let mut layer = Layer::new(name.to_owned(), shape.line);
    (layer.batch, layer.channels, layer.filters) = (size("N")?, size("C")?, size("K")?);
    (layer.output, layer.kernel) = ([size("P")?, size("Q")?], [size("R")?, size("S")?]);
    layer.stride = [size("Wstride")?, size("Hstride")?];
    layer.dilation = [size("Wdilation")?, size("Hdilation")?];
    Ok(layer)
}

/// `- [ [R, Wdilation], [P, Wstride] ]` and its like.
fn projection(space: &Node, coefficients: &BTreeMap<String, u64>) -> Result<Vec<Index>, FileFault> {
    let mut out = Vec::new();
    for index in list(space, &["projection"]) {
        let Value::List(terms) = &index.value else {
            return Err(fault(
                index.line,
                "an index is a list of terms",
                "write such as `- [ [R, Wdilation], [P, Wstride] ]`",
            ));
        };
        let mut sum = Vec::new();
        for term in terms {
            let Value::List(words) = &term.value else {
                return Err(fault(
                    term.line,
                    "a term is a list",
                    "write such as `[P, Wstride]`",
                ));
            };
            let words: Vec<&str> = words.iter().filter_map(Node::text).collect();
            let factor = match words.get(1) {
                None => Some(1),
                Some(word) => coefficients
                    .get(*word)
                    .copied()
                    .or_else(|| word.parse().ok()),
            };
            match (words.first(), factor) {
                (Some(dim), Some(factor)) => sum.push(((*dim).to_owned(), factor)),
                _ => {
                    return Err(fault(
                        term.line,
                        format!("`{}` is no coefficient", words.get(1).unwrap_or(&"")),
                        "declare it under `coefficients`",
                    ));
                }
            }
        }
        out.push(sum);
    }
    Ok(out)
}

fn list<'a>(node: &'a Node, keys: &[&str]) -> Vec<&'a Node> {
    let found = keys.iter().find_map(|key| node.get(key));
    match found.map(|node| &node.value) {
        Some(Value::List(items)) => items.iter().collect(),
        _ => Vec::new(),
    }
}

/// A whole number of at least 1 under a key, if it is there.
fn number(node: &Node, key: &str) -> Result<Option<u64>, FileFault> {
    let Some(found) = node.get(key) else {
        return Ok(None);
    };
    let number = found
        .text()
        .and_then(|text| text.trim().parse::<u64>().ok());
    match number.filter(|n| *n > 0) {
        Some(number) => Ok(Some(number)),
        None => Err(fault(
            found.line,
            format!("`{key}` is no whole number of at least 1"),
            "write the size as a number",
        )),
    }
}
