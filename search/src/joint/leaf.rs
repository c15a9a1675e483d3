//! Whether a single design has a schedule within the bounds.

use super::model::{Bounds, Joint, Price};
use crate::schedule::{Cost, LayerOptions, Schedule, Scheduler};

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
/// fails only the exact scheduler can tell.
pub(super) fn decide(
    joint: &Joint,
    candidate: usize,
    subs: &[(usize, &[Price])],
    leak: u64,
    bounds: &Bounds,
) -> Verdict {
    let tasks = tasks(joint, candidate, subs);
    let listed = Scheduler::default().schedule(&tasks, Some(bounds.deadline));
    match listed {
        Ok(schedule) if keeps(&schedule, leak, bounds) => Verdict::Found(schedule),
        Ok(_) => Verdict::Unknown,
        Err(_) => Verdict::Never,
    }
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
fn tasks(joint: &Joint, candidate: usize, subs: &[(usize, &[Price])]) -> Vec<Vec<LayerOptions>> {
    let options = |layer: u32| {
        let mut options = vec![None; joint.subs];
        for (sub, prices) in subs {
            let price = prices[layer as usize];
            options[*sub] = (price != Price::NEVER).then_some(Cost {
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
