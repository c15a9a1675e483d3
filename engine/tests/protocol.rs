//! Comparisons of strategies by the benchmark protocol: what they report and what they refuse.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Report, Silent};
use serde_json::Value;

const SPACE: &str = "\
use templates.{nvdla}
use std.technology.{horowitz_28nm}
use std.accuracy.{resnet9_cifar10}
network tiny {
  input = [3, 32, 32]
  conv stem { filters in {16, 32, 64}, kernel = 3 }
  conv next { filters in {32, 128}, kernel = 3, stride = 2 }
  pool  { kind = global_average }
  dense { units = 10 }
}
workload images { task classify { network = tiny, accuracy = surrogate(resnet9_cifar10) } }
accelerator pair {
  technology = horowitz_28nm
  clock = 1 GHz
  budget { pes = 256, bandwidth = 16 GB/s }
  sub a { dataflow = nvdla, pes in 0..256 step 64, bandwidth in 0..16 step 8 GB/s }
  sub b { dataflow = nvdla, pes in 0..256 step 64, bandwidth in 0..16 step 8 GB/s }
}
problem one { workload = images, on = pair, minimize latency, require area <= 0.8 mm^2 }
problem two { workload = images, on = pair, minimize energy, maximize accuracy }
strategy rnd { algorithm = random, train = always }
strategy evo { algorithm = evolution, population = 8, train = always }
strategy all { algorithm = exhaustive }
";

fn report(text: &str) -> (Vec<String>, Option<Report>) {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, report) = engine.cell(&format!("{SPACE}{text}\n"), &mut Silent);
    let mut codes: Vec<String> = checked.diagnostics.iter().map(|d| d.code.clone()).collect();
    codes.extend(
        report
            .iter()
            .flat_map(|r| &r.diagnostics)
            .map(|d| d.code.clone()),
    );
    (codes, report)
}

/// What a program shows, as data.
#[track_caller]
fn shown(text: &str) -> Vec<Value> {
    let (codes, report) = report(text);
    let report = report.unwrap_or_else(|| panic!("{codes:?}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    let outputs = report.results["outputs"].as_array().unwrap();
    outputs.iter().map(|o| o["value"].clone()).collect()
}

fn heads(table: &Value) -> Vec<&str> {
    let columns = table["table"]["columns"].as_array().unwrap();
    columns
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect()
}

/// The numbers of a column.
fn column(table: &Value, name: &str) -> Vec<Option<f64>> {
    let at = heads(table).iter().position(|h| *h == name).unwrap();
    let rows = table["table"]["rows"].as_array().unwrap();
    rows.iter().map(|row| row[at].as_f64()).collect()
}

fn notes(table: &Value) -> String {
    let notes = table["table"]["notes"].as_array().unwrap();
    let texts: Vec<&str> = notes.iter().map(|n| n.as_str().unwrap()).collect();
    texts.join("\n")
}

#[test]
fn a_comparison_reports_what_the_protocol_asks_for() {
    let shown = shown(
        "let race = compare(one, [rnd, evo], evaluations = 30, seeds = 1..5)\n\
         table(race, rank_test = true)\nrace\n",
    );
    let table = &shown[0];
    assert_eq!(
        heads(table),
        [
            "strategy",
            "best",
            "best_q1",
            "best_q3",
            "satisfaction",
            "first_feasible",
            "evaluations",
            "trained",
            "p"
        ],
        "without times, which differ from run to run"
    );
    assert_eq!(column(table, "evaluations"), [Some(30.0); 2]);
    for name in ["satisfaction", "first_feasible"] {
        assert!(column(table, name).iter().all(Option::is_some), "{name}");
    }
    let [low, middle, high] = ["best_q1", "best", "best_q3"].map(|c| column(table, c)[0].unwrap());
    assert!(low <= middle && middle <= high);
    let notes = notes(table);
    assert!(notes.contains("hardware of 30 distinct designs"), "{notes}");
    assert!(
        notes.contains("accuracies (trained) are counted and not made equal"),
        "{notes}"
    );

    // The first feasible design and the satisfaction are those of the runs.
    let runs = shown[1]["entrants"][0]["runs"].as_array().unwrap();
    let mut first: Vec<f64> = runs
        .iter()
        .map(|r| r["first_feasible"].as_f64().unwrap())
        .collect();
    first.sort_by(f64::total_cmp);
    assert_eq!(column(table, "first_feasible")[0], Some(first[2]));
    assert!(runs.iter().all(|r| r["hardware_evaluations"] == 30));
}

#[test]
fn too_few_seeds_support_no_conclusion() {
    let text = "table(compare(one, [rnd, evo], evaluations = 10, seeds = 1..2), rank_test = true)";
    let (codes, _) = report(text);
    assert_eq!(codes, ["W0405"]);
    let table = &shown(text)[0];
    assert!(!heads(table).contains(&"p"));
    assert!(notes(table).contains("no conclusion"), "{}", notes(table));
}

#[test]
fn regret_is_against_a_search_a_known_optimum_or_the_best_known() {
    let shown = shown(
        "let race = compare(one, [rnd, evo], evaluations = 20, seeds = 1..4)\n\
         let truth = search(one, all)\n\
         regret(race, truth)\nregret(race)\ntruth.best.latency\n",
    );
    let best = shown[2]["value"].as_f64().unwrap();
    let text = format!(
        "regret(compare(one, [rnd, evo], evaluations = 20, seeds = 1..4), optimum = {best:e} s)"
    );
    let given = &self::shown(&text)[0];
    assert_eq!(column(&shown[0], "median"), column(given, "median"));
    assert!(notes(given).contains("the given optimum"));
    assert!(
        notes(&shown[1]).contains("the best known"),
        "{}",
        notes(&shown[1])
    );
    let reached = column(&shown[1], "reached");
    assert!(
        reached.iter().any(|r| r.unwrap() > 0.0),
        "a run found the best known"
    );
    let units = |t: &Value| {
        t["table"]["columns"][1]["unit"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    if units(&shown[0]) == units(&shown[1]) {
        let pairs = column(&shown[0], "median")
            .into_iter()
            .zip(column(&shown[1], "median"));
        assert!(pairs.into_iter().all(|(truth, known)| known <= truth));
    }
}

#[test]
fn hypervolumes_are_shares_of_one_box() {
    let shown = shown(
        "let race = compare(two, [rnd, evo], evaluations = 40, seeds = 1..4)\n\
         hypervolume(race)\ntable(race)\n\
         hypervolume(search(two, all), reference = [1 J, 0.1])\n\
         let share = hypervolume(search(two, all)).value\n\
         hypervolume(race).value\n1 - share\n\
         expect hypervolume(race).value > 0.1\n",
    );
    let volumes = column(&shown[0], "hypervolume");
    let together = volumes[2].unwrap();
    assert!(
        volumes
            .iter()
            .all(|v| (0.0..=together).contains(&v.unwrap())),
        "{volumes:?}"
    );
    assert!(together < 1.0);
    assert_eq!(column(&shown[0], "p").iter().flatten().count(), 1);
    assert_eq!(column(&shown[1], "hypervolume"), volumes[..2]);
    // Far below everything found, the front is nearly the whole box.
    let whole = column(&shown[2], "hypervolume")[0].unwrap();
    assert!(whole > 0.9 && whole < 1.0, "{whole}");
    // The number is that of the last row.
    assert_eq!(shown[3].as_f64(), Some(together), "{}", shown[3]);
    assert!(shown[4].as_f64().unwrap() < 1.0, "{}", shown[4]);
}

#[test]
fn an_attainment_has_a_line_per_strategy_that_never_gets_worse() {
    let shown = shown("attainment(compare(two, [rnd, evo], evaluations = 40, seeds = 1..4))");
    let lines = shown[0]["figure"]["chart"]["lines"].as_array().unwrap();
    let names: Vec<&str> = lines.iter().map(|l| l["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["rnd", "evo"]);
    for line in lines {
        let points = line["points"].as_array().unwrap();
        assert!(points.len() > 1, "{line}");
        for pair in points.windows(2) {
            let number = |i: usize, axis: &str| pair[i][axis].as_f64().unwrap();
            // More energy, at least as much accuracy.
            assert!(number(0, "x") < number(1, "x") && number(0, "y") <= number(1, "y"));
        }
    }
}

#[test]
fn what_cannot_be_measured_is_refused_with_a_way_out() {
    let race = "compare(one, [rnd, evo], evaluations = 5, seeds = 1..3)";
    for view in [
        format!("hypervolume({race})"),
        format!("attainment({race})"),
        format!("regret({race}, optimum = 3 mJ)"),
        format!("regret({race}, search(one, all), optimum = 3 ms)"),
        "hypervolume(search(two, all), reference = [1 J])".to_owned(),
        "hypervolume(search(two, all), reference = [1 s, 0.5])".to_owned(),
        "hypervolume(search(two, all), reference = [1 pJ, 0.5])".to_owned(),
    ] {
        let (codes, report) = report(&view);
        assert_eq!(codes, ["E0305"], "{view}");
        assert_eq!(report.unwrap().ended, Ended::Failed, "{view}");
    }
}
