//! Tables as pictures, for papers and slides.

use crate::drawing::{Anchor, Stroke, Text};
use crate::page::{MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{GREY, GRID, INK};
use crate::text::{shorten, width};
use crate::{PlotError, svg};

/// Rows beyond which the rest is only counted.
const MOST_ROWS: usize = 60;
/// The smallest size of text that can still be read in print.
const SMALLEST: f64 = 8.0;
const GAP: f64 = 16.0;
/// How much wider bold text is.
const BOLDER: f64 = 1.07;

/// A table to draw: texts in rows and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// What it shows, set above it; may be empty.
    pub title: String,
    /// The heads of the columns, units included.
    pub heads: Vec<String>,
    /// The cells, row by row; rows that are too short have empty cells at their ends.
    pub rows: Vec<Vec<String>>,
    /// The columns that stand at the right, as numbers do.
    pub right: Vec<bool>,
    /// Sentences below it.
    pub notes: Vec<String>,
}

/// Draws a table as a standalone SVG document, small enough to be no wider than any figure.
///
/// Where even the smallest text is too wide, cells are cut with an ellipsis.
pub fn table_svg(table: &Rows) -> Result<String, PlotError> {
    let mut page = Page::new(&table.title);
    match table.heads.is_empty() {
        true => page.nothing("the table has no columns"),
        false => draw(table, &mut page),
    }
    if table.rows.len() > MOST_ROWS {
        page.note(format!("{} more rows.", table.rows.len() - MOST_ROWS));
    }
    table.notes.iter().for_each(|note| page.note(note));
    let (drawing, height) = page.finish(None);
    svg::write(&drawing, (WIDTH as u32, height), &table.title)
}

fn draw(table: &Rows, page: &mut Page) {
    let rows = &table.rows[..table.rows.len().min(MOST_ROWS)];
    let widest = |i: usize| {
        let cells = rows.iter().filter_map(|r| r.get(i));
        let cells = cells.map(|c| width(c, 1.0)).fold(0.0, f64::max);
        cells.max(width(&table.heads[i], BOLDER))
    };
    let widths: Vec<f64> = (0..table.heads.len()).map(widest).collect();
    let room = WIDTH - 2.0 * MARGIN - GAP * (widths.len() - 1) as f64;
    let size = (room / widths.iter().sum::<f64>().max(1.0)).clamp(SMALLEST, TICK_SIZE + 0.5);
    // What is too wide at the smallest size is cut, each column by the same part.
    let part = (room / (widths.iter().sum::<f64>() * size)).clamp(0.0, 1.0);
    let line = size * 1.6;
    let mut left = MARGIN;
    let top = page.y;
    for (i, unit) in widths.iter().enumerate() {
        let wide = unit * size * part;
        let right = table.right.get(i).copied().unwrap_or(false);
        let mut put = |row: usize, text: &str, bold: bool| {
            let available = if bold { wide / BOLDER } else { wide };
            let text = shorten(text, size, available + 0.5);
            let y = top + line * (row as f64 + 0.5);
            let text = match right {
                true => Text::new((left + wide, y), text, size, INK).anchor(Anchor::End),
                false => Text::new((left, y), text, size, INK),
            };
            page.drawing.text(if bold { text.bold() } else { text });
        };
        put(0, &table.heads[i], true);
        for (row, cells) in rows.iter().enumerate() {
            put(row + 1, cells.get(i).map_or("", String::as_str), false);
        }
        left += wide + GAP;
    }
    let end = (left - GAP).min(WIDTH - MARGIN);
    for row in 1..=rows.len() + 1 {
        let y = top + line * row as f64;
        let stroke = match row {
            1 => Stroke::new(GREY, 1.2),
            _ => Stroke::new(GRID, 0.8),
        };
        page.drawing.line((MARGIN, y), (end, y), stroke);
    }
    page.y = top + line * (rows.len() + 1) as f64 + 2.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_long_tables_stay_on_the_page_and_say_what_is_missing() {
        let cells = |n: usize| vec!["a word & another".repeat(n); 12];
        for n in [0, 1, 4] {
            let table = Rows {
                title: "rows".into(),
                heads: cells(n),
                rows: vec![cells(n); 70],
                right: vec![true; 6],
                notes: Vec::new(),
            };
            let drawn = table_svg(&table).unwrap();
            assert!(drawn.contains("10 more rows."));
            let mut page = Page::new("");
            draw(&table, &mut page);
            for shape in &page.drawing.shapes {
                if let crate::drawing::Shape::Text(text) = shape {
                    let bounds = text.bounds();
                    assert!(
                        bounds.x0 >= MARGIN - 1.0 && bounds.x1 <= WIDTH - MARGIN + 2.0,
                        "{text:?}"
                    );
                }
            }
        }
        assert!(
            table_svg(&Rows::default())
                .unwrap()
                .contains("Nothing to show")
        );
    }
}
