//! The heterogeneous assignment problem, exactly.
//!
//! Tasks of layers, sub-accelerators that run one layer at a time, a time and an
//! energy per layer and sub-accelerator: wanted is the least energy with which all
//! end by a deadline, or the least makespan. It is a flexible job shop with
//! assignment costs. One chain is a knapsack ([`front`](self)), two chains have a
//! solver of their own, and everything else (more tasks, branches, transfers that
//! cost) goes through labels over sets of layers. Every [`Answer`] says what is
//! proven about it; [`lower_bound`] bounds the energy without any schedule.
//!
//! All costs are integers, so that equal is equal and optimal is optimal.

mod answer;
mod bound;
mod flat;
mod front;
mod instance;
mod labels;
mod pair;
mod prices;
mod schedule;
mod solver;
mod state;
mod sweep;

pub use answer::{Answer, Goal, Limits, Proof};
pub use bound::{Bound, BoundKind, Bounder, check, lower_bound};
pub use instance::{Cost, Flaw, Input, Instance, Layer, MOST_SUBS, MOST_TOTAL, Options};
pub use schedule::{Entry, Schedule, in_order};
pub use solver::{Solver, solve};
