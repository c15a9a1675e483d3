//! Designs as lines across an axis per decision and metric.

use super::{Axis, Bound};
use serde::{Deserialize, Serialize};

/// Parallel coordinates: an upright axis for each decision and metric, a line for each design.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Parallel {
    /// The axes, left to right.
    pub axes: Vec<ParallelAxis>,
    /// The designs.
    pub lines: Vec<ParallelLine>,
    /// The axis whose values give the lines their colours; none for one colour.
    pub color: Option<usize>,
    /// Whether lines are told apart by whether they meet specs.
    pub judged: bool,
}

/// An upright axis.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ParallelAxis {
    /// What it measures.
    pub axis: Axis,
    /// The names of its places, bottom to top, whose values are 0, 1, …; empty for an axis of numbers.
    pub names: Vec<String>,
    /// What specs allow, each a value with the side on which designs must lie.
    pub limits: Vec<(f64, Bound)>,
}

/// A design.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ParallelLine {
    /// Its value on each axis; none where it has none, such as a decision that takes no part.
    pub values: Vec<Option<f64>>,
    /// Whether it meets all specs.
    pub good: bool,
}
