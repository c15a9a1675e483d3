//! Text to parse tree, and back.
//!
//! Reading never fails and never panics: whatever cannot be understood is left
//! out of the tree and told in a diagnostic. Nothing here knows a block kind, a
//! field, a function or a unit; the schemas do.

mod brackets;
mod chains;
mod elements;
mod exprs;
mod format;
mod grammar;
mod items;
mod kinds;
pub(crate) mod lex;
mod lookalikes;
mod mend;
mod mistakes;
mod parse;
mod problems;
mod quantities;
mod reader;
mod spans;
pub mod tree;
mod words;

pub use format::format;
pub use parse::parse;
pub(crate) use parse::{holes_of, holes_of_script};
