//! How long the greedy mapper takes for the 54 layers of ResNet-50, template by template, and a
//! thousand evaluations of the search: the least of many batches, because other work on a machine can
//! only add to the time.
//!
//! `BATCHES=1 ONLY=eyeriss` runs one batch of one figure, for counting instructions.

use std::env;
use std::hint::black_box;
use std::time::Instant;

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

/// Prints the least time of many batches.
fn least(what: &str, mut batch: impl FnMut()) {
    if !what.contains(&env::var("ONLY").unwrap_or_default()) {
        return;
    }
    let batches = env::var("BATCHES").ok().and_then(|n| n.parse().ok());
    let times = (0..batches.unwrap_or(1_000_u32)).map(|_| {
        let start = Instant::now();
        batch();
        start.elapsed()
    });
    if let Some(least) = times.min() {
        println!("{what:28} {:8.1} µs", least.as_secs_f64() * 1e6);
    }
}

fn resnet50_fits() -> Result<(), ShapeError> {
    let layers = resnet50()?;
    assert_eq!(layers.len(), 54);
    let sub = SubAccelerator::new(1024, 32.0, 1e9);
    for dataflow in templates::all() {
        least(&format!("fit ResNet-50 on {}", dataflow.name), || {
            for layer in &layers {
                let _ = black_box(fit(black_box(layer), &dataflow, &sub));
            }
        });
    }
    Ok(())
}

fn thousand_evaluations() -> Result<(), ShapeError> {
    let layer = Layer::conv(&conv(256, 128, 28, 3, 1))?;
    let sub = SubAccelerator::new(1024, 32.0, 1e9);
    let technology = Technology::horowitz_28nm();
    let options = Options {
        limit: 1_000,
        ..Options::default()
    };
    let dataflow = templates::nvdla();
    least("search, 1000 evaluations", || {
        let _ = black_box(search(
            black_box(&layer),
            &dataflow,
            &sub,
            &technology,
            &options,
        ));
    });
    Ok(())
}

fn main() -> Result<(), ShapeError> {
    resnet50_fits()?;
    thousand_evaluations()
}
