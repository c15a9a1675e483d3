//! Keeping a run: which store, from when on, and what is left there at its end.

use super::args::Keeping;
use super::program::Program;
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::functions::{self, Group};
use nasaic_dsl::plan::{ExprKind, Plan};
use nasaic_engine::{Keeper, Output, Report};
use nasaic_store::{NewRun, Status, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// A run that is being kept.
#[derive(Debug)]
pub struct Kept {
    store: Arc<Store>,
    run: i64,
}

/// What a run showed, to be shown again.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shown {
    /// The values, in order.
    pub outputs: Vec<Output>,
    /// Warnings, failed expectations and errors.
    pub diagnostics: Vec<Diagnostic>,
}

/// How a run comes into a store.
#[derive(Debug)]
pub enum Entry {
    /// As a new one, where that is wanted.
    New(Keeping),
    /// It is there already.
    Again(Store, i64),
}

impl Kept {
    /// Enters a run in a store, unless it has nothing to keep or nobody wants it kept.
    pub fn begin(
        program: &mut Program,
        script: &str,
        entry: Entry,
    ) -> Result<Option<Self>, Refusal> {
        match entry {
            Entry::New(keeping) if keeping.no_store || !searches(&program.plan) => Ok(None),
            Entry::New(keeping) => {
                let store = Store::open(&keeping.store).map_err(refusal)?;
                let run = enter(&store, script, &program.plan)?;
                Ok(Some(Self::of(program, store, run, !keeping.no_cache)))
            }
            Entry::Again(store, run) => {
                store.carry_on(run).map_err(refusal)?;
                Ok(Some(Self::of(program, store, run, true)))
            }
        }
    }

    fn of(program: &mut Program, store: Store, run: i64, reads: bool) -> Self {
        let store = Arc::new(store);
        let keeper = Keeper::new(Arc::clone(&store), run, reads);
        program.engine.keep(keeper);
        Self { store, run }
    }

    /// Enters how the run ended and what it showed, and returns how to go on where it can.
    pub fn end(
        &self,
        outputs: Vec<Output>,
        report: &Report,
        exit: Exit,
    ) -> Result<Option<String>, Refusal> {
        let shown = Shown {
            outputs,
            diagnostics: report.diagnostics.clone(),
        };
        let shown = serde_json::to_string(&shown).unwrap_or_default();
        let status = match exit {
            Exit::Done => Status::Done,
            Exit::Unexpected => Status::Unexpected,
            Exit::Interrupted => Status::Interrupted,
            Exit::Wrong => Status::Failed,
        };
        let ended = self.store.finish(self.run, status, &shown);
        ended.map_err(refusal)?;
        let file = self.store.path().display();
        let hint = format!(
            "this is run {0} in {file}; go on with `nasaic runs resume {0}`",
            self.run
        );
        Ok((exit == Exit::Interrupted).then_some(hint))
    }
}

/// Enters a new run.
fn enter(store: &Store, script: &str, plan: &Plan) -> Result<i64, Refusal> {
    let text = serde_json::to_string(plan)
        .map_err(|e| Diagnostic::new("E0705", format!("the plan cannot be written: {e}")))?;
    let run = store.begin(&NewRun {
        script,
        program: env!("CARGO_PKG_VERSION"),
        plan: &text,
        plan_hash: &plan.content_hash(),
    });
    run.map_err(refusal)
}

/// Whether a plan searches, which is what is worth keeping: all else takes milliseconds.
fn searches(plan: &Plan) -> bool {
    let mut found = false;
    for step in &plan.steps {
        step.expr.walk(&mut |expr| {
            if let ExprKind::Call(name, args) = &expr.kind {
                let action = functions::called(name, args)
                    .is_some_and(|function| function.group == Group::Action);
                found |= action && ["search", "compare"].contains(&name.as_str());
            }
        });
    }
    found
}

/// Opens a store that must be there.
pub fn existing(path: &Path) -> Result<Store, Refusal> {
    Store::existing(path).map_err(refusal)
}

/// A store that cannot be used, as a message.
pub fn refusal(error: StoreError) -> Refusal {
    Diagnostic::new(error.code(), error.to_string())
        .hint(error.hint())
        .into()
}
