//! Random layers, nests, stores and arrays, small enough to be walked.
#![allow(dead_code, reason = "not every test draws everything")]

use nasaic_cost::{
    Advance, Axis, Buffering, ConvShape, Dim, Layer, Level, Loop, Mapping, Padding, Precision,
    SubAccelerator, Tensor, TensorSet,
};
use proptest::prelude::*;

/// A small convolution: strides, dilation, padding, groups and batch included.
pub fn layers() -> impl Strategy<Value = Layer> {
    let sizes = (1..3_u32, 1..6_u32, 1..5_u32, 1..3_u32, 1..8_u32, 1..8_u32);
    let window = (
        1..4_u32,
        1..4_u32,
        1..4_u32,
        1..3_u32,
        1..3_u32,
        0..3_u32,
        0..3_u32,
    );
    (sizes, window).prop_filter_map("window larger than input", |(sizes, window)| {
        let (batch, k, c, groups, h, w) = sizes;
        let (r, s, stride_r, stride_s, dilation, pad_r, pad_s) = window;
        let shape = ConvShape {
            batch,
            filters: k * groups,
            channels: c * groups,
            input: [h, w],
            kernel: [r, s],
            stride: [stride_r, stride_s],
            dilation: [dilation, 1],
            padding: Padding::Explicit([pad_r, pad_s]),
            groups,
        };
        Layer::conv(&shape)
            .ok()
            .filter(|layer| layer.macs() <= 3_000)
    })
}

/// Loops as drawn: dimension, tile, in space or not, reducing or not, level.
pub type Draw = (usize, u32, bool, bool, u8);

/// A nest of up to ten drawn loops over two to four levels, completed to single elements.
pub fn nest(layer: &Layer, keeps: &[u8], drawn: &[Draw]) -> Option<Mapping> {
    let sets = keeps.iter().map(|bits| {
        let kept = Tensor::ALL
            .into_iter()
            .filter(|t| bits & (1 << t.index()) != 0);
        TensorSet::of(&kept.collect::<Vec<_>>())
    });
    let mut levels = vec![Level {
        keep: TensorSet::ALL,
        buffering: Buffering::Double,
        size: None,
        bandwidth: None,
    }];
    levels.extend(sets.map(|keep| Level {
        keep,
        buffering: Buffering::Double,
        size: None,
        bandwidth: None,
    }));
    let mut mapping = Mapping::new(&levels)?;
    let mut drawn = drawn.to_vec();
    drawn.sort_by_key(|&(.., level)| level);
    let mut extent = layer.bounds;
    let mut spread = [false; 7];
    for (dim, tile, space, reduce, level) in drawn {
        let level = level.min(levels.len() as u8 - 1);
        let tile = tile.min(extent[dim]);
        // A window's dimension may be spread once only.
        let space = space && !(dim >= 3 && spread[dim]);
        spread[dim] |= space;
        extent[dim] = tile;
        let advance = if space {
            Advance::Space(Axis::Columns)
        } else {
            Advance::Time
        };
        let next = Loop {
            dim: Dim::ALL[dim],
            tile,
            advance,
            level,
            reduce,
            implied: false,
        };
        assert!(mapping.push(next));
    }
    for dim in Dim::ALL {
        let level = levels.len() as u8 - 1;
        let next = Loop {
            dim,
            tile: 1,
            advance: Advance::Time,
            level,
            reduce: false,
            implied: true,
        };
        assert!(mapping.push(next));
    }
    mapping.covers(layer).then_some(mapping)
}

pub fn draws() -> impl Strategy<Value = (Vec<u8>, Vec<Draw>)> {
    let keeps = proptest::collection::vec(1..8_u8, 1..4);
    let loops = (
        0..7_usize,
        1..5_u32,
        proptest::bool::weighted(0.4),
        any::<bool>(),
        0..4_u8,
    );
    let loops = proptest::collection::vec(loops, 0..10);
    (keeps, loops)
}

/// A convolution without padding whose sizes are powers of two.
pub fn whole_layers() -> impl Strategy<Value = Layer> {
    let size = |most: u32| (0..=most).prop_map(|exponent| 1_u32 << exponent);
    let sizes = (size(1), size(1), size(3), size(2), size(2), size(2));
    let steps = (1..4_u32, 1..3_u32, 1..3_u32, 1..3_u32);
    (sizes, steps).prop_filter_map("too large to walk", |(sizes, steps)| {
        let (k, c, p, q, r, s) = sizes;
        let (stride_r, stride_s, dilation_r, dilation_s) = steps;
        let input = |outs: u32, stride: u32, taps: u32, dilation: u32| {
            (outs - 1) * stride + (taps - 1) * dilation + 1
        };
        let shape = ConvShape {
            stride: [stride_r, stride_s],
            dilation: [dilation_r, dilation_s],
            padding: Padding::Valid,
            ..ConvShape::new(
                k,
                c,
                [
                    input(p, stride_r, r, dilation_r),
                    input(q, stride_s, s, dilation_s),
                ],
                [r, s],
            )
        };
        Layer::conv(&shape)
            .ok()
            .filter(|layer| layer.macs() <= 3_000)
    })
}

/// Loops over the dimensions of windows, most of them in space, with tiles that divide what they cut.
pub fn whole_draws() -> impl Strategy<Value = (Vec<u8>, Vec<Draw>)> {
    let keeps = proptest::collection::vec(1..8_u8, 1..4);
    let loops = (
        prop_oneof![1 => 0..3_usize, 4 => 3..7_usize],
        (0..3_u32).prop_map(|exponent| 1 << exponent),
        any::<bool>(),
        any::<bool>(),
        0..4_u8,
    );
    (keeps, proptest::collection::vec(loops, 2..8))
}

/// How the stores and links of a nest are: buffering and own bandwidth by level, as drawn.
pub type Stores = Vec<(bool, Option<u32>)>;

/// The same nest with these stores.
pub fn furnished(mapping: &Mapping, stores: &Stores) -> Mapping {
    let levels = mapping.levels().iter().enumerate();
    let levels: Vec<Level> = levels
        .map(|(at, level)| match stores.get(at) {
            Some(&(single, bandwidth)) if at > 0 => Level {
                buffering: if single {
                    Buffering::Single
                } else {
                    Buffering::Double
                },
                bandwidth,
                ..*level
            },
            _ => *level,
        })
        .collect();
    let mut other = Mapping::new(&levels).unwrap();
    mapping.loops().iter().for_each(|l| assert!(other.push(*l)));
    other
}

pub fn stores() -> impl Strategy<Value = Stores> {
    let own = proptest::option::weighted(0.3, 1..40_u32);
    proptest::collection::vec((proptest::bool::weighted(0.3), own), 4)
}

pub fn subs() -> impl Strategy<Value = SubAccelerator> {
    let dram = proptest::option::weighted(0.7, 0.1..8.0_f64);
    (0.1..16.0_f64, dram, 1..4_u32, 0..3_u32, 0..3_u32).prop_map(
        |(bandwidth, dram_bandwidth, simd, hop_cycles, accumulate_cycles)| SubAccelerator {
            dram_bandwidth,
            simd,
            hop_cycles,
            accumulate_cycles,
            ..SubAccelerator::new(64, bandwidth, 1e9)
        },
    )
}

pub fn precisions() -> impl Strategy<Value = Precision> {
    let bits = || proptest::sample::select(vec![4_u32, 8, 16, 32]);
    (bits(), bits(), bits(), bits()).prop_map(|(w, i, o, psum)| Precision { w, i, o, psum })
}
