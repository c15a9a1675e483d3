//! Explanations: the parts add up to what they explain, and what is promised is what is measured.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod templates;

use nasaic_cost::mapper::{Options, search};
use nasaic_cost::{
    Axis, Bound, Buffering, Cause, Change, ConvShape, Dataflow, Dim, Layer, Link, PhaseKind,
    Precision, Remedy, Step, SubAccelerator, Technology, Tensor, Why, cost, fit, why,
};
use proptest::prelude::*;
use templates::{flow, nvdla, spread, store};

use Tensor::{I, O, W};

fn conv(filters: u32, channels: u32, size: u32, kernel: u32) -> Layer {
    Layer::conv(&ConvShape::new(filters, channels, [size; 2], [kernel; 2])).unwrap()
}

fn explained(
    layer: &Layer,
    dataflow: &Dataflow,
    sub: &SubAccelerator,
    technology: Option<&Technology>,
) -> Why {
    let mapping = fit(layer, dataflow, sub).unwrap();
    why(layer, &mapping, dataflow, sub, technology, None)
}

/// Arrays with and without sides, with and without a limit off the chip, slow adders and wires.
fn arrays() -> impl Strategy<Value = SubAccelerator> {
    let sides = proptest::option::of((1..12_u32, 1..12_u32));
    let speeds = (1..64_u32, proptest::option::of(1..16_u32));
    (sides, speeds, 1..5_u32, 0..3_u32, 0..3_u32).prop_map(
        |(sides, (noc, dram), simd, hop_cycles, accumulate_cycles)| SubAccelerator {
            shape: sides.map(|(columns, rows)| [columns, rows]),
            simd,
            dram_bandwidth: dram.map(f64::from),
            hop_cycles,
            accumulate_cycles,
            ..SubAccelerator::new(
                sides.map_or(96, |(c, r)| c * r + 3),
                f64::from(noc) / 4.0,
                1e9,
            )
        },
    )
}

fn layers() -> impl Strategy<Value = Layer> {
    (1..40_u32, 1..40_u32, 1..20_u32, 1..4_u32).prop_map(|(k, c, size, r)| conv(k, c, size, r))
}

fn flows() -> impl Strategy<Value = Dataflow> {
    (0..5_usize, any::<bool>()).prop_map(|(which, single)| {
        let mut dataflow = templates::all().swap_remove(which);
        for step in &mut dataflow.steps[1..] {
            if let Step::Store { buffering, .. } = step
                && single
            {
                *buffering = Buffering::Single;
            }
        }
        dataflow
    })
}

#[test]
fn what_would_help_a_searched_nest_is_searched_for() {
    let layer = conv(40, 24, 20, 3);
    let technology = Technology::horowitz_28nm();
    let sub = SubAccelerator::new(96, 8.0, 1e9);
    let options = Options {
        limit: 400,
        ..Options::default()
    };
    let searched = |dataflow: &Dataflow, sub: &SubAccelerator| {
        search(&layer, dataflow, sub, &technology, &options).unwrap()
    };
    let dataflow = nvdla();
    let mapping = searched(&dataflow, &sub).mapping;
    let technology = Some(&technology);
    let why = why(
        &layer,
        &mapping,
        &dataflow,
        &sub,
        technology,
        Some(&options),
    );
    let mut better = 0;
    for remedy in &why.remedies {
        let anew = matches!(remedy.change, Change::Size { .. } | Change::Elements { .. });
        if let Some((dataflow, sub)) = changed(&remedy.change, &dataflow, &sub).filter(|_| anew) {
            let fitted = cost(&layer, &dataflow, &sub, technology).unwrap();
            assert_eq!(remedy.cycles, searched(&dataflow, &sub).cost.cycles);
            better += usize::from(remedy.cycles < fitted.cycles);
        }
    }
    assert!(better > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_are_the_whole(layer in layers(), dataflow in flows(), sub in arrays()) {
        let technology = Technology::maestro_2022();
        let layer = technology.view(&layer);
        let Ok(mapping) = fit(&layer, &dataflow, &sub) else {
            return Ok(());
        };
        let why = why(&layer, &mapping, &dataflow, &sub, Some(&technology), None);
        prop_assert_eq!(why.phases.iter().map(|p| p.cycles).sum::<u64>(), why.cost.cycles);
        let utilization = why.losses.iter().map(|l| l.factor()).product::<f64>();
        prop_assert!((utilization / why.cost.utilization - 1.0).abs() < 1e-9);
        for link in &why.links {
            let apart = link.bytes.iter().sum::<u64>();
            prop_assert!((link.load.bytes..=link.load.bytes + 2).contains(&apart), "{:?}", link);
        }
        let energy = why.energy.iter().map(|s| s.energy).sum::<f64>();
        prop_assert!((energy / why.cost.energy.unwrap().total() - 1.0).abs() < 1e-9);
        prop_assert_eq!(why.limits[0].bound, why.cost.bound_by);
        prop_assert!(why.limits.iter().all(|l| l.without <= why.cost.cycles));
        prop_assert!(why.remedies.is_sorted_by_key(|r| r.cycles));
    }

    #[test]
    fn a_remedy_is_what_the_changed_design_costs(layer in layers(), dataflow in flows(), sub in arrays()) {
        let technology = Technology::maestro_2022();
        let layer = technology.view(&layer);
        let Ok(mapping) = fit(&layer, &dataflow, &sub) else { return Ok(()) };
        let why = why(&layer, &mapping, &dataflow, &sub, Some(&technology), None);
        for remedy in &why.remedies {
            let Some((dataflow, sub)) = changed(&remedy.change, &dataflow, &sub) else { continue };
            let real = cost(&layer, &dataflow, &sub, Some(&technology)).unwrap();
            prop_assert_eq!(remedy.cycles, real.cycles, "{:?}", remedy);
            prop_assert_eq!(remedy.energy, real.energy.map(|e| e.total()), "{:?}", remedy);
            prop_assert_eq!(remedy.bound_by, real.bound_by, "{:?}", remedy);
        }
    }
}

/// A change made by hand, as an engineer would write the design; none for an order, which no
/// template says.
fn changed(
    change: &Change,
    dataflow: &Dataflow,
    sub: &SubAccelerator,
) -> Option<(Dataflow, SubAccelerator)> {
    let (mut dataflow, mut sub) = (dataflow.clone(), *sub);
    match change {
        Change::Bandwidth {
            link: Link::Noc, ..
        } => sub.bandwidth *= 2.0,
        Change::Bandwidth { .. } => sub.dram_bandwidth = sub.dram_bandwidth.map(|b| 2.0 * b),
        Change::Size { level, bytes } => sub.store_sizes[usize::from(*level)] = Some(*bytes),
        Change::Elements { pes, shape } => (sub.pes, sub.shape) = (*pes, *shape),
        Change::Buffering { level, buffering } => {
            let name = dataflow.stores().nth(usize::from(*level))?.to_owned();
            for step in &mut dataflow.steps {
                if let Step::Store {
                    name: n,
                    buffering: b,
                    ..
                } = step
                    && *n == name
                {
                    *b = *buffering;
                }
            }
        }
        Change::Order { .. } => return None,
    }
    Some((dataflow, sub))
}

/// 32 filters over 64 channels: 8×8 elements, the weights of a tile in each.
fn weights_travel() -> (Layer, Dataflow) {
    let dataflow = flow(
        "outputs stay",
        vec![
            store("dram", &[W, I, O], None),
            templates::by(Dim::P, 4),
            templates::by(Dim::Q, 4),
            store("glb", &[W, I, O], None),
            spread(Dim::K, Axis::Columns),
            spread(Dim::C, Axis::Rows),
            store("rf", &[W, I, O], None),
        ],
    );
    (
        conv(8, 8, 16, 1).with_precision(Precision::uniform(8)),
        dataflow,
    )
}

#[test]
fn the_loops_that_fetch_again_multiply_the_traffic() {
    let (layer, mut dataflow) = weights_travel();
    // Pixels outside, channels inside: each of 16 tiles of pixels brings all weights again.
    dataflow.steps.insert(3, templates::by(Dim::C, 4));
    let sub = SubAccelerator {
        shape: Some([8, 8]),
        dram_bandwidth: Some(0.25),
        ..SubAccelerator::new(64, 64.0, 1e9)
    };
    let why = explained(&layer, &dataflow, &sub, None);
    let movement = why.movement.unwrap();
    assert_eq!(why.cost.bound_by, Bound::Link(Link::OffChip));
    assert_eq!((movement.link, movement.tensor), (Link::OffChip, I));
    let dram = why.links.iter().find(|l| l.link == Link::OffChip).unwrap();
    assert_eq!(dram.bytes, [16 * 64, 2048, 2048]);

    // With a kernel of weights alone on the way, the same loops say how often.
    let only_weights = layer.with_precision(Precision {
        w: 64,
        i: 1,
        o: 1,
        psum: 1,
    });
    let movement = explained(&only_weights, &dataflow, &sub, None)
        .movement
        .unwrap();
    assert_eq!(movement.tensor, W);
    assert_eq!((movement.repeats(), movement.times()), (16.0, 16.0));
    let again: Vec<Dim> = movement.again.iter().map(|t| t.dim).collect();
    assert_eq!(again, [Dim::P, Dim::Q]);
    assert_eq!(movement.walked_by.map(|t| t.dim), Some(Dim::C));
    assert!(movement.stays.is_empty());
    assert_eq!((movement.outer, movement.inner), (0, Some(1)));
}

#[test]
fn an_order_that_keeps_the_tensor_removes_the_repeats() {
    let (layer, mut dataflow) = weights_travel();
    dataflow.steps.insert(3, templates::by(Dim::C, 4));
    let layer = layer.with_precision(Precision {
        w: 64,
        i: 1,
        o: 1,
        psum: 1,
    });
    let sub = SubAccelerator {
        shape: Some([8, 8]),
        dram_bandwidth: Some(0.25),
        ..SubAccelerator::new(64, 64.0, 1e9)
    };
    let why = explained(&layer, &dataflow, &sub, None);
    let stays = |r: &&Remedy| {
        matches!(
            r.change,
            Change::Order {
                level: 0,
                stays: W,
                ..
            }
        )
    };
    let remedy = why.remedies.iter().find(stays).unwrap();
    // The same template with the loops in that order, tile for tile.
    let mut reordered = dataflow.clone();
    reordered.steps[1..4].rotate_right(1);
    let real = cost(&layer, &reordered, &sub, None).unwrap();
    assert_eq!(remedy.cycles, real.cycles);
    assert!(2 * remedy.cycles < why.cost.cycles);
    let Change::Order { dims, .. } = &remedy.change else {
        unreachable!()
    };
    assert_eq!(*dims, [Dim::C, Dim::P, Dim::Q]);
}

#[test]
fn idle_places_and_ragged_pieces_are_told_apart() {
    // 20 filters in pieces of 16 on 16 columns: the second piece has 4. 3 channels on 16 rows.
    let layer = conv(20, 3, 8, 1);
    let dataflow = flow(
        "pieces of 16",
        vec![
            store("dram", &[W, I, O], None),
            templates::by(Dim::K, 16),
            store("glb", &[W, I, O], None),
            spread(Dim::K, Axis::Columns),
            spread(Dim::C, Axis::Rows),
            store("rf", &[W, I, O], None),
        ],
    );
    let sub = SubAccelerator {
        shape: Some([16, 16]),
        ..SubAccelerator::new(256, 1e9, 1e9)
    };
    let why = explained(&layer, &dataflow, &sub, None);
    let used = |cause| {
        let loss = why.losses.iter().find(|l| l.cause == cause);
        loss.map(|l| (l.used, l.of))
    };
    assert_eq!(used(Cause::Side(Some(Axis::Rows))), Some((3, 16)));
    assert_eq!(used(Cause::Side(Some(Axis::Columns))), None);
    assert_eq!(used(Cause::Edge(Dim::K)), Some((20, 32)));
    assert_eq!(used(Cause::Edge(Dim::C)), None);
}

#[test]
fn without_the_link_that_binds_the_next_one_is_the_latency() {
    let layer = conv(64, 64, 16, 3);
    let sub = SubAccelerator {
        dram_bandwidth: Some(0.25),
        ..SubAccelerator::new(64, 2.0, 1e9)
    };
    let why = explained(&layer, &nvdla(), &sub, None);
    let first = why.limits[0];
    assert_eq!(first.bound, Bound::Link(Link::OffChip));
    assert_eq!(first.busy, why.cost.cycles);
    let stall = why
        .phases
        .iter()
        .find(|p| p.kind == PhaseKind::Stall(Link::OffChip));
    assert!(stall.is_some(), "{:?}", why.phases);
    let unlimited = SubAccelerator {
        dram_bandwidth: None,
        ..sub
    };
    let real = cost(&layer, &nvdla(), &unlimited, None).unwrap();
    assert_eq!((first.without, first.next), (real.cycles, real.bound_by));
    // Twice the bandwidth of what does not bind changes nothing.
    let noc = |r: &&Remedy| {
        matches!(
            r.change,
            Change::Bandwidth {
                link: Link::Noc,
                ..
            }
        )
    };
    let remedy = why.remedies.iter().find(noc).unwrap();
    assert_eq!(remedy.cycles, why.cost.cycles);
}

#[test]
fn computation_may_be_the_largest_part_and_still_not_what_costs_most() {
    // The first tile of a large double buffer is a large part of all there is to bring.
    let layer = conv(64, 64, 16, 3);
    let sub = SubAccelerator {
        dram_bandwidth: Some(0.5),
        ..SubAccelerator::new(64, 2.0, 1e9)
    };
    let why = explained(&layer, &nvdla(), &sub, None);
    let [compute, dram, ..] = why.limits.as_slice() else {
        panic!("three resources are limited")
    };
    assert_eq!(
        (compute.bound, dram.bound),
        (Bound::Compute, Bound::Link(Link::OffChip))
    );
    assert!(dram.without < compute.without && compute.without < why.cost.cycles);
}
