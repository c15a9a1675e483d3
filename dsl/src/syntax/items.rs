//! From the grammar's pairs to the items of a body.

use super::grammar::Rule;
use super::lex::TokenKind;
use super::mistakes::{self, Inside, Statement};
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{File, Item};
use crate::diagnostic::Diagnostic;
use pest::iterators::{Pair, Pairs};

/// A stretch of a body: an item, or what could not be read as one.
struct Part<'i> {
    pair: Pair<'i, Rule>,
    start: usize,
    end: usize,
    /// A comma stands after it.
    comma: bool,
}

impl Part<'_> {
    fn misread(&self) -> bool {
        matches!(self.pair.as_rule(), Rule::line | Rule::foreign)
    }

    /// A value that is given to no field; a hole may stand for a whole item of a block.
    fn stands_alone_wrongly(&self) -> bool {
        self.pair.as_rule() == Rule::show && !is_hole(self.pair.clone())
    }

    /// An expression, or a block without braces: nothing else may stand on its line.
    fn alone(&self) -> bool {
        match self.pair.as_rule() {
            Rule::show => true,
            Rule::block => self
                .pair
                .clone()
                .into_inner()
                .all(|p| p.as_rule() != Rule::body),
            _ => false,
        }
    }
}

/// Whether a pair holds a `?` and nothing else.
fn is_hole(pair: Pair<'_, Rule>) -> bool {
    if pair.as_rule() == Rule::hole {
        return true;
    }
    let mut inner = pair.into_inner();
    match (inner.next(), inner.next()) {
        (Some(only), None) => is_hole(only),
        _ => false,
    }
}

impl Reader<'_, '_, '_> {
    /// The whole file.
    pub(super) fn file(mut self, pairs: Pairs<'_, Rule>) -> File {
        let pairs = pairs
            .flat_map(Pair::into_inner)
            .filter(|p| p.as_rule() != Rule::EOI);
        let items = self.items(pairs, Inside::File);
        File {
            doc: self.file_doc(),
            items,
        }
    }

    /// The items of a body.
    pub(super) fn body(&mut self, body: Pair<'_, Rule>) -> Vec<Item> {
        self.level += 1;
        let items = self.items(body.into_inner(), Inside::Block);
        self.level -= 1;
        items
    }

    fn items<'i>(
        &mut self,
        pairs: impl Iterator<Item = Pair<'i, Rule>>,
        inside: Inside,
    ) -> Vec<Item> {
        let parts = self.parts(pairs);
        let mut items = Vec::new();
        let mut rest = parts.as_slice();
        while let Some(first) = rest.first() {
            let (statement, others) = rest.split_at(self.statement_length(rest));
            rest = others;
            if let (Some(last), Some(next)) = (statement.last(), rest.first()) {
                self.missing_comma(last, next);
            }
            let bare = inside == Inside::Block && first.stands_alone_wrongly();
            let whole = statement.len() == 1 && !first.misread() && !bare;
            // After `x =` the name on the next line was taken for the value.
            let cut = statement
                .get(1)
                .is_some_and(|next| self.text[next.start..].starts_with('='));
            if whole || !first.misread() && !first.alone() && !cut {
                items.extend(self.item(first));
            }
            if !whole {
                self.misread(statement, inside);
            }
        }
        items
    }

    fn parts<'i>(&mut self, pairs: impl Iterator<Item = Pair<'i, Rule>>) -> Vec<Part<'i>> {
        let mut parts: Vec<Part<'i>> = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::comma => {
                    if let Some(last) = parts.last_mut() {
                        last.comma = true;
                    }
                }
                Rule::unclosed => {}
                Rule::stray => self.stray(&pair),
                _ => {
                    let span = pair.as_span();
                    let start = span.start();
                    let end = self.end_of_words(span.end()).max(start);
                    parts.push(Part {
                        pair,
                        start,
                        end,
                        comma: false,
                    });
                }
            }
        }
        parts
    }

    /// How many parts, from the first, were meant as one statement: what stands on
    /// the same line without a comma, where at least one of the two is no full item.
    fn statement_length(&self, parts: &[Part<'_>]) -> usize {
        let joined = |pair: &[Part<'_>]| {
            let (before, after) = (&pair[0], &pair[1]);
            !before.comma
                && !self.text[before.end..after.start].contains('\n')
                && (before.alone() || before.misread() || after.alone() || after.misread())
        };
        1 + parts.windows(2).take_while(|pair| joined(pair)).count()
    }

    fn misread(&mut self, statement: &[Part<'_>], inside: Inside) {
        let [first, others @ ..] = statement else {
            return;
        };
        let foreign = statement.iter().find(|p| p.pair.as_rule() == Rule::foreign);
        let stuck = foreign.or(others.first()).unwrap_or(first);
        // Of a statement over several lines, the line where the reader got stuck.
        let before = &self.text[first.start..stuck.start];
        let line_start = before
            .rfind('\n')
            .map_or(first.start, |n| first.start + n + 1);
        let start = if foreign.is_some() {
            stuck.start
        } else {
            line_start
        };
        let end = statement.last().map_or(first.end, |last| last.end);
        let end = self.text[stuck.start..end]
            .find('\n')
            .map_or(end, |n| stuck.start + n);
        let all = &self.lexed.tokens;
        let token_at = |at: usize| all.partition_point(|t| t.start < at);
        let tokens = &all[token_at(start)..token_at(end)];
        let bare = others.is_empty() && first.pair.as_rule() == Rule::show;
        let wrong = Statement {
            text: self.text,
            source: self.problems.source(),
            tokens,
            before: token_at(start).checked_sub(1).map(|before| all[before]),
            understood: if bare {
                tokens.len()
            } else {
                token_at(stuck.start) - token_at(start)
            },
            inside,
            foreign: foreign.is_some(),
        };
        let (rank, diagnostic) = mistakes::explain(&wrong);
        self.problems.add(rank, diagnostic);
    }

    /// Reports `kernel = 3 stride = 2`: after a number on the same line a word is a unit.
    fn missing_comma(&mut self, before: &Part<'_>, after: &Part<'_>) {
        let same_line = !before.comma && !self.text[before.end..after.start].contains('\n');
        let tokens = &self.lexed.tokens;
        let last = tokens[..tokens.partition_point(|t| t.start < before.end)].last();
        if let Some(number) = last.filter(|t| same_line && t.kind == TokenKind::Number) {
            let at = self.problems.span(number.start, number.end);
            let next = &self.text[after.start..after.end];
            let next = next.lines().next().unwrap_or(next);
            let diagnostic = mistakes::comma_after_number(self.slice(at), next, at);
            self.problems.add(Rank::Slip, diagnostic);
        }
    }

    /// A field that stands alone, such as after a `with` without braces.
    pub(super) fn lone_item(&mut self, pair: Pair<'_, Rule>) -> Vec<Item> {
        let span = self.span(&pair);
        let part = Part {
            start: span.start as usize,
            end: span.end as usize,
            pair,
            comma: false,
        };
        self.item(&part).into_iter().collect()
    }

    fn item(&mut self, part: &Part<'_>) -> Option<Item> {
        let kind = self.kind(part.pair.clone())?;
        let span = self.problems.span(part.start, part.end);
        Some(Item {
            doc: self.doc_before(part.start),
            kind,
            span,
        })
    }

    fn stray(&mut self, pair: &Pair<'_, Rule>) {
        if !self.brackets.unmatched {
            let diagnostic = Diagnostic::new("E0101", "`}` closes nothing")
                .at(self.span(pair), "no block is open here")
                .hint("leave out this `}`");
            self.problems.add(Rank::Bracket, diagnostic);
        }
    }
}
