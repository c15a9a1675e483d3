//! Exact search: a study as tables, the proof of its optimum, and the check of such a proof.

mod arrays;
mod assignments;
mod file;
mod networks;
mod proof;
mod question;
mod tables;
mod verify;

pub use file::CertificateFile;
pub use proof::{Proof, search};
pub use verify::{Verdict, verify};
