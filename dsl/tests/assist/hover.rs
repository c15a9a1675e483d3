//! What a word means, and where it is declared.

use crate::prelude::{cursor, program, schemas};
use nasaic_dsl::assist::{Known, definition, hover};
use nasaic_dsl::check::Program;

fn shown(marked: &str) -> String {
    let (text, at) = cursor(marked);
    let program = Program::default();
    let known = Known {
        schemas: schemas(),
        program: &program,
    };
    match hover(known, &text, at) {
        Some(h) => format!(
            "{marked}\n---- about {:?}\n{}\n",
            &text[h.range], h.markdown
        ),
        None => format!("{marked}\n---- nothing\n"),
    }
}

/// Each with a name, and the text with the cursor.
const CASES: &[(&str, &str)] = &[
    ("hover_kind", "network a { sk|ip { } }"),
    ("hover_field", "network a { conv { filt|ers = 8 } }"),
    ("hover_value", "network a { pool { kind = max| } }"),
    (
        "hover_option",
        "strategy s { algorithm = reinforce, epis|odes = 5 }",
    ),
    ("hover_algorithm", "strategy s { algorithm = rein|force }"),
    ("hover_metric", "problem p { minimize edp| }"),
    ("hover_function", "conver|gence(run)"),
    ("hover_argument", "table(run, rank_|test = true)"),
    ("hover_number", "accelerator a { clock = 1.5| GHz }"),
    (
        "hover_unit",
        "accelerator a { sub s { bandwidth = 64 GB|/s } }",
    ),
    ("hover_keyword", "let d = base wi|th { }"),
    ("hover_library", "use std.nets.{vgg|16}"),
    (
        "hover_declared",
        "/// Two layers.\nnetwork tiny { input = [1, 8, 8] }\nlayers(ti|ny)",
    ),
    (
        "hover_inner_label",
        "network a {\n  /// Halves the picture.\n  conv down { filters = 8, kernel = 3 }\n  conv { filters = do|wn.filters, kernel = 1 }\n}",
    ),
    ("hover_let", "let batch_size = 4\nlet x = bat|ch_size"),
    ("hover_code", "// what E04|03 means"),
    (
        "hover_changed_field",
        "use std.accel.{eyeriss_like}\nlet b = eyeriss_like with { core.pe|s = 64 }",
    ),
    ("hover_nothing", "// a com|ment"),
];

#[test]
fn hovers() {
    for (name, marked) in CASES {
        insta::assert_snapshot!(*name, shown(marked));
    }
}

/// The words of the definition, with the name of the other text if it lies there.
fn defined(before: &Program, marked: &str) -> Option<(String, String)> {
    let (text, at) = cursor(marked);
    let known = Known {
        schemas: schemas(),
        program: before,
    };
    let found = definition(known, &text, at)?;
    Some(match found.origin {
        Some(origin) => (origin.text[found.range].to_owned(), origin.name),
        None => {
            let line = text[..found.range.start].matches('\n').count() + 1;
            (text[found.range].to_owned(), format!("line {line}"))
        }
    })
}

#[test]
fn definitions_are_found_here_and_elsewhere() {
    let found = |words: &str, place: &str| Some((words.to_owned(), place.to_owned()));
    let none = Program::default();
    let cases = [
        (
            "network a { input = [1, 8, 8] }\nlayers(|a)",
            found("a", "line 1"),
        ),
        (
            "layers(|a)\nnetwork a { input = [1, 8, 8] }",
            found("a", "line 2"),
        ),
        (
            "network a {\n  choose k in {3, 5}\n  conv { filters = 8, kernel = |k }\n}",
            found("k", "line 2"),
        ),
        (
            "network a {\n  conv c {\n    filters = 8 }\n  conv { filters = c.fil|ters }\n}",
            found("filters", "line 3"),
        ),
        // The block that was left open is closed before the next one.
        (
            "network a {\n  conv { filters =\n\nlet x = 3\nlet y = |x",
            found("x", "line 4"),
        ),
        (
            "use std.nets.{vgg16}\nlayers(vgg|16)",
            found("vgg16", "std/nets/vgg16.nasaic"),
        ),
        ("minimize |energy", None),
    ];
    for (marked, expected) in cases {
        assert_eq!(defined(&none, marked), expected, "{marked}");
    }
    let before = program(&["let size = 4"]);
    assert_eq!(defined(&before, "let x = |size"), found("size", "cell"));
}
