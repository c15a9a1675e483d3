//! What is known from earlier runs, and where a run keeps what it finds.
//!
//! A run is a function of its problem, options, budget and seed. So it needs no
//! checkpoint: running it again on an archive that holds its evaluations brings
//! every strategy back to where it stood, and ends with the same result.

use crate::design::Design;
use crate::problem::{Evaluated, Hardware, Outcome};
use std::fmt;

/// Answers for known designs and keeps those of new ones.
///
/// Whether an answer comes from the archive or from the problem must not show
/// in a run, so an archive returns to the bit what the problem would.
pub trait Archive {
    /// What is known of some canonical designs: one answer each, in their order.
    fn recall(&mut self, designs: &[Design]) -> Result<Vec<Option<Known>>, NotKept>;

    /// Takes in what a batch found or completed, and says whether all taken in so far is safe.
    ///
    /// The observer of a run hears of nothing that is not. An archive may gather
    /// small batches for a moment, but not longer than a reader would wait.
    fn record(&mut self, found: &[&Evaluated]) -> Result<bool, NotKept>;

    /// Brings all that was taken in to safety; a run ends with it, whatever ended it.
    fn settle(&mut self) -> Result<(), NotKept>;
}

/// What an archive knows of a design.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its hardware.
    pub hardware: Hardware,
    /// Its objectives, where they were asked for before; a run sees them only if it asks, too.
    pub outcome: Option<Outcome>,
}

/// Why an archive could not answer or take something in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept(pub String);

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The archive of a run that nobody wants kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Archive for Forgetful {
    fn recall(&mut self, designs: &[Design]) -> Result<Vec<Option<Known>>, NotKept> {
        Ok(vec![None; designs.len()])
    }

    fn record(&mut self, _: &[&Evaluated]) -> Result<bool, NotKept> {
        Ok(true)
    }

    fn settle(&mut self) -> Result<(), NotKept> {
        Ok(())
    }
}
