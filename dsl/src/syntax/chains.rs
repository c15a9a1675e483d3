//! From the grammar's flat chains of operators to trees.
//!
//! Binding, from loose to tight: comparisons (which do not follow one another),
//! `+ -`, `* /`, `as`, unary `-`, `^` (to the right). So `-x^2` is `-(x^2)` and
//! `a * b as ms` is `a * (b as ms)`.

use super::grammar::Rule;
use super::mistakes;
use super::problems::Rank;
use super::reader::Reader;
use super::tree::{BinaryOp, Expr, ExprKind, Unit};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::Pair;
use std::iter::Peekable;
use std::vec::IntoIter;

/// A member of a chain, in the order of the text.
enum Link {
    Minus(Span),
    Operand(Expr),
    As(Unit),
    Operator(BinaryOp, Span),
}

type Links = Peekable<IntoIter<Link>>;

impl Reader<'_, '_, '_> {
    pub(super) fn chain(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
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
                    Rule::operator => reader
                        .operator(&part, span)
                        .map(|(op, at)| Link::Operator(op, at)),
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
                Expr {
                    kind: ExprKind::Negate(Box::new(value)),
                    span,
                }
            }
            Link::As(_) | Link::Operator(..) => return None,
        };
        loop {
            match links.peek() {
                Some(Link::As(_)) if AS >= least => {
                    let Some(Link::As(unit)) = links.next() else {
                        return None;
                    };
                    let span = left.span.to(unit.span);
                    left = Expr {
                        kind: ExprKind::As {
                            value: Box::new(left),
                            unit,
                        },
                        span,
                    };
                }
                Some(Link::Operator(op, _)) if binding(*op) >= least => {
                    let Some(Link::Operator(op, op_span)) = links.next() else {
                        return None;
                    };
                    let tighter = if op == BinaryOp::Pow {
                        binding(op)
                    } else {
                        binding(op) + 1
                    };
                    let right = self.binary(links, tighter)?;
                    left = self.joined(op, op_span, left, right)?;
                }
                _ => return Some(left),
            }
        }
    }

    fn joined(&mut self, op: BinaryOp, op_span: Span, left: Expr, right: Expr) -> Option<Expr> {
        if op.compares() && matches!(&left.kind, ExprKind::Binary { op, .. } if op.compares()) {
            let ExprKind::Binary { right: middle, .. } = &left.kind else {
                return None;
            };
            let (first, second) = (self.slice(left.span), self.slice(right.span));
            let hint = format!(
                "{first}` and `{} {} {second}",
                self.slice(middle.span),
                op.sign()
            );
            let diagnostic = Diagnostic::new("E0102", "two comparisons in a row")
                .at(op_span, "a second comparison")
                .note("A comparison has two sides; two bounds are two comparisons.")
                .hint(format!("write `{hint}` as two comparisons"));
            self.problems.add(Rank::Slip, diagnostic);
            return None;
        }
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        Some(Expr {
            kind: ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            },
            span,
        })
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
