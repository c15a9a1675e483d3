//! Figures in Rust notebooks.

use crate::figure::Figure;
use crate::{summary, svg};

/// What evcxr takes from a cell's output as content of a mime type.
///
/// A value whose method `evcxr_display` prints this is shown in a notebook as that content.
pub fn evcxr_content(mime: &str, content: &str) -> String {
    format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n")
}

impl Figure {
    /// Shows the figure in a notebook of evcxr, where the last value of a cell is asked for it.
    pub fn evcxr_display(&self) {
        print!("{}", self.evcxr());
    }

    fn evcxr(&self) -> String {
        let words = evcxr_content("text/plain", &summary(self));
        match svg(self) {
            Ok(svg) => evcxr_content("image/svg+xml", &svg) + &words,
            Err(error) => format!("{error}\n{words}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::figure::{Axis, Figure, Heatmap, LoopNest};

    #[test]
    fn a_figure_is_printed_as_svg_and_in_words() {
        let printed = Figure::new("nest", LoopNest::default()).evcxr();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT image/svg+xml");
        assert!(lines[1].starts_with("<svg "), "{printed}");
        let end = lines
            .iter()
            .position(|l| *l == "EVCXR_END_CONTENT")
            .unwrap();
        assert_eq!(lines[end + 1], "EVCXR_BEGIN_CONTENT text/plain");
        assert!(lines[end + 2].starts_with("nest"), "{printed}");
        assert_eq!(lines.last(), Some(&"EVCXR_END_CONTENT"));
    }

    #[test]
    fn a_contradiction_is_printed_as_text() {
        let heatmap = Heatmap {
            x: Axis::new("x"),
            values: vec![None],
            ..Heatmap::default()
        };
        let printed = Figure::new("map", heatmap).evcxr();
        assert!(
            printed.starts_with("the figure contradicts itself"),
            "{printed}"
        );
    }
}
