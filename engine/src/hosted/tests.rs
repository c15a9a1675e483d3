use super::Functions;
use crate::fault::Fault;
use crate::{Ended, Engine, Report, Silent};
use nasaic_dsl::world::Memory;
use std::sync::{Arc, Mutex};

/// A problem of eight designs with a function of the host as its goal.
const PROBLEM: &str = "
use std.nets.{resnet18}
use std.accel.{eyeriss_like}
problem p {
  workload = resnet18
  on = eyeriss_like with { core.pes in 32..256 step 32 }
  minimize cost(latency as ms, utilization)
}
strategy grid { algorithm = exhaustive }
let r = search(p, grid)
";

/// A host that notes its calls.
#[derive(Default)]
struct Fake {
    calls: Mutex<Vec<(String, Vec<f64>)>>,
}

impl Functions for Fake {
    fn call(&self, name: &str, source: &str, args: &[f64]) -> Result<f64, Fault> {
        let mut calls = self.calls.lock().unwrap();
        calls.push((source.to_owned(), args.to_vec()));
        match source {
            "sum" => Ok(args.iter().sum()),
            "none" => Ok(f64::NAN),
            _ => Err(Fault::new("E0823", format!("`{name}` is not there"))),
        }
    }
}

fn engine(host: &Arc<Fake>, source: &str) -> Engine {
    let mut engine = Engine::new(Box::new(Memory::default()));
    engine.call_functions_of(Arc::clone(host) as Arc<dyn Functions>);
    declare(&mut engine, source);
    engine
}

fn declare(engine: &mut Engine, source: &str) {
    let written = ("cell [1]", "register(\"cost\", …)");
    let declared = engine.declare_function(("cost", 2), source.to_owned(), written);
    declared.unwrap();
}

fn run(engine: &mut Engine, text: &str) -> Report {
    let (checked, report) = engine.cell(text, &mut Silent);
    report.unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
}

fn codes(report: &Report) -> Vec<&str> {
    report.diagnostics.iter().map(|d| d.code.as_str()).collect()
}

#[test]
fn a_search_calls_it_in_trial_order_once_for_each_design() {
    let calls_with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let host = Arc::new(Fake::default());
            let report = run(&mut engine(&host, "sum"), PROBLEM);
            assert_eq!((report.ended, codes(&report)), (Ended::Done, Vec::new()));
            let calls = host.calls.lock().unwrap().clone();
            (calls, report.results)
        })
    };
    let (calls, results) = calls_with(1);
    assert_eq!(calls.len(), 8);
    // The designs come with more and more PEs, so with less and less latency.
    assert!(
        calls.is_sorted_by(|(_, a), (_, b)| a[0] >= b[0]),
        "{calls:?}"
    );
    assert_eq!(calls_with(4), (calls, results));
}

#[test]
fn another_source_is_another_function() {
    let host = Arc::new(Fake::default());
    let mut engine = engine(&host, "sum");
    run(&mut engine, PROBLEM);
    let called = || host.calls.lock().unwrap().len();
    let first = called();
    assert_eq!(first, 8);
    // The same source: nothing is called, not even after it was declared again.
    declare(&mut engine, "sum");
    assert_eq!(
        codes(&run(&mut engine, "let again = search(p, grid)\nagain\n")),
        [""; 0]
    );
    assert_eq!(called(), first);
    declare(&mut engine, "other");
    let report = run(&mut engine, "let other = search(p, grid)\n");
    assert_eq!(
        (report.ended, codes(&report)),
        (Ended::Failed, vec!["E0823"])
    );
    assert_eq!(called(), first + 1);
    // What the first source gave is out of date, and says so.
    let cell = engine.check_cell("cell", "r\n").unwrap();
    assert_eq!(cell.warnings[0].code, "W0901");
    declare(&mut engine, "sum");
    assert_eq!(engine.check_cell("cell", "r\n").unwrap().warnings, []);
}

#[test]
fn specs_and_cells_tell_what_went_wrong_at_the_call() {
    for (source, code) in [("none", "E0805"), ("gone", "E0823")] {
        let host = Arc::new(Fake::default());
        let mut engine = engine(&host, source);
        let spec = "require cost(latency as ms, utilization) <= 100";
        let text = PROBLEM.replace("minimize cost(latency as ms, utilization)", spec);
        let report = run(&mut engine, &text);
        assert_eq!((report.ended, codes(&report)), (Ended::Failed, vec![code]));
        let at = report.diagnostics[0].span().unwrap();
        let shown = engine.sources().slice(at);
        assert_eq!(shown, "cost(latency as ms, utilization)");
        // One fault ends the calls.
        assert_eq!(host.calls.lock().unwrap().len(), 1);
        assert_eq!(codes(&run(&mut engine, "cost(1, 2)\n")), [code]);
    }
}

#[test]
fn a_plan_without_its_host_says_so() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    declare(&mut engine, "sum");
    let report = run(&mut engine, "1 + 1\ncost(1, 2)\n");
    assert_eq!(
        (report.ended, codes(&report)),
        (Ended::Failed, vec!["E0823"])
    );
}
