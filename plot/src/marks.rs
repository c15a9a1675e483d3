//! The shapes of points.

use crate::drawing::{Drawing, Stroke, Xy};
use crate::figure::Mark;
use crate::palette::Color;

/// Draws a mark of about `radius` pixels around a position.
///
/// The shapes are scaled to look equally heavy, not to fill the same box.
pub(crate) fn draw(drawing: &mut Drawing, mark: Mark, (x, y): Xy, radius: f64, color: Color) {
    let r = radius;
    let thick = Stroke::new(color, (r * 0.45).max(1.2));
    match mark {
        Mark::Circle => drawing.disc((x, y), r, color),
        Mark::Ring => drawing.ring((x, y), r * 0.9, thick),
        Mark::Square => {
            let s = r * 0.88;
            drawing.rect(
                crate::drawing::Rect::new((x - s, y - s), (x + s, y + s)),
                color,
            );
        }
        Mark::Triangle => drawing.polygon(
            vec![
                (x, y - 1.15 * r),
                (x + 1.1 * r, y + 0.8 * r),
                (x - 1.1 * r, y + 0.8 * r),
            ],
            color,
        ),
        Mark::Diamond => {
            let s = r * 1.2;
            drawing.polygon(vec![(x, y - s), (x + s, y), (x, y + s), (x - s, y)], color);
        }
        Mark::Cross => {
            let s = r * 0.8;
            drawing.line((x - s, y - s), (x + s, y + s), thick);
            drawing.line((x - s, y + s), (x + s, y - s), thick);
        }
        Mark::Plus => {
            drawing.line((x - r, y), (x + r, y), thick);
            drawing.line((x, y - r), (x, y + r), thick);
        }
        Mark::Star => drawing.polygon(star((x, y), r * 1.35), color),
    }
}

/// The corners of a five-pointed star, tip up.
fn star((x, y): Xy, radius: f64) -> Vec<Xy> {
    (0..10)
        .map(|i| {
            let r = if i % 2 == 0 { radius } else { radius * 0.42 };
            let angle = std::f64::consts::PI * (f64::from(i) / 5.0 - 0.5);
            (x + r * libm::cos(angle), y + r * libm::sin(angle))
        })
        .collect()
}
