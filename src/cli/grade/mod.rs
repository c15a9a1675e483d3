//! `nasaic grade`: a notebook is run in a fresh kernel, then the statements of a check file.
//!
//! Points come from the check file's `expect`s alone. What a notebook shows, expects or keeps has no
//! influence, and a check over a name that is not there fails by itself.

mod checks;
mod kernel;
mod run;
mod sheet;

use super::args::Grade;
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal};
use checks::Checks;
use kernel::Limits;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::units::{self, Dim};
use nasaic_host::files::{reason, write};
use sheet::Sheet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Grades notebooks against a check file.
pub fn grade(asked: &Grade, console: &Console) -> Result<Exit, Refusal> {
    let text = Text::read(&asked.against)?;
    let checks = Checks::read(&text)?;
    let scratch = tempfile::tempdir().map_err(|e| cannot("a temporary folder", &e))?;
    let limits = Limits {
        time: Duration::from_secs_f64(amount(
            &asked.time_limit,
            Dim::TIME,
            "--time-limit",
            "120s",
        )?),
        // An amount of data is counted in bytes.
        memory: amount(&asked.memory_limit, Dim::DATA, "--memory-limit", "2GB")? as u64,
        store: match &asked.store {
            Some(path) => std::path::absolute(path).map_err(|e| cannot("the store", &e))?,
            None => scratch.path().join("runs.db"),
        },
    };
    let mut sheets = Vec::new();
    for notebook in &asked.notebooks {
        let sheet = run::submission(notebook, &checks, &limits)?;
        if !asked.json {
            console.print(&sheet.table(asked.hide_found));
        }
        sheets.push(sheet);
    }
    if asked.json {
        let json = sheet::json(&text.name, &sheets, asked.hide_found);
        console.print(&format!("{json:#}\n"));
    } else if sheets.len() > 1 {
        console.print(&sheet::overview(&sheets));
    }
    if let Some(path) = &asked.csv {
        save(path, &sheet::csv(&checks, &sheets))?;
    }
    Ok(exit(&sheets))
}

/// All points, some missing, or not to be graded.
fn exit(sheets: &[Sheet]) -> Exit {
    if sheets.iter().any(|sheet| sheet.refused.is_some()) {
        Exit::Wrong
    } else if sheets.iter().all(|sheet| sheet.points() == sheet.of()) {
        Exit::Done
    } else {
        Exit::Unexpected
    }
}

fn save(path: &Path, text: &str) -> Result<(), Refusal> {
    write(path, text.as_bytes()).map_err(|e| cannot(&format!("`{}`", path.display()), &e))
}

fn cannot(what: &str, error: &std::io::Error) -> Refusal {
    Diagnostic::new(
        "E0705",
        format!("{what} cannot be written: {}", reason(error)),
    )
    .hint("check the folder and the space on the disk")
    .into()
}

/// An amount of an option, in base units.
fn amount(text: &str, dim: Dim, option: &str, sample: &str) -> Result<f64, Refusal> {
    let understood = || {
        let text = text.trim();
        let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at(unit);
        let scale = units::parse(unit.trim()).filter(|s| s.dim == dim)?;
        let amount = scale.to_base(number.parse().ok()?);
        (amount > 0.0 && amount < 1e15).then_some(amount)
    };
    understood().ok_or_else(|| {
        Diagnostic::new("E0705", format!("`{option} {text}` was not understood"))
            .note(format!("It takes {dim} with its unit."))
            .hint(format!("write such as `{option} {sample}`"))
            .into()
    })
}

/// Where a path leads from the folder of another.
fn folder_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}
