//! Equality with Timeloop 3.0.3 on random mappings of small layers.

use std::io::Read;

use flate2::read::GzDecoder;
use nasaic_cost::{
    Advance, Axis, Buffering, ConvShape, Dim, Layer, Level, Loop, Mapping, Padding, Tensor,
    TensorSet, counts,
};
use serde_json::Value;

/// Names of dimensions and tensors in the records, in this crate's order.
const DIMS: [&str; 7] = ["N", "K", "C", "P", "Q", "R", "S"];
const TENSORS: [&str; 3] = ["Weights", "Inputs", "Outputs"];
/// Levels outermost first, with their position in the records' factor lists.
const LEVELS: [(&str, usize); 3] = [("DRAM", 3), ("GlobalBuffer", 2), ("RegisterFile", 0)];
const SPATIAL: usize = 1;

fn records(file: &str) -> Vec<Value> {
    let path = format!("{}/../tests/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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
    // The records list what a level does not bypass under bp: their `keep`.
    let kept = |key: &str| {
        let names = m[key].as_array().unwrap();
        let tensors = Tensor::ALL
            .into_iter()
            .filter(|t| names.iter().any(|n| n == TENSORS[t.index()]));
        TensorSet::of(&tensors.collect::<Vec<_>>())
    };
    let level = |keep| Level { keep, buffering: Buffering::Double, size: None };
    let levels = [level(TensorSet::ALL), level(kept("bp1")), level(kept("bp0"))];
    let mut mapping = Mapping::new(&levels).unwrap();
    let factor = |dim: usize, at: usize| number(&m["f"][DIMS[dim]][at]);
    let mut extent: Vec<u32> = (0..7).map(|d| (0..4).map(|at| factor(d, at)).product()).collect();
    for (level, (_, at)) in LEVELS.iter().enumerate() {
        // Permutations are written inner to outer.
        for letter in m["perm"][perm_index(*at)].as_str().unwrap().chars().rev() {
            let dim = DIMS.iter().position(|d| d.starts_with(letter)).unwrap();
            let steps = if level == 2 && false { 1 } else { factor(dim, *at) };
            extent[dim] /= steps;
            let next = Loop {
                dim: Dim::ALL[dim],
                tile: extent[dim],
                advance: Advance::Time,
                level: level as u8,
                implied: false,
            };
            assert!(mapping.push(next));
        }
        if level == 1 {
            for dim in 0..7 {
                extent[dim] /= factor(dim, SPATIAL);
                let next = Loop {
                    dim: Dim::ALL[dim],
                    tile: extent[dim],
                    advance: Advance::Space(Axis::Columns),
                    level: 1,
                    implied: false,
                };
                assert!(mapping.push(next));
            }
        }
    }
    mapping
}

fn perm_index(at: usize) -> usize {
    at
}

#[test]
fn explore() {
    for file in ["timeloop-3.0.3.jsonl.gz", "timeloop-3.0.3-halo.jsonl.gz"] {
        let mut wrong = [[0_u32; 3]; 3];
        let mut total = 0; let mut shown = 0;
        let mut badrows = 0;
        for record in records(file) {
            let (layer, mapping) = (layer(&record), mapping(&record));
            let c = counts::count(&layer, &mapping);
            total += 1;
            let mut bad = false;
            if c.steps as f64 != record["cycles"].as_f64().unwrap() { println!("cycles {} {}", c.steps, record["cycles"]); }
            for (level, (name, _)) in LEVELS.iter().enumerate() {
                for t in 0..3 {
                    let r = &record["levels"][name][TENSORS[t]];
                    if r.is_null() { continue; }
                    let inst = r["Utilized instances (max)"].as_f64().unwrap();
                    let get = |k: &str| (r[k].as_f64().unwrap() * inst).round() as u64;
                    let a = c.access[level][t];
                    let theirs = [get("Scalar reads (per-instance)"), get("Scalar fills (per-instance)"), get("Scalar updates (per-instance)")];
                    let cap = mapping.tile_elements(&layer, level, Tensor::ALL[t]) as f64;
                    let capok = cap == r["Utilized capacity"].as_f64().unwrap();
                    if theirs != [a.reads, a.fills, a.updates] || !capok {
                        wrong[level][t] += 1; bad = true;
                        shown += 1;
                        if a.reads != theirs[0] && theirs[0] > a.reads { println!("{} {name} {} theirs {theirs:?} ours {a:?} cap {cap} {}\n{}", record["id"], TENSORS[t], r["Utilized capacity"], record["map_txt"].as_str().unwrap()); }
                    }
                }
            }
            badrows += u32::from(bad);
        }
        println!("{file} rows {total} bad rows {badrows} wrong by level x tensor {wrong:?}");
    }
}
