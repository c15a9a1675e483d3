//! Every wrong program beside the messages it gets.

use crate::prelude::{Session, codes, folder, programs};

#[test]
fn every_wrong_program_gets_its_messages() {
    for (name, text) in programs(&folder("dsl/tests/check/wrong")) {
        let mut session = Session::default();
        let (checked, shown) = session.cell(&format!("{name}.nasaic"), &text);
        let code = name.split('_').next().unwrap_or_default();
        if name.starts_with(['E', 'W']) {
            assert!(
                codes(&checked).contains(&code),
                "{name} does not give {code}\n{shown}"
            );
        }
        let page = format!("{text}\n----------\n\n{shown}");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("wrong_{name}"), page);
        });
    }
}

#[test]
fn a_message_has_a_place_and_a_hint_and_is_told_once() {
    for (name, text) in programs(&folder("dsl/tests/check/wrong")) {
        let mut session = Session::default();
        let (checked, _) = session.cell(&format!("{name}.nasaic"), &text);
        for (i, d) in checked.diagnostics.iter().enumerate() {
            assert!(d.span().is_some(), "{name}: {d:?}");
            assert!(
                d.hint.as_ref().is_some_and(|h| !h.is_empty()),
                "{name}: {d:?}"
            );
            assert!(!checked.diagnostics[..i].contains(d), "{name}: {d:?}");
            assert!(d.notes.iter().all(|n| n.ends_with('.')), "{name}: {d:?}");
        }
    }
}
