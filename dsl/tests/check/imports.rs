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

#[test]
fn a_network_of_a_file_is_a_block_that_can_be_changed() {
    let program = right(
        "use \"net.onnx\" as net\n\
         let open = net with { conv_17.filters in {160, 192}, precision in {4, 8 bits} }\n\
         layers(net)\nspace(open)\n",
    );
    assert!(program.blocks.keys().any(|name| name.ends_with(".net")));
    let (checked, shown) =
        check("use \"net.onnx\" as net\nlet n = net with { conv_16.filters = 8 }\n");
    assert_eq!(codes(&checked), ["E0206"]);
    assert!(shown.contains("did you mean `conv_17`"), "{shown}");
}

#[test]
fn one_file_can_be_two_networks() {
    let program = right(
        "let length = 16\n\
         use \"open.onnx\" as short with { sequence = length }\n\
         use \"open.onnx\" as long with { sequence = 32 }\n\
         layers(short)\nlayers(long)\n",
    );
    assert_eq!(program.blocks.len(), 2, "{:?}", program.blocks.keys());
}

#[test]
fn sizes_that_are_missing_come_as_a_line_to_paste() {
    let (checked, shown) = check("use \"open.onnx\" as m with { batch = 1 }\nlayers(m)\n");
    assert_eq!(codes(&checked), ["E0717"]);
    let line = "use \"open.onnx\" as m with { batch = 1, sequence = 128 }";
    assert!(shown.contains(line), "{shown}");
    let (checked, shown) = check(&format!("{line}\nlayers(m)\n"));
    assert!(codes(&checked).is_empty(), "{shown}");
}

#[test]
fn only_whole_numbers_are_sizes() {
    for wrong in [
        "batch = 1.5",
        "batch in {1, 2}",
        "batch = 1 ms",
        "a.b = 1",
        "lenient = 1",
        "conv a",
    ] {
        let (checked, shown) = check(&format!("use \"net.onnx\" as m with {{ {wrong} }}\n"));
        assert!(codes(&checked).contains(&"E0303"), "{wrong}\n{shown}");
    }
    let (checked, _) = check("use \"flow.m\" as m with { batch = 1 }\n");
    assert_eq!(codes(&checked), ["E0705"]);
}

#[test]
fn an_import_with_sizes_keeps_its_layout() {
    for (text, wanted) in [
        (
            "use  \"a.onnx\" as a with {batch=1 , sequence = 2}",
            "use \"a.onnx\" as a with { batch = 1, sequence = 2 }\n",
        ),
        (
            "use \"a.onnx\" as a with {\nbatch = 1 // one\n}",
            "use \"a.onnx\" as a with {\n  batch = 1  // one\n}\n",
        ),
    ] {
        let source = Sources::default().add("x", text);
        let once = syntax::format(source, text).unwrap();
        assert_eq!(once, wanted);
        assert_eq!(syntax::format(source, &once).unwrap(), once);
    }
}
