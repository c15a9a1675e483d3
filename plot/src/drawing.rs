//! The list of shapes that a chart becomes, in pixels with the origin at the top left.

use crate::film::Film;
use crate::palette::Color;
use crate::text;

/// A position in pixels.
pub(crate) type Xy = (f64, f64);

/// An upright rectangle in pixels, with `x0 ≤ x1` and `y0 ≤ y1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

impl Rect {
    /// Makes the rectangle between two opposite corners given in any order.
    pub fn new(a: Xy, b: Xy) -> Self {
        Self {
            x0: a.0.min(b.0),
            y0: a.1.min(b.1),
            x1: a.0.max(b.0),
            y1: a.1.max(b.1),
        }
    }

    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }

    pub fn center(&self) -> Xy {
        ((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }

    /// Whether the two have more than an edge in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// Whether `other` lies within.
    pub fn contains(&self, other: &Self) -> bool {
        self.x0 <= other.x0 && other.x1 <= self.x1 && self.y0 <= other.y0 && other.y1 <= self.y1
    }

    /// The same rectangle with every edge moved outwards by `by` pixels.
    pub fn grow(&self, by: f64) -> Self {
        Self {
            x0: self.x0 - by,
            y0: self.y0 - by,
            x1: self.x1 + by,
            y1: self.y1 + by,
        }
    }
}

/// The look of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub color: Color,
    /// The width in pixels.
    pub width: f64,
}

impl Stroke {
    pub fn new(color: Color, width: f64) -> Self {
        Self { color, width }
    }
}

/// The point of a text that stands at its position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text, centred vertically on its position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub at: Xy,
    pub text: String,
    /// The font size in pixels.
    pub size: f64,
    pub color: Color,
    pub anchor: Anchor,
    pub bold: bool,
    pub monospace: bool,
    /// Whether the text runs from bottom to top.
    pub upwards: bool,
}

impl Text {
    pub fn new(at: Xy, text: impl Into<String>, size: f64, color: Color) -> Self {
        Self {
            at,
            text: text::clean(&text.into()),
            size,
            color,
            anchor: Anchor::Start,
            bold: false,
            monospace: false,
            upwards: false,
        }
    }

    pub fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    pub fn monospace(mut self) -> Self {
        self.monospace = true;
        self
    }

    pub fn upwards(mut self) -> Self {
        self.upwards = true;
        self
    }

    /// The space that the text is estimated to take.
    pub fn bounds(&self) -> Rect {
        let length = if self.monospace {
            text::monospace_width(&self.text, self.size)
        } else {
            text::width(&self.text, self.size) * if self.bold { 1.07 } else { 1.0 }
        };
        let before = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => length / 2.0,
            Anchor::End => length,
        };
        let (x, y) = self.at;
        let half = self.size * 0.55;
        if self.upwards {
            Rect {
                x0: x - half,
                x1: x + half,
                y0: y - (length - before),
                y1: y + before,
            }
        } else {
            Rect {
                x0: x - before,
                x1: x - before + length,
                y0: y - half,
                y1: y + half,
            }
        }
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Straight lines from point to point.
    Path { points: Vec<Xy>, stroke: Stroke },
    /// A filled area.
    Polygon { points: Vec<Xy>, fill: Color },
    /// A filled rectangle.
    Rect { rect: Rect, fill: Color },
    /// A filled circle.
    Disc {
        center: Xy,
        radius: f64,
        fill: Color,
    },
    /// The outline of a circle.
    Ring {
        center: Xy,
        radius: f64,
        stroke: Stroke,
    },
    /// A line of text.
    Text(Text),
}

/// Shapes in drawing order: later ones cover earlier ones.
///
/// Charts draw into this list before the size of the picture is known, and tests read it.
#[derive(Debug, Default)]
pub(crate) struct Drawing {
    pub shapes: Vec<Shape>,
    /// What moves, over all of them.
    pub film: Option<Film>,
}

impl Drawing {
    pub fn line(&mut self, from: Xy, to: Xy, stroke: Stroke) {
        self.path(vec![from, to], stroke);
    }

    pub fn path(&mut self, points: Vec<Xy>, stroke: Stroke) {
        self.shapes.push(Shape::Path { points, stroke });
    }

    /// Draws a straight line of dashes of `on` pixels with gaps of `off` pixels.
    pub fn dashes(&mut self, from: Xy, to: Xy, stroke: Stroke, (on, off): (f64, f64)) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = libm::hypot(dx, dy);
        let mut at = 0.0;
        while at < length {
            let end = (at + on).min(length);
            let point = |d: f64| (from.0 + dx * d / length, from.1 + dy * d / length);
            self.line(point(at), point(end), stroke);
            at += on + off;
        }
    }

    pub fn polygon(&mut self, points: Vec<Xy>, fill: Color) {
        self.shapes.push(Shape::Polygon { points, fill });
    }

    pub fn rect(&mut self, rect: Rect, fill: Color) {
        self.shapes.push(Shape::Rect { rect, fill });
    }

    pub fn outline(&mut self, r: Rect, stroke: Stroke) {
        let corners = vec![
            (r.x0, r.y0),
            (r.x1, r.y0),
            (r.x1, r.y1),
            (r.x0, r.y1),
            (r.x0, r.y0),
        ];
        self.path(corners, stroke);
    }

    pub fn disc(&mut self, center: Xy, radius: f64, fill: Color) {
        self.shapes.push(Shape::Disc {
            center,
            radius,
            fill,
        });
    }

    pub fn ring(&mut self, center: Xy, radius: f64, stroke: Stroke) {
        self.shapes.push(Shape::Ring {
            center,
            radius,
            stroke,
        });
    }

    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }
}
