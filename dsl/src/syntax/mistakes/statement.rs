//! A line that was not understood, as a list of words and signs.

use crate::names::is_reserved;
use crate::source::{SourceId, Span};
use crate::syntax::lex::{Token, TokenKind};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Outside of all blocks.
    File,
    /// Between the braces of a block.
    Block,
}

/// A statement that was not understood, up to the end of its line.
pub(crate) struct Statement<'a> {
    /// The text it is in.
    pub text: &'a str,
    /// Which text that is.
    pub source: SourceId,
    /// Its words and signs, on one line.
    pub tokens: &'a [Token],
    /// What stands before it, on this line or an earlier one.
    pub before: Option<Token>,
    /// How many of them were understood before the reader got stuck.
    pub understood: usize,
    /// Where it stands.
    pub inside: Inside,
    /// Whether it begins with a word of another language.
    pub foreign: bool,
}

impl<'a> Statement<'a> {
    /// The word or sign at `index`; empty past the end.
    pub fn word(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |t| &self.text[t.start..t.end])
    }

    /// The text from the word at `index` to the end of the statement.
    pub fn from(&self, index: usize) -> &'a str {
        self.between(index, self.tokens.len())
    }

    /// The text of the words from `first` up to `last`, which is excluded.
    pub fn between(&self, first: usize, last: usize) -> &'a str {
        match self.tokens.get(first..last) {
            Some([only]) => &self.text[only.start..only.end],
            Some([a, .., b]) => &self.text[a.start..b.end],
            _ => "",
        }
    }

    /// The place of the words from `first` up to `last`, which is excluded.
    pub fn span(&self, first: usize, last: usize) -> Span {
        let end = self.tokens.last().map_or(0, |t| t.end);
        let start = self.tokens.get(first).map_or(end, |t| t.start);
        let end = last
            .checked_sub(1)
            .and_then(|l| self.tokens.get(l))
            .map_or(end, |t| t.end);
        Span::new(self.source, start, end.max(start))
    }

    /// The place of the whole statement.
    pub fn all(&self) -> Span {
        self.span(0, self.tokens.len())
    }

    /// What stands at `index`.
    pub fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|t| t.kind)
    }

    /// Whether a word stands at `index`.
    pub fn is_word(&self, index: usize) -> bool {
        self.kind(index) == Some(TokenKind::Word)
    }

    /// Whether no blank stands between the word at `index` and the next.
    pub fn touches_next(&self, index: usize) -> bool {
        matches!(self.tokens.get(index..index + 2), Some([a, b]) if a.end == b.start)
    }

    /// Where a word or sign stands first.
    pub fn position(&self, sign: &str) -> Option<usize> {
        (0..self.tokens.len()).find(|i| self.word(*i) == sign)
    }

    /// How many words the path `a.b[2].c` at the beginning has; 0 if there is none.
    pub fn path_length(&self) -> usize {
        if !self.is_word(0) || is_reserved(self.word(0)) {
            return 0;
        }
        let mut end = 1;
        loop {
            let glued = self.touches_next(end - 1);
            match self.word(end) {
                "." if glued && self.is_word(end + 1) => end += 2,
                "[" if glued && self.word(end + 2) == "]" => end += 3,
                _ => return end,
            }
        }
    }
}
