//! Generators are trained once, kept, and read again; a damaged one is told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::engine;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_engine::{Ended, Output, Progress, Report, Sink};
use std::path::Path;

const PROGRAM: &str = "\
use std.technology.{horowitz_28nm}
use templates.{im2col}
network tiny {
  input = [8, 16, 16]
  conv first { filters in {8, 16, 32}, kernel in {1, 3} }
}
accelerator chip {
  technology = horowitz_28nm
  clock = 100 MHz
  sub core {
    dataflow = im2col
    pes in 4..64 step *2
    simd in {1, 2, 4}
    bandwidth in {1, 2, 4 GB/s}
  }
}
problem target {
  workload = tiny
  on = chip
  require latency <= 1 ms
  require power <= 100 mW
}
problem other {
  workload = tiny
  on = chip
  require latency <= 200 us
  require power <= 1 W
  minimize energy
}
strategy gan { algorithm = gan, train_designs = 120, epochs = 3, hidden = 8, seed = 5 }
";

/// Counts the trainings, and keeps the files by the way.
#[derive(Default)]
struct Watcher {
    trainings: usize,
    kept: Vec<(String, Vec<u8>)>,
}

impl Sink for Watcher {
    fn show(&mut self, _: &Output) {}
    fn progress(&mut self, progress: &Progress) {
        let ended = progress.finished && progress.what == "training `gan`";
        self.trainings += usize::from(ended);
    }
    fn tell(&mut self, _: &Diagnostic) {}
    fn file(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        Ok(())
    }
    fn keep(&mut self, path: &str, content: &dyn Fn() -> Vec<u8>) -> Result<(), String> {
        self.kept.push((path.to_owned(), content()));
        Ok(())
    }
}

/// Runs a program, with a store where one is given.
fn run(rest: &str, store: Option<&Path>) -> (Report, Watcher) {
    let mut engine = engine(store);
    let checked = engine.check("test", &format!("{PROGRAM}{rest}"), &[]);
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let plan = engine.plan(checked.steps);
    let mut watcher = Watcher::default();
    let report = engine.run(&plan, &mut watcher);
    (report, watcher)
}

#[test]
fn a_generator_is_trained_once_for_all_limits_and_all_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let both = "generate(target, gan, count = 4)\ngenerate(other, gan, count = 4)\n";
    let (plain, once) = run(both, None);
    assert_eq!((plain.ended, once.trainings), (Ended::Done, 1));
    let (first, trained) = run(both, Some(&path));
    let (second, read) = run(both, Some(&path));
    assert_eq!((trained.trainings, read.trainings), (1, 0));
    assert_eq!(plain.results, first.results);
    assert_eq!(plain.results, second.results);
    assert_eq!(once.kept, trained.kept);
    assert_eq!(trained.kept, read.kept);
    let names: Vec<&str> = read.kept.iter().map(|file| file.0.as_str()).collect();
    let wanted = ["generators/gan-target.json", "generators/gan-other.json"];
    assert_eq!(names, wanted);
    let file: serde_json::Value = serde_json::from_slice(&read.kept[0].1).unwrap();
    assert_eq!(
        (&file["seed"], &file["algorithm"]),
        (&5.into(), &"gan".into())
    );
    // Another space is another training.
    let wider = "generate(target with { core.simd in {1, 2} }, gan)\n";
    let (report, again) = run(wider, Some(&path));
    assert_eq!((report.ended, again.trainings), (Ended::Done, 1));
}

#[test]
fn each_answer_has_networks_of_its_own_where_they_are_open() {
    let (report, _) = run("generate(target, gan, count = 6)\n", None);
    let designs = &report.results["outputs"][0]["value"]["designs"];
    let designs = designs.as_array().unwrap();
    assert_eq!(designs.len(), 6);
    let mut all: Vec<String> = designs.iter().map(|d| d["design"].to_string()).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6, "{all:?}");
}
