//! The checker: what it accepts, what it refuses, and in which words.

#![allow(
    clippy::unwrap_used,
    reason = "a test that finds nothing has failed, and may say so by panicking"
)]

mod counts;
mod examples;
mod forms;
mod graphs;
mod holes;
mod imports;
mod limits;
mod operators;
mod pages;
mod prelude;
mod reference;
mod trips;
mod wiring;
mod wrong;
