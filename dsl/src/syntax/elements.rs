//! What stands between brackets.

use super::grammar::Rule;
use super::mistakes;
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{Arg, Expr, Name};
use crate::diagnostic::Diagnostic;
use pest::iterators::Pair;

impl Reader<'_, '_, '_> {
    /// The elements of a set or list.
    pub(super) fn elements(&mut self, pair: Pair<'_, Rule>) -> Vec<Expr> {
        let mut elements = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => elements.extend(self.expr(part)),
                _ => self.slip_in_brackets(&part),
            }
        }
        elements
    }

    pub(super) fn args(&mut self, pair: Pair<'_, Rule>) -> Vec<Arg> {
        let mut args = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::arg => args.extend(self.arg(part)),
                _ => self.slip_in_brackets(&part),
            }
        }
        args
    }

    fn arg(&mut self, pair: Pair<'_, Rule>) -> Option<Arg> {
        let mut name: Option<Name> = None;
        let mut value: Option<Expr> = None;
        let mut colon = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name | Rule::bad_word => name = Some(self.word(&part)),
                Rule::bad_colon => colon = Some(self.span(&part)),
                Rule::expr => value = self.expr(part),
                _ => {}
            }
        }
        let value = value?;
        if let (Some(at), Some(name)) = (colon, &name) {
            let hint = format!("{} = {}", name.text, self.slice(value.span));
            self.colon(at, hint);
        }
        Some(Arg { name, value })
    }

    /// The one expression between brackets.
    pub(super) fn single(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut value = None;
        let mut told = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => {
                    value = self.expr(part);
                    told = true;
                }
                _ => {
                    self.slip_in_brackets(&part);
                    told = true;
                }
            }
        }
        if !told {
            let diagnostic = Diagnostic::new("E0102", "nothing between the brackets")
                .at(span, "a value belongs here")
                .note("These brackets must hold one value.")
                .hint("write a value between them, or `?` if you do not know it yet");
            self.problems.add(Rank::Line, diagnostic);
        }
        value
    }

    fn slip_in_brackets(&mut self, part: &Pair<'_, Rule>) {
        let at = part.as_span().start();
        match part.as_rule() {
            Rule::gap => {
                let before = self.text[..at].trim_end().len();
                let next = self.problems.span(before, before);
                let diagnostic = Diagnostic::new("E0102", "a comma is missing")
                    .at(next, "a `,` belongs here")
                    .note("The values between brackets are separated by commas.")
                    .hint("put a `,` between the two values");
                self.problems.add(Rank::Line, diagnostic);
            }
            Rule::junk => {
                let diagnostic = mistakes::junk(part.as_str(), self.span(part));
                self.problems.add(Rank::Line, diagnostic);
            }
            _ => {}
        }
    }
}
