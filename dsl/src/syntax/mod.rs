//! Text to parse tree, and back.
//!
//! Reading never fails and never panics: whatever cannot be understood is left
//! out of the tree and told in a diagnostic. Nothing here knows a block kind, a
//! field, a function or a unit; the schemas do.

mod brackets;
mod exprs;
mod format;
mod grammar;
mod items;
mod lex;
mod mend;
mod mistakes;
mod parse;
mod problems;
mod spans;
pub mod tree;

pub use format::format;
pub use parse::parse;
