//! The formatter changes blanks and nothing else.

use crate::{examples, folder, programs};
use nasaic_dsl::source::SourceId;
use nasaic_dsl::syntax::{format, parse};

const NASTY: &str = include_str!("nasty.nasaic");

fn formatted(text: &str) -> String {
    format(SourceId(0), text).unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics:#?}"))
}

/// What must survive: every sign but blanks and commas, in order.
fn words(text: &str) -> String {
    text.replace('≤', "<=")
        .replace('≥', ">=")
        .split_whitespace()
        .collect::<String>()
        .replace(',', "")
}

/// The same whatever their order: a comment inside an expression moves before it.
fn sorted(text: &str) -> Vec<char> {
    let mut signs: Vec<char> = words(text).chars().collect();
    signs.sort_unstable();
    signs
}

fn check(name: &str, text: &str) -> String {
    let once = formatted(text);
    assert_eq!(
        formatted(&once),
        once,
        "{name} changes when it is formatted again"
    );
    let (before, after) = (parse(SourceId(0), text).0, parse(SourceId(0), &once).0);
    assert_eq!(
        after.without_spans(),
        before.without_spans(),
        "{name} has another tree"
    );
    assert_eq!(sorted(&once), sorted(text), "{name} lost something");
    once
}

#[test]
fn examples_survive() {
    for (name, text) in examples() {
        assert_eq!(words(&check(&name, &text)), words(&text), "{name}");
    }
}

#[test]
fn layout_rules_survive() {
    let files = programs(&folder("tests/wrong-programs"));
    let (name, text) = files
        .iter()
        .find(|(name, _)| name.starts_with("12"))
        .unwrap();
    check(name, text);
}

#[test]
fn comments_everywhere_survive() {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("layout_nasty", check("nasty", NASTY));
    });
}

#[test]
fn a_wrong_text_is_not_formatted() {
    let diagnostics = format(SourceId(0), "device d {\n  pes: 4096\n}\n").unwrap_err();
    assert_eq!(diagnostics[0].code, "E0103");
}

#[test]
fn layouts() {
    let table = [
        ("", ""),
        ("\n\n// only a comment\n\n\n", "// only a comment\n"),
        ("let a=3\n\n\n\nlet b  =  4", "let a = 3\n\nlet b = 4\n"),
        (
            "device d {pes=3,clock=1GHz}",
            "device d { pes = 3, clock = 1 GHz }\n",
        ),
        ("device d {\npes=3}", "device d {\n  pes = 3\n}\n"),
        ("device d {\n\n}", "device d {}\n"),
        ("let a = [\n1,\n2,\n]", "let a = [1, 2]\n"),
        ("require a≤3 ms", "require a <= 3 ms\n"),
        ("x.y (z)", "x.y(z)\n"),
        ("r, -x", "r,\n-x\n"),
        ("r, {1}", "r,\n{1}\n"),
    ];
    for (text, layout) in table {
        assert_eq!(formatted(text), layout);
    }
}

#[test]
fn long_lines_are_broken() {
    let call = "let x = evaluate(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, ccccccccccccccccccccccccccccccc)";
    let set = format!(
        "a {{ b in {{{}}} }}",
        (0..60)
            .map(|i| i.to_string())
            .collect::<Vec<_>>()
            .join(", ")
    );
    let with = "let x = sweep(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, b with { aaaaaaaaaaaaaaa = 1, bbbbbbbbbbbbbbbbbbbbb = 2, c = 3 })";
    for text in [call, set.as_str(), with] {
        let once = check(text, text);
        assert!(
            once.lines().all(|line| line.chars().count() <= 100),
            "{once}"
        );
    }
}
