//! How long the greedy mapper takes for the 54 layers of ResNet-50, template by template, and a
//! thousand evaluations of the search.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nasaic_cost::mapper::{Options, search};
use nasaic_cost::{ConvShape, Layer, ShapeError, SubAccelerator, Technology, fit};

#[path = "../tests/templates/mod.rs"]
mod templates;

fn conv(filters: u32, channels: u32, size: u32, kernel: u32, stride: u32) -> ConvShape {
    ConvShape {
        stride: [stride; 2],
        ..ConvShape::new(filters, channels, [size; 2], [kernel; 2])
    }
}

fn resnet50() -> Result<Vec<Layer>, ShapeError> {
    let mut shapes = vec![conv(64, 3, 224, 7, 2)];
    let (mut channels, mut size) = (64, 56);
    for (filters, blocks, stride) in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)] {
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            shapes.push(conv(filters, channels, size, 1, 1));
            shapes.push(conv(filters, filters, size, 3, stride));
            if block == 0 {
                shapes.push(conv(4 * filters, channels, size, 1, stride));
            }
            size /= stride;
            shapes.push(conv(4 * filters, filters, size, 1, 1));
            channels = 4 * filters;
        }
    }
    let convolutions = shapes.iter().map(Layer::conv);
    convolutions.chain([Layer::dense(1, 2048, 1000)]).collect()
}

fn resnet50_fits(c: &mut Criterion) {
    let Ok(layers) = resnet50() else {
        return;
    };
    assert_eq!(layers.len(), 54);
    let sub = SubAccelerator::new(1024, 32.0, 1e9);
    for dataflow in templates::all() {
        c.bench_function(&format!("fit ResNet-50 on {}", dataflow.name), |b| {
            b.iter(|| {
                for layer in &layers {
                    let _ = black_box(fit(black_box(layer), &dataflow, &sub));
                }
            });
        });
    }
}

fn thousand_evaluations(c: &mut Criterion) {
    let Ok(layer) = Layer::conv(&conv(256, 128, 28, 3, 1)) else {
        return;
    };
    let sub = SubAccelerator::new(1024, 32.0, 1e9);
    let technology = Technology::horowitz_28nm();
    let options = Options {
        limit: 1_000,
        ..Options::default()
    };
    let dataflow = templates::nvdla();
    c.bench_function("search, 1000 evaluations", |b| {
        b.iter(|| search(black_box(&layer), &dataflow, &sub, &technology, &options));
    });
}

criterion_group!(benches, resnet50_fits, thousand_evaluations);
criterion_main!(benches);
