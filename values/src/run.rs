//! Searches and the spaces they search.

use crate::Evaluation;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A finished search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "run")]
pub struct Run {
    /// The name of the strategy's block.
    pub strategy: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its seed.
    pub seed: u64,
    /// Why it ended: `Budget`, `Done`, `Exhausted`, `Stalled` or `Interrupted`.
    pub stop: String,
    /// Distinct designs whose hardware was evaluated.
    pub designs: u64,
    /// Distinct choices of networks whose accuracy was evaluated.
    pub networks_with_accuracy: u64,
    /// Distinct choices of networks that were never trained.
    pub networks_never_trained: u64,
    /// Trainings that were stopped early.
    pub stopped_early: u64,
    /// Proposals of designs that were known.
    pub duplicates: u64,
    /// Random designs priced beforehand to scale the penalty.
    pub pre_run_designs: u64,
    /// Designs that meet the hardware specs.
    pub meet_hardware_specs: u64,
    /// Designs that no other dominates.
    pub front: u64,
    /// The best design.
    pub best: Option<Evaluation>,
    /// What an exact search proved.
    pub proof: Option<Proof>,
}

/// What an exact search proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// Whether the best design is proven to be the optimum.
    pub complete: bool,
    /// Nothing better than this exists, where the optimum itself is not proven.
    pub at_most: Option<f64>,
    /// Choices of networks there are.
    pub choices: u64,
    /// Distinct layers that were tabulated.
    pub layers: u64,
    /// Distinct arrays that were tabulated.
    pub arrays: u64,
    /// What was excluded, and by which bound.
    pub excluded: Excluded,
    /// Boxes of designs looked at.
    pub boxes: u64,
}

/// How many boxes of designs were excluded, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Excluded {
    /// Candidates that no hardware can carry.
    pub candidates: u64,
    /// Those of them for which the least energies of their layers suffice.
    pub at_once: u64,
    /// Boxes of the other candidates beyond a limit.
    pub limits: u64,
    /// Boxes excluded by the relaxation.
    pub tolls: u64,
    /// Boxes that mirror others.
    pub mirrored: u64,
    /// Single designs whose schedules all exceed the bounds.
    pub schedules: u64,
}

/// Strategies compared on one problem with equal budgets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "comparison")]
pub struct Comparison {
    /// Distinct designs that each run may evaluate.
    pub hardware_evaluations: Option<u64>,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// The strategies.
    pub entrants: Vec<Entrant>,
}

/// One strategy of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entrant {
    /// The name of its block.
    pub strategy: String,
    /// Its runs, in the order of the seeds.
    pub runs: Vec<Contest>,
}

/// One run of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// Its seed.
    pub seed: u64,
    /// The objectives of its best design.
    pub best: Option<Vec<Option<f64>>>,
    /// Whether that meets the specs.
    pub feasible: bool,
    /// How many designs the first that meets the specs took.
    pub first_feasible: Option<u64>,
    /// Distinct designs whose hardware was evaluated.
    pub hardware_evaluations: u64,
    /// Distinct choices of networks whose accuracy was evaluated.
    pub accuracy_evaluations: u64,
}

/// The size of a space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "space")]
pub struct Space {
    /// What it is the size of.
    pub of: String,
    /// All designs, in digits; none when they are more than can be counted.
    pub points: Option<String>,
    /// The designs within the limits.
    pub within_budget: Option<String>,
    /// The distinct designs of those.
    pub distinct: Option<String>,
    /// The decisions.
    pub decisions: Vec<Decision>,
}

/// One decision of a space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its path.
    pub path: String,
    /// What it chooses from, as written.
    pub domain: String,
    /// How many values that are.
    pub values: u64,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            strategy,
            algorithm,
            seed,
            designs,
            ..
        } = self;
        write!(
            f,
            "{strategy} ({algorithm}, seed {seed}): {designs} designs"
        )?;
        match &self.best {
            Some(best) => write!(f, "; the best:\n{best}"),
            None => write!(f, "; none is valid"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.entrants.iter().map(|e| e.strategy.as_str()).collect();
        write!(
            f,
            "{} compared, {} seeds each",
            names.join(", "),
            self.seeds.len()
        )
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let points = self.points.as_deref().unwrap_or("more than can be counted");
        write!(
            f,
            "{}: {points} designs, {} decisions",
            self.of,
            self.decisions.len()
        )
    }
}
