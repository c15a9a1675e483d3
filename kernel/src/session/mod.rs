//! What cells mean: one growing program, run on a thread of its own.
//!
//! The protocol's loop hands cells over and goes on listening; while a cell runs it can be
//! interrupted, and completion and inspection are answered from what the last good cell left.

mod cell;
mod commands;
pub mod errors;
mod graded;
mod history;
mod meter;
mod screen;
mod worker;

pub use cell::{Notebook, Showing};
pub use commands::{completions, masked};
pub use graded::{Checked, Failure};
pub use history::{Entry, History};
pub use worker::Worker;

use crate::wire::{Parent, Publisher, Replier};
use nasaic_dsl::check::Program;
use nasaic_dsl::schema::Schemas;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

/// A request to run a cell, as the protocol has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Execute {
    /// The cell.
    pub code: String,
    /// Whether nothing of it is to be shown.
    #[serde(default)]
    pub silent: bool,
    /// Whether it counts.
    #[serde(default = "yes")]
    pub store_history: bool,
    /// Expressions to be shown in the reply.
    #[serde(default)]
    pub user_expressions: Option<BTreeMap<String, String>>,
    /// Whether cells that wait are dropped after an error.
    #[serde(default = "yes")]
    pub stop_on_error: bool,
}

fn yes() -> bool {
    true
}

/// A cell that waits for its turn.
struct Job {
    number: u64,
    parent: Parent,
    replier: Replier,
    request: Execute,
}

/// What the protocol's loop knows of the session.
#[derive(Clone)]
pub struct Session {
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
}

/// What the loop and the worker share.
struct Shared {
    publisher: Publisher,
    /// Set by an interrupt, cleared when a cell begins.
    stop: Arc<AtomicBool>,
    /// The number of the newest job.
    newest: AtomicU64,
    history: Mutex<History>,
    program: Mutex<Arc<Program>>,
    schemas: Schemas,
}

impl Session {
    /// Queues a cell; its answer goes to `replier`.
    pub fn execute(&self, parent: Parent, replier: Replier, request: Execute) {
        let job = Job {
            number: self.shared.newest.fetch_add(1, Ordering::SeqCst) + 1,
            parent,
            replier,
            request,
        };
        // Without a worker the kernel is about to end.
        let _ = self.jobs.send(job);
    }

    /// Asks the cell that runs to stop.
    pub fn interrupt(&self) {
        self.shared.stop.store(true, Ordering::SeqCst);
    }

    /// Asks of the history.
    pub fn history<T>(&self, ask: impl FnOnce(&History) -> T) -> T {
        let history = self.shared.history.lock();
        ask(&history.unwrap_or_else(PoisonError::into_inner))
    }

    /// The words of the language.
    pub fn schemas(&self) -> &Schemas {
        &self.shared.schemas
    }

    /// What the last good cell left declared.
    pub fn program(&self) -> Arc<Program> {
        self.shared.program()
    }
}

impl Shared {
    fn program(&self) -> Arc<Program> {
        let program = self.program.lock();
        Arc::clone(&program.unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, program: &Program) {
        let program = Arc::new(program.clone());
        *self.program.lock().unwrap_or_else(PoisonError::into_inner) = program;
    }
}
