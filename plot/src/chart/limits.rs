//! Specifications and reference lines across a plane.

use crate::axes::Plane;
use crate::drawing::{Anchor, Rect, Stroke, Text, Xy};
use crate::figure::{Axis, Bound, Direction, Limit};
use crate::labels;
use crate::page::{Page, TICK_SIZE};
use crate::palette::{RED, WHITE};
use crate::scale::{Extent, drawable};
use crate::text::shorten;

const SHADE: f64 = 0.07;

/// Which extents the limits ask for: those of the data, with each limit that does not make the
/// data shrink to less than a third of the picture.
pub(super) fn widen(
    (x, y): (Extent, Extent),
    (x_axis, y_axis): (&Axis, &Axis),
    limits: &[Limit],
) -> (Extent, Extent) {
    let one = |extent: Extent, axis: &Axis, direction: Direction| {
        limits
            .iter()
            .filter(|l| l.axis == direction && drawable(l.value, axis.log))
            .map(|l| l.value)
            .filter(|v| is_near(extent, axis.log, *v))
            .fold(extent, Extent::with)
    };
    (one(x, x_axis, Direction::X), one(y, y_axis, Direction::Y))
}

fn is_near(extent: Extent, log: bool, value: f64) -> bool {
    let place = |v: f64| if log { libm::log10(v) } else { v };
    let (lo, hi) = (place(extent.lo), place(extent.hi));
    let span = (hi - lo).max(if log {
        0.3
    } else {
        hi.abs().max(lo.abs()) * 0.3
    });
    let v = place(value);
    v >= lo - 2.0 * span && v <= hi + 2.0 * span
}

/// Shades the infeasible sides; drawn before the data.
pub(super) fn shade(page: &mut Page, plane: &Plane, limits: &[Limit], extents: (Extent, Extent)) {
    for limit in limits.iter().filter(|l| is_inside(l, extents)) {
        let r = plane.rect;
        let rect = match (limit.axis, limit.bound) {
            (_, None) => continue,
            (Direction::X, Some(Bound::AtMost)) => Rect {
                x0: plane.x.at(limit.value),
                ..r
            },
            (Direction::X, Some(Bound::AtLeast)) => Rect {
                x1: plane.x.at(limit.value),
                ..r
            },
            (Direction::Y, Some(Bound::AtMost)) => Rect {
                y1: plane.y.at(limit.value),
                ..r
            },
            (Direction::Y, Some(Bound::AtLeast)) => Rect {
                y0: plane.y.at(limit.value),
                ..r
            },
        };
        page.drawing.rect(rect, RED.alpha(SHADE));
    }
}

/// Draws the lines with their labels after the data and returns the places of the labels.
///
/// The labels keep off `obstacles` where they can. A limit outside the picture is named in the
/// caption instead.
pub(super) fn lines(
    page: &mut Page,
    plane: &Plane,
    limits: &[Limit],
    extents: (Extent, Extent),
    obstacles: &[Rect],
) -> Vec<Rect> {
    let mut taken: Vec<Rect> = Vec::new();
    let lines: Vec<Rect> = limits
        .iter()
        .filter(|l| is_inside(l, extents))
        .flat_map(|l| labels::along(&ends(l, plane)))
        .collect();
    for limit in limits {
        if !is_inside(limit, extents) {
            if limit.value.is_finite() {
                page.note(format!("Outside the picture: {}.", limit.label));
            }
            continue;
        }
        let stroke = Stroke::new(RED, 1.2);
        let [from, to] = ends(limit, plane);
        page.drawing.dashes(from, to, stroke, (6.0, 4.0));
        let free = |text: &Text| {
            let bounds = text.bounds();
            !taken
                .iter()
                .chain(&lines)
                .chain(obstacles)
                .any(|t| t.overlaps(&bounds))
        };
        let apart = |text: &Text| !taken.iter().any(|t| t.overlaps(&text.bounds()));
        let text = candidates(limit, plane)
            .find(free)
            .or_else(|| candidates(limit, plane).find(apart))
            .unwrap_or_else(|| label(limit, plane, 0.0, false));
        let bounds = text.bounds();
        page.drawing.rect(bounds, WHITE.alpha(0.8));
        taken.push(bounds);
        page.drawing.text(text);
    }
    taken
}

/// The two ends of the line of a limit.
fn ends(limit: &Limit, plane: &Plane) -> [Xy; 2] {
    let r = plane.rect;
    match limit.axis {
        Direction::X => {
            let x = plane.x.at(limit.value);
            [(x, r.y0), (x, r.y1)]
        }
        Direction::Y => {
            let y = plane.y.at(limit.value);
            [(r.x0, y), (r.x1, y)]
        }
    }
}

/// Whether a limit lies within the picture.
pub(crate) fn is_inside(limit: &Limit, (x, y): (Extent, Extent)) -> bool {
    let extent = match limit.axis {
        Direction::X => x,
        Direction::Y => y,
    };
    limit.value >= extent.lo && limit.value <= extent.hi
}

/// The places for the label along its line, those on the infeasible side first.
fn candidates<'a>(limit: &'a Limit, plane: &'a Plane) -> impl Iterator<Item = Text> + 'a {
    let room = match limit.axis {
        Direction::X => plane.rect.height(),
        Direction::Y => plane.rect.width(),
    };
    let shifts = (0..60)
        .map(|i| f64::from(i) * 10.0)
        .take_while(move |shift| *shift < room * 0.9);
    [false, true]
        .into_iter()
        .flat_map(move |other_side| shifts.clone().map(move |shift| (shift, other_side)))
        .map(|(shift, other_side)| label(limit, plane, shift, other_side))
        .filter(|text| plane.rect.contains(&text.bounds()))
}

/// The label `shift` pixels from the end of the line, on the infeasible or on the other side.
fn label(limit: &Limit, plane: &Plane, shift: f64, other_side: bool) -> Text {
    let r = plane.rect;
    let below = (limit.bound == Some(Bound::AtLeast)) != other_side;
    match limit.axis {
        Direction::X => {
            let name = shorten(&limit.label, TICK_SIZE, r.height() * 0.6);
            let x = plane.x.at(limit.value) + if below { -9.0 } else { 9.0 };
            Text::new((x, r.y0 + 5.0 + shift), name, TICK_SIZE, RED)
                .anchor(Anchor::End)
                .upwards()
        }
        Direction::Y => {
            let name = shorten(&limit.label, TICK_SIZE, r.width() * 0.6);
            let y = plane.y.at(limit.value) + if below { 9.0 } else { -9.0 };
            Text::new((r.x1 - 6.0 - shift, y), name, TICK_SIZE, RED).anchor(Anchor::End)
        }
    }
}
