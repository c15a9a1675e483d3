//! The designs of a sweep that no other beats, kept while the others pass by.

use crate::fault::Fault;
use crate::item::Evaluation;
use nasaic_search::pareto;

/// The front so far.
#[derive(Default)]
pub struct Front {
    designs: Vec<(Vec<u32>, Vec<f64>)>,
    /// How many at the beginning are known to be undominated among themselves.
    settled: usize,
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
    /// Takes a design in, unless one of the settled front is at least as good.
    pub fn offer(&mut self, design: Vec<u32>, point: Option<Vec<f64>>) {
        let Some(point) = point else {
            return;
        };
        let covers = |(_, known): &(Vec<u32>, Vec<f64>)| {
            known.iter().zip(&point).all(|(kept, value)| kept >= value)
        };
        if !self.designs[..self.settled].iter().any(covers) {
            self.designs.push((design, point));
        }
    }

    /// Drops what has been beaten since the last time.
    pub fn settle(&mut self) {
        if self.designs.len() > self.settled {
            let points: Vec<&[f64]> = self.designs.iter().map(|d| d.1.as_slice()).collect();
            let mut kept = pareto::front(&points).into_iter().peekable();
            let mut index = 0;
            self.designs.retain(|_| {
                index += 1;
                kept.next_if_eq(&(index - 1)).is_some()
            });
            self.settled = self.designs.len();
        }
    }

    /// The designs of the front, in the order of the sweep.
    pub fn designs(mut self) -> Vec<Vec<u32>> {
        self.settle();
        self.designs.into_iter().map(|d| d.0).collect()
    }
}
