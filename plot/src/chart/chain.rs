//! What a latency is made of: rows of parts against the whole, then the loop nest.

use super::loop_nest::{draw_lines, legend, level_color, levels};
use crate::axes::{Ruler, below, grid};
use crate::drawing::{Anchor, Rect, Stroke, Text};
use crate::figure::{Axis, Chain, ChainPart};
use crate::page::{MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{INK, RED, WHITE};
use crate::scale::{Extent, Scale, Skipped};
use crate::text::{shorten, width};

/// The widths of the longest name and of the longest note in pixels.
const LONGEST_NAME: f64 = 150.0;
const LONGEST_NOTE: f64 = 110.0;
/// The height of a row, and of the bar in it.
pub(crate) const ROW: f64 = 27.0;
const BAR: f64 = 20.0;
/// How far a hidden part is moved towards white.
pub(crate) const PALE: f64 = 0.68;

/// What of a chart can be seen, the same in every kind of picture.
pub(crate) struct Seen<'a> {
    /// The parts of each row that have a length.
    pub rows: Vec<Vec<&'a ChainPart>>,
    pub total: Option<f64>,
    /// The levels of the nest, then what else the parts name, in the order of their colours.
    pub resources: Vec<&'a str>,
    /// The time axis, which is linear.
    pub time: Axis,
    /// What of the time axis is to be seen; none if no row has parts.
    pub extent: Option<Extent>,
}

impl<'a> Seen<'a> {
    /// What can be seen, and what cannot.
    pub fn of(chart: &'a Chain) -> (Self, Skipped) {
        let mut skipped = Skipped::default();
        let rows = kept(chart, &mut skipped);
        let total = Some(chart.total).filter(|t| skipped.keeps(*t, false) && *t > 0.0);
        let longest = rows.iter().map(|parts| length(parts)).chain(total);
        let extent = Extent::of(longest).filter(|e| e.hi > 0.0);
        let seen = Self {
            resources: resources(chart, &rows),
            rows,
            total,
            time: Axis {
                log: false,
                ..chart.time.clone()
            },
            extent: extent.map(|extent| Extent {
                lo: 0.0,
                hi: extent.hi * 1.02,
            }),
        };
        (seen, skipped)
    }
}

/// What stands at the line of the whole.
pub(crate) fn total_name(total: f64, ruler: &Ruler<'_>) -> String {
    format!("latency {}", ruler.with_unit(total))
}

pub(super) fn draw(chart: &Chain, page: &mut Page) {
    let (seen, skipped) = Seen::of(chart);
    match seen.extent {
        Some(extent) => {
            page.legend(&legend(&chart.nest.lines, &seen.resources));
            draw_rows(chart, page, &seen, extent);
        }
        None => page.nothing("the chain has no parts"),
    }
    if !chart.nest.lines.is_empty() {
        page.y += 14.0;
        draw_lines(&chart.nest, page, &seen.resources);
    }
    page.skipped(skipped);
}

/// The parts of each row that have a length.
fn kept<'a>(chart: &'a Chain, skipped: &mut Skipped) -> Vec<Vec<&'a ChainPart>> {
    let rows = chart.rows.iter().map(|row| {
        let mut end = 0.0;
        let mut keep = |part: &&ChainPart| {
            let longer = part.length > 0.0;
            let keep = skipped.keeps(end + part.length, false) && longer;
            if keep {
                end += part.length;
            }
            keep
        };
        row.parts.iter().filter(|p| keep(p)).collect()
    });
    rows.collect()
}

fn length(parts: &[&ChainPart]) -> f64 {
    parts.iter().map(|p| p.length).sum()
}

/// The levels of the nest, then what else the parts name, in the order of their colours.
fn resources<'a>(chart: &'a Chain, rows: &[Vec<&'a ChainPart>]) -> Vec<&'a str> {
    let mut all = levels(&chart.nest.lines);
    for part in rows.iter().flatten() {
        if !part.resource.is_empty() && !all.contains(&part.resource.as_str()) {
            all.push(&part.resource);
        }
    }
    all
}

fn draw_rows(chart: &Chain, page: &mut Page, seen: &Seen<'_>, extent: Extent) {
    let ruler = Ruler::new(&seen.time, extent);
    let rect = room(chart, page);
    let scale = ruler.scale((rect.x0, rect.x1));
    let ticks = ruler.fitting_ticks(&scale, rect.width());
    grid(&mut page.drawing, &rect, (&ticks, &[]));
    for (i, (row, parts)) in chart.rows.iter().zip(&seen.rows).enumerate() {
        let middle = rect.y0 + ROW * (i as f64 + 0.5);
        let name = shorten(&row.name, TICK_SIZE, LONGEST_NAME);
        let name = Text::new((rect.x0 - 7.0, middle), name, TICK_SIZE, INK);
        page.drawing.text(name.anchor(Anchor::End));
        boxes(page, parts, &seen.resources, (&scale, middle));
        let note = shorten(&row.note, TICK_SIZE, LONGEST_NOTE);
        let at = (rect.x1 + 7.0, middle);
        page.drawing.text(Text::new(at, note, TICK_SIZE, INK));
    }
    if let Some(total) = seen.total {
        total_line(page, (total, &ruler), (&scale, &rect));
    }
    below(page, &rect, &ticks, &ruler.name());
}

/// The rectangle of the bars, between names and notes and below the text of the whole.
fn room(chart: &Chain, page: &Page) -> Rect {
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|t| width(t, TICK_SIZE)).fold(0.0, f64::max)
    };
    let names = widest(&mut chart.rows.iter().map(|r| &r.name));
    let notes = widest(&mut chart.rows.iter().map(|r| &r.note));
    let left = MARGIN + names.min(LONGEST_NAME) + 8.0;
    let right = WIDTH - MARGIN - notes.min(LONGEST_NOTE) - 8.0;
    let top = page.y + TICK_SIZE * 1.6;
    Rect::new((left, top), (right, top + ROW * chart.rows.len() as f64))
}

fn boxes(
    page: &mut Page,
    parts: &[&ChainPart],
    resources: &[&str],
    (scale, middle): (&Scale, f64),
) {
    let mut from = 0.0;
    for part in parts {
        let (x0, x1) = (scale.at(from), scale.at(from + part.length));
        from += part.length;
        // What has no visible length still leaves a trace.
        let b = Rect::new(
            (x0, middle - BAR / 2.0),
            (x1.max(x0 + 0.7), middle + BAR / 2.0),
        );
        let own = level_color(resources, &part.resource);
        let color = if part.hidden { own.tint(PALE) } else { own };
        page.drawing.rect(b, color);
        if b.width() > 3.0 {
            page.drawing.outline(b, Stroke::new(WHITE, 0.8));
        }
        if width(&part.label, TICK_SIZE) + 6.0 <= b.width() {
            let text = Text::new(b.center(), part.label.as_str(), TICK_SIZE, color.ink());
            page.drawing.text(text.anchor(Anchor::Middle));
        }
    }
}

fn total_line(page: &mut Page, (total, ruler): (f64, &Ruler<'_>), (scale, rect): (&Scale, &Rect)) {
    let x = scale.at(total);
    let stroke = Stroke::new(RED, 1.4);
    page.drawing
        .dashes((x, rect.y0), (x, rect.y1), stroke, (6.0, 4.0));
    let text = shorten(&total_name(total, ruler), TICK_SIZE, rect.width());
    let half = width(&text, TICK_SIZE) / 2.0;
    let center = x.clamp(rect.x0 + half, (rect.x1 - half).max(rect.x0 + half));
    let at = (center, rect.y0 - TICK_SIZE * 0.7);
    page.drawing
        .text(Text::new(at, text, TICK_SIZE, RED).anchor(Anchor::Middle));
}
