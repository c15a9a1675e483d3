//! Sections as text for a terminal, and as JSON.

use serde_json::json;

use crate::data::Folder;
use crate::report::{Line, Section, Verdict};

/// Columns of a line's first part at most; what is longer pushes its own line only.
const MOST_COLUMNS: usize = 60;

/// One table of all lines, each with its verdict, and their number by verdict at the end.
pub fn text(sections: &[Section], color: bool) -> String {
    let lines = || sections.iter().flat_map(|s| &s.lines);
    let columns = lines().map(|l| l.what.chars().count());
    let width = columns.max().unwrap_or(0).min(MOST_COLUMNS);
    let mut out = String::new();
    for section in sections {
        out += &format!("{}\n", section.title);
        for line in &section.lines {
            let verdict = painted(&format!("{:<7}", word(line.verdict)), line.verdict, color);
            out += &format!("  {verdict}  {:<width$}  {}\n", line.what, figure(line));
        }
        out += "\n";
    }
    out + &format!("{}\n", summary(sections))
}

/// The figure, and what was asked for.
fn figure(line: &Line) -> String {
    if line.bar.is_empty() {
        line.figure.clone()
    } else {
        format!("{} (asked: {})", line.figure, line.bar)
    }
}

/// How many lines have each verdict, in words.
pub fn summary(sections: &[Section]) -> String {
    let counted = |verdict: Verdict, what: &str| {
        let lines = sections.iter().flat_map(|s| &s.lines);
        let count = lines.filter(|l| l.verdict == verdict).count();
        format!("{count} {what}")
    };
    [
        counted(Verdict::Pass, "pass"),
        counted(Verdict::Short, "fall short"),
        counted(Verdict::Info, "for information"),
        counted(Verdict::Skipped, "skipped"),
    ]
    .join(", ")
}

/// The word for a verdict.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Short => "short",
        Verdict::Info => "info",
        Verdict::Skipped => "skipped",
    }
}

/// Text in the colour of a verdict: green, bold red, none, yellow.
fn painted(text: &str, verdict: Verdict, color: bool) -> String {
    let code = match verdict {
        Verdict::Pass => "32",
        Verdict::Short => "1;31",
        Verdict::Skipped => "33",
        Verdict::Info => return text.to_owned(),
    };
    if color {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Everything as one JSON object: lines, tables and notes of each section.
pub fn json(folder: &Folder, sections: &[Section]) -> String {
    let object = json!({
        "data": folder.to_string(),
        "falls_short": sections.iter().any(Section::falls_short),
        "sections": sections,
    });
    format!("{object:#}\n")
}
