//! Timeloop's view against what is known without Timeloop: the native counts where nothing slides,
//! small nests counted by hand where something does.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use nasaic_cost::timeloop::{self, Unsupported, View};
use nasaic_cost::{
    Access, Advance, Axis, Buffering, ConvShape, Dim, Layer, Level, Loop, Mapping, Padding, Tensor,
    TensorSet, counts,
};
use proptest::prelude::*;

/// A loop as drawn or written: dimension, iterations, in space along which side.
type Turn = (Dim, u32, Option<Axis>);

/// A convolution of these dimensions (N K C P Q R S) without padding.
fn layer(bounds: [u32; 7], stride: u32, dilation: u32) -> Layer {
    let [batch, filters, channels, p, q, r, s] = bounds;
    let reach = |out: u32, tap: u32| (out - 1) * stride + (tap - 1) * dilation + 1;
    let shape = ConvShape {
        batch,
        stride: [stride; 2],
        dilation: [dilation; 2],
        padding: Padding::Valid,
        ..ConvShape::new(filters, channels, [reach(p, r), reach(q, s)], [r, s])
    };
    Layer::conv(&shape).unwrap()
}

fn level(keep: TensorSet) -> Level {
    Level {
        keep,
        buffering: Buffering::Double,
        size: None,
        bandwidth: None,
    }
}

/// The layer and nest of these loops, by level and outermost first; factors make up the layer.
fn nest(levels: &[(TensorSet, Vec<Turn>)], stride: u32, dilation: u32) -> (Layer, Mapping) {
    let mut tile = [1; 7];
    let turns = levels.iter().flat_map(|(_, turns)| turns);
    turns.for_each(|(dim, count, _)| tile[dim.index()] *= count);
    let layer = layer(tile, stride, dilation);
    let stores: Vec<Level> = levels.iter().map(|(keep, _)| level(*keep)).collect();
    let mut mapping = Mapping::new(&stores).unwrap();
    for (at, (_, turns)) in levels.iter().enumerate() {
        for &(dim, count, axis) in turns {
            tile[dim.index()] /= count;
            assert!(mapping.push(Loop {
                dim,
                tile: tile[dim.index()],
                advance: axis.map_or(Advance::Time, Advance::Space),
                level: at as u8,
                reduce: true,
                implied: false,
            }));
        }
    }
    (layer, mapping)
}

/// Counts of all instances, in the native model's form.
fn totals(view: &View, level: usize, tensor: Tensor) -> Option<Access> {
    view.stores[level][tensor.index()].map(|held| Access {
        reads: held.reads * held.instances,
        fills: held.fills * held.instances,
        updates: held.updates * held.instances,
    })
}

/// Two to four levels with up to ten loops; spreads of windows stand inside the loops in time of
/// their level.
///
/// The innermost store does not fan out: there Timeloop lets multipliers pass on what they hold.
fn nests(dims: &'static [Dim]) -> impl Strategy<Value = Vec<(TensorSet, Vec<Turn>)>> {
    let axis = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Axis::Columns)),
        1 => Just(Some(Axis::Rows)),
    ];
    let turn = (0..4_usize, prop::sample::select(dims), 2..4_u32, axis);
    let keep = prop::sample::subsequence(Tensor::ALL.to_vec(), 0..=3);
    let keeps = prop::collection::vec(keep, 1..4);
    (keeps, prop::collection::vec(turn, 1..10)).prop_map(|(keeps, turns)| {
        let mut levels = vec![(TensorSet::ALL, Vec::new())];
        levels.extend(keeps.iter().map(|keep| (TensorSet::of(keep), Vec::new())));
        for (at, dim, count, axis) in turns {
            let at = at % levels.len();
            let axis = axis.filter(|_| at + 1 < levels.len());
            levels[at].1.push((dim, count, axis));
        }
        for (_, turns) in &mut levels {
            let window = |dim: Dim| !matches!(dim, Dim::N | Dim::K | Dim::C);
            turns.sort_by_key(|&(dim, _, axis)| axis.is_some() && window(dim));
        }
        levels
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Without a sliding window there is nothing that the two models see differently.
    #[test]
    fn matrix_products_are_counted_natively(
        levels in nests(&[Dim::N, Dim::K, Dim::C, Dim::P, Dim::Q])
    ) {
        let (layer, mapping) = nest(&levels, 1, 1);
        let view = timeloop::count(&layer, &mapping, &[]).unwrap();
        let native = counts::count(&layer, &mapping);
        prop_assert_eq!(view.cycles, native.steps);
        for level in 0..levels.len() {
            for tensor in Tensor::ALL {
                if let Some(ours) = totals(&view, level, tensor) {
                    prop_assert_eq!(ours, native.access[level][tensor.index()], "{} {:?}", level, tensor);
                }
            }
        }
    }

    /// Weights and outputs never slide, whatever the inputs do.
    #[test]
    fn weights_and_outputs_are_counted_natively(
        levels in nests(&Dim::ALL), stride in 1..4_u32, dilation in 1..3_u32
    ) {
        let (layer, mapping) = nest(&levels, stride, dilation);
        let view = timeloop::count(&layer, &mapping, &[]).unwrap();
        let native = counts::count(&layer, &mapping);
        prop_assert_eq!(view.cycles * view.multipliers, layer.macs());
        for level in 0..levels.len() {
            for tensor in [Tensor::W, Tensor::O] {
                if let Some(ours) = totals(&view, level, tensor) {
                    prop_assert_eq!(ours, native.access[level][tensor.index()], "{} {:?}", level, tensor);
                }
            }
        }
    }
}

const COLUMNS: Option<Axis> = Some(Axis::Columns);
const ROWS: Option<Axis> = Some(Axis::Rows);

/// Inputs read from the outermost store when only registers of three input rows lie below it.
fn rows_read(time: &[Turn]) -> (u64, u64) {
    let registers = vec![(Dim::R, 3, None)];
    let levels = [(TensorSet::ALL, time.to_vec()), (TensorSet::ALL, registers)];
    let (layer, mapping) = nest(&levels, 1, 1);
    let view = timeloop::count(&layer, &mapping, &[]).unwrap();
    let native = counts::count(&layer, &mapping);
    let ours = view.stores[0][Tensor::I.index()].unwrap().reads;
    (ours, native.access[0][Tensor::I.index()].reads)
}

#[test]
fn a_window_slides_until_its_stride_changes() {
    // Three rows, then one more for each of three steps; the second sweep starts anew.
    assert_eq!(rows_read(&[(Dim::P, 4, None)]), (6, 6));
    assert_eq!(rows_read(&[(Dim::K, 2, None), (Dim::P, 4, None)]), (12, 12));
    // Standing still for a step is another stride, so that the next row needs all three.
    assert_eq!(rows_read(&[(Dim::P, 4, None), (Dim::K, 2, None)]), (12, 12));
    // Cut in two, the rows still move on by one each time.
    assert_eq!(rows_read(&[(Dim::P, 2, None), (Dim::P, 2, None)]), (6, 6));
}

#[test]
fn only_two_iterations_of_each_loop_are_looked_at() {
    // Rows 0 and 1 stand for the inner loop; from row 1 the sample jumps to row 3, where all three
    // rows are fetched, and row 4 stands for what follows: 3 + 2·1 + 2·3 + 4·1. Walking row by row
    // fetches 3 + 8·1.
    let read = rows_read(&[(Dim::P, 3, None), (Dim::P, 3, None)]);
    assert_eq!(read, (15, 11));
}

/// Three elements with one input row each that walk three filter rows.
fn three_elements(axis: Option<Axis>, mesh: &[[u32; 2]]) -> View {
    let levels = [
        (TensorSet::ALL, vec![]),
        (TensorSet::ALL, vec![(Dim::R, 3, None), (Dim::P, 3, axis)]),
        (TensorSet::ALL, vec![]),
    ];
    let (layer, mapping) = nest(&levels, 1, 1);
    timeloop::count(&layer, &mapping, mesh).unwrap()
}

#[test]
fn neighbours_pass_rows_on() {
    let view = three_elements(COLUMNS, &[]);
    // At first all three rows come from the store, then one in each of two steps; the others were
    // with the neighbour before.
    let [shared, element] = [1, 2].map(|level| view.stores[level][Tensor::I.index()].unwrap());
    assert_eq!((shared.reads, shared.instances), (5, 1));
    assert_eq!(view.networks[1][Tensor::I.index()].linked, 4);
    // Each element computes three times, and four rows leave three elements.
    assert_eq!((element.reads, element.fills, element.instances), (4, 3, 3));
}

#[test]
fn the_mesh_decides_who_is_a_neighbour_and_how_far_words_travel() {
    let reads = |axis, mesh: [u32; 2]| {
        let view = three_elements(axis, &[[1, 1], mesh]);
        view.stores[1][Tensor::I.index()].unwrap().reads
    };
    assert_eq!(reads(COLUMNS, [4, 1]), 5);
    assert_eq!(reads(ROWS, [1, 3]), 5);
    // Two columns wide, elements 1 and 2 are not side by side: one link instead of two.
    assert_eq!(reads(ROWS, [2, 3]), 7);
    let hops = |axis, tensor: Tensor| three_elements(axis, &[]).networks[1][tensor.index()].hops;
    // Weights go to all three columns, outputs to columns 0, 1 and 2 in turn.
    assert_eq!(hops(COLUMNS, Tensor::W), 2.0);
    assert_eq!(hops(COLUMNS, Tensor::O), 1.0);
    // From the middle of three rows: one up and one down.
    assert_eq!(hops(ROWS, Tensor::W), 2.0);
}

#[test]
fn what_has_no_counterpart_is_refused() {
    let reason = |layer: &Layer, mapping: &Mapping| {
        timeloop::count(layer, mapping, &[])
            .map(|_| ())
            .unwrap_err()
    };
    let one_level = |turns: Vec<Turn>| nest(&[(TensorSet::ALL, turns)], 1, 1);
    let shape = ConvShape::new(4, 4, [4, 4], [1, 1]);
    let grouped = Layer::conv(&ConvShape { groups: 2, ..shape }).unwrap();
    let pool = Layer::pool(&shape).unwrap();
    let padded = Layer::conv(&ConvShape {
        kernel: [3, 3],
        ..shape
    })
    .unwrap();
    let dense = Layer::dense(7, 1, 1).unwrap();
    let empty = one_level(vec![]).1;

    assert_eq!(reason(&grouped, &empty), Unsupported::Groups(2));
    assert_eq!(reason(&padded, &empty), Unsupported::Padded);
    assert_eq!(reason(&dense, &empty), Unsupported::Incomplete);
    assert!(matches!(reason(&pool, &empty), Unsupported::Groups(_)));

    let homeless = TensorSet::of(&[Tensor::W, Tensor::O]);
    let (layer, mapping) = nest(&[(homeless, vec![(Dim::K, 2, None)])], 1, 1);
    assert_eq!(reason(&layer, &mapping), Unsupported::NoHome(Tensor::I));

    // Four rows at a time of eight make a ragged end of seven.
    let (_, mapping) = one_level(vec![(Dim::N, 2, None), (Dim::N, 4, None)]);
    assert_eq!(
        reason(&dense, &mapping),
        Unsupported::Ragged { dim: Dim::N }
    );

    let (layer, mapping) = one_level(vec![(Dim::P, 2, COLUMNS), (Dim::P, 2, None)]);
    let inside = Unsupported::LoopInsideSpread {
        level: 0,
        dim: Dim::P,
    };
    assert_eq!(reason(&layer, &mapping), inside);

    let above = [Dim::K, Dim::C]
        .map(|dim| vec![(dim, 2, None); 11])
        .concat();
    let (layer, mapping) = nest(&[(TensorSet::ALL, above), (TensorSet::ALL, vec![])], 1, 1);
    assert_eq!(
        reason(&layer, &mapping),
        Unsupported::TooManyLoops { loops: 22 }
    );

    let (layer, mapping) = one_level(vec![(Dim::K, 1 << 21, ROWS)]);
    let wide = Unsupported::TooWide {
        level: 0,
        fanout: 1 << 21,
    };
    assert_eq!(reason(&layer, &mapping), wide);
}
