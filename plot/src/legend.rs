//! The legend: what each look stands for, in rows above the chart.

use crate::drawing::{Drawing, Rect, Stroke, Text, Xy};
use crate::figure::Mark;
use crate::marks;
use crate::page::{MARGIN, TICK_SIZE, WIDTH};
use crate::palette::{Color, INK};
use crate::text::{shorten, width};

/// The width of the longest name in pixels.
const LONGEST: f64 = 300.0;
/// The number of entries beyond which the rest is only counted.
const MOST: usize = 40;
const ROW: f64 = 17.0;
const SWATCH: f64 = 22.0;

/// The picture beside a name in the legend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Swatch {
    Mark(Mark, Color),
    Line(Stroke),
    Curve(Mark, Stroke),
    Box(Color),
}

/// One look and its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub swatch: Swatch,
    pub name: String,
}

impl Entry {
    pub fn new(swatch: Swatch, name: impl Into<String>) -> Self {
        Self {
            swatch,
            name: name.into(),
        }
    }
}

/// Draws the entries that have a name in rows from `top` and returns where they end.
pub(crate) fn draw(drawing: &mut Drawing, entries: &[Entry], top: f64) -> f64 {
    let (mut x, mut y) = (MARGIN, top);
    let named: Vec<&Entry> = entries
        .iter()
        .filter(|e| !e.name.trim().is_empty())
        .collect();
    for entry in named.iter().take(MOST) {
        let name = shorten(&entry.name, TICK_SIZE, LONGEST);
        let length = SWATCH + 5.0 + width(&name, TICK_SIZE);
        if x > MARGIN && x + length > WIDTH - MARGIN {
            x = MARGIN;
            y += ROW;
        }
        swatch(drawing, entry.swatch, (x, y + ROW / 2.0));
        let at = (x + SWATCH + 5.0, y + ROW / 2.0);
        drawing.text(Text::new(at, name, TICK_SIZE, INK));
        x += length + 14.0;
    }
    if named.len() > MOST {
        y += ROW;
        let rest = format!("and {} more", named.len() - MOST);
        drawing.text(Text::new((MARGIN, y + ROW / 2.0), rest, TICK_SIZE, INK));
    }
    if named.is_empty() { top } else { y + ROW + 6.0 }
}

fn swatch(drawing: &mut Drawing, swatch: Swatch, (x, y): Xy) {
    let (from, to) = ((x, y), (x + SWATCH, y));
    match swatch {
        Swatch::Mark(mark, color) => {
            marks::draw(drawing, mark, (x + SWATCH / 2.0 + 3.0, y), 4.5, color);
        }
        Swatch::Line(stroke) => drawing.line(from, to, stroke),
        Swatch::Curve(mark, stroke) => {
            drawing.line(from, to, stroke);
            marks::draw(drawing, mark, (x + SWATCH / 2.0, y), 3.8, stroke.color);
        }
        Swatch::Box(color) => {
            drawing.rect(Rect::new((x + 6.0, y - 5.5), (x + SWATCH, y + 5.5)), color);
        }
    }
}
