//! What the checker asks of the engine: scripts, files of other tools, and bounds.
//!
//! The language knows neither rhai nor MAESTRO nor a cost. A build without an engine checks
//! everything else.

use crate::diagnostic::Diagnostic;
use crate::instance::Instance;
use crate::plan::Block;
use crate::source::{SourceId, Sources};
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

/// A file of another tool that cannot be said in the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// What is wrong.
    pub message: String,
    /// The line, from 1; 0 when it is about the whole file.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What to do.
    pub hint: String,
}

impl FileFault {
    /// The message, marked in the file itself.
    pub fn diagnostic(self, sources: &Sources, file: SourceId) -> Diagnostic {
        let name = sources.get(file).map_or("", |s| s.name.as_str());
        let title = format!("`{name}` cannot be imported");
        let d = match self.line {
            0 => Diagnostic::new("E0708", format!("{title}: {}", self.message)),
            line => Diagnostic::new("E0708", title)
                .at(sources.rest_of_line(file, line, self.column), self.message),
        };
        d.hint(self.hint)
    }
}

/// A network of a file, as a text of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedNetwork {
    /// The text; its one block is the network.
    pub text: String,
    /// What was counted as traffic because it has no counterpart, one sentence.
    pub warning: Option<String>,
}

/// A file of a network that cannot be said in the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFault {
    /// The code of the diagnostic.
    pub code: &'static str,
    /// What is wrong, one sentence without its full stop.
    pub message: String,
    /// What to do; begins with `with {` when it belongs behind the import.
    pub hint: String,
}

/// The best value that any design of a space could have, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Extreme {
    /// In base units.
    pub value: f64,
    /// Whether no design has more; otherwise none has less.
    pub most: bool,
    /// One sentence with the numbers of the proof.
    pub why: String,
}

/// What an engine can tell before anything runs.
pub trait Backend {
    /// The functions of a script.
    fn script_functions(&self, text: &str) -> Result<Vec<ScriptFunction>, ScriptFault>;

    /// The dataflows of a mapping file of MAESTRO as a text of the language; the first is called
    /// `name`.
    fn dataflows(&self, text: &str, name: &str) -> Result<String, FileFault>;

    /// The network of an ONNX file as a text of the language that declares it as `name`, with these
    /// sizes of its inputs; `lenient` counts operators without a counterpart as traffic.
    fn network(
        &self,
        file: &[u8],
        name: &str,
        sizes: &BTreeMap<String, u64>,
        lenient: bool,
    ) -> Result<ImportedNetwork, NetworkFault>;

    /// The best value of a metric over a space, if a bound is known.
    fn best_possible(
        &self,
        space: &Instance,
        blocks: &BTreeMap<String, Block>,
        metric: &str,
    ) -> Option<Extreme>;
}

/// No engine: scripts have no functions, mapping files no dataflows, nothing is bounded.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBackend;

impl Backend for NoBackend {
    fn script_functions(&self, _: &str) -> Result<Vec<ScriptFunction>, ScriptFault> {
        Ok(Vec::new())
    }

    fn dataflows(&self, _: &str, _: &str) -> Result<String, FileFault> {
        Ok(String::new())
    }

    fn network(
        &self,
        _: &[u8],
        _: &str,
        _: &BTreeMap<String, u64>,
        _: bool,
    ) -> Result<ImportedNetwork, NetworkFault> {
        Err(NetworkFault {
            code: "E0704",
            message: "importing networks is not in this build".into(),
            hint: "`nasaic explain E0704` tells what each build can do".into(),
        })
    }

    fn best_possible(&self, _: &Instance, _: &BTreeMap<String, Block>, _: &str) -> Option<Extreme> {
        None
    }
}
