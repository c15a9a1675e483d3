//! Tensors that wait on the chip between two layers instead of going off it and back.
//!
//! Schedules are found with layers priced one by one. Afterwards an output stays
//! where it is if its only reader runs next on the same sub-accelerator and both
//! hold it whole; these layers are then priced without that trip and the schedule
//! is timed again in the same order. So it never ends later than without.

use super::memo::{Array, Network};
use super::{Mapped, Study};
use nasaic_cost::{OnChip, stays_on_chip};
use nasaic_search::hap::Flaw;
use nasaic_search::{Cost, Entry, LayerOptions, Schedule};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which tensors wait on the chip, by task and layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waiting(BTreeMap<(usize, usize), OnChip>);

impl Waiting {
    /// Which tensors of a layer make no trip.
    pub fn of(&self, entry: &Entry) -> OnChip {
        let known = self.0.get(&(entry.task, entry.layer));
        known.copied().unwrap_or_default()
    }
}

impl Study {
    /// The schedule with what can wait on the chip, and what that is.
    pub(super) fn keep_on_chip(
        &self,
        networks: &[Arc<Network>],
        arrays: &[Option<Arc<Array>>],
        mut tasks: Vec<Vec<LayerOptions>>,
        schedule: Schedule,
    ) -> Result<(Schedule, Waiting), Flaw> {
        let waiting = self.waiting(networks, arrays, &schedule);
        if waiting.0.is_empty() {
            return Ok((schedule, waiting));
        }
        let technology = self.platform.technology.as_ref();
        for entry in &schedule.entries {
            let Some(array) = &arrays[entry.sub] else {
                continue;
            };
            let layer = &networks[entry.task].computing[entry.layer].1;
            if let Ok(mapped) = array.map(layer, technology) {
                let cost = mapped
                    .on_chip(&array.sub, technology, waiting.of(entry))
                    .cost;
                tasks[entry.task][entry.layer][entry.sub] = Some(Cost {
                    cycles: cost.cycles,
                    energy: cost.energy.map_or(0.0, |energy| energy.total()),
                });
            }
        }
        let timed = self.rules.timed(networks, &tasks, &schedule)?;
        Ok((timed.unwrap_or(schedule), waiting))
    }

    /// What can wait: pairs of layers that follow each other on a sub-accelerator.
    fn waiting(
        &self,
        networks: &[Arc<Network>],
        arrays: &[Option<Arc<Array>>],
        schedule: &Schedule,
    ) -> Waiting {
        let mut waiting = Waiting::default();
        for (sub, array) in arrays.iter().enumerate() {
            let Some(array) = array else {
                continue;
            };
            let mut own: Vec<&Entry> = schedule.entries.iter().filter(|e| e.sub == sub).collect();
            own.sort_by_key(|entry| (entry.start, entry.end));
            for pair in own.windows(2) {
                let (first, second) = (pair[0], pair[1]);
                if is_only_reader(networks, first, second)
                    && self.fits(array, &networks[first.task], first, second)
                {
                    let key = |entry: &Entry| (entry.task, entry.layer);
                    waiting.0.entry(key(first)).or_default().outputs = true;
                    waiting.0.entry(key(second)).or_default().inputs = true;
                }
            }
        }
        waiting
    }

    /// Whether the array holds the tensor between two layers whole.
    fn fits(&self, array: &Array, network: &Network, first: &Entry, second: &Entry) -> bool {
        let technology = self.platform.technology.as_ref();
        let map = |entry: &Entry| {
            let mapped: Mapped = array
                .map(&network.computing[entry.layer].1, technology)
                .ok()?;
            Some((mapped.layer, mapped.mapping))
        };
        let shared = array.sub.array.sizes(&array.sub.dataflow)[1];
        match (map(first), map(second)) {
            (Some(first), Some(second)) => stays_on_chip(&first, &second, shared),
            _ => false,
        }
    }
}

/// Whether a layer reads the other's output alone and nothing else, and nothing else reads it.
fn is_only_reader(networks: &[Arc<Network>], first: &Entry, second: &Entry) -> bool {
    if first.task != second.task {
        return false;
    }
    let network = &networks[first.task];
    let index = |entry: &Entry| network.computing[entry.layer].0;
    let mut readers = (0..network.layers.len())
        .filter(|&layer| network.layers[layer].inputs.contains(&Some(index(first))));
    let reads = &network.layers[index(second)].inputs;
    *reads == [Some(index(first))]
        && readers.next() == Some(index(second))
        && readers.next().is_none()
}
