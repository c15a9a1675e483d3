//! A proof as it is written down: what was claimed, and a cover of all that is better.

use super::model::{Aim, Bounds, Point};
use super::relax::Tolls;
use crate::schedule::Schedule;
use serde::{Deserialize, Serialize};

/// One move of the walk over the boxes of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// The box uses more of the limit than there is, whatever is chosen in it.
    Limit(usize),
    /// The relaxation with these tolls exceeds the energy bound.
    Tolls(usize),
    /// Another box holds the same designs with two alike sub-accelerators exchanged.
    Mirrored,
    /// A single design, none of whose schedules keeps to the bounds.
    Schedules,
    /// The set of a present sub-accelerator is cut at a place in its order: two boxes follow.
    Halve(usize, usize),
}

/// Consecutive candidates with the same moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// How many candidates.
    pub candidates: usize,
    /// The moves, for each pattern that no earlier one mirrors.
    pub moves: Vec<Move>,
}

/// What was proven.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// This design is within the bounds and none is better.
    Optimal {
        /// The design.
        point: Point,
        /// Its schedule; energies are in quanta.
        schedule: Schedule,
    },
    /// No design is within the bounds.
    Infeasible,
}

/// A claim with its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// What was optimised.
    pub aim: Aim,
    /// What was proven.
    pub claim: Claim,
    /// The bounds that no design keeps to, but for what the claim says.
    pub bounds: Bounds,
    /// The order of the ways to build a sub-accelerator, one for each distinct table.
    pub orders: Vec<Vec<usize>>,
    /// The tolls that the moves refer to.
    pub tolls: Vec<Tolls>,
    /// Covers of the candidates from the first on, as many as had to be excluded.
    pub covers: Vec<Cover>,
}

impl Certificate {
    /// Adds the moves of the next candidate.
    pub(super) fn cover(&mut self, moves: Vec<Move>) {
        match self.covers.last_mut() {
            Some(last) if last.moves == moves => last.candidates += 1,
            _ => self.covers.push(Cover {
                candidates: 1,
                moves,
            }),
        }
    }
}
