//! The archive of one search: its problem's measurements, in the store.
//!
//! The penalty of a design depends on the strategy, which scales it; what is
//! kept does not. So misses are kept as they are, and the penalty is made from
//! them again, by the same steps and so to the same bit.

use crate::study::Search;
use nasaic_search::{Archive, Design, Evaluated, Hardware, Known, NotKept, Outcome};
use nasaic_store::{Finding, Ledger, Measured, Reached, StoreError, Summary, Trouble};

/// The evaluations of a search, answered from and entered into the store.
pub struct Kept<'k> {
    search: &'k Search<'k>,
    ledger: Ledger<'k>,
    reads: bool,
    trouble: Option<StoreError>,
}

impl<'k> Kept<'k> {
    pub(super) fn new(search: &'k Search<'k>, ledger: Ledger<'k>, reads: bool) -> Self {
        Self {
            search,
            ledger,
            reads,
            trouble: None,
        }
    }

    /// What made the store refuse.
    pub fn take_trouble(&mut self) -> Option<StoreError> {
        self.trouble.take()
    }

    /// Ends the search.
    pub fn end(self, summary: &Summary) -> Result<(), StoreError> {
        self.ledger.end(summary)
    }

    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, NotKept> {
        result.map_err(|error| {
            let words = NotKept(error.to_string());
            self.trouble = Some(error);
            words
        })
    }

    fn known(&self, finding: Finding) -> Result<Known, StoreError> {
        let known = self.search.known(finding);
        known.ok_or_else(|| StoreError {
            path: self.ledger.path().to_owned(),
            trouble: Trouble::Damaged("a design has other measurements than its problem".into()),
        })
    }
}

impl Archive for Kept<'_> {
    fn recall(&mut self, designs: &[Design]) -> Result<Vec<Option<Known>>, NotKept> {
        if !self.reads {
            return Ok(vec![None; designs.len()]);
        }
        let found = self.ledger.recall(designs.iter().map(|d| d.0.as_slice()));
        let known = found.and_then(|all| {
            let one = |finding: Option<Finding>| finding.map(|f| self.known(f)).transpose();
            all.into_iter().map(one).collect()
        });
        self.note(known)
    }

    fn record(&mut self, found: &[&Evaluated]) -> Result<bool, NotKept> {
        for one in found {
            self.ledger.record(one.trial, &one.design.0, &finding(one));
        }
        let kept = self.ledger.keep_up();
        self.note(kept)
    }

    fn settle(&mut self) -> Result<(), NotKept> {
        let settled = self.ledger.settle();
        self.note(settled)
    }
}

/// What is kept of a design: all but the penalties.
fn finding(one: &Evaluated) -> Finding {
    let Hardware {
        valid,
        reason,
        metrics,
        ..
    } = &one.hardware;
    Finding {
        hardware: Measured {
            refused: (!valid).then(|| reason.clone().unwrap_or_default()),
            numbers: metrics.clone(),
        },
        outcome: one.outcome.as_ref().map(|o: &Outcome| Reached {
            objectives: o.objectives.clone(),
            numbers: o.metrics.clone(),
        }),
    }
}
