//! `nasaic check`: all mistakes of some scripts, running nothing.

use super::args::Reading;
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal, program};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::render;
use nasaic_dsl::source::Sources;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Checks each file by itself.
pub fn check(
    files: &[PathBuf],
    json: bool,
    reading: &Reading,
    console: &Console,
) -> Result<Exit, Refusal> {
    let mut exit = Exit::Done;
    let mut all = Vec::new();
    for file in files {
        let (sources, diagnostics) = one(file, reading);
        if diagnostics.iter().any(Diagnostic::is_error) {
            exit = Exit::Wrong;
        }
        if json {
            if let Value::Array(rendered) = render::json(&sources, &diagnostics) {
                all.extend(rendered);
            }
        } else {
            console.tell(&sources, &diagnostics);
            console.print(&format!("{}: {}\n", file.display(), verdict(&diagnostics)));
        }
    }
    if json {
        console.print(&format!("{:#}\n", Value::Array(all)));
    }
    Ok(exit)
}

fn one(file: &Path, reading: &Reading) -> (Sources, Vec<Diagnostic>) {
    match Text::read(file) {
        Err(refusal) => (refusal.sources, refusal.diagnostics),
        Ok(text) => {
            let mut engine = program::engine(&text, reading);
            let checked = engine.check(&text.name, &text.text, &[]);
            (engine.sources().clone(), checked.diagnostics)
        }
    }
}

/// `no errors, 2 warnings`.
fn verdict(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let counted = |n: usize, what: &str| match n {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    match warnings {
        0 => counted(errors, "error"),
        _ => format!(
            "{}, {}",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    }
}
