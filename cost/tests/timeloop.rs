//! Equality with Timeloop 3.0.3: 550 random mappings of small layers.
//!
//! Weights and outputs agree in every record: reads, fills, updates, capacity and cycles. Inputs
//! agree except in two kinds of records, whose numbers are asserted here so that they cannot grow:
//! * elements that pass inputs on to their neighbours, which Timeloop assumes for a mesh and which
//!   this model does not have (the record shows more reads inside the array than multiplications);
//! * windows that go on sliding, in Timeloop, where an inner loop turns back: an output dimension
//!   cut into two loops that moves on evenly (this model is too pessimistic there), and a filter
//!   loop that turns back while an output loop advances, of which Timeloop looks at the first two
//!   iterations only. This model fetches the window anew in both.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use std::io::Read;

use flate2::read::GzDecoder;
use nasaic_cost::{
    Access, Advance, Axis, Buffering, ConvShape, Dim, Layer, Level, Loop, Mapping, Padding, Tensor,
    TensorSet, counts,
};
use serde_json::Value;

/// Names of dimensions and tensors in the records, in this crate's order.
const DIMS: [&str; 7] = ["N", "K", "C", "P", "Q", "R", "S"];
const TENSORS: [&str; 3] = ["Weights", "Inputs", "Outputs"];
/// Levels outermost first, with their position in the records' lists of factors and permutations.
const LEVELS: [(&str, usize); 3] = [("DRAM", 3), ("GlobalBuffer", 2), ("RegisterFile", 0)];
/// Position of the spread between shared store and registers.
const SPREAD: usize = 1;

#[test]
fn counts_equal_timeloop() {
    let differing = compare("timeloop-3.0.3.jsonl.gz", 350);
    assert_eq!(
        differing,
        Differing {
            neighbours: 9,
            corners: 5
        }
    );
}

#[test]
fn counts_equal_timeloop_with_wide_arrays_halos_and_strides() {
    let differing = compare("timeloop-3.0.3-halo.jsonl.gz", 200);
    assert_eq!(
        differing,
        Differing {
            neighbours: 4,
            corners: 1
        }
    );
}

/// Records whose inputs differ, by reason.
#[derive(Debug, Default, PartialEq)]
struct Differing {
    neighbours: u32,
    corners: u32,
}

fn compare(file: &str, expected: usize) -> Differing {
    let records = records(file);
    assert_eq!(records.len(), expected);
    let mut differing = Differing::default();
    for record in &records {
        let (layer, mapping) = (layer(record), mapping(record));
        let ours = counts::count(&layer, &mapping);
        assert_eq!(
            ours.steps as f64,
            record["cycles"].as_f64().unwrap(),
            "{}",
            record["id"]
        );
        let mut equal = true;
        for (level, (name, _)) in LEVELS.iter().enumerate() {
            for tensor in Tensor::ALL {
                let theirs = &record["levels"][name][TENSORS[tensor.index()]];
                if theirs.is_null() {
                    continue;
                }
                let capacity = mapping.tile_elements(&layer, level, tensor);
                assert_eq!(
                    capacity as f64,
                    theirs["Utilized capacity"].as_f64().unwrap()
                );
                let same = ours.access[level][tensor.index()] == access(theirs);
                assert!(
                    same || tensor == Tensor::I,
                    "{} {name} {tensor:?}",
                    record["id"]
                );
                equal &= same;
            }
        }
        if !equal && passes_on(record, layer.macs()) {
            differing.neighbours += 1;
        } else if !equal {
            differing.corners += 1;
        }
    }
    differing
}

/// Whether inputs travel between neighbouring elements in this record.
fn passes_on(record: &Value, macs: u64) -> bool {
    let registers = &record["levels"]["RegisterFile"]["Inputs"];
    !registers.is_null() && access(registers).reads > macs
}

fn records(file: &str) -> Vec<Value> {
    let path = format!("{}/../tests/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The record's counts, which are per instance, of all instances.
fn access(theirs: &Value) -> Access {
    let instances = theirs["Utilized instances (max)"].as_f64().unwrap();
    let total = |what: &str| {
        let each = theirs[format!("Scalar {what} (per-instance)")]
            .as_f64()
            .unwrap();
        (each * instances).round() as u64
    };
    Access {
        reads: total("reads"),
        fills: total("fills"),
        updates: total("updates"),
    }
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn layer(record: &Value) -> Layer {
    let size = |name: &str| number(&record["layer"][name]);
    let stride = size("st");
    let input = [("P", "R"), ("Q", "S")].map(|(out, tap)| (size(out) - 1) * stride + size(tap));
    let shape = ConvShape {
        batch: size("N"),
        stride: [stride; 2],
        padding: Padding::Valid,
        ..ConvShape::new(size("K"), size("C"), input, [size("R"), size("S")])
    };
    Layer::conv(&shape).unwrap()
}

fn mapping(record: &Value) -> Mapping {
    let m = &record["mapping"];
    // The lists bp0 and bp1 name what registers and shared store keep.
    let kept = |key: &str| {
        let names = m[key].as_array().unwrap();
        let named = |t: &Tensor| names.iter().any(|n| n == TENSORS[t.index()]);
        TensorSet::of(&Tensor::ALL.into_iter().filter(named).collect::<Vec<_>>())
    };
    let level = |keep| Level {
        keep,
        buffering: Buffering::Double,
        size: None,
    };
    let levels = [
        level(TensorSet::ALL),
        level(kept("bp1")),
        level(kept("bp0")),
    ];
    let mut mapping = Mapping::new(&levels).unwrap();
    let factor = |dim: usize, at: usize| number(&m["f"][DIMS[dim]][at]);
    let mut tile: Vec<u32> = (0..7)
        .map(|d| (0..4).map(|at| factor(d, at)).product())
        .collect();
    let mut push = |dim: usize, at: usize, level: usize, advance: Advance| {
        tile[dim] /= factor(dim, at);
        let level = level as u8;
        let (dim, tile) = (Dim::ALL[dim], tile[dim]);
        let next = Loop {
            dim,
            tile,
            advance,
            level,
            reduce: true,
            implied: false,
        };
        assert!(mapping.push(next));
    };
    for (level, (_, at)) in LEVELS.iter().enumerate() {
        // Permutations are written inner to outer.
        for letter in m["perm"][*at].as_str().unwrap().chars().rev() {
            let dim = DIMS.iter().position(|d| d.starts_with(letter)).unwrap();
            push(dim, *at, level, Advance::Time);
        }
        if level == 1 {
            (0..7).for_each(|dim| push(dim, SPREAD, level, Advance::Space(Axis::Columns)));
        }
    }
    mapping
}
