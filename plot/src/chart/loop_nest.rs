//! Loop nests coloured by storage level.

use crate::drawing::{Anchor, Rect, Stroke, Text, Xy};
use crate::figure::{LoopNest, NestKind, NestLine, SpatialAxis};
use crate::legend::{Entry, Swatch};
use crate::page::{MARGIN, Page, WIDTH};
use crate::palette::{self, Color, GREY, INK};
use crate::text::{monospace_width, shorten_monospace};

pub(crate) const SIZE: f64 = 13.0;
pub(crate) const ROW: f64 = 21.0;
/// The indentation of the deepest line in pixels, and that of one level unless there are many.
const DEEPEST: f64 = 300.0;
const INDENT: f64 = 20.0;
/// The room between the text and the edges of its level.
pub(crate) const PAD: f64 = 9.0;

pub(super) fn draw(chart: &LoopNest, page: &mut Page) {
    if chart.lines.is_empty() {
        page.nothing("the loop nest has no lines");
        return;
    }
    let levels = levels(&chart.lines);
    page.legend(&legend(&chart.lines, &levels));
    draw_lines(chart, page, &levels);
}

/// Draws the lines with the levels in the colours of their places in `levels`.
pub(super) fn draw_lines(chart: &LoopNest, page: &mut Page, levels: &[&str]) {
    let indent = indentation(&chart.lines);
    let top = page.y + 2.0;
    let rect = page.take(ROW * chart.lines.len() as f64 + 4.0);
    for (i, line) in chart.lines.iter().enumerate() {
        if line.kind == NestKind::Store {
            let end = scope_end(&chart.lines, i);
            let x0 = rect.x0 + indent * line.depth as f64;
            let scope = Rect::new(
                (x0, top + ROW * i as f64),
                (rect.x1, top + ROW * end as f64),
            );
            level_box(page, scope, level_color(levels, &line.level));
        }
    }
    for (i, line) in chart.lines.iter().enumerate() {
        let middle = top + ROW * (i as f64 + 0.5);
        let at = (MARGIN + indent * line.depth as f64 + PAD, middle);
        write_line(page, line, at, level_color(levels, &line.level));
    }
}

/// The different levels in the order in which they appear, without the empty one.
pub(crate) fn levels(lines: &[NestLine]) -> Vec<&str> {
    let mut levels: Vec<&str> = Vec::new();
    for line in lines {
        if !line.level.is_empty() && !levels.contains(&line.level.as_str()) {
            levels.push(&line.level);
        }
    }
    levels
}

pub(crate) fn level_color(levels: &[&str], level: &str) -> Color {
    levels
        .iter()
        .position(|l| *l == level)
        .map_or(GREY, palette::series)
}

pub(super) fn legend(lines: &[NestLine], levels: &[&str]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = levels
        .iter()
        .enumerate()
        .map(|(i, level)| Entry::new(Swatch::Box(palette::series(i)), *level))
        .collect();
    if lines.iter().any(|l| l.kind == NestKind::Implied) {
        entries.push(Entry::new(Swatch::Box(IMPLIED), "implied loop"));
    }
    entries
}

pub(crate) const IMPLIED: Color = Color::new(150, 150, 150);

/// How far each depth is indented in pixels.
pub(crate) fn indentation(lines: &[NestLine]) -> f64 {
    let deepest = lines.iter().map(|l| l.depth).max().unwrap_or(0).max(1);
    INDENT.min(DEEPEST / deepest as f64)
}

/// The line after the last one that is nested within line `i`.
pub(crate) fn scope_end(lines: &[NestLine], i: usize) -> usize {
    let inside = lines[i + 1..]
        .iter()
        .take_while(|l| l.depth > lines[i].depth)
        .count();
    i + 1 + inside
}

/// Draws the area in which a level holds its data, with a strip of its colour at the left.
fn level_box(page: &mut Page, scope: Rect, color: Color) {
    page.drawing.rect(scope, color.tint(0.86));
    page.drawing.rect(
        Rect {
            x1: scope.x0 + 4.0,
            ..scope
        },
        color,
    );
}

fn write_line(page: &mut Page, line: &NestLine, (x, y): Xy, color: Color) {
    let tag = match line.kind {
        NestKind::Spatial(SpatialAxis::Columns) => "over columns →",
        NestKind::Spatial(SpatialAxis::Rows) => "over rows ↓",
        NestKind::Implied => "implied",
        _ => "",
    };
    let ink = match line.kind {
        NestKind::Store | NestKind::Spatial(_) => color.mix(INK, 0.35),
        NestKind::Temporal | NestKind::Mac => INK,
        NestKind::Implied => IMPLIED.mix(INK, 0.35),
    };
    let room = WIDTH - MARGIN - PAD - x - monospace_width(tag, SIZE - 2.0) - 12.0;
    let text = shorten_monospace(&line.text, SIZE, room);
    let text = Text::new((x, y), text, SIZE, ink).monospace();
    let bold = matches!(line.kind, NestKind::Store | NestKind::Mac);
    page.drawing.text(if bold { text.bold() } else { text });
    if let NestKind::Spatial(_) = line.kind {
        // A strip at the side tells spread loops from loops in time without colour.
        let strip = Stroke::new(color, 1.4);
        page.drawing
            .line((x - 5.0, y - ROW * 0.32), (x - 5.0, y + ROW * 0.32), strip);
    }
    let at = (WIDTH - MARGIN - PAD, y);
    let tag_text = Text::new(at, tag, SIZE - 2.0, ink)
        .monospace()
        .anchor(Anchor::End);
    if !tag.is_empty() {
        page.drawing.text(tag_text);
    }
}
