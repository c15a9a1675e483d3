//! What a `?` leaves open: each is told once, and nothing that hangs on one is told at all.
//!
//! A name that a cell was to declare waits until that cell is complete. Who uses it is told so,
//! instead of that it is unknown.

use super::{Checker, Program};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use crate::syntax::tree::{ExprKind, File, Item, ItemKind};
use crate::syntax::{holes_of, tree};
use std::collections::BTreeMap;
use std::ops::Range;

/// The code of a hole.
const HOLE: &str = "E0310";
/// The code of a name that waits for one.
const WAITS: &str = "E0311";

/// Codes of what a hole may upset within its statement.
const UPSET: &[&str] = &["E0201", "E0209", "E0305", "E0306", "E0307"];

/// Names that texts with errors would have declared.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    names: BTreeMap<String, Cause>,
    /// Holes that may stand for whole declarations, by the first line of their text.
    nameless: BTreeMap<String, Span>,
}

/// Why a name is not declared yet.
#[derive(Debug, Clone, Copy)]
struct Cause {
    at: Span,
    /// Whether it is a `?` rather than a mistake.
    hole: bool,
}

impl Program {
    /// Notes what a text with errors would have declared, and what that waits for.
    pub(super) fn wait_for(
        &mut self,
        text: &str,
        (file, nameless): (&File, Option<Span>),
        diagnostics: &[Diagnostic],
    ) {
        let Some(cause) = self.cause(diagnostics) else {
            return;
        };
        let holes = diagnostics.iter().filter(|d| d.code == HOLE);
        let holes: Vec<Span> = holes.filter_map(Diagnostic::span).collect();
        for item in &file.items {
            let own = holes.iter().copied().find(|hole| {
                hole.source == item.span.source
                    && (item.span.start..item.span.end).contains(&hole.start)
            });
            let cause = own.map_or(cause, |at| Cause { at, hole: true });
            for name in item.declares() {
                self.waiting.names.insert(name.text.clone(), cause);
            }
        }
        if let Some(at) = nameless {
            self.waiting.nameless.insert(first_line(text), at);
        }
    }

    /// Forgets what an earlier form of a text that is now complete left open.
    pub(super) fn waits_no_more(&mut self, text: &str) {
        self.waiting.nameless.remove(&first_line(text));
    }

    /// What all of a wrong text waits for.
    fn cause(&self, diagnostics: &[Diagnostic]) -> Option<Cause> {
        let errors = || diagnostics.iter().filter(|d| d.is_error());
        if let Some(at) = errors().find(|d| d.code == HOLE).and_then(Diagnostic::span) {
            return Some(Cause { at, hole: true });
        }
        let first = errors().next()?;
        if first.code == WAITS {
            let at = first.labels.last()?.span;
            let known = self.waiting.names.values().find(|cause| cause.at == at);
            return known.copied();
        }
        let at = first.span()?;
        Some(Cause { at, hole: false })
    }
}

impl Checker<'_> {
    /// Looks, before names are resolved, for a hole that may stand for a declaration: nobody can say
    /// which names there will be.
    pub(super) fn note_holes(&mut self, file: &File) {
        let unread = self.diagnostics.iter().find(|d| d.code == HOLE);
        self.nameless_hole = bare(&file.items).or(unread.and_then(Diagnostic::span));
    }

    /// A hole for each `?` that nothing was said about yet: it stands where something else is lost.
    pub(super) fn tell_other_holes(&mut self, source: SourceId, text: &str) {
        for hole in holes_of(source, text) {
            let told = |d: &Diagnostic| d.code == HOLE && d.span() == hole.span();
            if !self.diagnostics.iter().any(told) {
                self.say(hole);
            }
        }
    }

    /// An item of a block that is still to be written.
    pub(super) fn item_left(&mut self, at: Span, kind: &str) {
        self.lost += 1;
        self.garbled.push(at);
        // Of `? latency` it is the word before that is missing.
        let at = Span {
            end: at.start + 1,
            ..at
        };
        self.say(
            Diagnostic::new(HOLE, "a hole is left")
                .at(at, format!("a line of the `{kind}` is expected here"))
                .hint("replace the `?`"),
        );
    }

    /// Says what an unknown name waits for, if it is known.
    pub(super) fn waits(&mut self, name: &str, span: Span) -> bool {
        let Some(cause) = self.program.waiting.names.get(name).copied() else {
            return false;
        };
        let cell = self.program.sources.get(cause.at.source);
        let cell = cell.map_or("another cell", |s| s.name.as_str());
        let (title, label, hint) = if cause.hole {
            (
                format!("`{name}` waits for the `?` in {cell}"),
                "replace this first",
                "fill in the `?`, run its cell, and then this one again",
            )
        } else {
            (
                format!("`{name}` waits for {cell}, which has an error"),
                "mend this first",
                "mend that cell, run it, and then this one again",
            )
        };
        let d = Diagnostic::new(WAITS, title)
            .at(span, "not declared yet")
            .at(cause.at, label)
            .hint(hint);
        self.say(d);
        true
    }

    /// A hole of another text that may yet declare an unknown name.
    pub(super) fn perhaps_declared_by(&self) -> Option<Span> {
        self.program.waiting.nameless.values().next_back().copied()
    }
}

/// Leaves out what is told only because of a hole: whatever is said about its line, what may follow
/// from it within its statement, and members of what cannot be known before it is filled in. Where
/// a hole stands for a declaration, nothing is known of what the others mean.
pub(super) fn without_what_hangs_on(
    (holes, nameless): (&[Diagnostic], bool),
    text: &str,
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let Some(source) = holes.first().and_then(Diagnostic::span).map(|s| s.source) else {
        return found;
    };
    let holes = holes.iter().filter_map(Diagnostic::span);
    let holes: Vec<Range<usize>> = holes.map(|s| s.start as usize..s.end as usize).collect();
    let near: Vec<(Range<usize>, Range<usize>)> = holes
        .iter()
        .map(|hole| (line_of(text, hole.start), statement_of(text, hole.start)))
        .collect();
    let hangs = |d: &Diagnostic| {
        let Some(at) = d.span().filter(|s| s.source == source) else {
            return nameless;
        };
        let start = at.start as usize;
        let reading = d.code.starts_with("E01");
        if nameless && !reading {
            return true;
        }
        let upset = reading || UPSET.contains(&d.code.as_str());
        d.code == "E0206"
            || near.iter().any(|(line, statement)| {
                line.contains(&start) || upset && statement.contains(&start)
            })
    };
    found
        .into_iter()
        .filter(|d| d.code == HOLE || !hangs(d))
        .collect()
}

fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n + 1);
    start..end
}

/// From the line before that is not indented to the next one, as statements are laid out.
fn statement_of(text: &str, at: usize) -> Range<usize> {
    let mut statement = 0..text.len();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begins = !line.starts_with([' ', '\t', '\n', '}', ')', ']']);
        if begins && start <= at {
            statement.start = start;
        } else if begins {
            statement.end = start;
            break;
        }
        start += line.len();
    }
    statement
}

/// A hole that stands for a whole item.
fn bare(items: &[Item]) -> Option<Span> {
    items.iter().find_map(|item| match &item.kind {
        ItemKind::Show(value) => (value.kind == ExprKind::Hole).then_some(item.span),
        ItemKind::Block(tree::Block {
            body: Some(body), ..
        }) => bare(body),
        _ => None,
    })
}

fn first_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim);
    lines.find(|l| !l.is_empty()).unwrap_or("").to_owned()
}
