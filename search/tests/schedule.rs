//! Schedules: always sound, never below their bounds, close to the best of brute force.
#![allow(clippy::unwrap_used)]

use nasaic_search::{
    Cost, LayerOptions, Schedule, ScheduleError, Scheduler, Violation, list_schedule, replay,
};
use proptest::prelude::*;

type Tasks = Vec<Vec<LayerOptions>>;

/// Up to `tasks` chains of up to `layers` layers on up to 3 sub-accelerators.
fn instances(tasks: usize, layers: usize, subs: usize) -> impl Strategy<Value = Tasks> {
    let cost = prop::option::weighted(0.9, (0u64..20, 1u32..50));
    let layer = prop::collection::vec(cost, 1..=subs).prop_map(|costs| {
        let cost = |(cycles, energy)| Cost {
            cycles,
            energy: f64::from(energy),
        };
        let mut layer: LayerOptions = costs.into_iter().map(|one| one.map(cost)).collect();
        if layer.iter().all(Option::is_none) {
            layer[0] = Some(cost((10, 10)));
        }
        layer
    });
    prop::collection::vec(prop::collection::vec(layer, 0..=layers), 1..=tasks)
}

fn times(layer: &LayerOptions) -> impl Iterator<Item = u64> + '_ {
    layer.iter().flatten().map(|cost| cost.cycles)
}

/// No schedule ends before the longest chain or the least total load allow.
fn bound(tasks: &Tasks) -> u64 {
    let least = |layer: &LayerOptions| times(layer).min().unwrap();
    let chain = tasks
        .iter()
        .map(|chain| chain.iter().map(least).sum())
        .max()
        .unwrap_or(0);
    let subs = tasks.iter().flatten().map(Vec::len).max().unwrap_or(1) as u64;
    let load: u64 = tasks.iter().flatten().map(least).sum();
    chain.max(load.div_ceil(subs))
}

/// The makespan and energy of every way to append layers one by one.
fn brute_force(tasks: &Tasks) -> Vec<(u64, f64)> {
    fn extend(
        tasks: &Tasks,
        next: &mut [usize],
        ready: &mut [u64],
        free: &mut [u64; 3],
        energy: f64,
        found: &mut Vec<(u64, f64)>,
    ) {
        let mut complete = true;
        for task in 0..tasks.len() {
            let Some(layer) = tasks[task].get(next[task]) else {
                continue;
            };
            complete = false;
            for (sub, cost) in layer.iter().enumerate() {
                let Some(cost) = cost else { continue };
                let (was_ready, was_free) = (ready[task], free[sub]);
                let end = was_ready.max(was_free) + cost.cycles;
                (ready[task], free[sub]) = (end, end);
                next[task] += 1;
                extend(tasks, next, ready, free, energy + cost.energy, found);
                next[task] -= 1;
                (ready[task], free[sub]) = (was_ready, was_free);
            }
        }
        if complete {
            found.push((ready.iter().copied().max().unwrap_or(0), energy));
        }
    }
    let mut found = Vec::new();
    let (mut next, mut ready) = (vec![0; tasks.len()], vec![0; tasks.len()]);
    extend(tasks, &mut next, &mut ready, &mut [0; 3], 0.0, &mut found);
    found
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn schedules_are_sound_and_within_their_bounds(
        tasks in instances(4, 12, 3),
        deadline in prop::option::of(0u64..200),
    ) {
        let schedule = list_schedule(&tasks, deadline).unwrap();
        prop_assert_eq!(replay(&schedule, &tasks), Ok(()));
        prop_assert!(schedule.makespan >= bound(&tasks));
        let least: f64 = (tasks.iter().flatten())
            .map(|layer| layer.iter().flatten().map(|cost| cost.energy).fold(f64::MAX, f64::min))
            .sum();
        prop_assert!(schedule.energy >= least);
    }

    #[test]
    fn a_used_scheduler_gives_what_a_new_one_gives(
        first in instances(3, 8, 3),
        second in instances(3, 8, 3),
    ) {
        let mut used = Scheduler::default();
        used.schedule(&first, Some(40)).unwrap();
        prop_assert_eq!(used.schedule(&second, Some(40)), list_schedule(&second, Some(40)));
    }

    #[test]
    fn a_longer_deadline_that_costs_nothing_to_meet_gives_the_least_energy(
        tasks in instances(3, 8, 3),
    ) {
        let schedule = list_schedule(&tasks, Some(1_000_000)).unwrap();
        let least: f64 = (tasks.iter().flatten())
            .map(|layer| layer.iter().flatten().map(|cost| cost.energy).fold(f64::MAX, f64::min))
            .sum();
        prop_assert_eq!(schedule.energy, least);
    }
}

/// Small random instances with whole numbers, the same in every run.
fn small_instances() -> Vec<Tasks> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = instances(2, 4, 2);
    (0..300)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

#[test]
fn the_heuristic_is_close_to_the_best_of_brute_force() {
    let (mut time, mut energy, mut kept) = (Vec::new(), Vec::new(), 0);
    let instances = small_instances();
    for tasks in &instances {
        let all = brute_force(tasks);
        let shortest = all.iter().map(|one| one.0).min().unwrap();
        let fastest = list_schedule(tasks, None).unwrap();
        assert!(fastest.makespan >= shortest);
        if shortest == 0 {
            continue;
        }
        time.push(fastest.makespan as f64 / shortest as f64);
        // A deadline a quarter above the shortest leaves something to choose.
        let deadline = shortest + shortest / 4;
        let within = all.iter().filter(|one| one.0 <= deadline);
        let least = within.map(|one| one.1).fold(f64::MAX, f64::min);
        let schedule = list_schedule(tasks, Some(deadline)).unwrap();
        if schedule.makespan <= deadline {
            assert!(schedule.energy >= least);
            kept += 1;
            energy.push(schedule.energy / least);
        }
    }
    let mean = |ratios: &[f64]| ratios.iter().sum::<f64>() / ratios.len() as f64;
    let worst = |ratios: &[f64]| ratios.iter().copied().fold(0.0, f64::max);
    assert!(
        mean(&time) < 1.02 && worst(&time) <= 2.0,
        "{} {}",
        mean(&time),
        worst(&time)
    );
    assert!(
        mean(&energy) < 1.015 && worst(&energy) <= 2.0,
        "{} {}",
        mean(&energy),
        worst(&energy)
    );
    assert!(kept * 100 >= time.len() * 99, "{kept}");
}

/// Two chains of two layers, of which each runs well on one of two sub-accelerators.
fn pair() -> Tasks {
    let layer = |one: u64, other: u64| {
        let cost = |cycles| {
            Some(Cost {
                cycles,
                energy: cycles as f64,
            })
        };
        vec![cost(one), cost(other)]
    };
    vec![
        vec![layer(4, 9), layer(9, 3)],
        vec![layer(9, 5), layer(2, 9)],
    ]
}

#[test]
fn an_easy_pair_is_scheduled_by_hand() {
    let schedule = list_schedule(&pair(), Some(8)).unwrap();
    assert_eq!(schedule.makespan, 8);
    assert_eq!(schedule.energy, 14.0);
    let subs: Vec<usize> = schedule.entries.iter().map(|entry| entry.sub).collect();
    assert_eq!(subs, [0, 1, 1, 0]);
}

#[test]
fn what_runs_nowhere_is_refused() {
    let tasks = vec![vec![
        vec![Some(Cost {
            cycles: 1,
            energy: 1.0,
        })],
        vec![None],
    ]];
    let error = ScheduleError::Nowhere { task: 0, layer: 1 };
    assert_eq!(list_schedule(&tasks, None), Err(error));
    assert_eq!(
        list_schedule(&[vec![vec![]]], None),
        Err(ScheduleError::Nowhere { task: 0, layer: 0 })
    );
    let nothing = list_schedule(&[], None).unwrap();
    assert_eq!(
        (nothing.makespan, nothing.energy, nothing.entries.len()),
        (0, 0.0, 0)
    );
}

#[test]
fn the_replay_finds_every_kind_of_mistake() {
    let tasks = pair();
    let good = list_schedule(&tasks, Some(8)).unwrap();
    let spoil = |change: &dyn Fn(&mut Schedule)| {
        let mut bad = good.clone();
        change(&mut bad);
        replay(&bad, &tasks).unwrap_err()
    };
    let shift = |bad: &mut Schedule, entry: usize, start: u64| {
        let span = bad.entries[entry].end - bad.entries[entry].start;
        bad.entries[entry].start = start;
        bad.entries[entry].end = start + span;
    };
    assert_eq!(
        spoil(&|bad| bad
            .entries
            .retain(|entry| (entry.task, entry.layer) != (0, 1))),
        Violation::Layers { task: 0, layer: 1 }
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
        spoil(&|bad| bad.entries[2].energy = 1.0),
        Violation::Cost { task: 1, layer: 0 }
    );
    assert_eq!(
        spoil(&|bad| shift(bad, 1, 2)),
        Violation::Precedence { task: 0, layer: 1 }
    );
    assert_eq!(
        spoil(&|bad| shift(bad, 1, 4)),
        Violation::Overlap { sub: 1, cycle: 4 }
    );
    assert_eq!(
        spoil(&|bad| bad.makespan = 9),
        Violation::Makespan { should: 8 }
    );
    assert_eq!(
        spoil(&|bad| bad.energy = 13.0),
        Violation::Energy { should: 14.0 }
    );
}
