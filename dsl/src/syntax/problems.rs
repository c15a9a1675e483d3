//! Which of several messages about the same line is told.
//!
//! One slip often upsets the reader several times. A line is told one thing:
//! what comes first in the order of [`Rank`], then what stands first.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

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
        Self { source, text, found: Vec::new() }
    }

    /// Adds a message.
    pub fn add(&mut self, rank: Rank, diagnostic: Diagnostic) {
        self.found.push((rank, diagnostic));
    }

    /// The place from byte `start` to byte `end`.
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// The messages in the order of the text, one a line. `quiet` are stretches that hold
    /// a bracket error: what else is wrong there is most often its consequence.
    pub fn chosen(mut self, quiet: &[std::ops::Range<usize>]) -> Vec<Diagnostic> {
        let start = |d: &Diagnostic| d.span().map_or(0, |s| s.start as usize);
        self.found.retain(|(rank, d)| {
            *rank != Rank::Line || !quiet.iter().any(|q| q.contains(&start(d)))
        });
        let line_starts: Vec<usize> =
            self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
        let line = |d: &Diagnostic| line_starts.partition_point(|newline| *newline < start(d));
        self.found.sort_by_key(|(rank, d)| (line(d), *rank, start(d)));
        self.found.dedup_by_key(|(_, d)| line(d));
        self.found.into_iter().map(|(_, d)| d).collect()
    }
}
