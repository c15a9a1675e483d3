//! What a design decides, asked of its result: `found.best.core.pes`, `r.classify.accuracy`.

use super::expressions::shortened;
use super::program::Decl;
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Type};
use crate::names::closest;
use crate::plan::{self, ExprKind as Plan};
use crate::syntax::tree::{Expr, ExprKind};

impl Checker<'_> {
    /// A path of decisions, or a metric of a task, behind one result; `None` where it is neither.
    pub(super) fn path_of_result(
        &mut self,
        scope: &Scope,
        expr: &Expr,
    ) -> Option<Option<(plan::Expr, Type)>> {
        let (result, path) = self.result_and_path(scope, expr)?;
        let ty = self.known_type(scope, result)?;
        let row = Scope {
            rows: Some(ty),
            ..scope.clone()
        };
        let Some((_, ty)) = self.column(&row, expr.span, &path) else {
            return self.no_such_path(&row, expr, &path);
        };
        let base = self.expr(scope, result)?.0;
        let kind = Plan::Member(Box::new(base), path);
        let at = expr.span;
        Some(Some((plan::Expr { kind, at }, ty)))
    }

    /// Says so, unless it begins with a member, which has members of its own.
    fn no_such_path(
        &mut self,
        row: &Scope,
        expr: &Expr,
        path: &str,
    ) -> Option<Option<(plan::Expr, Type)>> {
        let ty = row.rows.as_ref()?;
        let first = path.split('.').next()?;
        let paths = self.paths_of(ty);
        if paths.is_empty() || functions::members(ty).iter().any(|m| m.name == first) {
            return None;
        }
        let mut d = Diagnostic::new("E0206", format!("this result has no `{path}`"))
            .at(expr.span, "not there")
            .note(format!("It has {}.", shortened(&paths)));
        d = match closest(path, paths.iter().map(String::as_str)) {
            Some(guess) => d.hint(format!("did you mean `{guess}`?")),
            None => d.hint(
                "write the path of a decision or a field, such as `table(…)` shows in its head",
            ),
        };
        self.say(d);
        Some(None)
    }

    /// The result at the head of a chain of members, and at least two names behind it.
    fn result_and_path<'e>(&mut self, scope: &Scope, expr: &'e Expr) -> Option<(&'e Expr, String)> {
        let mut steps: Vec<String> = Vec::new();
        let mut index = String::new();
        let mut head = expr;
        loop {
            head = match &head.kind {
                ExprKind::Member { base, name } => {
                    steps.insert(0, format!("{}{index}", name.text));
                    index.clear();
                    base
                }
                ExprKind::Index { base, index: place } => {
                    let ExprKind::Number {
                        value, unit: None, ..
                    } = place.kind
                    else {
                        return None;
                    };
                    index = format!("[{value}]");
                    base
                }
                _ => return None,
            };
            let one =
                index.is_empty() && matches!(self.known_type(scope, head), Some(Type::Result(_)));
            if one && steps.len() > 1 {
                return Some((head, steps.join(".")));
            }
        }
    }

    /// The type of a name, or of a member or element of it, where it is that of results; says nothing.
    fn known_type(&mut self, scope: &Scope, expr: &Expr) -> Option<Type> {
        match &expr.kind {
            ExprKind::Group(inner) => self.known_type(scope, inner),
            ExprKind::Name(name) => match self.decl(&scope.module, name)? {
                Decl::Result { ty } => Some(ty),
                _ => None,
            },
            ExprKind::Member { base, name } => {
                let members = functions::members(&self.known_type(scope, base)?);
                let member = members.into_iter().find(|m| m.name == name.text)?;
                Some(member.ty)
            }
            ExprKind::Index { base, .. } => match self.known_type(scope, base)? {
                Type::Results(subject) | Type::Run(subject) => Some(Type::Result(subject)),
                _ => None,
            },
            _ => None,
        }
    }
}
