//! The machine as programs see it: files to read and write, data sets, the run store.
//!
//! The command line and the notebook kernel share it, so that a script and a cell see the same
//! files under the same rules. It prints nothing; what cannot be done comes back as a
//! [`Diagnostic`](nasaic_dsl::diagnostic::Diagnostic) or as the reason in words.

pub mod files;
pub mod keep;
pub mod places;

mod disk;
pub mod folder;

pub use disk::Disk;
