//! How long exact schedules take: `cargo bench -p nasaic-search --bench hap`.
//!
//! Each instance is solved several times and its least time counts, so that other
//! work on the machine matters little; shown are quantiles over the instances.

#[path = "../tests/hap/random.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
mod random;

use nasaic_search::hap::{Bounder, Goal, Limits, Options, Proof, Solver};
use random::{Random, Shape};
use std::time::Instant;

/// Times that each instance is solved.
const RUNS: usize = 3;

/// Deadlines, in percent of the least makespan.
const TIGHTNESS: [u64; 4] = [100, 105, 115, 130];

fn main() {
    println!(
        "tasks × layers, subs, deadline: median, 90 %, worst time in ms; median, worst labels; proven"
    );
    for (tasks, count) in [
        (vec![20, 20], 25),
        (vec![40, 40], 12),
        (vec![60, 60], 4),
        (vec![12, 12, 12], 6),
        (vec![5, 5, 5, 5], 12),
    ] {
        for subs in [2, 3] {
            measure(&tasks, subs, count);
        }
    }
    bounds();
}

fn measure(tasks: &[usize], subs: usize, count: usize) {
    let mut random = Random::new(2027);
    let mut solver = Solver::default();
    let limits = Limits::default();
    let instances: Vec<_> = (0..count)
        .map(|_| random.instance(&Shape::chains(tasks, subs)))
        .collect();
    let mut shortest = Vec::new();
    let mut times = Vec::new();
    for instance in &instances {
        let (answer, time) = timed(&mut || solver.solve(instance, Goal::Makespan, &limits));
        shortest.push(answer.schedule.map_or(0, |schedule| schedule.makespan));
        times.push((time, answer.labels, answer.proof == Proof::Optimal));
    }
    report(tasks, subs, "makespan", &mut times);
    for tightness in TIGHTNESS {
        let mut times = Vec::new();
        for (instance, shortest) in instances.iter().zip(&shortest) {
            let deadline = shortest * tightness / 100;
            let goal = Goal::Energy { deadline };
            let (answer, time) = timed(&mut || solver.solve(instance, goal, &limits));
            times.push((time, answer.labels, answer.proof == Proof::Optimal));
        }
        report(tasks, subs, &format!("{tightness} %"), &mut times);
    }
}

fn timed<T>(work: &mut impl FnMut() -> T) -> (T, f64) {
    let mut run = || {
        let start = Instant::now();
        let result = work();
        (result, start.elapsed().as_secs_f64() * 1e3)
    };
    let (mut result, mut least) = run();
    for _ in 1..RUNS {
        let (again, time) = run();
        result = again;
        least = least.min(time);
    }
    (result, least)
}

fn report(tasks: &[usize], subs: usize, what: &str, times: &mut [(f64, usize, bool)]) {
    times.sort_by(|one, other| one.0.total_cmp(&other.0));
    let at = |part: usize| times[(times.len() - 1) * part / 10].0;
    let mut labels: Vec<usize> = times.iter().map(|time| time.1).collect();
    labels.sort_unstable();
    let proven = times.iter().filter(|time| time.2).count();
    println!(
        "{tasks:?} {subs} {what}: {:.2} {:.2} {:.2}; {} {}; {proven}/{}",
        at(5),
        at(9),
        at(10),
        labels[labels.len() / 2],
        labels[labels.len() - 1],
        times.len()
    );
}

/// The time of a bound of two plain chains.
fn bounds() {
    let mut random = Random::new(2027);
    let instance = random.instance(&Shape::chains(&[20, 20], 3));
    let chains: Vec<Vec<Options>> = (instance.tasks().iter())
        .map(|layers| layers.iter().map(|layer| layer.options.clone()).collect())
        .collect();
    let chains: Vec<&[Options]> = chains.iter().map(Vec::as_slice).collect();
    let mut bounder = Bounder::default();
    let (_, time) = timed(&mut || {
        for _ in 0..100 {
            std::hint::black_box(bounder.energy_of_chains(3, &chains, 600));
        }
    });
    println!("bound of 2 × 20 layers on 3: {:.1} µs", time * 10.0);
}
