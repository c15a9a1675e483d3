//! What a problem says about schedules reaches them: method, branches, links.

mod common;

use common::ran;
use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Silent};
use serde_json::Value;

const SCRIPT: &str = "\
use templates.{nvdla, shidiannao}
use std.technology.{horowitz_28nm}
network left {
  input = [16, 16, 16]
  skip {
    conv main { filters = 32, kernel = 3 }
    shortcut { conv way { filters = 32, kernel = 3 } }
  }
  conv last { filters = 16, kernel = 3 }
}
network right {
  input = [8, 16, 16]
  conv one { filters = 16, kernel = 3 }
  conv two { filters = 16, kernel = 3 }
}
workload both {
  task a { network = left }
  task b { network = right }
}
accelerator chip {
  technology = horowitz_28nm
  clock = 1 GHz
  sub x { dataflow = nvdla, pes = 64, bandwidth = 16 GB/s }
  sub y { dataflow = shidiannao, pes = 64, bandwidth = 16 GB/s }
  // link
}
problem p {
  workload = both
  on = chip
  // rules
  // spec
  minimize energy
}
evaluate(p)
";

/// The evaluation of the problem of two tasks with these changes.
#[track_caller]
fn evaluated(changes: &[(&str, &str)]) -> Value {
    result_of(SCRIPT, changes)
}

/// The evaluation of a program with these changes.
#[track_caller]
fn result_of(script: &str, changes: &[(&str, &str)]) -> Value {
    let report = ran(script, changes);
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    report.results["outputs"][0]["value"].clone()
}

fn cycles(result: &Value) -> u64 {
    result["cycles"].as_u64().expect("cycles")
}

fn energy(result: &Value) -> f64 {
    result["energy_j"].as_f64().expect("an energy")
}

#[test]
fn the_heuristic_proves_nothing_and_the_exact_solver_says_what_it_proves() {
    let list = evaluated(&[]);
    let exact = evaluated(&[("// rules", "schedule = exact")]);
    assert!(list.get("schedule_proof").is_none());
    assert_eq!(exact["schedule_proof"], "optimal (proven)");
    assert!(cycles(&exact) <= cycles(&list));
    // With more time than the least there is less energy to find, and never more.
    let spec = format!("require latency <= {} cycles", cycles(&exact) * 3 / 2);
    let frugal = evaluated(&[("// rules", "schedule = exact"), ("// spec", &spec)]);
    assert_eq!(frugal["schedule_proof"], "optimal (proven)");
    assert!(
        energy(&frugal) < energy(&exact),
        "{} {}",
        energy(&frugal),
        energy(&exact)
    );
    // A deadline before the least makespan: as early as possible, and proven to be late.
    let spec = format!("require latency <= {} cycles", cycles(&exact) - 1);
    let late = evaluated(&[("// rules", "schedule = exact"), ("// spec", &spec)]);
    assert_eq!(late["schedule_proof"], "as early as possible (proven)");
    assert_eq!(cycles(&late), cycles(&exact));
}

#[test]
fn a_beam_says_how_far_it_can_be_from_the_optimum() {
    let beam = evaluated(&[("// rules", "schedule = beam")]);
    let exact = evaluated(&[("// rules", "schedule = exact")]);
    let known = beam["schedule_proof"].as_str().expect("a proof");
    assert!(
        known.contains("proven") || known.contains("within"),
        "{known}"
    );
    assert!(cycles(&beam) >= cycles(&exact));
}

#[test]
fn branches_may_run_at_the_same_time() {
    let alone =
        |rules: &str| evaluated(&[("// rules", rules), ("workload = both", "workload = left")]);
    let serial = alone("schedule = exact");
    let parallel = alone("schedule = exact, branches = parallel");
    assert!(cycles(&parallel) < cycles(&serial), "{parallel} {serial}");
    assert_eq!(parallel["schedule_proof"], "optimal (proven)");
}

/// A chain whose middle layer runs on another sub-accelerator than its neighbours.
const APART: &str = "\
use std.technology.{horowitz_28nm}
dataflow convs {
  layer = [conv]
  store dram { keep = [W, I, O] }
  loop P { tile = fit }
  store glb  { keep = [W, I, O], size = 32 KiB }
  spread K { over = columns }
  store rf   { keep = [W, O], size = 64 B }
}
dataflow depthwises {
  layer = [depthwise]
  store dram { keep = [W, I, O] }
  loop P { tile = fit }
  store glb  { keep = [W, I, O], size = 32 KiB }
  spread K { over = columns }
  store rf   { keep = [W, O], size = 64 B }
}
accelerator chip {
  technology = horowitz_28nm
  clock = 1 GHz
  sub x { dataflow = convs, pes = 64, bandwidth = 16 GB/s }
  sub y { dataflow = depthwises, pes = 64, bandwidth = 16 GB/s }
  // link
}
network net {
  input = [16, 16, 16]
  conv one { filters = 16, kernel = 3 }
  depthwise two { kernel = 3 }
  conv three { filters = 8, kernel = 3 }
}
problem p {
  workload = net
  on = chip
  // rules
  minimize energy
}
evaluate(p)
";

#[test]
fn what_a_link_moves_costs_its_time_and_energy() {
    for method in ["list", "beam", "exact"] {
        let rules = format!("schedule = {method}");
        let with = |link: &str| result_of(APART, &[("// rules", &rules), ("// link", link)]);
        let free = with("");
        let dry = with("link { bandwidth = 0.1 GB/s }");
        let linked = with("link { bandwidth = 0.1 GB/s, energy = 100 pJ }");
        // Two tensors of 16³ bytes move; the last layer's output leaves through memory.
        let moved = 2 * 16 * 16 * 16;
        assert_eq!(cycles(&linked), cycles(&free) + 10 * moved, "{method}");
        // Both wait, and leak, equally long.
        let expected = energy(&dry) + moved as f64 * 100e-12;
        let close = (energy(&linked) / expected - 1.0).abs() < 1e-12;
        assert!(close, "{method}: {} {expected}", energy(&linked));
    }
}

#[test]
fn a_link_without_bandwidth_is_refused_with_its_reason() {
    let script = SCRIPT.replacen("// link", "link { bandwidth = 0 GB/s }", 1);
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (_, report) = engine.cell(&script, &mut Silent);
    let report = report.expect("it runs");
    let said = format!("{:?}", report.diagnostics);
    assert!(said.contains("cannot be scheduled"), "{said}");
}
