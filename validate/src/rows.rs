//! Reference tables with named columns, whose rows know their line.

use crate::data::Folder;
use crate::report::Line;

/// A row of a table: a value per column of the first line.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line of the file, from 1.
    pub line: u64,
    columns: csv::StringRecord,
    cells: csv::StringRecord,
}

/// Rows of a file, `#` lines left out; a line for the report if there are none to be had.
///
/// A line that is no row of a table is an error in its place, so that the others count all the same.
pub fn read(folder: &Folder, name: &str) -> Result<Vec<Result<Row, Line>>, Line> {
    if !folder.has(name) {
        return Err(Line::skipped(name, "the file is not there"));
    }
    let unreadable = |cause: String| Line::judged(name, cause, "a readable table", false);
    let text = folder.text(name).map_err(unreadable)?;
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|e| unreadable(e.to_string()))?;
    let columns = columns.clone();
    let rows: Vec<_> = reader
        .records()
        .map(|record| {
            let cells = record.map_err(|e| unreadable(e.to_string()))?;
            let line = cells.position().map_or(0, csv::Position::line);
            Ok(Row {
                line,
                columns: columns.clone(),
                cells,
            })
        })
        .collect();
    if rows.is_empty() {
        return Err(unreadable("the file has no rows".into()));
    }
    Ok(rows)
}

impl Row {
    /// The text of a column.
    pub fn text(&self, column: &str) -> Result<&str, String> {
        let index = self.columns.iter().position(|c| c == column);
        let index = index.ok_or_else(|| format!("there is no column {column}"))?;
        let cell = self.cells.get(index).filter(|c| !c.is_empty());
        cell.ok_or_else(|| format!("column {column} is empty"))
    }

    /// The number of a column, which has to lie within `from..=to`.
    pub fn number(&self, column: &str, from: f64, to: f64) -> Result<f64, String> {
        let text = self.text(column)?;
        let value = text.parse::<f64>().ok().filter(|v| *v >= from && *v <= to);
        value
            .ok_or_else(|| format!("column {column} is {text:?}, not a number from {from} to {to}"))
    }

    /// What the report says of a row that cannot be used.
    pub fn broken(&self, name: &str, cause: String) -> Line {
        Line::judged(
            format!("{name}, line {}", self.line),
            cause,
            "a readable row",
            false,
        )
    }
}
