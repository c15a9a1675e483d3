//! Explanations and comparisons of results: what is said, and that it is true.

use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Output, Part, Shown};
use nasaic_plot::svg;
use serde_json::json;

/// One convolution on a small array whose links are as fast as the copies say.
const PROGRAM: &str = "\
use std.device.{asic28}
use templates.{nvdla}
network net {
  input = [16, 14, 14]
  conv one { filters = 24, kernel = 3 }
  conv two { filters = 20, kernel = 1 }
}
accelerator small {
  device = asic28
  dram { bandwidth = 8 GB/s }
  sub core { dataflow = nvdla, pes = 64, shape = [16, 4], bandwidth = 32 GB/s }
}
";

/// What the last line of a program shows.
#[track_caller]
fn shown(text: &str) -> Output {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let mut shown = Shown::default();
    let (checked, report) = engine.cell(&format!("{PROGRAM}{text}\n"), &mut shown);
    let told = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{told}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    shown.outputs.pop().expect("something is shown")
}

/// Texts and tables as a terminal shows them.
fn text(output: &Output) -> String {
    let parts = output.parts.iter().map(|part| match part {
        Part::Text(text) | Part::Report { lines: text, .. } => text.clone(),
        Part::Table(table) => format!("\n{table}"),
        Part::Figure(figure) => format!("\nfigure: {}\n", figure.title),
    });
    parts.collect()
}

fn picture(output: &Output) -> String {
    let figure = output.parts.iter().find_map(|part| match part {
        Part::Figure(figure) => Some(svg(figure).expect("a figure can be drawn")),
        _ => None,
    });
    figure.expect("an explanation has a picture")
}

/// The one layer `net.one` on a changed copy of the array.
fn explained(change: &str) -> Output {
    shown(&format!(
        "explain(evaluate(net.one, small with {{ {change} }}))"
    ))
}

#[test]
fn a_layer_bound_by_computation() {
    let output = explained("core.bandwidth = 64 GB/s");
    assert_eq!(output.json["layers"][0]["bound"], "compute");
    insta::assert_snapshot!("compute", text(&output));
}

#[test]
fn a_layer_bound_by_the_network_on_the_chip() {
    let output = explained("core.bandwidth = 0.5 GB/s");
    assert_eq!(output.json["layers"][0]["bound"], "NoC");
    insta::assert_snapshot!("noc", text(&output));
    insta::assert_snapshot!("noc_picture", picture(&output));
}

#[test]
fn a_layer_bound_by_off_chip_memory() {
    let output = explained("dram.bandwidth = 0.25 GB/s");
    assert_eq!(output.json["layers"][0]["bound"], "dram");
    insta::assert_snapshot!("dram", text(&output));
    insta::assert_snapshot!("dram_picture", picture(&output));
}

#[test]
fn what_is_promised_is_what_the_changed_design_costs() {
    let slow = "core.bandwidth = 0.5 GB/s, core.glb.size = 8 KiB";
    let explanation = explained(slow);
    let remedies = explanation.json["why"]["remedies"].as_array().unwrap();
    for (change, design) in [
        (
            json!({ "Bandwidth": { "link": "Noc", "bandwidth": 1.0 } }),
            "core.bandwidth = 1 GB/s, core.glb.size = 8 KiB".to_owned(),
        ),
        (
            json!({ "Bandwidth": { "link": "OffChip", "bandwidth": 16.0 } }),
            format!("{slow}, dram.bandwidth = 16 GB/s"),
        ),
        (
            json!({ "Size": { "level": 1, "bytes": 16 << 10 } }),
            "core.bandwidth = 0.5 GB/s, core.glb.size = 16 KiB".to_owned(),
        ),
        (
            json!({ "Elements": { "pes": 128, "shape": [32, 4] } }),
            format!("{slow}, core.pes = 128, core.shape = [32, 4]"),
        ),
    ] {
        let real = shown(&format!("evaluate(net.one, small with {{ {design} }})")).json;
        let promised = remedies.iter().find(|r| r["change"] == change);
        let promised = promised.unwrap_or_else(|| panic!("{change} was not tried"));
        assert_eq!(promised["cycles"], real["cycles"], "{change}");
        let area = promised["area"].as_f64().unwrap() * 1e-12;
        assert!(
            (area / real["area_m2"].as_f64().unwrap() - 1.0).abs() < 1e-9,
            "{change}"
        );
    }
}

#[test]
fn all_layers_come_first_and_the_slowest_is_told_in_full() {
    let output = shown("explain(evaluate(net, small))");
    let layers = output.json["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 2);
    assert!(layers[0]["cycles"].as_u64() >= layers[1]["cycles"].as_u64());
    assert_eq!(output.json["layer"], layers[0]["layer"]);
    let share = |i: usize| layers[i]["share"].as_f64().unwrap();
    assert!((share(0) + share(1) - 1.0).abs() < 1e-12);
    let Part::Table(table) = &output.parts[0] else {
        panic!("the layers come first")
    };
    assert_eq!(table.rows.len(), 2);

    let other = shown("explain(evaluate(net, small), layer = \"two\")");
    assert_eq!(other.json["layer"], "two");
    assert!(
        matches!(other.parts[0], Part::Text(_)),
        "{:?}",
        other.parts[0]
    );
}

#[test]
fn a_layer_that_is_not_there_is_told_with_those_that_are() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let text = format!("{PROGRAM}explain(evaluate(net, small), layer = \"tow\")\n");
    let (_, report) = engine.cell(&text, &mut Shown::default());
    let report = report.unwrap();
    assert_eq!(report.ended, Ended::Failed);
    let message = nasaic_dsl::render::plain(engine.sources(), &report.diagnostics);
    assert!(message.contains("E0201"), "{message}");
    assert!(message.contains("It has `one`, `two`."), "{message}");
    assert!(message.contains("did you mean `\"two\"`?"), "{message}");
}

#[test]
fn what_changed_from_one_result_to_another() {
    let pair = "let a = evaluate(net, small)\n\
        let b = evaluate(net, small with { core.bandwidth = 1 GB/s, core.pes = 32, core.shape = [8, 4] })\n";
    let output = shown(&format!("{pair}compare(a, b)"));
    insta::assert_snapshot!("compared", text(&output));
    let listed = shown(&format!("{pair}compare([a, b])"));
    assert_eq!(listed.parts, output.parts);
    assert_eq!(listed.json, output.json);
}

#[test]
fn nothing_changed_is_said_as_well() {
    let output = shown("let a = evaluate(net, small)\ncompare(a, a)");
    let told = text(&output);
    assert!(
        told.starts_with("latency unchanged · energy unchanged · area unchanged\n"),
        "{told}"
    );
    assert!(
        !told.contains("Design") && !told.contains("Layers"),
        "{told}"
    );
}

#[test]
fn other_layers_are_new_or_gone() {
    let output = shown(
        "network other { input = [16, 14, 14]\n conv one { filters = 24, kernel = 3 }\n conv three { filters = 4, kernel = 1 }\n}\n\
         compare(evaluate(net, small), evaluate(other, small))",
    );
    let Some(Part::Table(layers)) = output.parts.last() else {
        panic!("the layers come last")
    };
    assert_eq!(layers.notes, ["1 more layer took as long as before."]);
    let names: Vec<String> = layers.rows.iter().map(|r| format!("{:?}", r[0])).collect();
    assert_eq!(names, ["Text(\"two\")", "Text(\"three\")"]);
}
