//! Error bars: how far from its place a point may lie.

use crate::axes::Plane;
use crate::drawing::Stroke;
use crate::figure::{Axis, Point};
use crate::page::Page;
use crate::palette::Color;
use crate::scale::drawable;

/// Half the length of the stroke across each end, in pixels.
const CAP: f64 = 2.5;
const WIDTH: f64 = 1.0;

/// The ends of the bars of a point, along the horizontal and the vertical axis; a bar of which an
/// end has no place on its axis is left out.
pub(crate) fn ends(point: &Point, x: &Axis, y: &Axis) -> Vec<[(f64, f64); 2]> {
    let across = point
        .x_error
        .map(|e| [(point.x - e, point.y), (point.x + e, point.y)]);
    let up = point
        .y_error
        .map(|e| [(point.x, point.y - e), (point.x, point.y + e)]);
    let bars = across.into_iter().chain(up);
    bars.filter(|bar| {
        bar.iter()
            .all(|p| drawable(p.0, x.log) && drawable(p.1, y.log))
    })
    .collect()
}

/// Draws bars, each with a stroke across its ends.
pub(super) fn draw(page: &mut Page, plane: &Plane, bars: &[[(f64, f64); 2]], color: Color) {
    let stroke = Stroke::new(color, WIDTH);
    for bar in bars {
        let [a, b] = bar.map(|end| plane.at(end));
        page.drawing.path(vec![a, b], stroke);
        let (dx, dy) = match a.1 == b.1 {
            true => (0.0, CAP),
            false => (CAP, 0.0),
        };
        for (x, y) in [a, b] {
            page.drawing
                .path(vec![(x - dx, y - dy), (x + dx, y + dy)], stroke);
        }
    }
}
