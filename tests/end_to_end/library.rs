//! The standard library and the templates: every file alone, every published count.

use crate::support::run;
use nasaic::dsl::world::{embedded, embedded_paths};

#[test]
fn every_file_of_the_library_can_be_used_alone() {
    let paths = embedded_paths();
    assert!(paths.len() >= 15, "{paths:?}");
    for path in paths {
        let module = path.trim_end_matches(".nasaic").replace('/', ".");
        let (folder, name) = module.rsplit_once('.').expect("a folder and a name");
        let done = run("use.nasaic", &format!("use {folder}.{{{name}}}\n"));
        assert!(done.codes.is_empty(), "{path}:\n{}", done.messages);
        let text = embedded(&path).expect("it is embedded");
        assert!(text.starts_with("//!"), "{path} says nothing about itself");
    }
}

/// NAHAS's baseline with a share of its knobs left to say.
const EDGE: &str = "use std.accel.{nahas_edge}\nuse std.nets.{mobilenet_v2}\n\
    let baseline = nahas_edge with {\n  pes_x = 4, pes_y = 4, simd = 64, lanes = 4\n\
    memory = 2 MiB, registers = 32 KiB, dram.bandwidth = 20 GB/s\n}\n";

#[test]
fn the_edge_accelerator_has_its_published_size() {
    let text = format!("{EDGE}space(nahas_edge)\nevaluate(mobilenet_v2, baseline)\n");
    let done = run("edge.nasaic", &text);
    assert_eq!(done.shown(0)["points"], "50000");
    assert_eq!(done.shown(0)["distinct"], "50000");
    let report = format!("{:?}", done.outputs[1].parts);
    // Each of 4 · 4 · 4 · 64 SIMD units has four multipliers: 26.2 TOPS at 800 MHz.
    assert!(report.contains("16,384 PEs"), "{report}");
}

#[test]
fn each_knob_of_the_edge_accelerator_changes_what_a_network_costs() {
    let mut costs = Vec::new();
    for change in [
        "pes_x = 4",
        "pes_x = 8",
        "pes_y = 8",
        "simd = 16",
        "lanes = 8",
        "memory = 0.5 MiB",
        "registers = 128 KiB",
        "dram.bandwidth = 5 GB/s",
    ] {
        let text = format!("{EDGE}evaluate(mobilenet_v2, baseline with {{ {change} }})\n");
        let shown = run("edge.nasaic", &text).shown(0).clone();
        let cost =
            [&shown["cycles"], &shown["energy_j"], &shown["area_m2"]].map(ToString::to_string);
        assert!(
            !costs.contains(&cost),
            "`{change}` changes nothing: {cost:?}"
        );
        costs.push(cost);
    }
}

#[test]
fn every_template_runs_every_layer_of_w1() {
    for template in [
        "nvdla",
        "shidiannao",
        "eyeriss",
        "eyeriss_chip",
        "im2col",
        "systolic",
    ] {
        let text = format!(
            "use w1.{{w1}}\nuse templates.{{{template}}}\n\
             let fixed = w1 with {{\n  classify.stem.filters = 64, classify.stage.down.filters = 256\n\
             classify.stage.more.times = 2, segment.height = 5, segment.base = 32\n\
             a1.dataflow = {template}, a1.pes = 1024, a1.bandwidth = 32 GB/s\n\
             a2.dataflow = {template}, a2.pes = 0, a2.bandwidth = 0 GB/s\n}}\nevaluate(fixed)\n"
        );
        let done = run("examples/all.nasaic", &text);
        assert!(done.shown(0)["cycles"].as_u64().is_some(), "{template}");
    }
}
