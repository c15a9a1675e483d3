//! Keeping a run: what enters a store when it begins, and what when it ends.

use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::functions::{self, Group};
use nasaic_dsl::plan::{ExprKind, Plan};
use nasaic_engine::{Keeper, Output};
use nasaic_store::{NewRun, Status, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// The run store of a folder.
pub const STORE: &str = ".nasaic/runs.db";

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

impl Kept {
    /// Enters a new run of a plan.
    pub fn begin(store: Arc<Store>, script: &str, plan: &Plan) -> Result<Self, Box<Diagnostic>> {
        let text = serde_json::to_string(plan)
            .map_err(|e| Diagnostic::new("E0705", format!("the plan cannot be written: {e}")))
            .map_err(Box::new)?;
        let run = store.begin(&NewRun {
            script,
            program: env!("CARGO_PKG_VERSION"),
            plan: &text,
            plan_hash: &plan.content_hash(),
        });
        let run = run.map_err(refusal)?;
        Ok(Self { store, run })
    }

    /// Goes on with a run that is in the store.
    pub fn again(store: Arc<Store>, run: i64) -> Result<Self, Box<Diagnostic>> {
        store.carry_on(run).map_err(refusal)?;
        Ok(Self { store, run })
    }

    /// What an engine keeps the run's searches with; with `reads`, what is known is not evaluated
    /// again.
    pub fn keeper(&self, reads: bool) -> Keeper {
        Keeper::new(Arc::clone(&self.store), self.run, reads)
    }

    /// Its number in the store.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// Where the store lies.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Enters how the run ended and what it showed.
    pub fn end(&self, shown: &Shown, status: Status) -> Result<(), Box<Diagnostic>> {
        let shown = serde_json::to_string(shown).unwrap_or_default();
        let ended = self.store.finish(self.run, status, &shown);
        ended.map_err(refusal)
    }
}

/// Whether a plan searches, which is what is worth keeping: all else takes milliseconds.
pub fn searches(plan: &Plan) -> bool {
    let mut found = false;
    for step in &plan.steps {
        step.expr.walk(&mut |expr| {
            if let ExprKind::Call(name, args) = &expr.kind {
                let action = functions::called(name, args)
                    .is_some_and(|function| function.group == Group::Action);
                found |= action && ["search", "compare", "generate"].contains(&name.as_str());
            }
        });
    }
    found
}

/// A store that cannot be used, as a message.
pub fn refusal(error: StoreError) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(error.code(), error.to_string()).hint(error.hint()))
}
