//! What is asked of a solver, and what it answers.

use super::schedule::Schedule;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The least energy with which all layers end by a deadline.
    Energy {
        /// The cycle by which the last layer must have ended.
        deadline: u64,
    },
    /// The least makespan, and with it as little energy as is found.
    Makespan,
}

/// How long to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Widest beam, in labels per level.
    pub beam: usize,
    /// Most labels of the search that proves; 0 leaves it out.
    pub labels: usize,
    /// Energy above the optimum that is good enough, in millionths of it.
    pub epsilon: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            beam: 512,
            labels: 2_000_000,
            epsilon: 0,
        }
    }
}

impl Limits {
    /// Beams only: quick, and proven where no label had to be dropped.
    pub fn beam(width: usize) -> Self {
        Self {
            beam: width,
            labels: 0,
            epsilon: 0,
        }
    }
}

/// What is known about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing is better.
    Optimal,
    /// Nothing is below this energy, or makespan; something better may exist.
    Gap {
        /// In quanta, or in cycles where the makespan was asked for.
        lower: u64,
    },
    /// There is no schedule that ends in time.
    Infeasible,
}

/// The best schedule found, with what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The schedule; none where none was found.
    pub schedule: Option<Schedule>,
    /// What is proven.
    pub proof: Proof,
    /// Labels that were continued, a measure of the work.
    pub labels: usize,
}
