//! Every wrong program beside the message it gets.

use crate::{folder, programs};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::render::{ansi, html, json, plain};
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

/// What a browser copies of the blocks of a page: the text without its elements.
fn copied(page: &str) -> String {
    let mut out = String::new();
    for block in page.split("<pre ").skip(1) {
        let (_, rest) = block.split_once('>').unwrap();
        let (block, _) = rest.split_once("</pre>").unwrap();
        let mut words = block.split('<');
        out.push_str(words.next().unwrap());
        for word in words {
            out.push_str(word.split_once('>').unwrap().1);
        }
        out.push('\n');
    }
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    named
        .iter()
        .fold(out, |text, (name, is)| text.replace(name, is))
}

#[test]
fn what_is_copied_from_a_page_is_the_plain_text() {
    for (name, text) in programs(&folder("dsl/tests/syntax/slips")) {
        let (sources, diagnostics) = messages(&name, &text);
        let lines = |text: &str| {
            text.lines()
                .map(|l| l.trim_end().to_owned())
                .collect::<Vec<_>>()
        };
        let plain: Vec<String> = diagnostics
            .iter()
            .flat_map(|d| lines(plain(&sources, std::slice::from_ref(d)).trim_end()))
            .collect();
        assert_eq!(
            lines(&copied(&html(&sources, &diagnostics))),
            plain,
            "{name}"
        );
    }
}

#[test]
fn nothing_of_a_text_becomes_part_of_the_page() {
    let text = "<script>alert(1)</script> & \"x\"\nlet b = 'c'\n";
    let mut sources = Sources::default();
    let id = sources.add("<b>.nasaic", text);
    let span = |start, end| Span {
        source: id,
        start,
        end,
    };
    let diagnostic = Diagnostic::new("E0101", "<i>title</i>")
        .at(span(0, 8), "<u>")
        .at(span(0, 40), "both & lines")
        .note("<p> is no kind.")
        .hint("write `a < b`");
    let page = html(&sources, &[diagnostic]);
    for element in ["<script", "<b>", "<i>", "<u>", "<p>"] {
        assert!(!page.contains(element), "{element} in {page}");
    }
    assert!(
        page.contains("text-decoration:underline\">&lt;script&gt;</span>"),
        "{page}"
    );
    // What joins the two ends of a long mark is not part of the marked text.
    assert!(
        !page.contains("underline\">│") && !page.contains("underline\">╭"),
        "{page}"
    );
    assert!(page.contains("%explain E0101"));
}
