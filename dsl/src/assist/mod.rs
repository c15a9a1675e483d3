//! What an editor or a notebook asks about a text that is being written.
//!
//! All answers come from the tables that the checker works by, and none needs a correct text:
//! where the cursor stands is read off the words and brackets (`outline`, `place`), what is
//! declared off whatever can be understood. Offsets are bytes and may lie anywhere; one inside
//! a character means its beginning. Nothing here reads a file.

mod arguments;
mod complete;
mod completeness;
mod definition;
mod expected;
mod hover;
mod items;
mod members;
mod outline;
mod place;
mod scope;
mod statements;
mod uses;
mod values;
mod words;

pub use complete::complete;
pub use completeness::{Completeness, completeness};
pub use definition::{Definition, definition};
pub use hover::{Hover, hover};

use crate::check::Program;
use crate::schema::Schemas;
use std::ops::Range;

/// What is known besides the text itself.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Block kinds and strategies of this build.
    pub schemas: &'a Schemas,
    /// What was declared before: earlier cells, or what the text declared when it was last right.
    pub program: &'a Program,
}

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// The bytes that a completion replaces.
    pub range: Range<usize>,
    /// The most useful first.
    pub items: Vec<Completion>,
}

/// One thing that may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is written instead of [`Completions::range`]: `filters = `.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it: the type, the range, the default.
    pub detail: String,
    /// What it means, in a sentence or more.
    pub doc: String,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CompletionKind {
    /// A kind of block.
    Block,
    /// A field of a block, or an argument of a function by its name.
    Field,
    /// A value that a field's schema names.
    Value,
    /// A unit.
    Unit,
    /// Something declared.
    Name,
    /// A function.
    Function,
    /// What stands after a dot: a metric, a field, a label.
    Member,
    /// A module of the library.
    Module,
    /// A word of the language.
    Keyword,
    /// The code of a diagnostic.
    Code,
}

/// The nearest place in a text at or before `offset` where a character begins.
fn clamped(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
