//! Whether any hardware can carry one choice of networks: a walk over boxes of designs.
//!
//! A box gives every present sub-accelerator a set of ways to be built. It is
//! done with when a limit or the relaxation excludes all of it, when it mirrors
//! another box, or when it is a single design and its schedules are known.
//! Otherwise one of its sets is halved. The moves are written down in the order
//! of the walk: they are the proof.

use super::certificate::Move;
use super::leaf::{self, Verdict};
use super::model::{Aim, Bounds, Joint, Pattern, Point, Price};
use super::relax::{Relaxed, Tolls};
use super::tree::Tree;
use crate::schedule::Schedule;
use std::sync::Arc;

/// How many of the newest tolls are tried before new ones are looked for.
const TRIED: usize = 32;

/// What came out for one candidate.
#[derive(Clone, Debug, Default)]
pub(super) struct Settled {
    /// The best design that was found, if any.
    pub found: Option<Found>,
    /// The proof that nothing better exists; incomplete where boxes stayed open.
    pub moves: Vec<Move>,
    /// Tolls that were not known before; [`Move::Tolls`] counts on from the known ones.
    pub fresh: Vec<Tolls>,
    /// Boxes looked at.
    pub boxes: u64,
    /// Whether the number of boxes ran out, or a single design could not be decided.
    pub open: bool,
}

/// A design that keeps to the bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which design.
    pub point: Point,
    /// A schedule that proves it; its energy is in quanta.
    pub schedule: Schedule,
}

/// The trees of the tables of a joint problem: per pattern one for each present sub-accelerator.
pub(super) type Forest = Vec<Vec<Arc<Tree>>>;

/// Grows one tree for every distinct table.
pub(super) fn forest(joint: &Joint) -> Forest {
    let mut known = Vec::new();
    let mut tree = |pattern: &Pattern, at: usize| {
        let choices = &pattern.present[at].1;
        let found = known.iter().find(|(same, _)| Arc::ptr_eq(same, choices));
        if let Some((_, tree)) = found {
            return Arc::clone(tree);
        }
        let tree = Arc::new(Tree::new(choices, joint.layers));
        known.push((Arc::clone(choices), Arc::clone(&tree)));
        tree
    };
    let patterns = joint.patterns.iter();
    patterns
        .map(|pattern| {
            (0..pattern.present.len())
                .map(|at| tree(pattern, at))
                .collect()
        })
        .collect()
}

/// The walk for one candidate.
pub(super) struct Walk<'a> {
    joint: &'a Joint,
    candidate: usize,
    work: Vec<(u32, usize)>,
    /// Tightened whenever a design is found, unless any one will do.
    bounds: Bounds,
    known: &'a [Tolls],
    /// The tolls that excluded a box last: they often exclude the next one too.
    last: usize,
    most_boxes: u64,
    settled: Settled,
}

impl<'a> Walk<'a> {
    /// Looks for designs of a candidate within bounds, with tolls that helped others.
    pub fn settle(
        joint: &'a Joint,
        forest: &'a Forest,
        candidate: usize,
        bounds: Bounds,
        known: &'a [Tolls],
        most_boxes: u64,
    ) -> Settled {
        let mut walk = Self {
            joint,
            candidate,
            work: joint.work(candidate),
            bounds,
            known,
            last: 0,
            most_boxes,
            settled: Settled::default(),
        };
        for (pattern, trees) in forest.iter().enumerate() {
            if joint.mirrors(pattern) {
                continue;
            }
            let mut nodes = vec![0; trees.len()];
            // Where boxes have run out, this notes that the pattern stays open.
            walk.visit(pattern, trees, &mut nodes);
        }
        walk.settled
    }

    /// Whether there is nothing more to learn: any design will do and one is known, or boxes ran out.
    fn is_over(&self) -> bool {
        self.is_enough() || self.settled.boxes >= self.most_boxes
    }

    fn is_enough(&self) -> bool {
        let found = self.settled.found.as_ref();
        found.is_some_and(|found| self.joint.is_unbeatable(found))
    }

    fn visit(&mut self, pattern: usize, trees: &[Arc<Tree>], nodes: &mut [usize]) {
        if self.is_over() {
            self.settled.open |= !self.is_enough();
            return;
        }
        self.settled.boxes += 1;
        if self.is_mirrored(pattern, trees, nodes) {
            return self.note(Move::Mirrored);
        }
        if let Some(limit) = self.over_limit(trees, nodes) {
            return self.note(Move::Limit(limit));
        }
        if let Some(tolls) = self.excluding(pattern, trees, nodes) {
            return self.note(Move::Tolls(tolls));
        }
        let size = |at: usize| {
            let node = &trees[at].nodes[nodes[at]];
            node.end - node.start
        };
        let largest = (0..nodes.len()).rev().max_by_key(|&at| size(at));
        match largest.filter(|&at| size(at) > 1) {
            None => self.decide(pattern, trees, nodes),
            Some(at) => {
                let node = nodes[at];
                let second = trees[at].nodes[node].second;
                self.note(Move::Halve(at, trees[at].nodes[second].start));
                for half in [node + 1, second] {
                    nodes[at] = half;
                    self.visit(pattern, trees, nodes);
                }
                nodes[at] = node;
            }
        }
    }

    fn note(&mut self, made: Move) {
        self.settled.moves.push(made);
    }

    /// Whether exchanging two sub-accelerators that are alike gives a box that is looked at elsewhere.
    ///
    /// Of designs that differ by such exchanges, the one whose ways stand in the
    /// tree's order is never in a box that is left out.
    fn is_mirrored(&self, pattern: usize, trees: &[Arc<Tree>], nodes: &[usize]) -> bool {
        let pattern = &self.joint.patterns[pattern];
        (1..nodes.len()).any(|second| {
            (0..second).any(|first| {
                pattern.alike(first, second)
                    && trees[first].nodes[nodes[first]].start
                        >= trees[second].nodes[nodes[second]].end
            })
        })
    }

    fn over_limit(&self, trees: &[Arc<Tree>], nodes: &[usize]) -> Option<usize> {
        let used = |limit: usize| -> u64 {
            let each = trees.iter().zip(nodes);
            each.map(|(tree, &node)| tree.nodes[node].uses[limit]).sum()
        };
        (0..self.bounds.limits.len()).find(|&limit| used(limit) > self.bounds.limits[limit])
    }

    /// The number of tolls that exclude the box, known or newly found.
    fn excluding(&mut self, pattern: usize, trees: &[Arc<Tree>], nodes: &[usize]) -> Option<usize> {
        let subs = least(&self.joint.patterns[pattern], trees, nodes);
        let relaxed = Relaxed {
            work: &self.work,
            subs: &subs,
            leak: leak(trees, nodes),
            bounds: &self.bounds,
        };
        let fresh = &mut self.settled.fresh;
        let count = self.known.len() + fresh.len();
        let tolls = |index: usize| match self.known.get(index) {
            Some(known) => known,
            None => &fresh[index - self.known.len()],
        };
        let others = (0..count)
            .rev()
            .filter(|&index| index != self.last)
            .take(TRIED);
        let found = std::iter::once(self.last)
            .chain(others)
            .find(|&index| relaxed.excludes(tolls(index)));
        let found = match found {
            Some(index) => index,
            None => {
                let new = relaxed.tolls(tolls(self.last))?;
                fresh.push(new);
                count
            }
        };
        self.last = found;
        Some(found)
    }

    /// Schedules a single design, and goes on with tighter bounds where it keeps to them.
    fn decide(&mut self, pattern: usize, trees: &[Arc<Tree>], nodes: &[usize]) {
        let subs = least(&self.joint.patterns[pattern], trees, nodes);
        match leaf::decide(
            self.joint,
            self.candidate,
            &subs,
            leak(trees, nodes),
            &self.bounds,
        ) {
            Verdict::Never => self.note(Move::Schedules),
            Verdict::Unknown => self.settled.open = true,
            Verdict::Found(schedule) => {
                let configs = trees.iter().zip(nodes.iter());
                let configs = configs
                    .map(|(tree, &node)| tree.order[tree.nodes[node].start])
                    .collect();
                let point = Point {
                    candidate: self.candidate,
                    pattern,
                    configs,
                };
                let found = Found { point, schedule };
                // From now on only what is better counts.
                self.bounds = self.joint.better_than(&self.bounds, &found);
                self.settled.found = Some(found);
                if !self.is_enough() {
                    self.visit(pattern, trees, &mut nodes.to_vec());
                }
            }
        }
    }
}

/// The least prices of the present sub-accelerators in a box.
fn least<'t>(
    pattern: &Pattern,
    trees: &'t [Arc<Tree>],
    nodes: &[usize],
) -> Vec<(usize, &'t [Price])> {
    let present = pattern.present.iter().zip(trees).zip(nodes);
    present
        .map(|(((sub, _), tree), &node)| (*sub, tree.least(node)))
        .collect()
}

/// The least leakage per cycle in a box.
fn leak(trees: &[Arc<Tree>], nodes: &[usize]) -> u64 {
    let each = trees.iter().zip(nodes);
    each.map(|(tree, &node)| tree.nodes[node].leak).sum()
}

impl Pattern {
    /// Whether two present sub-accelerators can be exchanged.
    pub(super) fn alike(&self, first: usize, second: usize) -> bool {
        Arc::ptr_eq(&self.present[first].1, &self.present[second].1)
    }
}

impl Joint {
    /// Whether an earlier pattern has the same tables, so that this one offers nothing else.
    pub(super) fn mirrors(&self, pattern: usize) -> bool {
        let same = |other: &Pattern| {
            let present = &self.patterns[pattern].present;
            let pairs = other.present.iter().zip(present);
            other.present.len() == present.len() && { pairs }
                .all(|((_, one), (_, two))| Arc::ptr_eq(one, two))
        };
        self.patterns[..pattern].iter().any(same)
    }

    /// What the aim makes least, of a design that was found; 0 where any design will do.
    pub(super) fn least(&self, found: &Found) -> u64 {
        let Found { point, schedule } = found;
        match self.aim {
            Aim::Score => 0,
            Aim::Cycles => schedule.makespan,
            Aim::Energy => leaf::spent(schedule, self.leak(point)),
            Aim::Limit(limit) => self.uses(point, limit),
        }
    }

    /// Whether no design of the same candidate, or with a worse score, can be better.
    pub(super) fn is_unbeatable(&self, found: &Found) -> bool {
        self.least(found) == 0
    }

    /// The bounds within which everything is better than a design.
    pub(super) fn better_than(&self, bounds: &Bounds, found: &Found) -> Bounds {
        let mut tighter = bounds.clone();
        let below = self.least(found).saturating_sub(1);
        match self.aim {
            Aim::Score => {}
            Aim::Cycles => tighter.deadline = below,
            Aim::Energy => tighter.energy = below,
            Aim::Limit(limit) => tighter.limits[limit] = below,
        }
        tighter
    }
}
