//! `nasaic notebook`: notebooks as scripts and scripts as notebooks.
//!
//! A script marks its cells as many editors do: a line `// %%` begins a cell, `// %% [markdown]`
//! one of text, whose lines are comments. Running the script is what "restart and run all" is.

mod cells;
mod export;
mod import;

use super::args::Convert;
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::{reason, write};
use std::path::Path;

/// Begins a cell of a script.
const MARK: &str = "// %%";
/// Begins a cell of text.
const TEXT_MARK: &str = "// %% [markdown]";

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    /// Whether it is text rather than code.
    markdown: bool,
    /// All of it, without a newline at its end.
    source: String,
}

/// Converts a file; its ending says what it is.
pub fn convert(what: &Convert, console: &Console) -> Result<Exit, Refusal> {
    let (files, to_script) = match what {
        Convert::Export(files) => (files, true),
        Convert::Import(files) => (files, false),
    };
    let text = Text::read(&files.file)?;
    let converted = match to_script {
        true => export::script(&text.name, &cells::read(&text)?)?,
        false => cells::written(&import::cells(&text.text)),
    };
    match &files.out {
        Some(path) => save(path, &converted)?,
        None => console.print(&converted),
    }
    Ok(Exit::Done)
}

fn save(path: &Path, text: &str) -> Result<(), Refusal> {
    write(path, text.as_bytes()).map_err(|e| {
        let title = format!("`{}` cannot be written: {}", path.display(), reason(&e));
        Diagnostic::new("E0705", title)
            .hint("check the folder and the space on the disk")
            .into()
    })
}
