//! Running one cell on what the earlier ones left.

use super::commands::{self, Command};
use super::errors;
use super::screen::Screen;
use crate::rust::{self, Rust};
use crate::wire::{Parent, Publisher, Stream};
use nasaic_dsl::check::Program;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::StepKind;
use nasaic_dsl::source::Sources;
use nasaic_engine::{CellPlan, Datasets, Ended, Engine, Output, Report, Silent};
use nasaic_host::folder::Folder;
use nasaic_host::keep::{self, Kept, STORE, Shown};
use nasaic_host::{Disk, places};
use nasaic_store::{Status, Store};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The growing program of a notebook.
pub struct Notebook {
    pub(super) engine: Engine,
    /// Where searches keep what they find.
    pub(super) store: Option<PathBuf>,
    open: Option<Arc<Store>>,
    pub(super) rust: Rust,
    pub(super) stop: Arc<AtomicBool>,
    /// Where files go that cells write.
    pub(super) folder: Folder,
    /// Cells run for a grader.
    pub(super) ran: u64,
}

/// How a cell is shown.
#[derive(Clone, Copy)]
pub struct Showing<'a> {
    /// Where.
    pub publisher: &'a Publisher,
    /// For whom.
    pub parent: &'a Parent,
    /// Its execution count.
    pub count: u64,
    /// Whether nothing of it is to be shown.
    pub silent: bool,
}

/// How a cell ended: its result as plain text, or the content of an `error` message.
pub type Outcome = Result<Option<String>, Value>;

impl Notebook {
    /// An empty notebook in the current folder, which stops when it is told to.
    pub fn new(stop: Arc<AtomicBool>) -> Self {
        let rust = Rust::new(Arc::clone(&stop));
        Self {
            engine: engine(&rust),
            store: Some(STORE.into()),
            open: None,
            rust,
            stop,
            folder: Folder::at(Path::new(".")),
            ran: 0,
        }
    }

    /// What has been declared.
    pub fn program(&self) -> &Program {
        self.engine.program()
    }

    /// Runs a cell.
    pub fn run(&mut self, text: &str, showing: Showing<'_>) -> Outcome {
        let start = Instant::now();
        let name = format!("cell [{}]", showing.count);
        let split = commands::split(self.engine.schemas(), &name, text)
            .map_err(|(sources, diagnostics)| errors::content(&sources, &diagnostics))?;
        let timed = split.commands.contains(&Command::Time);
        let rust = matches!(split.commands.last(), Some(Command::Rust { .. }));
        for command in split.commands {
            self.command(command, showing);
        }
        let result = match rust {
            true => self.rust(&name, &split.code, showing),
            false => self.code(&name, &split.code, showing),
        };
        if timed && !showing.silent {
            let text = format!("took {:.3} s\n", start.elapsed().as_secs_f64());
            showing.publisher.text(showing.parent, Stream::Out, &text);
        }
        result
    }

    fn command(&mut self, command: Command, showing: Showing<'_>) {
        match command {
            Command::Read(text) if !showing.silent => {
                let data = json!({ "text/plain": text, "text/markdown": text });
                let data = data.as_object().cloned().unwrap_or_default();
                showing.publisher.display(showing.parent, data, None);
            }
            Command::Read(_) | Command::Time | Command::Rust { fresh: false } => {}
            Command::Reset => {
                self.rust = Rust::new(Arc::clone(&self.stop));
                self.engine = engine(&self.rust);
            }
            Command::Rust { fresh: true } => self.rust.end(),
            Command::Store(store) => {
                self.store = store;
                self.open = None;
            }
        }
    }

    fn code(&mut self, name: &str, text: &str, showing: Showing<'_>) -> Outcome {
        let cell = match self.engine.check_cell(name, text) {
            Ok(cell) => cell,
            Err(diagnostics) => return Err(errors::content(self.engine.sources(), &diagnostics)),
        };
        let kept = self.keep(&cell).map_err(|d| {
            let hint = d.hint.clone().unwrap_or_default();
            let d = d.hint(format!("{hint}; or keep nothing with `%store off`"));
            errors::content(&Sources::default(), &[d])
        })?;
        let to = (!showing.silent).then_some((showing.publisher, showing.parent));
        let mut screen = Screen::new(to, &cell.plan.sources, Arc::clone(&self.stop));
        let shows = |kind: &StepKind| matches!(kind, StepKind::Show);
        let steps = &cell.plan.steps;
        screen.to_come = steps.iter().filter(|step| shows(&step.kind)).count();
        let last = steps.last().filter(|step| shows(&step.kind));
        screen.result = last.map(|_| showing.count);
        let report = self.engine.run_cell(&cell, &mut screen);
        let (outputs, text) = (screen.outputs, screen.text);
        if !self.rust.settle(showing) && !showing.silent {
            let lost = "The Rust process has ended in a function; all Rust variables are lost.\n";
            showing.publisher.text(showing.parent, Stream::Err, lost);
        }
        let diagnostics = report.diagnostics.clone();
        let shown = Shown {
            outputs,
            diagnostics,
        };
        if let Some(kept) = kept {
            let ended = kept.end(&shown, status(report.ended));
            ended.map_err(|d| errors::content(&Sources::default(), &[*d]))?;
        }
        outcome(&cell, &report, text, self.store.is_some())
    }

    /// Runs a cell in Rust, then declares what it gives to the program.
    fn rust(&mut self, name: &str, code: &str, showing: Showing<'_>) -> Outcome {
        let engine = &self.engine;
        let done = self.rust.run(code, |name| engine.result(name), showing)?;
        for function in done.registered {
            let source = self.rust.source();
            let declared = (function.name.as_str(), function.arity);
            let declared = self
                .engine
                .declare_function(declared, source.clone(), (name, code));
            declared.map_err(|d| errors::alone(&d))?;
            self.rust.functions().enter(function, source);
        }
        for (given, value) in done.given {
            let text = rust::declaration(&given, &value).map_err(|d| errors::alone(&d))?;
            let old = self.engine.result(&given);
            let own = old.is_some_and(|old| self.rust.gave(&given, &old));
            let names = self.engine.program().names();
            if !own && names.iter().any(|(name, _)| *name == given) {
                let title = format!("`{given}` is declared by a cell");
                let d = Diagnostic::new("E0822", title).hint("give the value under another name");
                return Err(errors::alone(&d));
            }
            let source = format!("{name}, given by Rust");
            self.code(
                &source,
                &text,
                Showing {
                    silent: true,
                    ..showing
                },
            )?;
            if let Some(value) = self.engine.result(&given) {
                self.rust.declared(&given, &value);
            }
        }
        Ok(done.text)
    }

    /// Enters a cell that searches in the store.
    pub(super) fn keep(&mut self, cell: &CellPlan) -> Result<Option<Kept>, Box<Diagnostic>> {
        let store = self.store.as_ref().filter(|_| keep::searches(&cell.plan));
        let Some(path) = store else {
            self.engine.keep_nothing();
            return Ok(None);
        };
        let open = match &self.open {
            Some(store) => Arc::clone(store),
            None => Arc::new(Store::open(path).map_err(keep::refusal)?),
        };
        self.open = Some(Arc::clone(&open));
        let kept = Kept::begin(open, "notebook", &cell.plan)?;
        self.engine.keep(kept.keeper(true));
        Ok(Some(kept))
    }

    /// The value of an expression for a reply, or the error.
    pub fn value(&mut self, text: &str) -> Value {
        let sources = |engine: &Engine| engine.sources().clone();
        let failed = |mut error: Value| {
            error["status"] = json!("error");
            error
        };
        let cell = match self.engine.check_cell("expression", &format!("{text}\n")) {
            Ok(cell) => cell,
            Err(diagnostics) => {
                return failed(errors::content(&sources(&self.engine), &diagnostics));
            }
        };
        let mut screen = Screen::new(None, &cell.plan.sources, Arc::clone(&self.stop));
        let report = self.engine.run_cell(&cell, &mut screen);
        let bundles = screen.outputs.iter().flat_map(Output::bundles);
        match bundles.last() {
            Some(bundle) if report.ended == Ended::Done => {
                json!({ "status": "ok", "data": bundle.0, "metadata": {} })
            }
            Some(_) => failed(errors::content(&cell.plan.sources, &report.diagnostics)),
            None => json!({ "status": "ok", "data": Map::new(), "metadata": {} }),
        }
    }
}

/// An engine that sees the current folder.
pub(super) fn engine(rust: &Rust) -> Engine {
    let folder = Path::new(".");
    let mut engine = Engine::new(Box::new(Disk::new(folder, false, None)));
    engine.call_functions_of(rust.functions());
    engine.find_data(Datasets::new(folder.to_owned(), places::roots()));
    // The first check reads what is built in; nobody waits for that now.
    let _ = engine.cell("", &mut Silent);
    engine
}

pub(super) fn status(ended: Ended) -> Status {
    match ended {
        Ended::Done => Status::Done,
        Ended::Unexpected => Status::Unexpected,
        Ended::Failed => Status::Failed,
        Ended::Interrupted => Status::Interrupted,
    }
}

fn outcome(cell: &CellPlan, report: &Report, text: Option<String>, stored: bool) -> Outcome {
    match report.ended {
        Ended::Done => Ok(text),
        Ended::Unexpected | Ended::Failed => {
            let errors = report.diagnostics.iter().filter(|d| d.is_error());
            let errors: Vec<Diagnostic> = errors.cloned().collect();
            Err(errors::content(&cell.plan.sources, &errors))
        }
        Ended::Interrupted => {
            let kept = "The cell was stopped. What its search had found is kept under its name.";
            let again = " Running the cell again goes on from there.";
            let text = format!("{kept}{}", if stored { again } else { "" });
            Err(errors::plain("Interrupted", "the cell was stopped", &text))
        }
    }
}
