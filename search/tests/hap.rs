//! Schedules that are called optimal, against brute force, CP-SAT and the replay.
#![allow(clippy::unwrap_used)]

#[path = "hap/brute.rs"]
mod brute;
#[path = "hap/random.rs"]
mod random;

use brute::Best;
use nasaic_search::hap::{Goal, Instance, Limits, Proof, Solver, check, lower_bound};
use nasaic_search::replay_exact;
use random::{Random, Shape};

/// Solves an energy goal and holds it against brute force; true if there is a schedule.
fn agrees(
    solver: &mut Solver,
    instance: &Instance,
    best: &Best,
    deadline: u64,
    what: &str,
) -> bool {
    let answer = solver.solve(instance, Goal::Energy { deadline }, &Limits::default());
    match best.energy(deadline) {
        None => assert_eq!(
            (&answer.schedule, answer.proof),
            (&None, Proof::Infeasible),
            "{what}"
        ),
        Some(least) => {
            assert_eq!(answer.proof, Proof::Optimal, "{what}");
            let schedule = answer.schedule.unwrap();
            assert_eq!(replay_exact(&schedule, instance), Ok(()), "{what}");
            assert!(schedule.makespan <= deadline, "{what}");
            assert_eq!(schedule.energy, least, "{what}");
        }
    }
    let bound = lower_bound(instance, deadline);
    assert!(check(instance, &bound), "{what}: {bound:?}");
    assert!(
        bound.value <= best.energy(deadline).unwrap_or(u64::MAX),
        "{what}: {bound:?}"
    );
    best.energy(deadline).is_some()
}

#[test]
fn what_is_called_optimal_is_what_brute_force_finds() {
    let mut random = Random::new(7);
    let mut solver = Solver::default();
    let (mut feasible, mut infeasible) = (0, 0);
    for round in 0..560 {
        let shape = Shape::small(round, &mut random);
        let instance = random.instance(&shape);
        let what = format!("round {round}, {shape:?}, {instance:?}");
        let best = Best::of(&instance);
        let answer = solver.solve(&instance, Goal::Makespan, &Limits::default());
        let Some(shortest) = best.makespan() else {
            assert_eq!(answer.proof, Proof::Infeasible, "{what}");
            infeasible += 1;
            continue;
        };
        assert_eq!(answer.proof, Proof::Optimal, "{what}");
        let schedule = answer.schedule.unwrap();
        assert_eq!(replay_exact(&schedule, &instance), Ok(()), "{what}");
        assert_eq!(schedule.makespan, shortest, "{what}");
        assert_eq!(Some(schedule.energy), best.energy(shortest), "{what}");
        for deadline in [
            shortest,
            shortest + shortest / 10 + 1,
            shortest + shortest / 3,
            3 * shortest,
        ] {
            feasible += usize::from(agrees(&mut solver, &instance, &best, deadline, &what));
        }
        if let Some(deadline) = shortest.checked_sub(1) {
            infeasible += usize::from(!agrees(&mut solver, &instance, &best, deadline, &what));
        }
    }
    assert!(
        feasible > 1500 && infeasible > 400,
        "{feasible} {infeasible}"
    );
}
