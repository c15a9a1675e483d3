//! Where a run tells what it does: a terminal, a notebook, a stream of JSON.

use crate::table::Table;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_plot::Figure;
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;

/// Receives what a run has to tell, in order.
pub trait Sink {
    /// Something to show.
    fn show(&mut self, output: &Output);

    /// How far a long action is.
    fn progress(&mut self, _progress: &Progress) {}

    /// A warning or error of the run.
    fn tell(&mut self, diagnostic: &Diagnostic);

    /// A file that the program writes, below the output folder; the reason when it cannot be written.
    fn file(&mut self, _path: &str, _content: &[u8]) -> Result<(), String> {
        Err("files cannot be written here".to_owned())
    }

    /// A file by the way, such as a trained generator, only where the run has a folder of its own;
    /// elsewhere its content is not asked for.
    fn keep(&mut self, _path: &str, _content: &dyn Fn() -> Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    /// A file that is too long to be held, below the output folder; it appears when it is finished.
    fn create(&mut self, _path: &str) -> Result<Box<dyn Target>, String> {
        Err("long files cannot be written here".to_owned())
    }

    /// Whether the run should stop and keep what it has.
    fn stop(&self) -> bool {
        false
    }

    /// The same question, for threads that do not have the sink.
    fn stopper(&self) -> Stopper {
        Arc::new(|| false)
    }

    /// Who hears how far trainings are, from the threads that train.
    fn listener(&self) -> Listener {
        Arc::new(|_| ())
    }
}

/// Asks whether a run should stop.
pub type Stopper = Arc<dyn Fn() -> bool + Send + Sync>;

/// Hears how far the trainings of a batch are.
pub type Listener = Arc<dyn Fn(&Trainings) + Send + Sync>;

/// A file that is being written.
pub trait Target: io::Write + Send {
    /// Makes it appear under its name, whole.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Where nobody wants a file.
impl Target for io::Sink {
    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// A shown value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The expression as written.
    pub source: String,
    /// What is shown, in order.
    pub parts: Vec<Part>,
    /// The value as data, without anything that differs from run to run.
    pub json: serde_json::Value,
}

/// Keeps what a run shows and says; it writes no files and never asks to stop.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The values, in order.
    pub outputs: Vec<Output>,
    /// Warnings and errors, in order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Sink for Shown {
    fn show(&mut self, output: &Output) {
        self.outputs.push(output.clone());
    }

    fn tell(&mut self, diagnostic: &Diagnostic) {
        self.diagnostics.push(diagnostic.clone());
    }

    fn file(&mut self, path: &str, _: &[u8]) -> Result<(), String> {
        Err(format!("there is no folder for `{path}` here"))
    }
}

/// A part of what is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "lowercase")]
#[allow(
    clippy::large_enum_variant,
    reason = "a run shows dozens of parts, not millions"
)]
pub enum Part {
    /// Lines of text.
    Text(String),
    /// A report on one thing.
    Report {
        /// Its lines, for terminals.
        lines: String,
        /// The same as tables, for pages.
        tables: Vec<Table>,
    },
    /// A table.
    Table(Table),
    /// A picture.
    Figure(Figure),
}

/// How far a long action is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// What runs: `search(w1, nasaic)`.
    pub what: String,
    /// Designs evaluated so far.
    pub done: u64,
    /// How many there will be, when that is known.
    pub total: Option<u64>,
    /// The best so far, in words.
    pub best: String,
    /// Whether this is the last message of the action.
    pub finished: bool,
}

/// How far the trainings of a batch are. In which order they end differs from run to run;
/// what they reach does not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trainings {
    /// Trainings that ended.
    pub done: u64,
    /// How many there are.
    pub total: u64,
    /// Epochs that ended, of all trainings.
    pub epochs: u64,
    /// How many there are.
    pub of_epochs: u64,
    /// What the training reached that ended just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Reached>,
}

/// What one training reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reached {
    /// The data set.
    pub data: String,
    /// Its seed.
    pub seed: u64,
    /// Epochs it was trained for.
    pub epochs: u32,
    /// Its score on what was held out; none where it failed.
    pub validation: Option<f64>,
}

/// A sink that drops everything, for tests and libraries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Sink for Silent {
    fn show(&mut self, _: &Output) {}
    fn tell(&mut self, _: &Diagnostic) {}
    fn file(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn create(&mut self, _: &str) -> Result<Box<dyn Target>, String> {
        Ok(Box::new(io::sink()))
    }
}
