//! What is shown, in the forms in which a notebook can show it.
//!
//! A [`Bundle`] holds one thing in several forms by mime type; whoever shows it takes the richest
//! that it knows. The plain text is always there, for terminals and screen readers, and nothing
//! needs a script to be seen: only the buttons of what moves have one, and it moves without them.

mod evcxr;
mod figure;
mod page;
mod progress;
mod table;

use crate::sink::{Output, Part};
use serde_json::{Map, Value};

/// The mime type of plain text.
pub(crate) const PLAIN: &str = "text/plain";
/// The mime type of a fragment of HTML.
pub(crate) const HTML: &str = "text/html";
/// The mime type of a picture as SVG.
pub(crate) const SVG: &str = "image/svg+xml";
/// The mime type of an interactive picture; notebooks know the fifth version, and no later one.
pub(crate) const VEGA_LITE: &str = "application/vnd.vegalite.v5+json";

/// One thing in several forms: mime type to data, as the Jupyter protocol has them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bundle(pub Map<String, Value>);

impl Bundle {
    /// A bundle with its plain text.
    fn new(plain: impl Into<String>) -> Self {
        Self::default().with(PLAIN, plain.into())
    }

    fn with(mut self, mime: &str, data: impl Into<Value>) -> Self {
        self.0.insert(mime.to_owned(), data.into());
        self
    }

    /// The text of one form; none when there is no such form, or when it is not text.
    pub fn text(&self, mime: &str) -> Option<&str> {
        self.0.get(mime)?.as_str()
    }
}

impl Part {
    /// The part in every form that it has.
    pub fn bundle(&self) -> Bundle {
        match self {
            Self::Text(text) => of_text(text),
            Self::Report { lines, tables } => {
                Bundle::new(lines.as_str()).with(HTML, table::pages(tables))
            }
            Self::Table(table) => table::bundle(table),
            Self::Figure(figure) => figure::bundle(figure),
        }
    }
}

impl Output {
    /// What is shown, in order; texts that follow each other are one, and so are reports.
    pub fn bundles(&self) -> Vec<Bundle> {
        let runs = self.parts.chunk_by(|a, b| {
            matches!(
                (a, b),
                (Part::Text(_), Part::Text(_)) | (Part::Report { .. }, Part::Report { .. })
            )
        });
        runs.map(|run| match run {
            [part] => part.bundle(),
            run => together(run),
        })
        .collect()
    }
}

/// Texts, or reports, as one.
fn together(run: &[Part]) -> Bundle {
    let (mut texts, mut pages) = (Vec::new(), Vec::new());
    for part in run {
        match part {
            Part::Text(text) => texts.push(text.as_str()),
            Part::Report { lines, tables } => {
                texts.push(lines);
                pages.push(table::pages(tables));
            }
            Part::Table(_) | Part::Figure(_) => {}
        }
    }
    let text = texts.join("\n");
    match pages.is_empty() {
        true => of_text(&text),
        false => Bundle::new(text).with(HTML, pages.concat()),
    }
}

fn of_text(text: &str) -> Bundle {
    Bundle::new(text).with(HTML, page::lines(text))
}
