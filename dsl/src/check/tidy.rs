//! The messages of one text, put in order and rid of echoes.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use std::collections::BTreeMap;

/// Most places that one message marks as further ones of the same kind.
const MOST_ECHOES: usize = 3;

/// In source order, the text's own first; each mistake told once.
pub(super) fn tidied(found: Vec<Diagnostic>, main: SourceId, garbled: &[Span]) -> Vec<Diagnostic> {
    let mut sorted = found;
    sorted.sort_by_key(|d| (d.span().map(|s| (s.source != main, s)), d.code.clone()));
    let unclosed: Vec<Span> = sorted.iter().filter_map(never_closed).collect();
    let mut out: Vec<Diagnostic> = Vec::new();
    // Where the first message of each kind that may echo stands in `out`.
    let mut first = BTreeMap::new();
    for diagnostic in sorted {
        if swallowed(&diagnostic, &unclosed)
            || follows_from_reading(&diagnostic, garbled)
            || told_there(&out, &diagnostic)
        {
            continue;
        }
        if let Some(key) = echo(&diagnostic) {
            if let Some(&index) = first.get(&key) {
                mark(&mut out[index], diagnostic.span());
                continue;
            }
            first.insert(key, out.len());
        }
        out.push(diagnostic);
    }
    out
}

/// Whether the same message has been told at the same place; equal places stand together.
fn told_there(out: &[Diagnostic], diagnostic: &Diagnostic) -> bool {
    let there = out
        .iter()
        .rev()
        .take_while(|d| d.span() == diagnostic.span());
    let same_hole = |d: &Diagnostic| d.code == "E0310" && diagnostic.code == "E0310";
    there.into_iter().any(|d| d == diagnostic || same_hole(d))
}

/// Whether a message is about words that could not be read in the first place.
fn follows_from_reading(d: &Diagnostic, garbled: &[Span]) -> bool {
    if d.code.starts_with("E01") || d.code == "E0310" {
        return false;
    }
    d.span().is_some_and(|s| {
        garbled
            .iter()
            .any(|g| g.source == s.source && g.start < s.end.max(s.start + 1) && s.start < g.end)
    })
}

/// The place of a brace that is never closed.
fn never_closed(d: &Diagnostic) -> Option<Span> {
    d.span()
        .filter(|_| d.code == "E0101" && d.title.contains('{'))
}

/// Whether something is out of place or lacking only because a brace before it is never closed.
fn swallowed(d: &Diagnostic, unclosed: &[Span]) -> bool {
    matches!(d.code.as_str(), "E0307" | "E0201")
        && d.span().is_some_and(|s| {
            unclosed
                .iter()
                .any(|open| open.source == s.source && open.start < s.start)
        })
}

/// What a mistake that may come at many places is known by: an unknown name used again, a metric
/// that is not to be had.
fn echo(d: &Diagnostic) -> Option<(String, String, SourceId)> {
    matches!(d.code.as_str(), "E0201" | "E0603" | "E0604" | "E0605")
        .then(|| Some((d.code.clone(), d.title.clone(), d.span()?.source)))?
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
