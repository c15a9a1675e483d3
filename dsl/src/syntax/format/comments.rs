//! Comments that wait to be written.

use crate::syntax::lex::Comment;
use std::ops::Range;

/// All comments of a text; each is taken once.
pub(super) struct Comments<'a> {
    text: &'a str,
    all: &'a [Comment],
    taken: Vec<bool>,
}

impl<'a> Comments<'a> {
    /// The comments of `text`, none of them taken.
    pub fn new(text: &'a str, all: &'a [Comment]) -> Self {
        Self {
            text,
            all,
            taken: vec![false; all.len()],
        }
    }

    /// Whether a comment inside `range` waits.
    pub fn any_in(&self, range: &Range<usize>) -> bool {
        self.indices(range).any(|i| !self.taken[i])
    }

    /// The first comment inside `range` that waits, and its words.
    pub fn take_first(&mut self, range: Range<usize>) -> Option<(Comment, &'a str)> {
        let first = self.indices(&range).find(|i| !self.taken[*i])?;
        Some(self.take(first))
    }

    /// The comments that stay on the line of what stands in `range`, in one string: those
    /// inside it, but not inside `brackets`, and those behind it on its last line, with
    /// nothing but blanks and commas before them. None may reach byte `limit`.
    ///
    /// Those that end with their line come last, so that they swallow no other.
    pub fn take_beside(
        &mut self,
        range: Range<usize>,
        brackets: &[Range<usize>],
        limit: usize,
    ) -> Option<String> {
        let mut beside: Vec<usize> = self
            .indices(&range)
            .filter(|i| !self.taken[*i])
            .filter(|i| !brackets.iter().any(|r| r.contains(&self.all[*i].start)))
            .collect();
        let mut from = range.end;
        for next in self.indices(&(range.end..limit)) {
            let between = &self.text[from..self.all[next].start];
            if self.taken[next]
                || !between
                    .chars()
                    .all(|c| matches!(c, ' ' | '\t' | '\r' | ','))
            {
                break;
            }
            beside.push(next);
            from = self.all[next].end;
        }
        beside.sort_by_key(|i| self.all[*i].line);
        let words: Vec<&str> = beside.into_iter().map(|i| self.take(i).1).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn indices(&self, range: &Range<usize>) -> Range<usize> {
        let from = self.all.partition_point(|c| c.start < range.start);
        let to = self.all.partition_point(|c| c.start < range.end);
        from..to.max(from)
    }

    fn take(&mut self, index: usize) -> (Comment, &'a str) {
        self.taken[index] = true;
        let comment = self.all[index];
        (comment, &self.text[comment.start..comment.end])
    }
}
