//! The highlighters know every word of the language, and no other.
//!
//! Each of them holds the words in lines of its own, written from the language's tables by
//! this test when NASAIC_UPDATE is set.

use nasaic_dsl::reference::{self, Words};
use std::path::Path;

/// How a highlighter writes a list of words under its name: the beginning of the line and its rest.
type Line = fn(&str, &[String]) -> (String, String);

/// The highlighters, each with the beginning and the rest of a line of words.
const FILES: [(&str, Line); 3] = [
    ("editors/pygments/nasaic_lexer.py", python),
    (
        "editors/jupyterlab/nasaic-highlight/static/remoteEntry.js",
        javascript,
    ),
    ("editors/vscode/syntaxes/nasaic.tmLanguage.json", textmate),
];

fn python(name: &str, words: &[String]) -> (String, String) {
    let start = format!("{} = ", name.to_uppercase());
    (start, format!("\"{}\".split()", words.join(" ")))
}

fn javascript(name: &str, words: &[String]) -> (String, String) {
    let start = format!("const {} = ", name.to_uppercase());
    (start, format!("set(\"{}\");", words.join(" ")))
}

/// A line of the grammar's repository: what surrounds the words depends on what they are.
fn textmate(name: &str, words: &[String]) -> (String, String) {
    let any = format!("(?:{})", longest_first(words).join("|"));
    let (scope, pattern) = match name {
        "keywords" => ("keyword.control.nasaic", format!(r"\\b{any}\\b")),
        "kinds" => (
            "entity.name.type.nasaic",
            format!(r"\\b{any}\\b(?=[ \\t]+[A-Za-z_]\\w*|[ \\t]*\\{{)"),
        ),
        "values" => ("constant.language.nasaic", format!(r"\\b{any}\\b")),
        "functions" => (
            "support.function.nasaic",
            format!(r"\\b{any}\\b(?=[ \\t]*\\()"),
        ),
        "metrics" => ("variable.language.nasaic", format!(r"\\b{any}\\b")),
        _ => (
            "keyword.other.unit.nasaic",
            format!(
                r"(?<=[0-9])[ \\t]*(?:[µμ]\\w+|{any})(?:[²³]|\\^-?[0-9]+)?(?:[/*](?:[µμ]\\w+|{any})(?:[²³]|\\^-?[0-9]+)?)*(?![A-Za-z0-9_(])"
            ),
        ),
    };
    let start = format!("    \"{name}\": ");
    let comma = if name == "units" { "" } else { "," };
    (
        start,
        format!("{{ \"name\": \"{scope}\", \"match\": \"{pattern}\" }}{comma}"),
    )
}

/// An alternation takes the first word that fits, so `GB` must come before `G`.
fn longest_first(words: &[String]) -> Vec<&str> {
    let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
    all.sort_by_key(|w| std::cmp::Reverse(w.len()));
    all
}

fn by_name(words: &Words) -> [(&'static str, &[String]); 6] {
    [
        ("keywords", &words.keywords),
        ("kinds", &words.kinds),
        ("values", &words.values),
        ("functions", &words.functions),
        ("metrics", &words.metrics),
        ("units", &words.units),
    ]
}

#[test]
fn highlighters_know_the_words_of_the_language() {
    let words = reference::words(&nasaic_engine::schemas());
    for (file, line) in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (name, words) in by_name(&words) {
            let (start, rest) = line(name, words);
            let at = lines.iter().position(|l| l.starts_with(&start));
            let at = at.unwrap_or_else(|| panic!("{file} has no line `{start}…`"));
            lines[at] = format!("{start}{rest}");
        }
        let fresh = lines.join("\n") + "\n";
        if std::env::var_os("NASAIC_UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        } else {
            assert!(
                text == fresh,
                "{file} is old: run the tests with NASAIC_UPDATE=1"
            );
        }
    }
}

#[test]
fn reserved_words_are_those_of_the_grammar() {
    let grammar = include_str!("../../grammar.pest");
    let rule = grammar.split("keyword = _{").nth(1).unwrap();
    let rule = rule.split('}').next().unwrap();
    let mut reserved: Vec<&str> = rule.split('"').skip(1).step_by(2).collect();
    reserved.retain(|w| !matches!(*w, "true" | "false"));
    reserved.sort_unstable();
    let words = reference::words(&nasaic_engine::schemas());
    assert_eq!(words.keywords, reserved);
}

#[test]
fn the_grammar_of_vs_code_is_json() {
    let text = include_str!("../../editors/vscode/syntaxes/nasaic.tmLanguage.json");
    let grammar: serde_json::Value = serde_json::from_str(text).unwrap();
    let repository = grammar["repository"].as_object().unwrap();
    for pattern in grammar["patterns"].as_array().unwrap() {
        let name = pattern["include"].as_str().unwrap().trim_start_matches('#');
        assert!(repository.contains_key(name), "{name}");
    }
}
