//! The checker: what it accepts, what it refuses, and in which words.

mod prelude;
mod examples;
mod counts;
