//! Fields that hold a form: where an accuracy comes from, and the bound of a penalty.

use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::plan::Slot;
use crate::schema::{Field, FieldType};
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
            ("trained", []) => {}
            _ => return self.not_a_source(value),
        }
        let fields = self.form_fields(scope, &fields)?;
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

    fn form_fields(&mut self, scope: &Scope, items: &[Item]) -> Option<Vec<(String, Value)>> {
        let mut out = Vec::new();
        for item in items {
            let ItemKind::Field {
                path,
                open: false,
                value,
            } = &item.kind
            else {
                self.say(
                    Diagnostic::new("E0102", "only `name = value` can stand here")
                        .at(item.span, "not understood here")
                        .hint("write fields: `trained { epochs = 3, seeds = 3 }`"),
                );
                return None;
            };
            let name = self.words(path.span);
            let value = match &value.kind {
                ExprKind::Name(n) if self.state(&scope.module, n).is_none() => {
                    Value::Name(n.clone())
                }
                _ => self.constant(scope, value)?,
            };
            out.push((name, value));
        }
        Some(out)
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
