//! Which of several messages about the same line is told.
//!
//! One slip often upsets the reader several times. A line is told one thing:
//! what comes first in the order of [`Rank`], then what stands first.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use std::ops::Range;

/// How near to the cause a message is; the smaller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// A string, comment or sign: what follows it is read wrongly.
    Sign,
    /// A bracket without its partner.
    Bracket,
    /// A known slip.
    Slip,
    /// Something not understood at all.
    Line,
}

/// The messages of one text, before the choice.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    source: SourceId,
    text: &'a str,
    found: Vec<(Rank, Diagnostic)>,
}

impl<'a> Problems<'a> {
    /// No messages yet.
    pub fn new(source: SourceId, text: &'a str) -> Self {
        Self {
            source,
            text,
            found: Vec::new(),
        }
    }

    /// Adds a message.
    pub fn add(&mut self, rank: Rank, diagnostic: Diagnostic) {
        self.found.push((rank, diagnostic));
    }

    /// The text they are about.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The place from byte `start` to byte `end`.
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// The messages in the order of the text, one a line; a line with holes, which stand at these
    /// bytes, is told its holes instead.
    pub fn chosen(mut self, quiet: &Quiet, holes: &[usize]) -> Vec<Diagnostic> {
        let start = |d: &Diagnostic| d.span().map_or(0, |s| s.start as usize);
        let line_ends: Vec<usize> = self
            .text
            .bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .map(|(at, _)| at)
            .collect();
        let line = |d: &Diagnostic| line_ends.partition_point(|newline| *newline < start(d));
        self.found
            .sort_by_key(|(rank, d)| (line(d), *rank, start(d)));
        self.found.dedup_by_key(|(_, d)| line(d));
        let mut told = None;
        self.found.retain(|(rank, d)| {
            let consequence = *rank == Rank::Line && quiet.unclosed.holds(start(d)).is_some();
            let brackets = quiet.closed.holds(start(d));
            let repeated = *rank == Rank::Line && brackets.is_some() && brackets == told;
            told = brackets.or(told);
            !consequence && !repeated
        });
        let found = std::mem::take(&mut self.found);
        let mut chosen = Vec::new();
        for (rank, diagnostic) in found {
            let here = line(&diagnostic);
            let line_of = |hole: &usize| line_ends.partition_point(|newline| newline < hole);
            let mut holes = holes.iter().filter(|hole| line_of(hole) == here).peekable();
            if rank < Rank::Slip || holes.peek().is_none() {
                chosen.push(diagnostic);
            } else {
                chosen.extend(holes.map(|hole| left(self.span(*hole, hole + 1))));
            }
        }
        chosen
    }
}

/// The message of a hole that has no place in the tree.
pub(crate) fn left(hole: Span) -> Diagnostic {
    Diagnostic::new("E0310", "a hole is left")
        .at(hole, "something is expected here")
        .hint("replace the `?`")
}

/// Where messages of [`Rank::Line`] are most often consequences of another one.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    /// After a bracket that is never closed, which is told itself.
    pub unclosed: Stretches,
    /// Between brackets on several lines: only the first message is told.
    pub closed: Stretches,
}

/// Stretches of the text that do not overlap, in order.
#[derive(Debug, Default)]
pub(crate) struct Stretches(Vec<Range<usize>>);

impl Stretches {
    /// Joins stretches that overlap.
    pub fn new(mut all: Vec<Range<usize>>) -> Self {
        all.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in all {
            match joined.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }

    /// Which stretch holds byte `at`.
    fn holds(&self, at: usize) -> Option<usize> {
        let place = self.0.partition_point(|range| range.end <= at);
        self.0
            .get(place)
            .filter(|range| range.contains(&at))
            .map(|_| place)
    }
}
