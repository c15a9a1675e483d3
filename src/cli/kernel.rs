//! `nasaic kernel`: the notebook kernel is a program of its own, so that this one stays small.

use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::reason;
use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::Command;

/// The program that is called.
const PROGRAM: &str = "nasaic-kernel";

/// Does what `nasaic-kernel` does with these arguments: the one beside this program, or else the
/// one on the PATH.
pub fn forward(args: &[OsString]) -> Result<Exit, Refusal> {
    let beside = env::current_exe()
        .ok()
        .map(|own| own.with_file_name(PROGRAM))
        .filter(|path| path.is_file());
    let program = beside.unwrap_or_else(|| PROGRAM.into());
    match Command::new(&program).args(args).status() {
        Ok(status) if status.success() => Ok(Exit::Done),
        Ok(_) => Ok(Exit::Wrong),
        Err(e) if e.kind() == ErrorKind::NotFound => Err(Diagnostic::new(
            "E0704",
            "the notebook kernel is not installed",
        )
        .note(format!(
            "There is no `{PROGRAM}` beside this program or on the PATH."
        ))
        .hint(
            "build it with `cargo build -p nasaic-kernel --release`, or install the Python package",
        )
        .into()),
        Err(e) => {
            let title = format!("`{}` cannot be started: {}", program.display(), reason(&e));
            Err(Diagnostic::new("E0705", title)
                .hint("check that you may run it")
                .into())
        }
    }
}
