//! Figures: drawn, to explore, and in words.

use super::{Bundle, SVG, VEGA_LITE};
use nasaic_plot::{Figure, summary, svg, vega_lite};

/// A figure as SVG, as Vega-Lite and in words; only the words when it cannot be drawn.
pub fn bundle(figure: &Figure) -> Bundle {
    let words = summary(figure);
    match (svg(figure), vega_lite(figure)) {
        (Ok(svg), Ok(vega)) => Bundle::new(words).with(SVG, svg).with(VEGA_LITE, vega),
        (Err(error), _) | (_, Err(error)) => Bundle::new(format!("{words}{error}\n")),
    }
}
