//! Where accuracies come from: surrogates, tables, training.
//!
//! Every accuracy says what it is. A surrogate is an illustration and is never
//! shown without that word; a table repeats what somebody measured.

// Tests in here share networks with those outside, who name the crate.
#[cfg(all(test, feature = "tch"))]
extern crate self as nasaic_accuracy;

pub mod data;
mod fitted;
pub mod network;
pub mod proxy;
mod surrogate;
mod table;
#[cfg(feature = "tch")]
mod tch;
pub mod train;

pub use fitted::{Fitted, Unfit};
pub use surrogate::{Anchor, Surrogate};
pub use table::{Code, Reading, Table, TableError};

use serde::{Deserialize, Serialize};

/// What kind of statement an accuracy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A formula between two published anchors.
    Surrogate,
    /// A regression over networks that were trained here.
    Fitted,
    /// Looked up in a table.
    Table,
    /// Trained here.
    Trained,
    /// A score that ranks networks; never shown as an accuracy.
    Proxy,
}

impl Kind {
    /// The words shown beside every accuracy of this kind.
    pub fn label(self) -> &'static str {
        match self {
            Self::Surrogate => "illustrative surrogate",
            Self::Fitted => "fitted to trainings",
            Self::Table => "table",
            Self::Trained => "trained",
            Self::Proxy => "proxy score",
        }
    }
}

/// An accuracy with what it is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// In 0..1.
    pub value: f64,
    /// Standard error, where it is known.
    pub uncertainty: Option<f64>,
    /// What kind of statement it is.
    pub kind: Kind,
    /// What it took, where networks were trained for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
}

/// What a trained accuracy took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Trainings it is the mean of, each with its own seed.
    pub seeds: u32,
    /// Epochs each was trained for.
    pub epochs: u32,
    /// Epochs of the whole recipe; fewer were done where a search stopped it.
    pub of_epochs: u32,
    /// Mean score on the test samples, which no search has seen.
    pub test: Option<f64>,
    /// Processor seconds of all of them together; not part of what is reproducible.
    #[serde(skip)]
    pub cpu_seconds: f64,
}
