//! Runs the Rust cells of a nasaic notebook: evcxr, spoken to line by line.
//!
//! evcxr compiles each cell into a library that a child process loads. All of it is heavy and may
//! be killed at any time, so it stays out of the kernel, in a process of its own that the kernel
//! starts with the first Rust cell.
//!
//! # The protocol
//! One JSON object a line. In, on standard input, one after the other:
//!
//! - `{"eval": CODE}` runs a cell: Rust, or commands such as `:dep` and `:vars`.
//!
//! Out, on standard output: once, when it can be spoken to, `{"ready": {"evcxr": VERSION}}`; then for
//! each cell in order of appearance
//!
//! - `{"out": TEXT}` and `{"err": TEXT}`: what the cell prints, whole lines;
//! - `{"show": {MIME: DATA, …}}`: its last value, or what it shows by evcxr's convention;
//! - and at its end either `{"done": {"variables": [NAME, …]}}`, with all variables there are, or
//!   `{"failed": {"title": TEXT, "text": TEXT, "lost": BOOL}}`, where `text` is the report with ANSI
//!   colours, and `lost` says whether all variables are gone.
//!
//! If evcxr cannot be started, the only line is a `failed`, and the process ends with status 1.
//! Lines that are no JSON were printed by a library and belong to the output. The process ends
//! when its standard input does, a cell that still runs included.
//!
//! `EVCXR_TMPDIR` names the folder in which it compiles; kept from one start to the next, it keeps
//! compiled dependencies, but only one process at a time may use it.

mod printed;
mod report;

use crossbeam_channel::{Receiver, unbounded};
use evcxr::{CommandContext, Error, EvalContext, EvalContextOutputs};
use printed::{Kind, Printed};
use serde_json::{Map, Value, json};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Names folders that libraries are looked for in.
const LIBRARY_PATH: &str = match cfg!(target_os = "macos") {
    true => "DYLD_FALLBACK_LIBRARY_PATH",
    false => "LD_LIBRARY_PATH",
};

fn main() -> ExitCode {
    // This program is also the child that runs cells, and a wrapper of rustc.
    evcxr::runtime_hook();
    let (context, outputs) = match start() {
        Ok(started) => started,
        Err(error) => {
            say(&json!({ "failed": report::not_started(&error) }));
            return ExitCode::FAILURE;
        }
    };
    let mut context = CommandContext::with_eval_context(context);
    let child = context.process_handle();
    let out = Printed::new(outputs.stdout, Kind::Out, Arc::clone(&child));
    let err = Printed::new(outputs.stderr, Kind::Err, Arc::clone(&child));
    let cells = cells(child);
    say(&json!({ "ready": { "evcxr": "0.22.0" } }));
    for code in cells {
        let result = context.execute(&code);
        out.drain();
        let panicked = err.settle();
        let failed = match result {
            Ok(shown) => {
                let shown = shown.content_by_mime_type.into_iter();
                // A cell that ends without a value has nothing to show.
                let shown = shown.filter(|(_, data)| data != "()");
                let shown: Map<String, Value> =
                    shown.map(|(mime, data)| (mime, data.into())).collect();
                if !shown.is_empty() {
                    say(&json!({ "show": shown }));
                }
                panicked.map(|message| report::panicked(&message))
            }
            Err(error) => Some(failure(&error, &code)),
        };
        say(&match failed {
            Some(failed) => json!({ "failed": failed }),
            None => json!({ "done": { "variables": names(&context) } }),
        });
    }
    ExitCode::SUCCESS
}

/// Starts evcxr with this program as the child that runs cells.
fn start() -> Result<(EvalContext, EvalContextOutputs), Error> {
    let mut child = Command::new(std::env::current_exe()?);
    if let Some(libraries) = libraries() {
        let before = std::env::var_os(LIBRARY_PATH).unwrap_or_default();
        let all = std::iter::once(libraries).chain(std::env::split_paths(&before));
        child.env(LIBRARY_PATH, std::env::join_paths(all).unwrap_or(before));
    }
    EvalContext::with_subprocess_command(child)
}

/// Where the compiler's standard library lies, which cells are linked with.
///
/// rustc writes a relative path to it into what it links, counted from a folder below the one that
/// cells are loaded from. It is right only where both share no parent but `/`, as in `/tmp`.
fn libraries() -> Option<PathBuf> {
    let asked = Command::new("rustc")
        .args(["--print", "target-libdir"])
        .output()
        .ok()?;
    let path = String::from_utf8(asked.stdout).ok()?;
    asked.status.success().then(|| path.trim().into())
}

fn names(context: &CommandContext) -> Vec<&str> {
    let mut names: Vec<&str> = context
        .variables_and_types()
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names
}

fn failure(error: &Error, code: &str) -> Value {
    match error {
        Error::CompilationErrors(errors) => report::compilation(errors, code),
        Error::SubprocessTerminated(how) => report::terminated(how),
        other => report::plain(&other.to_string()),
    }
}

/// The cells as they come in. When no more can come, the child and this process end at once.
fn cells(child: Arc<Mutex<Child>>) -> Receiver<String> {
    let (sender, receiver) = unbounded();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            match serde_json::from_str::<Value>(&line) {
                Ok(Value::Object(asked)) if asked.get("eval").is_some_and(Value::is_string) => {
                    let code = asked["eval"].as_str().unwrap_or_default().to_owned();
                    let _ = sender.send(code);
                }
                _ => eprintln!("nasaic-rust-host: this is no request: {line}"),
            }
        }
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        std::process::exit(0);
    });
    receiver
}

/// Writes one line of the protocol; without a reader the process ends.
fn say(message: &Value) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{message}")
        .and_then(|()| out.flush())
        .is_err()
    {
        std::process::exit(0);
    }
}
