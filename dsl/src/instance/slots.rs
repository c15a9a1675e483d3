//! The content of fields while an instance is written out: changes, decisions, formulas.

use super::build::Builder;
use super::{Bound, Calc, Decision, Node, Trouble, arithmetic, join, see_through};
use crate::plan::{Block, Expr, ExprKind, PathStep, Slot};
use crate::source::Span;
use crate::value::{Domain, Quantity, Value};

impl<'a> Builder<'a> {
    /// Fields that a change brings and the block does not have.
    pub(super) fn added_fields(&mut self, block: &Block, node: &mut Node) -> Result<(), Trouble> {
        let mut added: Vec<(String, Slot, Span)> = Vec::new();
        for frame in &self.frames {
            for change in frame.changes {
                let here = self.path.len() - frame.depth;
                let stores = usize::from(node.kind == "sub");
                let rest = change.path.len().wrapping_sub(here);
                if rest == 0
                    || rest > 1 + stores
                    || !matches_path(&change.path[..here], &self.path[frame.depth..])
                {
                    continue;
                }
                let name = crate::plan::path_text(&change.path[here..]);
                let belongs = if rest == 2 {
                    name.ends_with(".size")
                } else {
                    owns(&node.kind, &name)
                };
                if belongs && node.field(&name).is_none() && !added.iter().any(|a| a.0 == name) {
                    added.push((name, change.slot.clone(), change.at));
                }
            }
        }
        for (name, slot, at) in added {
            let bound = self.bound(block, &name, &slot, at)?;
            node.fields.push((name, bound));
        }
        Ok(())
    }

    /// The content a change gives to the field `name` at the present path, if any.
    pub(super) fn changed(&self, name: &str) -> Option<&'a Slot> {
        if self.frames.iter().all(|f| f.changes.is_empty()) {
            return None;
        }
        let steps: Vec<&str> = name.split('.').collect();
        for frame in &self.frames {
            let here = &self.path[frame.depth..];
            let hit = frame.changes.iter().rev().find(|c| {
                c.path.len() == here.len() + steps.len()
                    && matches_path(&c.path[..here.len()], here)
                    && c.path[here.len()..]
                        .iter()
                        .zip(&steps)
                        .all(|(a, b)| a.name == *b)
            });
            if let Some(change) = hit {
                return Some(&change.slot);
            }
        }
        None
    }

    pub(super) fn bound(
        &mut self,
        block: &Block,
        name: &str,
        slot: &Slot,
        at: Span,
    ) -> Result<Bound, Trouble> {
        // A block without a place in paths cannot be meant by a change.
        let changed = if see_through(block) {
            None
        } else {
            self.changed(name)
        };
        match changed.unwrap_or(slot).clone() {
            Slot::Fixed(value) => Ok(Bound::Fixed(value)),
            Slot::Open(domain) => Ok(self.decide(join(&self.path_text(), name), domain, at)),
            Slot::Formula(expr) => self.formula(&expr),
        }
    }

    pub(super) fn decide(&mut self, path: String, domain: Domain, at: Span) -> Bound {
        self.decisions.push(Decision {
            path,
            domain,
            role: self.role,
            active: self.active.clone(),
            at,
        });
        Bound::Decision(self.decisions.len() - 1)
    }

    pub(super) fn formula(&mut self, expr: &Expr) -> Result<Bound, Trouble> {
        if let ExprKind::Slot(name) = &expr.kind {
            return self.lookup(name, expr.at);
        }
        Ok(match self.calc(expr)? {
            Calc::Number(x) => Bound::Fixed(Value::number(x)),
            calc => Bound::Formula(calc),
        })
    }

    pub(super) fn calc(&mut self, expr: &Expr) -> Result<Calc, Trouble> {
        let trouble = |message: &str| Trouble {
            message: message.to_owned(),
            at: expr.at,
        };
        Ok(match &expr.kind {
            ExprKind::Value(Value::Quantity(Quantity { value, .. })) => Calc::Number(*value),
            ExprKind::Slot(name) => match self.lookup(name, expr.at)? {
                Bound::Fixed(v) => Calc::Number(v.as_f64().ok_or_else(|| trouble("not a number"))?),
                Bound::Decision(d) => Calc::Decision(d),
                Bound::Formula(calc) => calc,
            },
            ExprKind::Negate(inner) => Calc::Negate(Box::new(self.calc(inner)?)),
            ExprKind::As(inner, _) => self.calc(inner)?,
            ExprKind::Binary(op, a, b) => match (self.calc(a)?, self.calc(b)?) {
                (Calc::Number(a), Calc::Number(b)) => Calc::Number(
                    arithmetic(*op, a, b).ok_or_else(|| trouble("a comparison is not a number"))?,
                ),
                (a, b) => Calc::Binary(*op, Box::new(a), Box::new(b)),
            },
            _ => {
                return Err(trouble(
                    "only numbers and decisions can stand in a field's formula",
                ));
            }
        })
    }

    pub(super) fn lookup(&mut self, name: &str, at: Span) -> Result<Bound, Trouble> {
        if let Some(bound) = self.scopes.iter().rev().find_map(|s| s.get(name)) {
            return Ok(bound.clone());
        }
        let Some(choice) = self.source.choices.get(name) else {
            return Err(Trouble {
                message: format!("`{name}` is not known here"),
                at,
            });
        };
        // A shared decision is always active: it belongs to no repetition.
        let outer = std::mem::take(&mut self.active);
        let bound = self.decide(name.to_owned(), choice.domain.clone(), choice.at);
        self.active = outer;
        if let Some(top) = self.scopes.first_mut() {
            top.insert(name.to_owned(), bound.clone());
        }
        Ok(bound)
    }

    pub(super) fn name(&mut self, name: String, bound: Bound) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, bound);
        }
    }

    pub(super) fn path_text(&self) -> String {
        let path = crate::plan::path_text(&self.path);
        if self.prefix.is_empty() {
            return path;
        }
        if path.is_empty() {
            self.prefix.clone()
        } else {
            format!("{}.{path}", self.prefix)
        }
    }
}

fn matches_path(pattern: &[PathStep], path: &[PathStep]) -> bool {
    pattern.len() == path.len()
        && pattern
            .iter()
            .zip(path)
            .all(|(p, q)| p.name == q.name && (p.index.is_none() || p.index == q.index))
}

/// A task and its network share a path, so a field that a change brings must find its owner.
fn owns(kind: &str, field: &str) -> bool {
    let of_task = matches!(
        field,
        "network" | "data" | "accuracy" | "metric" | "weight" | "batch"
    );
    match kind {
        "task" => of_task,
        "network" => !of_task,
        _ => true,
    }
}
