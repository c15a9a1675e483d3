//! All candidates, by falling score, until the best is proven.

use super::certificate::{Certificate, Claim, Move};
use super::model::{Bounds, Joint};
use super::relax::Tolls;
use super::settle::{Forest, Found, Settled, Walk, forest};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Candidates that are settled at the same time; what they learn is shared afterwards.
///
/// A fixed number, so that the proof does not depend on the number of threads.
const AT_ONCE: usize = 256;

/// Tolls that are kept for later candidates.
const KEPT_TOLLS: usize = 64;

/// How much may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Boxes per candidate before it stays open.
    pub boxes: u64,
    /// Open candidates after which no more is proven, only searched.
    pub open: u64,
}

/// How many boxes were done with, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// Candidates that no hardware can carry.
    pub candidates: u64,
    /// Those of them for which the least energies of their layers suffice as a proof.
    pub at_once: u64,
    /// Boxes of the other candidates beyond a limit.
    pub limits: u64,
    /// Boxes excluded by the relaxation.
    pub tolls: u64,
    /// Boxes that mirror others.
    pub mirrored: u64,
    /// Single designs whose schedules all exceed the bounds.
    pub schedules: u64,
}

/// What an exact search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The best design, if one was found.
    pub best: Option<Found>,
    /// The proof; none where candidates stayed open.
    pub certificate: Option<Certificate>,
    /// Why what is better than the best was excluded.
    pub excluded: Excluded,
    /// The best candidate that stayed open: nothing better than its score exists.
    pub open: Option<usize>,
    /// Boxes looked at in all.
    pub boxes: u64,
}

/// Where an exact search stands.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Candidates that are settled.
    pub candidates: usize,
    /// The best design so far.
    pub best: Option<&'a Found>,
    /// Boxes looked at.
    pub boxes: u64,
}

/// Finds the best design and proves that it is, or that there is none.
///
/// The observer is called after every few candidates and can break the search off.
pub fn prove(
    joint: &Joint,
    effort: Effort,
    observer: &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
) -> Proven {
    let forest = forest(joint);
    let mut search = Search::new(joint, effort);
    let mut next = 0;
    while next < joint.candidates.len() && !search.is_over() {
        let end = joint.candidates.len().min(next + AT_ONCE);
        let boxes = search.boxes_each();
        let known = search.tolls.len().min(KEPT_TOLLS);
        let settled: Vec<Settled> = (next..end)
            .into_par_iter()
            .map(|one| {
                let bounds = search.bounds.clone();
                Walk::settle(joint, &forest, one, bounds, &search.tolls[..known], boxes)
            })
            .collect();
        for (candidate, one) in (next..end).zip(settled) {
            search.take(candidate, one, known);
            if search.is_over() {
                break;
            }
        }
        next = end;
        let step = Step {
            candidates: end,
            best: search.best.as_ref(),
            boxes: search.boxes,
        };
        if observer(&step).is_break() {
            if end < joint.candidates.len() && !search.is_over() {
                search.open.get_or_insert(end);
            }
            break;
        }
    }
    search.finish(&forest)
}

struct Search<'a> {
    joint: &'a Joint,
    effort: Effort,
    /// The bounds of the problem, tightened by the best so far.
    bounds: Bounds,
    tolls: Vec<Tolls>,
    best: Option<Found>,
    moves: Vec<Vec<Move>>,
    open: Option<usize>,
    opens: u64,
    boxes: u64,
}

impl<'a> Search<'a> {
    fn new(joint: &'a Joint, effort: Effort) -> Self {
        Self {
            joint,
            effort,
            bounds: joint.bounds.clone(),
            tolls: vec![Tolls::none(joint.subs, joint.tasks.len())],
            best: None,
            moves: Vec::new(),
            open: None,
            opens: 0,
            boxes: 0,
        }
    }

    /// By score the first candidate that hardware can carry is the best.
    fn is_over(&self) -> bool {
        let best = self.best.as_ref();
        best.is_some_and(|best| self.joint.is_unbeatable(best))
    }

    /// Once much stayed open the proof is lost, and only designs are looked for.
    fn boxes_each(&self) -> u64 {
        match self.opens < self.effort.open {
            true => self.effort.boxes,
            false => self.effort.boxes.min(1000),
        }
    }

    /// Enters what came out for the next candidate.
    fn take(&mut self, candidate: usize, settled: Settled, known: usize) {
        self.boxes += settled.boxes;
        if let Some(found) = settled.found {
            let least = |one: &Found| self.joint.least(one);
            if self
                .best
                .as_ref()
                .is_none_or(|best| least(&found) < least(best))
            {
                self.bounds = self.joint.better_than(&self.bounds, &found);
                self.best = Some(found);
            }
        }
        if self.is_over() {
            return;
        }
        if settled.open {
            self.opens += 1;
            self.open.get_or_insert(candidate);
        }
        let base = self.tolls.len();
        let moves = settled.moves.into_iter().map(|made| match made {
            Move::Tolls(index) if index >= known => Move::Tolls(base + index - known),
            other => other,
        });
        self.moves.push(moves.collect());
        self.tolls.extend(settled.fresh);
    }

    fn finish(self, forest: &Forest) -> Proven {
        let excluded = self.excluded();
        let mut certificate = Certificate {
            aim: self.joint.aim,
            claim: match &self.best {
                Some(found) => Claim::Optimal {
                    point: found.point.clone(),
                    schedule: found.schedule.clone(),
                },
                None => Claim::Infeasible,
            },
            bounds: self.bounds,
            orders: orders(self.joint, forest),
            tolls: self.tolls,
            covers: Vec::new(),
        };
        for moves in self.moves {
            certificate.cover(moves);
        }
        Proven {
            best: self.best,
            certificate: self.open.is_none().then_some(certificate),
            excluded,
            open: self.open,
            boxes: self.boxes,
        }
    }

    fn excluded(&self) -> Excluded {
        let mut all = Excluded::default();
        for moves in &self.moves {
            all.candidates += 1;
            if moves.iter().all(|&made| made == Move::Tolls(0)) {
                all.at_once += 1;
                continue;
            }
            for made in moves {
                match made {
                    Move::Limit(_) => all.limits += 1,
                    Move::Tolls(_) => all.tolls += 1,
                    Move::Mirrored => all.mirrored += 1,
                    Move::Schedules => all.schedules += 1,
                    Move::Halve(..) => {}
                }
            }
        }
        all
    }
}

/// The orders of the distinct tables, in the order in which the patterns name them first.
fn orders(joint: &Joint, forest: &Forest) -> Vec<Vec<usize>> {
    let mut seen = Vec::new();
    let mut orders = Vec::new();
    for (pattern, trees) in joint.patterns.iter().zip(forest) {
        for ((_, choices), tree) in pattern.present.iter().zip(trees) {
            if !seen.iter().any(|known| Arc::ptr_eq(known, choices)) {
                seen.push(Arc::clone(choices));
                orders.push(tree.order.clone());
            }
        }
    }
    orders
}
