//! Cells without Jupyter: a request a line on the standard input, an answer a line on the
//! standard output.
//!
//! This is how notebooks are graded: the same session as in a notebook, in a process of its own that
//! can be interrupted and ended. Nothing that a cell shows is written out, so a cell cannot forge an
//! answer; it reads and writes no store but the one given, and files go to a folder of their own.

use crate::session::{Checked, Failure, Notebook, errors};
use nasaic_engine::Judged;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

/// Deeply nested programs need room.
const STACK: usize = 64 << 20;
/// Most bytes of an error that are answered.
const LONGEST: usize = 16 << 10;

/// What such a session may do.
#[derive(Debug, clap::Args)]
pub struct Limits {
    /// Keep searches in this store; without it, nothing is kept.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Files that cells write go to this folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Request {
    /// Run a cell of the notebook.
    Run(String),
    /// Run statements of a check file, which are called so in messages.
    Check { name: String, code: String },
    /// Forget these names; the answer says which of them were declared.
    Forget(Vec<String>),
    /// Stop what runs; there is no answer.
    Stop,
}

/// Answers requests until the input ends.
pub fn serve(limits: Limits) -> Result<ExitCode, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let (jobs, waiting) = mpsc::channel::<Request>();
    let stopped = Arc::clone(&stop);
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        let mut notebook = Notebook::graded(Arc::clone(&stopped), limits.store, limits.out);
        for request in waiting {
            let answer = answer(&mut notebook, request);
            stopped.store(false, Ordering::SeqCst);
            let mut out = io::stdout().lock();
            if writeln!(out, "{answer}")
                .and_then(|()| out.flush())
                .is_err()
            {
                break;
            }
        }
    });
    worker.map_err(|e| format!("the thread for cells cannot be started: {e}"))?;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|e| format!("the input cannot be read: {e}"))?;
        match serde_json::from_str(&line) {
            Ok(Request::Stop) => stop.store(true, Ordering::SeqCst),
            Ok(request) => {
                if jobs.send(request).is_err() {
                    return Err("the thread for cells has ended".into());
                }
            }
            Err(e) => return Err(format!("a request is not understood: {e}")),
        }
    }
    // Whoever asked is gone, and a cell that still runs is not waited for.
    std::process::exit(0)
}

fn answer(notebook: &mut Notebook, request: Request) -> Value {
    match request {
        Request::Run(code) => match notebook.cell(&code) {
            Ok(()) => json!({}),
            Err(failure) => json!({ "error": told(&failure) }),
        },
        Request::Check { name, code } => {
            let Checked { verdicts, failure } = notebook.check(&name, &code);
            let verdicts: Vec<Value> = verdicts.iter().map(verdict).collect();
            json!({ "verdicts": verdicts, "error": failure.as_ref().map(told) })
        }
        Request::Forget(names) => json!({ "declared": notebook.forget(&names) }),
        Request::Stop => Value::Null,
    }
}

fn verdict(judged: &Judged) -> Value {
    let sides = judged.sides.as_ref();
    json!({
        "holds": judged.holds,
        "found": sides.map(|s| json!([s.left, s.operator, s.right])),
    })
}

fn told(failure: &Failure) -> Value {
    let first = failure.diagnostics.iter().find(|d| d.is_error());
    let mut text = errors::text(&failure.sources, &failure.diagnostics);
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    json!({
        "code": first.map_or("", |d| d.code.as_ref()),
        "title": first.map_or("", |d| d.title.as_str()),
        "text": text,
        "interrupted": failure.interrupted,
    })
}
