//! Boxes with a line through the median: distributions side by side.

use super::{PLANE_HEIGHT, values};
use crate::PlotError;
use crate::axes::{Ruler, below};
use crate::drawing::{Rect, Stroke};
use crate::figure::{Boxes, Quantiles};
use crate::legend::{Entry, Swatch};
use crate::number::{axis_text, shown};
use crate::page::{Page, TICK_SIZE};
use crate::palette::{self, RED, WHITE};
use crate::scale::{Extent, Scale, Skipped, Tick};
use crate::text::shorten;

/// The part of a category's room that its boxes take together.
const FILLED: f64 = 0.7;
/// The width of the widest box in pixels.
const WIDEST: f64 = 30.0;
const MOST_CATEGORIES: usize = 100;

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    pub categories: &'a [String],
    /// Each box with its category and its group.
    pub boxes: Vec<(usize, usize, Quantiles)>,
    pub reference: Option<f64>,
    pub ruler: Ruler<'a>,
    /// How many categories were left out.
    pub note: Option<String>,
}

impl<'a> Seen<'a> {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &'a Boxes) -> Result<(Option<Self>, Skipped), PlotError> {
        let count = chart.categories.len();
        if let Some(group) = chart.groups.iter().find(|g| g.boxes.len() != count) {
            return Err(PlotError::Shape(format!(
                "group `{}` has {} boxes for {count} categories",
                group.name,
                group.boxes.len()
            )));
        }
        let categories = &chart.categories[..count.min(MOST_CATEGORIES)];
        let note = (count > MOST_CATEGORIES)
            .then(|| format!("The first {MOST_CATEGORIES} of {count} categories are drawn."));
        let log = chart.value.log;
        let mut skipped = Skipped::default();
        let boxes = drawable(chart, categories.len(), &mut skipped);
        let Some(extent) = Extent::of(boxes.iter().flat_map(|b| b.2.values())) else {
            return Ok((None, skipped));
        };
        let reference = chart.reference.filter(|&v| skipped.keeps(v, log));
        let extent = reference.map_or(extent, |value| extent.with(value));
        let ruler = Ruler::new(&chart.value, extent.padded(log));
        let seen = Self {
            categories,
            boxes,
            reference,
            ruler,
            note,
        };
        Ok((Some(seen), skipped))
    }
}

pub(super) fn draw(chart: &Boxes, page: &mut Page) -> Result<(), PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    match seen {
        Some(seen) => draw_seen(chart, &seen, page),
        None => page.nothing("there are no distributions"),
    }
    page.skipped(skipped);
    Ok(())
}

fn draw_seen(chart: &Boxes, seen: &Seen<'_>, page: &mut Page) {
    page.note_if(seen.note.as_ref());
    let looks = chart.groups.iter().enumerate();
    let entries: Vec<Entry> = looks
        .map(|(i, g)| Entry::new(Swatch::Box(palette::series(i)), g.name.as_str()))
        .collect();
    page.legend(&entries);
    let (rect, scale) = values(page, &seen.ruler, (4.0, PLANE_HEIGHT), 9);
    if let Some(value) = seen.reference {
        let y = scale.at(value);
        let stroke = Stroke::new(RED, 1.2);
        page.drawing
            .dashes((rect.x0, y), (rect.x1, y), stroke, (6.0, 4.0));
    }
    let room = rect.width() / seen.categories.len() as f64;
    let each = (room * FILLED / chart.groups.len() as f64).min(WIDEST);
    let middle = |category: usize| rect.x0 + room * (category as f64 + 0.5);
    for (category, group, quantiles) in &seen.boxes {
        let first = middle(*category) - each * chart.groups.len() as f64 / 2.0;
        let x = first + each * (*group as f64 + 0.5);
        one(page, (x, each * 0.42), (*group, quantiles), &scale);
    }
    let name = axis_text(&chart.category, &shown(&chart.category, 1.0));
    below(page, &rect, &names(&rect, seen.categories), &name);
}

/// The boxes all of whose values have a place on the axis, with category and group.
fn drawable(
    chart: &Boxes,
    categories: usize,
    skipped: &mut Skipped,
) -> Vec<(usize, usize, Quantiles)> {
    let mut boxes = Vec::new();
    for (group, given) in chart.groups.iter().enumerate() {
        for (category, quantiles) in given.boxes.iter().take(categories).enumerate() {
            let Some(quantiles) = quantiles else {
                continue;
            };
            let kept = quantiles
                .values()
                .map(|v| skipped.keeps(v, chart.value.log));
            if kept.iter().all(|&kept| kept) {
                boxes.push((category, group, *quantiles));
            }
        }
    }
    boxes
}

/// One box around `x`.
fn one(page: &mut Page, (x, half): (f64, f64), (group, q): (usize, &Quantiles), scale: &Scale) {
    let color = palette::series(group);
    let stroke = Stroke::new(color, 1.2);
    let [low, lower, median, upper, high] = q.values().map(|v| scale.at(v));
    page.drawing.line((x, low), (x, lower), stroke);
    page.drawing.line((x, upper), (x, high), stroke);
    for end in [low, high] {
        page.drawing
            .line((x - half * 0.5, end), (x + half * 0.5, end), stroke);
    }
    let edges = Rect::new((x - half, upper), (x + half, lower));
    page.drawing.rect(edges, color.tint(0.55));
    page.drawing.outline(edges, stroke);
    // A white edge keeps the median visible in a box that is only a line.
    let thick = |color, width| Stroke::new(color, width);
    let ends = [(x - half, median), (x + half, median)];
    page.drawing.line(ends[0], ends[1], thick(WHITE, 4.0));
    page.drawing.line(ends[0], ends[1], thick(color, 2.4));
}

/// The names of the categories below, as many as fit side by side.
fn names(rect: &Rect, categories: &[String]) -> Vec<Tick> {
    let room = rect.width() / categories.len() as f64;
    let every = (28.0 / room).ceil().max(1.0);
    categories
        .iter()
        .enumerate()
        .step_by(every as usize)
        .map(|(i, name)| Tick {
            at: rect.x0 + room * (i as f64 + 0.5),
            label: Some(shorten(name, TICK_SIZE, room * every - 6.0)),
        })
        .collect()
}
