//! Carries out the steps of a plan.

use crate::actions;
use crate::call::{Call, Given};
use crate::engine::{Ended, Report};
use crate::fault::Fault;
use crate::formula::{self, Scripts};
use crate::item::{Evaluation, Item};
use crate::present::present;
use crate::sink::{Output, Sink};
use crate::study::hardware::read_dataflow;
use crate::study::{Parts, compile_named, scripts_in, words};
use crate::{layers, views};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::functions::{self, Accepts, Group};
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{Expr, ExprKind, Plan, Step, StepKind};
use nasaic_dsl::reach::Reached;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// What stays from one plan to the next: results by name, and actions already done.
#[derive(Default)]
pub struct Kept {
    /// `let` results by name.
    pub lets: BTreeMap<String, Named>,
    /// Results of actions by the fingerprint of all they depend on.
    done: BTreeMap<String, Item>,
}

/// The result of a `let`.
pub struct Named {
    item: Item,
    expr: Expr,
    print: String,
}

impl Kept {
    /// Whether a result was computed before something it depends on changed.
    pub fn is_stale(&self, name: &str, known: Blocks<'_>) -> bool {
        self.lets
            .get(name)
            .is_some_and(|n| self.print(&n.expr, known, 0) != n.print)
    }

    /// A hash of an expression, the blocks it depends on and, through them, the results it uses.
    fn print(&self, expr: &Expr, known: Blocks<'_>, depth: usize) -> String {
        let mut print = Reached::fingerprint(expr, known);
        for name in Reached::of(expr, known).lets {
            // A result may have taken the name of one that it was computed from.
            if let Some(used) = self.lets.get(&name).filter(|_| depth < 32) {
                print.push_str(&self.print(&used.expr, known, depth + 1));
            }
        }
        blake3::hash(print.as_bytes()).to_hex().to_string()
    }
}

/// Runs one plan.
pub struct Interpreter<'a> {
    plan: &'a Plan,
    files: &'a BTreeMap<String, Vec<u8>>,
    kept: &'a mut Kept,
    sink: &'a mut dyn Sink,
    diagnostics: Vec<Diagnostic>,
    outputs: Vec<serde_json::Value>,
    named: serde_json::Map<String, serde_json::Value>,
    timing: Vec<(String, f64)>,
    unexpected: bool,
}

impl<'a> Interpreter<'a> {
    /// A run of `plan` on what earlier ones left.
    pub fn new(
        plan: &'a Plan,
        files: &'a BTreeMap<String, Vec<u8>>,
        kept: &'a mut Kept,
        sink: &'a mut dyn Sink,
    ) -> Self {
        Self {
            plan,
            files,
            kept,
            sink,
            diagnostics: Vec::new(),
            outputs: Vec::new(),
            named: serde_json::Map::new(),
            timing: Vec::new(),
            unexpected: false,
        }
    }

    /// Does every step, or those up to the first that fails.
    pub fn run(mut self) -> Report {
        let mut ended = None;
        for step in &self.plan.steps {
            if let Err(fault) = self.step(step) {
                let diagnostic = fault.at(step.at).diagnostic(&self.plan.sources);
                self.tell(diagnostic);
                ended = Some(Ended::Failed);
                break;
            }
            if self.sink.stop() {
                self.show_what_was_kept(step);
                ended = Some(Ended::Interrupted);
                break;
            }
        }
        let ended = ended.unwrap_or(if self.unexpected {
            Ended::Unexpected
        } else {
            Ended::Done
        });
        Report {
            ended,
            diagnostics: self.diagnostics,
            results: json!({ "lets": self.named, "outputs": self.outputs }),
            timing: self.timing,
        }
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        self.sink.tell(&diagnostic);
        self.diagnostics.push(diagnostic);
    }

    fn step(&mut self, step: &Step) -> Result<(), Fault> {
        match &step.kind {
            StepKind::Let(name) => {
                let item = self.eval(&step.expr)?;
                self.named.insert(name.clone(), crate::json::of(&item));
                let (expr, print) = (
                    step.expr.clone(),
                    self.kept.print(&step.expr, self.blocks(), 0),
                );
                self.kept
                    .lets
                    .insert(name.clone(), Named { item, expr, print });
            }
            StepKind::Show => {
                let item = self.eval(&step.expr)?;
                self.show(&item, words(&self.plan.sources, step.expr.at))?;
            }
            StepKind::Expect { message } => self.expect(step, message.as_deref())?,
        }
        Ok(())
    }

    /// An interrupted `let` shows its best so far, since the steps that would are not done.
    fn show_what_was_kept(&mut self, step: &Step) {
        let StepKind::Let(name) = &step.kind else {
            return;
        };
        let Some(item) = self.kept.lets.get(name).map(|n| n.item.clone()) else {
            return;
        };
        if let Err(fault) = self.show(&item, name.clone()) {
            let diagnostic = fault.at(step.at).diagnostic(&self.plan.sources);
            self.tell(diagnostic);
        }
    }

    fn show(&mut self, item: &Item, source: String) -> Result<(), Fault> {
        let json = crate::json::of(item);
        let parts = present(item, &self.plan.sources)?;
        self.outputs
            .push(json!({ "source": source, "value": json }));
        self.sink.show(&Output {
            source,
            parts,
            json,
        });
        Ok(())
    }

    /// Every `expect` is judged, whatever the others say.
    fn expect(&mut self, step: &Step, message: Option<&str>) -> Result<(), Fault> {
        let holds = match self.eval(&step.expr)? {
            Item::Value(Value::Bool(holds)) => holds,
            _ => return Err(Fault::new("E0305", "`expect` needs a comparison").at(step.expr.at)),
        };
        if !holds {
            self.unexpected = true;
            let written = words(&self.plan.sources, step.expr.at);
            let title = message.map_or_else(|| format!("`{written}` does not hold"), str::to_owned);
            let label = self
                .sides(&step.expr)
                .unwrap_or_else(|| "does not hold".into());
            let diagnostic = Fault::new("E0610", title)
                .at(step.expr.at)
                .label(label)
                .diagnostic(&self.plan.sources);
            self.tell(diagnostic);
        }
        Ok(())
    }

    /// What the left side of a failed comparison is.
    fn sides(&mut self, expr: &Expr) -> Option<String> {
        let ExprKind::Binary(_, left, _) = &expr.kind else {
            return None;
        };
        match self.eval(left).ok()? {
            Item::Value(v) => Some(format!("this is {v}")),
            _ => None,
        }
    }

    // ---- expressions ------------------------------------------------------------

    fn eval(&mut self, expr: &Expr) -> Result<Item, Fault> {
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

    fn number(&mut self, expr: &Expr) -> Result<Quantity, Fault> {
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
        let Some((compiled, at)) = scripts.get(script) else {
            return Err(no_value(expr, script));
        };
        let x = compiled.call(function, &plain).map_err(|f| {
            Fault::new(f.code, f.message.clone())
                .at(expr.at)
                .in_script(*at, f.line, f.column)
        })?;
        Ok(Item::Value(Value::number(x)))
    }

    /// The clock of the first result in an expression.
    fn clock_in(&self, expr: &Expr) -> f64 {
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
                let key = Reached::fingerprint(expr, self.blocks());
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

    // ---- calls ------------------------------------------------------------------

    fn blocks(&self) -> Blocks<'a> {
        Blocks {
            blocks: &self.plan.blocks,
            choices: &self.plan.choices,
        }
    }

    fn parts(&self) -> Parts<'a> {
        Parts {
            blocks: &self.plan.blocks,
            choices: &self.plan.choices,
            scripts: &self.plan.scripts,
            files: self.files,
            sources: &self.plan.sources,
        }
    }

    fn call(&mut self, expr: &Expr, name: &str, args: &[(String, Expr)]) -> Result<Item, Fault> {
        let Some(function) = functions::find(name) else {
            return Err(Fault::new(
                "E0704",
                format!("`{name}` of this file is not in this build"),
            )
            .at(expr.at)
            .label("cannot be read by this build")
            .hint("`nasaic explain E0704` tells what each build can do"));
        };
        if let Some(later) = function.later {
            return Err(
                Fault::new("E0704", format!("`{name}` is not in this build"))
                    .at(expr.at)
                    .label("cannot be run")
                    .note(format!("{}.", capital(later)))
                    .hint("`nasaic explain E0704` tells what each build can do"),
            );
        }
        match function.group {
            Group::Formula => {
                let args: Vec<Quantity> = args
                    .iter()
                    .map(|a| self.number(&a.1))
                    .collect::<Result<_, _>>()?;
                let q = formula::apply(name, &args).ok_or_else(|| no_value(expr, name))?;
                Ok(Item::Value(Value::Quantity(q)))
            }
            Group::Action => self.action(expr, name, args),
            Group::View => self.view(expr, function, args),
        }
    }

    fn action(&mut self, expr: &Expr, name: &str, args: &[(String, Expr)]) -> Result<Item, Fault> {
        // An action that was done before with the same blocks need not be done again.
        let key = Reached::fingerprint(expr, self.blocks());
        let pure = Reached::of(expr, self.blocks()).lets.is_empty() && name != "export";
        if pure && let Some(known) = self.kept.done.get(&key) {
            return Ok(known.clone());
        }
        let mut given = BTreeMap::new();
        for (param, arg) in args {
            given.insert(param.as_str(), self.eval(arg)?);
        }
        let what = words(&self.plan.sources, expr.at);
        let start = Instant::now();
        let parts = self.parts();
        let mut context = actions::Context {
            parts,
            sink: self.sink,
            what: &what,
            at: expr.at,
        };
        let item = actions::call(name, &given, &mut context)?;
        self.timing.push((what, start.elapsed().as_secs_f64()));
        // What was broken off is not the answer to keep.
        if pure && !self.sink.stop() {
            self.kept.done.insert(key, item.clone());
        }
        Ok(item)
    }

    fn view(
        &mut self,
        expr: &Expr,
        function: &'static functions::Function,
        args: &[(String, Expr)],
    ) -> Result<Item, Fault> {
        if function.name == "layers" {
            return self.layers(expr, args);
        }
        let mut scripts = Vec::new();
        let mut given: Vec<(&str, Given<'_>)> = Vec::new();
        for (name, arg) in args {
            let accepts = function
                .params
                .iter()
                .find(|p| p.name == name)
                .map(|p| &p.accepts);
            let value = match (accepts, &arg.kind) {
                (Some(Accepts::Column), _) => {
                    scripts_in(arg, &mut scripts);
                    Given::Column(arg)
                }
                (Some(Accepts::Columns), ExprKind::List(items)) => {
                    items.iter().for_each(|i| scripts_in(i, &mut scripts));
                    Given::Columns(items.iter().collect())
                }
                _ => Given::Item(self.eval(arg)?),
            };
            given.push((name, value));
        }
        let scripts: Scripts = compile_named(self.parts(), &scripts)?;
        let dataflow = self.dataflow(&given);
        let call = Call {
            name: function.name,
            args: given,
            sources: &self.plan.sources,
            scripts: &scripts,
            dataflow,
            at: expr.at,
        };
        views::call(&call)
    }

    /// The dataflow a first argument names.
    fn dataflow(&self, given: &[(&str, Given<'_>)]) -> Option<nasaic_cost::Dataflow> {
        let Some((_, Given::Item(Item::Value(value @ Value::Block(name))))) = given.first() else {
            return None;
        };
        if self.plan.blocks.get(name)?.kind != "dataflow" {
            return None;
        }
        let instance = self.blocks().pair(None, Some(value)).ok()?;
        let choices = vec![0; instance.decisions.len()];
        Some(read_dataflow(
            &instance,
            instance.hardware.as_ref()?,
            &choices,
        ))
    }

    fn layers(&mut self, expr: &Expr, args: &[(String, Expr)]) -> Result<Item, Fault> {
        let Some((_, arg)) = args.first() else {
            return Err(no_value(expr, "layers"));
        };
        match self.eval(arg)? {
            Item::Value(value @ Value::Block(_)) => {
                let study = crate::study::Study::of_pair(self.parts(), Some(&value), None, 1)?;
                let networks = study.networks(&[]).map_err(|why| {
                    Fault::new("E0504", "this network cannot be written out")
                        .at(arg.at)
                        .note(why)
                })?;
                Ok(Item::Layers(Arc::new(layers::of_networks(
                    &study, &networks,
                ))))
            }
            Item::Result(e) => Ok(Item::Layers(Arc::new(layers::of_evaluation(&e)))),
            Item::Run(found) => match found.best() {
                Some(best) => Ok(Item::Layers(Arc::new(layers::of_evaluation(&best?)))),
                None => Err(no_value(expr, "best")),
            },
            _ => Err(no_value(expr, "layers")),
        }
    }

    /// `top(count, by = column)`: the rows with the largest values.
    fn top(&mut self, base: &Expr, args: &[(String, Expr)]) -> Result<Item, Fault> {
        let of = self.eval(base)?;
        let count = args
            .iter()
            .find(|a| a.0 == "count")
            .map(|a| self.number(&a.1))
            .transpose()?;
        let count = count.map_or(5, |q| q.value as usize);
        let by = args.iter().find(|a| a.0 == "by").map(|a| &a.1);
        let Some(by) = by else {
            return Err(no_value(base, "by"));
        };
        crate::top::top(&of, count, by)
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

fn no_value(expr: &Expr, what: &str) -> Fault {
    Fault::new("E0805", format!("`{what}` has no value here")).at(expr.at)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A member of a result.
fn member(base: &Item, name: &str) -> Option<Result<Item, Fault>> {
    let number = |x: f64| Some(Ok(Item::Value(Value::number(x))));
    match (base, name) {
        (Item::Result(e), "layers") => Some(Ok(Item::Layers(Arc::new(layers::of_evaluation(e))))),
        (Item::Result(e), _) => {
            use crate::formula::Names;
            e.sight().metric(name).map(|v| Ok(Item::Value(v)))
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
