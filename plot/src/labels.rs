//! Places for the labels of points, so that none covers another.

use crate::drawing::{Anchor, Drawing, Rect, Stroke, Text, Xy};
use crate::palette::{GREY, INK, WHITE};
use crate::text::shorten;

const SIZE: f64 = 11.0;
/// The number of labels that are tried; a picture has room for fewer.
const MOST: usize = 300;
/// The width of the longest label in pixels.
const LONGEST: f64 = 170.0;

/// A text that wants to stand near a point.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub at: Xy,
    pub text: String,
}

/// Draws the labels that find a free place within `inside` and returns how many did not.
///
/// Earlier labels choose first. No label covers what is `taken`; lines are crossed only by labels
/// that find no other place.
pub(crate) fn place(
    drawing: &mut Drawing,
    labels: &[Label],
    inside: &Rect,
    (mut taken, lines): (Vec<Rect>, &[Rect]),
) -> usize {
    let mut without = labels.len().saturating_sub(MOST);
    for label in labels.iter().take(MOST) {
        let covers = |rect: &Rect| taken.iter().any(|t| t.overlaps(rect));
        let free = |(text, leads): &(Text, bool)| {
            let bounds = text.bounds();
            let lead = if *leads {
                along(&leader(label.at, &bounds))
            } else {
                Vec::new()
            };
            inside.contains(&bounds) && !covers(&bounds) && !lead.iter().any(covers)
        };
        let crosses = |(text, _): &(Text, bool)| {
            let bounds = text.bounds();
            lines.iter().any(|l| l.overlaps(&bounds))
        };
        let clear = candidates(label).find(|c| free(c) && !crosses(c));
        let Some((text, leads)) = clear.or_else(|| candidates(label).find(free)) else {
            without += 1;
            continue;
        };
        let bounds = text.bounds();
        if leads {
            let [from, to] = leader(label.at, &bounds);
            drawing.line(from, to, Stroke::new(GREY.tint(0.3), 0.8));
        }
        taken.push(bounds);
        // Where points are too many to be kept clear of, the text still stands out.
        drawing.rect(bounds, WHITE.alpha(0.75));
        drawing.text(text);
    }
    without
}

/// Small squares all along a path, which keep labels off it.
pub(crate) fn along(path: &[Xy]) -> Vec<Rect> {
    const APART: f64 = 5.0;
    let mut squares = Vec::new();
    for ends in path.windows(2) {
        let ((x0, y0), (x1, y1)) = (ends[0], ends[1]);
        let steps = (libm::hypot(x1 - x0, y1 - y0) / APART).ceil().max(1.0);
        for i in 0..=steps as usize {
            let part = i as f64 / steps;
            let at = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
            squares.push(Rect::new(at, at).grow(2.0));
        }
    }
    squares
}

/// The places around a point from the best to the worst, and whether each needs a leader line.
fn candidates(label: &Label) -> impl Iterator<Item = (Text, bool)> + '_ {
    const SIDES: [(f64, f64, Anchor); 10] = [
        (1.0, 0.0, Anchor::Start),
        (0.8, -0.9, Anchor::Start),
        (0.8, 0.9, Anchor::Start),
        (-1.0, 0.0, Anchor::End),
        (-0.8, -0.9, Anchor::End),
        (-0.8, 0.9, Anchor::End),
        (0.0, -1.4, Anchor::Middle),
        (0.0, 1.4, Anchor::Middle),
        (0.4, -1.3, Anchor::Start),
        (0.4, 1.3, Anchor::Start),
    ];
    let text = shorten(&label.text, SIZE, LONGEST);
    [8.0, 9.5, 18.0, 26.0, 36.0, 48.0]
        .into_iter()
        .flat_map(move |distance| {
            let (x, y) = label.at;
            let text = text.clone();
            SIDES.into_iter().map(move |(dx, dy, anchor)| {
                let at = (x + dx * distance, y + dy * distance);
                (
                    Text::new(at, text.clone(), SIZE, INK).anchor(anchor),
                    distance > 15.0,
                )
            })
        })
}

/// The line from the edge of a point's mark to its label.
fn leader((x, y): Xy, label: &Rect) -> [Xy; 2] {
    const MARK: f64 = 8.0;
    let to = (x.clamp(label.x0, label.x1), y.clamp(label.y0, label.y1));
    let length = libm::hypot(to.0 - x, to.1 - y).max(MARK);
    let part = MARK / length;
    [(x + (to.0 - x) * part, y + (to.1 - y) * part), to]
}
