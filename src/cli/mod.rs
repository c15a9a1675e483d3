//! From arguments to an exit code.

mod args;
mod check;
mod console;
mod data;
mod doc;
mod eval;
mod files;
mod format;
mod grade;
mod import;
mod keep;
mod kernel;
mod lsp;
mod notebook;
mod output;
mod program;
mod progress;
mod run;
mod runs;
mod show;
mod signals;
mod validate;
mod verify;
mod watch;

use args::{Cli, Command};
use clap::Parser;
use clap::error::ErrorKind;
use console::Console;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Sources;
use serde_json::json;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// How the program ends; the discriminant is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All was done; a spec that is not met is a result.
    Done = 0,
    /// The script, a file or the command line has an error.
    Wrong = 1,
    /// All was done, but an `expect` failed or a comparison falls short.
    Unexpected = 2,
    /// It was asked to stop.
    Interrupted = 3,
}

impl Exit {
    /// The word for it in `result.json` and in the last line of a stream.
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Wrong => "failed",
            Self::Unexpected => "unexpected",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command was not carried out.
#[derive(Debug, Default)]
pub struct Refusal {
    /// The texts that the messages point into.
    sources: Sources,
    /// Errors, and the warnings found with them.
    diagnostics: Vec<Diagnostic>,
}

impl From<Diagnostic> for Refusal {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            sources: Sources::default(),
            diagnostics: vec![diagnostic],
        }
    }
}

/// Carries out a command line.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // A reader who does not listen needs no message.
            let _ = error.print();
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            return if asked { Exit::Done } else { Exit::Wrong };
        }
    };
    let mut console = Console::new(cli.color);
    let exit = carry_out(cli.command, &mut console).unwrap_or_else(|refusal| {
        console.tell(&refusal.sources, &refusal.diagnostics);
        Exit::Wrong
    });
    if console.is_stream() {
        console.object(
            "status",
            json!({ "status": exit.word(), "exit": exit as u8 }),
        );
    }
    exit
}

fn carry_out(command: Command, console: &mut Console) -> Result<Exit, Refusal> {
    match command {
        Command::Check {
            files,
            json,
            reading,
        } => check::check(&files, json, &reading, console),
        Command::Fmt { files, check } => format::format(&files, check, console),
        Command::Explain {
            what: Some(file),
            of: Some(of),
            on,
            layer,
            how,
        } => {
            let of = match on {
                Some(on) => call("evaluate", [Some(of), Some(on)]),
                None => of,
            };
            let layer = layer.map(|path| format!("layer = \"{path}\""));
            let call = call("explain", [Some(of), layer]);
            run::run(Path::new(&file), Some(call), &how, console)
        }
        Command::Explain { what, .. } => doc::explain(what.as_deref(), console),
        Command::Doc { name } => doc::doc(name.as_deref(), console),
        Command::Notebook(what) => notebook::convert(&what, console),
        Command::Grade(asked) => grade::grade(&asked, console),
        Command::Kernel { args } => kernel::forward(&args),
        Command::Lsp { stdio: _ } => lsp::lsp(),
        Command::Plan {
            file,
            reading,
            changes,
        } => program::print_plan(&file, &reading, &changes, console),
        Command::Show {
            file,
            name,
            defaults,
            reading,
            changes,
        } => show::show(&file, &name, defaults, (&reading, &changes), console),
        // There is one format so far, and it must be named.
        Command::Export {
            file,
            design,
            on,
            timeloop: _,
            layer,
            how,
        } => {
            let evaluated = call("evaluate", [Some(design), on]);
            // What was given a folder needs no other in it.
            let folder = if how.running.out.is_some() {
                "."
            } else {
                "timeloop"
            };
            let layer = layer.map(|path| format!("layer = {path:?}"));
            let args = [
                Some(evaluated),
                Some(format!("{folder:?}")),
                Some("format = timeloop".to_owned()),
                layer,
            ];
            run::run(&file, Some(call("export", args)), &how, console)
        }
        Command::Verify {
            certificate,
            file,
            json,
            reading,
            changes,
        } => verify::verify(&certificate, &file, json, (&reading, &changes), console),
        Command::Import(asked) => import::import(&asked, console),
        Command::Run { file, how } => run::run(&file, None, &how, console),
        Command::Space { file, of, on, how } => {
            run::run(&file, Some(call("space", [Some(of), on])), &how, console)
        }
        Command::Evaluate {
            file,
            design,
            on,
            batch,
            how,
        } => {
            let batch = batch.map(|n| format!("batch = {n}"));
            run::run(
                &file,
                Some(call("evaluate", [Some(design), on, batch])),
                &how,
                console,
            )
        }
        Command::Data(what) => data::data(&what, console),
        Command::Runs(what) => runs::runs(&what, console),
        Command::Eval {
            file,
            problem,
            jsonl: _,
            no_accuracy,
            jobs,
            changes,
            reading,
        } => {
            if let Some(jobs) = jobs {
                run::threads(jobs)?;
            }
            let asked = eval::Asked {
                file: &file,
                problem: problem.as_deref(),
                accuracy: !no_accuracy,
            };
            eval::eval(&asked, (&reading, &changes), console)
        }
        Command::Validate {
            data,
            json,
            cases,
            only,
        } => validate::validate(data.as_deref(), (cases, &only), json, console),
        Command::Search {
            file,
            problem,
            strategy,
            how,
        } => run::run(
            &file,
            Some(call("search", [Some(problem), Some(strategy)])),
            &how,
            console,
        ),
        Command::Compare {
            file,
            first,
            others,
            seeds,
            evaluations,
            how,
        } => {
            let others = match &seeds {
                Some(_) => format!("[{}]", others.join(", ")),
                None => others.join(", "),
            };
            let evaluations = evaluations.map(|n| format!("evaluations = {n}"));
            let seeds = seeds.map(|seeds| format!("seeds = {seeds}"));
            let args = [Some(first), Some(others), evaluations, seeds];
            run::run(&file, Some(call("compare", args)), &how, console)
        }
    }
}

/// A call as one would write it at the end of the script.
fn call(function: &str, args: impl IntoIterator<Item = Option<String>>) -> String {
    let args: Vec<String> = args.into_iter().flatten().collect();
    format!("{function}({})", args.join(", "))
}
