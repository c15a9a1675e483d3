//! Schedules that are called optimal, against brute force, CP-SAT and the replay.
#![allow(clippy::unwrap_used)]

#[path = "hap/brute.rs"]
mod brute;
#[path = "hap/random.rs"]
mod random;

use brute::Best;
use nasaic_search::hap::{
    Bounder, Cost, Flaw, Goal, Input, Instance, Layer, Limits, Options, Proof, Schedule, Solver,
    check, in_order, lower_bound, solve,
};
use nasaic_search::{Violation, list_schedule, replay, replay_exact};
use random::{Random, Shape};
use serde_json::Value;

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

/// A line of the reference file as an instance.
fn instance_of(line: &Value) -> Instance {
    let whole = |value: &Value| value.as_u64().unwrap();
    let cost = |value: &Value| Cost {
        cycles: whole(&value[0]),
        energy: whole(&value[1]),
    };
    let all = |value: &Value| value.as_array().unwrap().clone();
    let input = |value: &Value| Input {
        layer: whole(&value[0]) as usize,
        transfer: all(&value[1]).iter().map(cost).collect(),
    };
    let layer = |value: &Value| Layer {
        options: (all(&value["options"]).iter())
            .map(|option| (!option.is_null()).then(|| cost(option)))
            .collect(),
        inputs: all(&value["inputs"]).iter().map(input).collect(),
    };
    let tasks = all(&line["tasks"]);
    let tasks = tasks
        .iter()
        .map(|task| all(task).iter().map(layer).collect());
    Instance::new(whole(&line["subs"]) as usize, tasks.collect()).unwrap()
}

#[test]
fn what_is_called_optimal_is_what_cp_sat_proves() {
    let text = include_str!("../../tests/reference/hap-cpsat.jsonl");
    let mut solver = Solver::default();
    let (mut instances, mut optimal, mut infeasible) = (0, 0, 0);
    for (number, line) in text.lines().enumerate().skip(1) {
        let line: Value = serde_json::from_str(line).unwrap();
        let instance = instance_of(&line);
        instances += 1;
        for goal in line["goals"].as_array().unwrap() {
            let what = format!("line {}: {goal}", number + 1);
            let deadline = goal[0].as_u64();
            let wanted = deadline.map_or(Goal::Makespan, |deadline| Goal::Energy { deadline });
            let answer = solver.solve(&instance, wanted, &Limits::default());
            if let Some(schedule) = &answer.schedule {
                assert_eq!(replay_exact(schedule, &instance), Ok(()), "{what}");
                assert!(
                    deadline.is_none_or(|deadline| schedule.makespan <= deadline),
                    "{what}"
                );
            }
            match goal[1].as_str().unwrap() {
                "OPTIMAL" => {
                    assert_eq!(answer.proof, Proof::Optimal, "{what}");
                    let schedule = answer.schedule.unwrap();
                    let value = if deadline.is_some() {
                        schedule.energy
                    } else {
                        schedule.makespan
                    };
                    assert_eq!(Some(value), goal[2].as_u64(), "{what}");
                    optimal += 1;
                }
                _ => {
                    assert_eq!(answer.proof, Proof::Infeasible, "{what}");
                    assert_eq!(answer.schedule, None, "{what}");
                    infeasible += 1;
                }
            }
        }
    }
    assert_eq!((instances, optimal, infeasible), (157, 628, 157));
}
