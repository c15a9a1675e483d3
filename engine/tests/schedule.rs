//! What a problem says about schedules reaches them: method, branches, links.

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
  workload = WORKLOAD
  on = chip
  // rules
  // spec
  minimize energy
}
evaluate(p)
";

/// The evaluation of the problem with these changes.
#[track_caller]
fn evaluated(changes: &[(&str, &str)]) -> Value {
    let mut script = SCRIPT.to_owned();
    for (from, to) in changes {
        assert!(script.contains(from), "{from}");
        script = script.replacen(from, to, 1);
    }
    let script = script.replacen("WORKLOAD", "both", 1);
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, report) = engine.cell(&script, &mut Silent);
    let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{shown}"));
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
    assert!(energy(&frugal) < energy(&exact), "{} {}", energy(&frugal), energy(&exact));
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
    assert!(known.contains("proven") || known.contains("within"), "{known}");
    assert!(cycles(&beam) >= cycles(&exact));
}

#[test]
fn branches_may_run_at_the_same_time() {
    let alone = |rules: &str| evaluated(&[("// rules", rules), ("workload = WORKLOAD", "workload = left")]);
    let serial = alone("schedule = exact");
    let parallel = alone("schedule = exact, branches = parallel");
    assert!(cycles(&parallel) < cycles(&serial), "{parallel} {serial}");
    assert_eq!(parallel["schedule_proof"], "optimal (proven)");
}

#[test]
fn what_a_link_moves_costs_time_and_energy() {
    for method in ["list", "beam", "exact"] {
        let rules = format!("schedule = {method}");
        let with = |link: &str| evaluated(&[("// rules", &rules), ("// link", link)]);
        let free = with("");
        let fast = with("link { bandwidth = 1e9 GB/s }");
        let slow = with("link { bandwidth = 0.1 GB/s, energy = 100 pJ }");
        // A cycle per tensor is the least that a link takes.
        assert!(cycles(&fast) >= cycles(&free) && cycles(&fast) <= cycles(&free) + 8, "{method}");
        assert!(cycles(&slow) > cycles(&free), "{method}");
    }
    // Where moving costs much, the exact solver moves less than the heuristic.
    let link = ("// link", "link { bandwidth = 0.1 GB/s, energy = 100 pJ }");
    let list = evaluated(&[("// rules", "schedule = list"), link]);
    let exact = evaluated(&[("// rules", "schedule = exact"), link]);
    assert!(cycles(&exact) < cycles(&list));
}

#[test]
fn a_link_without_bandwidth_is_refused_with_its_reason() {
    let script = SCRIPT.replacen("WORKLOAD", "both", 1);
    let script = script.replacen("// link", "link { bandwidth = 0 GB/s }", 1);
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (_, report) = engine.cell(&script, &mut Silent);
    let report = report.expect("it runs");
    let said = format!("{:?}", report.diagnostics);
    assert!(said.contains("cannot be scheduled"), "{said}");
}
