//! The canonical layout of a text.
//!
//! Blanks change and nothing else does: words keep their order, numbers and
//! strings are printed as written, and comments stay with what they stand by.
//! Formatting twice is formatting once. What was on one line stays there if it
//! fits; a block that was on several lines stays on several.

mod comments;
mod exprs;
mod flat;
mod items;
mod lines;

use self::comments::Comments;
use self::lines::Lines;
use super::lex::Token;
use super::parse::{Reading, read};
use crate::diagnostic::Diagnostic;
use crate::source::SourceId;

/// The text in canonical layout, or what is wrong with it.
pub fn format(source: SourceId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let Reading {
        file,
        lexed,
        diagnostics,
    } = read(source, text, |_, _, _| {});
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let mut printer = Printer {
        text,
        tokens: &lexed.tokens,
        comments: Comments::new(text, &lexed.comments),
        lines: Lines::default(),
    };
    printer.items(&file.items, 0, text.len());
    Ok(printer.lines.finish())
}

/// Writes a tree in canonical layout.
struct Printer<'a> {
    text: &'a str,
    tokens: &'a [Token],
    comments: Comments<'a>,
    lines: Lines,
}

impl<'a> Printer<'a> {
    /// The place of the `{` or `(` that is the first such sign at or after byte `from`.
    fn opening(&self, from: usize, sign: &str) -> usize {
        let first = self.tokens.partition_point(|t| t.start < from);
        let found = self.tokens[first..]
            .iter()
            .find(|t| &self.text[t.start..t.end] == sign);
        found.map_or(from, |t| t.start)
    }

    fn slice(&self, span: crate::source::Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }
}
