//! Rows as lines of text, quoted as RFC 4180 says; numbers as short as they can be read back.

use super::sheet::{Cell, Column, Sheet};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

pub struct Csv<W: Write> {
    out: BufWriter<W>,
    line: String,
}

impl<W: Write> Csv<W> {
    pub fn new(columns: &[Column], out: W) -> io::Result<Self> {
        let mut sheet = Self {
            out: BufWriter::new(out),
            line: String::new(),
        };
        let heads: Vec<Cell> = columns.iter().map(|c| Cell::Text(c.head())).collect();
        sheet.row(&heads)?;
        Ok(sheet)
    }
}

impl<W: Write> Sheet for Csv<W> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.line.clear();
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.line.push(',');
            }
            // Writing to a string cannot fail.
            let _ = match cell {
                Cell::Number(x) => write!(self.line, "{x:?}"),
                Cell::Count(n) => write!(self.line, "{n}"),
                Cell::Truth(b) => write!(self.line, "{b}"),
                Cell::Text(text) => {
                    quoted(text, &mut self.line);
                    Ok(())
                }
                Cell::Missing => Ok(()),
            };
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

fn quoted(text: &str, out: &mut String) {
    if !text.contains([',', '"', '\n', '\r']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}
