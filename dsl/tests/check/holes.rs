//! A `?` anywhere is told once, and nothing else is told because of it.

use crate::prelude::{Session, check, codes, folder, programs};

/// The words, numbers and signs of a text where a `?` can stand, outside comments and strings.
fn places(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut at = 0;
    while at < bytes.len() {
        if text[at..].starts_with("//") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        } else if text[at..].starts_with("\"\"\"") {
            let end = text[at + 3..].find("\"\"\"").expect("closed");
            at += end + 6;
        } else if bytes[at] == b'"' {
            at += text[at + 1..].find('"').expect("closed") + 2;
        } else if word(bytes[at]) {
            let start = at;
            while at < bytes.len()
                && (word(bytes[at]) || bytes[at] == b'.' && bytes[at - 1].is_ascii_digit())
            {
                at += 1;
            }
            out.push((start, at));
        } else {
            at += 1;
        }
    }
    out
}

fn with_hole(text: &str, (start, end): (usize, usize)) -> String {
    format!("{}?{}", &text[..start], &text[end..])
}

/// Of so many places one is tried; all of them with NASAIC_EVERY_HOLE.
fn one_of(many: usize) -> usize {
    std::env::var("NASAIC_EVERY_HOLE").map_or(many, |_| 1)
}

#[test]
fn any_word_can_be_a_hole() {
    let every = one_of(23);
    let mut failed = Vec::new();
    for (name, text) in programs(&folder("examples")) {
        if !check(&text).0.diagnostics.is_empty() {
            continue;
        }
        for place in places(&text).into_iter().step_by(every) {
            let holed = with_hole(&text, place);
            let (checked, shown) = check(&holed);
            if codes(&checked) != ["E0310"] {
                failed.push(format!("{name}: `{}`\n{shown}", &text[place.0..place.1]));
            }
        }
    }
    let count = failed.len();
    assert!(
        failed.is_empty(),
        "{count} of them\n{}",
        failed[..count.min(12)].join("\n")
    );
}

#[test]
fn any_line_can_be_a_hole() {
    let every = one_of(5);
    let mut failed = Vec::new();
    for (name, text) in programs(&folder("examples")) {
        if !check(&text).0.diagnostics.is_empty() {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (n, line) in lines.iter().enumerate().step_by(every) {
            // A line with half a bracket is no statement of its own.
            let opened =
                |open: char, close: char| line.matches(open).count() != line.matches(close).count();
            let none =
                line.trim().is_empty() || line.trim().starts_with("//") || line.starts_with(']');
            if none
                || opened('{', '}')
                || opened('(', ')')
                || opened('[', ']')
                || line.contains('"')
            {
                continue;
            }
            let mut holed = lines.clone();
            let indented = format!("{}?", &line[..line.len() - line.trim_start().len()]);
            holed[n] = &indented;
            let (checked, shown) = check(&(holed.join("\n") + "\n"));
            if codes(&checked) != ["E0310"] {
                failed.push(format!("{name}: `{line}`\n{shown}"));
            }
        }
    }
    let count = failed.len();
    assert!(
        failed.is_empty(),
        "{count} of them\n{}",
        failed[..count.min(12)].join("\n")
    );
}

#[test]
fn holes_on_one_line_are_all_told() {
    for text in [
        "let ? = ?\n",
        "network ? { input = [?, 8, 8] }\n",
        "? ?\n?\n",
        "let a = f(?, ? = 2)\nlet b = a + ? ms\n? { ? = ? }\n",
    ] {
        let (checked, shown) = check(text);
        assert_eq!(
            codes(&checked),
            vec!["E0310"; text.matches('?').count()],
            "{shown}"
        );
    }
}

#[test]
fn a_number_may_lack_where_its_unit_stands() {
    let (checked, shown) = check("let limit = ? ms\nlet twice = 2 * limit\nexpect twice < 3 s\n");
    assert_eq!(codes(&checked), ["E0310"], "{shown}");
}

#[test]
fn mistakes_beside_a_hole_are_told() {
    let (checked, _) = check("let a = ?\nlet b = 3 ms + 2 J\nlet c = unknown\n");
    assert_eq!(codes(&checked), ["E0310", "E0301", "E0201"]);
}

#[test]
fn a_name_waits_for_the_hole_of_its_cell() {
    let mut session = Session::default();
    let cells = [
        ("let mine = ? ms\n", vec!["E0310"]),
        ("mine * 2\n", vec!["E0311"]),
        ("let twice = mine * 2\n", vec!["E0311"]),
        ("twice\n", vec!["E0311"]),
        ("let other = 3 ms + 2 J\n", vec!["E0301"]),
        ("other\n", vec!["E0311"]),
        ("let mine = 2 ms\n", vec![]),
        ("let twice = mine * 2\n", vec![]),
        ("twice\n", vec![]),
    ];
    let mut all = String::new();
    for (n, (text, wanted)) in cells.iter().enumerate() {
        let (checked, shown) = session.cell(&format!("cell [{}]", n + 1), text);
        assert_eq!(&codes(&checked), wanted, "{shown}");
        all.push_str(&shown);
    }
    insta::assert_snapshot!("waiting", all);
}

#[test]
fn a_hole_for_a_whole_declaration_is_shown_beside_an_unknown_name() {
    let mut session = Session::default();
    session.cell("cell [1]", "// the accelerator\n?\n");
    let (checked, shown) = session.cell("cell [2]", "mine\n");
    assert_eq!(codes(&checked), ["E0201"]);
    assert!(shown.contains("perhaps this is to declare it"), "{shown}");
    session.cell("cell [3]", "// the accelerator\nlet other = 2\n");
    let (_, shown) = session.cell("cell [4]", "mine\n");
    assert!(!shown.contains("perhaps"), "{shown}");
}
