//! The bar beside a chart that says which colour is which value.

use crate::axes::{Ruler, widest};
use crate::drawing::{Anchor, Drawing, Rect, Stroke, Text};
use crate::page::{LABEL_SIZE, TICK_SIZE};
use crate::palette::{GREY, INK, continuous};
use crate::text::shorten;

/// The room that a colour bar takes beside a chart, in pixels.
pub(crate) fn room(ruler: &Ruler<'_>, height: f64) -> f64 {
    let scale = ruler.scale((height, 0.0));
    GAP + BAR + 8.0 + widest(&ruler.ticks(&scale, count(height))) + LABEL_SIZE * 1.7
}

const GAP: f64 = 16.0;
const BAR: f64 = 13.0;
const STRIPES: usize = 64;

fn count(height: f64) -> usize {
    (height / 32.0) as usize
}

/// Draws the colour bar to the right of a rectangle and at its height.
pub(crate) fn draw(drawing: &mut Drawing, ruler: &Ruler<'_>, beside: &Rect) {
    let bar = Rect::new(
        (beside.x1 + GAP, beside.y0),
        (beside.x1 + GAP + BAR, beside.y1),
    );
    let stripe = bar.height() / STRIPES as f64;
    for i in 0..STRIPES {
        let low = bar.y1 - stripe * i as f64;
        let color = continuous((i as f64 + 0.5) / STRIPES as f64);
        // Each stripe reaches below the one after it, so that no seam shows.
        let high = (low - stripe * 1.5).max(bar.y0);
        drawing.rect(Rect::new((bar.x0, low), (bar.x1, high)), color);
    }
    let scale = ruler.scale((bar.y1, bar.y0));
    let ticks = ruler.ticks(&scale, count(bar.height()));
    for tick in &ticks {
        let length = if tick.label.is_some() { 4.0 } else { 2.5 };
        drawing.line(
            (bar.x1, tick.at),
            (bar.x1 + length, tick.at),
            Stroke::new(GREY, 1.0),
        );
        if let Some(label) = &tick.label {
            drawing.text(Text::new((bar.x1 + 7.0, tick.at), label, TICK_SIZE, INK));
        }
    }
    let x = bar.x1 + 8.0 + widest(&ticks) + LABEL_SIZE * 0.9;
    let name = shorten(&ruler.name(), LABEL_SIZE, beside.height().max(60.0));
    drawing.text(
        Text::new((x, bar.center().1), name, LABEL_SIZE, INK)
            .anchor(Anchor::Middle)
            .upwards(),
    );
}
