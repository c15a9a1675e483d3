//! The frame of a plane: grid, ticks, numbers and the names of the axes.

use crate::drawing::{Anchor, Drawing, Rect, Stroke, Text, Xy};
use crate::figure::Axis;
use crate::number::{Shown, axis_text, shown};
use crate::page::{LABEL_SIZE, MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::{GREY, GRID, INK};
use crate::scale::{Extent, Scale, Tick};
use crate::text::{shorten, width};

/// Two scales and the rectangle in which they meet.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub rect: Rect,
    pub x: Scale,
    pub y: Scale,
}

impl Plane {
    pub fn at(&self, (x, y): (f64, f64)) -> Xy {
        (self.x.at(x), self.y.at(y))
    }
}

/// An axis, what of it is to be seen, and how its numbers are written.
#[derive(Debug, Clone)]
pub(crate) struct Ruler<'a> {
    axis: &'a Axis,
    extent: Extent,
    shown: Shown,
}

impl<'a> Ruler<'a> {
    pub fn new(axis: &'a Axis, extent: Extent) -> Self {
        let shown = shown(axis, extent.magnitude(axis.log));
        Self {
            axis,
            extent,
            shown,
        }
    }

    pub fn scale(&self, pixels: Xy) -> Scale {
        Scale::new(self.extent, self.axis.log, pixels)
    }

    /// The ticks of a scale of this ruler with at most about `count` labels.
    pub fn ticks(&self, scale: &Scale, count: usize) -> Vec<Tick> {
        scale.ticks(count, self.shown.factor)
    }

    /// What of the axis is to be seen, in the unit of its numbers.
    pub fn range(&self) -> (f64, f64) {
        (self.in_unit(self.extent.lo), self.in_unit(self.extent.hi))
    }

    pub fn is_log(&self) -> bool {
        self.axis.log
    }

    /// The value in the unit in which the axis writes its numbers.
    pub fn in_unit(&self, value: f64) -> f64 {
        value / self.shown.factor
    }

    /// The name of the axis with the unit in which its numbers are written.
    pub fn name(&self) -> String {
        axis_text(self.axis, &self.shown)
    }

    /// Whether zero lies within the axis, and not at its edge.
    pub fn crosses_zero(&self) -> bool {
        !self.axis.log && self.extent.lo < 0.0 && self.extent.hi > 0.0
    }

    /// The value as its axis writes it, with three digits.
    pub fn short(&self, value: f64) -> String {
        crate::number::short(value / self.shown.factor)
    }

    /// The values as the axis writes them, all with the same number of significant digits unless
    /// all are whole.
    pub fn column(&self, values: &[f64]) -> Vec<String> {
        let shown = || values.iter().map(|v| v / self.shown.factor);
        let whole = shown().all(|v| v == v.round() && v.abs() < 1e6);
        let write = if whole {
            crate::number::short
        } else {
            crate::number::three_digits
        };
        shown().map(write).collect()
    }

    /// The value with its unit, as its axis writes them.
    pub fn with_unit(&self, value: f64) -> String {
        match self.shown.unit.as_deref() {
            Some(unit) if !unit.is_empty() => format!("{} {unit}", self.short(value)),
            _ => self.short(value),
        }
    }

    /// The value in the unit that suits it best, which may differ from that of the axis.
    pub fn with_own_unit(&self, value: f64) -> String {
        let extent = Extent {
            lo: value,
            hi: value,
        };
        Ruler::new(self.axis, extent).with_unit(value)
    }

    /// Ticks along a horizontal scale, as many as fit beside each other.
    pub fn fitting_ticks(&self, scale: &Scale, pixels: f64) -> Vec<Tick> {
        let fits = |ticks: &[Tick]| {
            let mut free = f64::NEG_INFINITY;
            ticks
                .iter()
                .filter_map(|t| t.label.as_ref().map(|l| (t.at, l)))
                .all(|(at, label)| {
                    let half = width(label, TICK_SIZE) / 2.0 + 4.0;
                    let fits = at - half >= free;
                    free = at + half;
                    fits
                })
        };
        let most = ((pixels / 55.0) as usize).max(2);
        (2..=most)
            .rev()
            .map(|count| self.ticks(scale, count))
            .find(|ticks| fits(ticks))
            .unwrap_or_else(|| self.ticks(scale, 2))
    }
}

/// Takes room for a plane of `height` pixels and draws its frame.
///
/// `right` is the room kept free to the right of the plane, as for a colour bar.
pub(crate) fn frame(
    page: &mut Page,
    (x, y): (&Ruler<'_>, &Ruler<'_>),
    height: f64,
    right: f64,
) -> Plane {
    let (top, bottom) = (page.y + 4.0, page.y + 4.0 + height);
    let y_scale = y.scale((bottom, top));
    let y_ticks = y.ticks(&y_scale, (height / 34.0) as usize);
    let widest = widest(&y_ticks);
    let name_room = if y.name().is_empty() {
        0.0
    } else {
        LABEL_SIZE * 1.6
    };
    let left = MARGIN + name_room + widest + 7.0;
    let rect = Rect::new((left, top), (WIDTH - MARGIN - right.max(16.0), bottom));
    let plane = Plane {
        rect,
        x: x.scale((rect.x0, rect.x1)),
        y: y_scale,
    };
    let x_ticks = x.fitting_ticks(&plane.x, rect.width());
    grid(&mut page.drawing, &rect, (&x_ticks, &y_ticks));
    for tick in &y_ticks {
        if let Some(label) = &tick.label {
            let text = Text::new((rect.x0 - 6.0, tick.at), label, TICK_SIZE, INK);
            page.drawing.text(text.anchor(Anchor::End));
        }
    }
    side_name(&mut page.drawing, &y.name(), &rect);
    page.y = bottom;
    below(page, &rect, &x_ticks, &x.name());
    plane
}

/// Writes the numbers and the name of a horizontal axis below a rectangle.
pub(crate) fn below(page: &mut Page, rect: &Rect, ticks: &[Tick], name: &str) {
    for tick in ticks {
        if let Some(label) = &tick.label {
            let at = (tick.at, rect.y1 + 6.0 + TICK_SIZE * 0.55);
            let text = Text::new(at, label, TICK_SIZE, INK).anchor(Anchor::Middle);
            page.drawing.text(text);
        }
    }
    page.y = rect.y1 + 6.0 + TICK_SIZE * 1.2;
    if !name.is_empty() {
        bottom_name(page, name, rect);
    }
}

/// Writes the name of a horizontal axis here, centred below a rectangle.
pub(crate) fn bottom_name(page: &mut Page, name: &str, rect: &Rect) {
    let middle = rect.center().0;
    let name = shorten(
        name,
        LABEL_SIZE,
        2.0 * middle.min(WIDTH - middle) - 2.0 * MARGIN,
    );
    let at = (middle, page.y + 2.0 + LABEL_SIZE * 0.6);
    page.drawing
        .text(Text::new(at, name, LABEL_SIZE, INK).anchor(Anchor::Middle));
    page.y += 2.0 + LABEL_SIZE * 1.3;
}

/// Writes the name of a vertical axis at the left margin beside a rectangle.
pub(crate) fn side_name(drawing: &mut Drawing, name: &str, rect: &Rect) {
    if !name.is_empty() {
        let name = shorten(name, LABEL_SIZE, rect.height().max(60.0));
        let text = Text::new(
            (MARGIN + LABEL_SIZE * 0.55, rect.center().1),
            name,
            LABEL_SIZE,
            INK,
        );
        drawing.text(text.anchor(Anchor::Middle).upwards());
    }
}

/// The width of the widest label in pixels.
pub(crate) fn widest(ticks: &[Tick]) -> f64 {
    ticks
        .iter()
        .filter_map(|t| t.label.as_ref())
        .map(|l| width(l, TICK_SIZE))
        .fold(0.0, f64::max)
}

/// Draws the grid lines behind the data, and the two axes.
pub(crate) fn grid(drawing: &mut Drawing, rect: &Rect, (x, y): (&[Tick], &[Tick])) {
    let stroke = |tick: &Tick| {
        Stroke::new(
            GRID.tint(if tick.label.is_some() { 0.0 } else { 0.55 }),
            0.8,
        )
    };
    for tick in x {
        drawing.line((tick.at, rect.y0), (tick.at, rect.y1), stroke(tick));
    }
    for tick in y {
        drawing.line((rect.x0, tick.at), (rect.x1, tick.at), stroke(tick));
    }
    let axis = Stroke::new(GREY, 1.0);
    drawing.line((rect.x0, rect.y0), (rect.x0, rect.y1), axis);
    drawing.line((rect.x0, rect.y1), (rect.x1, rect.y1), axis);
    for tick in x.iter().filter(|t| t.label.is_some()) {
        drawing.line((tick.at, rect.y1), (tick.at, rect.y1 + 4.0), axis);
    }
    for tick in y.iter().filter(|t| t.label.is_some()) {
        drawing.line((rect.x0 - 4.0, tick.at), (rect.x0, tick.at), axis);
    }
}
