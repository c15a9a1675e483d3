//! The heuristic beside the optimum on the designs of W1.
#![allow(clippy::unwrap_used)]

use super::super::{Parts, Study};
use super::{Certainty, Method};
use crate::Engine;
use nasaic_dsl::world::Memory;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// W1 as a study.
fn w1() -> Study {
    let text = include_str!("../../../../examples/w1.nasaic");
    let mut engine = Engine::new(Box::new(Memory::default()));
    let checked = engine.check("w1.nasaic", text, &[]);
    assert!(!checked.has_errors());
    let plan = engine.plan(checked.steps);
    let parts = Parts {
        blocks: &plan.blocks,
        choices: &plan.choices,
        scripts: &plan.scripts,
        hosted: &Default::default(),
        files: &BTreeMap::new(),
        sources: &plan.sources,
        datasets: &Default::default(),
    };
    Study::of_problem(parts, "w1").unwrap()
}

/// Shares as the median, the ninth decile and the largest, in percent.
fn quantiles(mut shares: Vec<f64>) -> String {
    shares.sort_by(f64::total_cmp);
    let at = |tenths: usize| 100.0 * shares[(shares.len() - 1) * tenths / 10];
    format!(
        "{} designs: median {:.2} %, 90 % {:.2} %, worst {:.2} %",
        shares.len(),
        at(5),
        at(9),
        at(10)
    )
}

/// Shown by `cargo test -p nasaic-engine --lib w1_designs -- --nocapture`.
#[test]
fn on_w1_designs_what_is_proven_is_never_worse_than_the_heuristic() {
    let mut study = w1();
    let space = study.space().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(2027);
    let (mut energies, mut makespans, mut late, mut saved) = (Vec::new(), Vec::new(), 0, 0);
    let deadline = study.deadline().unwrap();
    let mut priced = 0;
    while priced < 500 {
        let design = space.canonical(&space.sample(&mut random));
        study.rules.method = Method::List;
        let Ok(list) = study.price(&design.0) else {
            continue;
        };
        study.rules.method = Method::Exact;
        let exact = study.price(&design.0).unwrap();
        priced += 1;
        let (list, known) = (list.schedule, exact.certainty.unwrap());
        let best = exact.schedule;
        if best.makespan > deadline {
            assert_eq!(known, Certainty::Late);
            assert!(best.makespan <= list.makespan);
            late += 1;
            makespans.push(list.makespan as f64 / best.makespan as f64 - 1.0);
        } else {
            assert_eq!(known, Certainty::Optimal);
            if list.makespan > deadline {
                saved += 1;
                continue;
            }
            // Whole numbers of quanta round by less than this.
            assert!(best.energy <= list.energy * (1.0 + 1e-9));
            energies.push(list.energy / best.energy - 1.0);
        }
    }
    println!("in time: {}", quantiles(energies));
    println!("late: {}", quantiles(makespans));
    println!("{late} end late in every schedule, {saved} only in the heuristic's");
}
