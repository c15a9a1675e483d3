//! Every wrong program beside the message it gets.

use crate::{folder, programs};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::render::{ansi, json, plain};
use nasaic_dsl::source::{SourceId, Sources, Span};
use nasaic_dsl::syntax::parse;

fn messages(name: &str, text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add(format!("{name}.nasaic"), text);
    let (_, diagnostics) = parse(id, text);
    (sources, diagnostics)
}

fn snapshot(group: &str, name: &str, text: &str) {
    let (sources, diagnostics) = messages(name, text);
    let shown = format!("{text}\n----------\n\n{}", plain(&sources, &diagnostics));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("{group}_{name}"), shown);
    });
}

#[test]
fn wrong_programs_get_their_message() {
    for (name, text) in programs(&folder("tests/wrong-programs")) {
        snapshot("wrong", &name, &text);
    }
}

#[test]
fn slips_get_their_message() {
    for (name, text) in programs(&folder("dsl/tests/syntax/slips")) {
        snapshot("slip", &name, &text);
        let (_, diagnostics) = messages(&name, &text);
        assert!(!diagnostics.is_empty(), "{name} was taken for right");
    }
}

#[test]
fn every_message_has_a_place_a_sentence_and_a_hint() {
    for (name, text) in programs(&folder("dsl/tests/syntax/slips")) {
        for diagnostic in messages(&name, &text).1 {
            assert!(!diagnostic.labels.is_empty(), "{name}: {diagnostic:#?}");
            assert!(
                diagnostic.notes.iter().all(|note| note.ends_with('.')),
                "{diagnostic:#?}"
            );
            assert_eq!(diagnostic.notes.len(), 1, "{name}: {diagnostic:#?}");
            assert!(diagnostic.hint.is_some(), "{name}: {diagnostic:#?}");
        }
    }
}

#[test]
fn hints_that_can_be_pasted_are_right() {
    // The line of the message is replaced by the hint; the message must go away.
    for (name, text) in programs(&folder("tests/wrong-programs")) {
        let (_, diagnostics) = messages(&name, &text);
        let [diagnostic] = diagnostics.as_slice() else {
            continue;
        };
        let (Some(span), Some(hint)) = (diagnostic.span(), &diagnostic.hint) else {
            continue;
        };
        let Some(code) = hint
            .strip_prefix("write `")
            .and_then(|h| h.strip_suffix('`'))
        else {
            continue;
        };
        let line = text[..span.start as usize].matches('\n').count();
        let whole_line = ["02", "03", "10", "12"]
            .iter()
            .any(|number| name.starts_with(number));
        if whole_line {
            let mut lines: Vec<&str> = text.lines().collect();
            lines[line] = code;
            let (_, left) = messages(&name, &lines.join("\n"));
            assert!(left.is_empty(), "{name}: {left:#?}");
        }
    }
}

#[test]
fn any_span_can_be_shown() {
    let mut sources = Sources::default();
    let id = sources.add("a", "é = 3\nx");
    sources.add("empty", "");
    let places = [0, 1, 2, 3, 7, 8, 9, 1_000, u32::MAX];
    for source in [id, SourceId(1), SourceId(7)] {
        for start in places {
            for end in places {
                let span = Span { source, start, end };
                let diagnostic = Diagnostic::new("E0102", "title")
                    .at(span, "one")
                    .at(span, "two");
                let all = [diagnostic.note("A sentence.").hint("write `x`")];
                assert!(plain(&sources, &all).contains("= hint: write `x`"));
                assert!(ansi(&sources, &all).contains("\u{1b}["));
                assert_eq!(json(&sources, &all)[0]["code"], "E0102");
            }
        }
    }
}

#[test]
fn a_message_without_a_place_is_shown() {
    let warning = Diagnostic::new("W0405", "too few seeds").note("Three are needed.");
    let shown = plain(&Sources::default(), &[warning]);
    assert_eq!(
        shown,
        "warning[W0405]: too few seeds\n = Three are needed.\n\n"
    );
}

#[test]
fn json_counts_lines_and_columns_from_one() {
    let (sources, diagnostics) = messages("a", "device d {\n  ä: 1\n  pes: 4096\n}\n");
    let value = json(&sources, &diagnostics);
    let label = &value[1]["labels"][0];
    assert_eq!(label["file"], "a.nasaic");
    assert_eq!(
        (label["line"].as_u64(), label["column"].as_u64()),
        (Some(3), Some(6))
    );
    assert_eq!(label["end"]["column"], 7);
    assert_eq!(value[1]["severity"], "error");
    assert_eq!(value[1]["hint"], "write `pes = 4096`");
}
