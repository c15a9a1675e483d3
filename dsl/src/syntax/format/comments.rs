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
        Self { text, all, taken: vec![false; all.len()] }
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

    /// The comments inside `range` that wait and lie in none of `except`.
    pub fn take_outside(&mut self, range: Range<usize>, except: &[Range<usize>]) -> Vec<&'a str> {
        let outside: Vec<usize> = self
            .indices(&range)
            .filter(|i| !self.taken[*i])
            .filter(|i| !except.iter().any(|r| r.contains(&self.all[*i].start)))
            .collect();
        outside.into_iter().map(|i| self.take(i).1).collect()
    }

    /// The comments that begin on the line on which byte `end` lies, with nothing but
    /// blanks and commas before them, in one string; none may reach byte `limit`.
    pub fn take_behind(&mut self, end: usize, limit: usize) -> Option<String> {
        let mut words = Vec::new();
        let mut from = end;
        while let Some(next) = self.indices(&(from..limit)).next() {
            let comment = self.all[next];
            let between = &self.text[from..comment.start];
            if self.taken[next] || !between.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | ',')) {
                break;
            }
            words.push(self.take(next).1);
            from = comment.end;
        }
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
