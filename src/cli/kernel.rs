//! `nasaic kernel`: the notebook kernel is a program of its own, so that this one stays small.

use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::reason;
use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that is called.
const PROGRAM: &str = "nasaic-kernel";

/// Where it is: beside this program, or else on the PATH.
pub fn program() -> PathBuf {
    let beside = env::current_exe()
        .ok()
        .map(|own| own.with_file_name(PROGRAM))
        .filter(|path| path.is_file());
    beside.unwrap_or_else(|| PROGRAM.into())
}

/// Does what `nasaic-kernel` does with these arguments.
pub fn forward(args: &[OsString]) -> Result<Exit, Refusal> {
    let program = program();
    match Command::new(&program).args(args).status() {
        Ok(status) if status.success() => Ok(Exit::Done),
        Ok(_) => Ok(Exit::Wrong),
        Err(e) => Err(not_started(&program, &e)),
    }
}

/// Why it cannot be started.
pub fn not_started(program: &Path, error: &io::Error) -> Refusal {
    if error.kind() == ErrorKind::NotFound {
        return Diagnostic::new("E0704", "the notebook kernel is not installed")
            .note(format!(
                "There is no `{PROGRAM}` beside this program or on the PATH."
            ))
            .hint("build it with `cargo build -p nasaic-kernel --release`, or install the Python package")
            .into();
    }
    let program = program.display();
    let title = format!("`{program}` cannot be started: {}", reason(error));
    Diagnostic::new("E0705", title)
        .hint("check that you may run it")
        .into()
}
