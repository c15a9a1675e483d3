//! Areas to scale, as squares as they can be (Bruls, Huizing and van Wijk, "Squarified treemaps",
//! 2000).

use crate::PlotError;
use crate::drawing::{Anchor, Rect, Stroke, Text};
use crate::figure::Floorplan;
use crate::legend::{Entry, Swatch};
use crate::number::{short, three_digits};
use crate::page::{LABEL_SIZE, MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{self, Color, INK, RED, WHITE};
use crate::text::{clean, shorten, width};

/// The height of the larger of design and budget in pixels.
pub(crate) const HEIGHT: f64 = 330.0;
/// The strip above a block with its name.
const HEAD: f64 = 20.0;
/// Parts without a name that the caption lists.
const MOST_SMALL: usize = 8;
/// Square pixels that nobody sees.
const UNSEEN: f64 = 1e-6;
/// The smallest side that still has a name.
const SMALLEST: f64 = 24.0;

/// A rectangle of a plan.
pub(crate) struct Piece {
    pub rect: Rect,
    pub block: usize,
    pub part: usize,
    /// Its place among the names of parts, which is its colour.
    pub look: usize,
}

/// What of a plan can be seen, in pixels from its upper left corner.
pub(crate) struct Seen<'a> {
    pub chart: &'a Floorplan,
    pub total: f64,
    /// The names of the parts, each once.
    pub looks: Vec<&'a str>,
    /// The outlines of blocks with their indices.
    pub blocks: Vec<(usize, Rect)>,
    pub pieces: Vec<Piece>,
    /// The outline of what there is.
    pub budget: Option<Rect>,
    pub notes: Vec<String>,
}

impl<'a> Seen<'a> {
    /// None without any area.
    pub fn of(chart: &'a Floorplan) -> Result<Option<Self>, PlotError> {
        let parts = || chart.blocks.iter().flat_map(|b| &b.parts);
        if parts().any(|p| !p.area.is_finite() || p.area < 0.0) {
            return Err(PlotError::Shape("an area is negative or no number".into()));
        }
        let total: f64 = parts().map(|p| p.area).sum();
        if !(1e-200..1e200).contains(&total) {
            return Ok(None);
        }
        let mut looks: Vec<&str> = Vec::new();
        for part in parts() {
            if !looks.contains(&part.name.as_str()) {
                looks.push(&part.name);
            }
        }
        // What is a billion times larger or smaller cannot be drawn beside the design.
        let comparable = |b: &f64| (1e-9..1e9).contains(&(total / b));
        let budget = chart.budget.filter(comparable);
        let largest = budget.map_or(total, |b| b.max(total));
        // Both are of the shape of the picture, so that their sides are to scale as well.
        let scaled = |area: f64| {
            let side = libm::sqrt(area / largest);
            Rect::new((0.0, 0.0), ((WIDTH - 2.0 * MARGIN) * side, HEIGHT * side))
        };
        let mut seen = Self {
            chart,
            total,
            looks,
            blocks: Vec::new(),
            pieces: Vec::new(),
            budget: budget.map(scaled),
            notes: Vec::new(),
        };
        seen.place(scaled(total));
        seen.say(budget);
        Ok(Some(seen))
    }

    fn place(&mut self, whole: Rect) {
        let areas: Vec<f64> = self.chart.blocks.iter().map(block_area).collect();
        for (block, rect) in squarified(&areas, whole) {
            let parts = &self.chart.blocks[block].parts;
            let areas: Vec<f64> = parts.iter().map(|p| p.area).collect();
            for (part, rect) in squarified(&areas, rect) {
                let look = self.looks.iter().position(|l| *l == parts[part].name);
                let look = look.unwrap_or(0);
                self.pieces.push(Piece {
                    rect,
                    block,
                    part,
                    look,
                });
            }
            self.blocks.push((block, rect));
        }
    }

    fn say(&mut self, budget: Option<f64>) {
        let unit = &self.chart.unit;
        let mut said = format!("In all {} {unit}", three_digits(self.total));
        if let Some(budget) = budget {
            let share = three_digits(100.0 * self.total / budget);
            let there_is = three_digits(budget);
            said += &format!(", {share} % of the {there_is} {unit} that there are (dashed)");
        }
        said += "; areas are to scale, places are not.";
        self.notes.push(said);
        let small = self.pieces.iter().filter(|p| !is_named(self.chart, p));
        let list: Vec<String> = small.take(MOST_SMALL).map(|p| self.label(p)).collect();
        if !list.is_empty() {
            let list = list.join("; ");
            self.notes.push(format!("Too small for a name: {list}."));
        }
    }

    /// What a piece is, how large, and its share of the whole.
    pub fn label(&self, piece: &Piece) -> String {
        let block = &self.chart.blocks[piece.block];
        let part = &block.parts[piece.part];
        let (block, part_name) = (clean(&block.name), clean(&part.name));
        let name = match self.blocks.len() > 1 && !block.is_empty() {
            true => format!("{block} {part_name}"),
            false => part_name,
        };
        format!("{name} {}", self.size(part.area))
    }

    /// An area with its unit and its share of the whole.
    pub fn size(&self, area: f64) -> String {
        let share = short(round(100.0 * area / self.total));
        format!("{} {} ({share} %)", three_digits(area), self.chart.unit)
    }
}

fn round(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}

fn block_area(block: &crate::figure::FloorBlock) -> f64 {
    block.parts.iter().map(|p| p.area).sum()
}

/// Whether a piece has room for its whole name and its size.
fn is_named(chart: &Floorplan, piece: &Piece) -> bool {
    let name = &chart.blocks[piece.block].parts[piece.part].name;
    let wide = width(&clean(name), LABEL_SIZE) * 1.07;
    let enough = wide.max(SMALLEST * 2.0) + 6.0;
    piece.rect.width() >= enough && piece.rect.height() >= 1.5 * SMALLEST
}

/// Rectangles of these areas within one, with their indices; what is too small to be seen has none.
fn squarified(areas: &[f64], within: Rect) -> Vec<(usize, Rect)> {
    let total: f64 = areas.iter().sum();
    let room = within.width() * within.height();
    let areas: Vec<f64> = areas.iter().map(|area| area / total * room).collect();
    let mut order: Vec<usize> = (0..areas.len()).filter(|&i| areas[i] > UNSEEN).collect();
    order.sort_by(|&a, &b| areas[b].total_cmp(&areas[a]));
    let mut free = within;
    let mut out = Vec::new();
    let mut from = 0;
    while from < order.len() {
        let side = free.width().min(free.height());
        let worst = |to: usize| {
            let row: Vec<f64> = order[from..to].iter().map(|&i| areas[i]).collect();
            let sum: f64 = row.iter().sum();
            let ratio = |a: f64| (side * side * a / (sum * sum)).max(sum * sum / (side * side * a));
            row.into_iter().map(ratio).fold(0.0, f64::max)
        };
        let mut to = from + 1;
        while to < order.len() && worst(to + 1) <= worst(to) {
            to += 1;
        }
        free = row(&order[from..to], &areas, free, &mut out);
        from = to;
    }
    out
}

/// Lays some of the areas along the shorter side; what is free then.
fn row(indices: &[usize], areas: &[f64], free: Rect, out: &mut Vec<(usize, Rect)>) -> Rect {
    let sum: f64 = indices.iter().map(|&i| areas[i]).sum();
    let upright = free.width() >= free.height();
    let side = if upright { free.height() } else { free.width() };
    let deep = sum / side;
    let mut at = 0.0;
    for &i in indices {
        let long = areas[i] / deep;
        let rect = match upright {
            true => Rect::new(
                (free.x0, free.y0 + at),
                (free.x0 + deep, free.y0 + at + long),
            ),
            false => Rect::new(
                (free.x0 + at, free.y0),
                (free.x0 + at + long, free.y0 + deep),
            ),
        };
        at += long;
        out.push((i, rect));
    }
    match upright {
        true => Rect {
            x0: (free.x0 + deep).min(free.x1),
            ..free
        },
        false => Rect {
            y0: (free.y0 + deep).min(free.y1),
            ..free
        },
    }
}

/// The colour of a part.
pub(crate) fn color(look: usize) -> Color {
    palette::series(look).tint(0.35)
}

pub(super) fn draw(chart: &Floorplan, page: &mut Page) -> Result<(), PlotError> {
    let Some(seen) = Seen::of(chart)? else {
        page.nothing("no part has an area");
        return Ok(());
    };
    let looks = seen.looks.iter().enumerate();
    let entries: Vec<Entry> = looks
        .map(|(i, name)| Entry::new(Swatch::Box(color(i)), *name))
        .collect();
    page.legend(&entries);
    let room = page.take(HEIGHT + 4.0);
    let moved = |r: &Rect| {
        let (x, y) = (room.x0, room.y0 + 2.0);
        Rect::new((r.x0 + x, r.y0 + y), (r.x1 + x, r.y1 + y))
    };
    for piece in &seen.pieces {
        let rect = moved(&piece.rect);
        page.drawing.rect(rect, color(piece.look));
        page.drawing.outline(rect, Stroke::new(WHITE, 1.0));
        label(&seen, piece, rect, page);
    }
    for (_, rect) in &seen.blocks {
        page.drawing.outline(moved(rect), Stroke::new(INK, 1.8));
    }
    if let Some(budget) = &seen.budget {
        let r = moved(budget).grow(1.5);
        let corners = [
            (r.x0, r.y0),
            (r.x1, r.y0),
            (r.x1, r.y1),
            (r.x0, r.y1),
            (r.x0, r.y0),
        ];
        for side in corners.windows(2) {
            let stroke = Stroke::new(RED, 1.6);
            page.drawing.dashes(side[0], side[1], stroke, (7.0, 4.0));
        }
    }
    seen.notes.iter().for_each(|note| page.note(note));
    Ok(())
}

/// The name of a piece, of its block where there are several, and its size.
fn label(seen: &Seen<'_>, piece: &Piece, rect: Rect, page: &mut Page) {
    if !is_named(seen.chart, piece) {
        return;
    }
    let block = &seen.chart.blocks[piece.block];
    let part = &block.parts[piece.part];
    let ink = color(piece.look).ink();
    let room = rect.width() - 8.0;
    let mut lines = vec![(clean(&part.name), LABEL_SIZE, true)];
    if seen.blocks.len() > 1 {
        lines.insert(0, (clean(&block.name), TICK_SIZE, false));
    }
    let size = seen.size(part.area);
    match width(&size, TICK_SIZE) <= room {
        true => lines.push((size, TICK_SIZE, false)),
        false => {
            let (area, share) = size.split_once(" (").unwrap_or((&size, ""));
            lines.push((area.to_owned(), TICK_SIZE, false));
            lines.push((share.trim_end_matches(')').to_owned(), TICK_SIZE, false));
        }
    }
    let most = ((rect.height() - 6.0) / HEAD * 1.25) as usize;
    lines.truncate(most.max(1));
    let high = TICK_SIZE * 1.35;
    let mut y = rect.center().1 - high * (lines.len() as f64 - 1.0) / 2.0;
    for (text, size, bold) in lines {
        let text = shorten(&text, size, room);
        let text = Text::new((rect.center().0, y), text, size, ink).anchor(Anchor::Middle);
        page.drawing.text(if bold { text.bold() } else { text });
        y += high;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_are_to_scale_and_fill_the_whole() {
        let areas = [6.0, 0.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let whole = Rect::new((0.0, 0.0), (60.0, 40.0));
        let placed = squarified(&areas, whole);
        assert_eq!(placed.len(), 7);
        for (i, rect) in &placed {
            let area = rect.width() * rect.height();
            assert!((area - areas[*i] * 100.0).abs() < 1e-6, "{i}: {area}");
            assert!(whole.grow(1e-9).contains(rect));
            let others = placed.iter().filter(|(j, _)| j != i);
            let mut inner = others.map(|(_, r)| r.grow(-1e-9));
            assert!(!inner.any(|r| r.overlaps(&rect.grow(-1e-9))));
        }
    }
}
