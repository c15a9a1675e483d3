//! Schedules that are called optimal, against brute force, CP-SAT and the replay.
#![allow(clippy::unwrap_used)]

#[path = "hap/assigned.rs"]
mod assigned;
#[path = "hap/brute.rs"]
mod brute;
#[path = "hap/random.rs"]
mod random;

use assigned::Front;
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
    least: Option<u64>,
    deadline: u64,
    what: &str,
) -> bool {
    let answer = solver.solve(instance, Goal::Energy { deadline }, &Limits::default());
    match least {
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
        bound.value <= least.unwrap_or(u64::MAX),
        "{what}: {bound:?}"
    );
    least.is_some()
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
        // Two ways to try everything must agree, too.
        let front = Front::of(&instance);
        assert_eq!(front.makespan(), best.makespan(), "{what}");
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
            let least = best.energy(deadline);
            assert_eq!(front.energy(deadline), least, "{what}");
            feasible += usize::from(agrees(&mut solver, &instance, least, deadline, &what));
        }
        if let Some(deadline) = shortest.checked_sub(1) {
            infeasible += usize::from(!agrees(&mut solver, &instance, None, deadline, &what));
        }
    }
    assert!(
        feasible > 1500 && infeasible > 400,
        "{feasible} {infeasible}"
    );
}

#[test]
fn what_is_called_optimal_is_the_best_of_all_assignments_up_to_16_layers() {
    let mut random = Random::new(8);
    let mut solver = Solver::default();
    let (mut feasible, mut largest) = (0, 0);
    for round in 0..500 {
        let shape = Shape::larger(round, &mut random);
        let instance = random.instance(&shape);
        let what = format!("round {round}, {shape:?}, {instance:?}");
        let front = Front::of(&instance);
        let answer = solver.solve(&instance, Goal::Makespan, &Limits::default());
        let Some(shortest) = front.makespan() else {
            assert_eq!(answer.proof, Proof::Infeasible, "{what}");
            continue;
        };
        assert_eq!(answer.proof, Proof::Optimal, "{what}");
        assert_eq!(
            answer.schedule.map(|one| one.makespan),
            Some(shortest),
            "{what}"
        );
        largest += usize::from(shape.tasks.iter().sum::<usize>() == 16);
        for deadline in [shortest, shortest + shortest / 8, shortest + shortest / 2] {
            let least = front.energy(deadline);
            feasible += usize::from(agrees(&mut solver, &instance, least, deadline, &what));
        }
        if let Some(deadline) = shortest.checked_sub(1) {
            assert!(!agrees(&mut solver, &instance, None, deadline, &what));
        }
    }
    assert!(feasible > 1300 && largest > 80, "{feasible} {largest}");
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

/// Chains on two or three sub-accelerators, large enough to be no exercise.
fn middling(count: usize, seed: u64) -> Vec<Instance> {
    let mut random = Random::new(seed);
    let shapes: [(&[usize], usize); 5] = [
        (&[12], 3),
        (&[10, 10], 2),
        (&[14, 8], 3),
        (&[5, 5, 5], 2),
        (&[4, 4, 4, 4], 3),
    ];
    (0..count)
        .map(|index| {
            let (tasks, subs) = shapes[index % shapes.len()];
            random.instance(&Shape::chains(tasks, subs))
        })
        .filter(|instance| {
            solve(instance, Goal::Makespan, &Limits::beam(8))
                .schedule
                .is_some()
        })
        .collect()
}

/// The tasks of an instance as the heuristic takes them.
fn options_of(instance: &Instance) -> Vec<Vec<nasaic_search::LayerOptions>> {
    let cost = |cost: Cost| nasaic_search::Cost {
        cycles: cost.cycles,
        energy: cost.energy as f64,
    };
    let layer = |layer: &Layer| layer.options.iter().map(|one| one.map(cost)).collect();
    let tasks = instance.tasks().iter();
    tasks
        .map(|layers| layers.iter().map(layer).collect())
        .collect()
}

/// Shown by `cargo test -p nasaic-search --test hap gap -- --nocapture`.
#[test]
fn the_gap_of_the_heuristic_is_never_negative() {
    let quantiles = |mut gaps: Vec<f64>| {
        gaps.sort_by(f64::total_cmp);
        let at = |tenths: usize| 100.0 * gaps[(gaps.len() - 1) * tenths / 10];
        format!(
            "{} instances: median {:.2} %, 90 % {:.2} %, worst {:.2} %",
            gaps.len(),
            at(5),
            at(9),
            at(10)
        )
    };
    let mut solver = Solver::default();
    let (mut times, mut energies, mut missed) = (Vec::new(), [vec![], vec![], vec![]], [0; 3]);
    for instance in middling(520, 11) {
        let tasks = options_of(&instance);
        let best = solver.solve(&instance, Goal::Makespan, &Limits::default());
        assert_eq!(best.proof, Proof::Optimal);
        let best = best.schedule.unwrap();
        let list = list_schedule(&tasks, None).unwrap();
        assert_eq!(replay(&list, &tasks), Ok(()));
        assert!(list.makespan >= best.makespan);
        times.push(list.makespan as f64 / best.makespan as f64 - 1.0);
        for (index, percent) in [105, 120, 150].into_iter().enumerate() {
            let deadline = best.makespan * percent / 100;
            let best = solver.solve(&instance, Goal::Energy { deadline }, &Limits::default());
            assert_eq!(best.proof, Proof::Optimal);
            let least = best.schedule.unwrap().energy as f64;
            let list = list_schedule(&tasks, Some(deadline)).unwrap();
            if list.makespan <= deadline {
                assert!(list.energy >= least);
                energies[index].push(list.energy / least - 1.0);
            } else {
                missed[index] += 1;
            }
        }
    }
    println!("makespan: {}", quantiles(times));
    for ((percent, gaps), missed) in [105, 120, 150].into_iter().zip(energies).zip(missed) {
        println!(
            "deadline {percent} % of the least: {}; {missed} miss it",
            quantiles(gaps)
        );
    }
}

#[test]
fn bounds_hold_and_can_be_checked() {
    let mut bounder = Bounder::default();
    for instance in middling(60, 12) {
        let best = solve(&instance, Goal::Makespan, &Limits::default())
            .schedule
            .unwrap();
        let makespan = bounder.makespan(&instance);
        assert!(check(&instance, &makespan) && makespan.value <= best.makespan);
        for percent in [40, 90, 100, 110, 160] {
            let deadline = best.makespan * percent / 100;
            let bound = bounder.energy(&instance, deadline);
            assert!(check(&instance, &bound), "{bound:?}");
            let answer = solve(&instance, Goal::Energy { deadline }, &Limits::default());
            match answer.schedule {
                Some(schedule) => assert!(bound.value <= schedule.energy),
                None => assert_eq!(answer.proof, Proof::Infeasible),
            }
            // The same for plain chains, and nothing larger passes the check.
            let chains: Vec<Vec<Options>> = (instance.tasks().iter())
                .map(|layers| layers.iter().map(|layer| layer.options.clone()).collect())
                .collect();
            let chains: Vec<&[Options]> = chains.iter().map(Vec::as_slice).collect();
            assert_eq!(
                bounder.energy_of_chains(instance.subs(), &chains, deadline),
                bound
            );
            if bound.value < u64::MAX {
                let larger = nasaic_search::hap::Bound {
                    value: bound.value + 1,
                    ..bound
                };
                assert!(!check(&instance, &larger), "{larger:?}");
            }
        }
    }
}

#[test]
fn with_few_labels_an_answer_keeps_its_certificate() {
    let mut random = Random::new(13);
    let mut open = 0;
    for (tasks, subs) in [(&[16, 16][..], 3), (&[8, 8, 8], 3), (&[6, 6, 6, 6], 2)] {
        for _ in 0..8 {
            let instance = random.instance(&Shape::chains(tasks, subs));
            let Some(fastest) = solve(&instance, Goal::Makespan, &Limits::default()).schedule
            else {
                continue;
            };
            let goal = Goal::Energy {
                deadline: fastest.makespan * 11 / 10,
            };
            let best = solve(&instance, goal, &Limits::default());
            assert_eq!(best.proof, Proof::Optimal);
            let least = best.schedule.unwrap().energy;
            for width in [1, 4, 16] {
                let answer = solve(&instance, goal, &Limits::beam(width));
                let Some(schedule) = answer.schedule else {
                    continue;
                };
                assert_eq!(replay_exact(&schedule, &instance), Ok(()));
                assert!(schedule.energy >= least);
                match answer.proof {
                    Proof::Optimal => assert_eq!(schedule.energy, least),
                    Proof::Gap { lower } => {
                        assert!(lower <= least, "{lower} {least}");
                        open += 1;
                    }
                    Proof::Infeasible => panic!("there is a schedule"),
                }
            }
            let close = Limits {
                epsilon: 20_000,
                ..Limits::default()
            };
            let answer = solve(&instance, goal, &close);
            let energy = answer.schedule.unwrap().energy;
            assert!(energy * 100 <= least * 102, "{energy} {least}");
            if let Proof::Gap { lower } = answer.proof {
                assert!(
                    lower <= least && energy * 98 <= lower * 100,
                    "{energy} {lower}"
                );
            }
        }
    }
    assert!(open > 10, "{open}");
}

#[test]
fn a_used_solver_answers_as_a_new_one() {
    let mut used = Solver::default();
    for instance in middling(25, 14) {
        for goal in [
            Goal::Makespan,
            Goal::Energy { deadline: 400 },
            Goal::Energy { deadline: 30 },
        ] {
            let limits = Limits::beam(16);
            assert_eq!(
                used.solve(&instance, goal, &limits),
                solve(&instance, goal, &limits)
            );
        }
    }
}

/// Two chains of two layers, of which each runs well on one of two sub-accelerators.
fn pair(transfer: Vec<Cost>) -> Instance {
    let cost = |cycles| {
        Some(Cost {
            cycles,
            energy: cycles,
        })
    };
    let layer = |one, other, inputs| Layer {
        options: vec![cost(one), cost(other)],
        inputs,
    };
    let input = Input { layer: 0, transfer };
    let tasks = vec![
        vec![layer(4, 9, vec![]), layer(9, 3, vec![input.clone()])],
        vec![layer(9, 5, vec![]), layer(2, 9, vec![input])],
    ];
    Instance::new(2, tasks).unwrap()
}

#[test]
fn an_easy_pair_is_scheduled_by_hand() {
    let answer = solve(
        &pair(vec![]),
        Goal::Energy { deadline: 8 },
        &Limits::default(),
    );
    let schedule = answer.schedule.unwrap();
    assert_eq!((schedule.makespan, schedule.energy), (8, 14));
    assert_eq!(
        solve(&pair(vec![]), Goal::Makespan, &Limits::default()).schedule,
        Some(schedule)
    );
    let answer = solve(
        &pair(vec![]),
        Goal::Energy { deadline: 7 },
        &Limits::default(),
    );
    assert_eq!((answer.schedule, answer.proof), (None, Proof::Infeasible));
}

#[test]
fn the_replay_finds_every_kind_of_mistake() {
    let free = Cost::default();
    let moved = Cost {
        cycles: 2,
        energy: 1,
    };
    let instance = pair(vec![free, moved, moved, free]);
    let good = solve(&instance, Goal::Makespan, &Limits::default())
        .schedule
        .unwrap();
    assert_eq!((good.makespan, good.energy), (9, 16));
    let spoil = |change: &dyn Fn(&mut Schedule)| {
        let mut bad = good.clone();
        change(&mut bad);
        replay_exact(&bad, &instance).unwrap_err()
    };
    let shift = |bad: &mut Schedule, entry: usize, start: u64| {
        let span = bad.entries[entry].end - bad.entries[entry].start;
        bad.entries[entry].start = start;
        bad.entries[entry].end = start + span;
    };
    let places: Vec<_> = good
        .entries
        .iter()
        .map(|entry| (entry.sub, entry.start))
        .collect();
    assert_eq!(places, [(0, 0), (1, 6), (1, 0), (0, 7)]);
    assert_eq!(
        spoil(&|bad| bad.entries.truncate(3)),
        Violation::Layers { task: 1, layer: 1 }
    );
    assert_eq!(
        spoil(&|bad| bad.entries[3].layer = 0),
        Violation::Layers { task: 1, layer: 0 }
    );
    assert_eq!(
        spoil(&|bad| bad.entries[0].end = 3),
        Violation::Cost { task: 0, layer: 0 }
    );
    assert_eq!(
        spoil(&|bad| bad.entries[0].sub = 2),
        Violation::Cost { task: 0, layer: 0 }
    );
    // The input has ended, but it is not there yet.
    assert_eq!(
        spoil(&|bad| shift(bad, 1, 5)),
        Violation::Precedence { task: 0, layer: 1 }
    );
    assert_eq!(
        spoil(&|bad| shift(bad, 2, 4)),
        Violation::Precedence { task: 1, layer: 1 }
    );
    assert_eq!(
        spoil(&|bad| bad.makespan = 8),
        Violation::Makespan { should: 9 }
    );
    assert_eq!(
        spoil(&|bad| bad.energy = 14),
        Violation::Energy { should: 16.0 }
    );
    let overlap = |bad: &mut Schedule| {
        shift(bad, 2, 2);
        shift(bad, 3, 9);
    };
    assert_eq!(spoil(&overlap), Violation::Overlap { sub: 1, cycle: 6 });
}

#[test]
fn an_order_is_timed_as_early_as_it_can_be_appended() {
    let instance = pair(vec![]);
    let order = [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 0)];
    let schedule = in_order(&instance, &order).unwrap();
    assert_eq!((schedule.makespan, schedule.energy), (8, 14));
    assert_eq!(in_order(&instance, &order[1..]), None);
    assert_eq!(in_order(&instance, &[(0, 1, 1)]), None);
    assert_eq!(in_order(&instance, &[(0, 0, 2)]), None);
    assert_eq!(in_order(&instance, &[(7, 0, 0)]), None);
}

#[test]
fn what_is_no_instance_is_refused_with_its_place() {
    let one = |cycles, energy| vec![Some(Cost { cycles, energy })];
    let layer = |options, inputs| Layer { options, inputs };
    let refused = |subs, layers| Instance::new(subs, vec![layers]).unwrap_err();
    let order = Flaw::Order { task: 0, layer: 0 };
    assert_eq!(refused(9, vec![]), Flaw::Subs(9));
    assert_eq!(
        refused(0, vec![layer(one(1, 1), vec![])]),
        Flaw::Options { task: 0, layer: 0 }
    );
    assert_eq!(
        refused(1, vec![layer(one(1, 1), vec![Input::free(0)])]),
        order
    );
    assert_eq!(
        refused(1, vec![layer(one(u64::MAX, 1), vec![])]),
        Flaw::Total
    );
    assert_eq!(
        refused(1, vec![layer(one(1, 1 << 53), vec![])]),
        Flaw::Total
    );
    let bad = Input {
        layer: 0,
        transfer: vec![Cost {
            cycles: 1,
            energy: 0,
        }],
    };
    let layers = vec![layer(one(1, 1), vec![]), layer(one(1, 1), vec![bad])];
    assert_eq!(refused(1, layers), Flaw::Transfer { task: 0, layer: 1 });
    for flaw in [Flaw::Subs(9), order, Flaw::Total] {
        assert!(!flaw.to_string().is_empty());
    }
    // Nothing to do, and a layer that runs nowhere, are instances.
    let nothing = Instance::chains(2, vec![]).unwrap();
    let answer = solve(&nothing, Goal::Makespan, &Limits::default());
    assert_eq!(
        (answer.schedule, answer.proof),
        (Some(Schedule::default()), Proof::Optimal)
    );
    let nowhere = Instance::chains(1, vec![vec![vec![None]]]).unwrap();
    let answer = solve(&nowhere, Goal::Energy { deadline: 9 }, &Limits::default());
    assert_eq!(answer.proof, Proof::Infeasible);
}
