//! Evaluated designs.

use crate::number::{or_nan, short};
use crate::{Quantity, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One evaluated design: what was chosen, what it costs, how accurate it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "result")]
pub struct Evaluation {
    /// The value of each decision by its path.
    pub design: BTreeMap<String, Value>,
    /// Whether all specs are met.
    pub satisfied: bool,
    /// Each spec, judged.
    pub specs: Vec<Spec>,
    /// Makespan in seconds.
    #[serde(deserialize_with = "or_nan")]
    pub latency_s: f64,
    /// Makespan in clock cycles.
    pub cycles: u64,
    /// Energy in joules, or an activity count; none without a technology.
    pub energy_j: Option<f64>,
    /// Whether `energy_j` counts activity instead of joules.
    pub energy_is_activity: bool,
    /// Area in square metres; none without a technology.
    pub area_m2: Option<f64>,
    /// MACs ÷ (cycles · PEs · SIMD).
    #[serde(deserialize_with = "or_nan")]
    pub utilization: f64,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Parameters.
    pub params: u64,
    /// The workload's tasks.
    pub tasks: Vec<Task>,
    /// The accelerator's arrays.
    pub subs: Vec<Sub>,
    /// When which layer runs where.
    pub schedule: Vec<Slot>,
    /// What is proven of the schedule, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_proof: Option<String>,
}

/// A spec of a problem, judged on one design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// As written.
    pub spec: String,
    /// Whether it holds.
    pub met: bool,
    /// By how much it is missed, relative to the limit; 0 when it holds.
    #[serde(deserialize_with = "or_nan")]
    pub violation: f64,
    /// Room left (or missing, negative), relative to the limit.
    pub margin: Option<f64>,
    /// The design's value, if the spec is a comparison.
    pub value: Option<Quantity>,
    /// The limit.
    pub limit: Option<Quantity>,
}

/// One network of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its label.
    pub task: String,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Parameters.
    pub params: u64,
    /// Layers that compute.
    pub layers: u64,
    /// What its accuracy measures.
    pub metric: String,
    /// Its accuracy, where it is known.
    pub accuracy: Option<Accuracy>,
    /// What a trained accuracy took.
    pub training: Option<Training>,
}

/// An accuracy, and what kind of statement it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// In 0..1.
    #[serde(deserialize_with = "or_nan")]
    pub value: f64,
    /// Standard error, where it is known.
    pub uncertainty: Option<f64>,
    /// `surrogate`, `fitted`, `table`, `trained` or `proxy`.
    pub kind: String,
    /// Where it comes from.
    pub source: Option<String>,
}

/// What a trained accuracy took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Trainings it is the mean of.
    pub seeds: u32,
    /// Epochs each was trained for.
    pub epochs: u32,
    /// Epochs of the whole recipe.
    pub of_epochs: u32,
    /// Mean score on the test samples, which no search has seen.
    pub test: Option<f64>,
}

/// One array of an accelerator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sub {
    /// It is there.
    Present {
        /// Its label.
        sub: String,
        /// Its dataflow.
        dataflow: String,
        /// Its processing elements.
        pes: u64,
        /// Its share of the bandwidth in bytes per second; NaN where it is not limited.
        #[serde(deserialize_with = "or_nan")]
        bandwidth_bytes_per_s: f64,
        /// Its area in square metres.
        area_m2: Option<f64>,
    },
    /// The design has none.
    Absent {
        /// Its label.
        sub: String,
        /// Always true.
        absent: bool,
    },
}

/// A layer's place in the schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// The task.
    pub task: String,
    /// The layer's path.
    pub layer: String,
    /// The array it runs on.
    pub sub: String,
    /// Its first cycle.
    pub start: u64,
    /// The cycle after its last.
    pub end: u64,
}

/// Several designs of one space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "results")]
pub struct Designs {
    /// How many there are.
    pub count: u64,
    /// Designs that cannot be built.
    pub invalid: u64,
    /// How many are written out here; the rest of a long set is not.
    pub written: u64,
    /// Those.
    pub designs: Vec<Design>,
}

/// One design of a set, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// The value of each decision by its path.
    pub design: BTreeMap<String, Value>,
    /// Makespan in clock cycles.
    pub cycles: u64,
    /// Makespan in seconds.
    #[serde(deserialize_with = "or_nan")]
    pub latency_s: f64,
    /// Energy in joules, or an activity count; none without a technology.
    pub energy_j: Option<f64>,
    /// Area in square metres; none without a technology.
    pub area_m2: Option<f64>,
    /// MACs ÷ (cycles · PEs · SIMD).
    #[serde(deserialize_with = "or_nan")]
    pub utilization: f64,
    /// The accuracy of each task, where it is known.
    pub accuracies: Vec<Option<f64>>,
    /// By how much the specs are missed; 0 when they are met.
    #[serde(deserialize_with = "or_nan")]
    pub violation: f64,
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missed = self.specs.iter().filter(|spec| !spec.met);
        match (self.satisfied, missed.count()) {
            (true, _) => writeln!(f, "all specs met")?,
            (false, missed) => writeln!(f, "{missed} of {} specs not met", self.specs.len())?,
        }
        write!(f, "latency {} s", short(self.latency_s))?;
        let unit = if self.energy_is_activity { "" } else { " J" };
        if let Some(energy) = self.energy_j {
            write!(f, ", energy {}{unit}", short(energy))?;
        }
        if let Some(area) = self.area_m2 {
            write!(f, ", area {} m²", short(area))?;
        }
        for task in &self.tasks {
            if let Some(accuracy) = &task.accuracy {
                let value = short(accuracy.value);
                write!(
                    f,
                    "\n{}: {} {value} ({})",
                    task.task, task.metric, accuracy.kind
                )?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Designs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} designs", self.count)?;
        match self.invalid {
            0 => Ok(()),
            invalid => write!(f, ", {invalid} of which cannot be built"),
        }
    }
}
