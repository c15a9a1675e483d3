//! The generated manual is up to date, and every example in the tables is right.

use crate::prelude::{check, folder, schemas};
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::{functions, reference};

/// What the functions' examples take for granted.
const PRELUDE: &str = "\
use std.nets.{resnet18}
use std.accel.{eyeriss_like}
use templates.{nvdla}
problem frugal {
  workload = resnet18
  on = eyeriss_like with { core.pes in {128, 256} }
  require latency <= 1 s
  minimize energy
}
problem frugal2 {
  workload = resnet18
  on = eyeriss_like with { core.pes in {128, 256} }
  minimize energy
  minimize latency
}
problem frugal3 {
  workload = resnet18
  on = eyeriss_like with { core.pes in {32, 64, 128, 256}, core.bandwidth in {2, 4, 8, 16 GB/s} }
  require latency <= 1 s
}
strategy table_of { algorithm = gan }
strategy quick  { algorithm = random, evaluations = 2 }
strategy quick2 { algorithm = evolution, evaluations = 2 }
strategy every  { algorithm = exhaustive }
";

#[test]
fn every_example_of_a_kind_is_right_by_itself() {
    for kind in schemas().kinds().iter().filter(|k| !k.example.is_empty()) {
        let (checked, shown) = check(kind.example);
        assert!(checked.diagnostics.is_empty(), "{}\n{shown}", kind.name);
    }
}

#[test]
fn every_kind_at_the_top_level_has_an_example() {
    for kind in schemas().kinds_inside("") {
        assert!(!kind.example.is_empty(), "{}", kind.name);
    }
}

#[test]
fn every_example_of_a_function_is_right() {
    for function in functions::all() {
        let (checked, shown) = check(&format!("{PRELUDE}{}\n", function.example));
        assert!(checked.diagnostics.is_empty(), "{}\n{shown}", function.name);
        assert!(
            function.later.is_some() || !function.example.is_empty(),
            "{}",
            function.name
        );
    }
}

#[test]
fn generated_files_are_up_to_date() {
    let plain = Schemas::new(Vec::new());
    let pages = [
        ("blocks.md", reference::blocks(&plain)),
        ("functions.md", reference::functions()),
        ("metrics.md", reference::metrics()),
        ("units.md", reference::units()),
    ];
    let home = folder("docs/reference");
    for (name, page) in pages {
        let path = home.join(name);
        if std::env::var_os("NASAIC_UPDATE").is_some() {
            std::fs::create_dir_all(&home).unwrap();
            std::fs::write(&path, &page).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == page,
            "docs/reference/{name} is old: run the tests with NASAIC_UPDATE=1"
        );
    }
}

#[test]
fn doc_knows_names_of_every_sort() {
    for (name, part) in [
        ("conv", "kernel"),
        ("conv.filters", "Output channels"),
        ("evolution", "population"),
        ("evolution.population", "Designs alive"),
        ("pareto", "front"),
        ("latency", "makespan"),
        ("GB/s", "bandwidth"),
        ("vgg16", "std.nets.{vgg16}"),
        ("std.nets.vgg16", "Simonyan"),
        ("nvdla", "templates.{nvdla}"),
        ("layers", "function"),
    ] {
        let text = reference::doc(schemas(), name).unwrap_or_default();
        assert!(text.contains(part), "{name}\n{text}");
    }
    assert_eq!(reference::doc(schemas(), "nothing_like_this"), None);
    assert!(reference::strategies(schemas()).contains("hidden"));
}
