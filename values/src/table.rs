//! Tables, and layers one row each.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A table, units in the head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Wrapped", into = "Wrapped")]
pub struct Table {
    /// What it shows; may be empty.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, as wide as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Sentences below it.
    pub notes: Vec<String>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// What it is.
    pub name: String,
    /// The unit of its numbers; empty for none.
    pub unit: String,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A table as it is written: an object inside an object.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "table")]
struct Wrapped {
    table: Inner,
}

#[derive(Clone, Serialize, Deserialize)]
struct Inner {
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    notes: Vec<String>,
}

impl From<Wrapped> for Table {
    fn from(Wrapped { table }: Wrapped) -> Self {
        let Inner {
            title,
            columns,
            rows,
            notes,
        } = table;
        Self {
            title,
            columns,
            rows,
            notes,
        }
    }
}

impl From<Table> for Wrapped {
    fn from(
        Table {
            title,
            columns,
            rows,
            notes,
        }: Table,
    ) -> Self {
        let table = Inner {
            title,
            columns,
            rows,
            notes,
        };
        Self { table }
    }
}

impl Cell {
    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(x) => Some(*x),
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(x) => f.write_str(&crate::number::short(*x)),
            Self::Truth(true) => f.write_str("yes"),
            Self::Truth(false) => f.write_str("no"),
            Self::Text(text) => f.write_str(text),
            Self::Missing => f.write_str("–"),
        }
    }
}

impl Table {
    /// The numbers of the column of a name, in its unit; none without such a column.
    ///
    /// Cells that are no numbers are NaN, so that rows stay beside each other.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let at = self.columns.iter().position(|column| column.name == name)?;
        let number = |row: &Vec<Cell>| row.get(at).and_then(Cell::number).unwrap_or(f64::NAN);
        Some(self.rows.iter().map(number).collect())
    }

    /// Shows it in a notebook of evcxr, as HTML beside the text.
    pub fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT text/plain\n{self}\nEVCXR_END_CONTENT");
        println!(
            "EVCXR_BEGIN_CONTENT text/html\n{}\nEVCXR_END_CONTENT",
            self.html()
        );
    }

    fn heads(&self) -> impl Iterator<Item = String> + '_ {
        self.columns
            .iter()
            .map(|column| match column.unit.as_str() {
                "" => column.name.clone(),
                unit => format!("{} ({unit})", column.name),
            })
    }

    fn html(&self) -> String {
        let row = |cells: Vec<String>, tag: &str| {
            let cells = cells
                .iter()
                .map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
            format!("<tr>{}</tr>", cells.collect::<String>())
        };
        let head = row(self.heads().collect(), "th");
        let rows = self
            .rows
            .iter()
            .map(|cells| row(cells.iter().map(Cell::to_string).collect(), "td"));
        let rows: String = rows.collect();
        let caption = escaped(&self.title);
        format!(
            "<table><caption>{caption}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<Vec<String>> = vec![self.heads().collect()];
        lines.extend(
            self.rows
                .iter()
                .map(|row| row.iter().map(Cell::to_string).collect()),
        );
        let width = |at: usize| {
            let cells = lines.iter().filter_map(|line| line.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        if !self.title.is_empty() {
            writeln!(f, "{}", self.title)?;
        }
        for line in lines {
            let cells = line
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

/// Layers of networks, one row each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "layers")]
pub struct Layers {
    /// The rows.
    pub rows: Vec<LayerRow>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerRow {
    /// Its task, when there are several.
    pub task: String,
    /// Its path.
    pub layer: String,
    /// Its kind: `conv`, `dense`, …
    pub kind: String,
    /// Its output shape.
    pub shape: String,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Parameters.
    pub params: u64,
    /// The array it runs on; empty when it does not compute.
    pub sub: String,
    /// How many cycles it takes, where it was evaluated.
    pub cycles: Option<u64>,
    /// Its energy in joules, or an activity count; none without a technology.
    pub energy_j: Option<f64>,
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let macs: u64 = self.rows.iter().map(|row| row.macs).sum();
        write!(f, "{} layers, {macs} MACs", self.rows.len())
    }
}
