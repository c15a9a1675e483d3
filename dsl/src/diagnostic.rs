//! What the reader is told when something is wrong.
//!
//! A diagnostic has a code that never changes its meaning, a title of a few
//! words, labels on the source, one sentence, and a hint that can be pasted.

use crate::source::Span;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing runs until it is mended.
    Error,
    /// Legal, but almost surely not what was meant.
    Warning,
}

/// A mark on the source text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// What is marked.
    pub span: Span,
    /// What stands under the mark; may be empty.
    pub text: String,
}

/// One message. The first label is the primary one, shown with `^`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// `E0301`, `W0404`: the letter agrees with the severity.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// A few words: `energy compared with an area`.
    pub title: String,
    /// Marks on the source, the primary one first; empty when there is no source.
    pub labels: Vec<Label>,
    /// Whole sentences that explain, each shown on a line of its own; may be empty.
    pub notes: Vec<String>,
    /// What to write instead, ready to paste.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A message with the given code (`E…` or `W…`) and title.
    pub fn new(code: &str, title: impl Into<String>) -> Self {
        let severity = if code.starts_with('W') {
            Severity::Warning
        } else {
            Severity::Error
        };
        Self {
            code: code.to_owned(),
            severity,
            title: title.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            hint: None,
        }
    }

    /// Marks `span`; the first call marks the primary place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, sentence: impl Into<String>) -> Self {
        self.notes.push(sentence.into());
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether this stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The primary place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }
}
