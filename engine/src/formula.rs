//! Arithmetic over metrics and decisions: goals, specs, columns of views.
//!
//! Dimensions were checked before the run. They are carried along all the same,
//! because a latency may be compared with cycles and shown in them.

use crate::fault::Fault;
use crate::hosted::Hosted;
use crate::script::Script;
use nasaic_dsl::instance::arithmetic;
use nasaic_dsl::plan::{Expr, ExprKind, Operator};
use nasaic_dsl::source::Span;
use nasaic_dsl::units::{self, Dim};
use nasaic_dsl::value::{Quantity, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the names of a formula stand for.
pub trait Names {
    /// The value of a metric.
    fn metric(&self, name: &str) -> Option<Value>;
    /// The value of a decision or field.
    fn path(&self, path: &str) -> Option<Value>;
    /// Cycles per second.
    fn clock(&self) -> f64;
}

/// The scripts a formula may call, by name.
pub type Scripts = BTreeMap<String, Callable>;

/// Functions of another language.
pub enum Callable {
    /// A script, with the place of its text.
    Script(Box<Script>, Span),
    /// A function of the host, with what the program knows it by.
    Hosted(Arc<Hosted>, String),
}

impl Callable {
    /// The finite number that a function gives; `at` is where it is called.
    pub fn call(&self, function: &str, args: &[f64], at: Span) -> Result<f64, Fault> {
        match self {
            Self::Script(script, text) => script.call(function, args).map_err(|f| {
                Fault::new(f.code, f.message)
                    .at(at)
                    .in_script(*text, f.line, f.column)
            }),
            Self::Hosted(hosted, source) => hosted.call(function, source, args, at),
        }
    }

    /// The functions of the host, where this is one of them.
    pub fn hosted(&self) -> Option<&Hosted> {
        match self {
            Self::Script(..) => None,
            Self::Hosted(hosted, _) => Some(hosted),
        }
    }
}

/// The value of a formula.
pub fn value(expr: &Expr, names: &dyn Names, scripts: &Scripts) -> Result<Value, Fault> {
    let number = |e: &Expr| quantity(e, names, scripts);
    Ok(match &expr.kind {
        ExprKind::Value(v) => v.clone(),
        ExprKind::Metric(name) => names.metric(name).ok_or_else(|| missing(expr, name))?,
        ExprKind::Path(path) => names.path(path).ok_or_else(|| missing(expr, path))?,
        ExprKind::Negate(inner) => {
            let q = number(inner)?;
            Value::Quantity(Quantity {
                value: -q.value,
                ..q
            })
        }
        ExprKind::As(inner, unit) => Value::Quantity(shown(number(inner)?, unit, names.clock())),
        ExprKind::Binary(op, a, b) => {
            let (x, y) = (value(a, names, scripts)?, value(b, names, scripts)?);
            return binary(*op, &x, &y, names.clock()).ok_or_else(|| missing(expr, "a number"));
        }
        ExprKind::Call(function, args) => {
            let args: Result<Vec<Quantity>, Fault> = args.iter().map(|a| number(&a.1)).collect();
            let result = call(function, &args?).ok_or_else(|| {
                Fault::new("E0805", format!("`{function}` has no finite value here")).at(expr.at)
            })?;
            Value::Quantity(result)
        }
        ExprKind::Script(script, function, args) => {
            let mut plain = Vec::new();
            for arg in args {
                plain.push(number(arg)?.number());
            }
            let callable = scripts.get(script).ok_or_else(|| missing(expr, script))?;
            Value::number(callable.call(function, &plain, expr.at)?)
        }
        _ => return Err(missing(expr, "this")),
    })
}

/// The value of a formula that is a number.
pub fn quantity(expr: &Expr, names: &dyn Names, scripts: &Scripts) -> Result<Quantity, Fault> {
    match value(expr, names, scripts)? {
        Value::Quantity(q) => Ok(q),
        Value::Bool(b) => Ok(Quantity::plain(f64::from(u8::from(b)))),
        other => Err(Fault::new("E0305", format!("{other} is not a number")).at(expr.at)),
    }
}

/// The value of a formula that is a truth.
pub fn truth(expr: &Expr, names: &dyn Names, scripts: &Scripts) -> Result<bool, Fault> {
    match value(expr, names, scripts)? {
        Value::Bool(b) => Ok(b),
        other => Err(Fault::new("E0305", format!("{other} is not a truth")).at(expr.at)),
    }
}

fn missing(expr: &Expr, what: &str) -> Fault {
    Fault::new("E0805", format!("`{what}` has no value in this design")).at(expr.at)
}

/// A quantity shown in another unit; times and cycles convert through the clock.
pub fn shown(q: Quantity, unit: &str, clock: f64) -> Quantity {
    let Some(scale) = units::parse(unit) else {
        return q;
    };
    let value = convert(q.value, q.dim, scale.dim, clock);
    Quantity {
        value,
        dim: scale.dim,
        unit: unit.to_owned(),
    }
}

fn convert(value: f64, from: Dim, to: Dim, clock: f64) -> f64 {
    match (from, to) {
        (Dim::TIME, Dim::CYCLES) => whole_if_close(value * clock),
        (Dim::CYCLES, Dim::TIME) => value / clock,
        _ => value,
    }
}

/// Cycles that went through seconds and back are whole again.
fn whole_if_close(x: f64) -> f64 {
    let near = libm::round(x);
    if (x - near).abs() <= 1e-9 * near.abs().max(1.0) {
        near
    } else {
        x
    }
}

fn binary(op: Operator, a: &Value, b: &Value, clock: f64) -> Option<Value> {
    if let (Some(x), Some(y)) = (number_of(a), number_of(b)) {
        let y_value = convert(y.value, y.dim, x.dim, clock);
        if let Some(truth) = compare(op, x.value, y_value) {
            return Some(Value::Bool(truth));
        }
        let value = arithmetic(op, x.value, y.value)?;
        let dim = match op {
            Operator::Mul => x.dim.times(y.dim),
            Operator::Div => x.dim.over(y.dim),
            Operator::Pow => x.dim.power(y.value as i8),
            _ => x.dim,
        };
        let unit = match op {
            Operator::Add | Operator::Sub => x.unit.clone(),
            Operator::Mul | Operator::Div if y.dim == Dim::NONE => x.unit.clone(),
            Operator::Mul if x.dim == Dim::NONE => y.unit.clone(),
            _ => String::new(),
        };
        return Some(Value::Quantity(Quantity { value, dim, unit }));
    }
    match op {
        Operator::Eq => Some(Value::Bool(a == b)),
        Operator::Ne => Some(Value::Bool(a != b)),
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<Quantity> {
    match value {
        Value::Quantity(q) => Some(q.clone()),
        _ => None,
    }
}

/// The truth of a comparison; `None` for arithmetic.
pub fn compare(op: Operator, a: f64, b: f64) -> Option<bool> {
    Some(match op {
        Operator::Le => a <= b,
        Operator::Ge => a >= b,
        Operator::Lt => a < b,
        Operator::Gt => a > b,
        Operator::Eq => same(a, b),
        Operator::Ne => !same(a, b),
        _ => return None,
    })
}

/// Whether two numbers are equal but for the rounding of units: 296 nJ divided by 1 nJ is 296.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()) || a == b
}

fn call(function: &str, args: &[Quantity]) -> Option<Quantity> {
    let first = args.first()?;
    let x = first.value;
    let value = match (function, args.get(1)) {
        ("min", Some(b)) => x.min(b.value),
        ("max", Some(b)) => x.max(b.value),
        ("abs", _) => x.abs(),
        ("sqrt", _) => x.sqrt(),
        ("log", _) => libm::log(x),
        ("exp", _) => libm::exp(x),
        _ => return None,
    };
    value.is_finite().then(|| Quantity {
        value,
        ..first.clone()
    })
}

/// Binary arithmetic and comparisons on values, for expressions outside designs.
pub fn combine(op: Operator, a: &Value, b: &Value, clock: f64) -> Option<Value> {
    binary(op, a, b, clock)
}

/// A formula's function on quantities, for expressions outside designs.
pub fn apply(function: &str, args: &[Quantity]) -> Option<Quantity> {
    call(function, args)
}
