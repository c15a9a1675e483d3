//! What is judged when every name is known: problems, and the calls that run them.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::functions::Subject;
use crate::instance::Instance;
use crate::plan::{Block, Entry, Expr, ExprKind, Operator, Step};
use crate::source::Span;
use crate::units::{self, Dim};
use crate::value::Value;
use std::rc::Rc;

impl Checker<'_> {
    /// Judges the blocks that this text declared or made, each as a whole.
    pub(super) fn judge_fresh(&mut self) {
        let mut names = std::mem::take(&mut self.fresh);
        names.sort();
        names.dedup();
        for name in names {
            let Some(kind) = self.program.blocks.get(&name).map(|b| b.kind.clone()) else {
                continue;
            };
            if !self.sound(&name) {
                continue;
            }
            match kind.as_str() {
                "network" => self.judge_network(&name),
                "dataflow" => self.judge_dataflow(&name),
                "accelerator" => self.judge_accelerator(&name),
                "device" => self.judge_device(&name),
                "problem" => self.judge_problem(&name),
                _ => {}
            }
        }
    }

    fn judge_problem(&mut self, name: &str) {
        let Some(block) = self.program.blocks.get(name).cloned() else {
            return;
        };
        let goals: Vec<&Expr> = block
            .items
            .iter()
            .filter_map(|e| match e {
                Entry::Goal { value, .. } => Some(value),
                Entry::Require(value) => Some(value),
                _ => None,
            })
            .collect();
        if goals.is_empty() {
            self.say(
                Diagnostic::new("E0602", "this problem has nothing to find")
                    .at(block.at, "neither a goal nor a requirement")
                    .hint(
                        "add `maximize accuracy`, `minimize energy` or `require latency <= 3 ms`",
                    ),
            );
            return;
        }
        let subject = Subject {
            what: Some(Value::Block(name.to_owned())),
            on: None,
        };
        let instance = match self.space_of(&subject) {
            Ok(instance) => instance,
            Err(trouble) => return self.trouble(trouble),
        };
        let before = self.error_count();
        for goal in goals {
            self.judge_metrics(&instance, goal);
        }
        self.judge_homes(&instance);
        self.judge_budgets(&instance);
        self.judge_pipeline(&block, &instance);
        // A fixed design that misses a spec is a result, not a mistake.
        if self.error_count() == before && !instance.decisions.is_empty() {
            self.judge_specs(&block, &instance);
        }
    }

    /// Metrics that the workload or the technology cannot give.
    fn judge_metrics(&mut self, instance: &Instance, expr: &Expr) {
        let mut lacking = Vec::new();
        expr.walk(&mut |e| {
            if let ExprKind::Metric(metric) = &e.kind
                && let Some(d) = self.lacks(instance, metric)
            {
                lacking.push(d(e.at));
            }
        });
        self.diagnostics.extend(lacking);
    }

    /// Specs that no design can meet, with the bound that proves it (E0601).
    fn judge_specs(&mut self, block: &Block, instance: &Instance) {
        for entry in &block.items {
            let Entry::Require(expr) = entry else {
                continue;
            };
            let Some((metric, upper, limit, limit_at)) = simple_spec(expr, instance, self) else {
                continue;
            };
            let Some(extreme) = self
                .backend
                .best_possible(instance, &self.program.blocks, &metric)
            else {
                continue;
            };
            // A bound from one side proves nothing about a spec from the other.
            let impossible = match (upper, extreme.most) {
                (true, false) => extreme.value > limit.0,
                (false, true) => extreme.value < limit.0,
                _ => false,
            };
            if !impossible {
                continue;
            }
            let best = units::pretty(extreme.value, limit.1);
            let word = if upper { "at least" } else { "at most" };
            self.say(
                Diagnostic::new("E0601", format!("no design can meet this {metric}"))
                    .at(limit_at, format!("every design has {word} {best}"))
                    .note(extreme.why)
                    .hint(format!("loosen it to {word} {best}, or open the space")),
            );
        }
    }

    /// The calls of a text, judged with all their arguments.
    pub(super) fn judge_calls(&mut self, steps: &[Step]) {
        for step in steps {
            self.judge_call(&step.expr);
        }
    }

    fn judge_call(&mut self, expr: &Expr) {
        let mut calls = Vec::new();
        expr.walk(&mut |e| {
            if let ExprKind::Call(name, args) = &e.kind {
                calls.push((name.clone(), args.clone(), e.at));
            }
        });
        // The inner calls first, as they run.
        for (name, args, at) in calls.into_iter().rev() {
            self.judge_one(&name, &args, at);
        }
    }

    fn judge_one(&mut self, name: &str, args: &[(String, Expr)], at: Span) {
        let constant = |wanted: &[&str]| {
            args.iter()
                .find(|a| wanted.contains(&a.0.as_str()))
                .and_then(|a| match &a.1.kind {
                    ExprKind::Value(v) => Some(v.clone()),
                    _ => None,
                })
        };
        match name {
            "evaluate" | "sweep" => {
                let subject = Subject {
                    what: constant(&["design"]),
                    on: constant(&["on"]),
                };
                let Some(instance) = self.instance_or_say(&subject) else {
                    return;
                };
                if name == "evaluate" && !instance.decisions.is_empty() {
                    self.still_open(&instance, at);
                }
                self.judge_homes(&instance);
                self.judge_budgets(&instance);
            }
            "layers" => {
                let Some(what) = constant(&["of"]) else {
                    return;
                };
                let subject = Subject {
                    what: Some(what),
                    on: None,
                };
                let Some(instance) = self.instance_or_say(&subject) else {
                    return;
                };
                if !instance.decisions.is_empty() {
                    self.still_open(&instance, at);
                }
            }
            "compare" => {
                let seeds = match constant(&["seeds"]) {
                    Some(Value::Domain(d)) => d.len(),
                    Some(Value::List(l)) => l.len(),
                    _ => return,
                };
                if seeds < 3 {
                    self.say(
                        Diagnostic::new("W0405", "too few seeds to rank strategies")
                            .at(at, format!("{seeds} of at least 3"))
                            .note("Two runs of one strategy differ as much as two strategies; no ranking is shown.")
                            .hint("write `seeds = 1..10`"),
                    );
                }
            }
            _ => {}
        }
    }

    fn instance_or_say(&mut self, subject: &Subject) -> Option<Rc<Instance>> {
        if !self.sound_subject(subject) {
            return None;
        }
        match self.space_of(subject) {
            Ok(instance) => Some(instance),
            Err(trouble) => {
                self.trouble(trouble);
                None
            }
        }
    }

    fn still_open(&mut self, instance: &Instance, at: Span) {
        const SHOWN: usize = 6;
        let open: Vec<String> = instance
            .decisions
            .iter()
            .take(SHOWN)
            .map(|d| format!("{} in {}", d.path, d.domain))
            .collect();
        let more = instance.decisions.len().saturating_sub(SHOWN);
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        self.say(
            Diagnostic::new("E0403", format!("{} still open", open_decisions(instance.decisions.len())))
                .at(at, "needs one design")
                .at(instance.decisions[0].at, "the first open one")
                .note(format!("Open: {}{more}.", open.join(", ")))
                .hint("fix them with `with { … = … }`, or use `sweep(…)` to visit all designs and `search(…)` to look for the best"),
        );
    }
}

fn open_decisions(n: usize) -> String {
    format!(
        "{} {}",
        super::calls::counted(n, "decision"),
        if n == 1 { "is" } else { "are" }
    )
}

/// `metric <= limit` or `metric >= limit`: the metric, whether the limit is an upper one, and the limit.
fn simple_spec(
    expr: &Expr,
    instance: &Instance,
    checker: &Checker<'_>,
) -> Option<(String, bool, (f64, Dim), Span)> {
    let ExprKind::Binary(op, left, right) = &expr.kind else {
        return None;
    };
    let (metric, limit, flipped) = match (&left.kind, &right.kind) {
        (ExprKind::Metric(m), ExprKind::Value(Value::Quantity(q))) => (m, q, false),
        (ExprKind::Value(Value::Quantity(q)), ExprKind::Metric(m)) => (m, q, true),
        _ => return None,
    };
    let upper = match op {
        Operator::Le | Operator::Lt => !flipped,
        Operator::Ge | Operator::Gt => flipped,
        _ => return None,
    };
    let at = if flipped { left.at } else { right.at };
    let mut value = (limit.value, limit.dim);
    if limit.dim == Dim::CYCLES && metric == "latency" {
        let clock = checker.clock_of(instance)?;
        value = (limit.value / clock, Dim::TIME);
    }
    Some((metric.clone(), upper, value, at))
}

impl Checker<'_> {
    /// Cycles per second of an accelerator: its own clock, else its device's.
    fn clock_of(&self, instance: &Instance) -> Option<f64> {
        let hardware = instance.hardware.as_ref()?;
        if let Some(clock) = instance.number(hardware, "clock", &[]) {
            return Some(clock);
        }
        let device = match hardware.field("device")? {
            crate::instance::Bound::Fixed(v) => self.program.blocks.get(v.as_block()?)?,
            _ => return None,
        };
        super::hardware::fixed(device, "clock")?.as_f64()
    }
}
