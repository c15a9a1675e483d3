//! From shapes to SVG text, by the SVG backend of `plotters`.

use crate::PlotError;
use crate::drawing::{Anchor, Drawing, Rect, Shape, Stroke, Text, Xy};
use crate::palette::{Color, WHITE};
use crate::text::clean;
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle};
use plotters::style::{FontDesc, RGBAColor, TextStyle};
use std::fmt::Display;

/// The backend knows whole numbers only, so it draws in tenths of a pixel.
pub(crate) const STEPS: f64 = 10.0;

/// The backend divides font sizes by this factor when it writes them.
const FONT_FACTOR: f64 = 1.24;

/// Where the backend puts the baseline below a top-anchored position, in font sizes.
const BASELINE: f64 = 0.76;

/// Half the height of a digit, in font sizes: it centres text on its position.
const HALF_DIGIT: f64 = 0.36;

pub(crate) const SANS: &str = "Helvetica, Arial, sans-serif";
const MONO: &str = "DejaVu Sans Mono, Menlo, Consolas, monospace";

/// Writes the drawing as a standalone SVG document of the given size in pixels.
///
/// `title` becomes the accessible name of the picture.
pub(crate) fn write(
    drawing: &Drawing,
    (width, height): (u32, u32),
    title: &str,
) -> Result<String, PlotError> {
    let steps = STEPS as u32;
    let mut body = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut body, (width * steps, height * steps));
        let page = Rect::new((0.0, 0.0), (f64::from(width), f64::from(height)));
        draw(
            &mut backend,
            &Shape::Rect {
                rect: page,
                fill: WHITE,
            },
        )?;
        for shape in &drawing.shapes {
            draw(&mut backend, shape)?;
        }
        backend.present().map_err(failed)?;
    }
    if let (Some(film), Some(end)) = (&drawing.film, body.rfind("</svg>")) {
        body.insert_str(end, &film.write());
    }
    let shapes = body.find('\n').map_or("", |end| &body[end + 1..]);
    Ok(format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\">\n{shapes}",
        width * steps,
        height * steps,
        escape(title),
    ))
}

fn draw(backend: &mut SVGBackend<'_>, shape: &Shape) -> Result<(), PlotError> {
    match shape {
        Shape::Path { points, stroke } => match points.as_slice() {
            [from, to] => backend.draw_line(at(*from), at(*to), &stroke_style(*stroke)),
            _ => backend.draw_path(points.iter().map(|p| at(*p)), &stroke_style(*stroke)),
        },
        Shape::Polygon { points, fill } => {
            backend.fill_polygon(points.iter().map(|p| at(*p)), &rgba(*fill))
        }
        Shape::Rect { rect, fill } => {
            let corners = (at((rect.x0, rect.y0)), at((rect.x1, rect.y1)));
            backend.draw_rect(corners.0, corners.1, &rgba(*fill), true)
        }
        Shape::Disc {
            center,
            radius,
            fill,
        } => backend.draw_circle(at(*center), length(*radius), &rgba(*fill), true),
        Shape::Ring {
            center,
            radius,
            stroke,
        } => backend.draw_circle(at(*center), length(*radius), &stroke_style(*stroke), false),
        Shape::Text(text) => return draw_text(backend, text),
    }
    .map_err(failed)
}

fn draw_text(backend: &mut SVGBackend<'_>, text: &Text) -> Result<(), PlotError> {
    let family = FontFamily::Name(if text.monospace { MONO } else { SANS });
    let style = if text.bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    let mut font = FontDesc::new(family, text.size * STEPS * FONT_FACTOR, style);
    let shift = text.size * (HALF_DIGIT - BASELINE);
    let mut position = (text.at.0, text.at.1 + shift);
    if text.upwards {
        font = font.transform(FontTransform::Rotate270);
        position = (text.at.0 + shift, text.at.1);
    }
    let h_pos = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let style = TextStyle {
        font,
        color: rgba(text.color).to_backend_color(),
        pos: Pos::new(h_pos, VPos::Top),
    };
    backend
        .draw_text(&text.text, &style, at(position))
        .map_err(failed)
}

fn at((x, y): Xy) -> (i32, i32) {
    ((x * STEPS).round() as i32, (y * STEPS).round() as i32)
}

fn length(pixels: f64) -> u32 {
    (pixels * STEPS).round() as u32
}

fn rgba(color: Color) -> RGBAColor {
    let (r, g, b) = color.rgb;
    RGBColor(r, g, b).mix(color.alpha)
}

fn stroke_style(stroke: Stroke) -> ShapeStyle {
    ShapeStyle {
        color: rgba(stroke.color),
        filled: false,
        stroke_width: length(stroke.width).max(1),
    }
}

/// Escapes text for XML; characters that XML does not allow become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '&' => escaped.push_str("&amp;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn failed(error: impl Display) -> PlotError {
    PlotError::Draw(error.to_string())
}
