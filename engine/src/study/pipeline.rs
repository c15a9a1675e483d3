//! Designs as pipelines: which layers make a stage on which sub-accelerator.

use super::memo::Network;
use super::scheduling::Link;
use nasaic_search::{Entry, LayerOptions, Pipeline, PipelineError, Schedule, Stage, pipeline};
use std::sync::Arc;

/// A schedule in stages: entries are those of the first input.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// The stages; layers are counted through all tasks.
    pub pipeline: Pipeline,
    /// Bytes that come into each stage from earlier ones.
    pub moved: Vec<u64>,
}

/// The best pipeline for the layers of all tasks, one task after the other.
///
/// The layers of every task run in the order of the text. A link moves what passes a cut while both
/// sides of it compute; without one it costs nothing but what the layers already say.
pub(super) fn schedule(
    networks: &[Arc<Network>],
    tasks: &[Vec<LayerOptions>],
    link: Option<Link>,
) -> Result<(Schedule, Stages), PipelineError> {
    let layers: Vec<LayerOptions> = tasks.iter().flatten().cloned().collect();
    let bytes = passing(networks);
    let transfer = |&bytes: &u64| link.map_or(0, |link| link.cycles(bytes));
    let transfers: Vec<u64> = bytes.iter().map(transfer).collect();
    let pipeline = pipeline(&layers, &transfers)?;
    let moved: Vec<u64> = pipeline.stages.iter().map(|s| bytes[s.first]).collect();
    let energy = link.map_or(0.0, |link| link.energy) * moved.iter().sum::<u64>() as f64;
    let schedule = first_input(tasks, &pipeline.stages, energy);
    Ok((schedule, Stages { pipeline, moved }))
}

/// The layers of the first input where and when they run.
fn first_input(tasks: &[Vec<LayerOptions>], stages: &[Stage], moved: f64) -> Schedule {
    let all = tasks.iter().enumerate();
    let mut places = all.flat_map(|(task, layers)| (0..layers.len()).map(move |l| (task, l)));
    let mut entries = Vec::new();
    let mut now = 0;
    for stage in stages {
        now += stage.transfer;
        for (task, layer) in places.by_ref().take(stage.end - stage.first) {
            // A stage holds only layers that its device runs.
            let Some(cost) = tasks[task][layer][stage.device] else {
                continue;
            };
            let start = now;
            now += cost.cycles;
            entries.push(Entry {
                task,
                layer,
                sub: stage.device,
                start,
                end: now,
                energy: cost.energy,
            });
        }
    }
    let energy = entries.iter().map(|entry| entry.energy).sum::<f64>() + moved;
    Schedule {
        entries,
        makespan: now,
        energy,
        moved,
    }
}

/// For each layer, the bytes that it and those after it read of those before it.
fn passing(networks: &[Arc<Network>]) -> Vec<u64> {
    let mut all = Vec::new();
    for network in networks {
        let count = network.computing.len();
        let mut last_reader = vec![0; count];
        for (reader, inputs) in network.inputs.iter().enumerate() {
            for &input in inputs {
                last_reader[input] = last_reader[input].max(reader);
            }
        }
        all.extend((0..count).map(|cut| {
            let made = (0..cut).filter(|&layer| last_reader[layer] >= cut);
            made.map(|layer| network.bytes[layer]).sum::<u64>()
        }));
    }
    all
}
