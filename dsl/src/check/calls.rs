//! Calls of actions, views, formulas, scripts and methods.

use super::program::Decl;
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Accepts, Function, Group, Param, Returns, Subject, Type};
use crate::names::closest;
use crate::plan::{self, ExprKind as Plan};
use crate::schema::{Absent, join_names};
use crate::source::Span;
use crate::syntax::tree::{Arg, Expr, ExprKind, Name};
use crate::units::Dim;
use crate::value::Value;

pub(super) type Typed = (plan::Expr, Type);

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        scope: &Scope,
        at: Span,
        callee: &Expr,
        args: &[Arg],
    ) -> Option<Typed> {
        match &callee.kind {
            ExprKind::Name(name) => {
                let forms: Vec<&Function> = functions::forms(name).collect();
                match forms.as_slice() {
                    [] => match self.decl(&scope.module, name) {
                        Some(Decl::Function { name, arity }) => {
                            self.hosted_call(scope, at, (&name, arity), callee.span, args)
                        }
                        _ => {
                            self.unknown_function(scope, name, callee.span);
                            None
                        }
                    },
                    [one] => self.built_in(scope, at, callee.span, (*one, None), args),
                    forms => {
                        let form = self.signature(scope, forms, args)?;
                        self.built_in(scope, at, callee.span, form, args)
                    }
                }
            }
            ExprKind::Member { base, name } => {
                if let ExprKind::Name(script) = &base.kind
                    && let Some(Decl::Script {
                        name: script,
                        functions,
                    }) = self.decl(&scope.module, script)
                {
                    return self.script_call(scope, at, (&script, &functions), name, args);
                }
                self.method(scope, at, base, name, args)
            }
            _ => {
                self.say(
                    Diagnostic::new("E0209", "this cannot be called")
                        .at(callee.span, "not a function")
                        .hint("a call is `evaluate(network, accelerator)`"),
                );
                None
            }
        }
    }

    fn unknown_function(&mut self, scope: &Scope, name: &str, span: Span) {
        let mut names: Vec<&str> = functions::all().iter().map(|f| f.name).collect();
        names.push("worst_of");
        let hosted = self.program.scripts.iter().filter(|(_, s)| s.hosted);
        let hosted: Vec<String> = hosted.map(|(name, _)| name.clone()).collect();
        names.extend(hosted.iter().map(String::as_str));
        let d = Diagnostic::new("E0201", format!("there is no function `{name}`"))
            .at(span, "unknown function");
        let d = if self.decl(&scope.module, name).is_some() {
            d.hint(format!("`{name}` is declared, but it is not a function"))
        } else if let Some(guess) = closest(name, names.iter().copied()) {
            d.hint(format!("did you mean `{guess}(…)`?"))
        } else if matches!(name, "print" | "println" | "show" | "display") {
            d.hint("an expression alone on a line is shown: leave the call out")
        } else if matches!(name, "plot") {
            d.hint("choose a view: `scatter(…)`, `pareto(…)`, `heatmap(…)`, `table(…)`")
        } else {
            d.hint("`nasaic doc` lists the functions")
        };
        self.say(d);
    }

    fn built_in(
        &mut self,
        scope: &Scope,
        at: Span,
        name_at: Span,
        (function, mut understood): (&'static Function, Option<Typed>),
        args: &[Arg],
    ) -> Option<Typed> {
        let given = self.match_args(name_at, function.name, &function.params, args)?;
        let mut out: Vec<(String, plan::Expr)> = Vec::new();
        let mut types: Vec<(&'static str, Type)> = Vec::new();
        let mut failed = false;
        for (param, arg) in function.params.iter().zip(given) {
            let rows = types.first().map(|t| t.1.clone());
            // Without its rows, nobody knows what a column's name means.
            if failed && matches!(param.accepts, Accepts::Column | Accepts::Columns) {
                continue;
            }
            let is_first =
                arg.is_some_and(|arg| args.first().is_some_and(|a| std::ptr::eq(a, arg)));
            let typed = match arg {
                Some(_) if is_first && understood.is_some() => understood.take(),
                Some(arg) => self.argument(scope, param, &arg.value, rows.as_ref()),
                None => match &param.absent {
                    Absent::Default(text) => Some(self.default_argument(param, text, at)),
                    _ => continue,
                },
            };
            match typed {
                Some((expr, ty)) => {
                    types.push((param.name, ty));
                    out.push((param.name.to_owned(), expr));
                }
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let ty = self.returned(function, at, &types, &out)?;
        Some((
            plan::Expr {
                kind: Plan::Call(function.name.to_owned(), out),
                at,
            },
            ty,
        ))
    }

    /// Puts arguments to their parameters.
    fn match_args<'b>(
        &mut self,
        name_at: Span,
        name: &str,
        params: &[Param],
        args: &'b [Arg],
    ) -> Option<Vec<Option<&'b Arg>>> {
        let mut given: Vec<Option<&Arg>> = vec![None; params.len()];
        let mut next = 0;
        let mut good = true;
        for arg in args {
            let index = match &arg.name {
                Some(wanted) => match params.iter().position(|p| p.name == wanted.text) {
                    Some(i) => i,
                    None => {
                        self.unknown_argument(name, params, wanted);
                        good = false;
                        continue;
                    }
                },
                None => next,
            };
            if index >= params.len() {
                self.say(
                    Diagnostic::new(
                        "E0209",
                        format!("`{name}` takes {}", counted(params.len(), "argument")),
                    )
                    .at(arg.value.span, "one too many")
                    .hint(format!("it is `{}`", signature(name, params))),
                );
                return None;
            }
            if given[index].is_some() {
                self.say(
                    Diagnostic::new("E0209", format!("`{}` is given twice", params[index].name))
                        .at(arg.value.span, "again")
                        .hint(format!("it is `{}`", signature(name, params))),
                );
                good = false;
            }
            given[index] = Some(arg);
            next = index + 1;
        }
        for (param, arg) in params.iter().zip(&given) {
            if arg.is_none() && param.absent == Absent::Needed {
                self.say(
                    Diagnostic::new("E0209", format!("`{name}` needs `{}`", param.name))
                        .at(
                            name_at,
                            format!("`{}` is missing: {}", param.name, param.accepts.expected()),
                        )
                        .hint(format!("it is `{}`", signature(name, params))),
                );
                good = false;
            }
        }
        good.then_some(given)
    }

    fn unknown_argument(&mut self, name: &str, params: &[Param], wanted: &Name) {
        let names: Vec<&str> = params.iter().map(|p| p.name).collect();
        let d = Diagnostic::new(
            "E0209",
            format!("`{name}` has no argument `{}`", wanted.text),
        )
        .at(wanted.span, "unknown argument")
        .note(format!("It takes {}.", join_names(names.iter().copied())));
        self.say(match closest(&wanted.text, names) {
            Some(guess) => d.hint(format!("did you mean `{guess}`?")),
            None => d.hint(format!("it is `{}`", signature(name, params))),
        });
    }

    fn default_argument(&mut self, param: &Param, text: &str, at: Span) -> Typed {
        let value = match param.accepts {
            Accepts::Choice(_) => Value::Name(text.to_owned()),
            Accepts::Bool => Value::Bool(text == "true"),
            _ => Value::number(text.parse().unwrap_or(1.0)),
        };
        (
            plan::Expr {
                kind: Plan::Value(value),
                at,
            },
            Type::Name,
        )
    }

    fn argument(
        &mut self,
        scope: &Scope,
        param: &Param,
        value: &Expr,
        rows: Option<&Type>,
    ) -> Option<Typed> {
        if let (Accepts::Choice(names), ExprKind::Name(name)) = (&param.accepts, &value.kind) {
            if names.contains(&name.as_str()) {
                let kind = Plan::Value(Value::Name(name.clone()));
                return Some((
                    plan::Expr {
                        kind,
                        at: value.span,
                    },
                    Type::Name,
                ));
            }
            let d = Diagnostic::new("E0201", format!("`{name}` is no value of `{}`", param.name))
                .at(value.span, "unknown name")
                .note(format!("It can be {}.", join_names(names.iter().copied())));
            self.say(match closest(name, names.iter().copied()) {
                Some(guess) => d.hint(format!("did you mean `{guess}`?")),
                None => d.hint(format!(
                    "write `{} = {}`",
                    param.name,
                    names.first().copied().unwrap_or_default()
                )),
            });
            return None;
        }
        let mut scope = scope.clone();
        scope.wanted = param.accepts.expected();
        scope.rows = match (&param.accepts, rows) {
            (Accepts::Column | Accepts::Columns, Some(rows)) => Some(rows_of(rows)),
            _ => None,
        };
        let (expr, ty) = self.expr(&scope, value)?;
        if self.accepts(&param.accepts, &expr, &ty) {
            return Some((expr, ty));
        }
        self.say(
            Diagnostic::new(
                "E0305",
                format!("`{}` takes {}", param.name, param.accepts.expected()),
            )
            .at(value.span, format!("this is {}", ty.describe()))
            .note(format!("`{}`: {}", param.name, param.doc))
            .hint(match &param.accepts {
                Accepts::Block(kind) => format!("declare `{kind} NAME {{ … }}` and give its name"),
                other => format!("give it {}", other.expected()),
            }),
        );
        None
    }

    pub(super) fn accepts(&self, accepts: &Accepts, expr: &plan::Expr, ty: &Type) -> bool {
        let kind = match ty {
            Type::Block(kind) => kind.as_str(),
            _ => "",
        };
        match accepts {
            Accepts::Work { problems } => {
                matches!(kind, "network" | "workload")
                    || *ty == Type::Layer
                    || (*problems && kind == "problem")
            }
            Accepts::Block(wanted) => kind == *wanted,
            Accepts::Strategies => self.all_blocks(expr, "strategy"),
            Accepts::Nest => kind == "dataflow" || matches!(ty, Type::Result(_)),
            Accepts::Result => matches!(ty, Type::Result(_) | Type::Run(_)),
            Accepts::ResultOrTwo => match &expr.kind {
                Plan::List(items) => items.len() == 2,
                Plan::Value(_) => false,
                _ => matches!(
                    ty,
                    Type::Result(_) | Type::Run(_) | Type::List | Type::Together(_)
                ),
            },
            Accepts::Rows => {
                matches!(
                    ty,
                    Type::Result(_)
                        | Type::Results(_)
                        | Type::Run(_)
                        | Type::Race(_)
                        | Type::Answers
                        | Type::Layers
                        | Type::List
                        | Type::Together(_)
                )
            }
            Accepts::History => matches!(ty, Type::Run(_) | Type::Race(_)),
            Accepts::Race => matches!(ty, Type::Race(_)),
            Accepts::Objectives => *ty == Type::Objectives,
            Accepts::Answers => *ty == Type::Answers,
            Accepts::Run => matches!(ty, Type::Run(_)),
            Accepts::Layers => kind == "network" || matches!(ty, Type::Result(_) | Type::Run(_)),
            Accepts::Exportable => {
                matches!(
                    ty,
                    Type::Result(_)
                        | Type::Results(_)
                        | Type::Run(_)
                        | Type::Race(_)
                        | Type::Objectives
                        | Type::Answers
                        | Type::Volume
                        | Type::Table
                        | Type::Figure
                        | Type::Explanation
                        | Type::Layers
                )
            }
            Accepts::Space => matches!(kind, "problem" | "network" | "workload" | "accelerator"),
            Accepts::Column => matches!(
                ty,
                Type::Quantity(_) | Type::Bool | Type::Name | Type::Text | Type::Block(_)
            ),
            Accepts::Columns => *ty == Type::List,
            Accepts::Problem => kind == "problem",
            Accepts::Number | Accepts::Integer => matches!(ty, Type::Quantity(_)),
            Accepts::Seeds => matches!(ty, Type::Domain | Type::List),
            Accepts::Choice(_) => *ty == Type::Name,
            Accepts::Numbers | Accepts::Texts | Accepts::Races => *ty == Type::List,
            Accepts::Text => *ty == Type::Text,
            Accepts::Bool => *ty == Type::Bool,
        }
    }

    fn all_blocks(&self, expr: &plan::Expr, kind: &str) -> bool {
        let is = |v: &Value| {
            v.as_block()
                .and_then(|n| self.program.blocks.get(n))
                .is_some_and(|b| b.kind == kind)
        };
        match &expr.kind {
            Plan::Value(Value::List(items)) => !items.is_empty() && items.iter().all(is),
            Plan::Value(v) => is(v),
            _ => false,
        }
    }

    /// What a call gives, with the checks that need all arguments.
    fn returned(
        &mut self,
        function: &Function,
        at: Span,
        types: &[(&'static str, Type)],
        args: &[(String, plan::Expr)],
    ) -> Option<Type> {
        let constant = |name: &str| {
            args.iter()
                .find(|a| a.0 == name)
                .and_then(|a| match &a.1.kind {
                    Plan::Value(v) => Some(v.clone()),
                    _ => None,
                })
        };
        let first = types.first().map(|t| t.1.clone());
        let subject = match function.name {
            "evaluate" | "sweep" | "space" => Subject {
                what: constant("design").or_else(|| constant("of")),
                on: constant("on"),
            },
            "search" | "compare" | "generate" | "objectives" => Subject {
                what: constant("problem"),
                on: None,
            },
            _ => first
                .as_ref()
                .and_then(Type::subject)
                .cloned()
                .unwrap_or_default(),
        };
        if matches!(function.name, "evaluate" | "sweep") {
            self.needs_hardware(function.name, at, &subject)?;
        }
        if let Some(("before", Type::Result(_) | Type::Run(_))) = types.first()
            && types.len() == 1
        {
            self.needs_after(at);
            return None;
        }
        if !self.sound_subject(&subject) {
            return None;
        }
        match function.returns {
            Returns::SameAsFirst => self.same_dim(at, types),
            Returns::Number if function.group == Group::Formula => {
                self.plain_numbers(function.name, args, types)?;
                Some(Type::Quantity(Dim::NONE))
            }
            other => other.about(subject),
        }
    }

    fn needs_hardware(&mut self, name: &str, at: Span, subject: &Subject) -> Option<()> {
        let kind = subject
            .what
            .as_ref()
            .and_then(Value::as_block)
            .and_then(|n| self.program.blocks.get(n))
            .map(|b| b.kind.clone());
        let is_problem = kind.as_deref() == Some("problem");
        if is_problem == subject.on.is_none() {
            return Some(());
        }
        let d = if is_problem {
            Diagnostic::new("E0209", "a problem brings its own accelerator")
                .at(at, "one accelerator too many")
                .hint(format!(
                    "write `{name}(PROBLEM)`, or change it: `PROBLEM with {{ on = OTHER }}`"
                ))
        } else {
            Diagnostic::new("E0209", format!("`{name}` needs `on`"))
                .at(at, "no accelerator is given")
                .hint(format!("write `{name}(NETWORK, ACCELERATOR)`"))
        };
        self.say(d);
        None
    }

    fn same_dim(&mut self, at: Span, types: &[(&'static str, Type)]) -> Option<Type> {
        let first = types.first()?.1.clone();
        if let Some((_, other)) = types.iter().find(|t| t.1 != first) {
            self.say(
                Diagnostic::new(
                    "E0301",
                    format!("{} together with {}", first.describe(), other.describe()),
                )
                .at(at, "both must measure the same")
                .hint("give both the same unit"),
            );
            return None;
        }
        Some(first)
    }

    fn plain_numbers(
        &mut self,
        name: &str,
        args: &[(String, plan::Expr)],
        types: &[(&'static str, Type)],
    ) -> Option<()> {
        for ((_, ty), (_, expr)) in types.iter().zip(args) {
            if *ty != Type::Quantity(Dim::NONE) {
                self.say(
                    Diagnostic::new("E0301", format!("`{name}` takes a plain number"))
                        .at(expr.at, format!("this is {}", ty.describe()))
                        .hint("divide by a reference first: `latency / 1 ms`"),
                );
                return None;
            }
        }
        Some(())
    }

    fn method(
        &mut self,
        scope: &Scope,
        at: Span,
        base: &Expr,
        name: &Name,
        args: &[Arg],
    ) -> Option<Typed> {
        let (base_expr, ty) = self.expr(scope, base)?;
        let has_rows = !functions::columns(&rows_of(&ty)).is_empty();
        if name.text != "top" || !has_rows {
            self.say(
                Diagnostic::new("E0206", format!("{} has no method `{}`", ty.describe(), name.text))
                    .at(name.span, "unknown method")
                    .hint("results have `top(COUNT, by = METRIC)`, which gives the rows with the largest values"),
            );
            return None;
        }
        let params = [
            Param {
                name: "count",
                accepts: Accepts::Integer,
                absent: Absent::Needed,
                doc: "How many rows.",
            },
            Param {
                name: "by",
                accepts: Accepts::Column,
                absent: Absent::Needed,
                doc: "The largest of this come first.",
            },
        ];
        let given = self.match_args(name.span, "top", &params, args)?;
        let mut out = Vec::new();
        for (param, arg) in params.iter().zip(given) {
            let (expr, _) = self.argument(scope, param, &arg?.value, Some(&ty))?;
            out.push((param.name.to_owned(), expr));
        }
        let kind = Plan::Method(Box::new(base_expr), "top".into(), out);
        let ty = match ty {
            Type::Layers => Type::Layers,
            other => Type::Results(other.subject().cloned().unwrap_or_default()),
        };
        Some((plan::Expr { kind, at }, ty))
    }
}

/// The rows of a list of results are those of one.
fn rows_of(ty: &Type) -> Type {
    match ty {
        Type::List => Type::Results(Subject::default()),
        other => other.clone(),
    }
}

/// `1 argument`, `3 arguments`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("{n} {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

fn signature(name: &str, params: &[Param]) -> String {
    let words: Vec<String> = params
        .iter()
        .map(|p| match &p.absent {
            Absent::Needed => p.name.to_owned(),
            Absent::Default(d) => format!("{} = {d}", p.name),
            Absent::Nothing => format!("[{}]", p.name),
        })
        .collect();
    format!("{name}({})", words.join(", "))
}
