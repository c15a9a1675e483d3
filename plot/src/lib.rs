//! Charts to SVG.
