//! The content of a field, judged by its schema.

use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{Type, with_article};
use crate::names::closest;
use crate::plan::{ExprKind as Plan, Slot};
use crate::schema::{Field, FieldType, join_names};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind};
use crate::units::Dim;
use crate::value::{Domain, Quantity, Value};

/// The most zeros on one side of an input.
const MOST_PADDING: u64 = 1024;

/// `None` after saying what is wrong.
type Checked<T> = Option<T>;

impl Checker<'_> {
    /// What a field is set or opened to.
    pub(super) fn field_slot(
        &mut self,
        scope: &Scope,
        field: &Field,
        open: bool,
        value: &Expr,
    ) -> Checked<Slot> {
        // What is expected is worth spelling out only where a hole asks for it.
        let mut asking = None;
        if self.program.sources.slice(value.span).contains('?') {
            let wanted = field.ty.expected();
            asking = Some(Scope {
                wanted,
                ..scope.clone()
            });
        }
        let scope = asking.as_ref().unwrap_or(scope);
        if open {
            return self.open_slot(scope, field, value);
        }
        match &value.kind {
            ExprKind::Hole => {
                self.hole(scope, field.name.as_ref(), value.span);
                None
            }
            ExprKind::Set(_) | ExprKind::Range { .. } => {
                self.set_after_equals(field, value);
                None
            }
            _ => self.fixed_slot(scope, field, value),
        }
    }

    pub(super) fn hole(&mut self, scope: &Scope, what: &str, span: Span) {
        let wanted = if scope.wanted.is_empty() {
            "a value"
        } else {
            &scope.wanted
        };
        let what = if what.is_empty() {
            String::new()
        } else {
            format!(" for `{what}`")
        };
        let wanted = wanted.to_owned();
        self.say(
            Diagnostic::new("E0310", format!("a hole is left{what}"))
                .at(span, format!("{wanted} is expected here"))
                .hint("replace the `?`"),
        );
    }

    fn set_after_equals(&mut self, field: &Field, value: &Expr) {
        let (name, set) = (field.name.to_string(), self.words(value.span));
        let d = Diagnostic::new(
            "E0401",
            format!("`{name}` is set to several values at once"),
        )
        .at(value.span, "a set or range");
        let d = if field.open {
            d.note("`=` fixes a field, `in` leaves it open.")
                .hint(format!("write `{name} in {set}`"))
        } else {
            d.note(format!("`{name}` cannot be left open."))
                .hint(format!("choose one value: `{name} = …`"))
        };
        self.say(d);
    }

    fn open_slot(&mut self, scope: &Scope, field: &Field, value: &Expr) -> Checked<Slot> {
        if let ExprKind::Hole = value.kind {
            self.hole(scope, field.name.as_ref(), value.span);
            return None;
        }
        if !field.open {
            let name = field.name.to_string();
            self.say(
                Diagnostic::new("E0408", format!("`{name}` cannot be left open"))
                    .at(value.span, "not a decision of a search")
                    .note(format!("It takes {}.", field.ty.expected()))
                    .hint(format!("fix it: `{name} = …`")),
            );
            return None;
        }
        if let ExprKind::List(_) = value.kind
            && !matches!(field.ty, FieldType::Sizes { .. })
        {
            self.list_after_in(value);
            return None;
        }
        let domain = match (&field.ty, &value.kind) {
            (FieldType::Option, ExprKind::Set(items)) => self.bare_names(scope, value, items)?,
            (_, ExprKind::Set(items)) if names_inside(&field.ty) => {
                self.names_domain(scope, field, value, items)?
            }
            _ => self.free_domain(scope, value)?.0,
        };
        // The ends and the first step of a range speak for the values between.
        let last = domain.len() - 1;
        let spoken: Vec<usize> = match domain {
            Domain::Values(_) => (0..=last).collect(),
            Domain::Range { .. } => vec![0, 1.min(last), last],
        };
        for i in spoken {
            self.judge(field, &domain.get(i), value.span)?;
        }
        Some(Slot::Open(domain))
    }

    /// A set whose members are names or blocks that only the field's schema knows.
    fn names_domain(
        &mut self,
        scope: &Scope,
        field: &Field,
        set: &Expr,
        items: &[Expr],
    ) -> Checked<Domain> {
        if items.is_empty() {
            return self.domain(scope, set);
        }
        let mut values = Vec::new();
        for item in items {
            let Slot::Fixed(value) = self.fixed_slot(scope, field, item)? else {
                return None;
            };
            if values.contains(&value) {
                self.twice_in_set(item);
                return None;
            }
            values.push(value);
        }
        Some(Domain::Values(values))
    }

    fn fixed_slot(&mut self, scope: &Scope, field: &Field, value: &Expr) -> Checked<Slot> {
        if let ExprKind::Name(name) = &value.kind
            && let Some(known) = self.schema_name(field, name)
        {
            return Some(Slot::Fixed(Value::Name(known)));
        }
        match &field.ty {
            FieldType::Choice(names) => {
                let names: Vec<String> = names.iter().map(|n| n.0.to_string()).collect();
                self.not_one_of(field, &names, value)
            }
            FieldType::Names(names) => self.names_list(field, names, value),
            FieldType::AccuracySource => self.accuracy_source(scope, value),
            FieldType::Bound => self.bound(scope, field, value),
            FieldType::Form(forms) => self.form(scope, field, forms, value),
            FieldType::Option => self.option_slot(scope, field, value),
            _ => self.value_slot(scope, field, value),
        }
    }

    fn schema_name(&self, field: &Field, name: &str) -> Option<String> {
        let known = match &field.ty {
            FieldType::Choice(names) => names.iter().any(|n| n.0 == name),
            FieldType::IntegerOr { names, .. }
            | FieldType::QuantityOr { names, .. }
            | FieldType::SizesOr { names, .. } => names.contains(&name),
            _ => false,
        };
        known.then(|| name.to_owned())
    }

    fn not_one_of<T>(&mut self, field: &Field, names: &[String], value: &Expr) -> Checked<T> {
        let listed = join_names(names.iter().map(String::as_str));
        let d = match &value.kind {
            ExprKind::Name(name) => {
                let guess = closest(name, names.iter().map(String::as_str));
                let d =
                    Diagnostic::new("E0201", format!("`{name}` is no value of `{}`", field.name))
                        .at(value.span, "unknown name")
                        .note(format!("It can be {listed}."));
                match guess {
                    Some(guess) => d.hint(format!("did you mean `{guess}`?")),
                    None => d.hint(format!(
                        "write `{} = {}`",
                        field.name,
                        names.first().map_or("…", String::as_str)
                    )),
                }
            }
            ExprKind::Text(text) if names.contains(text) => {
                Diagnostic::new("E0305", format!("`{}` takes a bare name", field.name))
                    .at(value.span, "a text in quotes")
                    .hint(format!("leave the quotes out: `{} = {text}`", field.name))
            }
            _ => Diagnostic::new("E0305", format!("`{}` takes a name", field.name))
                .at(value.span, format!("one of {listed} is expected"))
                .hint(format!(
                    "write `{} = {}`",
                    field.name,
                    names.first().map_or("…", String::as_str)
                )),
        };
        self.say(d);
        None
    }

    fn names_list(&mut self, field: &Field, names: &[&str], value: &Expr) -> Checked<Slot> {
        let items: Vec<&Expr> = match &value.kind {
            ExprKind::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut out = Vec::new();
        for item in items {
            match &item.kind {
                ExprKind::Name(name) if names.contains(&name.as_str()) => {
                    out.push(Value::Name(name.clone()));
                }
                _ => {
                    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
                    return self.not_one_of(field, &names, item);
                }
            }
        }
        Some(Slot::Fixed(Value::List(out)))
    }

    pub(super) fn value_slot(
        &mut self,
        scope: &Scope,
        field: &Field,
        value: &Expr,
    ) -> Checked<Slot> {
        let (expr, ty) = self.expr(scope, value)?;
        match expr.kind {
            Plan::Value(Value::Domain(_)) => {
                self.set_after_equals(field, value);
                None
            }
            Plan::Value(v) => {
                self.judge(field, &v, value.span)?;
                Some(Slot::Fixed(self.whole_sizes(field, v)))
            }
            _ if only_slots(&expr) => {
                self.judge_type(field, &ty, value.span)?;
                Some(Slot::Formula(expr))
            }
            _ => {
                self.not_constant(value);
                None
            }
        }
    }

    /// `kernel = 3` is `kernel = [3]` where sizes are wanted.
    fn whole_sizes(&self, field: &Field, value: Value) -> Value {
        match (&field.ty, value) {
            (FieldType::Sizes { .. }, v @ Value::Quantity(_)) => Value::List(vec![v]),
            (_, v) => v,
        }
    }

    /// Judges a value by the field's type and range.
    pub(super) fn judge(&mut self, field: &Field, value: &Value, span: Span) -> Checked<()> {
        match (&field.ty, value) {
            (FieldType::Integer { min, max }, Value::Quantity(q)) => {
                self.judge_integer(field, q, *min, *max, span)
            }
            (FieldType::IntegerOr { min, max, .. }, Value::Quantity(q)) => {
                self.judge_integer(field, q, *min, *max, span)
            }
            (FieldType::Number { min, max }, Value::Quantity(q)) => {
                self.judge_dim(field, q.dim, Dim::NONE, span)?;
                self.judge_range(field, q, q.value >= *min && q.value <= *max, span)
            }
            (FieldType::Quantity(dim) | FieldType::QuantityOr { dim, .. }, Value::Quantity(q)) => {
                self.judge_dim(field, q.dim, *dim, span)?;
                self.judge_range(field, q, q.value >= 0.0, span)
            }
            (FieldType::Signed(dim), Value::Quantity(q)) => {
                self.judge_dim(field, q.dim, *dim, span)
            }
            (FieldType::Sizes { .. }, Value::Quantity(q)) => {
                self.judge_integer(field, q, 0, 1 << 32, span)
            }
            (FieldType::SizesOr { .. }, Value::Quantity(q)) => {
                self.judge_integer(field, q, 0, MOST_PADDING, span)
            }
            (FieldType::SizesOr { most, .. }, Value::List(items)) => {
                if items.is_empty() || items.len() > *most {
                    return self.wrong_kind(field, &format!("this has {}", items.len()), span);
                }
                items
                    .iter()
                    .try_for_each(|item| self.judge(field, item, span))
            }
            (FieldType::Sizes { min, max }, Value::List(items)) => {
                if items.len() < *min || items.len() > *max {
                    return self.wrong_kind(field, &format!("this has {}", items.len()), span);
                }
                items
                    .iter()
                    .try_for_each(|item| self.judge(field, item, span))
            }
            (FieldType::Block(kinds), Value::Block(name)) => {
                let kind = self.program.blocks.get(name).map(|b| b.kind.clone());
                match kind {
                    Some(kind) if kinds.contains(&kind.as_str()) => Some(()),
                    Some(kind) => {
                        self.wrong_kind(field, &format!("this is {}", with_article(&kind)), span)
                    }
                    None => None,
                }
            }
            (FieldType::Bool, Value::Bool(_)) | (FieldType::Text, Value::Text(_)) => Some(()),
            (
                FieldType::Choice(_)
                | FieldType::IntegerOr { .. }
                | FieldType::QuantityOr { .. }
                | FieldType::SizesOr { .. }
                | FieldType::Option,
                Value::Name(_),
            ) => Some(()),
            (
                FieldType::Names(_)
                | FieldType::AccuracySource
                | FieldType::Bound
                | FieldType::Form(_),
                _,
            ) => Some(()),
            (_, other) => {
                let ty = super::constants::type_of(other, &self.program.blocks);
                self.wrong_kind(field, &format!("this is {}", ty.describe()), span)
            }
        }
    }

    fn judge_integer(
        &mut self,
        field: &Field,
        q: &Quantity,
        min: u64,
        max: u64,
        span: Span,
    ) -> Checked<()> {
        self.judge_dim(field, q.dim, Dim::NONE, span)?;
        if q.value.fract() != 0.0 {
            self.say(
                Diagnostic::new("E0304", format!("`{}` is a whole number", field.name))
                    .at(span, format!("{q} is not whole"))
                    .hint(format!("write {}", libm::round(q.value))),
            );
            return None;
        }
        let within = q.value >= min as f64 && q.value <= max as f64;
        self.judge_range(field, q, within, span)
    }

    fn judge_dim(&mut self, field: &Field, got: Dim, wanted: Dim, span: Span) -> Checked<()> {
        if got == wanted {
            return Some(());
        }
        let written = self.words(span);
        let d = Diagnostic::new("E0301", format!("`{}` is {wanted}", field.name))
            .at(span, format!("this is {got}"));
        let d = match (got == Dim::NONE, wanted == Dim::NONE) {
            (true, _) => {
                let unit = wanted.common_unit();
                d.note(format!("It is measured in {}.", wanted.usual_units()))
                    .hint(format!("write the unit: `{written} {unit}`"))
            }
            (_, true) => d.hint(format!(
                "leave the unit out: `{} = {}`",
                field.name,
                number_of(&written)
            )),
            _ => d
                .note(format!("It is measured in {}.", wanted.usual_units()))
                .hint(format!("write such as `{}`", field.sample())),
        };
        self.say(d);
        None
    }

    fn judge_range(
        &mut self,
        field: &Field,
        q: &Quantity,
        within: bool,
        span: Span,
    ) -> Checked<()> {
        if within {
            return Some(());
        }
        let expected = match field.ty {
            FieldType::Quantity(dim) | FieldType::QuantityOr { dim, .. } => {
                format!("{dim} of at least 0")
            }
            FieldType::Sizes { .. } => "a whole number of at least 0".to_owned(),
            _ => field.ty.expected(),
        };
        self.say(
            Diagnostic::new(
                "E0303",
                format!("{q} is out of the range of `{}`", field.name),
            )
            .at(span, format!("{expected} is expected"))
            .hint(within_range(&field.ty, q)),
        );
        None
    }

    pub(super) fn wrong_kind<T>(&mut self, field: &Field, got: &str, span: Span) -> Checked<T> {
        let d = Diagnostic::new(
            "E0305",
            format!("`{}` takes {}", field.name, field.ty.expected()),
        )
        .at(span, got);
        let d = match &field.ty {
            FieldType::Block(kinds) => match self.declared_of(kinds) {
                names if names.is_empty() => d.hint(format!(
                    "declare `{} my_{} {{ … }}` first",
                    kinds[0], kinds[0]
                )),
                names => d.hint(format!(
                    "declared here: {}",
                    join_names(names.iter().map(String::as_str))
                )),
            },
            _ => d.hint(format!("write such as `{}`", field.sample())),
        };
        self.say(d);
        None
    }

    /// The names of the main text that stand for a block of one of these kinds.
    fn declared_of(&self, kinds: &[&str]) -> Vec<String> {
        let named = self.program.names().into_iter().map(|(name, _)| name);
        named
            .filter(|name| {
                let block = self
                    .program
                    .block_called(name)
                    .and_then(|b| self.program.blocks.get(&b));
                block.is_some_and(|b| kinds.contains(&b.kind.as_str()))
            })
            .collect()
    }

    fn judge_type(&mut self, field: &Field, ty: &Type, span: Span) -> Checked<()> {
        match (&field.ty, ty) {
            (FieldType::Quantity(dim) | FieldType::QuantityOr { dim, .. }, Type::Quantity(got)) => {
                self.judge_dim(field, *got, *dim, span)
            }
            (
                FieldType::Integer { .. }
                | FieldType::IntegerOr { .. }
                | FieldType::Number { .. }
                | FieldType::Sizes { .. }
                | FieldType::SizesOr { .. },
                Type::Quantity(got),
            ) => self.judge_dim(field, *got, Dim::NONE, span),
            (FieldType::Block(_), Type::Block(_))
            | (
                FieldType::Choice(_)
                | FieldType::IntegerOr { .. }
                | FieldType::QuantityOr { .. }
                | FieldType::SizesOr { .. }
                | FieldType::Option,
                Type::Name,
            )
            | (FieldType::Bool, Type::Bool) => Some(()),
            _ => self.wrong_kind(field, &format!("this is {}", ty.describe()), span),
        }
    }
}

fn names_inside(ty: &FieldType) -> bool {
    matches!(
        ty,
        FieldType::Choice(_)
            | FieldType::IntegerOr { .. }
            | FieldType::Block(_)
            | FieldType::Sizes { .. }
            | FieldType::SizesOr { .. }
    )
}

/// What to write instead of a number that is too small or too large.
fn within_range(ty: &FieldType, q: &Quantity) -> String {
    let (min, max) = match ty {
        FieldType::Integer { min, max } | FieldType::IntegerOr { min, max, .. } => {
            (*min as f64, *max as f64)
        }
        FieldType::Number { min, max } => (*min, *max),
        FieldType::SizesOr { .. } => (0.0, MOST_PADDING as f64),
        _ => (0.0, f64::INFINITY),
    };
    match q.value {
        x if x < min => format!("the smallest value is {}", crate::units::number(min)),
        x if max == 1.0 && x <= 100.0 => format!("for {x} % write {}", x / 100.0),
        _ => format!("the largest value is {}", crate::units::number(max)),
    }
}

fn number_of(written: &str) -> String {
    written
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Whether an expression is made of numbers, fields and choices alone.
fn only_slots(expr: &crate::plan::Expr) -> bool {
    match &expr.kind {
        Plan::Value(Value::Quantity(_)) | Plan::Slot(_) => true,
        Plan::Negate(inner) | Plan::As(inner, _) => only_slots(inner),
        Plan::Binary(_, a, b) => only_slots(a) && only_slots(b),
        _ => false,
    }
}
