//! One pass over all labels, and the passes that lead to an answer.
//!
//! Beams, each wider than the one before, find a good schedule soon; the prices
//! learnt along it make the bounds sharp; then one pass without a width proves.

use super::answer::{Goal, Limits};
use super::flat::Flat;
use super::schedule::timed;

/// Binary places at most that prices have beyond a quantum of energy.
pub(super) const MOST_SHIFT: u32 = 20;

/// Steps of the search for prices.
pub(super) const STEPS: usize = 60;

/// The width that a pass falls back to when it has no more labels.
const FALLBACK: usize = 512;

/// Widths of the beams, as far as the limits allow.
const WIDTHS: [usize; 3] = [8, 64, 512];

/// A solver that goes through labels level by level.
pub(super) trait Sweeper {
    /// Prepares for a goal; false if the instance is too large for this solver.
    fn start(&mut self, flat: &Flat, goal: Goal, deadline: u64) -> bool;
    /// Looks for prices under which the bounds are sharp.
    fn learn(&mut self, flat: &Flat, deadline: u64, best: u64);
    /// Lower bound of the energy of all, in quanta; the largest number if nothing ends in time.
    fn bound(&self, flat: &Flat, deadline: u64) -> u64;
    /// Goes through all levels; true if it found something better.
    fn sweep(&mut self, flat: &Flat, goal: Goal, run: &mut Sweep) -> bool;
    /// The best order found, as layers and where they run.
    fn order(&self) -> &[(usize, usize)];
}

/// What one pass looks for, and what it found.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    /// Most labels of a level; the others are dropped.
    pub(super) width: usize,
    /// Labels after which the width falls to that of a beam.
    pub(super) labels: usize,
    /// Latest end. Looking for little time, every find makes it earlier.
    pub(super) deadline: u64,
    /// Energy to be undercut.
    pub(super) best: u64,
    /// Difference of energies that does not count.
    pub(super) bucket: u64,
    /// Whether to stop at the first find.
    pub(super) first: bool,
    /// Labels that were continued.
    pub(super) count: usize,
    /// Least bound of the labels dropped for lack of room, in quanta; none dropped: the largest.
    pub(super) dropped: u64,
}

impl Sweep {
    fn new(deadline: u64, best: u64, width: usize, labels: usize) -> Self {
        Self {
            width,
            labels,
            deadline,
            best,
            bucket: 1,
            first: false,
            count: 0,
            dropped: u64::MAX,
        }
    }

    /// The largest scaled bound with which a label can still lead to something better.
    pub(super) fn limit(&self, shift: Option<u32>) -> u64 {
        if self.best == u64::MAX {
            u64::MAX
        } else {
            self.best.saturating_sub(1) << shift.unwrap_or(0)
        }
    }

    /// How many labels of a level can be continued.
    pub(super) fn room(&self) -> usize {
        let left = self.labels.saturating_sub(self.count);
        self.width.min(left.max(FALLBACK))
    }

    /// Notes that labels were dropped, the best of them with this scaled bound.
    pub(super) fn drop(&mut self, key: Option<u64>, shift: Option<u32>) {
        if let Some(key) = key {
            // Without energies the key is not a bound.
            let bound = shift.map_or(0, |shift| key.div_ceil(1 << shift));
            self.dropped = self.dropped.min(bound);
        }
    }
}

/// What is known after all passes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The best value; none found: the largest number.
    pub(super) best: u64,
    /// No schedule is below it; nothing ends in time: the largest number.
    pub(super) lower: u64,
    /// Labels that were continued.
    pub(super) labels: usize,
}

/// Looks for the least energy within a deadline.
pub(super) fn least_energy(
    flat: &Flat,
    sweeper: &mut impl Sweeper,
    deadline: u64,
    limits: &Limits,
) -> Known {
    let goal = Goal::Energy { deadline };
    let mut known = Known {
        best: u64::MAX,
        lower: sweeper.bound(flat, deadline),
        labels: 0,
    };
    if known.lower == u64::MAX {
        return known;
    }
    sweeper.learn(flat, deadline, known.best);
    known.lower = known.lower.max(sweeper.bound(flat, deadline));
    for width in widths(limits) {
        let run = Sweep::new(deadline, known.best, width, usize::MAX);
        if known.pass(flat, sweeper, goal, run) {
            return known;
        }
        sweeper.learn(flat, deadline, known.best);
        known.lower = known
            .lower
            .max(sweeper.bound(flat, deadline))
            .min(known.best);
        if known.lower == known.best {
            return known;
        }
    }
    if known.best == u64::MAX {
        known.find_any(flat, sweeper, deadline, limits);
        if known.lower == u64::MAX {
            return known;
        }
        sweeper.start(flat, goal, deadline);
        sweeper.learn(flat, deadline, known.best);
    }
    if limits.labels > 0 {
        let mut run = Sweep::new(deadline, known.best, usize::MAX, limits.labels);
        let steps = flat.len().max(1) as u64;
        let slack = u128::from(known.lower) * u128::from(limits.epsilon) / 1_000_000;
        run.bucket = (slack as u64 / steps).max(1);
        known.pass(flat, sweeper, goal, run);
    }
    known
}

/// Looks for the least makespan.
pub(super) fn least_makespan(
    flat: &Flat,
    sweeper: &mut impl Sweeper,
    serial: u64,
    lower: u64,
    limits: &Limits,
) -> Known {
    let mut known = Known {
        best: u64::MAX,
        lower,
        labels: 0,
    };
    let mut latest = serial;
    let exact = (limits.labels > 0).then_some((usize::MAX, limits.labels));
    let beams = widths(limits).map(|width| (width, usize::MAX));
    for (width, labels) in beams.chain(exact) {
        let mut run = Sweep::new(latest, 1, width, labels);
        if sweeper.sweep(flat, Goal::Makespan, &mut run) {
            known.best = run.deadline + 1;
            latest = run.deadline;
        }
        known.labels += run.count;
        if run.dropped == u64::MAX {
            known.lower = known.best;
        }
        if known.lower >= known.best {
            known.lower = known.best;
            break;
        }
    }
    known
}

impl Known {
    /// One pass for less energy; true if nothing is left to be found.
    fn pass(
        &mut self,
        flat: &Flat,
        sweeper: &mut impl Sweeper,
        goal: Goal,
        mut run: Sweep,
    ) -> bool {
        if sweeper.sweep(flat, goal, &mut run) {
            self.best = run.best;
        }
        self.labels += run.count;
        let slack = (run.bucket - 1) * flat.len() as u64;
        let lower = self
            .best
            .saturating_sub(if self.best == u64::MAX { 0 } else { slack });
        self.lower = self.lower.max(lower.min(run.dropped));
        self.lower == self.best
    }

    /// Looks for any schedule that ends in time, without regard to energy.
    fn find_any(
        &mut self,
        flat: &Flat,
        sweeper: &mut impl Sweeper,
        deadline: u64,
        limits: &Limits,
    ) {
        sweeper.start(flat, Goal::Makespan, deadline);
        let exact = (limits.labels > 0).then_some((usize::MAX, limits.labels));
        let beam = [(limits.beam, usize::MAX)];
        for (width, labels) in beam.into_iter().chain(exact) {
            let mut run = Sweep::new(deadline, 1, width, labels);
            run.first = true;
            let found = sweeper.sweep(flat, Goal::Makespan, &mut run);
            self.labels += run.count;
            if found {
                let schedule = timed(flat, sweeper.order());
                self.best = schedule.map_or(u64::MAX, |schedule| schedule.energy);
                return;
            }
            if run.dropped == u64::MAX {
                self.lower = u64::MAX;
                return;
            }
        }
    }
}

fn widths(limits: &Limits) -> impl Iterator<Item = usize> + use<> {
    let beam = limits.beam;
    let smaller = WIDTHS.into_iter().filter(move |width| *width < beam);
    smaller.chain([beam].into_iter().filter(|beam| *beam > 0))
}
