//! Actions: what computes.

mod compare;
mod contest;
mod export;
mod generate;
mod learned;
mod search;
mod space;
mod strategy;
mod sweep;
mod timeloop;
mod together;

pub use strategy::Chosen;

use crate::fault::Fault;
use crate::generate::Generators;
use crate::item::{Evaluation, Item};
use crate::keep::Keeper;
use crate::sink::Sink;
use crate::study::{Parts, Study};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Span;
use nasaic_dsl::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where an action runs.
pub struct Context<'a, 's> {
    /// Declarations and files.
    pub parts: Parts<'a>,
    /// Where searches keep what they find.
    pub keeper: Option<&'a Arc<Keeper>>,
    /// Generators that were trained before.
    pub generators: &'s mut Generators,
    /// Who hears of progress.
    pub sink: &'s mut dyn Sink,
    /// The call as written.
    pub what: &'s str,
    /// Where it stands.
    pub at: Span,
    /// What it warned of.
    pub warnings: Vec<Diagnostic>,
}

impl Context<'_, '_> {
    /// Gives a study what lies outside of its problem: the run store, and who may stop it.
    fn equip(&self, study: &mut Study) {
        study.keeper = self.keeper.cloned();
        study.stop = self.sink.stopper();
        study.heard = self.sink.listener();
    }

    /// Writes a file below the output folder.
    fn write(&mut self, path: &str, content: &[u8]) -> Result<(), Fault> {
        self.sink.file(path, content).map_err(|reason| {
            Fault::new("E0705", format!("`{path}` cannot be written"))
                .at(self.at)
                .label(reason)
                .hint("give a path below the output folder")
        })
    }
}

/// Arguments by parameter name.
pub type Args<'i> = BTreeMap<&'i str, Item>;

type Action = fn(&Args<'_>, &mut Context<'_, '_>) -> Result<Item, Fault>;

/// Every action with its name.
const ACTIONS: &[(&str, Action)] = &[
    ("evaluate", evaluate),
    ("sweep", sweep::sweep),
    ("search", search::search),
    ("compare", compare),
    ("generate", generate::generate),
    ("objectives", generate::objectives),
    ("space", space::space),
    ("together", together::together),
    ("export", export::export),
];

/// Carries out the action called `name`.
pub fn call(name: &str, args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    match ACTIONS.iter().find(|a| a.0 == name) {
        Some((_, action)) => action(args, context),
        None => Err(Fault::new("E0704", format!("`{name}` is not in this build")).at(context.at)),
    }
}

/// Strategies on one problem, or on many objectives.
fn compare(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    match args.contains_key("objectives") {
        true => contest::contest(args, context),
        false => compare::compare(args, context),
    }
}

fn evaluate(args: &Args<'_>, context: &mut Context<'_, '_>) -> Result<Item, Fault> {
    let study = Arc::new(study(args, context)?);
    if let Some(open) = study.instance.decisions.first() {
        return Err(Fault::new("E0403", format!("`{}` is still open", open.path)).at(context.at));
    }
    let evaluation =
        Evaluation::of(&study, Vec::new()).map_err(|r| Fault::from(r).at(context.at))?;
    Ok(Item::Result(Arc::new(evaluation)))
}

/// The study of a `design` and, unless that is a problem, an `on`.
fn study(args: &Args<'_>, context: &Context<'_, '_>) -> Result<Study, Fault> {
    let value = |name: &str| match args.get(name) {
        Some(Item::Value(v)) => Some(v),
        _ => None,
    };
    let what = value("design").or_else(|| value("of"));
    if let Some(name) = what.and_then(Value::as_block)
        && context
            .parts
            .blocks
            .get(name)
            .is_some_and(|b| b.kind == "problem")
    {
        let mut study = Study::of_problem(context.parts, name)?;
        context.equip(&mut study);
        return Ok(study);
    }
    let is_hardware = |v: &Value| {
        v.as_block()
            .and_then(|n| context.parts.blocks.get(n))
            .is_some_and(|b| b.kind == "accelerator")
    };
    let (what, on) = match what {
        Some(v) if is_hardware(v) => (None, Some(v)),
        other => (other, value("on")),
    };
    let batch = value("batch").and_then(Value::as_u64).unwrap_or(1);
    let batch = u32::try_from(batch).unwrap_or(u32::MAX);
    let mut study = Study::of_pair(context.parts, what, on, batch)?;
    context.equip(&mut study);
    Ok(study)
}
