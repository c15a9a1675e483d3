//! Files of other tools as texts of the language: what `use "flows.m"` reads, and what
//! `nasaic import` prints.
//!
//! An import is text, so that what is read is what is printed, and the checker has one way to
//! understand a block.

mod dataflows;
mod technology;

pub use dataflows::dataflows;
pub use technology::technology;

use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax;

/// A text in the canonical layout.
fn laid_out(text: String) -> String {
    let source = Sources::default().add("import", &text);
    syntax::format(source, &text).unwrap_or(text)
}
