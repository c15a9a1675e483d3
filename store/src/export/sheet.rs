//! Rows under heads with units, written one after another to a file of some format.

use super::{csv, parquet};
use std::io::{self, Write};

/// A format of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, a line for each row, units in the heads.
    Csv,
    /// Columns, binary and typed; units in the names of the columns.
    Parquet,
}

impl Format {
    /// The format that the ending of a file's name asks for.
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Whole numbers.
    Count,
    /// Yes or no.
    Truth,
    /// Words.
    Text,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it holds.
    pub name: String,
    /// The unit; empty for none.
    pub unit: String,
    /// What kind of cell.
    pub kind: Kind,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, unit: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            unit: unit.into(),
            kind,
        }
    }

    /// `latency (s)`.
    pub fn head(&self) -> String {
        if self.unit.is_empty() || self.unit == self.name {
            self.name.clone()
        } else {
            format!("{} ({})", self.name, self.unit)
        }
    }
}

/// One cell; it must be of its column's kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A whole number.
    Count(u64),
    /// Yes or no.
    Truth(bool),
    /// Words.
    Text(String),
    /// No value.
    Missing,
}

/// A file of rows that is being written; memory does not grow with it.
pub trait Sheet {
    /// Writes a row, as wide as there are columns.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// Writes what is left; without it the file is not whole.
    fn end(self: Box<Self>) -> io::Result<()>;
}

/// A new sheet.
pub fn sheet<'w>(
    format: Format,
    columns: &[Column],
    out: impl Write + Send + 'w,
) -> io::Result<Box<dyn Sheet + 'w>> {
    Ok(match format {
        Format::Csv => Box::new(csv::Csv::new(columns, out)?),
        Format::Parquet => Box::new(parquet::Parquet::new(columns, out)?),
    })
}
