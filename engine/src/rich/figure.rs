//! Figures: drawn, to explore or to play, and in words.

use super::{Bundle, HTML, SVG, VEGA_LITE};
use nasaic_plot::{Figure, player, summary, svg, vega_lite};

/// A figure as SVG, as Vega-Lite and in words; only the words when it cannot be drawn. What moves
/// has buttons in HTML instead of Vega-Lite.
pub fn bundle(figure: &Figure) -> Bundle {
    let words = summary(figure);
    if let (Ok(svg), Ok(Some(player))) = (svg(figure), player(figure)) {
        return Bundle::new(words).with(SVG, svg).with(HTML, player);
    }
    match (svg(figure), vega_lite(figure)) {
        (Ok(svg), Ok(vega)) => Bundle::new(words).with(SVG, svg).with(VEGA_LITE, vega),
        (Err(error), _) | (_, Err(error)) => Bundle::new(format!("{words}{error}\n")),
    }
}
