//! Why a cell failed, in words.

use ariadne::sources;
use evcxr::{CompilationError, Error, Theme};
use serde_json::{Value, json};
use std::process::Command;

/// The name of a cell in reports.
const CELL: &str = "cell";

/// What the compiler found.
pub fn compilation(errors: &[CompilationError], code: &str) -> Value {
    let title = errors.first().map_or_else(
        || "it does not compile".to_owned(),
        |error| match error.code() {
            Some(number) => format!("{number}: {}", error.message()),
            None => error.message(),
        },
    );
    let reports: Vec<String> = errors.iter().map(|error| one(error, code)).collect();
    failed(&title, &reports.join("\n"), false)
}

/// The report with the cell's lines, or the compiler's own where there are none.
fn one(error: &CompilationError, code: &str) -> String {
    let placed = error.spanned_messages().iter().any(|m| m.span.is_some());
    let report = placed.then(|| error.build_report(CELL.to_owned(), code.to_owned(), Theme::Light));
    let mut text = Vec::new();
    let written = report.flatten().is_some_and(|report| {
        let source = sources([(CELL.to_owned(), code.to_owned())]);
        report.write(source, &mut text).is_ok()
    });
    match String::from_utf8(text) {
        Ok(text) if written => text,
        _ => error.rendered(),
    }
}

/// That the process with the variables is gone.
pub fn terminated(how: &str) -> Value {
    failed(
        "the Rust process ended, and all Rust variables are lost",
        how,
        true,
    )
}

/// That the cell panicked.
pub fn panicked(message: &str) -> Value {
    let text =
        "The cell panicked. Variables of earlier cells are kept; those it was to define are not.";
    failed(&format!("panicked: {message}"), text, false)
}

/// Anything else.
pub fn plain(message: &str) -> Value {
    let title = message.lines().next().unwrap_or("it failed");
    failed(title, message, false)
}

/// That evcxr does not start, most often for want of a compiler.
pub fn not_started(error: &Error) -> Value {
    let missing = |tool: &&str| Command::new(tool).arg("--version").output().is_err();
    let missing: Vec<&str> = ["cargo", "rustc"].into_iter().filter(missing).collect();
    if missing.is_empty() {
        return failed("Rust does not start", &error.to_string(), true);
    }
    let text = format!(
        "{error}\nRust cells are compiled, and there is no `{}` on the PATH. Install Rust from \
         https://rustup.rs and run the cell again.",
        missing.join("` and no `")
    );
    failed("there is no Rust compiler", &text, true)
}

fn failed(title: &str, text: &str, lost: bool) -> Value {
    json!({ "title": title, "text": text, "lost": lost })
}
