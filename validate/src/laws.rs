//! Laws that every evaluated point has to keep, whoever chose its mapping.

use std::collections::BTreeSet;

use nasaic_cost::{Dim, Layer, LayerCost, Level, Link, Mapping, Tensor};

use crate::data::Folder;
use crate::point::Point;
use crate::report::{Line, Section};
use crate::{cases, eyeriss, maestro, mapper, timeloop};

/// Most taps of all windows along an axis that are looked at one by one.
const MOST_TAPS: u64 = 1 << 20;

/// How a point breaks a law; none if it keeps it.
type Law = fn(&Point, &LayerCost) -> Option<String>;

/// The laws of a single point.
const LAWS: [(&str, Law); 5] = [
    ("every multiplication is made once", multiplications),
    ("every word crosses the chip's border", words),
    ("cycles ≥ multiplications ÷ multipliers", computation),
    ("cycles ≥ words ÷ bandwidth, each link", transfers),
    ("more bandwidth is never slower", bandwidth),
];

/// The laws that a point with this cost breaks, each with the way it does.
pub fn broken(point: &Point, cost: &LayerCost) -> Vec<(&'static str, String)> {
    let laws = LAWS.iter();
    laws.filter_map(|&(what, law)| Some((what, law(point, cost)?)))
        .collect()
}

/// Checks the points of all comparisons, and as many random ones as asked for.
pub fn compare(folder: &Folder, cases: u64) -> Section {
    let mut section = Section::new(
        "Laws",
        "none: what has to hold for every point of the comparisons, and for random ones",
    );
    let points: Vec<Point> = (0..cases)
        .map(cases::case)
        .chain(timeloop::points(folder))
        .chain(maestro::points(folder))
        .chain(eyeriss::points())
        .chain(mapper::points(folder))
        .collect();
    let costs: Vec<LayerCost> = points.iter().map(Point::cost).collect();
    for (what, law) in LAWS {
        let pairs = points.iter().zip(&costs);
        let broken = pairs.filter_map(|(point, cost)| named(point, law(point, cost)));
        section
            .lines
            .push(line(what, points.len(), broken.collect()));
    }
    // Whatever came before, a layer costs the same.
    let reversed = points.iter().zip(&costs).rev();
    let broken = reversed.filter_map(|(point, cost)| named(point, order(point, cost)));
    let what = "the order of layers does not matter";
    section
        .lines
        .push(line(what, points.len(), broken.collect()));
    section.notes = NOTES.map(str::to_owned).to_vec();
    section
}

fn named(point: &Point, broken: Option<String>) -> Option<String> {
    broken.map(|how| format!("{}: {how}", point.what))
}

fn line(what: &str, points: usize, broken: Vec<String>) -> Line {
    let first = broken.first().map(|first| format!("; {first}"));
    let kept = points - broken.len();
    let figure = format!("{kept} of {points} points{}", first.unwrap_or_default());
    Line::judged(what, figure, "all points", broken.is_empty())
}

/// The pieces into which the loops cut a dimension, multiplied over the dimensions.
fn multiplications(point: &Point, cost: &LayerCost) -> Option<String> {
    let Point { layer, mapping, .. } = point;
    let pieces = |dim: Dim| {
        let loops = mapping.loops().iter().filter(|l| l.dim == dim);
        pieces(layer.bound(dim), &loops.map(|l| l.tile).collect::<Vec<_>>())
    };
    let all = Dim::ALL.map(pieces).iter().product::<u64>() * u64::from(layer.groups);
    let [exact, reported] = [layer.macs(), cost.macs];
    (all != exact || reported != exact)
        .then(|| format!("{all} in the nest, {reported} reported, {exact} in the layer"))
}

/// Pieces of `extent` elements after cuts into tiles of these sizes.
fn pieces(extent: u32, tiles: &[u32]) -> u64 {
    match tiles {
        [] => 1,
        [tile, inner @ ..] => {
            let (whole, rest) = (extent / tile, extent % tile);
            let last = if rest > 0 { pieces(rest, inner) } else { 0 };
            let each = if whole > 0 { pieces(*tile, inner) } else { 0 };
            u64::from(whole) * each + last
        }
    }
}

/// Weights and inputs are read, and outputs written, at least once each.
fn words(point: &Point, cost: &LayerCost) -> Option<String> {
    let [w, i, o] = cost.access[0];
    let moved = [w.reads, i.reads, o.updates];
    Tensor::ALL.into_iter().find_map(|tensor| {
        let (moved, unique) = (moved[tensor.index()], unique(&point.layer, tensor));
        (moved < unique).then(|| format!("{moved} of {unique} words of {tensor:?}"))
    })
}

/// Words of a tensor that some multiplication needs.
fn unique(layer: &Layer, tensor: Tensor) -> u64 {
    if tensor != Tensor::I {
        return layer.elements(tensor);
    }
    let count = |dim| u64::from(layer.bound(dim));
    let rows = positions(layer, 0, [Dim::P, Dim::R]);
    let columns = positions(layer, 1, [Dim::Q, Dim::S]);
    count(Dim::N) * count(Dim::C) * u64::from(layer.groups) * rows * columns
}

/// Input positions along an axis that lie under a tap of a window; a lower bound, 0, where there
/// are too many windows to look at each.
fn positions(layer: &Layer, axis: usize, dims: [Dim; 2]) -> u64 {
    let [outs, taps] = dims.map(|dim| u64::from(layer.bound(dim)));
    if outs * taps > MOST_TAPS {
        return 0;
    }
    let [stride, dilation, padding] =
        [layer.stride, layer.dilation, layer.padding].map(|pair| u64::from(pair[axis]));
    let at = |out: u64| (0..taps).map(move |tap| out * stride + tap * dilation);
    let all = (0..outs)
        .flat_map(at)
        .filter_map(|at| at.checked_sub(padding));
    let inside = all.filter(|&at| at < u64::from(layer.input[axis]));
    inside.collect::<BTreeSet<u64>>().len() as u64
}

fn computation(point: &Point, cost: &LayerCost) -> Option<String> {
    let multipliers = u64::from(point.sub.pes) * u64::from(point.sub.simd);
    let least = cost.macs.div_ceil(multipliers);
    (cost.cycles < least).then(|| format!("{} cycles, at least {least}", cost.cycles))
}

fn transfers(point: &Point, cost: &LayerCost) -> Option<String> {
    let links = cost.links.iter().enumerate();
    let widths = links.filter_map(|(index, load)| {
        let width = match Link::at(index) {
            Link::OffChip => point.sub.dram_bandwidth?,
            Link::Noc => point.sub.bandwidth,
            Link::Store(level) => {
                let level = point.mapping.levels().get(usize::from(level))?;
                f64::from(level.bandwidth?) / 8.0
            }
        };
        Some((index, load.bytes as f64, width))
    });
    let mut slow = widths.filter(|&(_, bytes, width)| bytes > cost.cycles as f64 * width);
    slow.next().map(|(index, bytes, width)| {
        let link = Link::at(index);
        format!(
            "{link:?}: {bytes} B at {width} B per cycle in {} cycles",
            cost.cycles
        )
    })
}

/// Twice and half the bandwidth of every link, with the same nest.
fn bandwidth(point: &Point, cost: &LayerCost) -> Option<String> {
    let [slower, faster] = [0.5, 2.0].map(|factor| scaled(point, factor).cost().cycles);
    let ordered = slower >= cost.cycles && cost.cycles >= faster;
    (!ordered).then(|| {
        let cycles = cost.cycles;
        format!("{slower} cycles at half, {cycles} at one, {faster} at twice the bandwidth")
    })
}

/// The same point with every link this much wider, to the bit below.
fn scaled(point: &Point, factor: f64) -> Point {
    let sub = point.sub;
    let mut scaled = Point {
        sub: nasaic_cost::SubAccelerator {
            bandwidth: sub.bandwidth * factor,
            dram_bandwidth: sub.dram_bandwidth.map(|b| b * factor),
            ..sub
        },
        ..point.clone()
    };
    let width = |bits: u32| ((f64::from(bits) * factor) as u32).max(1);
    let levels = point.mapping.levels().iter().map(|&level| Level {
        bandwidth: level.bandwidth.map(width),
        ..level
    });
    if let Some(mut mapping) = Mapping::new(&levels.collect::<Vec<_>>())
        && point.mapping.loops().iter().all(|&l| mapping.push(l))
    {
        scaled.mapping = mapping;
    }
    scaled
}

fn order(point: &Point, cost: &LayerCost) -> Option<String> {
    let again = point.cost();
    (again != *cost).then(|| format!("{} cycles, then {}", cost.cycles, again.cycles))
}

const NOTES: [&str; 2] = [
    "Points are the random nests of the oracle, Timeloop's records, the rows that the default model \
     runs of MAESTRO's table, the layers on Eyeriss, and those of NASAIC's designs with fixed tiles and with the greedy mapper's. Words that must cross the chip's border \
     are those that some multiplication needs; padding is none of them, nor are the pixels that a \
     stride skips.",
    "More bandwidth is never slower *for a given nest*. A mapper that chooses another nest for the \
     wider link may break this between nests: `fit` does not look at bandwidths.",
];
