//! Pipelines: contiguous stages of layers on devices that work at the same time.
//!
//! Inputs follow each other through the stages, so a result leaves in every *period*: the time of the
//! slowest stage, or of the slowest transfer between two. [`pipeline`] finds the least period there
//! is, over all ways to cut the layers, over all subsets of the devices and all orders of them; of
//! the pipelines with that period it takes one through which an input passes soonest. Both are
//! dynamic programs over the set of devices used and the number of layers done: with the stages in
//! order, what is left depends on nothing else.

use crate::schedule::LayerOptions;

/// Most devices that are tried in all subsets and orders.
pub const MOST_DEVICES: usize = 8;

/// Layers that follow each other on one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Index of the device.
    pub device: usize,
    /// Its first layer.
    pub first: usize,
    /// The layer after its last.
    pub end: usize,
    /// Time for one input, in cycles.
    pub cycles: u64,
    /// Time to bring in what it reads of earlier stages, in cycles.
    pub transfer: u64,
}

/// The stages of a pipeline, in the order in which an input passes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The stages; none is empty and no device has two.
    pub stages: Vec<Stage>,
    /// Cycles from one result to the next.
    pub period: u64,
}

/// Why there is no pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineError {
    /// More devices than can be tried in all orders.
    Devices(usize),
    /// No cut puts every layer on a device that runs it.
    Nowhere,
}

impl Pipeline {
    /// Share of the devices' time that is work: the mean of the stages' times over the period.
    pub fn utilization(&self) -> f64 {
        let busy: u64 = self.stages.iter().map(|stage| stage.cycles).sum();
        let time = self.period.max(1) as f64 * self.stages.len().max(1) as f64;
        busy as f64 / time
    }

    /// Cycles in which the first input passes through all stages.
    pub fn latency(&self) -> u64 {
        let times = self.stages.iter().map(|s| s.cycles + s.transfer);
        times.fold(0, u64::saturating_add)
    }
}

/// The best pipeline for layers in their order: least period, then least latency.
///
/// `layers` gives the cost of each layer on each device, none where it cannot run; `transfers[i]` the
/// cycles to move what layers from `i` on read of those before it (the first is never read). Devices
/// that do not help stay unused.
pub fn pipeline(layers: &[LayerOptions], transfers: &[u64]) -> Result<Pipeline, PipelineError> {
    let devices = layers.iter().map(Vec::len).max().unwrap_or(0);
    if devices > MOST_DEVICES {
        return Err(PipelineError::Devices(devices));
    }
    let table = Table::new(layers, transfers, devices);
    let period = table.least_period().ok_or(PipelineError::Nowhere)?;
    table.soonest(period).ok_or(PipelineError::Nowhere)
}

/// The period of what cannot be built.
const NEVER: u64 = u64::MAX;

/// The least time to get somewhere, and the stage that gets there; none at the start.
type Reached = Option<(u64, Option<Stage>)>;

struct Table<'a> {
    layers: usize,
    devices: usize,
    /// Cycles of the layers before `i` on a device, `[devices][layers + 1]`.
    before: Vec<Vec<u64>>,
    /// The first layer that runs in one stage with those up to `i`, `[devices][layers + 1]`.
    reach: Vec<Vec<usize>>,
    transfers: &'a [u64],
}

impl<'a> Table<'a> {
    fn new(layers: &[LayerOptions], transfers: &'a [u64], devices: usize) -> Self {
        let mut before = vec![vec![0u64]; devices];
        let mut reach = vec![vec![0]; devices];
        for (index, layer) in layers.iter().enumerate() {
            for (device, (before, reach)) in before.iter_mut().zip(&mut reach).enumerate() {
                let cost = layer.get(device).copied().flatten();
                let sum = before[index].saturating_add(cost.map_or(0, |c| c.cycles));
                let first = cost.map_or(index + 1, |_| reach[index]);
                before.push(sum);
                reach.push(first);
            }
        }
        Table {
            layers: layers.len(),
            devices,
            before,
            reach,
            transfers,
        }
    }

    fn transfer(&self, first: usize) -> u64 {
        match first {
            0 => 0,
            _ => self.transfers.get(first).copied().unwrap_or(0),
        }
    }

    /// The stages on a device that end before layer `end`, the shortest first.
    fn stages(&self, device: usize, end: usize) -> impl Iterator<Item = Stage> {
        let from = self.reach[device][end];
        (from..end).rev().map(move |first| Stage {
            device,
            first,
            end,
            cycles: self.before[device][end] - self.before[device][first],
            transfer: self.transfer(first),
        })
    }

    /// The devices of a set, each with the set without it.
    fn members(&self, set: usize) -> impl Iterator<Item = (usize, usize)> {
        let all = 0..self.devices;
        all.filter(move |d| set & 1 << d != 0)
            .map(move |d| (d, set & !(1 << d)))
    }

    /// The least period of any pipeline: `best[set][end]` is that of the layers before `end` on all
    /// devices of a set.
    fn least_period(&self) -> Option<u64> {
        if self.layers == 0 {
            return Some(0);
        }
        let sets = 1usize << self.devices;
        let mut best = vec![vec![NEVER; self.layers + 1]; sets];
        best[0][0] = 0;
        for set in 1..sets {
            for end in 1..=self.layers {
                let mut least = NEVER;
                for (device, others) in self.members(set) {
                    for stage in self.stages(device, end) {
                        // Longer stages on this device are slower still.
                        if stage.cycles >= least {
                            break;
                        }
                        let slowest = best[others][stage.first].max(stage.cycles);
                        least = least.min(slowest.max(stage.transfer));
                    }
                }
                best[set][end] = least;
            }
        }
        let last = best.iter().map(|row| row[self.layers]).min();
        last.filter(|&period| period != NEVER)
    }

    /// The pipeline of least latency, and then of fewest devices, with a period that exists.
    fn soonest(&self, period: u64) -> Option<Pipeline> {
        let sets = 1usize << self.devices;
        let mut best: Vec<Vec<Reached>> = vec![vec![None; self.layers + 1]; sets];
        best[0][0] = Some((0, None));
        for set in 1..sets {
            for end in 1..=self.layers {
                let mut least: Reached = None;
                for (device, others) in self.members(set) {
                    for stage in self.stages(device, end) {
                        if stage.cycles > period {
                            break;
                        }
                        let Some((before, _)) = best[others][stage.first] else {
                            continue;
                        };
                        let time = before.saturating_add(stage.cycles + stage.transfer);
                        if stage.transfer <= period && least.is_none_or(|(known, _)| time < known) {
                            least = Some((time, Some(stage)));
                        }
                    }
                }
                best[set][end] = least;
            }
        }
        let ends = best.iter().enumerate();
        let ends = ends.filter_map(|(set, row)| Some((row[self.layers]?.0, set.count_ones(), set)));
        let (_, _, mut set) = ends.min()?;
        let mut stages = Vec::new();
        let mut end = self.layers;
        while let Some((_, Some(stage))) = best[set][end] {
            stages.push(stage);
            set &= !(1 << stage.device);
            end = stage.first;
        }
        stages.reverse();
        Some(Pipeline { stages, period })
    }
}
