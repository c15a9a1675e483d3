//! Counting and timing by walking: the reference that the analytic model is tested against.
//!
//! Every step of every instance is visited and every word is looked at, so this is for layers of a
//! few thousand multiplications. It follows the rules stated in [`crate::counts`], with sets of
//! words instead of formulas, and the composition of latencies stated in [`crate::evaluate`].

mod steps;

pub use steps::{Crossing, Element, Step, Steps};

use std::collections::{BTreeMap, BTreeSet};

use crate::counts::{Access, Counts};
use crate::dataflow::{Buffering, MAX_LEVELS};
use crate::hardware::SubAccelerator;
use crate::layer::{Dim, Layer, Tensor};
use crate::links::{Link, LinkLoad, MAX_LINKS};
use crate::mapping::{Advance, Loop, Mapping};

/// Start and length of an instance's tile along each dimension.
type Tile = [(u32, u32); 7];
/// One word of a tensor: its coordinates.
type Word = [i64; 4];

/// Counts the accesses of a nest by walking it.
pub fn count(layer: &Layer, mapping: &Mapping) -> Counts {
    let mut access = [[Access::default(); 3]; MAX_LEVELS];
    for tensor in Tensor::ALL {
        for edge in edges(mapping, tensor) {
            let way = walk(layer, mapping, &edge);
            let outside = &mut access[edge.parent][tensor.index()];
            if tensor == Tensor::O {
                outside.updates = way.sent;
                outside.reads = way.sent_again;
            } else {
                outside.reads = way.sent;
            }
            if edge.is_store {
                let inside = &mut access[edge.child][tensor.index()];
                inside.fills = match tensor {
                    Tensor::O => way.delivered_again,
                    _ => way.delivered,
                };
            }
        }
    }
    let groups = u64::from(layer.groups);
    for a in access.iter_mut().flatten() {
        a.reads *= groups;
        a.fills *= groups;
        a.updates *= groups;
    }
    Counts {
        access,
        steps: times(layer, mapping.loops()).len() as u64 * groups,
    }
}

/// What the walk says about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Cycles of the busiest element.
    pub compute_cycles: u64,
    /// What each link carries.
    pub links: [LinkLoad; MAX_LINKS],
    /// Latency of the layer.
    pub cycles: u64,
}

/// Steps a nest through time: what each link has to carry at each step, and what cannot hide.
///
/// Dense layers only: expected values of zeros have nothing to step through.
pub fn time(layer: &Layer, mapping: &Mapping, sub: &SubAccelerator) -> Timing {
    let groups = u64::from(layer.groups);
    let steps = times(layer, mapping.loops()).len() as u64 * groups;
    let mut compute = steps.div_ceil(u64::from(sub.simd.max(1)));
    let mut carried = [(0, 0); MAX_LINKS];
    let array = mapping.array_level();
    for tensor in Tensor::ALL {
        for edge in edges(mapping, tensor) {
            let way = walk(layer, mapping, &edge);
            let crosses = edge.parent < array && array <= edge.child;
            if tensor == Tensor::O && crosses {
                let each = (way.delivered * groups).div_ceil(way.instances);
                compute += each * u64::from(sub.accumulate_cycles);
            }
            let bits = groups * way.bits(layer, tensor);
            let hides = !edge.single_buffer(mapping);
            let exposed = if hides {
                way.first * u64::from(layer.bits(tensor))
            } else {
                bits
            };
            let own = mapping.levels().get(edge.child).and_then(|l| l.bandwidth);
            let inner = match own {
                Some(_) => Some(Link::Store(edge.child as u8)),
                None => crosses.then_some(Link::Noc),
            };
            let outer = (edge.parent == 0).then_some(Link::OffChip);
            for link in inner.into_iter().chain(outer) {
                carried[link.index()].0 += bits;
                carried[link.index()].1 += exposed;
            }
        }
    }
    let links = std::array::from_fn(|index| {
        let (bits, exposed) = carried[index];
        occupied(bits, exposed, bandwidth(mapping, sub, Link::at(index)))
    });
    let [columns, rows] = mapping.extent(layer).map(u64::from);
    let hops = 2 * (columns + rows) * u64::from(sub.hop_cycles);
    let in_sequence = compute + hops + links.iter().map(|l| l.exposed).sum::<u64>();
    let totals = links.iter().map(|l| l.cycles);
    Timing {
        compute_cycles: compute,
        links,
        cycles: totals.fold(in_sequence, u64::max),
    }
}

/// Bytes per cycle of a link; none is unlimited.
fn bandwidth(mapping: &Mapping, sub: &SubAccelerator, link: Link) -> Option<f64> {
    match link {
        Link::OffChip => sub.dram_bandwidth,
        Link::Noc => Some(sub.bandwidth),
        Link::Store(level) => {
            let own = mapping.levels().get(usize::from(level))?.bandwidth;
            own.map(|bits| f64::from(bits) / 8.0)
        }
    }
}

/// A link's cycles, one after the other until nothing is left to carry.
fn occupied(bits: u64, exposed: u64, bandwidth: Option<f64>) -> LinkLoad {
    let count = |bits: u64| {
        let bytes = bits.div_ceil(8);
        let mut cycles = 0;
        while bandwidth.is_some_and(|b| (cycles as f64) * b < bytes as f64) {
            cycles += 1;
        }
        cycles
    };
    let cycles = count(bits);
    LinkLoad {
        bytes: bits.div_ceil(8),
        cycles,
        exposed: count(exposed).min(cycles),
    }
}

/// A tensor's way from a level that keeps it to the next, or to the multipliers.
#[derive(Debug)]
struct Edge {
    tensor: Tensor,
    parent: usize,
    child: usize,
    is_store: bool,
}

impl Edge {
    fn single_buffer(&self, mapping: &Mapping) -> bool {
        let fed = mapping.levels().get(self.child);
        fed.is_some_and(|level| level.buffering == Buffering::Single)
    }
}

fn edges(mapping: &Mapping, tensor: Tensor) -> Vec<Edge> {
    let levels = mapping.levels().len();
    let mut edges = Vec::new();
    let mut child = levels;
    while child > 0 {
        let parent = mapping.parent(child, tensor);
        edges.push(Edge {
            tensor,
            parent,
            child,
            is_store: child < levels,
        });
        child = parent;
    }
    edges
}

/// What a walk along an edge sees, in words of one group.
#[derive(Default)]
struct Way {
    /// Words at the source, those for several instances once.
    sent: u64,
    /// Those of them, of outputs, that an instance of the source has seen before.
    sent_again: u64,
    /// Those of the first step.
    first: u64,
    /// Words at all instances of the destination.
    delivered: u64,
    /// Those of them, of outputs, that the instance has seen before.
    delivered_again: u64,
    /// Words of outputs that are complete when they arrive at the source for the last time.
    complete: u64,
    /// Instances of the destination.
    instances: u64,
}

impl Way {
    /// Bits that travel: outputs at their own width when they are complete, partial sums at theirs
    /// on the way out and on the way back.
    fn bits(&self, layer: &Layer, tensor: Tensor) -> u64 {
        let width = u64::from(layer.bits(tensor));
        if tensor != Tensor::O {
            return self.sent * width;
        }
        let partial = self.sent + self.sent_again - self.complete;
        partial * u64::from(layer.precision.psum) + self.complete * width
    }
}

fn walk(layer: &Layer, mapping: &Mapping, edge: &Edge) -> Way {
    let Edge {
        tensor,
        parent,
        child,
        is_store,
    } = *edge;
    let below = |level| {
        mapping
            .loops()
            .iter()
            .filter(|l| usize::from(l.level) < level)
            .count()
    };
    let loops = &mapping.loops()[..below(child)];
    let instances = places(layer, loops);
    let mut way = Way {
        instances: instances.len() as u64,
        ..Way::default()
    };
    let mut seen_inside = BTreeSet::new();
    let mut seen_outside = BTreeSet::new();
    let mut last: Option<Vec<u32>> = None;
    for time in times(layer, loops) {
        let moved = last
            .as_deref()
            .is_none_or(|old| moves(loops, tensor, old, &time));
        let slides = last
            .as_deref()
            .is_some_and(|old| slides(loops, tensor, old, &time));
        if !is_store || moved {
            // Requests of the instances below each instance of the parent, equal ones once.
            let mut requests = BTreeMap::new();
            for place in &instances {
                let Some(tile) = tile(layer, loops, &time, place) else {
                    continue;
                };
                let mut wanted = words(layer, tensor, &tile);
                let before = last
                    .as_deref()
                    .and_then(|old| self::tile(layer, loops, old, place));
                if is_store && slides {
                    let held = before.map(|t| words(layer, tensor, &t)).unwrap_or_default();
                    wanted.retain(|word| !held.contains(word));
                }
                way.delivered += wanted.len() as u64;
                let returning = |word: &Word| !seen_inside.insert((place.clone(), *word));
                way.delivered_again += wanted.iter().copied().filter(returning).count() as u64;
                let source = place[..spreads(&loops[..below(parent)])].to_vec();
                let share = shares(layer, loops, below(parent), &time, place);
                let apart = unreduced(&loops[below(parent)..], tensor, &place[source.len()..]);
                requests.insert((source, apart, shape(layer, tensor, &tile, &share)), wanted);
            }
            for ((source, _, _), wanted) in requests {
                way.sent += wanted.len() as u64;
                let known = |word: &Word| !seen_outside.insert((source.clone(), *word));
                way.sent_again += wanted.iter().copied().filter(known).count() as u64;
            }
            if last.is_none() {
                way.first = way.sent;
            }
        }
        last = Some(time);
    }
    // An output that several instances of the source add to is complete in none of them.
    let homes: BTreeSet<Word> = seen_outside.iter().map(|(_, word)| *word).collect();
    if tensor == Tensor::O && homes.len() == seen_outside.len() {
        way.complete = homes.len() as u64;
    }
    way
}

fn spreads(loops: &[Loop]) -> usize {
    loops.iter().filter(|l| l.advance != Advance::Time).count()
}

/// Whether a tile may have changed: a loop of one of its dimensions stands elsewhere.
fn moves(loops: &[Loop], tensor: Tensor, old: &[u32], new: &[u32]) -> bool {
    let in_time = loops.iter().filter(|l| l.advance == Advance::Time);
    in_time
        .zip(old.iter().zip(new))
        .any(|(l, (a, b))| a != b && tensor.depends_on(l.dim))
}

/// Whether all loops that moved walk one and the same dimension of a window.
fn slides(loops: &[Loop], tensor: Tensor, old: &[u32], new: &[u32]) -> bool {
    let in_time = loops.iter().filter(|l| l.advance == Advance::Time);
    let mut moved = in_time
        .zip(old.iter().zip(new))
        .filter(|(_, (a, b))| a != b)
        .map(|(l, _)| l.dim);
    let Some(dim) = moved.next() else {
        return false;
    };
    let window = matches!(dim, Dim::P | Dim::Q | Dim::R | Dim::S);
    tensor == Tensor::I && window && moved.all(|other| other == dim)
}

/// All steps in time: the values of the loops in time at which the first instance works.
fn times(layer: &Layer, loops: &[Loop]) -> Vec<Vec<u32>> {
    values(layer, loops, |l| l.advance == Advance::Time)
}

/// All instances: the values of the spreads at the first step.
fn places(layer: &Layer, loops: &[Loop]) -> Vec<Vec<u32>> {
    values(layer, loops, |l| l.advance != Advance::Time)
}

/// The values that the chosen loops take, in order, while the others stand at their first.
fn values(layer: &Layer, loops: &[Loop], chosen: impl Fn(&Loop) -> bool) -> Vec<Vec<u32>> {
    let mut all = vec![(Vec::new(), layer.bounds)];
    for l in loops {
        let d = l.dim.index();
        let mut next = Vec::new();
        for (value, extent) in all {
            let count = if chosen(l) {
                extent[d].div_ceil(l.tile)
            } else {
                1
            };
            for i in 0..count {
                let mut value = value.clone();
                if chosen(l) {
                    value.push(i);
                }
                let mut extent = extent;
                extent[d] = l.tile.min(extent[d] - i * l.tile);
                next.push((value, extent));
            }
        }
        all = next;
    }
    all.into_iter().map(|(value, _)| value).collect()
}

/// An instance's tile at a step; none while it idles.
fn tile(layer: &Layer, loops: &[Loop], time: &[u32], place: &[u32]) -> Option<Tile> {
    let mut tile = layer.bounds.map(|bound| (0, bound));
    let (mut time, mut place) = (time.iter(), place.iter());
    for l in loops {
        let at = if l.advance == Advance::Time {
            time.next()
        } else {
            place.next()
        };
        let offset = at.copied().unwrap_or(0) * l.tile;
        let (start, extent) = tile[l.dim.index()];
        if offset >= extent {
            return None;
        }
        tile[l.dim.index()] = (start + offset, l.tile.min(extent - offset));
    }
    Some(tile)
}

/// Places along spreads whose partial sums are not added up on the way.
fn unreduced(loops: &[Loop], tensor: Tensor, place: &[u32]) -> Vec<u32> {
    let spread = loops.iter().filter(|l| l.advance != Advance::Time);
    let apart = spread
        .zip(place)
        .filter(|(l, _)| l.dim.is_reduction() && !l.reduce);
    apart
        .map(|(_, &at)| at)
        .filter(|_| tensor == Tensor::O)
        .collect()
}

/// Elements of each dimension that an instance was dealt by the spreads below the parent.
fn shares(layer: &Layer, loops: &[Loop], parent: usize, time: &[u32], place: &[u32]) -> [u32; 7] {
    Dim::ALL.map(|dim| {
        let spread = |l: &Loop| l.dim == dim && l.advance != Advance::Time;
        let last = loops.iter().rposition(spread).filter(|&at| at >= parent);
        let dealt = last.and_then(|at| tile(layer, &loops[..=at], time, place));
        dealt.map_or(0, |tile| tile[dim.index()].1)
    })
}

/// What distinguishes one request from another: window positions, tile sizes and, where a window
/// is shared, the sizes of the shares it belongs to.
fn shape(layer: &Layer, tensor: Tensor, tile: &Tile, share: &[u32; 7]) -> Vec<(i64, [u32; 4])> {
    let at = |dim: Dim| tile[dim.index()];
    let range = |dim: Dim| (i64::from(at(dim).0), [at(dim).1, 0, 0, 0]);
    let window = |axis, out: Dim, tap: Dim| {
        let sizes = [at(out).1, at(tap).1, share[out.index()], share[tap.index()]];
        (layer.window(axis, at(out), at(tap)).0, sizes)
    };
    match tensor {
        Tensor::W => [Dim::K, Dim::C, Dim::R, Dim::S].map(range).to_vec(),
        Tensor::O => [Dim::N, Dim::K, Dim::P, Dim::Q].map(range).to_vec(),
        Tensor::I => vec![
            range(Dim::N),
            range(Dim::C),
            window(0, Dim::P, Dim::R),
            window(1, Dim::Q, Dim::S),
        ],
    }
}

/// The half-open ranges of a tile's words along the tensor's own indices, padding left out.
fn sides(layer: &Layer, tensor: Tensor, tile: &Tile) -> [(i64, i64); 4] {
    let range = |dim: Dim| {
        let (start, length) = tile[dim.index()];
        (i64::from(start), i64::from(start + length))
    };
    let window = |axis: usize, out: Dim, tap: Dim| {
        let (first, end) = layer.window(axis, tile[out.index()], tile[tap.index()]);
        (first.max(0), end.min(i64::from(layer.input[axis])))
    };
    match tensor {
        Tensor::W => [Dim::K, Dim::C, Dim::R, Dim::S].map(range),
        Tensor::O => [Dim::N, Dim::K, Dim::P, Dim::Q].map(range),
        Tensor::I => [
            range(Dim::N),
            range(Dim::C),
            window(0, Dim::P, Dim::R),
            window(1, Dim::Q, Dim::S),
        ],
    }
}

/// The words of a tile, padding left out.
fn words(layer: &Layer, tensor: Tensor, tile: &Tile) -> BTreeSet<Word> {
    let [a, b, c, d] = sides(layer, tensor, tile).map(|(from, to)| from..to);
    let mut words = BTreeSet::new();
    for i in a {
        for j in b.clone() {
            for k in c.clone() {
                words.extend(d.clone().map(|l| [i, j, k, l]));
            }
        }
    }
    words
}
