//! Functions with several forms: the first argument decides which one is meant.

use super::calls::Typed;
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{Function, Param};
use crate::source::Span;
use crate::syntax::tree::Arg;

impl Checker<'_> {
    /// The form of a function that its first argument asks for, with that argument understood.
    pub(super) fn signature(
        &mut self,
        scope: &Scope,
        forms: &[&'static Function],
        args: &[Arg],
    ) -> Option<(&'static Function, Option<Typed>)> {
        let first = forms.first().copied()?;
        let Some(arg) = args.first() else {
            return Some((first, None));
        };
        let taker = |f: &'static Function| match &arg.name {
            Some(name) => f.params.iter().find(|p| p.name == name.text),
            None => f.params.first(),
        };
        let takers: Vec<_> = forms.iter().filter_map(|f| Some((*f, taker(f)?))).collect();
        let expected: Vec<String> = takers.iter().map(|t| t.1.accepts.expected()).collect();
        let mut scope = scope.clone();
        scope.wanted = expected.join(", or ");
        if takers.is_empty() {
            return Some((first, None));
        }
        let (expr, ty) = self.expr(&scope, &arg.value)?;
        let fits = |t: &&(&Function, &Param)| self.accepts(&t.1.accepts, &expr, &ty);
        if let Some((form, _)) = takers.iter().find(fits) {
            return Some((form, Some((expr, ty))));
        }
        self.say(
            Diagnostic::new("E0305", format!("`{}` takes {}", first.name, scope.wanted))
                .at(arg.value.span, format!("this is {}", ty.describe()))
                .hint(format!("`nasaic doc {}` tells what it takes", first.name)),
        );
        None
    }

    /// Says that one result alone cannot be compared.
    pub(super) fn needs_after(&mut self, at: Span) {
        self.say(
            Diagnostic::new("E0209", "`compare` needs `after`")
                .at(at, "one result alone")
                .note("`compare` tells what changed from one result to another.")
                .hint("write `compare(BEFORE, AFTER)`"),
        );
    }
}
