//! Neither mapping a layer greedily nor evaluating the mapping touches the heap.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use std::hint::black_box;

use nasaic_cost::{
    ConvShape, Layer, SubAccelerator, Technology, counts, evaluate, fit as fit_mapping,
};

/// Regular and ragged layers, padded and strided, grouped and dense.
fn layers() -> Vec<Layer> {
    let conv =
        |filters, channels, size, kernel| ConvShape::new(filters, channels, [size; 2], [kernel; 2]);
    let strided = ConvShape {
        stride: [2; 2],
        ..conv(64, 3, 57, 7)
    };
    let grouped = ConvShape {
        groups: 30,
        ..conv(30, 30, 29, 3)
    };
    let shapes = [conv(64, 32, 28, 3), conv(17, 5, 23, 5), strided, grouped];
    let mut layers: Vec<Layer> = shapes.iter().map(|s| Layer::conv(s).unwrap()).collect();
    layers.push(Layer::dense(3, 1000, 77).unwrap());
    layers
}

#[test]
fn maps_counts_and_costs_without_the_heap() {
    let technology = Technology::horowitz_28nm();
    let sub = SubAccelerator {
        dram_bandwidth: Some(8.0),
        ..SubAccelerator::new(168, 16.0, 1e9)
    };
    let mut evaluated = 0;
    for dataflow in templates::all() {
        for layer in layers() {
            let Ok(mapping) = fit_mapping(&layer, &dataflow, &sub) else {
                continue;
            };
            let work = allocation_counter::measure(|| {
                assert!(fit_mapping(black_box(&layer), &dataflow, &sub).is_ok());
                black_box(counts::count(black_box(&layer), &mapping));
                black_box(evaluate(
                    &layer,
                    black_box(&mapping),
                    &sub,
                    Some(&technology),
                ));
            });
            assert_eq!(work.count_total, 0, "{} {layer:?}", dataflow.name);
            evaluated += 1;
        }
    }
    assert!(evaluated >= 20, "{evaluated}");
}
