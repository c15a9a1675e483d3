//! Names, paths and strings.

use super::grammar::Rule;
use super::mistakes;
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{Name, Path, Segment, Text};
use crate::diagnostic::Diagnostic;
use pest::iterators::Pair;

impl Reader<'_, '_, '_> {
    pub(super) fn path(&mut self, pair: Pair<'_, Rule>) -> Path {
        let span = self.span(&pair);
        let mut segments: Vec<Segment> = Vec::new();
        for part in pair.into_inner() {
            match (part.as_rule(), segments.last_mut()) {
                (Rule::place, Some(last)) => match part.as_str().parse() {
                    Ok(index) if last.index.is_none() => last.index = Some(index),
                    _ => self.bad_index(&part),
                },
                _ => segments.push(Segment {
                    name: self.word(&part),
                    index: None,
                }),
            }
        }
        Path { segments, span }
    }

    fn bad_index(&mut self, place: &Pair<'_, Rule>) {
        let diagnostic = Diagnostic::new("E0102", "this index cannot be used")
            .at(self.span(place), "not a place in anything")
            .note("A name on the left of `=` takes one index, counted from 0.")
            .hint("write one index, such as `stage[0]`");
        self.problems.add(Rank::Slip, diagnostic);
    }

    /// A name; a reserved word in its place is reported and then used as one.
    pub(super) fn word(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.span(pair);
        let text = pair.as_str().to_owned();
        if matches!(pair.as_rule(), Rule::bad_word | Rule::bad_label) {
            self.problems
                .add(Rank::Slip, mistakes::reserved(&text, span));
        }
        Name { text, span }
    }

    /// A string literal with its escapes resolved.
    pub(super) fn text(&mut self, pair: Pair<'_, Rule>) -> Text {
        let span = self.span(&pair);
        let mut value = String::new();
        for part in pair.into_inner() {
            let base = part.as_span().start();
            let mut chars = part.as_str().char_indices();
            while let Some((at, c)) = chars.next() {
                if c != '\\' {
                    value.push(c);
                    continue;
                }
                match chars.next() {
                    Some((_, '"')) => value.push('"'),
                    Some((_, '\\')) => value.push('\\'),
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 't')) => value.push('\t'),
                    other => self.bad_escape(base + at, other.map(|(_, c)| c)),
                }
            }
        }
        Text { value, span }
    }

    fn bad_escape(&mut self, at: usize, escaped: Option<char>) {
        let end = at + 1 + escaped.map_or(0, char::len_utf8);
        let sign = &self.text[at..end];
        let diagnostic = Diagnostic::new("E0111", format!("`{sign}` means nothing in a string"))
            .at(self.problems.span(at, end), "not an escape")
            .note("The escapes are `\\\"`, `\\\\`, `\\n` and `\\t`.")
            .hint(format!("write `\\{sign}` for a backslash in a string"));
        self.problems.add(Rank::Slip, diagnostic);
    }
}
