//! `nasaic notebook`: notebooks as scripts and scripts as notebooks.
//!
//! A script marks its cells as many editors do: a line `// %%` begins a cell, `// %% [markdown]`
//! one of text, whose lines are comments. Running the script is what "restart and run all" is.

pub mod cells;
mod export;
mod import;
mod lab;

use super::args::{Convert, Labs, Reading};
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal, program};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_host::files::{reason, write};
use std::path::Path;

/// Begins a cell of a script.
const MARK: &str = "// %%";
/// Begins a cell of text.
const TEXT_MARK: &str = "// %% [markdown]";

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Whether it is text rather than code.
    pub markdown: bool,
    /// All of it, without a newline at its end.
    pub source: String,
}

/// Converts a file; its ending says what it is.
pub fn convert(what: &Convert, console: &Console) -> Result<Exit, Refusal> {
    let (files, to_script) = match what {
        Convert::Export(files) => (files, true),
        Convert::Import(files) => (files, false),
        Convert::Lab(labs) => return make(labs, console),
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

/// Makes the notebooks of some labs.
fn make(labs: &Labs, console: &Console) -> Result<Exit, Refusal> {
    for source in &labs.sources {
        let text = Text::read(source)?;
        let lab = lab::read(&text)?;
        right(&text, &lab)?;
        let name = Path::new(&text.name).with_extension("ipynb");
        let name = name.file_name().unwrap_or_default();
        let solution = labs.out.join("solutions").join(name);
        let student = labs.out.join(name);
        for (path, cells) in [(&student, &lab.student), (&solution, &lab.solution)] {
            save(path, &cells::written(cells))?;
        }
        let (student, solution) = (student.display(), solution.display());
        let holes = match lab.holes {
            1 => "1 hole".to_owned(),
            n => format!("{n} holes"),
        };
        console.print(&format!("{student}: {holes}\n{solution}\n"));
    }
    Ok(Exit::Done)
}

/// Refuses a lab whose solution is wrong, or whose students would meet more than holes.
fn right(text: &Text, lab: &lab::Lab) -> Result<(), Refusal> {
    let checked = |name: &str, text: &Text| {
        let mut engine = program::engine(text, &Reading::default());
        let checked = engine.check(name, &text.text, &[]);
        let errors = checked.diagnostics.into_iter().filter(Diagnostic::is_error);
        (engine.sources().clone(), errors.collect::<Vec<_>>())
    };
    let (sources, diagnostics) = checked(&text.name, text);
    if !diagnostics.is_empty() {
        return Err(Refusal {
            sources,
            diagnostics,
        });
    }
    let name = format!("{} as students get it", text.name);
    let student = Text {
        name: text.name.clone(),
        text: export::script(&name, &lab.student)?,
    };
    let (sources, mut diagnostics) = checked(&name, &student);
    diagnostics.retain(|d| d.code != "E0310");
    if diagnostics.is_empty() {
        return Ok(());
    }
    let holes = Diagnostic::new("E0715", "students would meet more than holes")
        .note("With its holes open, the notebook has the errors above.")
        .hint("make the holes larger or smaller, so that what hangs on them is still understood");
    diagnostics.push(holes);
    Err(Refusal {
        sources,
        diagnostics,
    })
}

fn save(path: &Path, text: &str) -> Result<(), Refusal> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let made = std::fs::create_dir_all(folder);
    made.and_then(|()| write(path, text.as_bytes()))
        .map_err(|e| {
            let title = format!("`{}` cannot be written: {}", path.display(), reason(&e));
            Diagnostic::new("E0705", title)
                .hint("check the folder and the space on the disk")
                .into()
        })
}
