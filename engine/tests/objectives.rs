//! From a goal in the text to the design that a search returns: every kind of objective.
//!
//! What is best is computed here from the metrics of all designs, by other code than the search.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Silent};
use serde_json::Value;

const SPACE: &str = "\
use templates.{nvdla, shidiannao}
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
  sub a { dataflow in {nvdla, shidiannao}, pes in 0..256 step 64, bandwidth in 0..16 step 8 GB/s }
  sub b { dataflow = nvdla,                pes in 0..256 step 64, bandwidth in 0..16 step 8 GB/s }
}
script reward \"\"\"
  fn of(accuracy, latency) { accuracy - 0.2 * latency }
\"\"\"
strategy every { algorithm = exhaustive }
";

/// The metrics of a design in base units.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Metrics {
    accuracy: f64,
    latency: f64,
    energy: f64,
    area: f64,
}

/// What a program shows: one JSON value for each expression.
#[track_caller]
fn shown(text: &str) -> Vec<Value> {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, report) = engine.cell(text, &mut Silent);
    let mistakes = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{mistakes}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    let outputs = report.results["outputs"].as_array().unwrap();
    outputs.iter().map(|o| o["value"].clone()).collect()
}

/// The program with a problem that has these goals and specs, then some expressions.
fn program(inside: &str, shows: &str) -> String {
    format!("{SPACE}problem p {{\n  workload = images\n  on = pair\n{inside}\n}}\n{shows}\n")
}

fn of_result(result: &Value) -> Metrics {
    let number = |name: &str| result[name].as_f64().unwrap();
    Metrics {
        accuracy: result["tasks"][0]["accuracy"]["value"].as_f64().unwrap(),
        latency: number("latency_s"),
        energy: number("energy_j"),
        area: number("area_m2"),
    }
}

fn rows(designs: &Value) -> Vec<Metrics> {
    let row = |d: &Value| Metrics {
        accuracy: d["accuracies"][0].as_f64().unwrap(),
        latency: d["latency_s"].as_f64().unwrap(),
        energy: d["energy_j"].as_f64().unwrap(),
        area: d["area_m2"].as_f64().unwrap(),
    };
    designs["designs"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect()
}

/// All designs of the space.
fn all() -> Vec<Metrics> {
    let shown = shown(&program("  minimize latency", "search(p, every).all"));
    let rows = rows(&shown[0]);
    assert!(rows.len() > 200, "{}", rows.len());
    rows
}

#[track_caller]
fn same(a: f64, b: f64, what: &str) {
    assert!(
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
        "{what}: {a} is not {b}"
    );
}

#[test]
fn the_best_design_is_the_best_by_any_expression() {
    // Each goal with what it is worth, larger is better.
    type Worth = fn(&Metrics) -> f64;
    let goals: &[(&str, Worth)] = &[
        ("maximize accuracy", |m| m.accuracy),
        ("minimize latency", |m| -m.latency),
        ("minimize energy", |m| -m.energy),
        ("minimize area", |m| -m.area),
        ("minimize power", |m| -m.energy / m.latency),
        ("minimize edp", |m| -m.energy * m.latency),
        ("minimize energy * energy * latency", |m| {
            -m.energy * m.energy * m.latency
        }),
        ("minimize log(energy / 1 J) + 2 * log(latency / 1 s)", |m| {
            -libm::log(m.energy * m.latency * m.latency)
        }),
        // A weighted sum.
        (
            "maximize 0.8 * classify.accuracy - 0.2 * latency / 10 us",
            |m| 0.8 * m.accuracy - 0.2 * m.latency / 1e-5,
        ),
        // A script gets plain numbers.
        ("maximize reward.of(accuracy, latency / 10 us)", |m| {
            m.accuracy - 0.2 * m.latency / 1e-5
        }),
    ];
    let all = all();
    for (goal, worth) in goals {
        let found = of_result(&shown(&program(goal, "search(p, every).best"))[0]);
        let best = all.iter().map(worth).fold(f64::NEG_INFINITY, f64::max);
        same(worth(&found), best, goal);
    }
}

#[test]
fn specs_come_before_goals_and_the_least_violation_where_none_can_be_met() {
    let all = all();
    let limit = 0.3 * all.iter().map(|m| m.energy).fold(0.0, f64::max);
    let spec = format!("  maximize accuracy\n  require energy <= {limit:e} J");
    let found = of_result(&shown(&program(&spec, "search(p, every).best"))[0]);
    let within = all.iter().filter(|m| m.energy <= limit);
    let best = within.map(|m| m.accuracy).fold(0.0, f64::max);
    same(found.accuracy, best, &spec);
    assert!(found.energy <= limit);
    assert!(
        best < all.iter().map(|m| m.accuracy).fold(0.0, f64::max),
        "the spec decides nothing"
    );

    let least = all.iter().map(|m| m.area).fold(f64::INFINITY, f64::min);
    let spec = format!(
        "  maximize accuracy\n  require area <= {:e} m^2",
        least / 2.0
    );
    let shown = shown(&program(&spec, "search(p, every).best"));
    same(of_result(&shown[0]).area, least, &spec);
    assert_eq!(shown[0]["satisfied"], false);
}

#[test]
fn several_goals_give_exactly_the_designs_that_no_other_beats() {
    let front = rows(
        &shown(&program(
            "  maximize accuracy\n  minimize latency\n  minimize energy\n  minimize area",
            "search(p, every).front",
        ))[0],
    );
    let beats = |a: &Metrics, b: &Metrics| {
        let no_worse = a.accuracy >= b.accuracy
            && a.latency <= b.latency
            && a.energy <= b.energy
            && a.area <= b.area;
        no_worse && a != b
    };
    let all = all();
    let wanted = all
        .iter()
        .filter(|m| !all.iter().any(|other| beats(other, m)));
    let mut wanted: Vec<Metrics> = wanted.copied().collect();
    // Of equal designs one is on the front.
    let order = |a: &Metrics, b: &Metrics| {
        let keys = |m: &Metrics| [m.accuracy, m.latency, m.energy, m.area];
        keys(a).partial_cmp(&keys(b)).unwrap()
    };
    wanted.sort_by(order);
    wanted.dedup();
    let mut front = front;
    front.sort_by(order);
    assert!(front.len() >= 5, "{}", front.len());
    assert_eq!(front, wanted);
}

#[test]
fn goals_in_order_are_taken_in_order() {
    let inside =
        "  maximize accuracy\n  minimize latency\n  minimize area\n  prefer lexicographic {}";
    let all = all();
    let order = |a: &&Metrics, b: &&Metrics| {
        let keys = |m: &Metrics| [m.accuracy, -m.latency, -m.area];
        keys(a).partial_cmp(&keys(b)).unwrap()
    };
    let wanted = *all.iter().max_by(order).unwrap();
    let shows = "let found = search(p, every)\nfound.best\nfound.front\nfound.all.best\n\
        strategy evo { algorithm = evolution, evaluations = 250, train = always }\nsearch(p, evo).best";
    let shown = shown(&program(inside, shows));
    assert_eq!(of_result(&shown[0]), wanted);
    assert!(
        rows(&shown[1])
            .iter()
            .all(|m| (m.accuracy, m.latency, m.area)
                == (wanted.accuracy, wanted.latency, wanted.area))
    );
    assert_eq!(of_result(&shown[2]), wanted, "of a set");
    assert_eq!(
        of_result(&shown[3]).accuracy,
        wanted.accuracy,
        "by evolution"
    );
}

#[test]
fn without_a_goal_the_tightest_spec_gets_the_most_room() {
    let shown = shown(&program(
        "  require latency <= 1 ms\n  require area <= 1 mm^2",
        "search(p, every).best",
    ));
    let found = of_result(&shown[0]);
    let room = |m: &Metrics| (1.0 - m.latency / 1e-3).min(1.0 - m.area / 1e-6);
    let best = all().iter().map(room).fold(f64::NEG_INFINITY, f64::max);
    same(room(&found), best, "room");
}

#[test]
fn the_hypervolume_of_a_front_is_counted_on_a_grid_too() {
    let inside = "  minimize latency\n  minimize energy";
    let shows =
        "let found = search(p, every)\nfound.front\nhypervolume(found, reference = [20 us, 13 uJ])";
    let shown = shown(&program(inside, shows));
    let front = rows(&shown[0]);
    let table = &shown[1]["table"];
    let told = table["rows"][0][1].as_f64().unwrap();
    let least = |of: fn(&Metrics) -> f64| front.iter().map(of).fold(f64::INFINITY, f64::min);
    let (x0, y0) = (least(|m| m.latency), least(|m| m.energy));
    assert!(x0 < 20e-6 && y0 < 13e-6, "{x0} {y0}");
    let steps = 1000;
    let along =
        |low: f64, high: f64, i: usize| low + (high - low) * (i as f64 + 0.5) / steps as f64;
    let mut inside = 0usize;
    for i in 0..steps {
        let x = along(x0, 20e-6, i);
        // The least energy of the designs that are as fast.
        let fast = front.iter().filter(|m| m.latency <= x);
        let y = fast.map(|m| m.energy).fold(f64::INFINITY, f64::min);
        inside += (0..steps).filter(|j| along(y0, 13e-6, *j) >= y).count();
    }
    let counted = inside as f64 / (steps * steps) as f64;
    assert!((told - counted).abs() < 2e-3, "{told} is not {counted}");
}
