//! What may stand at the cursor.

use crate::prelude::{completions, program, shown};
use nasaic_dsl::check::Program;

/// Each with a name, and the text with the cursor.
const CASES: &[(&str, &str)] = &[
    ("kind_at_top", "netw|"),
    (
        "fields_of_a_layer",
        "network a {\n  input = [3, 8, 8]\n  conv { |\n",
    ),
    (
        "fields_left",
        "network a {\n  conv { filters = 8, ker| }\n  dense { units = 10 }\n}\n",
    ),
    (
        "inside_a_network",
        "network a {\n  input = [3, 8, 8]\n  |\n}\n",
    ),
    ("inside_a_problem", "problem p {\n  |\n}\n"),
    ("enumeration", "network a { pool { kind = | } }"),
    ("middle_of_a_word", "network a { pool { kind = av|era } }"),
    (
        "default_and_choices",
        "network a {\n  choose k in {3, 5}\n  conv c { filters in {8, 16}, kernel = 3 }\n  conv { filters = |, kernel = k }\n}\n",
    ),
    ("unit_of_a_field", "accelerator a {\n  clock = 1 |\n}\n"),
    (
        "unit_right_after_its_number",
        "accelerator a {\n  clock = 1|\n}\n",
    ),
    (
        "unit_half_written",
        "accelerator a { sub s { bandwidth = 64 GB/| } }",
    ),
    (
        "unit_of_a_spec",
        "problem p {\n  require energy <= 5 |\n}\n",
    ),
    ("unit_after_as", "problem p { require latency as | }"),
    (
        "options_of_an_algorithm",
        "strategy s {\n  algorithm = reinforce\n  |\n}\n",
    ),
    (
        "fields_of_a_group",
        "strategy s {\n  algorithm = reinforce\n  controller { | }\n}\n",
    ),
    ("algorithms", "strategy s { algorithm = |"),
    (
        "blocks_of_the_right_kind",
        "use std.nets.{resnet18, vgg16}\nuse templates.{nvdla}\nworkload w { task t { network = | } }",
    ),
    (
        "a_set_of_blocks",
        "use templates.{nvdla, eyeriss}\naccelerator a { sub s { dataflow in {nvdla, | } } }",
    ),
    ("library", "use |"),
    ("folder", "use std.|"),
    ("names_of_a_folder", "use std.nets.{resnet18, |"),
    (
        "members_of_a_search",
        "problem p { workload = w, on = a }\nstrategy s { algorithm = random, evaluations = 3 }\nlet run = search(p, s)\nrun.|\n",
    ),
    (
        "metrics_of_the_best",
        "problem p { workload = w, on = a }\nstrategy s { algorithm = random, evaluations = 3 }\nlet run = search(p, s)\nrun.best.en|\n",
    ),
    (
        "fields_of_a_label",
        "network a {\n  conv down { filters in {8, 16}, kernel = 3 }\n  conv { filters = down.|, kernel = 3 }\n}\n",
    ),
    (
        "metrics_of_a_goal",
        "workload w { task left { network = n } }\nproblem p {\n  workload = w\n  maximize |\n}\n",
    ),
    (
        "first_argument",
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nevaluate(|)\n",
    ),
    (
        "second_argument",
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nevaluate(resnet18, |)\n",
    ),
    (
        "columns",
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nlet points = sweep(resnet18, eyeriss_like with { core.pes in {64, 128} })\npareto(points, x = lat|)\n",
    ),
    (
        "edges",
        "network a { cell c { node x { edge input } node y { edge | } } }",
    ),
    ("codes", "// after E040|"),
    (
        "columns_of_a_part",
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nlet points = sweep(resnet18, eyeriss_like with { core.pes in {64, 128} })\ntable(points, columns = [core.p|])\n",
    ),
    ("argument_names", "pareto(points, |)"),
    (
        "changes",
        "use std.accel.{eyeriss_like}\nlet b = eyeriss_like with { core.| }\n",
    ),
    ("accuracy_sources", "workload w { task t { accuracy = | } }"),
    (
        "surrogates",
        "use std.accuracy.{resnet9_cifar10}\nworkload w { task t { accuracy = surrogate(|) } }",
    ),
    (
        "fields_of_a_form",
        "workload w { task t { accuracy = trained { ep| } } }",
    ),
    ("loops", "dataflow d { loop | }"),
    ("step", "accelerator a { sub s { pes in 0..64 | } }"),
    ("open", "network a { conv { filters | } }"),
    (
        "unclosed_before_another_block",
        "network a {\n  conv { fil|\n\nproblem p {\n  workload = a\n}\n",
    ),
    ("nothing_in_a_comment", "network a { // fil|\n}"),
    ("nothing_in_a_string", "use \"x|\" as n"),
    ("a_new_name", "let x|"),
];

#[test]
fn completions_at_the_cursor() {
    for (name, marked) in CASES {
        insta::assert_snapshot!(*name, shown(&Program::default(), marked));
    }
}

#[test]
fn earlier_cells_are_known() {
    let before = program(&[
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\n/// A quick look.\nproblem frugal { workload = resnet18, on = eyeriss_like with { core.pes in {64, 128} }, minimize energy }\n",
        "strategy quick { algorithm = random, evaluations = 2 }\nlet run = search(frugal, quick)\n",
    ]);
    let (_, items) = completions(&before, "search(fr|");
    assert_eq!(items[0].insert, "frugal");
    assert_eq!(items[0].doc, "A quick look.");
    let (_, items) = completions(&before, "convergence(|)");
    assert_eq!(items[0].insert, "run");
    // A half-written declaration does not make forgotten what the name was.
    let (_, items) = completions(&before, "let run = search(frugal,\nrun.best.lat|");
    assert!(items.iter().any(|i| i.insert == "latency"), "{items:?}");
}
