//! Figures as Vega-Lite, for notebooks that draw it: tooltips on every mark, zoom and pan.
//!
//! A specification holds its data and says what [`svg`](crate::svg) draws, from the same selection
//! of what can be seen, in the same colours and on the same scales. It is written in version 5,
//! which notebooks know; the numbers have six significant digits.

mod bars;
mod boxes;
mod chain;
mod floorplan;
mod gantt;
mod heatmap;
mod limits;
mod lines;
mod looks;
mod measure;
mod nest;
mod page;
mod parallel;
mod roofline;
mod scatter;

use crate::PlotError;
use crate::figure::{Chart, Figure};
use serde_json::Value;

/// Writes a figure as a Vega-Lite specification, with its data.
///
/// Fails as [`svg`](crate::svg) does when parts of the description do not fit together, and for what
/// only moves ([`player`](crate::player) has buttons for that). The same
/// figure always gives the same specification.
pub fn vega_lite(figure: &Figure) -> Result<Value, PlotError> {
    let view = match &figure.chart {
        Chart::Scatter(chart) => scatter::view(chart),
        Chart::Lines(chart) => lines::view(chart),
        Chart::Heatmap(chart) => heatmap::view(chart)?,
        Chart::Bars(chart) => bars::view(chart)?,
        Chart::Boxes(chart) => boxes::view(chart)?,
        Chart::Roofline(chart) => roofline::view(chart),
        Chart::Gantt(chart) => gantt::view(chart)?,
        Chart::LoopNest(chart) => nest::view(chart),
        Chart::Chain(chart) => chain::view(chart),
        Chart::Floorplan(chart) => floorplan::view(chart)?,
        Chart::Parallel(chart) => parallel::view(chart)?,
        Chart::Animation(_) => {
            let why = "Vega-Lite has no clock; as SVG and as HTML the picture moves";
            return Err(PlotError::Draw(why.into()));
        }
    };
    Ok(page::specification(figure, view))
}

#[cfg(test)]
mod tests;
