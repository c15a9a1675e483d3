//! Tables: what views give and terminals, notebooks and files show.

use nasaic_dsl::units;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Rows and columns, units in the head.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// What it shows; may be empty.
    pub title: String,
    /// The columns.
    pub columns: Vec<Head>,
    /// The rows, as wide as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Sentences below it.
    pub notes: Vec<String>,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Head {
    /// What it is.
    pub name: String,
    /// The unit of its numbers; empty for none.
    pub unit: String,
    /// Whether its values differ from run to run, such as times; left out of what is reproducible.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub volatile: bool,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number in the column's unit.
    Number(f64),
    /// A truth.
    Truth(bool),
    /// Words.
    Text(String),
    /// No value.
    Missing,
}

impl Cell {
    /// Words in a cell.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// As a reader sees it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Number(x) => units::number(*x),
            Self::Truth(true) => "yes".into(),
            Self::Truth(false) => "no".into(),
            Self::Text(t) => t.clone(),
            Self::Missing => "–".into(),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Missing)
    }
}

impl Head {
    /// A column with a unit.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unit: unit.into(),
            volatile: false,
        }
    }

    /// A column without one.
    pub fn plain(name: impl Into<String>) -> Self {
        Self::new(name, "")
    }

    /// `latency (ms)`.
    pub fn shown(&self) -> String {
        // `cycles (cycles)` says nothing that `cycles` does not.
        if self.unit.is_empty() || self.unit == self.name {
            self.name.clone()
        } else {
            format!("{} ({})", self.name, self.unit)
        }
    }
}

/// Rows shown of a long table in a terminal.
const MOST_ROWS: usize = 40;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.rows.len().min(MOST_ROWS);
        let rows: Vec<Vec<String>> = self.rows[..shown]
            .iter()
            .map(|r| r.iter().map(Cell::shown).collect())
            .collect();
        let heads: Vec<String> = self.columns.iter().map(Head::shown).collect();
        let width = |i: usize| {
            let cells = rows.iter().filter_map(|r| r.get(i)).chain(heads.get(i));
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let right = self.numbers();
        if !self.title.is_empty() {
            writeln!(f, "{}", self.title)?;
        }
        write_row(f, &heads, &widths, &right)?;
        let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
        writeln!(f, "{}", rule.join("  "))?;
        for row in &rows {
            write_row(f, row, &widths, &right)?;
        }
        if self.rows.len() > shown {
            writeln!(f, "… and {} more rows", self.rows.len() - shown)?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        Ok(())
    }
}

fn write_row(
    f: &mut fmt::Formatter<'_>,
    cells: &[String],
    widths: &[usize],
    right: &[bool],
) -> fmt::Result {
    let mut line = String::new();
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            line.push_str("  ");
        }
        let space = " ".repeat(widths[i].saturating_sub(cell.chars().count()));
        if right[i] {
            line.push_str(&space);
            line.push_str(cell);
        } else {
            line.push_str(cell);
            line.push_str(&space);
        }
    }
    writeln!(f, "{}", line.trim_end())
}

impl Table {
    /// For each column whether it holds numbers only, which stand at its right.
    pub(crate) fn numbers(&self) -> Vec<bool> {
        let number = |i: usize| {
            self.rows
                .iter()
                .all(|r| r.get(i).is_none_or(Cell::is_number))
        };
        (0..self.columns.len())
            .map(|i| number(i) && !self.rows.is_empty())
            .collect()
    }

    /// The table as a picture, for papers and slides.
    pub fn svg(&self) -> Result<String, nasaic_plot::PlotError> {
        nasaic_plot::table_svg(&nasaic_plot::Rows {
            title: self.title.clone(),
            heads: self.columns.iter().map(Head::shown).collect(),
            rows: (self.rows.iter())
                .map(|row| row.iter().map(Cell::shown).collect())
                .collect(),
            right: self.numbers(),
            notes: self.notes.clone(),
        })
    }

    /// The table as CSV, units in the head, volatile columns included.
    pub fn csv(&self) -> String {
        let line = |cells: Vec<String>| {
            let quoted: Vec<String> = cells
                .into_iter()
                .map(|c| {
                    if c.contains([',', '"', '\n']) {
                        format!("\"{}\"", c.replace('"', "\"\""))
                    } else {
                        c
                    }
                })
                .collect();
            quoted.join(",") + "\n"
        };
        let mut out = line(self.columns.iter().map(Head::shown).collect());
        for row in &self.rows {
            out += &line(
                row.iter()
                    .map(|c| match c {
                        Cell::Number(x) => format!("{x}"),
                        Cell::Missing => String::new(),
                        Cell::Truth(t) => t.to_string(),
                        Cell::Text(t) => t.clone(),
                    })
                    .collect(),
            );
        }
        out
    }

    /// The table without what differs from run to run.
    #[must_use]
    pub fn reproducible(&self) -> Self {
        let keep: Vec<usize> = (0..self.columns.len())
            .filter(|i| !self.columns[*i].volatile)
            .collect();
        Self {
            columns: keep.iter().map(|i| self.columns[*i].clone()).collect(),
            rows: self
                .rows
                .iter()
                .map(|r| keep.iter().filter_map(|i| r.get(*i).cloned()).collect())
                .collect(),
            ..self.clone()
        }
    }
}
