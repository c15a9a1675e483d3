//! Choices between named options, and the graphs whose edges they lie on.

use super::networks::visit;
use super::{Checker, Local, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::Type;
use crate::instance::{Bound, Instance, Node};
use crate::names::closest;
use crate::plan::Slot;
use crate::schema::{Field, join_names};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind};
use crate::value::{Domain, Value};
use std::collections::BTreeSet;

use super::program::Decl;

impl Checker<'_> {
    /// The domain of a `choose`: names that stand for nothing else are labels of options.
    pub(super) fn choice_domain(&mut self, scope: &Scope, expr: &Expr) -> Option<(Domain, Type)> {
        if let ExprKind::Set(items) = &expr.kind
            && !items.is_empty()
            && items.iter().all(|item| self.is_free(scope, item))
        {
            return Some((self.bare_names(scope, expr, items)?, Type::Name));
        }
        self.free_domain(scope, expr)
    }

    /// Whether an expression is a name that nothing has.
    fn is_free(&mut self, scope: &Scope, expr: &Expr) -> bool {
        let ExprKind::Name(name) = &expr.kind else {
            return false;
        };
        let local = scope.frames.iter().any(|f| f.contains_key(name));
        !local && self.decl(&scope.module, name).is_none()
    }

    /// A set of names as such.
    pub(super) fn bare_names(
        &mut self,
        scope: &Scope,
        set: &Expr,
        items: &[Expr],
    ) -> Option<Domain> {
        if items.is_empty() {
            return self.domain(scope, set);
        }
        let mut values = Vec::new();
        for item in items {
            let ExprKind::Name(name) = &item.kind else {
                self.say(
                    Diagnostic::new("E0305", "options are chosen by their labels")
                        .at(item.span, "a label is expected")
                        .hint("write bare names: `{skip, conv3x3}`"),
                );
                return None;
            };
            let value = Value::Name(name.clone());
            if values.contains(&value) {
                self.twice_in_set(item);
                return None;
            }
            values.push(value);
        }
        Some(Domain::Values(values))
    }

    /// What `take` is fixed to: a choice by its name, or else a label.
    pub(super) fn option_slot(
        &mut self,
        scope: &Scope,
        field: &Field,
        value: &Expr,
    ) -> Option<Slot> {
        match &value.kind {
            ExprKind::Name(name) if self.is_choice(scope, name) => {
                self.value_slot(scope, field, value)
            }
            ExprKind::Name(name) => Some(Slot::Fixed(Value::Name(name.clone()))),
            _ => self.wrong_kind(field, "not a label", value.span),
        }
    }

    fn is_choice(&mut self, scope: &Scope, name: &str) -> bool {
        let local = scope.frames.iter().rev().find_map(|f| f.get(name));
        match local {
            Some(local) => matches!(local, Local::Choice(_) | Local::Lost),
            None => matches!(
                self.decl(&scope.module, name),
                Some(Decl::Choice { .. } | Decl::Broken)
            ),
        }
    }

    /// What a choice between labels is changed to.
    pub(super) fn option_of(
        &mut self,
        scope: &Scope,
        domain: &Domain,
        value: &Expr,
    ) -> Option<Slot> {
        if let ExprKind::Name(name) = &value.kind
            && self.is_choice(scope, name)
        {
            // Several networks share one decision.
            return Some(Slot::Formula(self.expr(scope, value)?.0));
        }
        if let ExprKind::Name(name) = &value.kind {
            let given = Value::Name(name.clone());
            if domain.position(&given).is_some() {
                return Some(Slot::Fixed(given));
            }
        }
        let labels: Vec<String> = domain.iter().map(|v| v.to_string()).collect();
        let written = self.words(value.span);
        self.unknown_label(&written, value.span, &labels, "no value of this choice");
        None
    }

    /// Judges the choices and graphs of a network; shapes are worth following only when they are right.
    pub(super) fn judge_choices(&mut self, instance: &Instance, network: &Node) -> bool {
        let before = self.error_count();
        let mut judged = BTreeSet::new();
        let mut places = Vec::new();
        visit(network, &mut |node| places.push(node));
        for node in places {
            // A repetition is the same text again.
            if judged.insert((node.at, node.kind.as_str())) {
                match node.kind.as_str() {
                    "one_of" => self.judge_one_of(instance, node),
                    "cell" => self.judge_cell(node),
                    _ => {}
                }
            }
        }
        self.error_count() == before
    }

    fn judge_one_of(&mut self, instance: &Instance, node: &Node) {
        let labels = node.field("labels").cloned();
        let Some(Bound::Fixed(Value::List(labels))) = labels else {
            return;
        };
        let labels: Vec<String> = labels.iter().map(ToString::to_string).collect();
        if labels.is_empty() {
            self.say(
                Diagnostic::new("E0402", "there is nothing to choose from")
                    .at(node.at, "has no `option`")
                    .hint(
                        "add `option skip` and `option conv3x3 { conv { … } }`, or `of = OPTIONS`",
                    ),
            );
            return;
        }
        let values: Vec<Value> = match node.field("take") {
            Some(Bound::Decision(d)) => instance.decisions[*d].domain.iter().collect(),
            Some(Bound::Fixed(value)) => vec![value.clone()],
            _ => Vec::new(),
        };
        for value in values.iter().map(ToString::to_string) {
            if !labels.contains(&value) {
                self.unknown_label(&value, node.at, &labels, "no label of its options");
            }
        }
    }

    fn unknown_label(&mut self, name: &str, at: Span, labels: &[String], what: &str) {
        let names = || labels.iter().map(String::as_str);
        let d = Diagnostic::new("E0201", format!("`{name}` is {what}"))
            .at(at, "unknown name")
            .note(format!("There are {}.", join_names(names())));
        self.say(match closest(name, names()) {
            Some(guess) => d.hint(format!("did you mean `{guess}`?")),
            None => d.hint("write one of these names"),
        });
    }

    /// Edges start at the input or at a node further up, and every node has one.
    fn judge_cell(&mut self, cell: &Node) {
        let mut known = vec!["input".to_owned()];
        for node in cell.children_of("node") {
            let mut edges = node.children_of("edge").peekable();
            if edges.peek().is_none() {
                self.say(
                    Diagnostic::new("E0504", "a node of a cell has no edge")
                        .at(node.at, "nothing leads here")
                        .hint("add `edge input { … }`; an edge without layers brings its start unchanged"),
                );
            }
            for edge in edges {
                if !known.contains(&edge.label) {
                    self.unknown_label(
                        &edge.label,
                        edge.at,
                        &known,
                        "no node further up in this cell",
                    );
                }
            }
            known.push(node.label.clone());
        }
        if known.len() == 1 {
            self.say(
                Diagnostic::new("E0504", "a cell without nodes has no output")
                    .at(cell.at, "no `node`")
                    .hint("add `node out { edge input { … } }`"),
            );
        }
    }
}
