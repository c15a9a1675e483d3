//! Workloads of ZigZag: a list of layers, each with its equation and its loops.

use super::einsum::{Einsum, Index};
use super::{Layer, Workload, document, fault, workload};
use nasaic_cost::yaml::{Node, Value};
use nasaic_dsl::backend::FileFault;
use std::collections::BTreeMap;

/// What layers are called that compute no products.
const WITHOUT_PRODUCTS: [&str; 3] = ["add", "pool", "relu"];

/// A workload file (YAML) as networks and a workload called `name`.
pub fn zigzag(text: &str, name: &str) -> Result<Workload, FileFault> {
    let tree = document(text)?;
    let Value::List(entries) = &tree.value else {
        return Err(fault(
            tree.line,
            "a workload of ZigZag is a list of layers",
            "give the file of `workload`, which begins with `- id: 0`",
        ));
    };
    let mut layers = Vec::new();
    let mut notes = Vec::new();
    for entry in entries {
        let kind = text_of(entry, "operator_type").unwrap_or_default();
        let lower = kind.to_lowercase();
        if WITHOUT_PRODUCTS.iter().any(|word| lower.contains(word)) {
            notes.push(format!(
                "Line {}: `{kind}` is left out, since it has no multiply-accumulates.",
                entry.line
            ));
        } else {
            layers.push(layer(entry, &kind)?);
        }
    }
    workload(name, "ZigZag", &layers, notes)
}

fn layer(entry: &Node, kind: &str) -> Result<Layer, FileFault> {
    let missing = |key: &str| {
        fault(
            entry.line,
            format!("this layer has no `{key}`"),
            "a layer has operator_type, equation, loop_dims and loop_sizes",
        )
    };
    let equation = text_of(entry, "equation").ok_or_else(|| missing("equation"))?;
    let dims = entry.get("loop_dims").ok_or_else(|| missing("loop_dims"))?;
    let sizes = entry
        .get("loop_sizes")
        .ok_or_else(|| missing("loop_sizes"))?;
    let (dims_list, sizes_list) = (texts(dims), texts(sizes));
    if dims_list.len() != sizes_list.len() {
        return Err(fault(
            sizes.line,
            format!("{} loops and {} sizes", dims_list.len(), sizes_list.len()),
            "give each of `loop_dims` its size in `loop_sizes`",
        ));
    }
    let mut walked = BTreeMap::new();
    for (dim, size) in dims_list.iter().zip(sizes_list) {
        let number = size.parse::<u64>().ok().filter(|n| *n > 0);
        let number = number.ok_or_else(|| {
            fault(
                sizes.line,
                format!("`{size}` is no size"),
                "write a whole number of at least 1",
            )
        })?;
        walked.insert(dim.to_uppercase(), number);
    }
    let relations = entry
        .get("dimension_relations")
        .map(texts)
        .unwrap_or_default();
    let mut sums = BTreeMap::new();
    for relation in relations {
        let (name, sum) = sum(&relation).ok_or_else(|| {
            fault(
                entry.line,
                format!("`{relation}` is no relation"),
                "write such as `ix=2*ox+1*fx`",
            )
        })?;
        sums.insert(name, sum);
    }
    let id = text_of(entry, "id").unwrap_or_default();
    let name = text_of(entry, "name").unwrap_or_else(|| format!("{}_{id}", kind.to_lowercase()));
    let line = entry.get("equation").map_or(entry.line, |node| node.line);
    let [output, first, second] = operands(&equation, &sums).ok_or_else(|| {
        fault(
            line,
            format!("`{equation}` is not understood"),
            "write a sum of products, such as `O[b][k]+=I[b][c]*W[c][k]`",
        )
    })?;
    let (inputs, weights) = if first.0 == "I" {
        (first, second)
    } else {
        (second, first)
    };
    let einsum = Einsum {
        name,
        line: entry.line,
        sizes: walked,
        output: output.1,
        inputs: inputs.1,
        weights: weights.1,
    };
    einsum.layer()
}

type Operand = (String, Vec<Index>);

/// `O[b][k]+=I[b][c]*W[c][k]` as output and factors.
fn operands(equation: &str, sums: &BTreeMap<String, Index>) -> Option<[Operand; 3]> {
    let (output, product) = equation.split_once("+=")?;
    let (first, second) = product.split_once('*')?;
    Some([
        operand(output, sums)?,
        operand(first, sums)?,
        operand(second, sums)?,
    ])
}

fn operand(text: &str, sums: &BTreeMap<String, Index>) -> Option<Operand> {
    let mut parts = text.trim().split('[');
    let name = parts.next()?.trim().to_owned();
    let indices = parts.map(|part| {
        let dim = part.trim().strip_suffix(']')?.trim().to_uppercase();
        let alone = || vec![(dim.clone(), 1)];
        Some(sums.get(&dim).cloned().unwrap_or_else(alone))
    });
    Some((name, indices.collect::<Option<_>>()?))
}

/// `ix=2*ox+1*fx` as a name and a sum.
fn sum(relation: &str) -> Option<(String, Index)> {
    let (name, sum) = relation.split_once('=')?;
    let terms = sum.split('+').map(|term| {
        let term = term.trim();
        let (factor, dim) = term.split_once('*').unwrap_or(("1", term));
        let factor = factor.trim().parse::<u64>().ok().filter(|n| *n > 0)?;
        Some((dim.trim().to_uppercase(), factor))
    });
    Some((name.trim().to_uppercase(), terms.collect::<Option<_>>()?))
}

fn text_of(entry: &Node, key: &str) -> Option<String> {
    entry.get(key)?.text().map(str::to_owned)
}

fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items
            .iter()
            .filter_map(Node::text)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
