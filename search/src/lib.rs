//! Design spaces, scheduling and search strategies.
//!
//! A [`Space`] holds the open decisions of a design. A [`Problem`] prices the
//! designs of its space. A [`Strategy`] proposes designs, and [`run()`] evaluates
//! them within a budget and keeps what was found. Which strategies there are
//! says [`strategies`]. Besides, [`schedule`] assigns the layers of networks to
//! sub-accelerators and [`pareto`] compares points with several objectives.
//!
//! Everything here is deterministic: the same problem, options and seed give the
//! same result to the bit, with any number of threads and on any machine.

pub mod archive;
mod breeding;
mod chain;
mod compile;
mod controller;
mod count;
mod design;
mod forecast;
mod gaussian;
pub mod generate;
mod halving;
pub mod hap;
pub mod joint;
mod merit;
mod moves;
mod net;
pub mod options;
pub mod pareto;
pub mod pipeline;
pub mod problem;
mod replay;
mod reward;
pub mod run;
pub mod schedule;
pub mod space;
mod strategies;
pub mod strategy;
pub mod verify;
mod walk;

pub use archive::{Archive, Forgetful, Known, NotKept};
pub use count::Count;
pub use design::Design;
pub use forecast::{Forecast, Lesson};
pub use moves::Step;
pub use options::{Kind, OptionError, OptionInfo, OptionValue, Options};
pub use pipeline::{Pipeline, PipelineError, Stage, pipeline};
pub use problem::{Evaluated, Hardware, Outcome, Problem};
pub use replay::{Violation, replay, replay_exact};
pub use run::{Budget, Counts, Progress, Run, Stop, run, run_listed, run_with};
pub use schedule::{Cost, Entry, LayerOptions, Schedule, ScheduleError, Scheduler, list_schedule};
pub use space::{Absence, Condition, Decision, Limit, Role, Space, SpaceError};
pub use strategy::{
    Ask, Episode, SearchError, Strategy, StrategyInfo, Task, Train, left_out, strategies, strategy,
};
pub use walk::{Enumerate, Offer};
