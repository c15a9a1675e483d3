//! Files of other tools, used like modules.

use crate::prelude::{Session, check, codes, right};
use nasaic_dsl::source::Sources;
use nasaic_dsl::syntax;

#[test]
fn a_mapping_file_is_a_module_of_dataflows() {
    let program = right(
        "use \"flow.m\".{flow}\nuse \"flow.m\" as all\nloop_nest(flow)\nloop_nest(all.flow)\n",
    );
    let flows: Vec<&String> = program.blocks.keys().collect();
    // Both ways lead to the same block, whose name no folder `flow` can have.
    assert_eq!(flows, ["flow:m.flow"]);
    assert_eq!(program.block_called("flow"), None);
}

#[test]
fn an_imported_dataflow_runs_on_an_accelerator_that_gives_its_stores_sizes() {
    right(
        "use \"flow.m\" as all\n\
         accelerator a { sub s { dataflow = all.flow, pes = 4, bandwidth = 1 GB/s, glb.size = 4 KiB } }\n",
    );
}

#[test]
fn what_cannot_be_said_is_marked_in_the_file_itself() {
    let mut session = Session::default();
    let (checked, shown) = session.cell("test.nasaic", "use \"odd.m\".{odd}\n");
    assert_eq!(codes(&checked), ["E0708"]);
    let at = checked.diagnostics[0].span().unwrap();
    assert_eq!(session.program.sources.place(at), "odd.m:2:9", "{shown}");
}

#[test]
fn a_name_that_a_mapping_file_lacks_is_told_with_those_it_has() {
    let (checked, shown) = check("use \"flow.m\".{flou}\n");
    assert_eq!(codes(&checked), ["E0201"]);
    assert!(shown.contains("did you mean `flow`"), "{shown}");
}

#[test]
fn an_import_of_names_from_a_file_keeps_its_layout() {
    let names: Vec<String> = (0..12).map(|i| format!("a_rather_long_name_{i}")).collect();
    let long = format!("use \"maps/x.m\".{{{}}}\n", names.join(", "));
    for text in ["use   \"x.m\" . { a,b , }\n", long.as_str()] {
        let source = Sources::default().add("x", text);
        let once = syntax::format(source, text).unwrap();
        assert_eq!(syntax::format(source, &once).unwrap(), once);
        assert!(
            once.starts_with("use \"") && once.lines().all(|l| l.len() <= 100),
            "{once}"
        );
    }
}
