//! `table("FILE", …)`: accuracies that somebody measured, and how their file is to be read.

use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::names::closest;
use crate::schema::join_names;
use crate::syntax::tree::{Arg, Expr, ExprKind};
use crate::value::Value;

/// What an argument of `table(…)` takes.
#[derive(Clone, Copy)]
enum Takes {
    /// The name of a column.
    Column,
    /// Several of them.
    Columns,
    /// Bare names in their order.
    Labels,
    Text,
    /// A number other than zero.
    Factor,
    /// `more` or `less`.
    Sense,
}

/// The arguments after the file, with an example of each.
const ARGUMENTS: &[(&str, Takes, &str)] = &[
    ("value", Takes::Column, "value = mean"),
    ("trials", Takes::Columns, "trials = [seed_1, seed_2]"),
    ("uncertainty", Takes::Column, "uncertainty = std_error"),
    ("scale", Takes::Factor, "scale = 0.01"),
    ("better", Takes::Sense, "better = less"),
    ("key", Takes::Column, "key = arch"),
    ("code", Takes::Text, "code = \"{op0.take}-{op1.take}\""),
    ("numbered", Takes::Labels, "numbered = [none, skip, conv]"),
    (
        "source",
        Takes::Text,
        "source = \"where the file is published\"",
    ),
];

impl Checker<'_> {
    /// The file of a table and how it is read, by name.
    pub(super) fn table_source(
        &mut self,
        scope: &Scope,
        args: &[Arg],
    ) -> Option<(Value, Vec<(String, Value)>)> {
        let (file, rest) = args.split_first()?;
        let mut fields: Vec<(String, Value)> = Vec::new();
        for arg in rest {
            let (name, value) = self.table_argument(scope, arg)?;
            if fields.iter().any(|(given, _)| *given == name) {
                self.say(
                    Diagnostic::new("E0203", format!("`{name}` is given twice"))
                        .at(arg.value.span, "again")
                        .hint("keep one of them"),
                );
                return None;
            }
            fields.push((name, value));
        }
        self.together(rest, &fields)?;
        let file = self.table_file(scope, &file.value, &fields)?;
        Some((file, fields))
    }

    fn table_file(
        &mut self,
        scope: &Scope,
        file: &Expr,
        fields: &[(String, Value)],
    ) -> Option<Value> {
        let ExprKind::Text(name) = &file.kind else {
            return match self.constant(scope, file)? {
                // A table that was imported by name.
                text @ Value::Text(_) => Some(text),
                _ => {
                    self.argument_takes(
                        "table",
                        "a file name in quotes",
                        "table(\"file.csv\")",
                        file,
                    );
                    None
                }
            };
        };
        let path = self.beside(&scope.module, name);
        let source = fields.iter().find_map(|(name, value)| match value {
            Value::Text(text) if name == "source" => Some(text.as_str()),
            _ => None,
        });
        if let Err(d) = self.data_file(&path, file.span) {
            let d = match source {
                Some(source) if d.code == "E0701" => Box::new(
                    Diagnostic::new("E0705", format!("the table `{name}` is not here"))
                        .at(file.span, "not found")
                        .note(format!("It comes from {source}."))
                        .hint("put it beside the script, or into a folder that `--data DIR` or the variable NASAIC_DATA names"),
                ),
                _ => d,
            };
            self.say(*d);
            return None;
        }
        Some(Value::Text(path))
    }

    fn table_argument(&mut self, scope: &Scope, arg: &Arg) -> Option<(String, Value)> {
        let Some(name) = &arg.name else {
            self.say(
                Diagnostic::new("E0305", "`table` takes one file")
                    .at(arg.value.span, "this has no name")
                    .hint("name what follows the file: `table(\"file.csv\", value = mean)`"),
            );
            return None;
        };
        let known = ARGUMENTS.iter().find(|a| a.0 == name.text);
        let Some((_, takes, example)) = known else {
            let names = || ARGUMENTS.iter().map(|a| a.0);
            let d = Diagnostic::new("E0206", format!("`table` has no field `{}`", name.text))
                .at(name.span, "unknown field")
                .note(format!("It has {}.", join_names(names())));
            self.say(match closest(&name.text, names()) {
                Some(guess) => d.hint(format!("did you mean `{guess}`?")),
                None => d.hint("leave it out"),
            });
            return None;
        };
        let value = self.table_value(scope, *takes, example, &arg.value)?;
        Some((name.text.clone(), value))
    }

    fn table_value(
        &mut self,
        scope: &Scope,
        takes: Takes,
        example: &str,
        value: &Expr,
    ) -> Option<Value> {
        let column = |item: &Expr| match &item.kind {
            ExprKind::Name(name) => Some(Value::Text(name.clone())),
            ExprKind::Text(name) => Some(Value::Text(name.clone())),
            _ => None,
        };
        let label = |item: &Expr| match &item.kind {
            ExprKind::Name(name) => Some(Value::Name(name.clone())),
            _ => None,
        };
        let list = |one: &dyn Fn(&Expr) -> Option<Value>| match &value.kind {
            ExprKind::List(items) if !items.is_empty() => {
                let all: Option<Vec<Value>> = items.iter().map(one).collect();
                all.map(Value::List)
            }
            _ => None,
        };
        let (found, wanted) = match takes {
            Takes::Column => (column(value), "the name of a column"),
            Takes::Columns => (list(&column), "a list of names of columns"),
            Takes::Labels => (list(&label), "a list of bare names"),
            Takes::Sense => (
                label(value).filter(|v| matches!(v.as_name(), Some("more" | "less"))),
                "`more` or `less`",
            ),
            Takes::Text => (
                Some(self.constant(scope, value)?).filter(|v| matches!(v, Value::Text(_))),
                "a text in quotes",
            ),
            Takes::Factor => (
                Some(self.constant(scope, value)?)
                    .filter(|v| v.as_f64().is_some_and(|x| x.is_finite() && x != 0.0)),
                "a number other than 0",
            ),
        };
        if found.is_none() {
            let name = example.split(' ').next().unwrap_or_default();
            self.argument_takes(name, wanted, example, value);
        }
        found
    }

    fn argument_takes(&mut self, name: &str, wanted: &str, example: &str, value: &Expr) {
        self.say(
            Diagnostic::new("E0305", format!("`{name}` takes {wanted}"))
                .at(value.span, format!("{wanted} is expected"))
                .hint(format!("write such as `{example}`")),
        );
    }

    /// What only makes sense together, or not together.
    fn together(&mut self, args: &[Arg], fields: &[(String, Value)]) -> Option<()> {
        let place = |name: &str| {
            let given = args.iter().zip(fields);
            given
                .filter(|(_, (given, _))| given == name)
                .map(|(arg, _)| arg.value.span)
                .next()
        };
        for (one, other) in [("value", "trials"), ("uncertainty", "trials")] {
            if let (Some(at), Some(_)) = (place(one), place(other)) {
                self.say(
                    Diagnostic::new("E0305", format!("`{one}` and `{other}` say the same twice"))
                        .at(at, "the trials give their mean and its standard error")
                        .hint("keep one of them"),
                );
                return None;
            }
        }
        for (one, other) in [("key", "code"), ("code", "key"), ("numbered", "code")] {
            if let (Some(at), None) = (place(one), place(other)) {
                self.say(
                    Diagnostic::new("E0306", format!("`{one}` needs `{other}`"))
                        .at(at, format!("`{other}` is missing"))
                        .note("`key` names the column that holds one code for each network, `code` says how it is written.")
                        .hint("write such as `key = arch, code = \"{op0.take}-{op1.take}\"`"),
                );
                return None;
            }
        }
        Some(())
    }
}
