//! Whether and where a run of the command line is kept.

use super::args::Keeping;
use super::program::Program;
use super::{Exit, Refusal};
use nasaic_engine::{Output, Report};
use nasaic_host::keep::{self, Shown, searches};
use nasaic_store::{Status, Store, StoreError};
use std::path::Path;
use std::sync::Arc;

/// A run that is being kept.
#[derive(Debug)]
pub struct Kept(keep::Kept);

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
        let (kept, reads) = match entry {
            Entry::New(keeping) if keeping.no_store || !searches(&program.plan) => {
                return Ok(None);
            }
            Entry::New(keeping) => {
                let store = Arc::new(Store::open(&keeping.store).map_err(refusal)?);
                let kept = keep::Kept::begin(store, script, &program.plan).map_err(|d| *d)?;
                (kept, !keeping.no_cache)
            }
            Entry::Again(store, run) => (
                keep::Kept::again(Arc::new(store), run).map_err(|d| *d)?,
                true,
            ),
        };
        program.engine.keep(kept.keeper(reads));
        Ok(Some(Self(kept)))
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
        let status = match exit {
            Exit::Done => Status::Done,
            Exit::Unexpected => Status::Unexpected,
            Exit::Interrupted => Status::Interrupted,
            Exit::Wrong => Status::Failed,
        };
        self.0.end(&shown, status).map_err(|d| *d)?;
        let (run, file) = (self.0.run(), self.0.path().display());
        let hint = format!("this is run {run} in {file}; go on with `nasaic runs resume {run}`");
        Ok((exit == Exit::Interrupted).then_some(hint))
    }
}

/// Opens a store that must be there.
pub fn existing(path: &Path) -> Result<Store, Refusal> {
    Store::existing(path).map_err(refusal)
}

/// A store that cannot be used, as a message.
pub fn refusal(error: StoreError) -> Refusal {
    Refusal::from(*keep::refusal(error))
}
