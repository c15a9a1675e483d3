//! The checker: what it accepts, what it refuses, and in which words.

mod counts;
mod examples;
mod limits;
mod pages;
mod prelude;
mod reference;
mod trips;
mod wrong;
