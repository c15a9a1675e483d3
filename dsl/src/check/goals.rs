//! Goals and requirements of a problem.

use super::structure::labelled;
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::Type;
use crate::plan::{Block, Entry};
use crate::syntax::tree::{Item, ItemKind};

impl Checker<'_> {
    /// Resolves the goals of a block; metrics and `task.metric` are known in them.
    pub(super) fn goals(&mut self, scope: &Scope, items: &[&Item], out: &mut Block) {
        if items.is_empty() {
            return;
        }
        let mut scope = scope.clone();
        scope.tasks = Some(self.tasks_of(out));
        for item in items {
            match &item.kind {
                ItemKind::Goal { sense, value } => {
                    scope.wanted =
                        "an expression over metrics such as `accuracy` or `energy`".into();
                    let Some((expr, ty)) = self.expr(&scope, value) else {
                        self.lost += 1;
                        continue;
                    };
                    if !matches!(ty, Type::Quantity(_)) {
                        self.say(
                            Diagnostic::new(
                                "E0305",
                                "a goal is a number to make larger or smaller",
                            )
                            .at(value.span, format!("this is {}", ty.describe()))
                            .hint("write `maximize accuracy` or `minimize energy`"),
                        );
                        continue;
                    }
                    out.items.push(Entry::Goal {
                        sense: (*sense).into(),
                        value: expr,
                    });
                }
                ItemKind::Require(value) => {
                    scope.wanted = "a comparison such as `latency <= 3 ms`".into();
                    let Some((expr, ty)) = self.expr(&scope, value) else {
                        self.lost += 1;
                        continue;
                    };
                    self.must_be_truth(value, &ty, "require");
                    if ty == Type::Bool {
                        out.items.push(Entry::Require(expr));
                    }
                }
                _ => {}
            }
        }
    }

    fn tasks_of(&self, problem: &Block) -> Vec<String> {
        match self.referred(problem, "workload") {
            Some(workload) if workload.kind == "workload" => labelled(workload)
                .into_iter()
                .map(|(label, _)| label)
                .collect(),
            _ => Vec::new(),
        }
    }
}
