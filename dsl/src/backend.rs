//! What the checker asks of the engine: scripts and bounds.
//!
//! The language knows neither rhai nor a cost. A build without an engine checks
//! everything else.

use crate::instance::Instance;
use crate::plan::Block;
use std::collections::BTreeMap;

/// A function of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFunction {
    /// Its name.
    pub name: String,
    /// How many numbers it takes.
    pub arity: usize,
}

/// A script that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFault {
    /// What is wrong.
    pub message: String,
    /// The line in the script, from 1; 0 when unknown.
    pub line: usize,
    /// The column, from 1; 0 when unknown.
    pub column: usize,
}

/// The best value that any design of a space could have, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Extreme {
    /// In base units.
    pub value: f64,
    /// One sentence with the numbers of the proof.
    pub why: String,
}

/// What an engine can tell before anything runs.
pub trait Backend {
    /// The functions of a script.
    fn script_functions(&self, text: &str) -> Result<Vec<ScriptFunction>, ScriptFault>;

    /// The best value of a metric over a space, if a bound is known.
    fn best_possible(
        &self,
        space: &Instance,
        blocks: &BTreeMap<String, Block>,
        metric: &str,
    ) -> Option<Extreme>;
}

/// No engine: scripts have no functions, nothing is bounded.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBackend;

impl Backend for NoBackend {
    fn script_functions(&self, _: &str) -> Result<Vec<ScriptFunction>, ScriptFault> {
        Ok(Vec::new())
    }

    fn best_possible(&self, _: &Instance, _: &BTreeMap<String, Block>, _: &str) -> Option<Extreme> {
        None
    }
}
