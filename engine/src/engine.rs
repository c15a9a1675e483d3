//! The engine: one growing program, its results, and the ways to run it.
//!
//! A script and a notebook share all of it. A script is checked, planned and
//! its plan run; a cell is checked against what earlier cells declared and its
//! plan run on the results they left.

use crate::backend::Judge;
use crate::datasets::Datasets;
use crate::exact::{CertificateFile, Verdict, verify};
use crate::fault::Fault;
use crate::hosted::{Functions, Hosted};
use crate::interpreter::{Inputs, Interpreter, Kept};
use crate::keep::Keeper;
use crate::registry::schemas;
use crate::serve::Server;
use crate::sink::Sink;
use crate::study::Parts;
use nasaic_dsl::check::{self, Checked, Program, Setting};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{Plan, Step, StepKind, VERSION};
use nasaic_dsl::reach::{self, Reached};
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::source::{Sources, Span};
use nasaic_dsl::value::Value;
use nasaic_dsl::world::{self, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All steps were done.
    Done,
    /// All steps were done, and at least one `expect` failed.
    Unexpected,
    /// A step failed; the steps after it were not done.
    Failed,
    /// It was asked to stop; what a search had found was kept.
    Interrupted,
}

/// What a run left.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How it ended.
    pub ended: Ended,
    /// Errors and warnings of the run, failed `expect`s among them.
    pub diagnostics: Vec<Diagnostic>,
    /// What was shown, as data: the same to the bit for the same plan.
    pub results: serde_json::Value,
    /// How long each action took: name and wall-clock seconds.
    pub timing: Vec<(String, f64)>,
    /// The `expect`s that were judged, in order.
    pub verdicts: Vec<Judged>,
}

/// What became of an `expect`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether it holds.
    pub holds: bool,
    /// What was compared, where two values were.
    pub sides: Option<Sides>,
}

/// A comparison as it came out, each value with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// The value on the left.
    pub left: String,
    /// `<=`, `==`, …
    pub operator: &'static str,
    /// The value on the right.
    pub right: String,
}

/// A checked cell of a notebook.
#[derive(Debug, Clone, PartialEq)]
pub struct CellPlan {
    /// What it does.
    pub plan: Plan,
    /// Warnings of the check, and results it uses that are out of date (W0901).
    pub warnings: Vec<Diagnostic>,
}

/// A program with its results.
pub struct Engine {
    world: Box<dyn World>,
    schemas: Schemas,
    program: Program,
    kept: Kept,
    keeper: Option<Arc<Keeper>>,
    datasets: Arc<Datasets>,
    hosted: Arc<Hosted>,
    cells: usize,
}

impl Engine {
    /// An engine without a program.
    pub fn new(world: Box<dyn World>) -> Self {
        Self {
            world,
            schemas: schemas(),
            program: Program::default(),
            kept: Kept::default(),
            keeper: None,
            datasets: Arc::default(),
            hosted: Arc::default(),
            cells: 0,
        }
    }

    /// The kinds and strategies it knows.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// What has been declared.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What a `let` came to, as `result.json` has it; none when no such data go by that name.
    pub fn result(&self, name: &str) -> Option<serde_json::Value> {
        if self.program.is_result(name) {
            let named = self.kept.lets.get(name)?;
            return Some(crate::json::of(named.item()));
        }
        match self.program.value_called(name)? {
            Value::Block(_) | Value::Part { .. } | Value::Domain(_) | Value::Form { .. } => None,
            value => Some(crate::json::of_value(value)),
        }
    }

    /// Forgets a declared name; whether there was one.
    pub fn forget(&mut self, name: &str) -> bool {
        self.kept.lets.remove(name);
        self.program.forget(name)
    }

    /// The texts read so far, for messages.
    pub fn sources(&self) -> &Sources {
        &self.program.sources
    }

    /// Keeps what searches find from now on.
    pub fn keep(&mut self, keeper: Keeper) {
        self.keeper = Some(Arc::new(keeper));
    }

    /// Keeps nothing from now on.
    pub fn keep_nothing(&mut self) {
        self.keeper = None;
    }

    /// Looks for data sets there from now on.
    pub fn find_data(&mut self, datasets: Datasets) {
        self.datasets = Arc::new(datasets);
    }

    /// Calls functions of the host there from now on; what the earlier ones gave is forgotten.
    pub fn call_functions_of(&mut self, host: Arc<dyn Functions>) {
        self.hosted = Arc::new(Hosted::of(host));
    }

    /// Declares a function of the host, which cells then call like any other.
    ///
    /// `source` stands for all that its values depend on; results are filed under it. `written` is
    /// a name for the text that declares it, and the text, for messages.
    pub fn declare_function(
        &mut self,
        (name, arity): (&str, usize),
        source: String,
        written: (&str, &str),
    ) -> Result<(), Box<Diagnostic>> {
        let text = self.program.sources.add(written.0, written.1);
        let at = Span::new(text, 0, written.1.len());
        self.program.declare_function(name, arity, source, at)
    }

    /// Checks a text; with an error the program stays as it was. `settings` are `--set` texts.
    pub fn check(&mut self, name: &str, text: &str, settings: &[String]) -> Checked {
        let setting = Setting {
            world: self.world.as_ref(),
            schemas: &self.schemas,
            backend: &Judge,
        };
        check::check_with(&mut self.program, setting, name, text, settings)
    }

    /// The plan of checked steps.
    pub fn plan(&self, steps: Vec<Step>) -> Plan {
        reach::plan(&self.program, steps)
    }

    /// Runs a plan.
    pub fn run(&mut self, plan: &Plan, sink: &mut dyn Sink) -> Report {
        match self.files(plan) {
            Ok(files) => {
                let keeper = self.keeper.as_ref();
                let inputs = Inputs {
                    files: &files,
                    datasets: &self.datasets,
                    hosted: &self.hosted,
                };
                Interpreter::new(plan, inputs, &mut self.kept, sink, keeper).run()
            }
            Err(fault) => {
                let diagnostic = fault.diagnostic(&plan.sources);
                sink.tell(&diagnostic);
                Report {
                    ended: Ended::Failed,
                    diagnostics: vec![diagnostic],
                    results: serde_json::Value::Null,
                    timing: Vec::new(),
                    verdicts: Vec::new(),
                }
            }
        }
    }

    /// Checks a certificate against a plan that declares the problem it is about.
    pub fn verify(&self, plan: &Plan, certificate: &CertificateFile) -> Result<Verdict, Fault> {
        let files = self.files(plan)?;
        let parts = Parts {
            blocks: &plan.blocks,
            choices: &plan.choices,
            scripts: &plan.scripts,
            hosted: &self.hosted,
            files: &files,
            sources: &plan.sources,
            datasets: &self.datasets,
        };
        verify(parts, certificate)
    }

    /// A server of the problem that the last call of a plan names.
    ///
    /// `accuracy` says whether evaluations ask for accuracies when they do not say so themselves.
    pub fn server(&self, plan: &Plan, accuracy: bool) -> Result<Server, Fault> {
        let files = self.files(plan)?;
        let inputs = Inputs {
            files: &files,
            datasets: &self.datasets,
            hosted: &self.hosted,
        };
        Server::new(plan, inputs, accuracy)
    }

    /// Checks a cell; declarations of a good cell stay. What it does is done by
    /// [`run_cell`](Self::run_cell).
    pub fn check_cell(&mut self, name: &str, text: &str) -> Result<CellPlan, Vec<Diagnostic>> {
        let checked = self.check(name, text, &[]);
        if checked.has_errors() {
            return Err(checked.diagnostics);
        }
        let mut warnings = checked.diagnostics;
        warnings.extend(self.stale(&checked.steps));
        let plan = self.plan(checked.steps);
        Ok(CellPlan { plan, warnings })
    }

    /// Does what a checked cell says, on the results that earlier cells left; its own stay.
    pub fn run_cell(&mut self, cell: &CellPlan, sink: &mut dyn Sink) -> Report {
        cell.warnings.iter().for_each(|warning| sink.tell(warning));
        let mut report = self.run(&cell.plan, sink);
        report
            .diagnostics
            .splice(0..0, cell.warnings.iter().cloned());
        report
    }

    /// Checks and runs a cell; declarations of a good cell stay, and so do its results.
    pub fn cell(&mut self, text: &str, sink: &mut dyn Sink) -> (Checked, Option<Report>) {
        self.cells += 1;
        match self.check_cell(&format!("cell {}", self.cells), text) {
            Err(diagnostics) => {
                let steps = Vec::new();
                (Checked { steps, diagnostics }, None)
            }
            Ok(cell) => {
                let report = self.run_cell(&cell, sink);
                // Its warnings are among those of the report.
                let checked = Checked {
                    steps: cell.plan.steps,
                    diagnostics: Vec::new(),
                };
                (checked, Some(report))
            }
        }
    }

    /// Results of earlier cells that steps use although what they depend on has changed (W0901).
    fn stale(&self, steps: &[Step]) -> Vec<Diagnostic> {
        let known = Blocks {
            blocks: &self.program.blocks,
            choices: &self.program.choices,
        };
        let scripts = &self.program.scripts;
        let mut fresh = BTreeSet::new();
        let mut out = Vec::new();
        for step in steps {
            for name in Reached::of(&step.expr, known).lets {
                if !fresh.contains(&name) && self.kept.is_stale(&name, known, scripts) {
                    out.push(
                        Diagnostic::new("W0901", format!("`{name}` is out of date"))
                            .at(step.expr.at, "uses a result from before the change")
                            .note(format!(
                                "`{name}` was computed before something it depends on changed."
                            ))
                            .hint(format!("run the cell that computes `{name}` again")),
                    );
                }
            }
            if let StepKind::Let(name) = &step.kind {
                fresh.insert(name.clone());
            }
        }
        out
    }

    /// The bytes of the data files of a plan, each as it was when the plan was made.
    fn files(&self, plan: &Plan) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
        if plan.version != VERSION {
            let title = format!(
                "this plan has format {}, and this build reads {VERSION}",
                plan.version
            );
            return Err(Fault::new("E0703", title).hint("make the plan again with `nasaic plan`"));
        }
        let mut out = BTreeMap::new();
        for file in &plan.data {
            let bytes = world::data(&*self.world, &file.path).map_err(|e| {
                Fault::new("E0705", format!("`{}` cannot be read: {e}", file.path)).at(file.at)
            })?;
            if blake3::hash(&bytes).to_hex().to_string() != file.hash {
                return Err(Fault::new(
                    "E0705",
                    format!(
                        "`{}` is not the file that the plan was made with",
                        file.path
                    ),
                )
                .at(file.at)
                .hint("restore the file, or make the plan again"));
            }
            out.insert(file.path.clone(), bytes);
        }
        Ok(out)
    }
}
