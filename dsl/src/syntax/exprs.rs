//! From the grammar's pairs to expressions.
//!
//! `with` binds loosest, then `..`, then the chains of operators; calls, indices
//! and members bind tightest.

use super::grammar::Rule;
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{Expr, ExprKind, Step};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::Pair;

/// How deep a tree may be; chains of operators count as well as brackets.
const DEEPEST: usize = 256;

impl Reader<'_, '_, '_> {
    /// An expression; `None` when something in it was reported that has no place in the tree.
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let depth = pair.clone().into_inner().count();
        let span = self.span(&pair);
        self.deeper(depth, span, |reader| reader.range_and_changes(pair))
    }

    /// Does `work` with the level raised by `by`, unless that is too deep.
    pub(super) fn deeper<T>(
        &mut self,
        by: usize,
        span: Span,
        work: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.level + by > DEEPEST {
            let diagnostic = Diagnostic::new("E0109", "nested too deeply")
                .at(span, "too many operations in one another")
                .note(format!("An expression may be {DEEPEST} operations deep."))
                .hint("give an inner part a name with `let`, and use the name");
            self.problems.add(Rank::Slip, diagnostic);
            return None;
        }
        self.level += by;
        let result = work(self);
        self.level -= by;
        result
    }

    fn range_and_changes(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut value: Option<Expr> = None;
        let mut ends: Vec<Expr> = Vec::new();
        let mut times = false;
        let mut inner = pair.into_inner();
        for part in inner.by_ref() {
            match part.as_rule() {
                Rule::chain => {
                    let chain = self.chain(part)?;
                    match value {
                        None => value = Some(chain),
                        Some(_) => ends.push(chain),
                    }
                }
                Rule::range_op => self.range_sign(&part, span),
                Rule::times => times = true,
                Rule::kw_with => break,
                _ => {}
            }
        }
        let mut value = value?;
        let mut ends = ends.into_iter();
        if let Some(end) = ends.next() {
            let step = ends.next().map(|step| Step {
                times,
                value: Box::new(step),
            });
            let last = step.as_ref().map_or(end.span, |s| s.value.span);
            let span = value.span.to(last);
            let (start, end) = (Box::new(value), Box::new(end));
            value = Expr {
                kind: ExprKind::Range { start, end, step },
                span,
            };
        }
        for change in inner.filter(|p| p.as_rule() != Rule::kw_with) {
            value = self.with(value, change)?;
        }
        Some(value)
    }

    fn range_sign(&mut self, sign: &Pair<'_, Rule>, range: Span) {
        if sign.as_str() != ".." {
            let meant = self.slice(range).replacen(sign.as_str(), "..", 1);
            let diagnostic =
                Diagnostic::new("E0102", format!("`{}` is not a range", sign.as_str()))
                    .at(self.span(sign), "write `..` here")
                    .note("A range has two dots and includes both its ends.")
                    .hint(format!("write `{meant}`"));
            self.problems.add(Rank::Slip, diagnostic);
        }
    }

    fn with(&mut self, base: Expr, change: Pair<'_, Rule>) -> Option<Expr> {
        let span = base.span.to(self.span(&change));
        let items = match change.as_rule() {
            Rule::body => self.body(change),
            _ => {
                self.missing_braces(&change);
                let field = change.into_inner().find(|p| p.as_rule() == Rule::field);
                field.map(|f| self.lone_item(f)).unwrap_or_default()
            }
        };
        Some(Expr {
            kind: ExprKind::With {
                base: Box::new(base),
                items,
            },
            span,
        })
    }

    /// Reports what stands after a `with` instead of braces.
    fn missing_braces(&mut self, change: &Pair<'_, Rule>) {
        let span = self.span(change);
        let words = self
            .slice(span)
            .trim_start_matches('(')
            .trim_end_matches(')');
        let with = self.end_of_words(span.start as usize);
        let (at, label, braces) = if words.is_empty() {
            let at = self.problems.span(with - "with".len(), with);
            (
                at,
                "the changes are missing after this",
                String::from("{ … }"),
            )
        } else {
            (span, "put this into braces", format!("{{ {words} }}"))
        };
        let diagnostic = Diagnostic::new("E0107", "`with` needs braces")
            .at(at, label)
            .note("What `with` changes stands between `{` and `}`.")
            .hint(format!("write `with {braces}`"));
        self.problems.add(Rank::Slip, diagnostic);
    }

    pub(super) fn postfix(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let length = pair.clone().into_inner().count();
        let span = self.span(&pair);
        self.deeper(length, span, |reader| {
            let mut inner = pair.into_inner();
            let mut value = reader.primary(inner.next()?);
            for step in inner {
                value = reader.step(value, step);
            }
            value
        })
    }

    /// One call, index or member after `base`. What is inside the brackets is read
    /// even when the base is lost, so that its own slips are told.
    fn step(&mut self, base: Option<Expr>, step: Pair<'_, Rule>) -> Option<Expr> {
        let step_span = self.span(&step);
        let kind: Box<dyn FnOnce(Box<Expr>) -> ExprKind> = match step.as_rule() {
            Rule::call => {
                let args = self.args(step);
                Box::new(move |callee| ExprKind::Call { callee, args })
            }
            Rule::index => {
                let index = Box::new(self.single(step)?);
                Box::new(move |base| ExprKind::Index { base, index })
            }
            _ => {
                let name = self.word(&step.into_inner().next()?);
                Box::new(move |base| ExprKind::Member { base, name })
            }
        };
        let base = base?;
        let span = base.span.to(step_span);
        Some(Expr {
            kind: kind(Box::new(base)),
            span,
        })
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::quantity => self.quantity(pair)?,
            Rule::text => ExprKind::Text(self.text(pair).value),
            Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
            Rule::hole => ExprKind::Hole,
            Rule::named => self.named(pair)?,
            Rule::set => ExprKind::Set(self.elements(pair)),
            Rule::list => ExprKind::List(self.elements(pair)),
            Rule::group => ExprKind::Group(Box::new(self.single(pair)?)),
            _ => self.stray_record(&pair)?,
        };
        Some(Expr { kind, span })
    }

    fn named(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let mut inner = pair.into_inner();
        let kind = self.word(&inner.next()?);
        let Some(braces) = inner.next() else {
            return Some(ExprKind::Name(kind.text));
        };
        let items = self.body(braces.into_inner().next()?);
        Some(ExprKind::Block { kind, items })
    }
}
