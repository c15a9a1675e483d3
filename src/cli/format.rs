//! `nasaic fmt`: scripts in the canonical layout.

use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax;
use nasaic_host::files::{reason, write};
use std::path::{Path, PathBuf};

/// Formats each file, or says which would change; one that cannot be read stays as it is.
pub fn format(paths: &[PathBuf], check: bool, console: &Console) -> Result<Exit, Refusal> {
    let mut exit = Exit::Done;
    for path in paths {
        match one(path, check, console) {
            Ok(Exit::Done) => {}
            Ok(other) => exit = other,
            Err(refusal) => {
                console.tell(&refusal.sources, &refusal.diagnostics);
                exit = Exit::Wrong;
            }
        }
    }
    Ok(exit)
}

fn one(path: &Path, check: bool, console: &Console) -> Result<Exit, Refusal> {
    let text = Text::read(path)?;
    let mut sources = Sources::default();
    let source = sources.add(&text.name, &text.text);
    let laid_out = match syntax::format(source, &text.text) {
        Ok(laid_out) => laid_out,
        Err(diagnostics) => {
            return Err(Refusal {
                sources,
                diagnostics,
            });
        }
    };
    let from_stdin = path == Path::new("-");
    if from_stdin && !check {
        console.print(&laid_out);
    } else if laid_out != text.text {
        if check {
            console.print(&format!("{} would change\n", text.name));
            return Ok(Exit::Wrong);
        }
        write(path, laid_out.as_bytes()).map_err(|e| {
            let title = format!("`{}` cannot be written: {}", text.name, reason(&e));
            Diagnostic::new("E0705", title)
                .note("The file is as it was.")
                .hint("check that you may write to its folder")
        })?;
    }
    Ok(Exit::Done)
}
