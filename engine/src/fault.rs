//! What goes wrong while a plan runs.

use nasaic_dsl::check::place_in_script;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::{Sources, Span};

/// A run-time error, turned into a [`Diagnostic`] where the sources are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Box<Content>);

/// Boxed, because results that carry a fault are made far more often than faults.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    code: &'static str,
    title: String,
    at: Option<Span>,
    label: String,
    script: Option<(Span, usize, usize)>,
    notes: Vec<String>,
    hint: Option<String>,
}

impl Fault {
    /// A fault with its code and title.
    pub fn new(code: &'static str, title: impl Into<String>) -> Self {
        Self(Box::new(Content {
            code,
            title: title.into(),
            at: None,
            label: String::new(),
            script: None,
            notes: Vec::new(),
            hint: None,
        }))
    }

    /// Its code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Where it happened; the first place given stays.
    #[must_use]
    pub fn at(mut self, at: Span) -> Self {
        self.0.at.get_or_insert(at);
        self
    }

    /// What stands under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    /// The line and column inside a script.
    #[must_use]
    pub fn in_script(mut self, script: Span, line: usize, column: usize) -> Self {
        self.0.script = Some((script, line, column));
        self
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The message with its places in the sources.
    pub fn diagnostic(self, sources: &Sources) -> Diagnostic {
        let content = *self.0;
        let mut d = Diagnostic::new(content.code, content.title);
        if let Some((script, line, column)) = content.script {
            d = d.at(
                place_in_script(sources, script, line, column),
                "in the script",
            );
        }
        if let Some(at) = content.at {
            let label = if content.script.is_some() {
                "called here".to_owned()
            } else {
                content.label
            };
            d = d.at(at, label);
        }
        d.notes = content.notes;
        d.hint = content.hint;
        d
    }
}
