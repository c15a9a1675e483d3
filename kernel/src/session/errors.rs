//! Errors as front ends show them.

use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::render;
use nasaic_dsl::source::Sources;
use serde_json::{Value, json};

/// The content of an `error` message: the first error's code and title, and all messages with
/// their places in colour.
pub fn content(sources: &Sources, diagnostics: &[Diagnostic]) -> Value {
    let errors = diagnostics.iter().filter(|d| d.is_error());
    let first = errors.clone().next();
    let more = errors.count().saturating_sub(1);
    let title = first.map_or("", |d| d.title.as_str());
    let evalue = match more {
        0 => title.to_owned(),
        1 => format!("{title} (and 1 more)"),
        _ => format!("{title} (and {more} more)"),
    };
    let text = render::ansi(sources, diagnostics);
    json!({
        "ename": first.map_or("error", |d| d.code.as_ref()),
        "evalue": evalue,
        "traceback": text.trim_end().lines().collect::<Vec<_>>(),
    })
}

/// All messages with their places, as plain text.
pub fn text(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    render::plain(sources, diagnostics).trim_end().to_owned()
}

/// The content of an `error` message that points at nothing in a cell.
pub fn plain(name: &str, title: &str, text: &str) -> Value {
    json!({ "ename": name, "evalue": title, "traceback": text.lines().collect::<Vec<_>>() })
}

/// The content of an `error` message for one diagnostic that points at nothing in a cell.
pub fn alone(diagnostic: &Diagnostic) -> Value {
    content(&Sources::default(), std::slice::from_ref(diagnostic))
}
