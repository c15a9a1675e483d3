//! The drawing of each kind of chart.

pub(crate) mod bars;
pub(crate) mod boxes;
pub(crate) mod chain;
pub(crate) mod error_bars;
pub(crate) mod floorplan;
pub(crate) mod gantt;
pub(crate) mod heatmap;
pub(crate) mod limits;
pub(crate) mod lines;
pub(crate) mod loop_nest;
pub(crate) mod motion;
pub(crate) mod parallel;
pub(crate) mod roofline;
pub(crate) mod scatter;

use crate::PlotError;
use crate::axes::{Ruler, grid, side_name, widest};
use crate::drawing::{Anchor, Drawing, Rect, Text};
use crate::figure::{Chart, Figure};
use crate::page::{LABEL_SIZE, MARGIN, Page, TICK_SIZE, WIDTH};
use crate::palette::INK;
use crate::scale::Scale;

/// The height of a plane in pixels.
pub(crate) const PLANE_HEIGHT: f64 = 320.0;

/// Takes room for a plane over categories, so far below what is there and so high, with about so
/// many numbers and the name of the vertical axis at its left.
fn values(
    page: &mut Page,
    ruler: &Ruler<'_>,
    (below, height): (f64, f64),
    numbers: usize,
) -> (Rect, Scale) {
    let top = page.y + below;
    let bottom = top + height;
    let scale = ruler.scale((bottom, top));
    let ticks = ruler.ticks(&scale, numbers);
    let left = MARGIN + LABEL_SIZE * 1.6 + widest(&ticks) + 7.0;
    let rect = Rect::new((left, top), (WIDTH - MARGIN - 4.0, bottom));
    grid(&mut page.drawing, &rect, (&[], &ticks));
    for tick in &ticks {
        if let Some(label) = &tick.label {
            let text = Text::new((rect.x0 - 6.0, tick.at), label, TICK_SIZE, INK);
            page.drawing.text(text.anchor(Anchor::End));
        }
    }
    side_name(&mut page.drawing, &ruler.name(), &rect);
    (rect, scale)
}

/// Draws a figure and returns the shapes and the height of the page in pixels.
pub(crate) fn draw(figure: &Figure) -> Result<(Drawing, u32), PlotError> {
    let mut page = Page::new(&figure.title);
    match &figure.chart {
        Chart::Scatter(chart) => scatter::draw(chart, &mut page),
        Chart::Lines(chart) => lines::draw(chart, &mut page),
        Chart::Heatmap(chart) => heatmap::draw(chart, &mut page)?,
        Chart::Bars(chart) => bars::draw(chart, &mut page)?,
        Chart::Boxes(chart) => boxes::draw(chart, &mut page)?,
        Chart::Roofline(chart) => roofline::draw(chart, &mut page),
        Chart::Gantt(chart) => gantt::draw(chart, &mut page)?,
        Chart::LoopNest(chart) => loop_nest::draw(chart, &mut page),
        Chart::Chain(chart) => chain::draw(chart, &mut page),
        Chart::Animation(chart) => motion::draw(chart, &mut page)?,
        Chart::Floorplan(chart) => floorplan::draw(chart, &mut page)?,
        Chart::Parallel(chart) => parallel::draw(chart, &mut page)?,
    }
    Ok(page.finish(figure.caption.as_deref()))
}

#[cfg(test)]
pub(crate) mod tests;
