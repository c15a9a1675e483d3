//! Heatmaps: coloured cells with their numbers.

use crate::PlotError;
use crate::axes::{Ruler, bottom_name, side_name};
use crate::color_bar;
use crate::drawing::{Anchor, Rect, Stroke, Text};
use crate::figure::Heatmap;
use crate::number::axis_text;
use crate::number::shown;
use crate::page::{LABEL_SIZE, MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{GREY, INK, LIGHT, WHITE, continuous};
use crate::scale::{Extent, Scale, Skipped, drawable};
use crate::text::{shorten, width};
use std::borrow::Cow;

/// The width of the longest row name in pixels.
const LONGEST: f64 = 150.0;
/// The number of cells above which they are joined without a gap between them.
const MANY: usize = 2500;
const MOST_ROWS: usize = 80;
/// The least height, which leaves room for the names at the sides.
pub(crate) const LOWEST: f64 = 150.0;
const MOST_COLUMNS: usize = 100;

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    /// The chart with no more rows and columns than can be seen.
    pub chart: Cow<'a, Heatmap>,
    /// What of the colour axis is to be seen.
    pub extent: Extent,
    /// What was left out, and what grey means.
    pub notes: Vec<String>,
}

impl<'a> Seen<'a> {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &'a Heatmap) -> Result<(Option<Self>, Skipped), PlotError> {
        let (rows, columns) = (chart.rows.len(), chart.columns.len());
        if rows.checked_mul(columns) != Some(chart.values.len()) {
            return Err(PlotError::Shape(format!(
                "a heatmap of {rows} rows and {columns} columns has {} values",
                chart.values.len()
            )));
        }
        let (chart, every) = thinned(chart);
        let mut skipped = Skipped::default();
        let log = chart.value.log;
        let values = chart.values.iter().flatten().copied();
        let extent = Extent::of(values.filter(|v| skipped.keeps(*v, log)));
        let seen = extent.map(|extent| Self {
            notes: notes(&chart, every),
            chart,
            extent: extent.not_empty(log),
        });
        Ok((seen, skipped))
    }

    pub fn ruler(&self) -> Ruler<'_> {
        Ruler::new(&self.chart.value, self.extent)
    }
}

pub(super) fn draw(chart: &Heatmap, page: &mut Page) -> Result<(), PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    match seen {
        Some(seen) => draw_seen(&seen, page),
        None => page.nothing("there are no values"),
    }
    page.skipped(skipped);
    Ok(())
}

fn draw_seen(seen: &Seen<'_>, page: &mut Page) {
    let (chart, ruler) = (seen.chart.as_ref(), seen.ruler());
    let rect = room(chart, page, &ruler);
    let scale = ruler.scale((0.0, 1.0));
    cells(chart, page, &rect, (&ruler, &scale));
    color_bar::draw(&mut page.drawing, &ruler, &rect);
    row_names(chart, page, &rect);
    column_names(chart, page, &rect);
    seen.notes.iter().for_each(|note| page.note(note));
}

fn notes(chart: &Heatmap, every: (usize, usize)) -> Vec<String> {
    let mut notes = Vec::new();
    let known = |v: &Option<f64>| v.is_some_and(|v| drawable(v, chart.value.log));
    if !chart.values.iter().all(known) {
        notes.push("Grey cells have no value.".to_owned());
    }
    if every != (1, 1) {
        notes.push(format!(
            "One in {} rows and one in {} columns is drawn.",
            every.0, every.1
        ));
    }
    notes
}

/// A heatmap of no more rows and columns than can be seen, and one in how many of them it holds.
fn thinned(chart: &Heatmap) -> (Cow<'_, Heatmap>, (usize, usize)) {
    let every_row = chart.rows.len().div_ceil(MOST_ROWS).max(1);
    let every_column = chart.columns.len().div_ceil(MOST_COLUMNS).max(1);
    if (every_row, every_column) == (1, 1) {
        return (Cow::Borrowed(chart), (1, 1));
    }
    let values = chart
        .values
        .chunks(chart.columns.len().max(1))
        .step_by(every_row);
    let thin = Heatmap {
        rows: chart.rows.iter().step_by(every_row).cloned().collect(),
        columns: chart
            .columns
            .iter()
            .step_by(every_column)
            .cloned()
            .collect(),
        values: values
            .flat_map(|row| row.iter().step_by(every_column))
            .copied()
            .collect(),
        ..chart.clone()
    };
    (Cow::Owned(thin), (every_row, every_column))
}

/// Takes room for the cells: high rows while there are few of them.
fn room(chart: &Heatmap, page: &mut Page, ruler: &Ruler<'_>) -> Rect {
    let row = (420.0 / chart.rows.len() as f64).clamp(2.0, 38.0);
    let height = (row * chart.rows.len() as f64).max(LOWEST);
    let names = chart
        .rows
        .iter()
        .map(|r| width(r, TICK_SIZE))
        .fold(0.0, f64::max)
        .min(LONGEST);
    let left = MARGIN + LABEL_SIZE * 1.6 + names + 7.0;
    let right = WIDTH - MARGIN - color_bar::room(ruler, height);
    let rect = Rect::new((left, page.y + 4.0), (right, page.y + 4.0 + height));
    page.y = rect.y1;
    rect
}

fn cells(chart: &Heatmap, page: &mut Page, rect: &Rect, (ruler, scale): (&Ruler<'_>, &Scale)) {
    let (rows, columns) = (chart.rows.len(), chart.columns.len());
    let (w, h) = (rect.width() / columns as f64, rect.height() / rows as f64);
    // Very many cells overlap a little, so that no seams show between them.
    let gap = if chart.values.len() > MANY { -0.3 } else { 0.5 };
    page.drawing.rect(*rect, WHITE);
    let shown = |v: &&f64| drawable(**v, chart.value.log);
    let known: Vec<f64> = chart
        .values
        .iter()
        .flatten()
        .filter(shown)
        .copied()
        .collect();
    let mut numbers = ruler.column(&known).into_iter();
    let widest = numbers
        .as_slice()
        .iter()
        .map(|t| width(t, TICK_SIZE))
        .fold(0.0, f64::max);
    let fits = widest + 4.0 <= w && TICK_SIZE + 2.0 <= h;
    for (i, value) in chart.values.iter().enumerate() {
        let (row, column) = ((i / columns) as f64, (i % columns) as f64);
        let corner = (rect.x0 + w * column, rect.y1 - h * (row + 1.0));
        let cell = Rect::new(corner, (corner.0 + w, corner.1 + h));
        let Some(value) = value.as_ref().filter(shown) else {
            page.drawing.rect(cell.grow(-gap), LIGHT);
            continue;
        };
        let color = continuous(scale.part(*value));
        page.drawing.rect(cell.grow(-gap), color);
        let number = numbers.next().unwrap_or_default();
        if fits {
            let text = Text::new(cell.center(), number, TICK_SIZE, color.ink());
            page.drawing.text(text.anchor(Anchor::Middle));
        }
    }
}

/// Names every row, or every so many where rows are thin.
fn row_names(chart: &Heatmap, page: &mut Page, rect: &Rect) {
    let h = rect.height() / chart.rows.len() as f64;
    let every = (TICK_SIZE * 1.15 / h).ceil().max(1.0) as usize;
    for (i, name) in chart.rows.iter().enumerate().step_by(every) {
        let at = (rect.x0 - 6.0, rect.y1 - h * (i as f64 + 0.5));
        let name = shorten(name, TICK_SIZE, LONGEST);
        page.drawing
            .text(Text::new(at, name, TICK_SIZE, INK).anchor(Anchor::End));
    }
    side_name(
        &mut page.drawing,
        &axis_text(&chart.y, &shown(&chart.y, 1.0)),
        rect,
    );
}

/// Names the columns, upright where they do not fit side by side.
fn column_names(chart: &Heatmap, page: &mut Page, rect: &Rect) {
    let w = rect.width() / chart.columns.len() as f64;
    let widest = chart
        .columns
        .iter()
        .map(|c| width(c, TICK_SIZE))
        .fold(0.0, f64::max);
    let upright = widest + 6.0 > w;
    let every = if upright {
        (TICK_SIZE * 1.4 / w).ceil().max(1.0) as usize
    } else {
        1
    };
    for (i, name) in chart.columns.iter().enumerate().step_by(every) {
        let x = rect.x0 + w * (i as f64 + 0.5);
        page.drawing
            .line((x, rect.y1), (x, rect.y1 + 3.0), Stroke::new(GREY, 1.0));
        let name = shorten(name, TICK_SIZE, LONGEST);
        let text = if upright {
            Text::new((x, rect.y1 + 6.0), name, TICK_SIZE, INK)
                .anchor(Anchor::End)
                .upwards()
        } else {
            let at = (x, rect.y1 + 6.0 + TICK_SIZE * 0.55);
            Text::new(at, name, TICK_SIZE, INK).anchor(Anchor::Middle)
        };
        page.drawing.text(text);
    }
    page.y = rect.y1
        + 8.0
        + if upright {
            widest.min(LONGEST)
        } else {
            TICK_SIZE * 1.1
        };
    let name = axis_text(&chart.x, &shown(&chart.x, 1.0));
    if !name.is_empty() {
        bottom_name(page, &name, rect);
    }
}
