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
