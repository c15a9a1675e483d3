//! From the grammar's flat chains to expressions.
//!
//! Binding, from loose to tight: `with`, `..`, comparisons (which do not chain),
//! `+ -`, `* /`, `as`, unary `-`, `^` (to the right), then calls, indices and
//! members. So `-x^2` is `-(x^2)` and `a * b as ms` is `a * (b as ms)`.

use super::grammar::Rule;
use super::items::Reader;
use super::mistakes;
use super::problems::Rank;
use super::tree::{Arg, BinaryOp, Expr, ExprKind, Name, Step, Unit, UnitFactor};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::Pair;
use std::iter::Peekable;
use std::vec::IntoIter;

/// How deep a tree may be; chains of operators count as well as brackets.
const DEEPEST: usize = 256;

/// A member of a chain, in the order of the text.
enum Link {
    Minus(Span),
    Operand(Expr),
    As(Unit),
    Operator(BinaryOp, Span),
}

type Links = Peekable<IntoIter<Link>>;

impl Reader<'_, '_, '_> {
    /// An expression; `None` when something in it was reported that has no place in the tree.
    pub fn expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let depth = pair.clone().into_inner().count();
        let span = self.span(&pair);
        self.deeper(depth, span, |reader| reader.range_and_changes(pair))
    }

    /// Does `work` with the level raised by `by`, unless that is too deep.
    fn deeper<T>(
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
        let mut value: Option<Expr> = None;
        let mut ends: Vec<Expr> = Vec::new();
        let mut times = false;
        let mut inner = pair.into_inner().peekable();
        while let Some(part) = inner.next() {
            match part.as_rule() {
                Rule::chain => {
                    let chain = self.chain(part)?;
                    match value {
                        None => value = Some(chain),
                        Some(_) => ends.push(chain),
                    }
                }
                Rule::range_op => self.range_sign(&part),
                Rule::times => times = true,
                Rule::kw_with => break,
                _ => {}
            }
        }
        let mut value = value?;
        let mut ends = ends.into_iter();
        if let Some(end) = ends.next() {
            let step = ends.next().map(|step| Step { times, value: Box::new(step) });
            let last = step.as_ref().map_or(end.span, |s| s.value.span);
            let span = value.span.to(last);
            let (start, end) = (Box::new(value), Box::new(end));
            value = Expr { kind: ExprKind::Range { start, end, step }, span };
        }
        for change in inner.filter(|p| p.as_rule() != Rule::kw_with) {
            value = self.with(value, change)?;
        }
        Some(value)
    }

    fn range_sign(&mut self, sign: &Pair<'_, Rule>) {
        if sign.as_str() != ".." {
            let diagnostic = Diagnostic::new("E0102", format!("`{}` is not a range", sign.as_str()))
                .at(self.span(sign), "write `..` here")
                .note("A range has two dots and includes both its ends.")
                .hint("write `..`");
            self.problems.add(Rank::Slip, diagnostic);
        }
    }

    fn with(&mut self, base: Expr, change: Pair<'_, Rule>) -> Option<Expr> {
        let span = base.span.to(self.span(&change));
        let items = match change.as_rule() {
            Rule::body => self.body(change),
            _ => {
                let (after, braces) = self.without_braces(&change);
                let diagnostic = Diagnostic::new("E0107", "`with` needs braces")
                    .at(after, "put this into braces")
                    .note("What `with` changes stands between `{` and `}`.")
                    .hint(format!("write `with {braces}`"));
                self.problems.add(Rank::Slip, diagnostic);
                let field = change.into_inner().find(|p| p.as_rule() == Rule::field);
                field.map(|f| self.lone_item(f)).unwrap_or_default()
            }
        };
        Some(Expr { kind: ExprKind::With { base: Box::new(base), items }, span })
    }

    /// What stands after a `with` instead of braces, and the braces it should have.
    fn without_braces(&self, change: &Pair<'_, Rule>) -> (Span, String) {
        let span = self.span(change);
        let words = self.slice(span).trim_start_matches('(').trim_end_matches(')');
        if words.is_empty() {
            let end = self.end_of_words(span.start as usize);
            return (self.problems.span(end - "with".len(), end), String::from("{ … }"));
        }
        (span, format!("{{ {words} }}"))
    }

    fn chain(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let length = pair.clone().into_inner().count();
        let span = self.span(&pair);
        let links = self.deeper(length, span, |reader| {
            let mut links = Vec::with_capacity(length);
            let mut complete = true;
            for part in pair.into_inner() {
                let link = match part.as_rule() {
                    Rule::minus => Some(Link::Minus(reader.span(&part))),
                    Rule::postfix => reader.postfix(part).map(Link::Operand),
                    Rule::unit => Some(Link::As(reader.unit(part))),
                    Rule::operator => reader.operator(&part, span).map(|(op, at)| Link::Operator(op, at)),
                    _ => continue,
                };
                complete &= link.is_some();
                links.extend(link);
            }
            complete.then_some(links)
        })?;
        self.binary(&mut links.into_iter().peekable(), 0)
    }

    fn operator(&mut self, pair: &Pair<'_, Rule>, chain: Span) -> Option<(BinaryOp, Span)> {
        let span = self.span(pair);
        let op = match pair.as_str() {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Sub,
            "*" => BinaryOp::Mul,
            "/" => BinaryOp::Div,
            "^" => BinaryOp::Pow,
            "<=" | "≤" => BinaryOp::Le,
            ">=" | "≥" => BinaryOp::Ge,
            "<" => BinaryOp::Lt,
            ">" => BinaryOp::Gt,
            "==" => BinaryOp::Eq,
            "!=" => BinaryOp::Ne,
            written => {
                let (op, diagnostic) = mistakes::operator(written, self.slice(chain), span);
                self.problems.add(Rank::Slip, diagnostic);
                op?
            }
        };
        Some((op, span))
    }

    /// Operators that bind at least as tightly as `least`, by precedence climbing.
    fn binary(&mut self, links: &mut Links, least: u8) -> Option<Expr> {
        let mut left = match links.next()? {
            Link::Operand(operand) => operand,
            Link::Minus(at) => {
                let value = self.binary(links, NEGATE)?;
                let span = at.to(value.span);
                Expr { kind: ExprKind::Negate(Box::new(value)), span }
            }
            Link::As(_) | Link::Operator(..) => return None,
        };
        loop {
            match links.peek() {
                Some(Link::As(_)) if AS >= least => {
                    let Some(Link::As(unit)) = links.next() else { return None };
                    let span = left.span.to(unit.span);
                    left = Expr { kind: ExprKind::As { value: Box::new(left), unit }, span };
                }
                Some(Link::Operator(op, _)) if binding(*op) >= least => {
                    let Some(Link::Operator(op, op_span)) = links.next() else { return None };
                    let tighter = if op == BinaryOp::Pow { binding(op) } else { binding(op) + 1 };
                    let right = self.binary(links, tighter)?;
                    left = self.joined(op, op_span, left, right)?;
                }
                _ => return Some(left),
            }
        }
    }

    fn joined(&mut self, op: BinaryOp, op_span: Span, left: Expr, right: Expr) -> Option<Expr> {
        if op.compares() && matches!(&left.kind, ExprKind::Binary { op, .. } if op.compares()) {
            let ExprKind::Binary { right: middle, .. } = &left.kind else { return None };
            let (first, second) = (self.slice(left.span), self.slice(right.span));
            let hint = format!("{first}` and `{} {} {second}", self.slice(middle.span), op.sign());
            let diagnostic = Diagnostic::new("E0102", "two comparisons in a row")
                .at(op_span, "a second comparison")
                .note("A comparison has two sides; two bounds are two comparisons.")
                .hint(format!("write `{hint}` as two comparisons"));
            self.problems.add(Rank::Slip, diagnostic);
            return None;
        }
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        Some(Expr { kind: ExprKind::Binary { op, op_span, left, right }, span })
    }

    fn postfix(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
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
        Some(Expr { kind: kind(Box::new(base)), span })
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
        let Some(braces) = inner.next() else { return Some(ExprKind::Name(kind.text)) };
        let items = self.body(braces.into_inner().next()?);
        Some(ExprKind::Block { kind, items })
    }

    fn quantity(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let mut inner = pair.into_inner();
        let number = inner.next()?;
        let text = number.as_str().to_owned();
        let value: f64 = text.replace('_', "").parse().ok().filter(|v: &f64| v.is_finite()).or_else(|| {
            let diagnostic = Diagnostic::new("E0102", "this number is too large")
                .at(self.span(&number), "beyond 1.8e308")
                .note("Numbers are held as 64-bit floating point.")
                .hint("write a smaller number");
            self.problems.add(Rank::Slip, diagnostic);
            None
        })?;
        let unit = inner.next().map(|unit| self.unit(unit));
        Some(ExprKind::Number { value, text, unit })
    }

    fn unit(&mut self, pair: Pair<'_, Rule>) -> Unit {
        let span = self.span(&pair);
        let mut factors = Vec::new();
        for factor in pair.into_inner() {
            let divide = !factors.is_empty() && self.text[..factor.as_span().start()].ends_with('/');
            let mut parts = factor.into_inner();
            let Some(name) = parts.next() else { continue };
            let exponent = match parts.next().map(|e| e.as_str()) {
                None => 1,
                Some("²") => 2,
                Some("³") => 3,
                Some(written) => written.trim_start_matches('^').parse().unwrap_or(1),
            };
            factors.push(UnitFactor { divide, name: self.word(&name), exponent });
        }
        Unit { factors, span }
    }

    /// The elements of a set or list.
    fn elements(&mut self, pair: Pair<'_, Rule>) -> Vec<Expr> {
        let mut elements = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => elements.extend(self.expr(part)),
                _ => self.slip_in_brackets(&part),
            }
        }
        elements
    }

    fn args(&mut self, pair: Pair<'_, Rule>) -> Vec<Arg> {
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
    fn single(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
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

const AS: u8 = 4;
const NEGATE: u8 = 5;

fn binding(op: BinaryOp) -> u8 {
    match op {
        op if op.compares() => 1,
        BinaryOp::Add | BinaryOp::Sub => 2,
        BinaryOp::Mul | BinaryOp::Div => 3,
        _ => 6,
    }
}
