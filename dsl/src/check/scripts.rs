//! Calls of functions of scripts and of the host, which take plain numbers.

use super::calls::counted;
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::Type;
use crate::names::closest;
use crate::plan::{self, ExprKind as Plan};
use crate::schema::join_names;
use crate::source::Span;
use crate::syntax::tree::{Arg, Expr, ExprKind, Name};
use crate::units::Dim;

type Typed = (plan::Expr, Type);

impl Checker<'_> {
    pub(super) fn script_call(
        &mut self,
        scope: &Scope,
        at: Span,
        (script, functions): (&str, &[(String, usize)]),
        name: &Name,
        args: &[Arg],
    ) -> Option<Typed> {
        let arities: Vec<usize> = functions
            .iter()
            .filter(|f| f.0 == name.text)
            .map(|f| f.1)
            .collect();
        if !arities.contains(&args.len()) {
            let d = Diagnostic::new(
                "E0802",
                format!(
                    "the script has no `{}` of {}",
                    name.text,
                    counted(args.len(), "argument")
                ),
            );
            let known: Vec<&str> = functions.iter().map(|f| f.0.as_str()).collect();
            let d = if let Some(n) = arities.first() {
                d.at(name.span, format!("it takes {n}")).hint(format!(
                    "give {}, each in its unit: `latency as ms`",
                    counted(*n, "number")
                ))
            } else if let Some(guess) = closest(&name.text, known.iter().copied()) {
                d.at(name.span, "unknown function")
                    .hint(format!("did you mean `{guess}`?"))
            } else {
                d.at(name.span, "unknown function")
                    .hint(format!("it has {}", join_names(known)))
            };
            self.say(d);
            return None;
        }
        let takes = "a script takes plain numbers";
        let numbers = self.plain(scope, takes, args)?;
        Some(called(at, script, &name.text, numbers))
    }

    /// A call of a function that the host offers: `cost(latency as ms, energy as uJ)`.
    pub(super) fn hosted_call(
        &mut self,
        scope: &Scope,
        at: Span,
        (name, arity): (&str, usize),
        name_at: Span,
        args: &[Arg],
    ) -> Option<Typed> {
        if args.len() != arity {
            let given = counted(args.len(), "argument");
            self.say(
                Diagnostic::new("E0802", format!("there is no `{name}` of {given}"))
                    .at(name_at, format!("it takes {arity}"))
                    .hint(format!(
                        "give {}, each in its unit: `latency as ms`",
                        counted(arity, "number")
                    )),
            );
            return None;
        }
        let takes = format!("`{name}` takes plain numbers");
        let numbers = self.plain(scope, &takes, args)?;
        Some(called(at, name, name, numbers))
    }

    /// Arguments that are plain numbers; `takes` is said of the first that is none.
    fn plain(&mut self, scope: &Scope, takes: &str, args: &[Arg]) -> Option<Vec<plan::Expr>> {
        let mut numbers = Vec::new();
        for arg in args {
            let (expr, ty) = self.expr(scope, &arg.value)?;
            let plain = matches!(ty, Type::Quantity(Dim::NONE) | Type::Bool);
            let converted = matches!(expr.kind, Plan::As(..)) || shown(&arg.value);
            if !plain && !converted {
                if let Type::Quantity(dim) = ty {
                    let unit = dim.common_unit();
                    let written = self.words(arg.value.span);
                    self.say(
                        Diagnostic::new("E0803", takes)
                            .at(arg.value.span, format!("this is {dim}; in which unit?"))
                            .hint(format!("say the unit: `{written} as {unit}`")),
                    );
                } else {
                    self.say(
                        Diagnostic::new("E0803", takes)
                            .at(arg.value.span, format!("this is {}", ty.describe()))
                            .hint("give it a number or a metric"),
                    );
                }
                return None;
            }
            numbers.push(expr);
        }
        Some(numbers)
    }
}

fn called(at: Span, script: &str, function: &str, numbers: Vec<plan::Expr>) -> Typed {
    let kind = Plan::Script(script.to_owned(), function.to_owned(), numbers);
    (plan::Expr { kind, at }, Type::Quantity(Dim::NONE))
}

/// Whether an expression ends in `as UNIT`.
fn shown(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::As { .. } => true,
        ExprKind::Group(inner) => shown(inner),
        _ => false,
    }
}
