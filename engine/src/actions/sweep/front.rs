//! The designs of a sweep that no other beats, kept while the others pass by.

use crate::fault::Fault;
use crate::item::Evaluation;
use nasaic_search::pareto;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The front so far.
#[derive(Default)]
pub struct Front {
    /// Undominated among themselves, in the order of the sweep.
    designs: Vec<(Vec<u32>, Vec<f64>)>,
    /// Offered since the last time.
    offered: Vec<(Vec<u32>, Vec<f64>)>,
    /// Who covered the last one: neighbours in a sweep are mostly covered by the same design.
    guess: AtomicUsize,
}

/// A design as a point of which more is better: its goals, or without goals less latency, energy
/// and area. Only designs that meet all specs are on a front.
pub fn point(e: &Evaluation) -> Result<Option<Vec<f64>>, Fault> {
    let sight = e.sight();
    if sight.violation() > 0.0 {
        return Ok(None);
    }
    if e.study.goals.is_empty() {
        let m = &e.priced.metrics;
        let costs = [Some(m.latency), m.energy, m.area];
        return Ok(Some(costs.into_iter().flatten().map(|x| -x).collect()));
    }
    let scores = e.study.goals.iter().map(|goal| goal.score(&sight));
    scores.collect::<Result<_, _>>().map(Some)
}

impl Front {
    /// Whether a design of the front is at least as good; asked by many threads.
    pub fn covers(&self, point: &[f64]) -> bool {
        let covers = |(_, known): &(Vec<u32>, Vec<f64>)| {
            known.iter().zip(point).all(|(kept, value)| kept >= value)
        };
        // The guess only says where to look first, so that it does not matter whose it is.
        if (self.designs.get(self.guess.load(Relaxed))).is_some_and(covers) {
            return true;
        }
        let found = self.designs.iter().position(covers);
        found.inspect(|at| self.guess.store(*at, Relaxed)).is_some()
    }

    /// Takes in a design that is not covered.
    pub fn offer(&mut self, design: Vec<u32>, point: Vec<f64>) {
        self.offered.push((design, point));
    }

    /// Joins what was offered with what is there, and drops what has been beaten.
    pub fn settle(&mut self) {
        let points: Vec<&[f64]> = self.offered.iter().map(|d| d.1.as_slice()).collect();
        let kept = pareto::front(&points);
        let best: Vec<&[f64]> = kept.iter().map(|at| points[*at]).collect();
        let beaten = |point: &[f64]| best.iter().any(|one| pareto::dominates(one, point));
        self.designs.retain(|(_, point)| !beaten(point));
        let mut kept = kept.into_iter().peekable();
        let offered = std::mem::take(&mut self.offered).into_iter().enumerate();
        let stays = offered.filter(|(at, _)| kept.next_if_eq(at).is_some());
        self.designs.extend(stays.map(|(_, design)| design));
    }

    /// The designs of the front, in the order of the sweep.
    pub fn designs(self) -> Vec<Vec<u32>> {
        self.designs.into_iter().map(|d| d.0).collect()
    }
}
