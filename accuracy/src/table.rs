//! Accuracies looked up in a CSV file.
//!
//! The head names the decisions of the task (`stem.filters`, `stage[0].more.times`)
//! and `accuracy` (in 0..1), optionally `uncertainty` (its standard error). Each
//! row is one network. Lines that start with `#` are comments.

use crate::{Kind, Measurement};
use std::collections::BTreeMap;
use std::fmt;

/// A table of measured accuracies.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    decisions: Vec<String>,
    rows: BTreeMap<Vec<String>, Measurement>,
}

/// What is wrong with a table, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    /// The line of the file, from 1; 0 when it is about the whole file.
    pub line: u64,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for TableError {}

impl Table {
    /// Reads the bytes of a CSV file.
    pub fn read(bytes: &[u8]) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let head = reader.headers().map_err(malformed)?.clone();
        let column = |name: &str| head.iter().position(|h| h == name);
        let Some(accuracy) = column("accuracy") else {
            let message = if head.is_empty() {
                "the file is empty; it needs a head and at least one row".to_owned()
            } else {
                format!(
                    "the head has no column `accuracy`; it has {}",
                    list(head.iter())
                )
            };
            return Err(TableError { line: 1, message });
        };
        let uncertainty = column("uncertainty");
        let keys: Vec<usize> = (0..head.len())
            .filter(|i| *i != accuracy && Some(*i) != uncertainty)
            .collect();
        let decisions = keys.iter().map(|i| head[*i].to_owned()).collect();
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let value = share(&record[accuracy], "accuracy", line)?;
            let uncertainty = uncertainty
                .map(|i| share(&record[i], "uncertainty", line))
                .transpose()?;
            let key: Vec<String> = keys.iter().map(|i| normal(&record[*i])).collect();
            let measurement = Measurement {
                value,
                uncertainty,
                kind: Kind::Table,
                training: None,
            };
            if rows.insert(key, measurement).is_some() {
                let message = "a second row for the same network".to_owned();
                return Err(TableError { line, message });
            }
        }
        if rows.is_empty() {
            return Err(TableError {
                line: 0,
                message: "the table has no rows".into(),
            });
        }
        Ok(Self { decisions, rows })
    }

    /// The decisions it is keyed by, in the order of its columns.
    pub fn decisions(&self) -> &[String] {
        &self.decisions
    }

    /// How many networks it knows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it knows none; a table that was read knows at least one.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The accuracy of the network with these values, in the order of [`Table::decisions`].
    pub fn look_up(&self, values: &[String]) -> Option<&Measurement> {
        let key: Vec<String> = values.iter().map(|v| normal(v)).collect();
        self.rows.get(&key)
    }
}

/// `64`, `64.0` and `6.4e1` are one number; other words stay as they are.
fn normal(text: &str) -> String {
    let text = text.trim();
    text.replace(['_', ','], "")
        .parse::<f64>()
        .map_or_else(|_| text.to_owned(), |x| format!("{x}"))
}

fn share(text: &str, column: &str, line: u64) -> Result<f64, TableError> {
    match text.parse::<f64>() {
        Ok(x) if (0.0..=1.0).contains(&x) => Ok(x),
        Ok(x) => {
            let advice = if (1.0..=100.0).contains(&x) {
                "; percentages are divided by 100"
            } else {
                ""
            };
            Err(TableError {
                line,
                message: format!("`{column}` is {x}, not in 0..1{advice}"),
            })
        }
        Err(_) => Err(TableError {
            line,
            message: format!("`{column}` is `{text}`, not a number"),
        }),
    }
}

fn malformed(error: csv::Error) -> TableError {
    let line = error.position().map_or(0, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("this row has {len} values, the head has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "this row is not UTF-8 text".to_owned(),
        other => format!("{other:?}"),
    };
    TableError { line, message }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_however_its_numbers_are_written() {
        let table = Table::read(
            b"# measured\nstem.filters, accuracy, uncertainty\n64, 0.93, 0.002\n32,0.91,0.003\n",
        )
        .unwrap();
        assert_eq!(table.decisions(), ["stem.filters"]);
        let hit = table.look_up(&["64.0".to_owned()]).unwrap();
        assert_eq!((hit.value, hit.uncertainty), (0.93, Some(0.002)));
        assert_eq!(table.look_up(&["16".to_owned()]), None);
    }

    #[test]
    fn broken_tables_name_the_line() {
        for (text, line, words) in [
            ("a,b\n1,2\n", 1, "no column `accuracy`"),
            ("a,accuracy\n1,0.9\n2\n", 3, "1 values"),
            ("a,accuracy\n1,93.2\n", 2, "divided by 100"),
            ("a,accuracy\n1,high\n", 2, "not a number"),
            ("a,accuracy\n1,0.9\n1.0,0.8\n", 3, "second row"),
            ("a,accuracy\n", 0, "no rows"),
            ("", 1, "empty"),
        ] {
            let error = Table::read(text.as_bytes()).unwrap_err();
            assert_eq!(error.line, line, "{text}: {error}");
            assert!(error.message.contains(words), "{text}: {error}");
        }
    }
}
