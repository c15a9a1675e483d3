//! Hand-computed cases: latency, energy, capacity, residency, and what a template may not say.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::{
    Axis, Bound, Buffering, ConvShape, Dataflow, Dim, Flaw, Layer, Link, NestLine, Padding,
    Precision, ShapeError, Step, SubAccelerator, Technology, Tensor, TensorSet, cost, evaluate,
    fit, loop_nest, network_cost, reuse, template_nest,
};
use templates::{by, fit as fit_loop, flow, spread, store};

use Dim::{C, K, P, Q, R, S};
use Tensor::{I, O, W};

fn layer(filters: u32, channels: u32, size: u32, kernel: u32) -> Layer {
    Layer::conv(&ConvShape::new(filters, channels, [size; 2], [kernel; 2])).unwrap()
}

/// A student's template: weights alone stay in 64 bytes per element.
fn my_ws() -> Dataflow {
    flow(
        "my_ws",
        vec![
            store("dram", &[W, I, O], None),
            fit_loop(K),
            fit_loop(P),
            store("glb", &[I, O], Some(256 * 1024)),
            spread(K, Axis::Columns),
            spread(C, Axis::Rows),
            store("rf", &[W], Some(64)),
            fit_loop(R),
            fit_loop(S),
            fit_loop(C),
            fit_loop(Q),
        ],
    )
}

#[test]
fn weights_that_do_not_fit_at_once_are_walked_outside_the_array() {
    let vgg_conv3_1 = layer(256, 128, 56, 3);
    let sub = SubAccelerator {
        shape: Some([16, 16]),
        ..SubAccelerator::new(256, 16.0, 1e9)
    };
    let mapping = fit(&vgg_conv3_1, &my_ws(), &sub).unwrap();
    // Eight channels per element and 3×3 taps are 72 B, twice: the taps are walked outside.
    assert!(mapping.tile_elements(&vgg_conv3_1, 2, W) <= 32);
    let free = SubAccelerator {
        bandwidth: 1e9,
        ..sub
    };
    let result = evaluate(&vgg_conv3_1, &mapping, &free, None);
    assert_eq!(result.compute_cycles, vgg_conv3_1.macs() / 256);
    assert!(result.utilization >= 0.9, "{}", result.utilization);
    assert_eq!(result.bound_by, Bound::Compute);
}

/// One element, everything on the chip: 4×4 pixels, one channel, one filter of 1×1.
fn single_element(buffering: Buffering) -> (Layer, Dataflow, SubAccelerator) {
    let mut dataflow = flow(
        "one",
        vec![
            store("dram", &[W, I, O], None),
            store("glb", &[W, I, O], Some(1024)),
            spread(K, Axis::Columns),
            store("rf", &[W, I, O], Some(128)),
            fit_loop(P),
            fit_loop(Q),
        ],
    );
    for step in &mut dataflow.steps[1..] {
        if let Step::Store { buffering: b, .. } = step {
            *b = buffering;
        }
    }
    let layer = layer(1, 1, 4, 1).with_precision(Precision::uniform(8));
    let sub = SubAccelerator {
        dram_bandwidth: Some(0.5),
        ..SubAccelerator::new(1, 1.0, 1e9)
    };
    (layer, dataflow, sub)
}

#[test]
fn an_array_of_open_shape_has_room_for_written_spreads() {
    let written = Step::Spread {
        dim: C,
        over: Axis::Rows,
        size: Some(64),
        reduce: true,
    };
    let clusters = flow(
        "clusters",
        vec![
            store("dram", &[W, I, O], None),
            store("glb", &[W, I, O], None),
            spread(K, Axis::Columns),
            written,
            store("rf", &[W, I, O], None),
        ],
    );
    let layer = layer(128, 64, 14, 3);
    let mapping = fit(&layer, &clusters, &SubAccelerator::new(256, 16.0, 1e9)).unwrap();
    assert_eq!(mapping.extent(&layer), [4, 64]);
}

#[test]
fn attention_is_a_batch_of_products_and_a_softmax() {
    // Twelve heads of 64 over 128 tokens: scores, softmax, weighted values.
    let scores = Layer::batched_dense(12, 128, 64, 128).unwrap();
    assert_eq!(scores.macs(), 12 * 128 * 64 * 128);
    assert_eq!(scores.elements(W), 12 * 64 * 128);
    assert_eq!(scores.elements(I), 12 * 128 * 64);
    assert_eq!(scores.elements(O), 12 * 128 * 128);
    let softmax = Layer::softmax(12 * 128, 128).unwrap();
    let sub = SubAccelerator {
        dram_bandwidth: Some(4.0),
        ..SubAccelerator::new(16, 8.0, 1e9)
    };
    let moved = cost(&softmax, &my_ws(), &sub, None).unwrap();
    let words = 12 * 128 * 128;
    assert_eq!(moved.link(Link::Noc).bytes, 3 * words);
    assert_eq!(moved.link(Link::OffChip).bytes, 2 * words);
    assert_eq!(moved.cycles, 2 * words / 4);
    assert_eq!(Layer::batched_dense(0, 1, 1, 1), Err(ShapeError::Zero));
}

#[test]
fn a_single_tile_hides_nothing() {
    for buffering in [Buffering::Single, Buffering::Double] {
        let (layer, dataflow, sub) = single_element(buffering);
        let result = cost(&layer, &dataflow, &sub, None).unwrap();
        // 16 multiplications; 1 weight, 16 inputs and 16 outputs over both links.
        let [off_chip, noc] = [Link::OffChip, Link::Noc].map(|l| result.link(l));
        assert_eq!((noc.bytes, off_chip.bytes), (33, 33));
        assert_eq!((noc.cycles, off_chip.cycles), (33, 66));
        assert_eq!(result.cycles, 16 + 33 + 66);
        assert_eq!(result.bound_by, Bound::Link(Link::OffChip));
    }
}

#[test]
fn double_buffers_hide_all_but_the_first_and_last_tile() {
    let (_, mut dataflow, sub) = single_element(Buffering::Double);
    dataflow.steps.insert(2, by(P, 1));
    let layer = layer(1, 1, 4, 1).with_precision(Precision::uniform(8));
    let sub = SubAccelerator {
        dram_bandwidth: None,
        ..sub
    };
    let double = cost(&layer, &dataflow, &sub, None).unwrap();
    // Four rows: the first brings 1 weight and 4 inputs, the last takes 4 outputs.
    assert!(16 + 9 < double.link(Link::Noc).cycles);
    assert_eq!(double.cycles, 33);
    if let Step::Store { buffering, .. } = &mut dataflow.steps[4] {
        *buffering = Buffering::Single;
    }
    let single = cost(&layer, &dataflow, &sub, None).unwrap();
    assert_eq!(single.cycles, 16 + 33);
}

#[test]
fn maestro_energy_is_the_published_formula() {
    let (layer, dataflow, sub) = single_element(Buffering::Double);
    let result = cost(&layer, &dataflow, &sub, Some(&Technology::maestro_2020())).unwrap();
    let energy = result.energy.unwrap();
    // Per element store: 4 per multiplication, fills of 1 weight and 16 inputs.
    let l1 = 4.0 * 16.0 + 17.0;
    // Shared store: the same words in (fills), out (reads), and the outputs once.
    let l2 = 17.0 + 17.0 + 16.0;
    let expected = 0.904 * (18.61 * l2 + 1.68 * l1 + 16.0) * 1000.0;
    assert!(
        (energy.total() / expected - 1.0).abs() < 1e-12,
        "{} {expected}",
        energy.total()
    );
}

#[test]
fn partial_sums_are_wide_and_final_outputs_are_not() {
    let dataflow = flow(
        "spill",
        vec![
            store("dram", &[W, I, O], None),
            by(C, 1),
            by(K, 1),
            store("rf", &[W, I, O], None),
        ],
    );
    let sub = SubAccelerator::new(1, 1.0, 1e9);
    let result = cost(&Layer::dense(1, 2, 3).unwrap(), &dataflow, &sub, None).unwrap();
    // 6 weights, 2 inputs, 3 partial sums out and in again (4 B), 3 outputs (1 B).
    assert_eq!(result.link(Link::OffChip).bytes, 6 + 2 + 2 * 3 * 4 + 3);
}

#[test]
fn partial_sums_meet_outside_without_reduce() {
    let spill = |reduce| {
        let mut dataflow = my_ws();
        if let Step::Spread { reduce: r, .. } = &mut dataflow.steps[5] {
            *r = reduce;
        }
        let sub = SubAccelerator {
            shape: Some([4, 4]),
            ..SubAccelerator::new(16, 16.0, 1e9)
        };
        cost(&layer(4, 4, 8, 1), &dataflow, &sub, None)
            .unwrap()
            .access[1][O.index()]
        .updates
    };
    assert_eq!(spill(true), 4 * 64);
    assert_eq!(spill(false), 4 * 4 * 64);
}

#[test]
fn data_that_fits_stays_on_the_chip_between_layers() {
    let (layer, dataflow, sub) = single_element(Buffering::Double);
    let chain = network_cost(&[layer, layer, layer], &dataflow, &sub, None).unwrap();
    let bytes: Vec<u64> = chain
        .layers
        .iter()
        .map(|c| c.link(Link::OffChip).bytes)
        .collect();
    assert_eq!(bytes, [1 + 16, 1, 1 + 16]);
    assert_eq!(chain.dram_bytes, 35);
}

#[test]
fn layers_without_multiplications_cost_their_traffic() {
    let shape = ConvShape {
        stride: [2; 2],
        padding: Padding::Valid,
        ..ConvShape::new(3, 3, [4; 2], [2; 2])
    };
    let pool = Layer::pool(&shape).unwrap();
    let sum = Layer::elementwise(1, 3, [4; 2], 2).unwrap();
    let sub = SubAccelerator::new(1, 1.0, 1e9);
    let result = |layer: &Layer| cost(layer, &templates::nvdla(), &sub, None).unwrap();
    assert_eq!(
        (result(&pool).macs, result(&pool).link(Link::OffChip).bytes),
        (0, 48 + 12)
    );
    assert_eq!(
        (result(&sum).macs, result(&sum).link(Link::OffChip).bytes),
        (0, 96 + 48)
    );
    let technology = Technology::horowitz_28nm();
    let energy = cost(&pool, &templates::nvdla(), &sub, Some(&technology))
        .unwrap()
        .energy
        .unwrap();
    // The template's 32 KiB store, although the array sets no size: in, out, and outputs once.
    let shared =
        technology.sram_energy_sqrt * (templates::GLB as f64).sqrt() * f64::from(48 + 48 + 12);
    let stored: f64 = energy.store[1].iter().sum();
    assert!((stored / shared - 1.0).abs() < 1e-12, "{stored} {shared}");
}

#[test]
fn shapes() {
    let shape = ConvShape::new(8, 4, [7, 7], [3, 3]);
    assert_eq!(
        Layer::conv(&ConvShape { groups: 3, ..shape }),
        Err(ShapeError::Groups)
    );
    assert_eq!(
        Layer::conv(&ConvShape {
            stride: [0, 1],
            ..shape
        }),
        Err(ShapeError::Zero)
    );
    let valid = ConvShape {
        padding: Padding::Valid,
        input: [2, 7],
        ..shape
    };
    assert_eq!(Layer::conv(&valid), Err(ShapeError::WindowTooLarge));
    assert_eq!(
        Layer::conv(&ConvShape {
            batch: u32::MAX,
            ..shape
        })
        .map(|l| l.macs() > 0),
        Ok(true)
    );
    let huge = ConvShape {
        filters: u32::MAX,
        channels: u32::MAX,
        ..shape
    };
    assert_eq!(Layer::conv(&huge), Err(ShapeError::TooLarge));
    let stride_2 = ConvShape {
        stride: [2; 2],
        ..shape
    };
    // Three taps at stride 2 do not split into four equal filters: one product per pixel and tap.
    let uneven = Layer::transposed(&stride_2).unwrap();
    let [pixels, taps] = [stride_2.input, stride_2.kernel].map(|[a, b]| u64::from(a * b));
    let weights = u64::from(stride_2.filters * stride_2.channels) * taps;
    assert_eq!(
        (uneven.weights(), uneven.macs()),
        (weights, weights * pixels)
    );
    let up = Layer::transposed(&ConvShape {
        kernel: [2; 2],
        ..stride_2
    })
    .unwrap();
    assert_eq!(up.macs(), 8 * 4 * 14 * 14);
    assert_eq!((up.weights(), up.elements(O)), (8 * 4 * 4, 8 * 14 * 14));
    // 7 rows with stride 2 and `same`: 4 windows, 8 rows with one zero before and one after.
    let same = Layer::conv(&stride_2).unwrap();
    assert_eq!(
        (same.bound(P), same.padding, same.elements(I)),
        (4, [1, 1], 4 * 49)
    );
}

#[test]
fn flaws_are_all_reported() {
    let mut dataflow = templates::nvdla();
    dataflow.steps[0] = store("dram", &[W, I], None);
    dataflow.steps[9] = Step::Spread {
        dim: K,
        over: Axis::Columns,
        size: Some(64),
        reduce: true,
    };
    dataflow.steps.push(store("rf", &[W], Some(0)));
    let flaws = dataflow.check().unwrap_err();
    assert!(flaws.contains(&Flaw::NoHome { tensor: O }), "{flaws:?}");
    assert!(
        flaws.contains(&Flaw::ReduceOverOutput { step: 9, dim: K }),
        "{flaws:?}"
    );
    assert!(
        flaws.contains(&Flaw::DuplicateStore { step: 16 }),
        "{flaws:?}"
    );
    assert!(flaws.contains(&Flaw::ZeroSize { step: 16 }), "{flaws:?}");
    let narrow = dataflow.check_array(32, Some([16, 2])).unwrap_err();
    let side = Flaw::SideTooShort {
        over: Axis::Columns,
        needed: 64,
        available: 16,
    };
    assert_eq!(
        narrow,
        [
            Flaw::TooManyElements {
                needed: 64,
                available: 32
            },
            side
        ]
    );
    for template in templates::all() {
        assert_eq!(template.check(), Ok(()), "{}", template.name);
    }
}

#[test]
fn explanations() {
    let layer = layer(256, 128, 56, 3);
    let sub = SubAccelerator {
        shape: Some([16, 16]),
        ..SubAccelerator::new(256, 16.0, 1e9)
    };
    let mapping = fit(&layer, &my_ws(), &sub).unwrap();
    let lines = loop_nest(&layer, &mapping, &my_ws());
    let stores = lines
        .iter()
        .filter(|l| matches!(l, NestLine::Store { .. }))
        .count();
    assert_eq!((stores, lines.len() - stores), (3, mapping.loops().len()));
    let product = |wanted: Dim| {
        let factors = lines.iter().filter_map(|l| match l {
            NestLine::Loop { dim, factor, .. } if *dim == wanted => *factor,
            _ => None,
        });
        factors.product::<u32>()
    };
    assert_eq!(
        (product(K), product(C), product(R), product(S)),
        (256, 128, 3, 3)
    );
    let implied = template_nest(&my_ws()).into_iter().filter_map(|l| match l {
        NestLine::Loop {
            dim, implied: true, ..
        } => Some(dim),
        _ => None,
    });
    assert_eq!(implied.collect::<Vec<_>>(), [Dim::N, K, P]);
    let result = evaluate(&layer, &mapping, &sub, None);
    let uses = reuse(&layer, &result.access);
    assert_eq!(uses[0][W.index()], 1.0);
    assert_eq!(TensorSet::of(&[W, I]).iter().collect::<Vec<_>>(), [W, I]);
}
