//! Source texts and places in them.
//!
//! A span is three integers; it means something only together with the
//! [`Sources`] it was made from. Plans carry their sources, so that an error at
//! run time can still show the line it comes from.

use serde::{Deserialize, Serialize};

/// Which text a span lies in: an index into [`Sources`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct SourceId(pub u32);

/// A stretch of a source text, in bytes; `end` is exclusive.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `source` from byte `start` to byte `end`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self {
            source,
            start: start as u32,
            end: end as u32,
        }
    }

    /// The smallest span that covers both; they must lie in the same source.
    pub fn to(self, other: Span) -> Span {
        Span {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// One text with the name it is shown under, such as `w1.nasaic` or `std/nets/vgg16.nasaic`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The name shown in messages.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// All texts of one module, in the order in which they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sources {
    texts: Vec<Source>,
}

impl Sources {
    /// Adds a text and returns its identity.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(self.texts.len() as u32);
        self.texts.push(Source {
            name: name.into(),
            text: text.into(),
        });
        id
    }

    /// The text of `id`, if it is one of ours.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.texts.get(id.0 as usize)
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.texts.iter()
    }

    /// The words a span covers; empty when the span is not of these sources.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source)
            .and_then(|s| s.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// The words from a line and column, counted from 1 in characters, to the end of the line; a
    /// place outside the text becomes the nearest one inside.
    pub fn rest_of_line(&self, id: SourceId, line: usize, column: usize) -> Span {
        let text = self.get(id).map_or("", |s| s.text.as_str());
        let before = text.split_inclusive('\n').take(line.saturating_sub(1));
        let start: usize = before.map(str::len).sum();
        let words = text[start..].lines().next().unwrap_or("");
        let skipped = words.chars().take(column.saturating_sub(1));
        let skipped: usize = skipped.map(char::len_utf8).sum();
        let inside = words.len() - words[skipped..].trim_start().len();
        Span::new(
            id,
            start + inside,
            start + words.trim_end().len().max(inside),
        )
    }

    /// `name:line:column` of where a span starts, counted from 1 in characters.
    pub fn place(&self, span: Span) -> String {
        let Some(source) = self.get(span.source) else {
            return String::from("?");
        };
        let before = source.text.get(..span.start as usize).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        format!("{}:{line}:{column}", source.name)
    }
}
