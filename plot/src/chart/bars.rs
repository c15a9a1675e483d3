//! Stacked bars, lying down where there are many or their names are long.

use super::{PLANE_HEIGHT, values};
use crate::PlotError;
use crate::axes::{Ruler, below, grid, side_name};
use crate::drawing::{Anchor, Rect, Stroke, Text};
use crate::figure::{Axis, Bars};
use crate::legend::{Entry, Swatch};
use crate::number::axis_text;
use crate::number::shown;
use crate::page::{LABEL_SIZE, MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{self, GREY, INK};
use crate::scale::{Extent, Skipped, Tick};
use crate::text::{shorten, width};
use std::borrow::Cow;

/// The width of the longest category name in pixels.
const LONGEST: f64 = 200.0;
/// The part of a category's room that its bar takes.
const FILLED: f64 = 0.72;

const MOST_BARS: usize = 500;
const MOST_PIECES: usize = 5000;

/// One part of one bar, from value to value.
pub(crate) struct Piece {
    pub category: usize,
    pub segment: usize,
    pub from: f64,
    pub to: f64,
}

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    /// The chart with its first bars only if it has more than can be seen.
    pub chart: Cow<'a, Bars>,
    /// The axis of the values, linear where segments are stacked.
    pub axis: Axis,
    pub pieces: Vec<Piece>,
    pub extent: Extent,
    /// How many bars were left out.
    pub note: Option<String>,
}

impl<'a> Seen<'a> {
    /// What can be seen, if anything, and what cannot.
    pub fn of(chart: &'a Bars) -> Result<(Option<Self>, Skipped), PlotError> {
        let count = chart.categories.len();
        if let Some(segment) = chart.segments.iter().find(|s| s.values.len() != count) {
            return Err(PlotError::Shape(format!(
                "segment `{}` has {} values for {count} categories",
                segment.name,
                segment.values.len()
            )));
        }
        let (chart, note) = first_bars(chart);
        let axis = Axis {
            log: chart.value.log && chart.segments.len() == 1,
            ..chart.value.clone()
        };
        let mut skipped = Skipped::default();
        let (pieces, extent) = pieces(&chart, axis.log, &mut skipped);
        let seen = extent.map(|extent| Self {
            chart,
            axis,
            pieces,
            extent,
            note,
        });
        Ok((seen, skipped))
    }

    pub fn ruler(&self) -> Ruler<'_> {
        Ruler::new(&self.axis, self.extent)
    }
}

pub(super) fn draw(chart: &Bars, page: &mut Page) -> Result<(), PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    match seen {
        Some(seen) => draw_seen(&seen, page),
        None => page.nothing("there are no bars"),
    }
    page.skipped(skipped);
    Ok(())
}

fn draw_seen(seen: &Seen<'_>, page: &mut Page) {
    page.note_if(seen.note.as_ref());
    let chart = seen.chart.as_ref();
    let entries: Vec<Entry> = chart
        .segments
        .iter()
        .enumerate()
        .map(|(i, s)| Entry::new(Swatch::Box(palette::series(i)), s.name.as_str()))
        .collect();
    page.legend(&entries);
    if lies(chart) {
        lying(chart, page, &seen.ruler(), &seen.pieces);
    } else {
        standing(chart, page, &seen.ruler(), &seen.pieces);
    }
}

/// The chart with its first bars only if it has more than can be seen, and a sentence about it.
fn first_bars(chart: &Bars) -> (Cow<'_, Bars>, Option<String>) {
    let most = MOST_BARS
        .min(MOST_PIECES / chart.segments.len().max(1))
        .max(1);
    let count = chart.categories.len();
    if count <= most {
        return (Cow::Borrowed(chart), None);
    }
    let note = format!("The first {most} of {count} bars are drawn.");
    let mut chart = chart.clone();
    chart.categories.truncate(most);
    chart
        .segments
        .iter_mut()
        .for_each(|s| s.values.truncate(most));
    (Cow::Owned(chart), Some(note))
}

/// Whether the names have no room below standing bars.
pub(crate) fn lies(chart: &Bars) -> bool {
    let names = chart
        .categories
        .iter()
        .map(|c| width(c, TICK_SIZE))
        .fold(0.0, f64::max);
    (names + 8.0) * chart.categories.len() as f64 > WIDTH - 100.0
}

/// Stacks the segments, positive values upwards and negative ones downwards from zero.
///
/// On a logarithmic axis bars begin at its lower end, below the smallest value.
fn pieces(chart: &Bars, log: bool, skipped: &mut Skipped) -> (Vec<Piece>, Option<Extent>) {
    let mut pieces = Vec::new();
    for category in 0..chart.categories.len() {
        let (mut above, mut below) = (0.0, 0.0);
        for (segment, values) in chart.segments.iter().enumerate() {
            let value = values.values[category];
            if !skipped.keeps(value, log) {
                continue;
            }
            let end = if value < 0.0 { &mut below } else { &mut above };
            pieces.push(Piece {
                category,
                segment,
                from: *end,
                to: *end + value,
            });
            *end += value;
        }
    }
    let Some(extent) = Extent::of(pieces.iter().map(|p| p.to)) else {
        return (pieces, None);
    };
    if log {
        let extent = extent.padded(true);
        let extent = Extent {
            lo: extent.lo / 2.0,
            hi: extent.hi,
        };
        pieces.iter_mut().for_each(|p| p.from = extent.lo);
        return (pieces, Some(extent));
    }
    let Extent { lo, hi } = extent.with(0.0);
    if lo == hi {
        return (pieces, Some(Extent { lo: 0.0, hi: 1.0 }));
    }
    // The sums stand beyond the ends of the bars.
    let room = (hi - lo) * 0.06;
    let lo = if lo < 0.0 { lo - 1.5 * room } else { lo };
    (pieces, Some(Extent { lo, hi: hi + room }))
}

fn standing(chart: &Bars, page: &mut Page, ruler: &Ruler<'_>, pieces: &[Piece]) {
    let (rect, scale) = values(page, ruler, (14.0, PLANE_HEIGHT * 0.9), 8);
    let room = rect.width() / chart.categories.len() as f64;
    let half = (room * FILLED / 2.0).min(40.0);
    let middle = |category: usize| rect.x0 + room * (category as f64 + 0.5);
    for p in pieces {
        let x = middle(p.category);
        let bar = Rect::new((x - half, scale.at(p.from)), (x + half, scale.at(p.to)));
        piece(page, bar, p.segment);
    }
    zero_line(page, ruler, (rect.x0, rect.x1), |x| (x, scale.at(0.0)));
    for (category, end, total) in totals(chart.categories.len(), pieces) {
        let label = ruler.short(total);
        if width(&label, TICK_SIZE) < room {
            let away = if end < 0.0 {
                TICK_SIZE * 0.7
            } else {
                -TICK_SIZE * 0.7
            };
            let at = (middle(category), scale.at(end) + away);
            page.drawing
                .text(Text::new(at, label, TICK_SIZE, INK).anchor(Anchor::Middle));
        }
    }
    let names: Vec<Tick> = chart
        .categories
        .iter()
        .enumerate()
        .map(|(i, name)| Tick {
            at: middle(i),
            label: Some(name.clone()),
        })
        .collect();
    below(
        page,
        &rect,
        &names,
        &axis_text(&chart.category, &shown(&chart.category, 1.0)),
    );
}

fn lying(chart: &Bars, page: &mut Page, ruler: &Ruler<'_>, pieces: &[Piece]) {
    let count = chart.categories.len() as f64;
    let row = (1500.0 / count).clamp(2.0, 21.0);
    let names = chart
        .categories
        .iter()
        .map(|c| width(c, TICK_SIZE))
        .fold(0.0, f64::max);
    let category = axis_text(&chart.category, &shown(&chart.category, 1.0));
    let name_room = if category.is_empty() {
        0.0
    } else {
        LABEL_SIZE * 1.6
    };
    let left = MARGIN + name_room + names.min(LONGEST) + 7.0;
    let totals = totals(chart.categories.len(), pieces);
    let right = totals
        .iter()
        .map(|t| width(&ruler.short(t.2), TICK_SIZE))
        .fold(0.0, f64::max);
    let rect = Rect::new(
        (left, page.y + 4.0),
        (WIDTH - MARGIN - right, page.y + 8.0 + row * count),
    );
    let scale = ruler.scale((rect.x0, rect.x1));
    let ticks = ruler.fitting_ticks(&scale, rect.width());
    grid(&mut page.drawing, &rect, (&ticks, &[]));
    side_name(&mut page.drawing, &category, &rect);
    let middle = |category: usize| rect.y0 + 2.0 + row * (category as f64 + 0.5);
    for p in pieces {
        let (y, half) = (middle(p.category), row * FILLED / 2.0);
        let bar = Rect::new((scale.at(p.from), y - half), (scale.at(p.to), y + half));
        piece(page, bar, p.segment);
    }
    zero_line(page, ruler, (rect.y0, rect.y1), |y| (scale.at(0.0), y));
    let every = (TICK_SIZE * 1.1 / row).ceil().max(1.0) as usize;
    for (i, name) in chart.categories.iter().enumerate().step_by(every) {
        let name = shorten(name, TICK_SIZE, LONGEST);
        let text = Text::new((rect.x0 - 6.0, middle(i)), name, TICK_SIZE, INK);
        page.drawing.text(text.anchor(Anchor::End));
    }
    // Where only some bars are named, their sums would lie on the bars between.
    for (category, end, total) in totals.into_iter().filter(|_| every == 1) {
        let (away, anchor) = if end < 0.0 {
            (-5.0, Anchor::End)
        } else {
            (5.0, Anchor::Start)
        };
        let at = (scale.at(end) + away, middle(category));
        page.drawing
            .text(Text::new(at, ruler.short(total), TICK_SIZE, GREY).anchor(anchor));
    }
    below(page, &rect, &ticks, &ruler.name());
}

fn piece(page: &mut Page, bar: Rect, segment: usize) {
    page.drawing.rect(bar, palette::series(segment));
    // A thin white edge parts segments even where their colours look alike.
    if bar.width() > 4.0 && bar.height() > 4.0 {
        page.drawing.outline(bar, Stroke::new(palette::WHITE, 0.6));
    }
}

/// Draws the line of zero where it is not the edge of the axis already.
fn zero_line(
    page: &mut Page,
    ruler: &Ruler<'_>,
    (from, to): (f64, f64),
    at: impl Fn(f64) -> (f64, f64),
) {
    if ruler.crosses_zero() {
        page.drawing.line(at(from), at(to), Stroke::new(GREY, 1.0));
    }
}

/// For each category that has a bar: its index, where its label stands, and the sum of its
/// segments. Only a bar without any positive part has its label at the lower end.
pub(crate) fn totals(categories: usize, pieces: &[Piece]) -> Vec<(usize, f64, f64)> {
    (0..categories)
        .filter_map(|category| {
            let own = || pieces.iter().filter(move |p| p.category == category);
            let top = own().map(|p| p.to).reduce(f64::max)?;
            let bottom = own().map(|p| p.to).fold(top, f64::min);
            let end = if top > 0.0 { top } else { bottom };
            let from_zero = |p: &Piece| {
                if own().count() == 1 {
                    p.to
                } else {
                    p.to - p.from
                }
            };
            Some((category, end, own().map(from_zero).sum()))
        })
        .collect()
}
