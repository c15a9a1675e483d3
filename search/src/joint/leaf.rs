//! Whether a single design has a schedule within the bounds.

use super::model::{Bounds, Joint, Price};
use crate::hap::{self, Goal, Instance, Limits, Proof};
use crate::schedule::{Cost, Entry, LayerOptions, Schedule, Scheduler};

/// Deadlines that are tried for a design that leaks.
const MOST_TRIES: usize = 1000;

/// What is known of a design's schedules.
pub(super) enum Verdict {
    /// One of them keeps to the bounds.
    Found(Schedule),
    /// None does.
    Never,
    /// It could not be decided with reasonable effort.
    Unknown,
}

/// Looks for a schedule of a candidate within the bounds.
///
/// The heuristic is asked first: what it finds is as good as any other. Where it
/// fails the exact scheduler can tell.
pub(super) fn decide(
    joint: &Joint,
    candidate: usize,
    subs: &[(usize, &[Price])],
    leak: u64,
    bounds: &Bounds,
) -> Verdict {
    let tasks = tasks(joint, candidate, subs, bounds);
    match Scheduler::default().schedule(&tasks, Some(bounds.deadline)) {
        Ok(schedule) if keeps(&schedule, leak, bounds) => Verdict::Found(schedule),
        Ok(_) => exact(&tasks, joint.subs, leak, bounds),
        Err(_) => Verdict::Never,
    }
}

/// Lowers the deadline until a schedule keeps to the bounds or none can.
///
/// A schedule that ends later than `(E − e) ÷ leak`, where `e` is the least energy
/// by some deadline, spends more than `E` with what it leaks.
fn exact(tasks: &[Vec<LayerOptions>], subs: usize, leak: u64, bounds: &Bounds) -> Verdict {
    let Ok(instance) = Instance::chains(subs, whole(tasks)) else {
        return Verdict::Unknown;
    };
    let mut deadline = bounds.deadline;
    for _ in 0..MOST_TRIES {
        let answer = hap::solve(&instance, Goal::Energy { deadline }, &Limits::default());
        let found = answer
            .schedule
            .map(|schedule| with_energies(&schedule, tasks));
        if let Some(schedule) = found.as_ref().filter(|found| keeps(found, leak, bounds)) {
            return Verdict::Found(schedule.clone());
        }
        let least = match (answer.proof, &found) {
            (Proof::Infeasible, _) => return Verdict::Never,
            (Proof::Gap { lower }, _) => lower,
            (Proof::Optimal, Some(found)) => found.energy as u64,
            (Proof::Optimal, None) => return Verdict::Unknown,
        };
        let Some(left) = bounds.energy.checked_sub(least) else {
            return Verdict::Never;
        };
        match left.checked_div(leak) {
            Some(latest) if latest < deadline => deadline = latest,
            _ => return Verdict::Unknown,
        }
    }
    Verdict::Unknown
}

fn keeps(schedule: &Schedule, leak: u64, bounds: &Bounds) -> bool {
    schedule.makespan <= bounds.deadline && spent(schedule, leak) <= bounds.energy
}

/// The quanta of a schedule, leakage included.
///
/// Energies of a schedule are whole numbers below 2⁵³, so their sum is exact.
pub(super) fn spent(schedule: &Schedule, leak: u64) -> u64 {
    (schedule.energy as u64).saturating_add(leak.saturating_mul(schedule.makespan))
}

/// The layers of a candidate with what each costs where; energies are in quanta.
///
/// A place where the layer alone exceeds a bound is in no schedule.
fn tasks(
    joint: &Joint,
    candidate: usize,
    subs: &[(usize, &[Price])],
    bounds: &Bounds,
) -> Vec<Vec<LayerOptions>> {
    let options = |layer: u32| {
        let mut options = vec![None; joint.subs];
        for (sub, prices) in subs {
            let price = prices[layer as usize];
            let possible = price.cycles <= bounds.deadline && price.energy <= bounds.energy;
            options[*sub] = possible.then_some(Cost {
                cycles: price.cycles,
                energy: price.energy as f64,
            });
        }
        options
    };
    let networks = joint.candidates[candidate].networks.iter();
    networks
        .zip(&joint.tasks)
        .map(|(&network, all)| {
            let chain = &all[network as usize];
            chain.iter().map(|&layer| options(layer)).collect()
        })
        .collect()
}

/// The same costs as the exact scheduler takes them.
fn whole(tasks: &[Vec<LayerOptions>]) -> Vec<Vec<hap::Options>> {
    let cost = |cost: &Cost| hap::Cost {
        cycles: cost.cycles,
        energy: cost.energy as u64,
    };
    let layer = |options: &LayerOptions| {
        let each = options.iter();
        each.map(|option| option.as_ref().map(cost)).collect()
    };
    tasks
        .iter()
        .map(|chain| chain.iter().map(layer).collect())
        .collect()
}

fn with_energies(schedule: &hap::Schedule, tasks: &[Vec<LayerOptions>]) -> Schedule {
    let entry = |entry: &hap::Entry| Entry {
        task: entry.task,
        layer: entry.layer,
        sub: entry.sub,
        start: entry.start,
        end: entry.end,
        energy: tasks[entry.task][entry.layer][entry.sub].map_or(0.0, |cost| cost.energy),
    };
    Schedule {
        entries: schedule.entries.iter().map(entry).collect(),
        makespan: schedule.makespan,
        energy: schedule.energy as f64,
        moved: 0.0,
    }
}
