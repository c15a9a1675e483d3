//! The messages of one text, put in order and rid of echoes.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// Most places that one message marks as further ones of the same kind.
const MOST_ECHOES: usize = 3;

/// In source order, the text's own first; each mistake told once.
pub(super) fn tidied(found: Vec<Diagnostic>, main: SourceId, garbled: &[Span]) -> Vec<Diagnostic> {
    let mut sorted = found;
    sorted.sort_by_key(|d| (d.span().map(|s| (s.source != main, s)), d.code.clone()));
    let mut out: Vec<Diagnostic> = Vec::new();
    for diagnostic in sorted {
        let swallowed = matches!(diagnostic.code.as_str(), "E0307" | "E0201")
            && out.iter().any(|d| never_closed(d, &diagnostic));
        if swallowed || follows_from_reading(&diagnostic, garbled) || out.contains(&diagnostic) {
            continue;
        }
        match out.iter_mut().find(|d| echoes(d, &diagnostic)) {
            Some(first) => mark(first, diagnostic.span()),
            None => out.push(diagnostic),
        }
    }
    out
}

/// Whether a message is about words that could not be read in the first place.
fn follows_from_reading(d: &Diagnostic, garbled: &[Span]) -> bool {
    if d.code.starts_with("E01") {
        return false;
    }
    d.span().is_some_and(|s| {
        garbled
            .iter()
            .any(|g| g.source == s.source && g.start < s.end.max(s.start + 1) && s.start < g.end)
    })
}

/// Whether a brace that is never closed swallows what another message finds out of place or lacking.
fn never_closed(d: &Diagnostic, other: &Diagnostic) -> bool {
    let places = d.span().zip(other.span());
    d.code == "E0101"
        && d.title.contains('{')
        && places.is_some_and(|(a, b)| a.source == b.source && a.start < b.start)
}

/// The same mistake at another place: an unknown name used again, a metric that is not to be had.
fn echoes(first: &Diagnostic, other: &Diagnostic) -> bool {
    matches!(first.code.as_str(), "E0201" | "E0603" | "E0604" | "E0605")
        && first.code == other.code
        && first.title == other.title
        && first.span().map(|s| s.source) == other.span().map(|s| s.source)
}

fn mark(first: &mut Diagnostic, echo: Option<Span>) {
    const ALSO: &str = "also here";
    let marked = first.labels.iter().filter(|l| l.text == ALSO).count();
    if let Some(span) = echo
        && marked < MOST_ECHOES
        && first.labels.iter().all(|l| l.span != span)
    {
        *first = std::mem::replace(first, Diagnostic::new("", "")).at(span, ALSO);
    }
}
