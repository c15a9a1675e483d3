//! Arithmetic and comparisons: dimensions checked, what is known folded.

use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Type};
use crate::instance::arithmetic;
use crate::plan::{self, ExprKind as Plan, Operator};
use crate::source::Span;
use crate::syntax::tree::{BinaryOp, Expr, ExprKind};
use crate::units::Dim;
use crate::value::{Quantity, Value};

type Typed = (plan::Expr, Type);

impl Checker<'_> {
    pub(super) fn negate(&mut self, scope: &Scope, at: Span, inner: &Expr) -> Option<Typed> {
        let (expr, ty) = self.expr(scope, inner)?;
        self.must_be_number(inner, &ty)?;
        let kind = match expr.kind {
            Plan::Value(Value::Quantity(q)) => Plan::Value(Value::Quantity(Quantity {
                value: -q.value,
                ..q
            })),
            _ => Plan::Negate(Box::new(expr)),
        };
        Some((plan::Expr { kind, at }, ty))
    }

    pub(super) fn must_be_number(&mut self, expr: &Expr, ty: &Type) -> Option<Dim> {
        match ty {
            Type::Quantity(dim) => Some(*dim),
            other => {
                self.say(
                    Diagnostic::new("E0305", "a number is needed here")
                        .at(expr.span, format!("this is {}", other.describe()))
                        .hint("write a number, a metric such as `latency`, or a name that stands for one"),
                );
                None
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        scope: &Scope,
        at: Span,
        (op, op_span): (BinaryOp, Span),
        left: &Expr,
        right: &Expr,
    ) -> Option<Typed> {
        let operands = Scope {
            wanted: "a number".into(),
            ..scope.clone()
        };
        let a = self.expr(&operands, left);
        let b = self.expr(&operands, right);
        let ((a, a_type), (b, b_type)) = (a?, b?);
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) && same_plain(&a_type, &b_type) {
            let kind = Plan::Binary(op, Box::new(a), Box::new(b));
            return Some((plan::Expr { kind, at }, Type::Bool));
        }
        let (x, y) = (
            self.must_be_number(left, &a_type),
            self.must_be_number(right, &b_type),
        );
        let (x, y) = (x?, y?);
        if op.compares() {
            self.comparable(op, op_span, (left, x), (right, y))?;
            let kind = Plan::Binary(op, Box::new(a), Box::new(b));
            return Some((plan::Expr { kind, at }, Type::Bool));
        }
        let dim = self.result_dim(op, (left, x), (right, y, &b))?;
        Some(fold(at, op, a, b, dim))
    }

    fn comparable(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        (left, x): (&Expr, Dim),
        (right, y): (&Expr, Dim),
    ) -> Option<()> {
        // A latency may be compared with cycles: the accelerator has one clock.
        let times = [Dim::TIME, Dim::CYCLES];
        if x == y || (times.contains(&x) && times.contains(&y)) {
            if matches!(op, BinaryOp::Eq | BinaryOp::Ne) && x != Dim::NONE && x != Dim::CYCLES {
                self.say(
                    Diagnostic::new("E0305", "quantities are not compared for equality")
                        .at(op_span, "rounding decides the answer")
                        .hint("compare with `<=` or `>=`"),
                );
                return None;
            }
            return Some(());
        }
        let (lw, rw) = (self.words(left.span), self.words(right.span));
        let title = match metric_of(left) {
            Some(metric) => format!("{metric} compared with {y}"),
            None => format!("{x} compared with {y}"),
        };
        let mut d = Diagnostic::new("E0301", title)
            .at(right.span, format!("this is {y}"))
            .at(left.span, format!("this is {x}"))
            .note(format!(
                "{} is measured in {}.",
                capital(&x.to_string()),
                x.usual_units()
            ));
        if let Some(metric) = functions::columns_of()[0]
            .1
            .iter()
            .find(|c| c.ty == Type::Quantity(y) && y != Dim::NONE)
        {
            d = d.hint(format!(
                "did you mean `{} {} {rw}`?",
                metric.name,
                op.sign()
            ));
        } else if y == Dim::NONE {
            d = d.hint(format!(
                "give it a unit: `{lw} {} {rw} {}`",
                op.sign(),
                x.common_unit()
            ));
        }
        self.say(d);
        None
    }

    fn result_dim(
        &mut self,
        op: BinaryOp,
        (left, x): (&Expr, Dim),
        (right, y, exponent): (&Expr, Dim, &plan::Expr),
    ) -> Option<Dim> {
        match op {
            BinaryOp::Mul => Some(x.times(y)),
            BinaryOp::Div => Some(x.over(y)),
            BinaryOp::Pow => {
                let whole = match &exponent.kind {
                    Plan::Value(Value::Quantity(q))
                        if q.value.fract() == 0.0 && q.value.abs() <= 8.0 =>
                    {
                        Some(q.value as i8)
                    }
                    _ => None,
                };
                match (y == Dim::NONE, whole) {
                    (true, Some(n)) => Some(x.power(n)),
                    (true, None) if x == Dim::NONE => Some(Dim::NONE),
                    _ => {
                        self.say(
                            Diagnostic::new("E0301", "this exponent cannot be used")
                                .at(right.span, "a small whole number is needed")
                                .hint("write `latency ^ 2`"),
                        );
                        None
                    }
                }
            }
            _ if x == y => Some(x),
            _ => {
                let word = if op == BinaryOp::Add {
                    "added to"
                } else {
                    "taken from"
                };
                self.say(
                    Diagnostic::new("E0301", format!("{y} {word} {x}"))
                        .at(right.span, format!("this is {y}"))
                        .at(left.span, format!("this is {x}"))
                        .hint("divide each by a reference first, such as `latency / 1 ms`, to weigh them"),
                );
                None
            }
        }
    }

    pub(super) fn convert(
        &mut self,
        scope: &Scope,
        at: Span,
        value: &Expr,
        unit: &crate::syntax::tree::Unit,
    ) -> Option<Typed> {
        let (expr, ty) = self.expr(scope, value)?;
        let dim = self.must_be_number(value, &ty)?;
        let (scale, text) = self.unit(unit)?;
        let times = [Dim::TIME, Dim::CYCLES];
        if scale.dim != dim && !(times.contains(&dim) && times.contains(&scale.dim)) {
            self.say(
                Diagnostic::new("E0301", format!("{dim} cannot be shown in {text}"))
                    .at(unit.span, format!("measures {}", scale.dim))
                    .at(value.span, format!("this is {dim}"))
                    .hint(format!("use one of {}", dim.usual_units())),
            );
            return None;
        }
        let kind = match expr.kind {
            Plan::Value(Value::Quantity(q)) if scale.dim == dim => {
                Plan::Value(Value::Quantity(Quantity { unit: text, ..q }))
            }
            _ => Plan::As(Box::new(expr), text),
        };
        Some((plan::Expr { kind, at }, Type::Quantity(scale.dim)))
    }
}

fn same_plain(a: &Type, b: &Type) -> bool {
    matches!(a, Type::Bool | Type::Text | Type::Name | Type::Block(_)) && a == b
}

fn fold(at: Span, op: Operator, a: plan::Expr, b: plan::Expr, dim: Dim) -> Typed {
    let ty = Type::Quantity(dim);
    if let (Plan::Value(Value::Quantity(x)), Plan::Value(Value::Quantity(y))) = (&a.kind, &b.kind)
        && let Some(value) = arithmetic(op, x.value, y.value)
    {
        let unit = match op {
            Operator::Add | Operator::Sub => x.unit.clone(),
            Operator::Mul if y.unit.is_empty() => x.unit.clone(),
            Operator::Mul if x.unit.is_empty() => y.unit.clone(),
            Operator::Div if y.unit.is_empty() => x.unit.clone(),
            _ => String::new(),
        };
        let q = Quantity { value, dim, unit };
        return (
            plan::Expr {
                kind: Plan::Value(Value::Quantity(q)),
                at,
            },
            ty,
        );
    }
    (
        plan::Expr {
            kind: Plan::Binary(op, Box::new(a), Box::new(b)),
            at,
        },
        ty,
    )
}

fn metric_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(n) => Some(n.clone()),
        ExprKind::Member { name, .. } => Some(name.text.clone()),
        _ => None,
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
