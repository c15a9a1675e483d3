//! How long one layer takes: the greedy mapper, the counts alone, the full evaluation.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nasaic_cost::{
    Axis, Buffering, ConvShape, Dataflow, Dim, Layer, Step, SubAccelerator, Technology, Tensor,
    TensorSet, Tile, counts, evaluate, fit,
};

/// A weight-stationary template, K and C in space.
fn weight_stationary() -> Dataflow {
    let store = |name: &str, keep: &[Tensor], size| Step::Store {
        name: name.into(),
        keep: TensorSet::of(keep),
        size,
        buffering: Buffering::Double,
        bandwidth: None,
    };
    let fit = |dim| Step::Loop {
        dim,
        tile: Tile::Fit,
    };
    let one = |dim| Step::Loop {
        dim,
        tile: Tile::Fixed(1),
    };
    let spread = |dim: Dim, over| Step::Spread {
        dim,
        over,
        size: None,
        reduce: dim.is_reduction(),
    };
    let steps = vec![
        store("dram", &Tensor::ALL, None),
        fit(Dim::K),
        fit(Dim::C),
        fit(Dim::P),
        store("glb", &[Tensor::I, Tensor::O], Some(32 * 1024)),
        one(Dim::P),
        one(Dim::Q),
        spread(Dim::K, Axis::Columns),
        spread(Dim::C, Axis::Rows),
        store("rf", &Tensor::ALL, Some(768)),
        fit(Dim::K),
        fit(Dim::C),
        fit(Dim::R),
        fit(Dim::S),
    ];
    Dataflow {
        name: "weight stationary".into(),
        kinds: Vec::new(),
        steps,
    }
}

fn layer_cost(c: &mut Criterion) {
    let dataflow = weight_stationary();
    let sub = SubAccelerator::new(1024, 32.0, 1e9);
    let technology = Technology::horowitz_28nm();
    let shapes = [("1x1", 1), ("3x3 padded", 3)];
    for (name, kernel) in shapes {
        let shape = ConvShape::new(256, 128, [28, 28], [kernel, kernel]);
        let Ok(layer) = Layer::conv(&shape) else {
            return;
        };
        let Ok(mapping) = fit(&layer, &dataflow, &sub) else {
            return;
        };
        c.bench_function(&format!("fit {name}"), |b| {
            b.iter(|| fit(black_box(&layer), &dataflow, &sub));
        });
        c.bench_function(&format!("count {name}"), |b| {
            b.iter(|| counts::count(black_box(&layer), &mapping));
        });
        c.bench_function(&format!("evaluate {name}"), |b| {
            b.iter(|| evaluate(black_box(&layer), &mapping, &sub, Some(&technology)));
        });
    }
}

criterion_group!(benches, layer_cost);
criterion_main!(benches);
