//! What is measured of a design.

use super::hardware::JOULES;
use super::memo::{Array, Network};
use super::{Study, fpga};
use nasaic_search::Schedule;
use std::sync::Arc;

/// Metrics of one design in base units; energies of activity technologies are counts labelled nJ.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// Makespan in clock cycles.
    pub cycles: u64,
    /// Makespan in seconds.
    pub latency: f64,
    /// Cycles from one result to the next: the makespan, or in a pipeline its slowest stage.
    pub period: u64,
    /// Joules (or an activity count); none without a technology.
    pub energy: Option<f64>,
    /// Square metres; none without a technology.
    pub area: Option<f64>,
    /// MACs ÷ (period · PEs · SIMD).
    pub utilization: f64,
    /// What it takes of its FPGAs, where it is on any.
    pub fpga: Option<fpga::Use>,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Parameters.
    pub params: u64,
}

impl Metrics {
    /// Runs of the workload per second; none where it takes no time.
    pub fn throughput(&self, clock: f64) -> Option<f64> {
        (self.period > 0).then_some(clock / self.period as f64)
    }

    /// Watts, or counts of activity per second; none without a technology.
    pub fn power(&self, clock: f64) -> Option<f64> {
        let time = match self.period == self.cycles {
            true => self.latency,
            false => self.period as f64 / clock,
        };
        Some(self.energy? / time)
    }
}

impl Study {
    /// The metrics of a schedule; with a period where inputs overlap in a pipeline.
    pub(super) fn metrics(
        &self,
        networks: &[Arc<Network>],
        arrays: &[Option<Arc<Array>>],
        schedule: &Schedule,
        period: Option<u64>,
    ) -> Metrics {
        let cycles = schedule.makespan;
        let period = period.unwrap_or(cycles);
        let macs: u64 = networks.iter().map(|n| n.macs).sum();
        let lanes: f64 = arrays
            .iter()
            .flatten()
            .map(|a| f64::from(a.sub.array.pes) * f64::from(a.sub.array.simd))
            .sum();
        let technology = self.platform.technology.as_ref();
        let area: f64 = arrays.iter().flatten().map(|a| a.area).sum();
        let energy = technology.map(|t| {
            let leaked = t.static_energy(area, period, self.platform.clock);
            (schedule.energy + leaked) * JOULES
        });
        let peak = period as f64 * lanes;
        Metrics {
            cycles,
            latency: cycles as f64 / self.platform.clock,
            period,
            energy,
            area: technology.map(|_| area * 1e-12),
            utilization: if peak > 0.0 { macs as f64 / peak } else { 0.0 },
            fpga: None,
            macs,
            params: networks.iter().map(|n| n.params).sum(),
        }
    }
}
