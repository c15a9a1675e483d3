//! Carries out the steps of a plan.

mod calls;
mod expressions;

use crate::datasets::Datasets;
use crate::engine::{Ended, Judged, Report, Sides};
use crate::fault::Fault;
use crate::generate::Generators;
use crate::hosted::Hosted;
use crate::item::Item;
use crate::keep::Keeper;
use crate::present::present;
use crate::sink::{Output, Sink};
use crate::study::words;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{Expr, ExprKind, Plan, Script, Step, StepKind};
use nasaic_dsl::reach::Reached;
use nasaic_dsl::value::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Scripts as a plan holds them.
type Scripts = BTreeMap<String, Script>;

/// What stays from one plan to the next: results by name, and actions already done.
#[derive(Default)]
pub struct Kept {
    /// `let` results by name.
    pub lets: BTreeMap<String, Named>,
    /// Results of actions by the fingerprint of all they depend on.
    done: BTreeMap<String, Item>,
    /// Trained generators, so that no plan trains one twice.
    generators: Generators,
}

/// The result of a `let`.
pub struct Named {
    item: Item,
    expr: Expr,
    print: String,
}

impl Named {
    /// What it came to.
    pub fn item(&self) -> &Item {
        &self.item
    }
}

impl Kept {
    /// Whether a result was computed before something it depends on changed.
    pub fn is_stale(&self, name: &str, known: Blocks<'_>, scripts: &Scripts) -> bool {
        self.lets
            .get(name)
            .is_some_and(|n| self.print(&n.expr, known, scripts, 0) != n.print)
    }

    /// The print of what is computed now. This cell knows only the blocks that it needs itself, so what the
    /// results it uses depend on is taken from their own prints.
    fn print_of_new(&self, expr: &Expr, known: Blocks<'_>, scripts: &Scripts) -> String {
        let used = Reached::of(expr, known).lets;
        let used = used.iter().filter_map(|name| self.lets.get(name));
        joined(
            Reached::fingerprint(expr, known, scripts),
            used.map(|named| named.print.clone()),
        )
    }

    /// A hash of an expression, what it depends on and, through that, the results it uses.
    fn print(&self, expr: &Expr, known: Blocks<'_>, scripts: &Scripts, depth: usize) -> String {
        let used = Reached::of(expr, known).lets;
        // A result may have taken the name of one that it was computed from.
        let used = used
            .iter()
            .filter_map(|name| self.lets.get(name).filter(|_| depth < 32));
        joined(
            Reached::fingerprint(expr, known, scripts),
            used.map(|named| self.print(&named.expr, known, scripts, depth + 1)),
        )
    }
}

/// One print of several.
fn joined(own: String, used: impl Iterator<Item = String>) -> String {
    let all: String = std::iter::once(own).chain(used).collect();
    blake3::hash(all.as_bytes()).to_hex().to_string()
}

/// What a plan runs on besides itself.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Bytes of data files by path.
    pub files: &'a BTreeMap<String, Vec<u8>>,
    /// Data sets to train on.
    pub datasets: &'a Arc<Datasets>,
    /// Functions of the host.
    pub hosted: &'a Arc<Hosted>,
}

/// Runs one plan.
pub struct Interpreter<'a> {
    plan: &'a Plan,
    inputs: Inputs<'a>,
    kept: &'a mut Kept,
    sink: &'a mut dyn Sink,
    keeper: Option<&'a Arc<Keeper>>,
    diagnostics: Vec<Diagnostic>,
    outputs: Vec<serde_json::Value>,
    named: serde_json::Map<String, serde_json::Value>,
    timing: Vec<(String, f64)>,
    unexpected: bool,
    verdicts: Vec<Judged>,
}

impl<'a> Interpreter<'a> {
    /// A run of `plan` on what earlier ones left.
    pub fn new(
        plan: &'a Plan,
        inputs: Inputs<'a>,
        kept: &'a mut Kept,
        sink: &'a mut dyn Sink,
        keeper: Option<&'a Arc<Keeper>>,
    ) -> Self {
        Self {
            plan,
            inputs,
            kept,
            sink,
            keeper,
            diagnostics: Vec::new(),
            outputs: Vec::new(),
            named: serde_json::Map::new(),
            timing: Vec::new(),
            unexpected: false,
            verdicts: Vec::new(),
        }
    }

    /// Does every step, or those up to the first that fails.
    pub fn run(mut self) -> Report {
        let mut ended = None;
        // What failed when nobody listened is no fault of this run.
        self.inputs.hosted.take_trouble();
        for step in &self.plan.steps {
            let done = self.step(step);
            let trouble = self.inputs.hosted.take_trouble();
            if let Err(fault) = trouble.map_or(done, Err) {
                // What was broken off half-way has failed for no other reason.
                if self.sink.stop() {
                    ended = Some(Ended::Interrupted);
                    break;
                }
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
            verdicts: self.verdicts,
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
                let scripts = &self.plan.scripts;
                let print = self.kept.print_of_new(&step.expr, self.blocks(), scripts);
                let expr = step.expr.clone();
                self.kept
                    .lets
                    .insert(name.clone(), Named { item, expr, print });
            }
            StepKind::Show => {
                let item = self.eval(&step.expr)?;
                self.show(&item, words(&self.plan.sources, step.expr.at))?;
            }
            StepKind::Expect { message, .. } => self.expect(step, message.as_deref())?,
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
        let sides = self.sides(&step.expr);
        if !holds {
            self.unexpected = true;
            let written = words(&self.plan.sources, step.expr.at);
            let title = message.map_or_else(|| format!("`{written}` does not hold"), str::to_owned);
            let label = match &sides {
                Some(sides) => format!("this is {}", sides.left),
                None => "does not hold".into(),
            };
            let diagnostic = Fault::new("E0610", title)
                .at(step.expr.at)
                .label(label)
                .diagnostic(&self.plan.sources);
            self.tell(diagnostic);
        }
        self.verdicts.push(Judged { holds, sides });
        Ok(())
    }

    /// What the two sides of a comparison are.
    fn sides(&mut self, expr: &Expr) -> Option<Sides> {
        let ExprKind::Binary(operator, left, right) = &expr.kind else {
            return None;
        };
        let mut shown = |side: &Expr| match self.eval(side).ok()? {
            Item::Value(value) => Some(value.to_string()),
            _ => None,
        };
        Some(Sides {
            left: shown(left)?,
            operator: operator.sign(),
            right: shown(right)?,
        })
    }
}

fn no_value(expr: &Expr, what: &str) -> Fault {
    Fault::new("E0805", format!("`{what}` has no value here")).at(expr.at)
}
