//! W1 with three goals: our NSGA-II beside that of pymoo, which prices designs by `nasaic eval`.
//!
//! `tests/reference/pymoo-0.6.2-w1.py` says how pymoo's figures came about.

use crate::support::{read, run};
use nasaic::search::pareto::hypervolume;

/// Where volumes are measured, and what counts one: accuracy, cycles, joules.
const REFERENCE: [f64; 3] = [0.8, 2e5, 1.0];
const SCALE: [f64; 3] = [0.1, 2e5, 1.0];

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What the designs of a search dominate.
fn volume(evaluations: u64, seed: u64) -> f64 {
    let text = format!(
        "use examples.w1_front.{{front, evo}}\n\
         let run = search(front, evo with {{ evaluations = {evaluations}, seed = {seed} }})\n\
         table(run.front, columns = [classify.accuracy, segment.accuracy, latency as cycles, energy as J])\n"
    );
    let done = run("peers", &text);
    let rows = done.shown(0)["table"]["rows"].as_array().expect("rows");
    let point = |row: &serde_json::Value| {
        let at = |n: usize| row[n].as_f64().expect("a number");
        let goals = [(at(0) + at(1)) / 2.0, -at(2), -at(3)];
        let floor = [REFERENCE[0], -REFERENCE[1], -REFERENCE[2]];
        [0, 1, 2].map(|goal| (goals[goal] - floor[goal]) / SCALE[goal])
    };
    let points: Vec<[f64; 3]> = rows.iter().map(point).collect();
    hypervolume(&points, &[0.0; 3])
}

#[test]
fn evolution_covers_as_much_of_w1_as_pymoo_at_equal_evaluations() {
    let table = read("tests/reference/pymoo-0.6.2-w1.csv");
    for evaluations in [500, 2000] {
        let lines = table.lines().skip(1).map(|line| line.split(','));
        let rows = lines.map(|fields| fields.map(str::to_owned).collect::<Vec<_>>());
        let theirs = rows.filter(|row| row[0] == evaluations.to_string());
        let theirs = median(
            theirs
                .map(|row| row[2].parse().expect("a volume"))
                .collect(),
        );
        let ours = median((1..=5).map(|seed| volume(evaluations, seed)).collect());
        println!("{evaluations}: {ours:.4}, pymoo {theirs:.4}");
        assert!(ours > 0.98 * theirs, "{evaluations}: {ours} and {theirs}");
    }
}
