//! An independent check of schedules: it shares no code with what makes them.

use crate::hap;
use crate::schedule::{LayerOptions, Schedule};
use std::fmt;

/// Largest relative difference between an energy and the sum it should be.
const TOLERANCE: f64 = 1e-9;

/// What is wrong with a schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Violation {
    /// A layer is missing, is there twice, or does not exist.
    Layers {
        /// Index of the network.
        task: usize,
        /// Index of the layer in its network.
        layer: usize,
    },
    /// A layer has not the time and energy it costs where it is.
    Cost {
        /// Index of the network.
        task: usize,
        /// Index of the layer in its network.
        layer: usize,
    },
    /// A layer starts before the one before it has ended.
    Precedence {
        /// Index of the network.
        task: usize,
        /// Index of the layer that starts too early.
        layer: usize,
    },
    /// Two layers run on one sub-accelerator at the same time.
    Overlap {
        /// Index of the sub-accelerator.
        sub: usize,
        /// A cycle in which both run.
        cycle: u64,
    },
    /// The makespan is not the end of the last layer.
    Makespan {
        /// What it should be.
        should: u64,
    },
    /// The energy is not the sum over the layers.
    Energy {
        /// What it should be.
        should: f64,
    },
}

/// Checks that a schedule runs every layer once, in order, alone, and at its cost.
pub fn replay(schedule: &Schedule, tasks: &[Vec<LayerOptions>]) -> Result<(), Violation> {
    let spans = spans(schedule, tasks)?;
    for (task, chain) in spans.iter().enumerate() {
        for (layer, pair) in chain.windows(2).enumerate() {
            if pair[1].0 < pair[0].1 {
                return Err(Violation::Precedence {
                    task,
                    layer: layer + 1,
                });
            }
        }
    }
    let runs = schedule.entries.iter();
    overlap(runs.map(|entry| (entry.sub, entry.start, entry.end)))?;
    let should = spans.iter().flatten().map(|span| span.1).max().unwrap_or(0);
    if schedule.makespan != should {
        return Err(Violation::Makespan { should });
    }
    let layers: f64 = schedule.entries.iter().map(|entry| entry.energy).sum();
    let should = layers + schedule.moved;
    let close = (schedule.energy - should).abs() <= TOLERANCE * should.abs();
    if close {
        Ok(())
    } else {
        Err(Violation::Energy { should })
    }
}

/// Start and end of every layer, once it is known that each is there once at its cost.
fn spans(
    schedule: &Schedule,
    tasks: &[Vec<LayerOptions>],
) -> Result<Vec<Vec<(u64, u64)>>, Violation> {
    let mut spans: Vec<Vec<Option<(u64, u64)>>> =
        tasks.iter().map(|chain| vec![None; chain.len()]).collect();
    for entry in &schedule.entries {
        let (task, layer) = (entry.task, entry.layer);
        let place = spans.get_mut(task).and_then(|chain| chain.get_mut(layer));
        let Some(place @ None) = place else {
            return Err(Violation::Layers { task, layer });
        };
        let cost = tasks[task][layer].get(entry.sub).copied().flatten();
        let right = cost.is_some_and(|cost| {
            entry.start.checked_add(cost.cycles) == Some(entry.end) && entry.energy == cost.energy
        });
        if !right {
            return Err(Violation::Cost { task, layer });
        }
        *place = Some((entry.start, entry.end));
    }
    let mut all = Vec::new();
    for (task, chain) in spans.into_iter().enumerate() {
        let missing = chain.iter().position(Option::is_none);
        if let Some(layer) = missing {
            return Err(Violation::Layers { task, layer });
        }
        all.push(chain.into_iter().flatten().collect());
    }
    Ok(all)
}

/// Checks a schedule of whole numbers against an instance with any graph and with transfers.
///
/// A layer must start no earlier than each of its inputs ended and was moved, and
/// the energy must be that of all layers and of all that was moved.
pub fn replay_exact(schedule: &hap::Schedule, instance: &hap::Instance) -> Result<(), Violation> {
    let tasks = instance.tasks();
    let mut places: Vec<Vec<Option<hap::Entry>>> = tasks
        .iter()
        .map(|layers| vec![None; layers.len()])
        .collect();
    for entry in &schedule.entries {
        let (task, layer) = (entry.task, entry.layer);
        let place = places
            .get_mut(task)
            .and_then(|layers| layers.get_mut(layer));
        match place {
            Some(place @ None) => *place = Some(*entry),
            _ => return Err(Violation::Layers { task, layer }),
        }
    }
    let (mut energy, mut makespan) = (0u64, 0);
    for (task, layers) in tasks.iter().enumerate() {
        for (layer, wanted) in layers.iter().enumerate() {
            let entry = places[task][layer].ok_or(Violation::Layers { task, layer })?;
            let cost = wanted.options.get(entry.sub).copied().flatten();
            let cost = cost.ok_or(Violation::Cost { task, layer })?;
            if entry.start.checked_add(cost.cycles) != Some(entry.end) {
                return Err(Violation::Cost { task, layer });
            }
            energy = energy.saturating_add(cost.energy);
            makespan = makespan.max(entry.end);
            for input in &wanted.inputs {
                let before = places[task][input.layer];
                let before = before.ok_or(Violation::Layers {
                    task,
                    layer: input.layer,
                })?;
                let moved = input.cost(instance.subs(), before.sub, entry.sub);
                if before.end.saturating_add(moved.cycles) > entry.start {
                    return Err(Violation::Precedence { task, layer });
                }
                energy = energy.saturating_add(moved.energy);
            }
        }
    }
    let runs = schedule.entries.iter();
    overlap(runs.map(|entry| (entry.sub, entry.start, entry.end)))?;
    if schedule.makespan != makespan {
        return Err(Violation::Makespan { should: makespan });
    }
    if schedule.energy != energy {
        let should = energy as f64;
        return Err(Violation::Energy { should });
    }
    Ok(())
}

/// Looks for two layers on one sub-accelerator at the same time.
///
/// A layer that takes no time occupies nothing.
fn overlap(runs: impl Iterator<Item = (usize, u64, u64)>) -> Result<(), Violation> {
    let mut runs: Vec<(usize, u64, u64)> = runs.filter(|run| run.1 < run.2).collect();
    runs.sort_unstable();
    for pair in runs.windows(2) {
        if pair[0].0 == pair[1].0 && pair[1].1 < pair[0].2 {
            return Err(Violation::Overlap {
                sub: pair[0].0,
                cycle: pair[1].1,
            });
        }
    }
    Ok(())
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layers { task, layer } => {
                write!(
                    f,
                    "layer {layer} of task {task} is missing, double or unknown"
                )
            }
            Self::Cost { task, layer } => {
                write!(
                    f,
                    "layer {layer} of task {task} has not the time and energy it costs"
                )
            }
            Self::Precedence { task, layer } => {
                write!(
                    f,
                    "layer {layer} of task {task} starts before its input is there"
                )
            }
            Self::Overlap { sub, cycle } => {
                write!(f, "sub-accelerator {sub} runs two layers in cycle {cycle}")
            }
            Self::Makespan { should } => write!(f, "the makespan should be {should}"),
            Self::Energy { should } => write!(f, "the energy should be {should}"),
        }
    }
}

impl std::error::Error for Violation {}
