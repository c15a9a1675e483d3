//! The value of an expression.

use super::{Interpreter, no_value};
use crate::fault::Fault;
use crate::formula;
use crate::item::{Evaluation, Item};
use crate::layers;
use crate::study::compile_named;
use nasaic_dsl::plan::{Expr, ExprKind};
use nasaic_dsl::reach::Reached;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};
use std::sync::Arc;

impl Interpreter<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Result<Item, Fault> {
        Ok(match &expr.kind {
            ExprKind::Value(v) => Item::Value(v.clone()),
            ExprKind::Let(name) => self.named_item(name, expr)?,
            ExprKind::List(items) => Item::List(
                items
                    .iter()
                    .map(|i| self.eval(i))
                    .collect::<Result<_, _>>()?,
            ),
            ExprKind::Member(base, name) => {
                let base = self.eval(base)?;
                member(&base, name).ok_or_else(|| no_value(expr, name))??
            }
            ExprKind::Index(base, index) => self.index(expr, base, index)?,
            ExprKind::Call(name, args) => self.call(expr, name, args)?,
            ExprKind::Method(base, _, args) => self.top(base, args)?,
            ExprKind::Negate(inner) => {
                let q = self.number(inner)?;
                Item::Value(Value::Quantity(Quantity {
                    value: -q.value,
                    ..q
                }))
            }
            ExprKind::As(inner, unit) => {
                let clock = self.clock_in(inner);
                let q = self.number(inner)?;
                Item::Value(Value::Quantity(formula::shown(q, unit, clock)))
            }
            ExprKind::Binary(op, a, b) => {
                let clock = self.clock_in(expr);
                let (Item::Value(x), Item::Value(y)) = (self.eval(a)?, self.eval(b)?) else {
                    return Err(no_value(expr, "this"));
                };
                Item::Value(
                    formula::combine(*op, &x, &y, clock).ok_or_else(|| no_value(expr, "this"))?,
                )
            }
            ExprKind::Script(script, function, args) => {
                self.script(expr, script, function, args)?
            }
            ExprKind::Slot(name) | ExprKind::Metric(name) | ExprKind::Path(name) => {
                return Err(no_value(expr, name));
            }
        })
    }

    fn named_item(&self, name: &str, expr: &Expr) -> Result<Item, Fault> {
        match self.kept.lets.get(name) {
            Some(named) => Ok(named.item.clone()),
            None => Err(Fault::new("E0210", format!("`{name}` has no result yet"))
                .at(expr.at)
                .hint("run the cell that computes it first")),
        }
    }

    pub(super) fn number(&mut self, expr: &Expr) -> Result<Quantity, Fault> {
        match self.eval(expr)? {
            Item::Value(Value::Quantity(q)) => Ok(q),
            _ => Err(no_value(expr, "a number")),
        }
    }

    fn script(
        &mut self,
        expr: &Expr,
        script: &str,
        function: &str,
        args: &[Expr],
    ) -> Result<Item, Fault> {
        let mut plain = Vec::new();
        for arg in args {
            plain.push(self.number(arg)?.number());
        }
        let scripts = compile_named(self.parts(), &[script.to_owned()])?;
        let Some(callable) = scripts.get(script) else {
            return Err(no_value(expr, script));
        };
        let x = callable.call(function, &plain, expr.at)?;
        Ok(Item::Value(Value::number(x)))
    }

    /// The clock of the first result in an expression.
    pub(super) fn clock_in(&self, expr: &Expr) -> f64 {
        self.find_clock(expr).unwrap_or(1e9)
    }

    fn find_clock(&self, expr: &Expr) -> Option<f64> {
        match &expr.kind {
            ExprKind::Let(name) => clock_of(&self.kept.lets.get(name)?.item),
            ExprKind::Member(a, _) | ExprKind::Negate(a) | ExprKind::As(a, _) => self.find_clock(a),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
                self.find_clock(a).or_else(|| self.find_clock(b))
            }
            ExprKind::Call(..) => {
                let key = Reached::fingerprint(expr, self.blocks(), &self.plan.scripts);
                clock_of(self.kept.done.get(&key)?)
            }
            _ => None,
        }
    }

    fn index(&mut self, expr: &Expr, base: &Expr, index: &Expr) -> Result<Item, Fault> {
        let i = self.number(index)?.value;
        let whole = i >= 0.0 && i.fract() == 0.0;
        let i = if whole { i as usize } else { usize::MAX };
        let beyond = |count: usize| {
            Fault::new("E0303", format!("there is no element {i}"))
                .at(expr.at)
                .hint(format!("the elements are 0 to {}", count.saturating_sub(1)))
        };
        match self.eval(base)? {
            Item::List(items) => items.get(i).cloned().ok_or_else(|| beyond(items.len())),
            Item::Value(Value::List(items)) => items
                .get(i)
                .cloned()
                .map(Item::Value)
                .ok_or_else(|| beyond(items.len())),
            Item::Results(d) => {
                let design = d
                    .designs
                    .get(i)
                    .cloned()
                    .ok_or_else(|| beyond(d.designs.len()))?;
                Ok(Item::Result(Arc::new(Evaluation::of(&d.study, design)?)))
            }
            Item::Run(found) => {
                let all = &found.run.evaluated;
                let design = all
                    .get(i)
                    .ok_or_else(|| beyond(all.len()))?
                    .design
                    .0
                    .clone();
                Ok(Item::Result(Arc::new(Evaluation::of(
                    &found.study,
                    design,
                )?)))
            }
            _ => Err(no_value(expr, "an element")),
        }
    }
}

fn clock_of(item: &Item) -> Option<f64> {
    Some(match item {
        Item::Result(e) => e.study.platform.clock,
        Item::Results(d) => d.study.platform.clock,
        Item::Run(f) => f.study.platform.clock,
        Item::Race(r) => r.study.platform.clock,
        _ => return None,
    })
}

/// A member of a result.
fn member(base: &Item, name: &str) -> Option<Result<Item, Fault>> {
    let number = |x: f64| Some(Ok(Item::Value(Value::number(x))));
    match (base, name) {
        (Item::Result(e), "layers") => Some(Ok(Item::Layers(Arc::new(layers::of_evaluation(e))))),
        (Item::Result(e), _) => {
            use crate::formula::Names;
            let sight = e.sight();
            let value = sight.metric(name).or_else(|| sight.path(name));
            value.map(|v| Ok(Item::Value(v)))
        }
        (Item::Run(f), "best") => f
            .best()
            .map(|b| Ok(Item::Result(Arc::new(b.map_err(Fault::from)?)))),
        (Item::Run(f), "front") => Some(Ok(Item::Results(Arc::new(f.front())))),
        (Item::Run(f), "all") => Some(Ok(Item::Results(Arc::new(f.all())))),
        (Item::Run(f), "evaluations") => number(f.run.counts.hardware as f64),
        (Item::Run(f), "trained") => number(f.run.counts.accuracy as f64),
        (Item::Run(f), "pruned") => number(f.run.counts.pruned as f64),
        (Item::Run(f), "satisfied_count") => number(f.satisfied() as f64),
        (Item::Results(d), "count") => number(d.designs.len() as f64),
        (Item::Results(d), "best") => crate::top::best(d).transpose(),
        (Item::Results(_), "satisfied_count") => {
            let mut n = 0.0;
            let counted = base.each_design(&mut |e| {
                n += f64::from(u8::from(e.sight().violation() == 0.0));
                Ok(())
            });
            Some(counted.map(|()| Item::Value(Value::number(n))))
        }
        (Item::Race(r), "seeds") => number(r.seeds.len() as f64),
        (Item::Objectives(o), "count") => number(o.drawn.met.len() as f64),
        (Item::Objectives(o), _) => number(o.drawn.impossible.len() as f64),
        (Item::Answers(a), "impossible") => {
            number(a.contenders.iter().map(|one| one.wonders() as f64).sum())
        }
        // What depends on the machine is shown, and nothing follows from it.
        (Item::Answers(a), _) if !a.timed() => {
            let rates = a.contenders.iter().map(|one| one.rate(u64::MAX));
            number(rates.fold(0.0, f64::max))
        }
        (Item::Volume(_, share), "value") => number(*share),
        (Item::Layers(l), "count") => number(l.rows.len() as f64),
        (Item::Space(s), _) => {
            let n = match name {
                "points" => s.count.raw,
                "within_budget" => s.count.within_limits,
                _ => s.count.distinct,
            };
            n.map(|n| {
                Ok(Item::Value(Value::Quantity(Quantity::of(
                    n as f64,
                    Dim::NONE,
                ))))
            })
        }
        _ => None,
    }
}
