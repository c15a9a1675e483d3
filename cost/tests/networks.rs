//! Whole networks on all templates: published counts, and the laws that every result obeys.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::{
    Buffering, ConvShape, Dataflow, Layer, Link, MAX_LEVELS, Refusal, SubAccelerator, Technology,
    Tensor, cost, fit, network_cost,
};

fn conv(filters: u32, channels: u32, size: u32, kernel: u32, stride: u32) -> Layer {
    let shape = ConvShape {
        stride: [stride; 2],
        ..ConvShape::new(filters, channels, [size; 2], [kernel; 2])
    };
    Layer::conv(&shape).unwrap()
}

/// A plain ResNet-9 on 32×32: 379 M multiplications.
fn resnet9() -> Vec<Layer> {
    vec![
        conv(64, 3, 32, 3, 1),
        conv(128, 64, 32, 3, 1),
        conv(128, 128, 16, 3, 1),
        conv(128, 128, 16, 3, 1),
        conv(256, 128, 16, 3, 1),
        conv(512, 256, 8, 3, 1),
        conv(512, 512, 4, 3, 1),
        conv(512, 512, 4, 3, 1),
        Layer::dense(1, 512, 10).unwrap(),
    ]
}

fn resnet50() -> Vec<Layer> {
    let mut layers = vec![conv(64, 3, 224, 7, 2)];
    let (mut channels, mut size) = (64, 56);
    for (filters, blocks, stride) in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)] {
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            layers.push(conv(filters, channels, size, 1, 1));
            layers.push(conv(filters, filters, size, 3, stride));
            if block == 0 {
                layers.push(conv(4 * filters, channels, size, 1, stride));
            }
            size /= stride;
            layers.push(conv(4 * filters, filters, size, 1, 1));
            channels = 4 * filters;
        }
    }
    layers.push(Layer::dense(1, 2048, 1000).unwrap());
    layers
}

/// A U-Net of height 2 on 128×128 with its transposed convolutions and 1×1 head, and odd shapes.
fn unet_and_odd_shapes() -> Vec<Layer> {
    let up = |filters, channels, size| {
        let shape = ConvShape {
            stride: [2; 2],
            ..ConvShape::new(filters, channels, [size; 2], [2; 2])
        };
        Layer::transposed(&shape).unwrap()
    };
    let depthwise = ConvShape {
        groups: 32,
        ..ConvShape::new(32, 32, [17, 9], [5, 3])
    };
    vec![
        conv(4, 3, 128, 3, 1),
        conv(8, 4, 64, 3, 1),
        conv(16, 8, 32, 3, 1),
        up(8, 16, 32),
        conv(8, 16, 64, 3, 1),
        up(4, 8, 64),
        conv(4, 8, 128, 3, 1),
        conv(1, 4, 128, 1, 1),
        conv(1, 1, 1, 1, 1),
        conv(7, 13, 11, 5, 3),
        conv(64, 3, 224, 7, 2),
        conv(512, 512, 14, 3, 1),
        Layer::conv(&depthwise).unwrap(),
        Layer::dense(17, 31, 1001).unwrap(),
        Layer::dense(1, 25_088, 4096).unwrap(),
    ]
}

fn subs() -> Vec<SubAccelerator> {
    let sub = |pes, bandwidth| SubAccelerator::new(pes, bandwidth, 1e9);
    let fixed = SubAccelerator {
        shape: Some([16, 8]),
        simd: 4,
        ..sub(128, 8.0)
    };
    let off_chip = SubAccelerator {
        dram_bandwidth: Some(12.8),
        ..sub(1024, 64.0)
    };
    vec![
        sub(32, 8.0),
        sub(168, 16.0),
        sub(4096, 32.0),
        fixed,
        off_chip,
    ]
}

#[test]
fn published_counts() {
    let total = |layers: &[Layer]| {
        (
            layers.iter().map(Layer::macs).sum::<u64>(),
            layers.iter().map(Layer::weights).sum::<u64>(),
        )
    };
    assert_eq!(total(&resnet50()), (4_089_184_256, 25_502_912));
    assert_eq!(total(&resnet9()).0, 379_261_952);
}

#[test]
fn every_template_runs_every_layer_within_its_limits() {
    for dataflow in templates::all() {
        for layer in resnet9().into_iter().chain(unet_and_odd_shapes()) {
            for sub in subs() {
                check(&layer, &dataflow, &sub);
            }
        }
    }
}

/// The laws that any result obeys.
fn check(layer: &Layer, dataflow: &Dataflow, sub: &SubAccelerator) {
    let what = format!(
        "{} {:?} on {} elements",
        dataflow.name, layer.bounds, sub.pes
    );
    let mapping = fit(layer, dataflow, sub).unwrap_or_else(|r| panic!("{what}: {r:?}"));
    assert!(mapping.covers(layer), "{what}");
    for (level, store) in mapping.levels().iter().enumerate() {
        let words = store
            .keep
            .iter()
            .map(|t| mapping.tile_elements(layer, level, t));
        let copies = if store.buffering == Buffering::Double {
            2
        } else {
            1
        };
        let need = words.sum::<u64>() * copies;
        assert!(
            store.size.is_none_or(|size| need <= size),
            "{what}: level {level}"
        );
    }
    let cost = cost(layer, dataflow, sub, Some(&Technology::horowitz_28nm())).unwrap();
    let lanes = u64::from(sub.pes) * u64::from(sub.simd);
    assert_eq!(cost.macs, layer.macs());
    assert!(
        cost.compute_cycles >= layer.macs().div_ceil(lanes),
        "{what}"
    );
    assert!(
        cost.cycles
            >= cost
                .compute_cycles
                .max(cost.link(Link::Noc).cycles)
                .max(cost.link(Link::OffChip).cycles)
    );
    assert!(cost.utilization > 0.0 && cost.utilization <= 1.0, "{what}");
    for tensor in Tensor::ALL {
        let off_chip = cost.access[0][tensor.index()];
        assert!(
            off_chip.reads + off_chip.updates >= layer.elements(tensor),
            "{what} {tensor:?}"
        );
    }
    let energy = cost.energy.unwrap();
    assert!(
        energy.total() > energy.mac && energy.total().is_finite(),
        "{what}"
    );
}

#[test]
fn more_bandwidth_is_never_slower() {
    for dataflow in templates::all() {
        for layer in resnet9() {
            let cycles = [1.0, 8.0, 64.0, 1e9].map(|bandwidth| {
                let sub = SubAccelerator::new(256, bandwidth, 1e9);
                cost(&layer, &dataflow, &sub, None).unwrap().cycles
            });
            assert!(
                cycles.is_sorted_by(|slow, fast| slow >= fast),
                "{} {cycles:?}",
                dataflow.name
            );
        }
    }
}

#[test]
fn resnet9_costs_what_maestro_says_in_order_of_magnitude() {
    // MAESTRO itself: 6.7e5 cycles and 2.94e9 "nJ" (7.8 per multiplication).
    let sub = SubAccelerator::new(4096, 32.0, 1e9);
    let technology = Technology::maestro_2020();
    let total = network_cost(&resnet9(), &templates::nvdla(), &sub, Some(&technology)).unwrap();
    let per_mac = total.energy.unwrap() / 1000.0 / total.macs as f64;
    assert!(
        (100_000..1_000_000).contains(&total.cycles),
        "{} cycles",
        total.cycles
    );
    assert!(
        (7.0..8.5).contains(&per_mac),
        "{per_mac} nJ per multiplication"
    );
}

#[test]
fn resnet50_on_a_thousand_elements_stays_below_twenty_millijoules() {
    let dataflow = templates::nvdla();
    let mut sub = SubAccelerator::new(1024, 25.6, 1e9);
    sub.dram_bandwidth = Some(25.6);
    let sub = sub.with_store_size(&dataflow, "glb", 512 * 1024).unwrap();
    let technology = Technology::horowitz_28nm();
    let total = network_cost(&resnet50(), &dataflow, &sub, Some(&technology)).unwrap();
    let joules = total.energy.unwrap() * 1e-12;
    println!(
        "{joules} J, {} cycles, {} bytes off-chip",
        total.cycles, total.dram_bytes
    );
    assert!((0.002..0.020).contains(&joules), "{joules} J");
}

#[test]
fn a_store_too_small_for_one_word_of_each_is_refused() {
    let dataflow = templates::nvdla();
    let sub = SubAccelerator::new(64, 8.0, 1e9)
        .with_store_size(&dataflow, "rf", 8)
        .unwrap();
    let refusal = fit(&conv(8, 8, 8, 3, 1), &dataflow, &sub).unwrap_err();
    // One weight, one input and a partial sum of four bytes, twice.
    assert_eq!(
        refusal,
        Refusal::Capacity {
            level: 2,
            tensor: Tensor::O,
            need: 12,
            size: 8
        }
    );
    assert_eq!(sub.sizes(&dataflow).len(), MAX_LEVELS);
}

#[test]
fn a_matrix_product_counts_the_same_with_its_rows_as_places() {
    for (products, rows, inputs, outputs) in [(1, 6, 5, 7), (4, 12, 8, 20), (12, 1, 64, 1024)] {
        let as_samples = Layer::batched_dense(products, rows, inputs, outputs).unwrap();
        let as_places = Layer::matrix(1, products, [rows, 1], inputs, outputs).unwrap();
        assert_eq!(as_samples.macs(), as_places.macs());
        for tensor in Tensor::ALL {
            assert_eq!(as_samples.elements(tensor), as_places.elements(tensor));
        }
        let sizes = [products, rows, inputs, outputs].map(u64::from);
        let [products, rows, inputs, outputs] = sizes;
        assert_eq!(as_places.macs(), products * rows * inputs * outputs);
        assert_eq!(as_places.weights(), products * inputs * outputs);
    }
}
