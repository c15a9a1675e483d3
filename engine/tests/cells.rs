//! Cells: transactional, replacing, and honest about what is out of date.

use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Report, Silent};

const FIRST: &str = "use std.accel.{eyeriss_like}\n\
    network net { input = [3, 16, 16]\n  conv { filters = 8, kernel = 3 }\n}\n\
    let r = evaluate(net, eyeriss_like)\nr\n";

fn engine() -> Engine {
    Engine::new(Box::new(Memory::default()))
}

#[track_caller]
fn good(engine: &mut Engine, text: &str) -> Report {
    let (checked, report) = engine.cell(text, &mut Silent);
    let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    report
}

fn codes(report: &Report) -> Vec<&str> {
    report.diagnostics.iter().map(|d| d.code.as_str()).collect()
}

#[test]
fn a_cell_with_an_error_changes_nothing() {
    let mut engine = engine();
    good(&mut engine, FIRST);
    let (checked, report) = engine.cell(
        "network other { input = [3, 8, 8] }\nlet x = nothing\n",
        &mut Silent,
    );
    assert!(checked.has_errors() && report.is_none());
    let (checked, _) = engine.cell("layers(other)\n", &mut Silent);
    assert_eq!(checked.diagnostics[0].code, "E0311");
    good(&mut engine, "r\n");
}

#[test]
fn declaring_a_name_again_replaces_it_and_old_results_say_so() {
    let mut engine = engine();
    let before = good(&mut engine, FIRST);
    let report = good(
        &mut engine,
        "network net { input = [3, 16, 16]\n  conv { filters = 64, kernel = 3 }\n}\n",
    );
    assert!(codes(&report).is_empty());
    let stale = good(&mut engine, "r\n");
    assert_eq!(codes(&stale), ["W0901"]);
    assert_eq!(stale.results["outputs"], before.results["outputs"]);
    let again = good(&mut engine, "let r = evaluate(net, eyeriss_like)\nr\n");
    assert!(codes(&again).is_empty());
    assert_ne!(again.results["outputs"], before.results["outputs"]);
    assert!(codes(&good(&mut engine, "r\n")).is_empty());
}

#[test]
fn a_changed_copy_is_out_of_date_when_its_original_changes() {
    let mut engine = engine();
    good(&mut engine, FIRST);
    good(
        &mut engine,
        "let wide = evaluate(net, eyeriss_like with { core.pes = 64 })\n",
    );
    good(
        &mut engine,
        "network net { input = [3, 32, 32]\n  conv { filters = 8, kernel = 3 }\n}\n",
    );
    assert_eq!(codes(&good(&mut engine, "wide\n")), ["W0901"]);
}

#[test]
fn cells_and_a_script_give_the_same_results() {
    let cells = [
        "use std.accel.{eyeriss_like}\nuse std.nets.{resnet18}\n",
        "let r = evaluate(resnet18, eyeriss_like)\n",
        "r\nr.energy as mJ\n",
    ];
    let mut notebook = engine();
    let last = cells.map(|c| good(&mut notebook, c)).into_iter().last();
    let mut script = engine();
    let whole = good(&mut script, &cells.concat());
    assert_eq!(
        last.map(|l| l.results["outputs"].clone()),
        Some(whole.results["outputs"].clone())
    );
}

#[test]
fn a_failed_expect_does_not_stop_the_others() {
    let mut engine = engine();
    good(&mut engine, FIRST);
    let (_, report) = engine.cell(
        "expect r.energy < 1 pJ, \"too much\"\nexpect r.energy < 1 J\nexpect r.latency < 1 ns\n",
        &mut Silent,
    );
    let report = report.expect("it ran");
    assert_eq!(report.ended, Ended::Unexpected);
    assert_eq!(codes(&report), ["E0610", "E0610"]);
    assert_eq!(report.diagnostics[0].title, "too much");
}

#[test]
fn a_comparison_names_its_strategies_whatever_columns_are_asked_for() {
    let mut engine = engine();
    let report = good(
        &mut engine,
        "use std.accel.{eyeriss_like}\nuse std.nets.{resnet18}\n\
         problem p { workload = resnet18, on = eyeriss_like with { core.pes in 32..256 step 32 }, minimize latency }\n\
         strategy a { algorithm = random }\nstrategy b { algorithm = evolution }\n\
         let race = compare(p, [a, b], evaluations = 5, seeds = 1..3)\n\
         table(race, columns = [best, time])\n",
    );
    let table = &report.results["outputs"][0]["value"]["table"];
    assert_eq!(table["columns"][0]["name"], "strategy");
    assert_eq!(table["rows"][0][0], "a");
    // Times differ from run to run and so do not belong to what is reproducible.
    assert_eq!(table["columns"].as_array().map(Vec::len), Some(2));
}
