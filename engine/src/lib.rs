//! Runs a plan: values, actions, views, cache.
//!
//! [`Engine`] holds one growing program with its results. A script is checked,
//! planned and run; a notebook's cells do the same one after another.

mod actions;
mod backend;
mod call;
pub mod data;
mod datasets;
mod effort;
mod engine;
mod exact;
mod fault;
mod formula;
mod generate;
mod hosted;
pub mod import;
mod interpreter;
mod item;
mod json;
mod keep;
mod layers;
mod present;
mod registry;
mod report;
mod rich;
mod script;
mod serve;
mod sink;
mod study;
mod table;
mod top;
mod views;

pub use backend::Judge;
pub use datasets::Datasets;
pub use engine::{CellPlan, Ended, Engine, Judged, Report, Sides};
pub use exact::{CertificateFile, Verdict};
pub use fault::Fault;
pub use hosted::Functions;
pub use keep::Keeper;
pub use registry::schemas;
pub use rich::Bundle;
pub use serve::Server;
pub use sink::{
    Listener, Output, Part, Progress, Reached, Shown, Silent, Sink, Stopper, Target, Trainings,
};
pub use table::{Cell, Head, Table};
