//! Numbers with units, sets and ranges.

use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::Type;
use crate::plan::{self, ExprKind as Plan};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Step, Unit};
use crate::units::{self, Dim, Scale};
use crate::value::{Domain, Quantity, Value};

/// Most values an open field may have.
const LARGEST_DOMAIN: f64 = 1e6;

/// Most values of a range whose step multiplies: enough for all doublings there are.
const LARGEST_GEOMETRIC: f64 = 2100.0;

impl Checker<'_> {
    /// The scale of a unit as written; says what is wrong with it.
    pub(super) fn unit(&mut self, unit: &Unit) -> Option<(Scale, String)> {
        let mut scale = Scale::ONE;
        let mut text = String::new();
        for (i, factor) in unit.factors.iter().enumerate() {
            let name = &factor.name.text;
            let Some(one) = units::lookup(name) else {
                self.unknown_unit(unit, name, factor.name.span);
                return None;
            };
            self.unusual_unit(name, factor.name.span);
            let exponent = if factor.divide {
                -factor.exponent
            } else {
                factor.exponent
            };
            scale = scale.times(one, exponent);
            if i > 0 {
                text.push(if factor.divide { '/' } else { '*' });
            }
            text.push_str(&name.replace(['µ', 'μ'], "u"));
            if factor.exponent != 1 {
                text.push_str(&format!("^{}", factor.exponent));
            }
        }
        Some((scale, text))
    }

    fn unknown_unit(&mut self, unit: &Unit, name: &str, span: Span) {
        let mut d =
            Diagnostic::new("E0302", format!("`{name}` is not a unit")).at(span, "unknown unit");
        let is_field = self
            .schemas
            .kinds()
            .iter()
            .any(|k| k.name == name || k.field(name).is_some());
        if is_field && unit.factors.len() == 1 {
            d = d
                .note("After a number on the same line, a word is read as its unit.")
                .hint(format!(
                    "if `{name}` starts the next item, put a comma before it: `, {name}`"
                ));
        } else if let Some(guess) = units::suggest(name) {
            d = d.hint(format!("did you mean `{guess}`?"));
        } else {
            d = d.hint("units are words such as `ms`, `mJ`, `mm^2`, `GB/s`, `KiB`, `cycles`");
        }
        self.say(d);
    }

    fn unusual_unit(&mut self, name: &str, span: Span) {
        if name == "KB" {
            self.say(
                Diagnostic::new("W0311", "`KB` is read as kB, 1000 bytes")
                    .at(span, "1000 or 1024?")
                    .hint("write `kB` for 1000 bytes or `KiB` for 1024"),
            );
        } else if matches!(name, "Kb" | "Mb" | "Gb") {
            let bits = format!("{}bit", name[..1].replace('K', "k"));
            let bytes = format!("{}B", name[..1].replace('K', "k"));
            self.say(
                Diagnostic::new(
                    "W0312",
                    format!("`{name}` is read as {bits}, an eighth of a {bytes}"),
                )
                .at(span, "bits, not bytes")
                .hint(format!("write `{bytes}` for bytes or `{bits}` for bits")),
            );
        }
    }

    pub(super) fn number(&mut self, value: f64, unit: Option<&Unit>) -> Option<Quantity> {
        match unit {
            None => Some(Quantity::plain(value)),
            Some(unit) => {
                let (scale, text) = self.unit(unit)?;
                Some(Quantity {
                    value: scale.to_base(value),
                    dim: scale.dim,
                    unit: text,
                })
            }
        }
    }

    /// The values of `{…}` or `a..b`, with the dimension they all have.
    pub(super) fn domain(&mut self, scope: &Scope, expr: &Expr) -> Option<Domain> {
        match &expr.kind {
            ExprKind::Set(items) => self.set(scope, expr, items),
            ExprKind::Range { start, end, step } => {
                self.range(scope, expr, start, end, step.as_ref())
            }
            ExprKind::Group(inner) => self.domain(scope, inner),
            _ => None,
        }
    }

    fn set(&mut self, scope: &Scope, expr: &Expr, items: &[Expr]) -> Option<Domain> {
        if items.is_empty() {
            self.say(
                Diagnostic::new("E0402", "this set is empty")
                    .at(expr.span, "no value to choose from")
                    .hint("list at least one value: `{32, 64}`"),
            );
            return None;
        }
        let mut values = Vec::new();
        let unit = items.last().and_then(|last| match &last.kind {
            ExprKind::Number {
                unit: Some(unit), ..
            } => Some(unit),
            _ => None,
        });
        for item in items {
            // Bare numbers take the unit of the last one.
            let bare = match &item.kind {
                ExprKind::Number {
                    value, unit: None, ..
                } => Some(*value),
                _ => None,
            };
            let value = match (bare, unit) {
                (Some(number), Some(unit)) => Value::Quantity(self.number(number, Some(unit))?),
                _ => self.constant(scope, item)?,
            };
            if values.contains(&value) {
                self.twice_in_set(item);
                return None;
            }
            values.push(value);
        }
        self.same_kind(items, &values)?;
        Some(Domain::Values(values))
    }

    pub(super) fn twice_in_set(&mut self, item: &Expr) {
        let title = format!("`{}` stands twice in this set", self.words(item.span));
        self.say(
            Diagnostic::new("E0203", title)
                .at(item.span, "again")
                .hint("leave it out"),
        );
    }

    fn same_kind(&mut self, items: &[Expr], values: &[Value]) -> Option<()> {
        let dim = |v: &Value| match v {
            Value::Quantity(q) => Some(q.dim),
            _ => None,
        };
        let first = dim(&values[0]);
        for (item, value) in items.iter().zip(values) {
            if dim(value) != first {
                let describe = |d: Option<Dim>| d.map_or("a name".to_owned(), |d| d.to_string());
                self.say(
                    Diagnostic::new("E0301", "the values of a set differ in kind")
                        .at(item.span, format!("this is {}", describe(dim(value))))
                        .at(items[0].span, format!("this is {}", describe(first)))
                        .hint("give all of them the same unit; one unit after the last is enough: `{4, 8, 16 GB/s}`"),
                );
                return None;
            }
        }
        Some(())
    }

    fn range(
        &mut self,
        scope: &Scope,
        expr: &Expr,
        start: &Expr,
        end: &Expr,
        step: Option<&Step>,
    ) -> Option<Domain> {
        let parts = [Some(start), Some(end), step.map(|s| &*s.value)];
        let mut quantities = [None, None, None];
        for (slot, part) in quantities.iter_mut().zip(parts) {
            if let Some(part) = part {
                *slot = Some(self.constant_quantity(scope, part)?);
            }
        }
        let [Some(first), Some(last), step_by] = quantities else {
            return None;
        };
        let times = step.is_some_and(|s| s.times);
        if let (true, Some(factor), Some(part)) = (times, &step_by, parts[2])
            && !factor.unit.is_empty()
        {
            let (from, to, unit) = (self.words(start.span), self.words(end.span), &factor.unit);
            self.say(
                Diagnostic::new("E0301", "a factor has no unit")
                    .at(part.span, format!("this is {}", factor.dim))
                    .note("`step *k` multiplies, so the unit stands on the end of the range.")
                    .hint(format!(
                        "write `{from}..{to} {unit} step *{}`",
                        units::number(factor.number())
                    )),
            );
            return None;
        }
        // Bare numbers take the unit of the last number that has one; a factor has none.
        let unit = match (&step_by, times) {
            (Some(s), false) if !s.unit.is_empty() => s.clone(),
            _ if !last.unit.is_empty() => last.clone(),
            _ => first.clone(),
        };
        let scale = units::parse(&unit.unit).unwrap_or(Scale::ONE);
        let in_unit = |q: &Quantity| {
            if q.unit.is_empty() {
                q.value
            } else {
                scale.from_base(q.value)
            }
        };
        for (part, q) in parts.iter().flatten().zip(
            [Some(&first), Some(&last), step_by.as_ref()]
                .into_iter()
                .flatten(),
        ) {
            if !q.unit.is_empty() && q.dim != unit.dim {
                self.say(
                    Diagnostic::new("E0301", "the numbers of a range differ in kind")
                        .at(part.span, format!("this is {}, not {}", q.dim, unit.dim))
                        .hint("one unit at the end is enough: `8..64 step 8 GB/s`"),
                );
                return None;
            }
        }
        let by = step_by
            .as_ref()
            .map_or(1.0, |s| if times { s.value } else { in_unit(s) });
        self.spaced(expr, (in_unit(&first), in_unit(&last), by), times, &unit)
    }

    fn spaced(
        &mut self,
        expr: &Expr,
        (first, last, step): (f64, f64, f64),
        times: bool,
        unit: &Quantity,
    ) -> Option<Domain> {
        let (dim, unit) = (unit.dim, unit.unit.clone());
        let unusable = if times {
            step <= 1.0 || first <= 0.0
        } else {
            step <= 0.0
        };
        if unusable || last < first {
            let why = match (last < first, times) {
                (true, _) => "the end lies before the start",
                (false, true) => "a factor must be above 1, and the start above 0",
                (false, false) => "the step must be above 0",
            };
            self.say(
                Diagnostic::new("E0402", "this range has no values")
                    .at(expr.span, why)
                    .hint("write the smaller number first: `8..64 step 8`, `16..2048 step *2`"),
            );
            return None;
        }
        let mut count: f64 = 1.0;
        if times {
            let mut x = first;
            while x * step <= last * (1.0 + 1e-12) && count <= LARGEST_GEOMETRIC {
                x *= step;
                count += 1.0;
            }
            if count <= LARGEST_GEOMETRIC {
                self.misses_end(expr, x, last, &unit);
            }
        } else {
            count += libm::floor((last - first) / step + 1e-9);
            self.misses_end(expr, first + (count - 1.0) * step, last, &unit);
        }
        let most = if times {
            LARGEST_GEOMETRIC
        } else {
            LARGEST_DOMAIN
        };
        if count > most {
            self.say(
                Diagnostic::new(
                    "E0303",
                    format!("this range has more than {} values", units::number(most)),
                )
                .at(
                    expr.span,
                    if times {
                        "the factor is too close to 1".to_owned()
                    } else {
                        format!("{} values", units::number(count))
                    },
                )
                .hint("take larger steps: `0..4096 step 32`"),
            );
            return None;
        }
        Some(Domain::Range {
            start: first,
            step,
            times,
            count: count as u32,
            dim,
            unit,
        })
    }

    fn misses_end(&mut self, expr: &Expr, reached: f64, last: f64, unit: &str) {
        if (reached - last).abs() > 1e-9 * last.abs().max(1.0) {
            let (reached, last) = (units::number(reached), units::number(last));
            let unit = if unit.is_empty() {
                String::new()
            } else {
                format!(" {unit}")
            };
            self.say(
                Diagnostic::new("W0404", "the steps miss the end of this range")
                    .at(
                        expr.span,
                        format!("the last value is {reached}{unit}, not {last}{unit}"),
                    )
                    .note("Both ends belong to a range.")
                    .hint(format!(
                        "end it at {reached}{unit}, or choose a step that divides it"
                    )),
            );
        }
    }

    /// A domain by itself, as in a top-level `choose`, with the type of its values.
    pub(super) fn free_domain(&mut self, scope: &Scope, expr: &Expr) -> Option<(Domain, Type)> {
        if let ExprKind::List(_) = expr.kind {
            self.list_after_in(expr);
            return None;
        }
        let Some(domain) = self.domain(scope, expr) else {
            let understood = matches!(expr.kind, ExprKind::Set(_) | ExprKind::Range { .. });
            return match (understood, self.constant(scope, expr)) {
                (false, Some(Value::Domain(domain))) => {
                    let ty = type_of_values(&domain);
                    Some((domain, ty))
                }
                (false, Some(_)) => {
                    self.not_a_domain(expr);
                    None
                }
                _ => None,
            };
        };
        let ty = type_of_values(&domain);
        Some((domain, ty))
    }

    pub(super) fn list_after_in(&mut self, expr: &Expr) {
        let inside = self.words(expr.span);
        let inside = inside
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim()
            .to_owned();
        self.say(
            Diagnostic::new("E0405", "a list stands after `in`")
                .at(expr.span, "a list is ordered data, not a choice")
                .hint(format!("write a set: `{{{inside}}}`")),
        );
    }

    pub(super) fn not_a_domain(&mut self, expr: &Expr) {
        let value = self.words(expr.span);
        self.say(
            Diagnostic::new("E0305", "`in` needs a set or a range")
                .at(expr.span, "a single value")
                .hint(format!(
                    "to fix the field write `= {value}`; to leave it open `in {{{value}, …}}`"
                )),
        );
    }

    /// A value known from the text.
    pub(super) fn constant(&mut self, scope: &Scope, expr: &Expr) -> Option<Value> {
        let (typed, _) = self.expr(scope, expr)?;
        match typed.kind {
            Plan::Value(value) => Some(value),
            _ => {
                self.not_constant(expr);
                None
            }
        }
    }

    pub(super) fn not_constant(&mut self, expr: &Expr) {
        self.say(
            Diagnostic::new("E0210", "this is only known when the program runs")
                .at(expr.span, "needs the result of an action")
                .hint("write the value itself here"),
        );
    }

    fn constant_quantity(&mut self, scope: &Scope, expr: &Expr) -> Option<Quantity> {
        match self.constant(scope, expr)? {
            Value::Quantity(q) => Some(q),
            other => {
                self.say(
                    Diagnostic::new("E0305", "a range goes from a number to a number")
                        .at(
                            expr.span,
                            format!(
                                "this is {}",
                                type_of(&other, &self.program.blocks).describe()
                            ),
                        )
                        .hint("write numbers: `8..64 step 8`"),
                );
                None
            }
        }
    }
}

/// The type of a domain's values; sets of blocks keep the kind of the first.
fn type_of_values(domain: &Domain) -> Type {
    match domain.get(0) {
        Value::Quantity(q) => Type::Quantity(q.dim),
        Value::Bool(_) => Type::Bool,
        Value::Block(name) => Type::Block(name),
        _ => Type::Name,
    }
}

/// The type of a value.
pub(super) fn type_of(
    value: &Value,
    blocks: &std::collections::BTreeMap<String, plan::Block>,
) -> Type {
    match value {
        Value::Quantity(q) => Type::Quantity(q.dim),
        Value::Bool(_) => Type::Bool,
        Value::Text(_) => Type::Text,
        Value::Name(_) | Value::Form { .. } => Type::Name,
        Value::List(_) => Type::List,
        Value::Domain(_) => Type::Domain,
        Value::Part { .. } => Type::Layer,
        Value::Block(name) => Type::Block(
            blocks
                .get(name)
                .map_or_else(|| "block".to_owned(), |b| b.kind.clone()),
        ),
    }
}
