//! Tables and outputs in Rust notebooks.
//!
//! evcxr shows what a cell's last value prints between two marks when it has a method of this
//! name; a mime type can stand there once, so an output is one page.

use super::{HTML, PLAIN, SVG};
use crate::sink::{Output, Shown};
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
        print!("{}", page(std::slice::from_ref(self)));
    }
}

impl Shown {
    /// Shows all outputs in a notebook of evcxr, where the last value of a cell is asked for it.
    pub fn evcxr_display(&self) {
        print!("{}", page(&self.outputs));
    }
}

/// Outputs below each other, since a form can stand only once.
fn page(outputs: &[Output]) -> String {
    let (mut html, mut plain) = (String::new(), String::new());
    for bundle in outputs.iter().flat_map(Output::bundles) {
        // SVG may stand in HTML as it is.
        html += bundle.text(HTML).or(bundle.text(SVG)).unwrap_or_default();
        plain += bundle.text(PLAIN).unwrap_or_default();
    }
    [evcxr_content(HTML, &html), evcxr_content(PLAIN, &plain)].concat()
}

#[cfg(test)]
mod tests {
    use crate::sink::{Output, Part};
    use crate::table::{Cell, Head, Table};
    use nasaic_plot::{Figure, LoopNest};

    fn table() -> Table {
        Table {
            columns: vec![Head::plain("layer")],
            rows: vec![vec![Cell::text("<conv1>")]],
            ..Table::default()
        }
    }

    /// The contents between the marks, by mime type.
    fn contents(printed: &str) -> Vec<(&str, &str)> {
        let contents = printed.split("EVCXR_BEGIN_CONTENT ").skip(1);
        contents
            .map(|content| {
                let (mime, rest) = content.split_once('\n').unwrap();
                (mime, rest.strip_suffix("\nEVCXR_END_CONTENT\n").unwrap())
            })
            .collect()
    }

    #[test]
    fn a_table_is_printed_as_html_and_as_text() {
        let printed = table().evcxr();
        let [(html, page), (plain, text)] = contents(&printed)[..] else {
            panic!("{printed}");
        };
        assert_eq!((html, plain), ("text/html", "text/plain"));
        assert!(page.starts_with("<table ") && page.contains("&lt;conv1&gt;"));
        assert_eq!(text, table().to_string());
    }

    #[test]
    fn outputs_are_one_page() {
        let output = Output {
            source: "x".into(),
            parts: vec![
                Part::Text("words\n".into()),
                Part::Table(table()),
                Part::Figure(Figure::new("nest", LoopNest::default())),
            ],
            json: serde_json::Value::Null,
        };
        let printed = super::page(&[output.clone(), output]);
        let [(_, page), (_, text)] = contents(&printed)[..] else {
            panic!("{printed}");
        };
        let all = ["<pre ", "<table ", "<svg "];
        assert_eq!(all.map(|element| page.matches(element).count()), [2; 3]);
        let places = all.map(|element| page.find(element));
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{page}"
        );
        assert!(
            text.starts_with("words\n") && text.contains("nothing to show"),
            "{text}"
        );
    }
}
