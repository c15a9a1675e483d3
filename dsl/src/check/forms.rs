//! Fields that hold a form: where an accuracy comes from, the bound of a penalty, a mapper.

use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::names::closest;
use crate::plan::Slot;
use crate::schema::{Absent, Field, FieldType, Form, accuracies, join_names};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Item, ItemKind};
use crate::value::Value;

impl Checker<'_> {
    /// `surrogate(NAME)`, `table("FILE")`, `trained { … }`, `proxy(NAME)`.
    pub(super) fn accuracy_source(&mut self, scope: &Scope, value: &Expr) -> Option<Slot> {
        let (name, args, fields) = match &value.kind {
            ExprKind::Call { callee, args } => match &callee.kind {
                ExprKind::Name(name) => (name.clone(), args.clone(), Vec::new()),
                _ => return self.not_a_source(value),
            },
            ExprKind::Block { kind, items } => (kind.text.clone(), Vec::new(), items.clone()),
            _ => return self.not_a_source(value),
        };
        let mut out = Vec::new();
        match (name.as_str(), args.as_slice()) {
            ("surrogate", [arg]) => {
                let v = self.constant(scope, &arg.value)?;
                let kind = v
                    .as_block()
                    .and_then(|n| self.program.blocks.get(n))
                    .map(|b| b.kind.clone());
                if kind.as_deref() != Some("surrogate") {
                    self.say(
                        Diagnostic::new("E0305", "`surrogate(…)` takes the name of a surrogate")
                            .at(
                                arg.value.span,
                                format!(
                                    "this is {}",
                                    super::constants::type_of(&v, &self.program.blocks).describe()
                                ),
                            )
                            .hint("use one of the library: `use std.accuracy.{resnet9_cifar10}`"),
                    );
                    return None;
                }
                out.push(v);
            }
            ("table", [arg]) => match &arg.value.kind {
                ExprKind::Text(file) => {
                    let path = self.beside(&scope.module, file);
                    if let Err(d) = self.data_file(&path, arg.value.span) {
                        self.say(*d);
                        return None;
                    }
                    out.push(Value::Text(path));
                }
                _ => {
                    let v = self.constant(scope, &arg.value)?;
                    let Value::Text(_) = &v else {
                        return self.not_a_source(value);
                    };
                    out.push(v);
                }
            },
            ("proxy", [arg]) => match &arg.value.kind {
                ExprKind::Name(n) => out.push(Value::Name(n.clone())),
                _ => return self.not_a_source(value),
            },
            (name, []) if accuracies::forms().iter().any(|f| f.name == name) => {}
            _ => return self.not_a_source(value),
        }
        let fields = match accuracies::forms().iter().find(|form| form.name == name) {
            Some(form) => self.fields_of_form(scope, form, &fields)?,
            None => Vec::new(),
        };
        Some(Slot::Fixed(Value::Form {
            name,
            args: out,
            fields,
            at: value.span,
        }))
    }

    fn not_a_source(&mut self, value: &Expr) -> Option<Slot> {
        self.say(
            Diagnostic::new("E0305", "this says not where the accuracy comes from")
                .at(value.span, format!("{} is expected", FieldType::AccuracySource.expected()))
                .hint("write `accuracy = surrogate(resnet9_cifar10)` or `accuracy = table(\"file.csv\")`"),
        );
        None
    }

    /// The place, the name and the value of a field in a form; anything else is answered with an example.
    fn named<'i>(&mut self, item: &'i Item, example: &str) -> Option<(Span, String, &'i Expr)> {
        let ItemKind::Field {
            path,
            open: false,
            value,
        } = &item.kind
        else {
            self.say(
                Diagnostic::new("E0102", "only `name = value` can stand here")
                    .at(item.span, "not understood here")
                    .hint(format!("write fields: `{example}`")),
            );
            return None;
        };
        Some((path.span, self.words(path.span), value))
    }

    /// One of the forms that a field's schema knows; a form that has no fields is a bare name.
    pub(super) fn form(
        &mut self,
        scope: &Scope,
        field: &Field,
        forms: &[Form],
        value: &Expr,
    ) -> Option<Slot> {
        let (name, items) = match &value.kind {
            ExprKind::Name(name) => (name.as_str(), &[][..]),
            ExprKind::Block { kind, items } => (kind.text.as_str(), items.as_slice()),
            _ => ("", &[][..]),
        };
        let Some(form) = forms.iter().find(|f| f.name == name) else {
            let names = forms.iter().map(|f| f.name);
            let d = Diagnostic::new("E0305", format!("`{}` takes a form", field.name))
                .at(value.span, format!("{} is expected", field.ty.expected()));
            self.say(match closest(name, names) {
                Some(guess) => d.hint(format!("did you mean `{guess}`?")),
                None => d.hint(format!("write such as `{}`", field.sample())),
            });
            return None;
        };
        if form.fields.is_empty() && items.is_empty() {
            return Some(Slot::Fixed(Value::Name(name.to_owned())));
        }
        Some(Slot::Fixed(Value::Form {
            name: name.to_owned(),
            args: Vec::new(),
            fields: self.fields_of_form(scope, form, items)?,
            at: value.span,
        }))
    }

    /// What stands in a form's braces, and after it the defaults of what does not.
    fn fields_of_form(
        &mut self,
        scope: &Scope,
        form: &Form,
        items: &[Item],
    ) -> Option<Vec<(String, Value)>> {
        let mut out: Vec<(String, Value)> = Vec::new();
        for item in items {
            let (field, value) = self.field_of_form(form, item)?;
            if out.iter().any(|(given, _)| *given == field.name) {
                self.say(
                    Diagnostic::new("E0203", format!("`{}` is given twice", field.name))
                        .at(item.span, "again")
                        .hint("keep one of them"),
                );
                return None;
            }
            let Slot::Fixed(value) = self.field_slot(scope, field, false, value)? else {
                self.not_constant(value);
                return None;
            };
            out.push((field.name.to_string(), value));
        }
        for field in &form.fields {
            if let Absent::Default(text) = &field.absent
                && !out.iter().any(|(given, _)| *given == field.name)
            {
                let value = self.default_value(scope, form.name, field, text)?;
                out.push((field.name.to_string(), value));
            }
        }
        Some(out)
    }

    fn field_of_form<'f, 'i>(
        &mut self,
        form: &'f Form,
        item: &'i Item,
    ) -> Option<(&'f Field, &'i Expr)> {
        let (at, name, value) = self.named(item, &format!("{} {{ … = … }}", form.name))?;
        if let Some(field) = form.field(&name) {
            return Some((field, value));
        }
        let names = || form.fields.iter().map(|f| f.name.as_ref());
        let d = Diagnostic::new("E0206", format!("`{}` has no field `{name}`", form.name))
            .at(at, "unknown field")
            .note(format!("It has {}.", join_names(names())));
        self.say(match closest(&name, names()) {
            Some(guess) => d.hint(format!("did you mean `{guess}`?")),
            None => d.hint("leave it out"),
        });
        None
    }

    /// A number, or `worst_of(n)`.
    pub(super) fn bound(&mut self, scope: &Scope, field: &Field, value: &Expr) -> Option<Slot> {
        if let ExprKind::Call { callee, args } = &value.kind
            && let ExprKind::Name(name) = &callee.kind
            && name == "worst_of"
            && let [arg] = args.as_slice()
        {
            let count = self.constant(scope, &arg.value)?;
            let whole = Field {
                ty: FieldType::Integer {
                    min: 1,
                    max: 1_000_000,
                },
                ..field.clone()
            };
            self.judge(&whole, &count, arg.value.span)?;
            let form = Value::Form {
                name: "worst_of".into(),
                args: vec![count],
                fields: Vec::new(),
                at: value.span,
            };
            return Some(Slot::Fixed(form));
        }
        let v = self.constant(scope, value)?;
        let above = Field {
            ty: FieldType::Number {
                min: 1.0,
                max: f64::INFINITY,
            },
            ..field.clone()
        };
        self.judge(&above, &v, value.span)?;
        Some(Slot::Fixed(v))
    }
}
