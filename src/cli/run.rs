//! `nasaic run`, and the commands that are one call.

use super::args::{How, Running};
use super::console::Console;
use super::files::Text;
use super::keep::{Entry, Kept};
use super::output::Folder;
use super::program::Program;
use super::watch::Watcher;
use super::{Exit, Refusal, signals};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::StepKind;
use nasaic_engine::Ended;
use std::path::Path;
use std::time::Instant;

/// Runs a script or plan; with a `call`, that alone on what the script declares.
pub fn run(
    file: &Path,
    call: Option<String>,
    how: &How,
    console: &mut Console,
) -> Result<Exit, Refusal> {
    if how.running.json_stream {
        console.stream();
    }
    let text = Text::read(file)?;
    let reading = (&how.reading, &how.changes);
    let program = Program::load(&text, call.as_deref(), reading, console)?;
    let entry = Entry::New(how.keeping.clone());
    carry_out(program, &text.name, &how.running, entry, console)
}

/// Runs a program that is called `name`.
pub fn carry_out(
    mut program: Program,
    name: &str,
    how: &Running,
    entry: Entry,
    console: &mut Console,
) -> Result<Exit, Refusal> {
    let folder = match &how.out {
        Some(path) => Folder::prepare(path)?,
        None => Folder::current(),
    };
    if folder.is_given() {
        console.persist();
    }
    if let Some(jobs) = how.jobs {
        threads(jobs)?;
    }
    let kept = Kept::begin(&mut program, name, entry)?;
    let Program { mut engine, plan } = program;
    if plan
        .steps
        .iter()
        .all(|s| matches!(s.kind, StepKind::Let(_)))
    {
        console.note(&format!(
            "note: `{name}` shows nothing; write an expression on a line of its own to see its value"
        ));
    }
    signals::listen();
    let start = Instant::now();
    let mut watcher = Watcher::new(console, &folder, &plan.sources);
    let report = engine.run(&plan, &mut watcher);
    watcher.finish();
    let exit = match report.ended {
        Ended::Failed => Exit::Wrong,
        _ if watcher.failed => Exit::Wrong,
        Ended::Interrupted => Exit::Interrupted,
        Ended::Unexpected => Exit::Unexpected,
        Ended::Done => Exit::Done,
    };
    folder.finish(&plan, &report, exit, start.elapsed().as_secs_f64())?;
    if let Some(kept) = kept
        && let Some(hint) = kept.end(watcher.outputs, &report, exit)?
    {
        console.note(&hint);
    }
    Ok(exit)
}

/// Uses so many threads from now on.
pub fn threads(jobs: u16) -> Result<(), Refusal> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
    pool.build_global().map_err(|e| {
        Diagnostic::new("E0705", format!("{jobs} threads cannot be started: {e}"))
            .hint("give `--jobs` a smaller number")
            .into()
    })
}
