//! Accuracies looked up in a CSV file.
//!
//! The head names the decisions of the task (`stem.filters`, `stage[0].more.times`)
//! and `accuracy` (in 0..1), optionally `uncertainty` (its standard error). Each
//! row is one network. Lines that start with `#` are comments. A [`Reading`] tells of
//! files that look otherwise: other columns, percentages, several trainings, losses, one
//! column with a code of each network. Compressed files (gzip) are read as well.

mod code;

pub use code::Code;

use crate::{Kind, Measurement};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// Most bytes of a table, unpacked.
const MOST_BYTES: u64 = 256 << 20;

/// How the columns of a file are to be understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The column of the value; not looked at where there are trials.
    pub value: String,
    /// The columns of several trainings: their mean is the value, its standard error the uncertainty.
    pub trials: Vec<String>,
    /// The column of the standard error; `uncertainty` is read where it is there.
    pub uncertainty: Option<String>,
    /// What a value is multiplied with: 0.01 for percentages.
    pub scale: f64,
    /// Whether the scaled value is a loss, which is better when it is smaller: then the accuracy is 1 minus it.
    pub less: bool,
    /// The column of the code and how it is written; otherwise every other column is a decision.
    pub key: Option<(String, Code)>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            value: "accuracy".into(),
            trials: Vec::new(),
            uncertainty: None,
            scale: 1.0,
            less: false,
            key: None,
        }
    }
}

/// A table of measured accuracies.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    decisions: Vec<String>,
    code: Option<Code>,
    rows: BTreeMap<Vec<String>, Row>,
}

/// A row: its line, and what it measured; none where its cell is empty.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    line: u64,
    measured: Option<Measurement>,
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

/// Where the columns of a reading are.
struct Columns<'r> {
    reading: &'r Reading,
    values: Vec<usize>,
    uncertainty: Option<usize>,
    keys: Vec<usize>,
}

impl Table {
    /// Reads the bytes of a CSV file.
    pub fn read(bytes: &[u8], reading: &Reading) -> Result<Self, TableError> {
        let unpacked = unpacked(bytes)?;
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(unpacked.as_deref().unwrap_or(bytes));
        let head = reader.headers().map_err(malformed)?.clone();
        let columns = Columns::find(&head, reading)?;
        let code = reading.key.as_ref().map(|(_, code)| code.clone());
        let decisions = match &code {
            Some(code) => code.decisions(),
            None => columns.keys.iter().map(|i| head[*i].to_owned()).collect(),
        };
        let mut rows: BTreeMap<Vec<String>, Row> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let key = columns.key(&record, code.as_ref(), line)?;
            let measured = columns.measured(&record, line)?;
            let row = Row { line, measured };
            match rows.get(&key) {
                None => {
                    rows.insert(key, row);
                }
                // The same said twice is no contradiction.
                Some(known) if known.measured == row.measured => {}
                Some(known) => {
                    let message = format!(
                        "a second row for the same network, and it disagrees with line {}",
                        known.line
                    );
                    return Err(TableError { line, message });
                }
            }
        }
        if rows.is_empty() {
            return Err(whole("the table has no rows"));
        }
        Ok(Self {
            decisions,
            code,
            rows,
        })
    }

    /// The decisions it is keyed by, in the order of its columns or its code.
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
        self.rows.get(&self.key(values))?.measured.as_ref()
    }

    /// Why there is no accuracy for these values: the row that lacks it, or the one most like it.
    pub fn why_not(&self, values: &[String]) -> String {
        let key = self.key(values);
        if let Some(row) = self.rows.get(&key) {
            return format!("Its row, line {}, has no value.", row.line);
        }
        let nearest = self.rows.iter().min_by_key(|(other, _)| {
            let cells = key.iter().zip(*other);
            match &self.code {
                Some(_) => cells.map(|(a, b)| distance(a, b)).sum(),
                None => cells.filter(|(a, b)| a != b).count(),
            }
        });
        match nearest {
            Some((cells, row)) => format!(
                "The nearest row is line {}: {}.",
                row.line,
                self.described(cells)
            ),
            None => String::new(),
        }
    }

    /// What these values are looked for as: their code, or each with its decision.
    pub fn sought(&self, values: &[String]) -> String {
        self.described(&self.key(values))
    }

    fn described(&self, key: &[String]) -> String {
        if self.code.is_some() {
            return key.concat();
        }
        let cells = self.decisions.iter().zip(key);
        let cells: Vec<String> = cells.map(|(d, v)| format!("{d} = {v}")).collect();
        cells.join(", ")
    }

    fn key(&self, values: &[String]) -> Vec<String> {
        match &self.code {
            Some(code) => vec![code.write(values)],
            None => values.iter().map(|v| normal(v)).collect(),
        }
    }
}

impl<'r> Columns<'r> {
    fn find(head: &csv::StringRecord, reading: &'r Reading) -> Result<Self, TableError> {
        let column = |name: &str| {
            let place = head.iter().position(|h| h == name);
            place.ok_or_else(|| TableError {
                line: 1,
                message: if head.is_empty() {
                    "the file is empty; it needs a head and at least one row".to_owned()
                } else {
                    format!(
                        "the head has no column `{name}`; it has {}",
                        list(head.iter())
                    )
                },
            })
        };
        let values = if reading.trials.is_empty() {
            vec![column(&reading.value)?]
        } else {
            let trials = reading.trials.iter().map(|name| column(name));
            trials.collect::<Result<_, _>>()?
        };
        let uncertainty = match &reading.uncertainty {
            Some(name) => Some(column(name)?),
            None if reading.trials.is_empty() => head.iter().position(|h| h == "uncertainty"),
            None => None,
        };
        let keys = match &reading.key {
            Some((name, _)) => vec![column(name)?],
            None => (0..head.len())
                .filter(|i| !values.contains(i) && Some(*i) != uncertainty)
                .collect(),
        };
        Ok(Self {
            reading,
            values,
            uncertainty,
            keys,
        })
    }

    fn key(
        &self,
        record: &csv::StringRecord,
        code: Option<&Code>,
        line: u64,
    ) -> Result<Vec<String>, TableError> {
        let Some(code) = code else {
            return Ok(self.keys.iter().map(|i| normal(&record[*i])).collect());
        };
        let cells: Vec<String> = self.keys.iter().map(|i| record[*i].to_owned()).collect();
        match cells.iter().find(|cell| !code.fits(cell)) {
            Some(cell) => Err(TableError {
                line,
                message: format!("`{cell}` does not read as the code that is declared"),
            }),
            None => Ok(cells),
        }
    }

    /// The measurement of a row; none where its value is left empty.
    fn measured(
        &self,
        record: &csv::StringRecord,
        line: u64,
    ) -> Result<Option<Measurement>, TableError> {
        let names = match self.reading.trials.as_slice() {
            [] => std::slice::from_ref(&self.reading.value),
            trials => trials,
        };
        let mut values = Vec::new();
        for (i, name) in self.values.iter().zip(names) {
            if !record[*i].is_empty() {
                values.push(self.share(&record[*i], name, line)?);
            }
        }
        let count = values.len() as f64;
        if values.is_empty() {
            return Ok(None);
        }
        let mean = values.iter().sum::<f64>() / count;
        let uncertainty = match self.uncertainty.filter(|i| !record[*i].is_empty()) {
            Some(i) => Some(number(&record[i], "uncertainty", line)? * self.reading.scale.abs()),
            None if values.len() > 1 => {
                let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
                Some(libm::sqrt(squares / (count - 1.0) / count))
            }
            None => None,
        };
        if let Some(bad) = uncertainty.filter(|u| !(0.0..=1.0).contains(u)) {
            return Err(TableError {
                line,
                message: format!("`uncertainty` is {bad}, not in 0..1"),
            });
        }
        Ok(Some(Measurement {
            value: mean,
            uncertainty,
            kind: Kind::Table,
            training: None,
        }))
    }

    /// A cell as an accuracy in 0..1.
    fn share(&self, text: &str, column: &str, line: u64) -> Result<f64, TableError> {
        let given = number(text, column, line)?;
        let scaled = scaled(given, self.reading.scale);
        let x = if self.reading.less {
            1.0 - scaled
        } else {
            scaled
        };
        if (0.0..=1.0).contains(&x) {
            return Ok(x);
        }
        let advice = match given {
            _ if self.reading.less => "; a loss needs a `scale` that brings it into 0..1",
            g if self.reading.scale == 1.0 && (1.0..=100.0).contains(&g) => {
                "; percentages are divided by 100: `scale = 0.01`"
            }
            g if g < 0.0 => "; what is better when it is smaller is read with `better = less`",
            _ => "",
        };
        let shown = if x == given {
            format!("{given}")
        } else {
            format!("{given}, as an accuracy {x}")
        };
        Err(TableError {
            line,
            message: format!("`{column}` is {shown}, not in 0..1{advice}"),
        })
    }
}

/// A value times a scale; 70 times 0.01 is 0.7 to the last bit, as a percentage should be.
fn scaled(value: f64, scale: f64) -> f64 {
    let whole = libm::round(1.0 / scale);
    if whole.is_finite() && 1.0 / whole == scale {
        value / whole
    } else {
        value * scale
    }
}

fn whole(message: &str) -> TableError {
    TableError {
        line: 0,
        message: message.to_owned(),
    }
}

/// The bytes of a gzip file; none when it is none.
fn unpacked(bytes: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(None);
    }
    let mut out = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(bytes).take(MOST_BYTES + 1);
    reader
        .read_to_end(&mut out)
        .map_err(|e| whole(&format!("the compressed file is damaged: {e}")))?;
    if out.len() as u64 > MOST_BYTES {
        let message = format!("it unpacks to more than {} MiB", MOST_BYTES >> 20);
        return Err(whole(&message));
    }
    Ok(Some(out))
}

/// How many characters must be changed, put in or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// `64`, `64.0`, `6.4e1` and `[64]` are one number; other words stay as they are.
fn normal(text: &str) -> String {
    let text = text.trim();
    let alone = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let text = alone.filter(|t| !t.contains(',')).unwrap_or(text).trim();
    text.replace(['_', ','], "")
        .parse::<f64>()
        .map_or_else(|_| text.to_owned(), |x| format!("{x}"))
}

fn number(text: &str, column: &str, line: u64) -> Result<f64, TableError> {
    let parsed = text.parse::<f64>().ok().filter(|x| x.is_finite());
    parsed.ok_or_else(|| TableError {
        line,
        message: format!("`{column}` is `{text}`, not a number"),
    })
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
mod tests;
