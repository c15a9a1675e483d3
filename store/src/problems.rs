//! Problems: what evaluations are filed under, and how their numbers are to be read.

use serde::{Deserialize, Serialize};

/// What the numbers of a problem's evaluations mean, in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    /// The open decisions.
    pub decisions: Vec<Decision>,
    /// The numbers known of a design's hardware.
    pub hardware: Vec<Head>,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// The numbers known once the objectives are.
    pub outcome: Vec<Head>,
}

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// What it is.
    pub name: String,
    /// Its unit; empty for none.
    pub unit: String,
    /// Whether it says by how much a spec is missed: NaN when it is met, negative when the
    /// miss has no size but only a share.
    #[serde(default)]
    pub miss: bool,
}

/// One objective; its values are kept so that more is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The goal as it was written.
    pub name: String,
    /// Whether the goal is to have less, so that its own values are the kept ones negated.
    pub less: bool,
}

impl Objective {
    /// The goal's own value.
    pub fn own(&self, kept: f64) -> f64 {
        if self.less { -kept } else { kept }
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The path of the field.
    pub path: String,
    /// The unit of its values; empty for none.
    pub unit: String,
    /// Its values.
    pub choices: Choices,
}

/// The values of a decision, by index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choices {
    /// `first + index · step`, in long ranges.
    Steps {
        /// The value at index 0.
        first: f64,
        /// From one to the next.
        step: f64,
        /// How many.
        count: usize,
    },
    /// Numbers.
    Numbers(Vec<f64>),
    /// Names.
    Names(Vec<String>),
}

impl Choices {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Steps { count, .. } => *count,
            Self::Numbers(all) => all.len(),
            Self::Names(all) => all.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at an index.
    pub fn number(&self, index: u32) -> Option<f64> {
        match self {
            Self::Steps { first, step, count } => {
                ((index as usize) < *count).then(|| first + f64::from(index) * step)
            }
            Self::Numbers(all) => all.get(index as usize).copied(),
            Self::Names(_) => None,
        }
    }

    /// The name at an index.
    pub fn name(&self, index: u32) -> Option<&str> {
        match self {
            Self::Names(all) => all.get(index as usize).map(String::as_str),
            _ => None,
        }
    }
}
