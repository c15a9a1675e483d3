//! Pictures that move: shapes that are there from one step to another, written as compact SVG.
//!
//! The motion is declared in the picture (SMIL), so it needs no script, runs where the picture is
//! an image, and `<svg>.setCurrentTime` steps it. What cannot move shows the still form: renderers
//! for print ignore the declarations, and a style hides the motion from readers who ask for less.

use crate::drawing::{Anchor, Rect, Shape, Text};
use crate::palette::Color;
use crate::svg::{SANS, STEPS, escape};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Seconds that each step is shown.
pub(crate) const STEP_SECONDS: f64 = 1.0;
/// Seconds more for the last one.
const REST_SECONDS: f64 = 1.5;

/// The classes that the style knows.
const STYLE: &str = "<style>@media (prefers-reduced-motion:reduce),print\
{.nasaic-moving,.nasaic-controls{display:none!important}.nasaic-still>g{display:inline!important}}</style>";

/// Shapes by the step at which they appear and that at which they are gone.
type Spans = BTreeMap<(usize, usize), Vec<Shape>>;

/// A part of a picture that moves.
#[derive(Debug, Default)]
pub(crate) struct Film {
    /// What is shown where nothing moves.
    pub still: Vec<Shape>,
    /// What is shown all the time where it does, below everything.
    pub stage: Vec<Shape>,
    /// Areas that are shown from one step up to another.
    areas: Spans,
    /// What is shown all the time over the areas.
    pub cover: Vec<Shape>,
    /// Texts that are shown from one step up to another.
    texts: Spans,
    /// How many steps there are.
    steps: usize,
}

impl Film {
    /// A film of so many steps, on which nothing is seen yet.
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            ..Self::default()
        }
    }

    /// Shows shapes from one step up to another.
    pub fn show(&mut self, from: usize, to: usize, shape: Shape) {
        let spans = match shape {
            Shape::Text(_) => &mut self.texts,
            _ => &mut self.areas,
        };
        spans.entry((from, to)).or_default().push(shape);
    }

    /// The whole film as SVG, without what stands still around it.
    pub fn write(&self) -> String {
        let mut out = String::from(STYLE);
        let _ = write!(
            out,
            "\n<g font-family=\"{SANS}\">\n<g class=\"nasaic-still\"><g>"
        );
        out += "<set attributeName=\"display\" to=\"none\" begin=\"0s\"/>\n";
        shapes(&mut out, &self.still);
        out += "</g></g>\n<g class=\"nasaic-moving\"><g display=\"none\">";
        out += "<set attributeName=\"display\" to=\"inline\" begin=\"0s\"/>\n";
        shapes(&mut out, &self.stage);
        self.spans(&mut out, &self.areas);
        shapes(&mut out, &self.cover);
        self.spans(&mut out, &self.texts);
        out += "</g></g>\n</g>\n";
        out
    }

    /// The time of one round in seconds.
    pub fn seconds(steps: usize) -> f64 {
        steps as f64 * STEP_SECONDS + REST_SECONDS
    }

    fn spans(&self, out: &mut String, spans: &Spans) {
        for ((from, to), drawn) in spans {
            let hidden = if *from == 0 {
                ""
            } else {
                " visibility=\"hidden\""
            };
            let _ = write!(out, "<g{hidden}>{}", self.when(*from, *to));
            shapes(out, drawn);
            out.push_str("</g>\n");
        }
    }

    /// When shapes are seen, round and round.
    fn when(&self, from: usize, to: usize) -> String {
        let whole = Self::seconds(self.steps);
        let at = |step: usize| number((step as f64 * STEP_SECONDS / whole * 1e5).round() / 1e5);
        let (values, times) = match (from, to >= self.steps) {
            (0, true) => return String::new(),
            (0, false) => ("visible;hidden", format!("0;{}", at(to))),
            (_, true) => ("hidden;visible", format!("0;{}", at(from))),
            _ => (
                "hidden;visible;hidden",
                format!("0;{};{}", at(from), at(to)),
            ),
        };
        format!(
            "<animate attributeName=\"visibility\" values=\"{values}\" keyTimes=\"{times}\" \
             dur=\"{whole}s\" calcMode=\"discrete\" repeatCount=\"indefinite\"/>"
        )
    }
}

/// Writes shapes, those of equal look together.
fn shapes(out: &mut String, shapes: &[Shape]) {
    for run in shapes.chunk_by(alike) {
        match &run[0] {
            Shape::Text(text) => texts(out, text, run),
            first => areas(out, first, run),
        }
    }
}

fn alike(a: &Shape, b: &Shape) -> bool {
    match (a, b) {
        (Shape::Rect { fill: a, .. }, Shape::Rect { fill: b, .. }) => a == b,
        (Shape::Path { stroke: a, .. }, Shape::Path { stroke: b, .. }) => a == b,
        (Shape::Text(a), Shape::Text(b)) => {
            (a.size, a.color, a.anchor, a.bold) == (b.size, b.color, b.anchor, b.bold)
        }
        _ => false,
    }
}

fn texts(out: &mut String, look: &Text, run: &[Shape]) {
    let anchor = match look.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let bold = if look.bold {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let _ = write!(
        out,
        "<g font-size=\"{}\" fill=\"{}\"{anchor}{bold}>",
        tenths(look.size),
        hex(look.color)
    );
    for shape in run {
        if let Shape::Text(text) = shape {
            let (x, y) = (tenths(text.at.0), tenths(text.at.1 + text.size * 0.36));
            let _ = write!(
                out,
                "<text x=\"{x}\" y=\"{y}\">{}</text>",
                escape(&text.text)
            );
        }
    }
    out.push_str("</g>");
}

fn areas(out: &mut String, look: &Shape, run: &[Shape]) {
    let mut path = String::new();
    for shape in run {
        match shape {
            Shape::Rect { rect, .. } => {
                let Rect { x0, y0, x1, y1 } = *rect;
                let (x, y) = (tenths(x0), tenths(y0));
                let (w, h) = (tenths(x1) - x, tenths(y1) - y);
                let _ = write!(path, "M{x} {y}h{w}v{h}h{}z", -w);
            }
            Shape::Path { points, .. } => {
                for (i, (x, y)) in points.iter().enumerate() {
                    let letter = if i == 0 { 'M' } else { 'L' };
                    let _ = write!(path, "{letter}{} {}", tenths(*x), tenths(*y));
                }
            }
            _ => {}
        }
    }
    let _ = match look {
        Shape::Path { stroke, .. } => write!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>",
            hex(stroke.color),
            tenths(stroke.width).max(1)
        ),
        Shape::Rect { fill, .. } => {
            write!(out, "<path d=\"{path}\" fill=\"{}\"/>", hex(*fill))
        }
        _ => Ok(()),
    };
}

fn tenths(pixels: f64) -> i64 {
    (pixels * STEPS).round() as i64
}

fn number(x: f64) -> String {
    format!("{x}")
}

fn hex(color: Color) -> String {
    let (r, g, b) = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}
