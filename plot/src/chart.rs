//! The drawing of each kind of chart.

mod bars;
mod chain;
mod gantt;
mod heatmap;
mod limits;
mod lines;
mod loop_nest;
mod roofline;
mod scatter;

use crate::PlotError;
use crate::drawing::Drawing;
use crate::figure::{Chart, Figure};
use crate::page::Page;

/// The height of a plane in pixels.
const PLANE_HEIGHT: f64 = 320.0;

/// Draws a figure and returns the shapes and the height of the page in pixels.
pub(crate) fn draw(figure: &Figure) -> Result<(Drawing, u32), PlotError> {
    let mut page = Page::new(&figure.title);
    match &figure.chart {
        Chart::Scatter(chart) => scatter::draw(chart, &mut page),
        Chart::Lines(chart) => lines::draw(chart, &mut page),
        Chart::Heatmap(chart) => heatmap::draw(chart, &mut page)?,
        Chart::Bars(chart) => bars::draw(chart, &mut page)?,
        Chart::Roofline(chart) => roofline::draw(chart, &mut page),
        Chart::Gantt(chart) => gantt::draw(chart, &mut page)?,
        Chart::LoopNest(chart) => loop_nest::draw(chart, &mut page),
        Chart::Chain(chart) => chain::draw(chart, &mut page),
    }
    Ok(page.finish(figure.caption.as_deref()))
}

#[cfg(test)]
mod tests;
