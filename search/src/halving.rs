//! Successive halving: who goes on to the next rung.
//!
//! At every rung the designs that reached it so far are put in order, those that miss specs
//! last and the others by the number of their Pareto front; of η designs one goes on. The
//! decision sees all earlier batches and the whole of its own, never a part of it, so it does
//! not depend on who finished first. (Li et al., "A System for Massively Parallel
//! Hyperparameter Tuning", MLSys 2020, with batches in the place of single arrivals.)

use crate::pareto;
use crate::problem::Evaluated;

/// What is known at each rung.
pub(crate) struct Ladder {
    reduction: f64,
    /// Per rung: violation and objectives of whoever reached it, with the trial.
    rungs: Vec<Vec<Climber>>,
}

struct Climber {
    trial: usize,
    violation: f64,
    objectives: Vec<f64>,
}

impl Ladder {
    pub fn new(rungs: usize, reduction: f64) -> Self {
        Self {
            reduction: reduction.max(1.0),
            rungs: (0..rungs).map(|_| Vec::new()).collect(),
        }
    }

    /// Which of the trials that just reached a rung go on, in their order.
    pub fn promote(&mut self, rung: usize, reached: &[usize], all: &[Evaluated]) -> Vec<usize> {
        if rung + 1 >= self.rungs.len() {
            return Vec::new();
        }
        let here = &mut self.rungs[rung];
        here.extend(reached.iter().filter_map(|&trial| {
            let outcome = all[trial].outcome.as_ref()?;
            Some(Climber {
                trial,
                violation: outcome.penalty,
                objectives: outcome.objectives.clone(),
            })
        }));
        // Who misses specs is no rival: many of them must not make room for all the others.
        let rivals = here.iter().filter(|c| c.violation <= 0.0).count();
        let rivals = if rivals > 0 { rivals } else { here.len() };
        let most = libm::ceil(rivals as f64 / self.reduction) as usize;
        let best: Vec<usize> = in_order(here).into_iter().take(most).collect();
        let goes_on = |trial: &&usize| best.contains(trial);
        reached.iter().filter(goes_on).copied().collect()
    }
}

/// The trials, best first: by violation, then by Pareto front, then by the first objective.
fn in_order(climbers: &[Climber]) -> Vec<usize> {
    let points: Vec<&[f64]> = climbers.iter().map(|c| c.objectives.as_slice()).collect();
    let ranks = pareto::ranks(&points);
    let mut order: Vec<usize> = (0..climbers.len()).collect();
    order.sort_by(|&a, &b| {
        let (one, other) = (&climbers[a], &climbers[b]);
        let first = |c: &Climber| c.objectives.first().copied().unwrap_or(f64::NEG_INFINITY);
        one.violation
            .total_cmp(&other.violation)
            .then(ranks[a].cmp(&ranks[b]))
            .then(first(other).total_cmp(&first(one)))
            .then(one.trial.cmp(&other.trial))
    });
    order.into_iter().map(|i| climbers[i].trial).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Design;
    use crate::problem::{Hardware, Outcome};

    fn evaluated(trial: u64, objectives: &[f64], penalty: f64) -> Evaluated {
        let hardware = Hardware {
            valid: true,
            reason: None,
            penalty: 0.0,
            metrics: Vec::new(),
        };
        Evaluated {
            trial,
            design: Design(vec![trial as u32]),
            hardware,
            outcome: Some(Outcome {
                objectives: objectives.to_vec(),
                penalty,
                metrics: Vec::new(),
            }),
        }
    }

    #[test]
    fn of_nine_three_go_on_and_then_one() {
        let all: Vec<Evaluated> = (0..9).map(|i| evaluated(i, &[i as f64], 0.0)).collect();
        let mut ladder = Ladder::new(3, 3.0);
        let reached: Vec<usize> = (0..9).collect();
        assert_eq!(ladder.promote(0, &reached, &all), [6, 7, 8]);
        assert_eq!(ladder.promote(1, &[6, 7, 8], &all), [8]);
        assert_eq!(ladder.promote(2, &[8], &all), []);
    }

    #[test]
    fn a_later_batch_is_measured_against_the_earlier_ones() {
        let scores = [5.0, 1.0, 2.0, 3.0, 0.0, 6.0];
        let score = |(i, s): (usize, &f64)| evaluated(i as u64, &[*s], 0.0);
        let all: Vec<Evaluated> = scores.iter().enumerate().map(score).collect();
        let mut ladder = Ladder::new(2, 3.0);
        assert_eq!(ladder.promote(0, &[0, 1, 2], &all), [0]);
        // Two of six: the new best one goes on; the old one already did.
        assert_eq!(ladder.promote(0, &[3, 4, 5], &all), [5]);
    }

    #[test]
    fn fronts_come_before_what_they_dominate_and_specs_before_both() {
        let all = [
            evaluated(0, &[9.0, 9.0], 1.0),
            evaluated(1, &[3.0, 1.0], 0.0),
            evaluated(2, &[1.0, 3.0], 0.0),
            evaluated(3, &[1.0, 1.0], 0.0),
        ];
        let mut ladder = Ladder::new(2, 2.0);
        assert_eq!(ladder.promote(0, &[0, 1, 2, 3], &all), [1, 2]);
    }
}
