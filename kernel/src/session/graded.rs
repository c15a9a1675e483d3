//! Cells for a grader: the same program, with nothing shown and every verdict told.

use super::cell::{Notebook, engine};
use super::commands::{self, Command};
use super::screen::Screen;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Sources;
use nasaic_engine::{Ended, Judged};
use nasaic_host::folder::Folder;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Why a cell failed.
#[derive(Debug)]
pub struct Failure {
    /// The texts that the messages point into.
    pub sources: Sources,
    /// The messages.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it was asked to stop.
    pub interrupted: bool,
}

/// What became of a statement of a check file.
#[derive(Debug)]
pub struct Checked {
    /// Its `expect`s.
    pub verdicts: Vec<Judged>,
    /// Why they were not all judged.
    pub failure: Option<Failure>,
}

impl Notebook {
    /// A notebook that keeps its searches there, or nowhere, and writes files into that folder.
    pub fn graded(stop: Arc<AtomicBool>, store: Option<PathBuf>, out: PathBuf) -> Self {
        let mut notebook = Self::new(stop);
        notebook.store = store;
        notebook.folder = Folder::at(&out);
        notebook.ran = 0;
        notebook
    }

    /// Runs the next cell of a student.
    pub fn cell(&mut self, text: &str) -> Result<(), Failure> {
        self.ran += 1;
        let name = format!("cell [{}]", self.ran);
        let failed = |(sources, diagnostics)| Failure {
            sources,
            diagnostics,
            interrupted: false,
        };
        let split = commands::split(self.engine.schemas(), &name, text).map_err(failed)?;
        for command in &split.commands {
            match command {
                Command::Rust { .. } => {
                    let d = Diagnostic::new("E0825", "cells in Rust are not run when grading")
                        .note("A program in Rust could do anything.")
                        .hint("what is graded is written in the language");
                    return Err(failed((Sources::default(), vec![d])));
                }
                Command::Reset => self.engine = engine(&self.rust),
                // The store is the grader's, and nobody reads or waits.
                Command::Read(_) | Command::Time | Command::Store(_) => {}
            }
        }
        match self.check(&name, &split.code).failure {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// Runs statements and tells how their `expect`s came out.
    pub fn check(&mut self, name: &str, text: &str) -> Checked {
        let failed = |sources: Sources, diagnostics| Checked {
            verdicts: Vec::new(),
            failure: Some(Failure {
                sources,
                diagnostics,
                interrupted: false,
            }),
        };
        let cell = match self.engine.check_cell(name, text) {
            Ok(cell) => cell,
            Err(diagnostics) => return failed(self.engine.sources().clone(), diagnostics),
        };
        let kept = match self.keep(&cell) {
            Ok(kept) => kept,
            Err(d) => return failed(Sources::default(), vec![*d]),
        };
        let mut screen = Screen::new(None, &cell.plan.sources, Arc::clone(&self.stop));
        screen.folder = self.folder.clone();
        let report = self.engine.run_cell(&cell, &mut screen);
        if let Some(kept) = kept
            && let Err(d) = kept.end(&Default::default(), super::cell::status(report.ended))
        {
            return failed(Sources::default(), vec![*d]);
        }
        let interrupted = report.ended == Ended::Interrupted;
        let diagnostics: Vec<Diagnostic> = report.diagnostics;
        let failure = (report.ended != Ended::Done).then(|| Failure {
            sources: cell.plan.sources.clone(),
            diagnostics: diagnostics.into_iter().filter(|d| d.is_error()).collect(),
            interrupted,
        });
        Checked {
            verdicts: report.verdicts,
            failure,
        }
    }

    /// Forgets names, so that what fails to declare them again does not find a student's; answers
    /// which of them were declared.
    pub fn forget(&mut self, names: &[String]) -> Vec<String> {
        let mut declared = names.to_vec();
        declared.retain(|name| self.engine.forget(name));
        declared
    }
}
