//! Specs and goals of a problem.

use super::Sight;
use crate::fault::Fault;
use crate::formula::{self, compare};
use nasaic_dsl::plan::{BetterWhen, Expr, ExprKind, Operator};
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};

/// A goal: an expression to make larger or smaller.
#[derive(Debug, Clone)]
pub struct Goal {
    /// More or less.
    pub better: BetterWhen,
    /// Of what.
    pub expr: Expr,
    /// As written.
    pub text: String,
}

/// A requirement on a design.
#[derive(Debug, Clone)]
pub struct Spec {
    /// What must hold.
    pub expr: Expr,
    /// As written.
    pub text: String,
    /// Whether the accuracy must be known to judge it.
    pub needs_accuracy: bool,
}

/// How a design stands to a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct SpecResult {
    /// As written.
    pub text: String,
    /// Whether it holds.
    pub met: bool,
    /// The design's value in the unit of the limit, if it is a comparison.
    pub value: Option<Quantity>,
    /// The limit.
    pub limit: Option<Quantity>,
    /// By how much it is missed, relative to the limit; 0 when it holds.
    pub violation: f64,
    /// Room left (or missing, negative), relative to the limit.
    pub margin: Option<f64>,
}

impl Spec {
    /// Judges a design; what has no value counts as missed by 1.
    pub fn judge(&self, sight: &Sight<'_>) -> SpecResult {
        let unknown = SpecResult {
            text: self.text.clone(),
            met: false,
            value: None,
            limit: None,
            violation: 1.0,
            margin: None,
        };
        let scripts = &sight.study.scripts;
        let Some((op, left, right)) = self.sides() else {
            return match formula::truth(&self.expr, sight, scripts) {
                Ok(met) => SpecResult {
                    met,
                    violation: f64::from(u8::from(!met)),
                    ..unknown
                },
                Err(_) => unknown,
            };
        };
        let sides = formula::quantity(left, sight, scripts)
            .and_then(|l| Ok((l, formula::quantity(right, sight, scripts)?)));
        let Ok((value, limit)) = sides else {
            return unknown;
        };
        let value = if value.dim == limit.dim {
            Quantity {
                unit: limit.unit.clone(),
                ..value
            }
        } else {
            formula::shown(value, &limit.dim.base_unit(), sight.study.platform.clock)
        };
        let met = compare(op, value.value, limit.value).unwrap_or(false);
        let over = match op {
            Operator::Le | Operator::Lt => value.value - limit.value,
            _ => limit.value - value.value,
        };
        let scale = if limit.value == 0.0 {
            1.0
        } else {
            limit.value.abs()
        };
        let missed = (over / scale).max(0.0);
        SpecResult {
            text: self.text.clone(),
            met,
            // A strict comparison can be missed by nothing; it is missed all the same.
            violation: if met { 0.0 } else { missed.max(f64::EPSILON) },
            margin: Some(-over / scale),
            value: Some(value),
            limit: Some(limit),
        }
    }

    /// The excess over the limit in base units (positive when missed) and the limit.
    pub fn excess(&self, sight: &Sight<'_>) -> Option<(f64, f64)> {
        let (op, ..) = self.sides()?;
        let judged = self.judge(sight);
        let (value, limit) = (judged.value?.value, judged.limit?.value);
        let over = match op {
            Operator::Le | Operator::Lt => value - limit,
            _ => limit - value,
        };
        Some((over, limit))
    }

    /// What is compared with what: the limit is on the right, also where it was written on the left.
    fn sides(&self) -> Option<(Operator, &Expr, &Expr)> {
        let ExprKind::Binary(op, left, right) = &self.expr.kind else {
            return None;
        };
        let turned = match op {
            Operator::Le => Operator::Ge,
            Operator::Lt => Operator::Gt,
            Operator::Ge => Operator::Le,
            Operator::Gt => Operator::Lt,
            _ => return None,
        };
        let known = |side: &Expr| matches!(side.kind, ExprKind::Value(_));
        Some(match known(left) && !known(right) {
            true => (turned, right, left),
            false => (*op, left, right),
        })
    }

    /// The deadline in cycles, if this is an upper limit on the latency.
    pub fn deadline(&self, clock: f64) -> Option<u64> {
        let (op, left, right) = self.sides()?;
        let upper = matches!(op, Operator::Le | Operator::Lt);
        match (&left.kind, &right.kind) {
            (ExprKind::Metric(m), ExprKind::Value(Value::Quantity(q)))
                if m == "latency" && upper =>
            {
                let cycles = if q.dim == Dim::CYCLES {
                    q.value
                } else {
                    q.value * clock
                };
                Some(libm::floor(cycles + 1e-6) as u64)
            }
            _ => None,
        }
    }

    /// The logarithm of value over limit for a violation that is this share of the limit; where
    /// the limit is a least value, of limit over value.
    pub fn log_ratio(&self, share: f64) -> f64 {
        match self.sides() {
            Some((Operator::Ge | Operator::Gt, ..)) => -libm::log((1.0 - share).max(f64::EPSILON)),
            _ => libm::log1p(share),
        }
    }

    /// The comparison and what it compares with, when that is a number.
    pub fn bound(&self) -> Option<(Operator, &Quantity)> {
        let (op, _, right) = self.sides()?;
        match &right.kind {
            ExprKind::Value(Value::Quantity(q)) => Some((op, q)),
            _ => None,
        }
    }

    /// The metric and limit, when the spec is a metric compared with a number.
    pub fn simple(&self) -> Option<(&str, Operator, &Quantity)> {
        let (op, left, right) = self.sides()?;
        match (&left.kind, &right.kind) {
            (ExprKind::Metric(m), ExprKind::Value(Value::Quantity(q))) => Some((m, op, q)),
            _ => None,
        }
    }
}

impl Goal {
    /// Whether the accuracy must be known to tell its value.
    pub fn needs_accuracy(&self) -> bool {
        mentions_accuracy(&self.expr)
    }

    /// The goal's value, larger is better.
    pub fn score(&self, sight: &Sight<'_>) -> Result<f64, Fault> {
        let q = formula::quantity(&self.expr, sight, &sight.study.scripts)?;
        Ok(match self.better {
            BetterWhen::More => q.value,
            BetterWhen::Less => -q.value,
        })
    }
}

/// Whether an expression needs an accuracy.
pub(super) fn mentions_accuracy(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Metric(m) => {
            ["accuracy", "score", "uncertainty"].contains(&m.rsplit('.').next().unwrap_or_default())
        }
        ExprKind::Binary(_, a, b) => mentions_accuracy(a) || mentions_accuracy(b),
        ExprKind::Negate(a) | ExprKind::As(a, _) => mentions_accuracy(a),
        ExprKind::Call(_, args) => args.iter().any(|a| mentions_accuracy(&a.1)),
        ExprKind::Script(_, _, args) => args.iter().any(mentions_accuracy),
        _ => false,
    }
}
