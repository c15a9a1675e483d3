//! Searches that train: what is trained, stopped and never trained; threads, kills and the store.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::engine;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_engine::{Ended, Listener, Output, Report, Silent, Sink, Stopper, Trainings};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Nine networks; the widest has no hardware that is fast enough.
const SPACE: &str = "\
use std.data.{digits}
use std.technology.{horowitz_45nm}
use templates.{nvdla}
network small {
  input = [1, 8, 8]
  conv first { filters in {2, 4, 64}, kernel = 3 }
  pool { kind = max }
  conv next { filters in {2, 4, 8}, kernel = 3 }
  pool { kind = global_average }
  dense { units = 10 }
}
accelerator edge {
  technology = horowitz_45nm
  clock = 100 MHz
  sub core { dataflow = nvdla, pes in {8, 16}, bandwidth = 1 GB/s }
}
";

/// The space with a task that has this source, and what to do with it.
fn program(source: &str, metric: &str, rest: &str) -> String {
    format!(
        "{SPACE}workload reading {{ task classify {{ network = small, data = digits with {{ limit_train = 240, limit_test = 100 }}, accuracy = {source} }} }}
problem reader {{
  workload = reading
  on = edge
  require latency <= 40 us
  maximize classify.{metric}
}}
strategy all {{ algorithm = exhaustive }}
{rest}
"
    )
}

const TRAINED: &str = "trained { epochs = 4, seeds = 2, rungs = [1], batch = 16 }";

/// A sink that asks to stop when it was asked so often whether it does.
struct Patience(Arc<AtomicUsize>);

impl Sink for Patience {
    fn show(&mut self, _: &Output) {}
    fn tell(&mut self, _: &Diagnostic) {}
    fn stop(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
    fn stopper(&self) -> Stopper {
        let left = Arc::clone(&self.0);
        Arc::new(move || {
            let less = |n: usize| Some(n.saturating_sub(1));
            let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
            before.unwrap_or(0) <= 1
        })
    }
}

#[track_caller]
fn run(text: &str, store: Option<&Path>, sink: &mut dyn Sink) -> Report {
    let mut engine = engine(store);
    let (checked, report) = engine.cell(text, sink);
    let mistakes = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    report.unwrap_or_else(|| panic!("{mistakes}"))
}

/// What a program shows, when all goes well.
#[track_caller]
fn shown(text: &str, store: Option<&Path>) -> Vec<Value> {
    let report = run(text, store, &mut Silent);
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    let outputs = report.results["outputs"].as_array().unwrap();
    outputs.iter().map(|o| o["value"].clone()).collect()
}

fn search() -> String {
    program(TRAINED, "accuracy", "let run = search(reader, all)\nrun")
}

#[test]
fn only_what_hardware_can_carry_is_trained_and_only_the_best_to_the_end() {
    let run = &shown(&search(), None)[0];
    assert!(run["networks_never_trained"].as_u64().unwrap() > 0, "{run}");
    assert!(run["stopped_early"].as_u64().unwrap() > 0, "{run}");
    let task = &run["best"]["tasks"][0];
    let accuracy = &task["accuracy"];
    assert_eq!(accuracy["kind"], "trained");
    let value = accuracy["value"].as_f64().unwrap();
    // Better than guessing one of ten, with an interval.
    assert!((0.15..=1.0).contains(&value), "{value}");
    assert!(accuracy["uncertainty"].as_f64().unwrap() > 0.0);
    let took = &task["training"];
    assert_eq!(
        (took["seeds"].as_u64(), took["epochs"].as_u64()),
        (Some(2), Some(4))
    );
    assert!(took["test"].as_f64().is_some());
    assert!(took.get("cpu_seconds").is_none(), "times are no results");
}

#[test]
fn threads_and_the_store_do_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let on = |threads: usize, store: Option<&Path>| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| shown(&search(), store))
    };
    let alone = on(1, None);
    assert_eq!(alone, on(4, None));
    assert_eq!(alone, on(2, Some(&path)));
    // Now all is known.
    assert_eq!(alone, on(2, Some(&path)));
}

#[test]
fn a_search_that_is_broken_off_goes_on_where_it_stood() {
    let whole = shown(&search(), None);
    for patience in [3, 40, 90] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let mut sink = Patience(Arc::new(AtomicUsize::new(patience)));
        let broken = run(&search(), Some(&path), &mut sink);
        assert_eq!(broken.ended, Ended::Interrupted, "{patience}");
        assert_eq!(shown(&search(), Some(&path)), whole, "{patience}");
    }
}

#[test]
fn what_was_trained_is_fitted_with_its_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    // More networks of very different widths, all trained to the end: there is something to learn.
    let wide = |source: &str, rest: &str| {
        program(source, "accuracy", rest)
            .replace(
                "first { filters in {2, 4, 64}",
                "first { filters in {1, 2, 4, 8}",
            )
            .replace(
                "next { filters in {2, 4, 8}",
                "next { filters in {1, 2, 4, 8}",
            )
            .replace("latency <= 40 us", "latency <= 1 ms")
    };
    let recipe = "epochs = 4, seeds = 1, batch = 16 }";
    let trained = wide(&format!("trained {{ {recipe}"), "search(reader, all).best");
    shown(&trained, Some(&path));
    let fitted = wide(
        &format!("fitted {{ at_least = 16, {recipe}"),
        "search(reader, all).best",
    );
    let best = &shown(&fitted, Some(&path))[0]["tasks"][0]["accuracy"];
    assert_eq!(best["kind"], "fitted");
    let value = best["value"].as_f64().unwrap();
    assert!((0.15..=1.0).contains(&value), "{value}");
    assert!(best["uncertainty"].as_f64().unwrap() > 0.0);
    let source = best["source"].as_str().unwrap();
    assert!(source.starts_with("fitted to 16 networks"), "{source}");
}

#[test]
fn too_little_to_fit_to_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let fitted = |at_least: usize| {
        let recipe = TRAINED.trim_start_matches("trained { ");
        let source = format!("fitted {{ at_least = {at_least}, {recipe}");
        program(&source, "accuracy", "search(reader, all)")
    };
    let code = |report: &Report| report.diagnostics[0].code.clone();
    let empty = run(&fitted(8), Some(&path), &mut Silent);
    assert_eq!(
        (empty.ended, code(&empty).as_str()),
        (Ended::Failed, "E0713")
    );
    shown(&search(), Some(&path));
    let few = run(&fitted(200), Some(&path), &mut Silent);
    assert_eq!((few.ended, code(&few).as_str()), (Ended::Failed, "E0713"));
    let none = run(&fitted(8), None, &mut Silent);
    assert_eq!((none.ended, code(&none).as_str()), (Ended::Failed, "E0713"));
}

#[test]
fn a_proxy_gives_scores_and_no_accuracy() {
    for proxy in ["params", "flops", "synflow", "nwot", "jacov", "grad_norm"] {
        let source = format!("proxy({proxy})");
        let best = &shown(&program(&source, "score", "search(reader, all).best"), None)[0];
        let score = &best["tasks"][0]["accuracy"];
        assert_eq!(score["kind"], "proxy", "{proxy}");
        assert!(
            score["value"].as_f64().is_some_and(f64::is_finite),
            "{proxy}: {score}"
        );
        let text = program(&source, "accuracy", "search(reader, all).best");
        let (checked, _) = engine(None).cell(&text, &mut Silent);
        assert_eq!(checked.diagnostics[0].code, "E0603", "{proxy}");
    }
    let text = program(TRAINED, "score", "search(reader, all).best");
    let (checked, _) = engine(None).cell(&text, &mut Silent);
    assert_eq!(checked.diagnostics[0].code, "E0603");
}

#[test]
fn what_does_not_go_together_is_said_before_anything_is_trained() {
    let wrong_shape =
        program(TRAINED, "accuracy", "search(reader, all)").replace("[1, 8, 8]", "[1, 9, 9]");
    let wrong_metric = program(
        &format!("{TRAINED}, metric = iou"),
        "accuracy",
        "search(reader, all)",
    );
    let no_data = program(TRAINED, "accuracy", "search(reader, all)").replace(
        ", data = digits with { limit_train = 240, limit_test = 100 }",
        "",
    );
    for (text, wanted) in [
        (wrong_shape, "E0713"),
        (wrong_metric, "E0713"),
        (no_data, "E0603"),
    ] {
        let report = run(&text, None, &mut Silent);
        assert_eq!(report.ended, Ended::Failed);
        assert_eq!(
            report.diagnostics[0].code, wanted,
            "{:?}",
            report.diagnostics
        );
    }
}

/// A sink that keeps what it hears of trainings.
#[derive(Default)]
struct Ear(Arc<Mutex<Vec<Trainings>>>);

impl Sink for Ear {
    fn show(&mut self, _: &Output) {}
    fn tell(&mut self, _: &Diagnostic) {}
    fn listener(&self) -> Listener {
        let heard = Arc::clone(&self.0);
        Arc::new(move |trainings| heard.lock().unwrap().push(trainings.clone()))
    }
}

#[test]
fn every_epoch_and_every_training_is_told_while_a_batch_is_trained() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let heard = |text: &str| {
        let mut ear = Ear::default();
        run(text, Some(&path), &mut ear);
        ear.0.lock().unwrap().clone()
    };
    let one_batch = program(
        "trained { epochs = 3, seeds = 2, batch = 16 }",
        "accuracy",
        "",
    );
    // The network of four filters twice, once for each seed.
    let alone = format!(
        "{one_batch}evaluate(reading with {{ classify.first.filters = 4, classify.next.filters = 4 }}, edge with {{ core.pes = 8 }})\n"
    );
    let told = heard(&alone);
    let ends: Vec<&Trainings> = told.iter().filter(|t| t.ended.is_some()).collect();
    assert_eq!((told.len(), ends.len()), (2 * 3 + 2, 2));
    let last = told.last().unwrap();
    assert_eq!(
        (last.done, last.total, last.epochs, last.of_epochs),
        (2, 2, 6, 6)
    );
    let reached = ends[0].ended.as_ref().unwrap();
    assert_eq!((reached.data.as_str(), reached.epochs), ("digits", 3));
    assert!(reached.validation.is_some_and(|v| v > 0.0));
    // What the store knows has ended at once.
    let again = heard(&alone);
    assert_eq!(again.len(), 2);
    assert_eq!((again[1].done, again[1].epochs), (2, 6));
}

#[test]
fn curves_grow_by_epoch_and_stop_at_rungs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let text = program(
        TRAINED,
        "accuracy",
        "let run = search(reader, all)\nlearning_curves(run, most = 2)\nlearning_curves(run.best)",
    );
    let figures = shown(&text, Some(&path));
    insta::assert_json_snapshot!("learning_curves", figures[0]);
    let lines = figures[0]["figure"]["chart"]["lines"].as_array();
    let lines = lines.unwrap_or_else(|| panic!("{}", figures[0]));
    let lengths: Vec<usize> = lines
        .iter()
        .map(|l| l["points"].as_array().unwrap().len())
        .collect();
    assert!(lengths.contains(&4) && lengths.contains(&1), "{lengths:?}");
    // The best one alone is the first of all, but for its name.
    let alone = &figures[1]["figure"]["chart"]["lines"];
    assert_eq!(alone[0]["points"], lines[0]["points"]);
    // What another run has trained is drawn, too.
    assert_eq!(shown(&text, Some(&path)), figures);
}

#[test]
fn what_was_not_trained_has_no_curve() {
    let text = program(
        "proxy(params)",
        "score",
        "learning_curves(search(reader, all))",
    );
    let report = run(&text, None, &mut Silent);
    assert_eq!(report.diagnostics[0].code, "E0805");
}

#[test]
fn two_searches_are_compared_by_what_they_did_and_promise() {
    let text = program(
        TRAINED,
        "accuracy",
        "strategy some { algorithm = random, evaluations = 6, seed = 1 }\n\
         compare(search(reader, some), search(reader, all))",
    );
    let changes = &shown(&text, None)[0];
    let table = |title: &str| {
        let tables = changes["tables"].as_array().unwrap();
        let found = tables.iter().find(|t| t["title"] == title);
        found
            .unwrap_or_else(|| panic!("no {title}: {changes}"))
            .clone()
    };
    let heads = |table: &Value| -> Vec<String> {
        let columns = table["columns"].as_array().unwrap();
        columns
            .iter()
            .map(|c| c["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let searches = table("Searches");
    assert_eq!(
        (&searches["rows"][0][0], &searches["rows"][1][0]),
        (&"some".into(), &"all".into())
    );
    assert!(
        !heads(&searches).contains(&"trained in".to_owned()),
        "times are no results"
    );
    assert_eq!(
        heads(&table("Accuracies")),
        [
            "task",
            "accuracy",
            "some",
            "± some",
            "all",
            "± all",
            "difference",
            "± difference",
            "test of some",
            "test of all"
        ]
    );
    assert_eq!(table("Specs")["rows"][0][2], true);
}

/// Two networks; one brings nothing to its classes.
const HOLLOW: &str = "
options middle { option none { zero {} }, option some { conv { filters = same, kernel = 3 } } }
network hollow {
  input = [1, 8, 8]
  choose way in {none, some}
  conv stem { filters = 4, kernel = 3 }
  one_of { of = middle, take = way }
  conv last { filters = 8, kernel = 3, norm = bare }
  pool { kind = global_average }
  dense { units = 10 }
}
";

#[test]
fn a_network_of_zeros_has_no_score_and_is_trained_like_others() {
    let of = |source: &str, metric: &str, rest: &str| {
        let text = program(source, metric, rest);
        text.replace("network = small", "network = hollow")
            .replace("accelerator edge", &format!("{HOLLOW}accelerator edge"))
    };
    let best = &shown(
        &of("proxy(jacov)", "score", "search(reader, all).best"),
        None,
    )[0];
    assert_eq!(best["design"]["reader.classify.way"], "some", "{best}");
    let alone = of(
        "proxy(jacov)",
        "score",
        "evaluate(reading with { classify.way = none }, edge with { core.pes = 8 })",
    );
    let refused = run(&alone, None, &mut Silent);
    assert_eq!(
        refused.diagnostics[0].code, "E0713",
        "{:?}",
        refused.diagnostics
    );
    let trained = of(
        "trained { epochs = 1, seeds = 1, batch = 16 }",
        "accuracy",
        "search(reader, all)",
    );
    assert_eq!(shown(&trained, None)[0]["networks_with_accuracy"], 2);
}
