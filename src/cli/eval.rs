//! `nasaic eval`: a problem on the standard streams, for optimizers of other languages.

use super::args::{Changes, Reading};
use super::console::Console;
use super::files::Text;
use super::program::{COMMAND_LINE, check, engine, refuse_plan};
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::value::short;
use nasaic_engine::{Engine, Server};
use nasaic_host::files::reason;
use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::path::Path;

/// What is served.
pub struct Asked<'a> {
    /// The script.
    pub file: &'a Path,
    /// The problem; the only one of the script when not given.
    pub problem: Option<&'a str>,
    /// Whether evaluations ask for accuracies unless they say otherwise.
    pub accuracy: bool,
}

/// Answers lines until there are no more.
pub fn eval(
    asked: &Asked<'_>,
    (reading, changes): (&Reading, &Changes),
    console: &Console,
) -> Result<Exit, Refusal> {
    let mut server = server(asked, (reading, changes), console)?;
    console.print(&format!("{}\n", server.header()));
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line).map_err(|e| {
            Diagnostic::new(
                "E0705",
                format!("the standard input cannot be read: {}", reason(&e)),
            )
        })?;
        if read == 0 {
            return Ok(Exit::Done);
        }
        // What is no UTF-8 is no JSON either, and told as such.
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !text.is_empty() {
            console.print(&format!("{}\n", server.answer(text)));
        }
    }
}

fn server(
    asked: &Asked<'_>,
    (reading, changes): (&Reading, &Changes),
    console: &Console,
) -> Result<Server, Refusal> {
    let text = Text::read(asked.file)?;
    refuse_plan(&text, "eval", changes)?;
    let mut engine = engine(&text, reading);
    let whole = (text.name.as_str(), text.text.as_str());
    check(&mut engine, whole, &changes.settings, console)?;
    let problem = match asked.problem {
        Some(problem) => problem.to_owned(),
        None => only_problem(&engine, &text.name)?,
    };
    // Whatever can be counted can be searched, so the checks of `space` are the right ones.
    let call = format!("space({problem})\n");
    let steps = check(&mut engine, (COMMAND_LINE, &call), &[], console)?;
    let plan = engine.plan(steps);
    engine
        .server(&plan, asked.accuracy)
        .map_err(|fault| Refusal {
            diagnostics: vec![fault.diagnostic(&plan.sources)],
            sources: plan.sources,
        })
}

/// The problem of a script that has just one.
fn only_problem(engine: &Engine, file: &str) -> Result<String, Refusal> {
    let blocks = engine.program().blocks.iter();
    let problems = blocks.filter(|(_, block)| block.kind == "problem");
    let names: BTreeSet<&str> = problems.map(|(name, _)| short(name)).collect();
    let all: Vec<&str> = names.into_iter().collect();
    if let [one] = all.as_slice() {
        return Ok((*one).to_owned());
    }
    let diagnostic = match all.as_slice() {
        [] => Diagnostic::new("E0201", format!("`{file}` has no problem"))
            .hint("declare one: `problem p { workload = …, on = … }`"),
        [first, ..] => Diagnostic::new("E0201", format!("`{file}` has several problems"))
            .note(format!("They are `{}`.", all.join("`, `")))
            .hint(format!("name one: `nasaic eval {file} {first} --jsonl`")),
    };
    Err(diagnostic.into())
}
