//! What a submission got: for a student, as JSON, as a table of a class.

use super::checks::{Check, Checks};
use serde_json::{Value, json};
use std::path::Path;

/// The format of the JSON; docs/grading.schema.json says what it holds.
const FORMAT: u32 = 1;

/// What a submission got.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its file.
    pub notebook: String,
    /// What there is to be had.
    pub of: u32,
    /// The checks from top to bottom.
    pub checks: Vec<Graded>,
    /// The cells that failed.
    pub cells: Vec<Trouble>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Why it could not be graded at all.
    pub refused: Option<String>,
}

/// A check and how it came out.
#[derive(Debug, Clone)]
pub struct Graded {
    /// What is asked.
    pub check: Check,
    /// Whether it holds.
    pub passed: bool,
    /// What was compared.
    pub found: Option<Found>,
    /// Why it could not be made.
    pub reason: Option<String>,
}

/// The two sides of a comparison.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its left side.
    pub left: String,
    /// How they are compared.
    pub operator: String,
    /// Its right side.
    pub right: String,
}

/// A cell that failed.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Its number among the cells of code, from 1.
    pub cell: usize,
    /// The code of the message; empty when it was stopped.
    pub code: String,
    /// The message in a line.
    pub title: String,
    /// All messages with their places.
    pub text: String,
}

impl Graded {
    fn points(&self) -> u32 {
        if self.passed { self.check.of } else { 0 }
    }
}

impl Sheet {
    /// Nothing yet.
    pub fn new(path: &Path, checks: &Checks) -> Self {
        Self {
            notebook: path.display().to_string(),
            of: checks.checks().map(|check| check.of).sum(),
            checks: Vec::new(),
            cells: Vec::new(),
            notes: Vec::new(),
            refused: None,
        }
    }

    /// What it got.
    pub fn points(&self) -> u32 {
        self.checks.iter().map(Graded::points).sum()
    }

    /// What there was to be had.
    pub fn of(&self) -> u32 {
        self.of
    }

    /// For a student.
    pub fn table(&self, hide_found: bool) -> String {
        let mut out = match &self.refused {
            Some(reason) => format!("{}: cannot be graded: {reason}\n", self.notebook),
            None => format!(
                "{}: {} of {} points\n\n",
                self.notebook,
                self.points(),
                self.of
            ),
        };
        for graded in &self.checks {
            out.push_str(&line(graded, hide_found));
        }
        if !self.cells.is_empty() {
            out.push('\n');
        }
        for trouble in &self.cells {
            let code = match trouble.code.as_str() {
                "" => String::new(),
                code => format!(" ({code})"),
            };
            out.push_str(&format!(
                "cell [{}]: {}{code}\n",
                trouble.cell, trouble.title
            ));
        }
        for note in &self.notes {
            out.push_str(&format!("note: {note}\n"));
        }
        out.push('\n');
        out
    }

    fn json(&self, hide_found: bool) -> Value {
        let checks = self.checks.iter().map(|graded| {
            let found = graded.found.as_ref().filter(|_| !hide_found);
            json!({
                "title": graded.check.title,
                "expression": (!hide_found).then_some(&graded.check.expression),
                "message": graded.check.message,
                "passed": graded.passed,
                "points": graded.points(),
                "of": graded.check.of,
                "found": found.map(|f| json!({ "left": f.left, "operator": f.operator, "right": f.right })),
                "reason": graded.reason,
            })
        });
        let cells = self.cells.iter().map(|t| {
            let code = (!t.code.is_empty()).then_some(&t.code);
            json!({ "cell": t.cell, "code": code, "title": t.title, "text": t.text })
        });
        json!({
            "notebook": self.notebook,
            "points": self.points(),
            "of": self.of,
            "checks": checks.collect::<Vec<_>>(),
            "cells": cells.collect::<Vec<_>>(),
            "notes": self.notes,
            "refused": self.refused,
        })
    }
}

/// A check in a line or two: what it asks when it holds, what is wrong when it does not.
fn line(graded: &Graded, hide_found: bool) -> String {
    let check = &graded.check;
    let asked = match (&check.title, hide_found) {
        (Some(title), _) => title.lines().next().unwrap_or_default().to_owned(),
        (None, false) => format!("`{}`", shortened(&check.expression)),
        (None, true) => String::new(),
    };
    if graded.passed {
        let line = format!("  ✓ {:>2}/{:<2}  {asked}", check.of, check.of);
        return format!("{}\n", line.trim_end());
    }
    // Where nothing was compared, the message about the value would mislead.
    let message = check.message.as_ref().filter(|_| graded.reason.is_none());
    let said = match (message, &check.title) {
        (Some(message), Some(_)) => format!("{asked}: {message}"),
        (Some(message), None) => message.clone(),
        (None, _) => asked,
    };
    let mut out = format!("  ✗  0/{:<2}  {said}", check.of)
        .trim_end()
        .to_owned()
        + "\n";
    let below = |text: String| format!("           {text}\n");
    if let Some(reason) = &graded.reason {
        out.push_str(&below(reason.clone()));
    } else if let Some(found) = graded.found.as_ref().filter(|_| !hide_found) {
        out.push_str(&below(found.words()));
    }
    out
}

impl Found {
    /// What a student reads: `found 2 ms, and not < 1 ms`.
    fn words(&self) -> String {
        let Self {
            left,
            operator,
            right,
        } = self;
        match operator.as_str() {
            "==" => format!("found {left}, and not {right}"),
            _ => format!("found {left}, and not {operator} {right}"),
        }
    }
}

/// An expression on one line that is not too long.
fn shortened(text: &str) -> String {
    const MOST: usize = 70;
    let one: Vec<&str> = text.split_whitespace().collect();
    let one = one.join(" ");
    if one.chars().count() <= MOST {
        return one;
    }
    one.chars().take(MOST - 1).chain(['…']).collect()
}

/// A line for each of several submissions.
pub fn overview(sheets: &[Sheet]) -> String {
    let width = sheets.iter().map(|s| s.notebook.chars().count()).max();
    let width = width.unwrap_or(0);
    let line = |sheet: &Sheet| match &sheet.refused {
        Some(_) => format!("{:width$}  not graded\n", sheet.notebook),
        None => format!(
            "{:width$}  {:>3} of {}\n",
            sheet.notebook,
            sheet.points(),
            sheet.of
        ),
    };
    sheets.iter().map(line).collect()
}

/// All submissions as JSON.
pub fn json(against: &str, sheets: &[Sheet], hide_found: bool) -> Value {
    let submissions: Vec<Value> = sheets.iter().map(|s| s.json(hide_found)).collect();
    json!({ "format": FORMAT, "against": against, "submissions": submissions })
}

/// All submissions as CSV: a line each, with a column for each check.
pub fn csv(checks: &Checks, sheets: &[Sheet]) -> String {
    let mut out = String::from("notebook,points,of");
    for (index, check) in checks.checks().enumerate() {
        let what = check.title.as_deref().or(check.message.as_deref());
        let what = what
            .and_then(|w| w.lines().next())
            .unwrap_or(&check.expression);
        out.push_str(&format!(",{}", quoted(&format!("{}. {what}", index + 1))));
    }
    out.push_str(",trouble\n");
    for sheet in sheets {
        out.push_str(&format!(
            "{},{},{}",
            quoted(&sheet.notebook),
            sheet.points(),
            sheet.of
        ));
        for index in 0..checks.checks().count() {
            let points = sheet
                .checks
                .get(index)
                .map(|graded| graded.points().to_string());
            out.push_str(&format!(",{}", points.unwrap_or_default()));
        }
        let trouble = sheet.refused.clone().or_else(|| {
            let first = sheet.cells.first()?;
            Some(format!("cell [{}]: {}", first.cell, first.title))
        });
        out.push_str(&format!(",{}\n", quoted(&trouble.unwrap_or_default())));
    }
    out
}

/// A field of a CSV file; none begins as a formula of a spreadsheet does.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
