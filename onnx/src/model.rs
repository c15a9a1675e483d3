//! The messages of an ONNX file (`onnx.proto3`, IR versions 3 to 13), without the weights.
//!
//! Field numbers are those of the published description of the format.

use crate::problem::{Problem, Reason};
use crate::wire::{Bytes, Content, Damaged};

/// Most numbers of a tensor or attribute that are read; shapes and axes are far shorter.
pub const MOST_NUMBERS: usize = 4096;

/// Most messages in one file.
const MOST_PARTS: usize = 2_000_000;

/// Most functions of a file.
const MOST_FUNCTIONS: usize = 4096;

/// Most dimensions of a tensor.
pub const MOST_DIMENSIONS: usize = 32;

/// A model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model<'a> {
    /// The version of the standard operators.
    pub opset: i64,
    /// The program that wrote it.
    pub producer: &'a str,
    /// The graph.
    pub graph: Graph<'a>,
    /// Functions that nodes may call like operators.
    pub functions: Vec<Function<'a>>,
}

/// Nodes in the order in which they can be computed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph<'a> {
    /// Its name.
    pub name: &'a str,
    /// The nodes.
    pub nodes: Vec<Node<'a>>,
    /// The constants.
    pub initializers: Vec<Tensor<'a>>,
    /// The inputs; older files list their constants here, too.
    pub inputs: Vec<Value<'a>>,
    /// The outputs.
    pub outputs: Vec<Value<'a>>,
    /// What is known about values between.
    pub between: Vec<Value<'a>>,
}

/// A function: nodes with named inputs and outputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Function<'a> {
    /// What nodes call it.
    pub name: &'a str,
    /// Its domain.
    pub domain: &'a str,
    /// Names of the inputs.
    pub inputs: Vec<&'a str>,
    /// Names of the outputs.
    pub outputs: Vec<&'a str>,
    /// The nodes.
    pub nodes: Vec<Node<'a>>,
}

/// One operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node<'a> {
    /// Its name, which may be empty.
    pub name: &'a str,
    /// The operator.
    pub op: &'a str,
    /// Who defines the operator; empty for the standard.
    pub domain: &'a str,
    /// Names of the inputs; one that is left out is empty.
    pub inputs: Vec<&'a str>,
    /// Names of the outputs.
    pub outputs: Vec<&'a str>,
    /// Its attributes.
    pub attributes: Vec<Attribute<'a>>,
}

/// A named setting of a node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// The attribute of the calling node that it takes its value from, in a function.
    pub refers: &'a str,
    /// A whole number.
    pub int: Option<i64>,
    /// A number.
    pub float: Option<f32>,
    /// A text.
    pub text: Option<&'a str>,
    /// Whole numbers.
    pub ints: Vec<i64>,
    /// Numbers.
    pub floats: Vec<f32>,
    /// A tensor.
    pub tensor: Option<Tensor<'a>>,
    /// A graph, not read yet.
    pub graph: Option<Bytes<'a>>,
}

/// A constant: its shape, and its content where that is short.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensor<'a> {
    /// Its name.
    pub name: &'a str,
    /// Sizes.
    pub dims: Vec<u64>,
    /// The type of its elements, a number of the format.
    pub element: i32,
    /// Up to `MOST_NUMBERS` numbers, if they lie in the file.
    pub numbers: Option<Vec<f64>>,
    /// Whether its content lies in another file.
    pub external: bool,
}

/// An input or output.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Value<'a> {
    /// Its name.
    pub name: &'a str,
    /// The type of its elements; 0 when it is not told.
    pub element: i32,
    /// Its sizes; none when not even their number is told.
    pub shape: Option<Vec<Size<'a>>>,
}

/// A size of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size<'a> {
    /// Known.
    Known(u64),
    /// Given by whoever runs the model.
    Named(&'a str),
    /// Neither number nor name.
    Open,
}

/// Counts messages, so that a small file cannot ask for much memory.
#[derive(Debug, Default)]
pub struct Budget {
    parts: usize,
}

impl Budget {
    fn one(&mut self) -> Result<(), Problem> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(Problem::too_large("parts", MOST_PARTS));
        }
        Ok(())
    }
}

/// Reads a model.
pub fn read(file: &[u8]) -> Result<Model<'_>, Problem> {
    let mut budget = Budget::default();
    let mut model = Model::default();
    let mut has_graph = false;
    for field in Bytes::of_file(file).fields() {
        match field? {
            (2, Content::Bytes(b)) => model.producer = b.text()?,
            (7, Content::Bytes(b)) => {
                model.graph = graph(b, &mut budget)?;
                has_graph = true;
            }
            (8, Content::Bytes(b)) => {
                let (domain, version) = operator_set(b)?;
                if domain.is_empty() || domain == "ai.onnx" {
                    model.opset = version;
                }
            }
            (25, Content::Bytes(b)) => {
                if model.functions.len() == MOST_FUNCTIONS {
                    return Err(Problem::too_large("functions", MOST_FUNCTIONS));
                }
                model.functions.push(function(b, &mut budget)?);
            }
            _ => {}
        }
    }
    if !has_graph || model.graph.nodes.is_empty() && model.graph.outputs.is_empty() {
        return Err(Problem::new(
            Reason::File,
            "it is no ONNX model: it holds no graph".into(),
            "export it again; `git lfs pull` fetches a file that is only a pointer",
        ));
    }
    Ok(model)
}

fn operator_set(bytes: Bytes<'_>) -> Result<(&str, i64), Damaged> {
    let mut out = ("", 0);
    for field in bytes.fields() {
        match field? {
            (1, Content::Bytes(b)) => out.0 = b.text()?,
            (2, Content::Number(n)) => out.1 = n as i64,
            _ => {}
        }
    }
    Ok(out)
}

/// Reads a graph, of the model or of a node's attribute.
pub fn graph<'a>(bytes: Bytes<'a>, budget: &mut Budget) -> Result<Graph<'a>, Problem> {
    let mut out = Graph::default();
    for field in bytes.fields() {
        match field? {
            (1, Content::Bytes(b)) => out.nodes.push(node(b, budget)?),
            (2, Content::Bytes(b)) => out.name = b.text()?,
            (5, Content::Bytes(b)) => out.initializers.push(tensor(b, budget)?),
            (11, Content::Bytes(b)) => out.inputs.push(value(b, budget)?),
            (12, Content::Bytes(b)) => out.outputs.push(value(b, budget)?),
            (13, Content::Bytes(b)) => out.between.push(value(b, budget)?),
            _ => {}
        }
    }
    Ok(out)
}

fn function<'a>(bytes: Bytes<'a>, budget: &mut Budget) -> Result<Function<'a>, Problem> {
    budget.one()?;
    let mut out = Function::default();
    for field in bytes.fields() {
        match field? {
            (1, Content::Bytes(b)) => out.name = b.text()?,
            (4, Content::Bytes(b)) => out.inputs.push(b.text()?),
            (5, Content::Bytes(b)) => out.outputs.push(b.text()?),
            (7, Content::Bytes(b)) => out.nodes.push(node(b, budget)?),
            (10, Content::Bytes(b)) => out.domain = b.text()?,
            _ => {}
        }
    }
    Ok(out)
}

fn node<'a>(bytes: Bytes<'a>, budget: &mut Budget) -> Result<Node<'a>, Problem> {
    budget.one()?;
    let mut out = Node::default();
    for field in bytes.fields() {
        match field? {
            (1, Content::Bytes(b)) => {
                budget.one()?;
                out.inputs.push(b.text()?);
            }
            (2, Content::Bytes(b)) => {
                budget.one()?;
                out.outputs.push(b.text()?);
            }
            (3, Content::Bytes(b)) => out.name = b.text()?,
            (4, Content::Bytes(b)) => out.op = b.text()?,
            (5, Content::Bytes(b)) => out.attributes.push(attribute(b, budget)?),
            (7, Content::Bytes(b)) => out.domain = b.text()?,
            _ => {}
        }
    }
    if out.domain == "ai.onnx" {
        out.domain = "";
    }
    Ok(out)
}

fn attribute<'a>(bytes: Bytes<'a>, budget: &mut Budget) -> Result<Attribute<'a>, Problem> {
    budget.one()?;
    let mut out = Attribute::default();
    for field in bytes.fields() {
        match field? {
            (1, Content::Bytes(b)) => out.name = b.text()?,
            (2, Content::Four(f)) => out.float = Some(f32::from_le_bytes(f)),
            (3, Content::Number(n)) => out.int = Some(n as i64),
            // Some exporters keep bytes there that are no text.
            (4, Content::Bytes(b)) => out.text = b.text().ok(),
            (5, Content::Bytes(b)) => out.tensor = Some(tensor(b, budget)?),
            (6, Content::Bytes(b)) => out.graph = Some(b),
            (7, Content::Four(f)) if out.floats.len() < MOST_NUMBERS => {
                out.floats.push(f32::from_le_bytes(f));
            }
            (7, Content::Bytes(b)) => out.floats = singles(b).take(MOST_NUMBERS).collect(),
            (8, Content::Number(n)) if out.ints.len() < MOST_NUMBERS => out.ints.push(n as i64),
            (8, Content::Bytes(b)) => {
                for n in b.numbers().take(MOST_NUMBERS) {
                    out.ints.push(n? as i64);
                }
            }
            (21, Content::Bytes(b)) => out.refers = b.text()?,
            _ => {}
        }
    }
    Ok(out)
}

fn tensor<'a>(bytes: Bytes<'a>, budget: &mut Budget) -> Result<Tensor<'a>, Problem> {
    budget.one()?;
    let mut out = Tensor::default();
    let mut numbers = Vec::new();
    let mut raw = None;
    for field in bytes.fields() {
        match field? {
            (1, Content::Number(n)) => dimension(&mut out.dims, n)?,
            (1, Content::Bytes(b)) => {
                for n in b.numbers() {
                    dimension(&mut out.dims, n?)?;
                }
            }
            (2, Content::Number(n)) => out.element = i32::try_from(n).unwrap_or(-1),
            (8, Content::Bytes(b)) => out.name = b.text()?,
            (9, Content::Bytes(b)) => raw = Some(b),
            (4, Content::Four(f)) if numbers.len() < MOST_NUMBERS => {
                numbers.push(f64::from(f32::from_le_bytes(f)));
            }
            (4, Content::Bytes(b)) => {
                numbers = singles(b).take(MOST_NUMBERS).map(f64::from).collect();
            }
            (5 | 7 | 11, Content::Number(n)) if numbers.len() < MOST_NUMBERS => {
                numbers.push(n as i64 as f64);
            }
            (5 | 7 | 11, Content::Bytes(b)) => {
                for n in b.numbers().take(MOST_NUMBERS) {
                    numbers.push(n? as i64 as f64);
                }
            }
            (10, Content::Bytes(b)) => {
                let all = b.content.chunks_exact(8).take(MOST_NUMBERS);
                numbers = all.map(|c| f64::from_le_bytes(filled(c))).collect();
            }
            (14, Content::Number(place)) => out.external = place == 1,
            _ => {}
        }
    }
    let count = elements(&out.dims);
    if count <= MOST_NUMBERS as u64 && !out.external {
        if let Some(raw) = raw {
            numbers = unpacked(raw.content, out.element);
        }
        // Files without weights announce more than they hold.
        out.numbers = (numbers.len() as u64 == count).then_some(numbers);
    }
    Ok(out)
}

/// How many elements a shape has; the largest number when they cannot be counted.
pub fn elements(dims: &[u64]) -> u64 {
    dims.iter().fold(1, |all: u64, n| all.saturating_mul(*n))
}

fn dimension(dims: &mut Vec<u64>, size: u64) -> Result<(), Problem> {
    if dims.len() == MOST_DIMENSIONS {
        return Err(Problem::too_large(
            "dimensions in a tensor",
            MOST_DIMENSIONS,
        ));
    }
    if size > i64::MAX as u64 {
        let message = "a tensor of it has a negative size".into();
        return Err(Problem::new(Reason::File, message, "export it again"));
    }
    dims.push(size);
    Ok(())
}

fn singles(bytes: Bytes<'_>) -> impl Iterator<Item = f32> {
    let all = bytes.content.chunks_exact(4);
    all.map(|c| f32::from_le_bytes(filled(c)))
}

/// A chunk whose length was asked for.
fn filled<const N: usize>(chunk: &[u8]) -> [u8; N] {
    chunk.try_into().unwrap_or([0; N])
}

/// Raw content of the types that shapes, axes and scales are made of.
fn unpacked(raw: &[u8], element: i32) -> Vec<f64> {
    match element {
        1 => raw
            .chunks_exact(4)
            .map(|c| f64::from(f32::from_le_bytes(filled(c))))
            .collect(),
        2 | 9 => raw.iter().map(|n| f64::from(*n)).collect(),
        3 => raw.iter().map(|n| f64::from(*n as i8)).collect(),
        4 => raw
            .chunks_exact(2)
            .map(|c| f64::from(u16::from_le_bytes(filled(c))))
            .collect(),
        5 => raw
            .chunks_exact(2)
            .map(|c| f64::from(i16::from_le_bytes(filled(c))))
            .collect(),
        6 => raw
            .chunks_exact(4)
            .map(|c| f64::from(i32::from_le_bytes(filled(c))))
            .collect(),
        7 => raw
            .chunks_exact(8)
            .map(|c| i64::from_le_bytes(filled(c)) as f64)
            .collect(),
        11 => raw
            .chunks_exact(8)
            .map(|c| f64::from_le_bytes(filled(c)))
            .collect(),
        12 => raw
            .chunks_exact(4)
            .map(|c| f64::from(u32::from_le_bytes(filled(c))))
            .collect(),
        13 => raw
            .chunks_exact(8)
            .map(|c| u64::from_le_bytes(filled(c)) as f64)
            .collect(),
        _ => Vec::new(),
    }
}

fn value<'a>(bytes: Bytes<'a>, budget: &mut Budget) -> Result<Value<'a>, Problem> {
    budget.one()?;
    let mut out = Value::default();
    for field in bytes.fields() {
        match field? {
            (1, Content::Bytes(b)) => out.name = b.text()?,
            // A type is one of several; only tensors have shapes.
            (2, Content::Bytes(b)) => {
                for kind in b.fields() {
                    if let (1, Content::Bytes(tensor)) = kind? {
                        tensor_type(tensor, &mut out, budget)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(out)
}

fn tensor_type<'a>(
    bytes: Bytes<'a>,
    out: &mut Value<'a>,
    budget: &mut Budget,
) -> Result<(), Problem> {
    for field in bytes.fields() {
        match field? {
            (1, Content::Number(n)) => out.element = i32::try_from(n).unwrap_or(-1),
            (2, Content::Bytes(shape)) => {
                let mut sizes = Vec::new();
                for size in shape.fields() {
                    let (1, Content::Bytes(size)) = size? else {
                        continue;
                    };
                    budget.one()?;
                    if sizes.len() == MOST_DIMENSIONS {
                        return Err(Problem::too_large(
                            "dimensions in an input",
                            MOST_DIMENSIONS,
                        ));
                    }
                    sizes.push(size_of(size)?);
                }
                out.shape = Some(sizes);
            }
            _ => {}
        }
    }
    Ok(())
}

fn size_of(bytes: Bytes<'_>) -> Result<Size<'_>, Damaged> {
    let mut out = Size::Open;
    for field in bytes.fields() {
        match field? {
            // Exporters write 0 or −1 for a size that they do not know.
            (1, Content::Number(n)) if n > 0 && n <= i64::MAX as u64 => out = Size::Known(n),
            (2, Content::Bytes(b)) => {
                let name = b.text()?;
                let named = name.bytes().any(|c| c.is_ascii_alphabetic());
                out = if named { Size::Named(name) } else { Size::Open };
            }
            _ => {}
        }
    }
    Ok(out)
}
