//! The pieces of HTML that tables, texts and bars are made of.

use nasaic_dsl::render::{PRE, escape};

/// The muted colour of secondary text, on light and dark pages.
pub const MUTED: &str = "opacity:.75";
/// Thin lines of the page's theme, visible on white and black.
pub const LINE: &str = "var(--jp-border-color2,rgba(128,128,128,.5))";
/// What is met.
const GOOD: &str = "var(--jp-success-color1,#2e9e4f)";
/// What is missed.
const BAD: &str = "var(--jp-error-color1,#d64545)";

/// Lines of text as they are, with the signs of met and missed specs in colour.
pub fn lines(text: &str) -> String {
    let marked: Vec<String> = text.trim_end().lines().map(line).collect();
    format!("<pre style=\"{PRE}\">{}</pre>\n", marked.join("\n"))
}

fn line(line: &str) -> String {
    marked(&escape(line))
}

/// What is escaped, in colour where it begins with the sign of a met or missed spec.
pub fn marked(escaped: &str) -> String {
    let colored = |sign: &str, color: &str| {
        escaped.replacen(sign, &format!("<b style=\"color:{color}\">{sign}</b>"), 1)
    };
    // The signs as a report writes them: only before the text of a spec.
    match escaped.trim_start().chars().next() {
        Some('✓') => colored("✓", GOOD),
        Some('✗') => colored("✗", BAD),
        _ => escaped.to_owned(),
    }
}
