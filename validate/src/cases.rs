//! Random layers, nests and arrays: small enough to be walked, odd enough to matter.
//!
//! Case *i* is the same on every machine and does not depend on how many are drawn: each has a
//! random stream of its own.

use nasaic_cost::{
    Advance, Axis, Buffering, ConvShape, Dim, Layer, Level, Loop, Mapping, Padding, Precision,
    SubAccelerator, Tensor, TensorSet,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::point::Point;

/// The seed of all cases.
const SEED: u64 = 0x0E_55_1C_A5_E5;

/// Most multiplications of a layer: walking one takes time and memory in proportion.
const MOST_MACS: u64 = 3_000;

/// Most loops drawn for a nest, before every dimension is completed to single elements.
const MOST_LOOPS: u32 = 9;

/// The case of this number.
pub fn case(number: u64) -> Point {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    random.set_stream(number);
    // A window may be larger than its input, a layer too large to walk: there is one sooner or later.
    loop {
        if let Some(point) = draw(number, &mut random) {
            return point;
        }
    }
}

fn draw(number: u64, random: &mut impl Rng) -> Option<Point> {
    let layer = layer(random)?.with_precision(precision(random));
    let mapping = nest(&layer, random)?;
    let elements = mapping.instances(&layer, mapping.levels().len());
    Some(Point {
        what: format!("case {number}"),
        layer,
        mapping,
        sub: array(elements, random),
    })
}

/// A convolution with any stride, dilation, padding, groups and batch.
fn layer(random: &mut impl Rng) -> Option<Layer> {
    let groups = random.random_range(1..3);
    let mut pair = |from: u32, to: u32| [0; 2].map(|_| random.random_range(from..to));
    let [input, kernel, stride, dilation] = [pair(1, 8), pair(1, 4), pair(1, 4), pair(1, 3)];
    let shape = ConvShape {
        batch: random.random_range(1..3),
        filters: random.random_range(1..6) * groups,
        channels: random.random_range(1..5) * groups,
        input,
        kernel,
        stride,
        dilation,
        padding: Padding::Explicit([0; 2].map(|_| random.random_range(0..3))),
        groups,
    };
    let layer = Layer::conv(&shape).ok()?;
    (layer.macs() <= MOST_MACS).then_some(layer)
}

fn precision(random: &mut impl Rng) -> Precision {
    let mut bits = || [4, 8, 16, 32][random.random_range(0..4)];
    Precision {
        w: bits(),
        i: bits(),
        o: bits(),
        psum: bits(),
    }
}

/// Two to four stores that keep any tensors, with loops of any tile in time and in space.
fn nest(layer: &Layer, random: &mut impl Rng) -> Option<Mapping> {
    let home = Level {
        keep: TensorSet::ALL,
        buffering: Buffering::Double,
        size: None,
        bandwidth: None,
    };
    let mut levels = vec![home];
    for _ in 0..random.random_range(1..4) {
        levels.push(store(random));
    }
    let mut mapping = Mapping::new(&levels)?;
    let last = levels.len() as u8 - 1;
    let mut at: Vec<u8> = (0..random.random_range(0..=MOST_LOOPS))
        .map(|_| random.random_range(0..=last))
        .collect();
    at.sort_unstable();
    let mut extent = layer.bounds;
    let mut spread = [false; 7];
    let mut drawn = Vec::new();
    for level in at {
        let dim = Dim::ALL[random.random_range(0..7)];
        let d = dim.index();
        extent[d] = random.random_range(1..5).min(extent[d]);
        // A dimension of a window is spread once at most.
        let twice = spread[d] && !matches!(dim, Dim::N | Dim::K | Dim::C);
        let advance = if random.random_bool(0.4) && !twice {
            spread[d] = true;
            Advance::Space([Axis::Columns, Axis::Rows][random.random_range(0..2)])
        } else {
            Advance::Time
        };
        drawn.push(Loop {
            dim,
            tile: extent[d],
            advance,
            level,
            reduce: random.random(),
            implied: false,
        });
    }
    let completed = Dim::ALL.map(|dim| Loop {
        dim,
        tile: 1,
        advance: Advance::Time,
        level: last,
        reduce: false,
        implied: true,
    });
    let mut loops = drawn.into_iter().chain(completed);
    loops.all(|l| mapping.push(l)).then_some(mapping)
}

fn store(random: &mut impl Rng) -> Level {
    let kept = random.random_range(1..8);
    let keep = Tensor::ALL
        .into_iter()
        .filter(|t| kept & (1 << t.index()) != 0);
    Level {
        keep: TensorSet::of(&keep.collect::<Vec<_>>()),
        buffering: if random.random_bool(0.3) {
            Buffering::Single
        } else {
            Buffering::Double
        },
        size: None,
        bandwidth: random.random_bool(0.3).then(|| random.random_range(1..40)),
    }
}

/// An array of at least this many elements, its links narrow and its elements slow.
fn array(elements: u64, random: &mut impl Rng) -> SubAccelerator {
    let idle = random.random_range(0..4);
    let pes = u32::try_from(elements)
        .unwrap_or(u32::MAX)
        .saturating_add(idle);
    SubAccelerator {
        dram_bandwidth: random
            .random_bool(0.7)
            .then(|| random.random_range(0.1..8.0)),
        simd: random.random_range(1..4),
        hop_cycles: random.random_range(0..3),
        accumulate_cycles: random.random_range(0..3),
        ..SubAccelerator::new(pes, random.random_range(0.1..16.0), 1e9)
    }
}
