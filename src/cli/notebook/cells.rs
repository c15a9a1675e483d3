//! Notebook files: cells from JSON, and JSON from cells (nbformat 4.5).

use super::Cell;
use crate::cli::Refusal;
use crate::cli::files::Text;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::content_hash;
use serde::Deserialize;
use serde_json::{Value, json};

/// The notebook format that is read and written.
const FORMAT: u64 = 4;

#[derive(Deserialize)]
struct File {
    nbformat: u64,
    cells: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    cell_type: String,
    source: Lines,
}

/// One text, or its lines.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    One(String),
    Many(Vec<String>),
}

/// The cells of a notebook file; raw cells are left out.
pub fn read(text: &Text) -> Result<Vec<Cell>, Refusal> {
    let refused = |title: String, note: String| {
        Diagnostic::new("E0714", title)
            .note(note)
            .hint("give a notebook that Jupyter has saved (`.ipynb`)")
    };
    let file: File = serde_json::from_str(&text.text).map_err(|e| {
        let title = format!("`{}` is not a notebook", text.name);
        let full = e.to_string();
        let what = full.split(" at line ").next().unwrap_or(&full);
        let (name, line, column) = (&text.name, e.line(), e.column());
        refused(title, format!("{name}:{line}:{column}: {what}."))
    })?;
    if file.nbformat != FORMAT {
        let title = format!("`{}` has notebook format {}", text.name, file.nbformat);
        return Err(refused(title, format!("Format {FORMAT} is read.")).into());
    }
    let known = |cell: &Written| ["code", "markdown"].contains(&cell.cell_type.as_str());
    let cells = file.cells.into_iter().filter(known).map(|cell| Cell {
        markdown: cell.cell_type == "markdown",
        source: match cell.source {
            Lines::One(text) => text,
            Lines::Many(lines) => lines.concat(),
        }
        .trim_end_matches('\n')
        .to_owned(),
    });
    Ok(cells.collect())
}

/// A notebook file with these cells and no outputs.
pub fn written(cells: &[Cell]) -> String {
    let place = |at: usize| {
        cells[..at]
            .iter()
            .filter(|cell| **cell == cells[at])
            .count()
    };
    let cells: Vec<Value> = (0..cells.len())
        .map(|at| one(place(at), &cells[at]))
        .collect();
    let file = json!({
        "cells": cells,
        "metadata": {
            "kernelspec": { "display_name": "nasaic", "language": "nasaic", "name": "nasaic" },
            // Converters choose their highlighter by this before any kernel runs.
            "language_info": {
                "name": "nasaic",
                "file_extension": ".nasaic",
                "mimetype": "text/x-nasaic",
                "pygments_lexer": "nasaic",
                "codemirror_mode": "nasaic",
            },
        },
        "nbformat": FORMAT,
        "nbformat_minor": 5,
    });
    format!("{file:#}\n")
}

/// A cell with an identity that changes in others change nothing of: `nth` of its equals.
fn one(nth: usize, cell: &Cell) -> Value {
    let lines: Vec<&str> = cell.source.split_inclusive('\n').collect();
    let id: String = content_hash(&(nth, cell.markdown, &cell.source))
        .chars()
        .take(12)
        .collect();
    let mut out = json!({
        "cell_type": if cell.markdown { "markdown" } else { "code" },
        "id": id,
        "metadata": {},
        "source": lines,
    });
    if !cell.markdown {
        out["execution_count"] = Value::Null;
        out["outputs"] = json!([]);
    }
    out
}
