//! A nest step by step: what every element works on, what reaches it, and what each step costs.
//!
//! The walk is that of [`super::count`], one step of the multipliers after the other, with two
//! differences. Tiles are boxes rather than sets of words, so that the first steps of a large layer
//! are as cheap as those of a small one: the tiles of an output that instances and steps see are
//! equal or disjoint. And outputs are counted when they leave, not when their tile is opened; over
//! all steps that is the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edge, edges, moves, places, shape, shares, sides, slides, spreads, tile, unreduced};
use crate::counts::Access;
use crate::dataflow::{Axis, MAX_LEVELS};
use crate::layer::{Layer, Tensor};
use crate::mapping::{Advance, Loop, Mapping};

/// One step of the multipliers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The group of channels, from 0.
    pub group: u32,
    /// Where each loop in time stands, outermost first.
    pub time: Vec<u32>,
    /// What each element does; none for those that idle. Same order as [`Steps::places`].
    pub elements: Vec<Option<Element>>,
    /// How each tensor crossed into the elements or, for outputs, out of them.
    pub crossings: [Crossing; 3],
    /// What the step costs, by level and tensor, all instances together.
    pub access: [[Access; 3]; MAX_LEVELS],
}

/// What an element multiplies in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// The word of each tensor, by its own indices (K C R S, N C and the row and column of the
    /// input, N K P Q); none for a zero of the padding.
    pub words: [Option<[u32; 4]>; 3],
    /// Words of each tensor that came from outside in this step or, of outputs, went there.
    pub moved: [u64; 3],
}

/// Words of a tensor on their way between the elements and the store that feeds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crossing {
    /// Words at the store outside: those for several elements once, and sums that were added up.
    pub outside: u64,
    /// Words at all elements.
    pub inside: u64,
}

/// The steps of a nest, in order; as many as the cost model counts.
#[derive(Debug)]
pub struct Steps<'a> {
    layer: &'a Layer,
    mapping: &'a Mapping,
    places: Vec<Vec<u32>>,
    routes: Vec<Route>,
    /// The first level that each element has for itself.
    inner: usize,
    group: u32,
    next: Option<Vec<u32>>,
}

/// An edge on the way of a tensor, with what it remembers from step to step.
#[derive(Debug)]
struct Route {
    edge: Edge,
    /// Loops above what is fed.
    depth: usize,
    /// Its loops in time.
    turns: usize,
    instances: Vec<Vec<u32>>,
    last: Option<Vec<u32>>,
    seen_inside: BTreeSet<(usize, [i64; 4])>,
    seen_outside: BTreeSet<(Vec<u32>, [i64; 4])>,
    /// Outputs that will leave: words at the source, and at each instance.
    leaving: Option<(u64, Vec<u64>)>,
}

impl<'a> Steps<'a> {
    /// Begins before the first step of a nest that covers the layer.
    pub fn new(layer: &'a Layer, mapping: &'a Mapping) -> Self {
        let loops = mapping.loops();
        let last_spread = loops.iter().rfind(|l| l.advance != Advance::Time);
        let inner = last_spread.map_or(mapping.array_level(), |l| usize::from(l.level) + 1);
        let route = |edge: Edge| {
            let depth = below(loops, edge.child);
            let above = &loops[..depth];
            Route {
                depth,
                turns: depth - spreads(above),
                instances: places(layer, above),
                edge,
                last: None,
                seen_inside: BTreeSet::new(),
                seen_outside: BTreeSet::new(),
                leaving: None,
            }
        };
        let all = Tensor::ALL.into_iter();
        Steps {
            layer,
            mapping,
            places: places(layer, loops),
            routes: all
                .flat_map(|tensor| edges(mapping, tensor))
                .map(route)
                .collect(),
            inner,
            group: 0,
            next: Some(vec![0; loops.len() - spreads(loops)]),
        }
    }

    /// The column and the row of each element that is ever in use.
    pub fn places(&self) -> Vec<[u32; 2]> {
        let spread = |l: &&Loop| l.advance != Advance::Time;
        let loops: Vec<&Loop> = self.mapping.loops().iter().filter(spread).collect();
        let mut sizes = vec![1; loops.len()];
        for place in &self.places {
            for (size, &at) in sizes.iter_mut().zip(place) {
                *size = at.max(*size - 1) + 1;
            }
        }
        let of = |place: &Vec<u32>| {
            let mut at = [0; 2];
            for ((l, &value), size) in loops.iter().zip(place).zip(&sizes) {
                let side = &mut at[usize::from(l.advance == Advance::Space(Axis::Rows))];
                *side = *side * size + value;
            }
            at
        };
        self.places.iter().map(of).collect()
    }

    /// The first level that each element has for itself; as many as there are levels where there is
    /// none, and elements keep nothing.
    pub fn inner_level(&self) -> usize {
        self.inner
    }

    /// The time after this one within a group.
    fn after(&self, time: &[u32]) -> Option<Vec<u32>> {
        let loops = self.mapping.loops();
        let mut next = time.to_vec();
        for turn in (0..next.len()).rev() {
            next[turn] += 1;
            if works(self.layer, loops, &next, turn) {
                return Some(next);
            }
            next[turn] = 0;
        }
        None
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let time = self.next.take()?;
        let following = self.after(&time);
        let mut step = Step {
            group: self.group,
            elements: Vec::new(),
            crossings: [Crossing::default(); 3],
            access: [[Access::default(); 3]; MAX_LEVELS],
            time,
        };
        // What moved at each place: all spreads stand above the elements.
        let mut moved: [BTreeMap<&[u32], u64>; 3] = Default::default();
        let (layer, mapping, inner) = (self.layer, self.mapping, self.inner);
        for route in &mut self.routes {
            let arrived = route.arrive(layer, mapping, &step.time, &mut step.access);
            let left = route.leave(mapping, &step.time, following.as_deref(), &mut step.access);
            let tensor = route.edge.tensor;
            let feeds = route.edge.parent < inner && inner <= route.edge.child;
            let passed = if tensor == Tensor::O { left } else { arrived };
            if let (true, Some((outside, inside))) = (feeds, passed) {
                let i = tensor.index();
                step.crossings[i] = Crossing {
                    outside,
                    inside: inside.iter().sum(),
                };
                let instances = route.instances.iter().map(Vec::as_slice);
                moved[i] = instances.zip(inside).collect();
            }
        }
        step.elements = (self.places.iter())
            .map(|place| {
                let words = element(layer, mapping, &step.time, place)?;
                let of = |i: usize| moved[i].get(place.as_slice()).copied().unwrap_or(0);
                Some(Element {
                    words,
                    moved: [of(0), of(1), of(2)],
                })
            })
            .collect();
        self.next = following.or_else(|| {
            self.group += 1;
            self.routes.iter_mut().for_each(Route::forget);
            (self.group < layer.groups).then(|| vec![0; step.time.len()])
        });
        Some(step)
    }
}

impl Route {
    /// Begins again: another group has other words.
    fn forget(&mut self) {
        self.last = None;
        self.seen_inside.clear();
        self.seen_outside.clear();
    }

    /// Fetches what this step needs and the last had not: words at the source, and at each instance.
    fn arrive(
        &mut self,
        layer: &Layer,
        mapping: &Mapping,
        time: &[u32],
        access: &mut [[Access; 3]; MAX_LEVELS],
    ) -> Option<(u64, Vec<u64>)> {
        let Edge {
            tensor,
            parent,
            child,
            is_store,
        } = self.edge;
        let loops = &mapping.loops()[..self.depth];
        let time = &time[..self.turns];
        let last = self.last.replace(time.to_vec());
        let moved = last
            .as_deref()
            .is_none_or(|old| moves(loops, tensor, old, time));
        if is_store && !moved {
            return None;
        }
        let slid = last
            .as_deref()
            .filter(|old| is_store && slides(loops, tensor, old, time));
        let outer = below(loops, parent);
        let mut inside = vec![0; self.instances.len()];
        let mut again = 0;
        let mut requests = BTreeMap::new();
        for (i, place) in self.instances.iter().enumerate() {
            let Some(tile) = tile(layer, loops, time, place) else {
                continue;
            };
            let wanted = sides(layer, tensor, &tile);
            let held = slid.and_then(|old| self::tile(layer, loops, old, place));
            let held = held.map_or(0, |t| common(&sides(layer, tensor, &t), &wanted));
            inside[i] = volume(&wanted) - held;
            let start = wanted.map(|side| side.0);
            if tensor == Tensor::O && !self.seen_inside.insert((i, start)) {
                again += inside[i];
            }
            let source = place[..spreads(&loops[..outer])].to_vec();
            let share = shares(layer, loops, outer, time, place);
            let apart = unreduced(&loops[outer..], tensor, &place[source.len()..]);
            let key = (source, apart, shape(layer, tensor, &tile, &share));
            requests.insert(key, (start, inside[i]));
        }
        let outside = requests.values().map(|request| request.1).sum();
        let from = &mut access[parent][tensor.index()];
        if tensor == Tensor::O {
            for ((source, _, _), (start, words)) in requests {
                if !self.seen_outside.insert((source, start)) {
                    from.reads += words;
                }
            }
            self.leaving = Some((outside, inside.clone()));
        } else {
            from.reads += outside;
        }
        if is_store {
            access[child][tensor.index()].fills += match tensor {
                Tensor::O => again,
                _ => inside.iter().sum(),
            };
        }
        Some((outside, inside))
    }

    /// Sends outputs on their way if the next step works on others.
    fn leave(
        &mut self,
        mapping: &Mapping,
        time: &[u32],
        next: Option<&[u32]>,
        access: &mut [[Access; 3]; MAX_LEVELS],
    ) -> Option<(u64, Vec<u64>)> {
        let loops = &mapping.loops()[..self.depth];
        let stays = next.is_some_and(|next| {
            let (old, new) = (&time[..self.turns], &next[..self.turns]);
            self.edge.is_store && !moves(loops, self.edge.tensor, old, new)
        });
        if stays {
            return None;
        }
        let left = self.leaving.take()?;
        access[self.edge.parent][self.edge.tensor.index()].updates += left.0;
        Some(left)
    }
}

/// The words that an element multiplies at a step; none while it idles.
fn element(
    layer: &Layer,
    mapping: &Mapping,
    time: &[u32],
    place: &[u32],
) -> Option<[Option<[u32; 4]>; 3]> {
    let tile = tile(layer, mapping.loops(), time, place)?;
    Some(Tensor::ALL.map(|tensor| {
        let sides = sides(layer, tensor, &tile);
        (volume(&sides) > 0).then(|| sides.map(|side| u32::try_from(side.0).unwrap_or(0)))
    }))
}

/// How many loops stand above a level.
fn below(loops: &[Loop], level: usize) -> usize {
    loops
        .iter()
        .filter(|l| usize::from(l.level) < level)
        .count()
}

/// Whether the first instance has work when the loop in time that turned stands where it does.
fn works(layer: &Layer, loops: &[Loop], time: &[u32], turn: usize) -> bool {
    let turning = |l: &&Loop| l.advance == Advance::Time;
    let at = loops
        .iter()
        .enumerate()
        .filter(|(_, l)| turning(l))
        .nth(turn);
    let Some((at, _)) = at else { return false };
    tile(layer, &loops[..=at], time, &[]).is_some()
}

fn volume(sides: &[(i64, i64); 4]) -> u64 {
    let length = |(from, to): &(i64, i64)| u64::try_from(to - from).unwrap_or(0);
    sides.iter().map(length).product()
}

/// Words that two tiles share.
fn common(a: &[(i64, i64); 4], b: &[(i64, i64); 4]) -> u64 {
    let both: [(i64, i64); 4] = std::array::from_fn(|i| (a[i].0.max(b[i].0), a[i].1.min(b[i].1)));
    volume(&both)
}
