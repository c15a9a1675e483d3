//! Charts to SVG, to Vega-Lite and to words.
//!
//! A [`Figure`] says what is to be shown: plain data without pixels, colours or fonts, computed
//! elsewhere. [`svg`] draws it as a standalone document about as wide as a notebook, [`vega_lite`]
//! writes what draws it in a browser with tooltips, and [`summary`] says what is seen. The same
//! figure always gives the same bytes; values that have no place in the picture (not a number,
//! infinite, not positive on a logarithmic axis) are left out and counted in the caption.

// The gallery's charts name this crate from outside; unit tests draw them too.
#[cfg(test)]
extern crate self as nasaic_plot;

mod axes;
mod chart;
mod color_bar;
mod drawing;
mod evcxr;
mod figure;
mod film;
mod labels;
mod legend;
mod marks;
mod number;
mod page;
mod palette;
mod player;
mod rows;
mod scale;
mod summary;
mod svg;
mod text;
mod thin;
mod vega;

pub use evcxr::evcxr_content;
pub use figure::*;
pub use player::player;
pub use rows::{Rows, table_svg};
pub use summary::summary;
pub use vega::vega_lite;

use std::fmt;

/// Draws a figure as a standalone SVG document.
pub fn svg(figure: &Figure) -> Result<String, PlotError> {
    let (drawing, height) = chart::draw(figure)?;
    svg::write(&drawing, (page::WIDTH as u32, height), &figure.title)
}

/// Why a figure could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlotError {
    /// Parts of the description do not fit together.
    Shape(String),
    /// The drawing backend failed.
    Draw(String),
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(what) => write!(f, "the figure contradicts itself: {what}"),
            Self::Draw(what) => write!(f, "the figure could not be drawn: {what}"),
        }
    }
}

impl std::error::Error for PlotError {}
