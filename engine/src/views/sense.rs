//! Whether more or less of an expression is wanted.

use crate::study::Study;
use nasaic_dsl::plan::{BetterWhen, Expr, ExprKind, Operator, content_hash};

/// What is wanted of an axis: what a goal of the study says of the same expression, else more of
/// accuracy and utilization and less of everything else.
pub(super) fn of(expr: &Expr, study: Option<&Study>) -> BetterWhen {
    let plain = without_unit(expr);
    let goals = study.map_or(&[][..], |s| &s.goals);
    let same = |e: &Expr| content_hash(&without_unit(e).kind) == content_hash(&plain.kind);
    match goals.iter().find(|g| same(&g.expr)) {
        Some(goal) => goal.better,
        None => usual(plain).unwrap_or(BetterWhen::Less),
    }
}

/// The expression that `as UNIT` shows in another unit.
pub(super) fn without_unit(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::As(inner, _) => inner,
        _ => expr,
    }
}

/// The sense of an expression by its metrics; none for constants and where they disagree.
fn usual(expr: &Expr) -> Option<BetterWhen> {
    match &expr.kind {
        ExprKind::Metric(name) => {
            let more = [
                "accuracy",
                "utilization",
                "throughput",
                "pipeline_utilization",
                "satisfied",
                "feasible_rate",
                "satisfaction",
                "hypervolume",
            ];
            let metric = name.rsplit('.').next().unwrap_or(name);
            Some(if more.contains(&metric) {
                BetterWhen::More
            } else {
                BetterWhen::Less
            })
        }
        ExprKind::Path(_) => Some(BetterWhen::Less),
        ExprKind::As(inner, _) => usual(inner),
        ExprKind::Negate(inner) => usual(inner).map(opposite),
        ExprKind::Binary(op, a, b) => {
            let right = match op {
                Operator::Sub | Operator::Div => usual(b).map(opposite),
                _ => usual(b),
            };
            match (usual(a), right) {
                (Some(a), Some(b)) if a != b => None,
                (a, b) => a.or(b),
            }
        }
        _ => None,
    }
}

fn opposite(sense: BetterWhen) -> BetterWhen {
    match sense {
        BetterWhen::More => BetterWhen::Less,
        BetterWhen::Less => BetterWhen::More,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nasaic_dsl::source::Span;
    use nasaic_dsl::value::Value;

    fn expr(kind: ExprKind) -> Expr {
        Expr {
            kind,
            at: Span::default(),
        }
    }

    fn metric(name: &str) -> Box<Expr> {
        Box::new(expr(ExprKind::Metric(name.into())))
    }

    fn binary(op: Operator, a: Box<Expr>, b: Box<Expr>) -> Box<Expr> {
        Box::new(expr(ExprKind::Binary(op, a, b)))
    }

    #[test]
    fn accuracy_grows_and_costs_shrink() {
        let one = || Box::new(expr(ExprKind::Value(Value::number(1.0))));
        let mean = binary(
            Operator::Add,
            binary(Operator::Mul, one(), metric("classify.accuracy")),
            metric("segment.accuracy"),
        );
        for (e, wanted) in [
            (metric("latency"), BetterWhen::Less),
            (metric("utilization"), BetterWhen::More),
            (mean, BetterWhen::More),
            (
                binary(Operator::Sub, one(), metric("accuracy")),
                BetterWhen::Less,
            ),
            (
                binary(Operator::Mul, metric("energy"), metric("latency")),
                BetterWhen::Less,
            ),
            (
                binary(Operator::Div, metric("accuracy"), metric("energy")),
                BetterWhen::More,
            ),
            (
                binary(Operator::Div, one(), metric("latency")),
                BetterWhen::More,
            ),
        ] {
            assert_eq!(of(&e, None), wanted, "{e:?}");
        }
    }
}
