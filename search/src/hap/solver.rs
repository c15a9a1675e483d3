//! Which solver an instance goes to.

use super::answer::{Answer, Goal, Limits, Proof};
use super::bound::Bounder;
use super::flat::Flat;
use super::front::{Fronts, Priced};
use super::instance::Instance;
use super::labels::Labels;
use super::pair::Pair;
use super::schedule::{Schedule, timed};
use super::sweep::{Known, Sweeper, least_energy, least_makespan};

/// Points of a front beyond which a chain goes to the solver that knows limits.
const MOST_POINTS: usize = 1 << 20;

/// Solves instances; it keeps its memory from one call to the next.
#[derive(Clone, Debug, Default)]
pub struct Solver {
    flat: Flat,
    single: Fronts,
    pair: Pair,
    labels: Labels,
    bounder: Bounder,
}

/// Solves once; see [`Solver::solve`].
pub fn solve(instance: &Instance, goal: Goal, limits: &Limits) -> Answer {
    Solver::default().solve(instance, goal, limits)
}

impl Solver {
    /// The best schedule that the limits allow to find, with what is proven about it.
    ///
    /// With the makespan as goal the proof is about the makespan; the energy is the
    /// least that was found for it.
    pub fn solve(&mut self, instance: &Instance, goal: Goal, limits: &Limits) -> Answer {
        if !self.flat.load(instance) {
            return answer(None, u64::MAX, u64::MAX, 0);
        }
        match goal {
            Goal::Energy { deadline } => {
                // Longer than everything one after the other is no longer a limit.
                let deadline = deadline.min(self.flat.longest());
                self.energy(deadline, limits)
            }
            Goal::Makespan => self.makespan(instance, limits),
        }
    }

    fn energy(&mut self, deadline: u64, limits: &Limits) -> Answer {
        let flat = &self.flat;
        if let Some(answer) = single(flat, &mut self.single, Some(deadline)) {
            return answer;
        }
        let goal = Goal::Energy { deadline };
        if is_pair(flat) && self.pair.start(flat, goal, deadline) {
            return energy_by(flat, &mut self.pair, deadline, limits);
        }
        self.labels.start(flat, goal, deadline);
        energy_by(flat, &mut self.labels, deadline, limits)
    }

    fn makespan(&mut self, instance: &Instance, limits: &Limits) -> Answer {
        let flat = &self.flat;
        if let Some(answer) = single(flat, &mut self.single, None) {
            return answer;
        }
        let lower = self.bounder.makespan(instance).value;
        let serial = flat.longest();
        let (schedule, known) = if is_pair(flat) && self.pair.start(flat, Goal::Makespan, serial) {
            makespan_by(flat, &mut self.pair, serial, lower, limits)
        } else {
            self.labels.start(flat, Goal::Makespan, serial);
            makespan_by(flat, &mut self.labels, serial, lower, limits)
        };
        let Some(schedule) = schedule else {
            return answer(None, known.best, known.lower, known.labels);
        };
        // Among the schedules that end as early, one of little energy.
        let cheap = self.energy(schedule.makespan, limits);
        let labels = known.labels + cheap.labels;
        let better = cheap
            .schedule
            .filter(|cheap| cheap.energy < schedule.energy);
        answer(
            Some(better.unwrap_or(schedule)),
            known.best,
            known.lower,
            labels,
        )
    }
}

/// Whether the solver of two chains applies.
fn is_pair(flat: &Flat) -> bool {
    flat.tasks() == 2 && !flat.moves && flat.chain.iter().all(|chain| *chain)
}

/// Solves one chain by its front; none if the instance is something else, or too long.
fn single(flat: &Flat, fronts: &mut Fronts, deadline: Option<u64>) -> Option<Answer> {
    if flat.tasks() != 1 || flat.moves || !flat.chain[0] {
        return None;
    }
    let priced = Priced {
        shift: Some(0),
        prices: vec![0; flat.subs],
    };
    let least = flat.least.iter().map(|cost| cost.cycles).sum();
    let time = deadline.unwrap_or(least);
    fronts.build(flat, 0, &priced, time, MOST_POINTS);
    if !fronts.exact {
        return None;
    }
    let mut order = Vec::new();
    let walked = fronts.walk(flat, (0, 0), &priced, time, &mut order);
    let schedule = timed(flat, &order).filter(|_| walked);
    let proof = schedule.as_ref().map_or(u64::MAX, |_| 0);
    Some(answer(schedule, proof, proof, 0))
}

fn energy_by(flat: &Flat, sweeper: &mut impl Sweeper, deadline: u64, limits: &Limits) -> Answer {
    let known = least_energy(flat, sweeper, deadline, limits);
    let found = known.best != u64::MAX;
    let schedule = found.then(|| timed(flat, sweeper.order())).flatten();
    answer(schedule, known.best, known.lower, known.labels)
}

fn makespan_by(
    flat: &Flat,
    sweeper: &mut impl Sweeper,
    serial: u64,
    lower: u64,
    limits: &Limits,
) -> (Option<Schedule>, Known) {
    let known = least_makespan(flat, sweeper, serial, lower, limits);
    let found = known.best != u64::MAX;
    (found.then(|| timed(flat, sweeper.order())).flatten(), known)
}

/// An answer from the value found and the one below which nothing is.
fn answer(schedule: Option<Schedule>, best: u64, lower: u64, labels: usize) -> Answer {
    let proof = match &schedule {
        Some(_) if lower >= best => Proof::Optimal,
        None if lower == u64::MAX => Proof::Infeasible,
        _ => Proof::Gap { lower },
    };
    Answer {
        schedule,
        proof,
        labels,
    }
}
