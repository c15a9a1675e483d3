//! The command line as a shell sees it: exit codes, messages and files.
//!
//! What commands compute is tested where it is computed; here is only the wiring.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod calls;
mod data;
mod eval;
mod exchange;
mod files;
mod lsp;
mod notebook;
mod scratch;
mod stream;
mod validate;
mod words;
