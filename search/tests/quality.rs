//! How good strategies are where the truth or a peer's figures are known.
#![allow(clippy::unwrap_used)]

mod common;

use common::problems::{Chip, Grid};
use common::{Toy, objective, search};
use nasaic_search::pareto::hypervolume;
use nasaic_search::{OptionValue, Problem, strategies};
use std::collections::BTreeMap;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() % 2 {
        1 => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}

/// pymoo's hypervolumes, a median over seeds, by problem and evaluations.
fn peers() -> BTreeMap<(String, u64), f64> {
    let text = include_str!("../../tests/reference/pymoo-0.6.2-nsga2.csv");
    let mut all: BTreeMap<(String, u64), Vec<f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let key = (fields[0].to_string(), fields[1].parse().unwrap());
        all.entry(key).or_default().push(fields[3].parse().unwrap());
    }
    all.into_iter()
        .map(|(key, volumes)| (key, median(volumes)))
        .collect()
}

#[test]
fn nsga2_covers_as_much_as_pymoos_at_equal_evaluations() {
    let peers = peers();
    let given = [("population", OptionValue::Int(100))];
    for (name, grid) in [("zdt1", Grid::zdt1()), ("dtlz2", Grid::dtlz2())] {
        let floor: Vec<f64> = grid.reference.iter().map(|value| -value).collect();
        let runs: Vec<Vec<Vec<f64>>> = (1..=5)
            .map(|seed| {
                let run = search(&grid, "evolution", &given, Some(5000), seed);
                let points = run.evaluated.into_iter();
                points.map(|one| one.outcome.unwrap().objectives).collect()
            })
            .collect();
        for budget in [1000, 2500, 5000] {
            let volume = |points: &Vec<Vec<f64>>| hypervolume(&points[..budget as usize], &floor);
            let ours = median(runs.iter().map(volume).collect());
            let theirs = peers[&(name.to_string(), budget)];
            println!("{name} {budget}: {ours:.4}, pymoo {theirs:.4}");
            assert!(
                ours > 0.98 * theirs,
                "{name} after {budget}: {ours} against {theirs}"
            );
        }
    }
}

/// The median over seeds of the evaluations until a best design is found.
fn needed(problem: &dyn Problem, name: &str, best: f64, most: u64) -> f64 {
    let first = |seed| {
        let run = search(problem, name, &[], Some(most), seed);
        let found = run
            .evaluated
            .iter()
            .position(|one| one.is_feasible() && objective(one) >= best);
        found.map_or(most as f64, |trial| trial as f64)
    };
    median((1..=9).map(first).collect())
}

#[test]
fn what_learns_finds_the_best_hardware_sooner_than_chance() {
    let chip = Chip::new();
    let all = search(&chip, "exhaustive", &[], None, 0);
    let best = objective(&all.evaluated[all.best.unwrap()]);
    let most = 800;
    let chance = needed(&chip, "random", best, most);
    for name in ["local", "annealing", "genetic", "evolution", "es"] {
        let found = needed(&chip, name, best, most);
        println!("{name}: {found} of {most}, random {chance}");
        assert!(2.0 * found < chance, "{name}: {found}, random {chance}");
    }
}

#[test]
fn what_learns_finds_the_best_codesign_sooner_than_chance() {
    let toy = Toy::new(1);
    let all = search(&toy, "exhaustive", &[], None, 0);
    let best = objective(&all.evaluated[all.best.unwrap()]);
    let most = 800;
    let chance = needed(&toy, "random", best, most);
    for name in [
        "local",
        "annealing",
        "genetic",
        "evolution",
        "es",
        "two_level",
    ] {
        let found = needed(&toy, name, best, most);
        println!("{name}: {found} of {most}, random {chance}");
        assert!(found < chance, "{name}: {found}, random {chance}");
    }
}

#[test]
fn sobol_points_are_more_even_than_random_ones() {
    // The pairs of values of the first two decisions that 1,024 designs meet.
    let grid = Grid::zdt1();
    let met = |name: &str| {
        let run = search(&grid, name, &[], Some(1024), 1);
        let pairs = run
            .evaluated
            .iter()
            .map(|one| (one.design.0[0], one.design.0[1]));
        pairs.collect::<std::collections::BTreeSet<_>>().len()
    };
    // The first two dimensions are a (0, 10, 2)-net: each of 32 × 32 cells has one of 2¹⁰
    // points. Of as many random ones chance meets 1 − 1/e.
    assert_eq!(met("sobol"), 1024);
    assert!(met("random") < 700);
}

#[test]
fn every_strategy_finds_a_design_that_meets_the_specs() {
    let toy = Toy::new(1);
    for info in strategies() {
        let run = search(&toy, info.name, &[], Some(400), 1);
        assert!(run.is_feasible(), "{}", info.name);
    }
}
