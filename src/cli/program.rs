//! From a text to the plan to run: a script is checked and planned, a plan is read.

use super::args::{Changes, Reading};
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{Change, PathStep, Plan, Slot, Step, StepKind, VERSION};
use nasaic_dsl::reach::Reached;
use nasaic_dsl::source::Span;
use nasaic_dsl::value::Value;
use nasaic_engine::{Datasets, Engine};
use nasaic_host::{Disk, places};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// What a message calls the text of a command.
pub const COMMAND_LINE: &str = "command line";

/// A plan with the engine to run it.
pub struct Program {
    /// Knows what the script declares.
    pub engine: Engine,
    /// What is to be done.
    pub plan: Plan,
}

/// An engine that reads what lies beside a text.
pub fn engine(text: &Text, reading: &Reading) -> Engine {
    let folder = reading.data.as_deref();
    let disk = Disk::new(text.folder(), reading.allow_outside, folder);
    let mut roots = places::roots();
    roots.data = folder.map(Path::to_owned).or(roots.data);
    let mut engine = Engine::new(Box::new(disk));
    engine.find_data(Datasets::new(text.folder().to_owned(), roots));
    engine
}

/// Checks a text; warnings are told at once, errors refuse it.
pub fn check(
    engine: &mut Engine,
    (name, text): (&str, &str),
    settings: &[String],
    console: &Console,
) -> Result<Vec<Step>, Refusal> {
    let checked = engine.check(name, text, settings);
    if checked.has_errors() {
        let sources = engine.sources().clone();
        return Err(Refusal {
            sources,
            diagnostics: checked.diagnostics,
        });
    }
    console.tell(engine.sources(), &checked.diagnostics);
    Ok(checked.steps)
}

impl Program {
    /// The program of a script or plan; with a `call`, that alone is done on what it declares
    /// and on the results that the call names.
    pub fn load(
        text: &Text,
        call: Option<&str>,
        (reading, changes): (&Reading, &Changes),
        console: &Console,
    ) -> Result<Self, Refusal> {
        let mut engine = engine(text, reading);
        let mut plan = if is_plan(text) {
            only_run(text, call, changes)?;
            read_plan(text)?
        } else {
            let whole = (text.name.as_str(), text.text.as_str());
            let mut steps = check(&mut engine, whole, &changes.settings, console)?;
            if let Some(call) = call {
                let call = format!("{call}\n");
                let called = check(&mut engine, (COMMAND_LINE, &call), &[], console)?;
                steps = with_results(&engine, steps, called);
            }
            engine.plan(steps)
        };
        if let Some(seed) = changes.seed {
            reseed(&mut plan, seed);
        }
        Ok(Self { engine, plan })
    }
}

/// The steps of a call, after those of the script that compute the results which it names.
fn with_results(engine: &Engine, script: Vec<Step>, called: Vec<Step>) -> Vec<Step> {
    let program = engine.program();
    let known = Blocks {
        blocks: &program.blocks,
        choices: &program.choices,
    };
    let mut steps = called;
    let mut wanted = BTreeSet::new();
    for step in &steps {
        wanted.extend(Reached::of(&step.expr, known).lets);
    }
    for step in script.into_iter().rev() {
        let StepKind::Let(name) = &step.kind else {
            continue;
        };
        if wanted.contains(name) {
            wanted.extend(Reached::of(&step.expr, known).lets);
            steps.insert(0, step);
        }
    }
    steps
}

/// Gives every strategy of a plan the same seed, as `--set NAME.seed=N` does for one.
fn reseed(plan: &mut Plan, seed: u32) {
    let text = seed.to_string();
    let source = plan.sources.add("--seed", &text);
    let at = Span::new(source, 0, text.len());
    for strategy in plan.blocks.values_mut().filter(|b| b.kind == "strategy") {
        strategy.changes.push(Change {
            path: vec![PathStep {
                name: "seed".to_owned(),
                index: None,
            }],
            slot: Slot::Fixed(Value::number(f64::from(seed))),
            at,
        });
    }
}

/// No script starts with a brace.
fn is_plan(text: &Text) -> bool {
    text.name.ends_with(".json") || text.text.trim_start().starts_with('{')
}

/// A plan says all there is to do; only its seeds can still be chosen.
fn only_run(text: &Text, call: Option<&str>, changes: &Changes) -> Result<(), Refusal> {
    let name = &text.name;
    if let Some(call) = call {
        return Err(
            Diagnostic::new("E0705", format!("`{name}` is a plan, not a script"))
                .note(format!("`{call}` can be added to a script only."))
                .hint(format!(
                    "run the plan with `nasaic run {name}`, or give the script"
                ))
                .into(),
        );
    }
    match changes.settings.first() {
        Some(setting) => Err(
            Diagnostic::new("E0707", "a plan cannot be changed by `--set`")
                .note(format!(
                    "`{name}` is a plan: `{setting}` comes too late for it."
                ))
                .hint("make the plan again: `nasaic plan SCRIPT --set … > PLAN`")
                .into(),
        ),
        None => Ok(()),
    }
}

/// Refuses a plan where a script is needed, for the command that needs it.
pub fn refuse_plan(text: &Text, command: &str, changes: &Changes) -> Result<(), Refusal> {
    if is_plan(text) {
        only_run(text, Some(command), changes)?;
    }
    Ok(())
}

fn read_plan(text: &Text) -> Result<Plan, Refusal> {
    /// What every version of the format begins with.
    #[derive(Deserialize)]
    struct Head {
        version: u32,
    }
    let head: Head = serde_json::from_str(&text.text).map_err(|e| broken(text, &e))?;
    if head.version != VERSION {
        let title = format!(
            "this plan has format {}, and this build reads {VERSION}",
            head.version
        );
        return Err(Diagnostic::new("E0703", title)
            .note(format!("The plan is `{}`.", text.name))
            .hint("make the plan again with `nasaic plan`")
            .into());
    }
    serde_json::from_str(&text.text).map_err(|e| broken(text, &e))
}

fn broken(text: &Text, error: &serde_json::Error) -> Refusal {
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full);
    Diagnostic::new("E0705", format!("`{}` is not a plan", text.name))
        .note(format!(
            "{}:{}:{}: {what}.",
            text.name,
            error.line(),
            error.column()
        ))
        .hint("make a plan with `nasaic plan SCRIPT > p.json`")
        .into()
}

/// `nasaic plan`.
pub fn print_plan(
    file: &Path,
    reading: &Reading,
    changes: &Changes,
    console: &Console,
) -> Result<Exit, Refusal> {
    let text = Text::read(file)?;
    let program = Program::load(&text, None, (reading, changes), console)?;
    let json = serde_json::to_string_pretty(&program.plan)
        .map_err(|e| Diagnostic::new("E0705", format!("the plan cannot be written: {e}")))?;
    console.print(&format!("{json}\n"));
    Ok(Exit::Done)
}
