//! One record of the Timeloop files: a layer, a mapping, and what the peer reported for it.

use nasaic_cost::{
    Advance, Axis, Buffering, ConvShape, Dim, Layer, Level, Loop, Mapping, Padding, Tensor,
    TensorSet,
};
use serde_json::Value;

/// Names of the tensors in the records, in the order of [`Tensor::index`].
pub const TENSORS: [&str; 3] = ["Weights", "Inputs", "Outputs"];

/// What the multipliers are called among the levels.
const MULTIPLIERS: &str = "__ARITH__";

/// Position of the spread in the lists of factors and permutations: above the innermost store.
const SPREAD: usize = 1;

/// A layer, a mapping, and what the peer reported.
#[derive(Clone, Debug)]
pub struct Record {
    /// The record's own number or name.
    pub id: String,
    /// The layer.
    pub layer: Layer,
    /// The nest.
    pub mapping: Mapping,
    /// Columns and rows into which each level fans out physically, outermost first.
    pub mesh: Vec<[u32; 2]>,
    /// Names of the stores, outermost first.
    pub stores: Vec<String>,
    /// All of the record.
    pub value: Value,
}

impl Record {
    /// Reads one line of a file.
    ///
    /// Factors and permutations are lists from the innermost store outwards, with the spread between
    /// the innermost store and the next (`[RegisterFile, spread, GlobalBuffer, DRAM]`); `bp0`,
    /// `bp1`, … name what each store keeps; permutations are written inner to outer; the first
    /// `split` dimensions of the spread lie along the columns, the others along the rows.
    pub fn read(line: &str) -> Result<Record, String> {
        let value: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let stores = stores(&value);
        let layer = layer(&value)?;
        let mapping = mapping(&value, &layer, stores.len())?;
        let mut mesh = vec![[1, 1]; stores.len() - 2];
        mesh.push(match &value["mapping"]["mesh"] {
            Value::Null => [1, 1],
            sides => [number(&sides[0], "mesh")?, number(&sides[1], "mesh")?],
        });
        Ok(Record {
            id: value["id"].to_string(),
            layer,
            mapping,
            mesh,
            stores,
            value,
        })
    }

    /// What the peer reported for a tensor at a level; null where the tensor passes by.
    pub fn store(&self, level: usize, tensor: Tensor) -> &Value {
        &self.value["levels"][self.stores[level].as_str()][TENSORS[tensor.index()]]
    }

    /// What the peer reported for the network below a level; null where the record has none.
    pub fn network(&self, level: usize, tensor: Tensor) -> &Value {
        let below = self
            .stores
            .get(level + 1)
            .map_or(MULTIPLIERS, String::as_str);
        let link = link(&self.stores[level], below);
        &self.value["networks"][link][TENSORS[tensor.index()]]
    }

    /// What the peer reported for the multipliers.
    pub fn multipliers(&self) -> &Value {
        &self.value["levels"][MULTIPLIERS]
    }
}

fn link(above: &str, below: &str) -> String {
    format!("{above} <==> {below}")
}

/// Names of the stores, outermost first, as the record's networks chain them up from the
/// multipliers; those of the published files where a record has no networks.
fn stores(record: &Value) -> Vec<String> {
    let networks = record["networks"].as_object();
    let above = |below: &str, known: &[String]| {
        let suffix = link("", below);
        let names = networks.into_iter().flat_map(|links| links.keys());
        let mut names = names.filter_map(|name| name.strip_suffix(&suffix));
        names
            .find(|name| !known.iter().any(|k| k == name))
            .map(str::to_owned)
    };
    let mut chain: Vec<String> = Vec::new();
    while let Some(next) = above(chain.last().map_or(MULTIPLIERS, String::as_str), &chain) {
        chain.push(next);
    }
    if chain.len() < 2 {
        chain = ["RegisterFile", "GlobalBuffer", "DRAM"]
            .map(str::to_owned)
            .to_vec();
    }
    chain.reverse();
    chain
}

fn number(value: &Value, what: &str) -> Result<u32, String> {
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
    number.ok_or_else(|| format!("{what}: expected a 32-bit count, found {value}"))
}

/// A coefficient of the peer's problem file where the record carries that file.
fn coefficient(record: &Value, name: &str) -> Result<Option<u32>, String> {
    let lines = record["input_yaml"].as_str().unwrap_or_default().lines();
    let pairs = lines.filter_map(|line| line.trim().split_once(':'));
    let mut values = pairs
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.trim());
    let number = |text: &str| {
        text.parse()
            .map_err(|_| format!("{name}: expected a count, found {text}"))
    };
    values.next().map(number).transpose()
}

fn layer(record: &Value) -> Result<Layer, String> {
    let size = |name: &str| number(&record["layer"][name], name);
    let everywhere = match &record["layer"]["st"] {
        Value::Null => 1,
        stride => number(stride, "st")?,
    };
    // The peer calls the coefficients of rows W and those of columns H.
    let pair = |what: &str, default: u32| -> Result<[u32; 2], String> {
        let of = |letter: &str| coefficient(record, &format!("{letter}{what}"));
        Ok([of("W")?.unwrap_or(default), of("H")?.unwrap_or(default)])
    };
    let (stride, dilation) = (pair("stride", everywhere)?, pair("dilation", 1)?);
    let kernel = [size("R")?, size("S")?];
    let outputs = [size("P")?, size("Q")?];
    let mut input = [0; 2];
    for axis in 0..2 {
        let steps = |count: u32, by: u32| u64::from(count.saturating_sub(1)) * u64::from(by);
        let last =
            steps(outputs[axis], stride[axis]).saturating_add(steps(kernel[axis], dilation[axis]));
        input[axis] = u32::try_from(last.saturating_add(1)).map_err(|_| "input too large")?;
    }
    if outputs.contains(&0) {
        return Err("layer: has no outputs".into());
    }
    let shape = ConvShape {
        batch: size("N")?,
        stride,
        dilation,
        padding: Padding::Valid,
        ..ConvShape::new(size("K")?, size("C")?, input, kernel)
    };
    Layer::conv(&shape).map_err(|e| format!("layer: {e}"))
}

/// The factors of one dimension, from the innermost store outwards.
fn factors(record: &Value, layer: &Layer, dim: Dim, places: usize) -> Result<Vec<u32>, String> {
    let what = format!("factors of {}", dim.letter());
    let list = record["mapping"]["f"][dim.letter().to_string()].as_array();
    let list = list.ok_or_else(|| format!("{what}: missing"))?;
    let factors: Vec<u32> = list
        .iter()
        .map(|f| number(f, &what))
        .collect::<Result<_, _>>()?;
    let product = factors
        .iter()
        .try_fold(1_u32, |product, &f| product.checked_mul(f));
    if factors.len() != places || product != Some(layer.bound(dim)) {
        let bound = layer.bound(dim);
        return Err(format!(
            "{what}: {factors:?} are not {places} factors of {bound}"
        ));
    }
    Ok(factors)
}

/// The order of the loops at a place, inner to outer.
fn order(record: &Value, place: usize) -> Result<Vec<Dim>, String> {
    let letters = record["mapping"]["perm"][place]
        .as_str()
        .unwrap_or_default();
    let named = |letter: char| Dim::ALL.into_iter().find(|dim| dim.letter() == letter);
    let dims: Vec<Dim> = letters.chars().filter_map(named).collect();
    let complete = Dim::ALL.iter().all(|dim| dims.contains(dim));
    if !complete || letters.chars().count() != Dim::ALL.len() {
        return Err(format!(
            "permutation {place}: {letters:?} does not name each dimension once"
        ));
    }
    Ok(dims)
}

/// What the store at a place (0 = innermost) keeps; all where the record does not say.
fn kept(record: &Value, place: usize) -> Result<TensorSet, String> {
    let key = format!("bp{place}");
    let names = match &record["mapping"][&key] {
        Value::Null => return Ok(TensorSet::ALL),
        names => names
            .as_array()
            .ok_or_else(|| format!("{key}: expected a list"))?,
    };
    let tensor = |name: &Value| {
        let known = Tensor::ALL.into_iter().find(|t| name == TENSORS[t.index()]);
        known.ok_or_else(|| format!("{key}: {name} is no tensor"))
    };
    let tensors: Vec<Tensor> = names.iter().map(tensor).collect::<Result<_, _>>()?;
    Ok(TensorSet::of(&tensors))
}

fn mapping(record: &Value, layer: &Layer, stores: usize) -> Result<Mapping, String> {
    let mut levels = Vec::new();
    for place in (0..stores).rev() {
        levels.push(Level {
            keep: kept(record, place)?,
            buffering: Buffering::Double,
            size: None,
            bandwidth: None,
        });
    }
    let columns = match &record["mapping"]["split"] {
        Value::Null => Dim::ALL.len(),
        split => number(split, "split")? as usize,
    };
    let mut factor = Vec::new();
    for dim in Dim::ALL {
        factor.push(factors(record, layer, dim, stores + 1)?);
    }
    let mut mapping = Mapping::new(&levels).ok_or("levels: too many")?;
    let mut tile = layer.bounds;
    // Loops are pushed outermost first.
    for place in (0..=stores).rev() {
        let level = if place > SPREAD {
            stores - place
        } else {
            stores - 1 - place
        };
        for (position, dim) in order(record, place)?.into_iter().enumerate().rev() {
            let d = dim.index();
            if factor[d][place] == 1 {
                continue;
            }
            tile[d] /= factor[d][place];
            let advance = match (place == SPREAD, position < columns) {
                (false, _) => Advance::Time,
                (true, true) => Advance::Space(Axis::Columns),
                (true, false) => Advance::Space(Axis::Rows),
            };
            let next = Loop {
                dim,
                tile: tile[d],
                advance,
                level: level as u8,
                reduce: true,
                implied: false,
            };
            if !mapping.push(next) {
                return Err("mapping: too many loops".into());
            }
        }
    }
    Ok(mapping)
}
