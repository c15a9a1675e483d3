//! What is needed to make a tree of the grammar's pairs.
//!
//! A pair of the grammar may end with the blanks and comments that follow it.
//! The list of words gives the exact end, and the comments that document an item.

use super::brackets::Brackets;
use super::grammar::Rule;
use super::lex::Lexed;
use super::problems::Problems;
use crate::source::Span;
use pest::iterators::Pair;

/// Makes the tree of one text.
pub(crate) struct Reader<'a, 'p, 't> {
    /// The text that the grammar read.
    pub text: &'a str,
    /// Its words, signs and comments.
    pub lexed: &'a Lexed,
    /// Which brackets were reported already.
    pub brackets: &'a Brackets,
    /// Where messages go.
    pub problems: &'p mut Problems<'t>,
    /// How deep the tree is at the node being made, at most.
    pub level: usize,
}

impl<'a, 'p, 't> Reader<'a, 'p, 't> {
    /// A reader of `text`.
    pub(super) fn new(
        text: &'a str,
        lexed: &'a Lexed,
        brackets: &'a Brackets,
        problems: &'p mut Problems<'t>,
    ) -> Self {
        Self {
            text,
            lexed,
            brackets,
            problems,
            level: 0,
        }
    }

    /// The `///` lines directly before byte `start`, joined.
    pub(super) fn doc_before(&self, start: usize) -> Option<String> {
        let comments = &self.lexed.comments;
        let mut next = start;
        let mut lines = Vec::new();
        for comment in comments[..comments.partition_point(|c| c.start < start)]
            .iter()
            .rev()
        {
            let words = &self.text[comment.start..comment.end];
            let adjacent = self.text[comment.end..next].trim().is_empty();
            let Some(line) = words
                .strip_prefix("///")
                .filter(|_| adjacent && comment.own_line)
            else {
                break;
            };
            lines.push(line.strip_prefix(' ').unwrap_or(line));
            next = comment.start;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The `//!` lines before the first word of the text, joined.
    pub(super) fn file_doc(&self) -> Option<String> {
        let first = self
            .lexed
            .tokens
            .first()
            .map_or(self.text.len(), |t| t.start);
        let lines: Vec<&str> = self
            .lexed
            .comments
            .iter()
            .take_while(|c| c.start < first)
            .filter_map(|c| self.text[c.start..c.end].strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The end of the last word at or before byte `end`: the grammar's rules may have
    /// taken the blanks and comments that follow them.
    pub(super) fn end_of_words(&self, end: usize) -> usize {
        let tokens = &self.lexed.tokens;
        let count = tokens.partition_point(|t| t.end <= end);
        count.checked_sub(1).map_or(end, |last| tokens[last].end)
    }

    /// The place of a pair, without what follows its last word.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let end = self.end_of_words(span.end()).max(span.start());
        self.problems.span(span.start(), end)
    }

    /// The words a span covers.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }
}
