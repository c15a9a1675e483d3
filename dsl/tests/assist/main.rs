//! What editors and notebooks are told about texts that are being written.

#![allow(
    clippy::unwrap_used,
    reason = "a test that finds nothing has failed, and may say so by panicking"
)]

mod anything;
mod complete;
mod completeness;
mod hover;
mod prelude;
