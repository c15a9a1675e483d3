//! The search on the project's templates and real layers: what holds whatever the limit is.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::mapper::{Found, Objective, Options, Proof, search};
use nasaic_cost::{
    Buffering, ConvShape, Dataflow, Layer, Refusal, SubAccelerator, Technology, cost, fit,
};

fn layers() -> Vec<Layer> {
    let conv = |filters, channels, size, kernel, stride| {
        let shape = ConvShape {
            stride: [stride; 2],
            ..ConvShape::new(filters, channels, [size; 2], [kernel; 2])
        };
        Layer::conv(&shape).unwrap()
    };
    let depthwise = ConvShape {
        groups: 32,
        ..ConvShape::new(32, 32, [17, 9], [5, 3])
    };
    vec![
        conv(64, 3, 32, 3, 1),
        conv(256, 128, 16, 3, 2),
        conv(7, 13, 11, 5, 3),
        Layer::conv(&depthwise).unwrap(),
        Layer::dense(17, 31, 101).unwrap(),
    ]
}

fn sub() -> SubAccelerator {
    SubAccelerator {
        dram_bandwidth: Some(12.0),
        ..SubAccelerator::new(168, 16.0, 1e9)
    }
}

fn options(objective: Objective, limit: u64) -> Options {
    Options {
        objective,
        limit,
        ..Options::default()
    }
}

fn found(layer: &Layer, dataflow: &Dataflow, options: &Options) -> Found {
    let technology = Technology::horowitz_28nm();
    search(layer, dataflow, &sub(), &technology, options).unwrap()
}

fn value(found: &Found, objective: Objective) -> f64 {
    let energy = found.cost.energy.unwrap().total();
    objective.value(found.cost.cycles, energy)
}

fn each(mut check: impl FnMut(&Layer, &Dataflow, Objective)) {
    for dataflow in templates::all() {
        for layer in layers() {
            for objective in [Objective::Latency, Objective::Energy, Objective::Edp] {
                check(&layer, &dataflow, objective);
            }
        }
    }
}

#[test]
fn no_limit_makes_it_worse_than_the_greedy_mapper() {
    each(|layer, dataflow, objective| {
        let technology = Technology::horowitz_28nm();
        let greedy = cost(layer, dataflow, &sub(), Some(&technology)).unwrap();
        let greedy = objective.value(greedy.cycles, greedy.energy.unwrap().total());
        for limit in [0, 1, 40, 400] {
            let found = found(layer, dataflow, &options(objective, limit));
            assert!(value(&found, objective) <= greedy);
            // The plan to start from and the floor of the energy come first.
            assert!(
                found.evaluated <= limit.max(2),
                "{} {limit}",
                found.evaluated
            );
        }
    });
}

#[test]
fn what_a_short_search_claims_no_longer_search_refutes() {
    each(|layer, dataflow, objective| {
        let with = |limit| Options {
            open_order: objective == Objective::Energy,
            ..options(objective, limit)
        };
        let short = found(layer, dataflow, &with(200));
        let long = found(layer, dataflow, &with(1_500));
        let reached = value(&long, objective);
        match short.proof {
            Proof::Proven => assert!(reached >= value(&short, objective)),
            Proof::Limit { bound, gap } => {
                assert!(bound <= reached, "{bound} {reached}");
                assert!((value(&short, objective) / bound - 1.0 - gap).abs() < 1e-9);
            }
        }
    });
}

#[test]
fn every_result_covers_its_layer_and_keeps_to_the_stores() {
    each(|layer, dataflow, objective| {
        let open = Options {
            open_order: true,
            ..options(objective, 300)
        };
        let mapping = found(layer, dataflow, &open).mapping;
        assert!(mapping.covers(layer));
        for (level, store) in mapping.levels().iter().enumerate() {
            let tensors = store.keep.iter();
            let words: u64 = tensors
                .map(|t| mapping.tile_elements(layer, level, t))
                .sum();
            let copies = if store.buffering == Buffering::Double {
                2
            } else {
                1
            };
            assert!(store.size.is_none_or(|size| words * copies <= size));
        }
        assert!(mapping.instances(layer, mapping.levels().len()) <= 168);
    });
}

#[test]
fn the_same_arguments_give_the_same_result() {
    each(|layer, dataflow, objective| {
        let options = options(objective, 300);
        let first = found(layer, dataflow, &options);
        assert_eq!(first, found(layer, dataflow, &options));
    });
}

#[test]
fn an_order_of_loops_can_be_worth_more_than_any_tile() {
    use nasaic_cost::{Dim, Tensor};
    let dataflow = templates::flow(
        "partial sums leave",
        vec![
            templates::store("dram", &Tensor::ALL, None),
            templates::fit(Dim::C),
            templates::fit(Dim::K),
            templates::fit(Dim::N),
            templates::store("glb", &Tensor::ALL, Some(1024)),
        ],
    );
    let layer = Layer::dense(96, 96, 96).unwrap();
    let written = options(Objective::Energy, 20_000);
    let open = Options {
        open_order: true,
        ..written
    };
    let written = found(&layer, &dataflow, &written);
    let open = found(&layer, &dataflow, &open);
    let ratio = value(&open, Objective::Energy) / value(&written, Objective::Energy);
    assert!(ratio < 0.95, "{ratio}");
    assert_eq!(open.proof, Proof::Proven);
}

#[test]
fn what_the_greedy_mapper_refuses_is_refused() {
    let dataflow = templates::nvdla();
    let technology = Technology::horowitz_28nm();
    let options = Options::default();
    let tiny = sub().with_store_size(&dataflow, "rf", 4).unwrap();
    let layer = layers()[0];
    let refusal = fit(&layer, &dataflow, &tiny).unwrap_err();
    assert!(matches!(refusal, Refusal::Capacity { level: 2, .. }));
    let searched = search(&layer, &dataflow, &tiny, &technology, &options);
    assert_eq!(searched, Err(refusal));
    let pool = Layer::pool(&ConvShape::new(4, 4, [8, 8], [2, 2])).unwrap();
    let searched = search(&pool, &dataflow, &sub(), &technology, &options);
    assert_eq!(searched, Err(Refusal::Kind(pool.kind)));
}
