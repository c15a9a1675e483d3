//! Shows diagnostics: to a reader at a terminal or in a notebook, or to a program as JSON.
//!
//! One look everywhere: code and title, the marked source, the sentences, and
//! last the hint, each after a `=`.

mod html;

pub use html::{PRE, escape, html};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, Sources, Span};
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, SimpleFiles};
use codespan_reporting::term;
use codespan_reporting::term::WriteStyle;
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use serde_json::{Value, json};
use std::ops::Range;

/// The diagnostics as plain text, one after the other, in the given order.
pub fn plain(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    String::from_utf8_lossy(&written(sources, diagnostics, NoColor::new(Vec::new())).into_inner())
        .into_owned()
}

/// The diagnostics as text with ANSI colours.
pub fn ansi(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    String::from_utf8_lossy(&written(sources, diagnostics, Ansi::new(Vec::new())).into_inner())
        .into_owned()
}

/// The diagnostics as a JSON array.
///
/// Each has `code`, `severity`, `title`, `labels`, `notes` and `hint` (null if
/// none). A label has `file`, `line`, `column` (both from 1, in characters), `end`
/// with the `line` and `column` one past its last character, and `text`.
pub fn json(sources: &Sources, diagnostics: &[Diagnostic]) -> Value {
    diagnostics.iter().map(|d| one_json(sources, d)).collect()
}

fn one_json(sources: &Sources, diagnostic: &Diagnostic) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .filter_map(|label| {
            let source = sources.get(label.span.source)?;
            let range = clamped(source, label.span);
            let (line, column) = line_and_column(&source.text, range.start);
            let (end_line, end_column) = line_and_column(&source.text, range.end);
            Some(json!({
                "file": source.name,
                "line": line,
                "column": column,
                "end": { "line": end_line, "column": end_column },
                "text": label.text,
            }))
        })
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "title": diagnostic.title,
        "labels": labels,
        "notes": diagnostic.notes,
        "hint": diagnostic.hint,
    })
}

/// Line and column of byte `at`, counted from 1 in characters.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

fn written<W: WriteStyle>(sources: &Sources, diagnostics: &[Diagnostic], mut writer: W) -> W {
    let mut files = SimpleFiles::new();
    for source in sources.iter() {
        files.add(source.name.as_str(), source.text.as_str());
    }
    let config = term::Config::default();
    for diagnostic in diagnostics {
        // Writing to memory fails only for a place outside of the files, and places are clamped.
        let _: Result<(), Error> =
            term::emit_to_write_style(&mut writer, &config, &files, &shown(sources, diagnostic));
    }
    writer
}

fn shown(sources: &Sources, diagnostic: &Diagnostic) -> codespan::Diagnostic<usize> {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let labels = diagnostic
        .labels
        .iter()
        .enumerate()
        .filter_map(|(place, label)| {
            let range = clamped(sources.get(label.span.source)?, label.span);
            let file = label.span.source.0 as usize;
            let label_of = if place == 0 {
                codespan::Label::primary
            } else {
                codespan::Label::secondary
            };
            Some(label_of(file, range).with_message(&label.text))
        });
    let hint = diagnostic.hint.iter().map(|hint| format!("hint: {hint}"));
    codespan::Diagnostic::new(severity)
        .with_code(&diagnostic.code)
        .with_message(&diagnostic.title)
        .with_labels(labels.collect())
        .with_notes(diagnostic.notes.iter().cloned().chain(hint).collect())
}

/// The bytes of a span, moved into the text and onto the boundaries of characters.
fn clamped(source: &Source, span: Span) -> Range<usize> {
    let boundary = |at: u32| source.text.floor_char_boundary(at as usize);
    let start = boundary(span.start);
    start..boundary(span.end).max(start)
}
