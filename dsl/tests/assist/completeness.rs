//! Whether a cell waits for more lines.

use nasaic_dsl::assist::{Completeness, completeness};

fn waits(text: &str) -> Option<String> {
    match completeness(text) {
        Completeness::Incomplete { indent } => Some(indent),
        _ => None,
    }
}

#[test]
fn what_is_open_waits_with_an_indentation() {
    assert_eq!(waits("network a {").as_deref(), Some("  "));
    assert_eq!(waits("network a {\n  conv {").as_deref(), Some("    "));
    assert_eq!(waits("evaluate(a,").as_deref(), Some("  "));
    assert_eq!(waits("let x =").as_deref(), Some("  "));
    assert_eq!(waits("let d = base with").as_deref(), Some("  "));
    assert_eq!(waits("script s \"\"\"\nfn f(x) {").as_deref(), Some(""));
    assert_eq!(waits("/* so far").as_deref(), Some(""));
}

#[test]
fn what_can_be_read_is_complete() {
    for text in [
        "",
        "// nothing",
        "let x = 3",
        "run.best",
        "network a { }",
        "let x = ?",
        "let y = 3 mm²",
    ] {
        assert_eq!(completeness(text), Completeness::Complete, "{text}");
    }
}

#[test]
fn what_no_line_can_mend_is_invalid() {
    for text in ["}", "network a )", "let x = \"open", "let 3", "pes: 3"] {
        assert_eq!(completeness(text), Completeness::Invalid, "{text}");
    }
}
