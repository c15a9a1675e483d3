//! Tables and outputs in Rust notebooks.
//!
//! evcxr shows what a cell's last value prints between two marks when it has a method of this
//! name; a mime type can stand there once, so an output is one page.

use super::{HTML, PLAIN, SVG};
use crate::sink::Output;
use crate::table::Table;
use nasaic_plot::evcxr_content;

impl Table {
    /// Shows the table in a notebook of evcxr, where the last value of a cell is asked for it.
    pub fn evcxr_display(&self) {
        print!("{}", self.evcxr());
    }

    fn evcxr(&self) -> String {
        let bundle = super::table::bundle(self);
        let form = |mime| evcxr_content(mime, bundle.text(mime).unwrap_or_default());
        [HTML, PLAIN].map(form).concat()
    }
}

impl Output {
    /// Shows the output in a notebook of evcxr, where the last value of a cell is asked for it.
    pub fn evcxr_display(&self) {
        print!("{}", self.evcxr());
    }

    fn evcxr(&self) -> String {
        let (mut html, mut plain) = (String::new(), String::new());
        for bundle in self.bundles() {
            // SVG may stand in HTML as it is.
            html += bundle.text(HTML).or(bundle.text(SVG)).unwrap_or_default();
            plain += bundle.text(PLAIN).unwrap_or_default();
        }
        [evcxr_content(HTML, &html), evcxr_content(PLAIN, &plain)].concat()
    }
}
