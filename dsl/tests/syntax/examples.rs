//! Right programs give the tree they should, and wrong ones the right code.

use crate::{examples, folder, programs};
use nasaic_dsl::source::SourceId;
use nasaic_dsl::syntax::parse;
use nasaic_dsl::syntax::tree::{ExprKind, File, Item, ItemKind, Use};

fn read(text: &str) -> File {
    let (file, diagnostics) = parse(SourceId(0), text);
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    file
}

fn only(text: &str) -> Item {
    read(text).items.into_iter().next().unwrap()
}

/// The tree of an expression with every operation in parentheses.
fn grouped(text: &str) -> String {
    fn show(kind: &ExprKind) -> String {
        match kind {
            ExprKind::Number {
                text, unit: None, ..
            } => text.clone(),
            ExprKind::Number {
                text,
                unit: Some(unit),
                ..
            } => {
                let factors: Vec<String> = unit
                    .factors
                    .iter()
                    .map(|f| {
                        let sign = if f.divide { "/" } else { "*" };
                        format!("{sign}{}^{}", f.name.text, f.exponent)
                    })
                    .collect();
                format!("{text}<{}>", factors.concat())
            }
            ExprKind::Name(name) => name.clone(),
            ExprKind::Group(inner) => show(&inner.kind),
            ExprKind::Negate(inner) => format!("(-{})", show(&inner.kind)),
            ExprKind::Binary {
                op, left, right, ..
            } => {
                format!("({} {} {})", show(&left.kind), op.sign(), show(&right.kind))
            }
            ExprKind::As { value, unit } => {
                format!("({} as {})", show(&value.kind), unit.factors[0].name.text)
            }
            ExprKind::Member { base, name } => format!("{}.{}", show(&base.kind), name.text),
            ExprKind::Index { base, index } => {
                format!("{}[{}]", show(&base.kind), show(&index.kind))
            }
            ExprKind::Call { callee, args } => {
                let args: Vec<String> = args.iter().map(|arg| show(&arg.value.kind)).collect();
                format!("{}({})", show(&callee.kind), args.join(", "))
            }
            ExprKind::Range { start, end, step } => {
                let step = step.as_ref().map(|s| {
                    let times = if s.times { "*" } else { "" };
                    format!(" step {times}{}", show(&s.value.kind))
                });
                let (start, end) = (show(&start.kind), show(&end.kind));
                format!("({start}..{end}{})", step.unwrap_or_default())
            }
            ExprKind::With { base, items } => {
                format!("({} with {})", show(&base.kind), items.len())
            }
            ExprKind::Block { kind, items } => format!("{} {{{}}}", kind.text, items.len()),
            ExprKind::Set(all) => format!("{{{}}}", all.len()),
            ExprKind::List(all) => format!("[{}]", all.len()),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Bool(truth) => truth.to_string(),
            ExprKind::Hole => String::from("?"),
        }
    }
    let ItemKind::Let { value, .. } = only(&format!("let x = {text}")).kind else {
        panic!("{text} is no value")
    };
    show(&value.kind)
}

#[test]
fn every_example_is_read_without_a_message() {
    for (name, text) in examples() {
        let (file, diagnostics) = parse(SourceId(0), &text);
        assert!(diagnostics.is_empty(), "{name}: {diagnostics:#?}");
        assert!(!file.items.is_empty(), "{name} is empty");
        assert_eq!(file.doc.is_some(), text.starts_with("//!"), "{name}");
    }
}

#[test]
fn operators_bind_as_documented() {
    let table = [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("-x ^ 2", "(-(x ^ 2))"),
        ("2 ^ 3 ^ 4", "(2 ^ (3 ^ 4))"),
        ("2 ^ -1 * 3", "((2 ^ (-1)) * 3)"),
        ("a * b as ms", "(a * (b as ms))"),
        ("a ^ 2 as m", "((a ^ 2) as m)"),
        ("a + b <= c * d", "((a + b) <= (c * d))"),
        ("a ≤ 3 ms", "(a <= 3<*ms^1>)"),
        ("n - 1..n + 1", "((n - 1)..(n + 1))"),
        ("16..2048 step *2", "(16..2048 step *2)"),
        ("32..512 KiB step *2", "(32..512<*KiB^1> step *2)"),
        ("8..64 step 8 GB/s", "(8..64 step 8<*GB^1/s^1>)"),
        ("a with { x = 1 } with { y = 2 }", "((a with 1) with 1)"),
        ("f(a)[0].b(c)", "f(a)[0].b(c)"),
        ("8e5 cycles / 1 GHz", "(8e5<*cycles^1> / 1<*GHz^1>)"),
        ("4e9 um^2", "4e9<*um^2>"),
        ("3 mm²", "3<*mm^2>"),
        ("3 mm2", "3<*mm2^1>"),
        ("1 s^-2", "1<*s^-2>"),
        ("5 %", "5<*%^1>"),
        ("3 ms*2", "(3<*ms^1> * 2)"),
        ("{4, 8, 16 GB/s}", "{3}"),
        ("trained { epochs = 3, seed = 1 }", "trained {2}"),
        ("(((?)))", "?"),
        (r#""a \"b\" \\ \n""#, r#""a \"b\" \\ \n""#),
    ];
    for (text, tree) in table {
        assert_eq!(grouped(text), tree, "{text}");
    }
}

#[test]
fn newlines_end_units_labels_and_calls() {
    let file = read("let a = 3\nr\n(4)\nplot (r)\nr\nplot(r)\n[1]");
    assert_eq!(file.items.len(), 7);
    let file = read("sub a { pes = 3\nconv c { k = 1 } }");
    let ItemKind::Block(block) = &file.items[0].kind else {
        panic!("no block")
    };
    assert_eq!(block.body.as_ref().unwrap().len(), 2);
}

#[test]
fn numbers_keep_their_writing_and_have_their_value() {
    for (text, expected) in [
        ("274_080", 274_080.0),
        ("8e5", 8e5),
        ("0.5", 0.5),
        ("1.5e-3", 1.5e-3),
    ] {
        let ItemKind::Let { value, .. } = only(&format!("let x = {text}")).kind else {
            panic!()
        };
        let ExprKind::Number {
            value,
            text: written,
            unit: None,
        } = value.kind
        else {
            panic!()
        };
        assert_eq!((value, written.as_str()), (expected, text));
    }
}

#[test]
fn documentation_goes_to_the_next_item() {
    let text = "//! The file.\n//!  More.\n\n/// One.\n/// Two.\nlet x = 3 // no\nlet y = 4\n";
    let file = read(text);
    assert_eq!(file.doc.as_deref(), Some("The file.\n More."));
    assert_eq!(file.items[0].doc.as_deref(), Some("One.\nTwo."));
    assert_eq!(file.items[1].doc, None);
}

#[test]
fn spans_cover_exactly_the_words() {
    let text =
        "use a.{b}  // c\n\nlet x = f( a , 1 GB/s )  // d\n\nsub s { p in {1, 2} , q = 3 } \n";
    let file = read(text);
    let words = |item: &Item| &text[item.span.start as usize..item.span.end as usize];
    let all: Vec<&str> = file.items.iter().map(words).collect();
    assert_eq!(
        all,
        [
            "use a.{b}",
            "let x = f( a , 1 GB/s )",
            "sub s { p in {1, 2} , q = 3 }"
        ]
    );
    let ItemKind::Block(block) = &file.items[2].kind else {
        panic!()
    };
    let inner: Vec<&str> = block.body.as_ref().unwrap().iter().map(words).collect();
    assert_eq!(inner, ["p in {1, 2}", "q = 3"]);
}

#[test]
fn imports_are_told_apart() {
    let ItemKind::Use(Use::Module { path, names }) = only("use a.b.{c, d,}").kind else {
        panic!()
    };
    assert_eq!((path.len(), names.len()), (2, 2));
    let ItemKind::Use(Use::Module { path, names }) = only("use a.b").kind else {
        panic!()
    };
    assert_eq!((path.len(), names.len()), (2, 0));
    let ItemKind::Use(Use::File { path, name, .. }) = only(r#"use "a/b.onnx" as n"#).kind else {
        panic!()
    };
    assert_eq!((path.value.as_str(), name.text.as_str()), ("a/b.onnx", "n"));
    let ItemKind::Use(Use::Names { path, names }) = only(r#"use "a/b.m".{c, d}"#).kind else {
        panic!()
    };
    assert_eq!((path.value.as_str(), names.len()), ("a/b.m", 2));
}

#[test]
fn wrong_programs_have_the_first_code_that_is_expected() {
    // The others have no slip of text; their messages are the checker's.
    let expected = [
        ("01", "E0101"),
        ("02", "E0102"),
        ("03", "E0103"),
        ("04", "E0101"),
        ("05", "E0104"),
        ("06", "E0104"),
        ("07", "E0105"),
        ("08", "E0106"),
        ("09", "E0107"),
        ("10", "E0102"),
        ("13", "E0102"),
    ];
    let files = programs(&folder("tests/wrong-programs"));
    for (number, code) in expected {
        let (_, text) = files
            .iter()
            .find(|(name, _)| name.starts_with(number))
            .unwrap();
        let (_, diagnostics) = parse(SourceId(0), text);
        assert_eq!(diagnostics[0].code, code, "{number}");
    }
    let (_, text) = files
        .iter()
        .find(|(name, _)| name.starts_with("15"))
        .unwrap();
    let codes: Vec<String> = parse(SourceId(0), text)
        .1
        .into_iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    assert_eq!(codes, ["E0102", "E0103", "E0104"]);
}

#[test]
fn what_was_meant_is_in_the_tree() {
    let pairs = [
        ("device d { pes: 4096 }", "device d { pes = 4096 }"),
        (
            "device d { pes = 64; clock = 1 GHz; }",
            "device d { pes = 64, clock = 1 GHz }",
        ),
        (
            "problem p {\n minimise energy\n}",
            "problem p { minimize energy }",
        ),
        ("let a = 2 × 3 − 4", "let a = 2 * 3 - 4"),
        ("let a = “x”", "let a = \"x\""),
        ("let a = {64 128}", "let a = {64, 128}"),
        (
            "problem p { require a =< 3 }",
            "problem p { require a <= 3 }",
        ),
        ("a { b = { c = 1 } }", "a { b { c = 1 } }"),
        ("sub x { pes in [64, 128 }", "sub x { pes in [64, 128] }"),
        ("let a = b with c = 1", "let a = b with { c = 1 }"),
        ("let größe = 3", "let groesse = 3"),
        ("# remark\nlet a = 3", "let a = 3"),
    ];
    for (wrong, right) in pairs {
        let (file, diagnostics) = parse(SourceId(0), wrong);
        assert_eq!(diagnostics.len(), 1, "{wrong}: {diagnostics:#?}");
        assert_eq!(file.without_spans(), read(right).without_spans(), "{wrong}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let brackets = ["(", "[", "{", "f(", "a {", "a with {", "x = {", "a[", "("];
    for opener in brackets {
        for closer in ["", ")", "}"] {
            let text = format!("x = {}{}", opener.repeat(20_000), closer.repeat(20_000));
            let codes: Vec<String> = parse(SourceId(0), &text)
                .1
                .into_iter()
                .map(|d| d.code)
                .collect();
            assert_eq!(codes, ["E0109"], "{opener}");
        }
    }
    for chain in ["-", "1 + ", "1 ^ ", "a.", "a with {} with ", "1 <= "] {
        let text = format!("let x = {}1", chain.repeat(20_000));
        let (_, diagnostics) = parse(SourceId(0), &text);
        assert!(!diagnostics.is_empty(), "{chain}");
    }
    let sum = vec!["1"; 100].join(" + ");
    read(&format!("let x = {sum}"));
    read(&format!("let x = {}1{}", "(".repeat(60), ")".repeat(60)));
}

#[test]
fn a_text_that_is_too_large_is_refused() {
    let text = "// remark\n".repeat(500_000);
    let (file, diagnostics) = parse(SourceId(0), &text);
    assert_eq!(
        (file.items.len(), diagnostics[0].code.as_str()),
        (0, "E0110")
    );
}
