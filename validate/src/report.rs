//! What a comparison finds: lines with a verdict, tables, and notes that explain them.

use serde::Serialize;

/// How a line stands to its bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The bar is met.
    Pass,
    /// The bar is missed.
    Short,
    /// There is no bar: the figure is for reading.
    Info,
    /// The data is absent or has no usable rows; the figure says which.
    Skipped,
}

/// One compared quantity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What was compared.
    pub what: String,
    /// What came out.
    pub figure: String,
    /// What was asked for; empty where nothing is.
    pub bar: String,
    /// How the two stand.
    pub verdict: Verdict,
}

impl Line {
    /// A line with a bar.
    pub fn judged(
        what: impl Into<String>,
        figure: impl Into<String>,
        bar: impl Into<String>,
        met: bool,
    ) -> Self {
        Line {
            what: what.into(),
            figure: figure.into(),
            bar: bar.into(),
            verdict: if met { Verdict::Pass } else { Verdict::Short },
        }
    }

    /// A line without a bar.
    pub fn info(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Line {
            what: what.into(),
            figure: figure.into(),
            bar: String::new(),
            verdict: Verdict::Info,
        }
    }

    /// A comparison that could not be made, and why.
    pub fn skipped(what: impl Into<String>, why: impl Into<String>) -> Self {
        Line {
            what: what.into(),
            figure: why.into(),
            bar: String::new(),
            verdict: Verdict::Skipped,
        }
    }
}

/// A table of figures behind the lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// What it shows, with units.
    pub caption: String,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Rows, as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// A picture of figures, for the page in the manual.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Name of its file.
    pub file: String,
    /// What is drawn.
    pub figure: nasaic_plot::Figure,
}

/// All that one comparison has to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// The peer, the silicon or the law.
    pub title: String,
    /// Where the reference data comes from.
    pub source: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The pictures, which are not part of the JSON.
    #[serde(skip)]
    pub pictures: Vec<Picture>,
    /// Explanations of what differs and why, one paragraph each.
    pub notes: Vec<String>,
}

impl Section {
    /// A section without lines yet.
    pub fn new(title: impl Into<String>, source: impl Into<String>) -> Self {
        Section {
            title: title.into(),
            source: source.into(),
            lines: Vec::new(),
            tables: Vec::new(),
            pictures: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Whether any line misses its bar.
    pub fn falls_short(&self) -> bool {
        self.lines.iter().any(|l| l.verdict == Verdict::Short)
    }
}
