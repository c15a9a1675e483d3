//! Counting, sampling and moving through spaces, against enumeration by brute force.
#![allow(clippy::unwrap_used)]

mod common;

use common::random_space::parts;
use common::{decision, w1};
use nasaic_search::{Absence, Condition, Count, Decision, Design, Limit, Role, Space, SpaceError};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Every design of some decisions, ignoring limits, in lexicographic order.
fn points(decisions: &[Decision]) -> Vec<Design> {
    let mut all = vec![Design(vec![])];
    for decision in decisions {
        let mut longer = Vec::new();
        for design in all {
            let values = if decision.is_active(&design) {
                (0..decision.values as u32).collect()
            } else {
                vec![Design::INACTIVE]
            };
            for value in values {
                let mut next = design.clone();
                next.0.push(value);
                longer.push(next);
            }
        }
        all = longer;
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn counts_and_enumeration_are_those_of_brute_force((decisions, limits, absences) in parts()) {
        let raw = points(&decisions);
        let legal: Vec<&Design> = (raw.iter())
            .filter(|one| limits.iter().all(|limit| limit.used(one) <= i128::from(limit.at_most)))
            .collect();
        let space = match Space::new(decisions, limits, absences) {
            Ok(space) => space,
            Err(error) => {
                let unsatisfiable = matches!(error, SpaceError::Unsatisfiable { .. });
                prop_assert!(unsatisfiable);
                prop_assert!(legal.is_empty());
                return Ok(());
            }
        };
        prop_assert!(legal.iter().all(|one| space.contains(one)));
        let distinct: BTreeSet<Design> = legal.iter().map(|one| space.canonical(one)).collect();
        let count = space.count();
        prop_assert_eq!(count.raw, Some(raw.len() as u128));
        prop_assert_eq!(count.within_limits, Some(legal.len() as u128));
        prop_assert_eq!(count.distinct, Some(distinct.len() as u128));
        let listed: Vec<Design> = space.enumerate().collect();
        prop_assert_eq!(listed.iter().collect::<Vec<_>>(), legal);
    }

    #[test]
    fn moves_stay_in_the_space((decisions, limits, absences) in parts(), seed in any::<u64>()) {
        let Ok(space) = Space::new(decisions, limits, absences) else { return Ok(()) };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (one, other) = (space.sample(&mut rng), space.sample(&mut rng));
        for rate in [0.0, 0.3, 1.0] {
            prop_assert!(space.contains(&space.mutate(&one, rate, &mut rng)));
        }
        prop_assert!(space.contains(&space.cross(&one, &other, &mut rng)));
        prop_assert_eq!(space.cross(&one, &one, &mut rng), one.clone());
        for step in space.steps(&one) {
            let Some(near) = space.stepped(&one, &step) else { continue };
            prop_assert!(space.contains(&near));
            prop_assert_eq!(near.value(step.change.0), Some(step.change.1));
        }
        prop_assert!(space.contains(&space.random_step(&one, None, &mut rng)));
        prop_assert!(space.contains(&space.joined(&one, &other)));
        prop_assert_eq!(space.networks(&space.joined(&one, &one)), space.networks(&one));
        prop_assert_eq!(space.nearest(|decision| one.value(decision)), one.clone());
        let canonical = space.canonical(&one);
        prop_assert_eq!(space.canonical(&canonical), canonical.clone());
        let same = space.canonical_hash(&one) == space.canonical_hash(&other);
        prop_assert_eq!(same, canonical == space.canonical(&other));
    }
}

#[test]
fn w1_is_counted_exactly_and_at_once() {
    let start = Instant::now();
    let space = w1();
    let count = space.count();
    let spent = start.elapsed();
    let networks = 5184 * 20;
    // A sub-accelerator is absent, or has a dataflow, 1 to 128 steps of PEs and 1 to 8 of
    // bandwidth; two present ones share 128 and 8 steps.
    let one = 3 * 128 * 8;
    let two = 9 * (128 * 127 / 2) * (8 * 7 / 2);
    let wanted = Count {
        raw: Some(networks * 9 * 129 * 129 * 9 * 9),
        within_limits: Some(networks * 9 * 8385 * 45),
        distinct: Some(networks * (1 + 2 * one + two)),
    };
    assert_eq!(count, wanted);
    // In an optimised build it takes a tenth of this.
    assert!(spent.as_millis() < 500, "{spent:?}");
}

#[test]
fn samples_are_uniform_within_the_limits() {
    let mut inner = decision("inner", 3, Role::Hardware);
    inner.active = vec![Condition {
        decision: 0,
        allowed: vec![2, 3],
    }];
    let decisions = vec![
        decision("a", 4, Role::Hardware),
        inner,
        decision("b", 4, Role::Hardware),
    ];
    let amounts = vec![0, 1, 2, 3];
    let terms = vec![(0, amounts.clone()), (1, vec![0, 1, 2]), (2, amounts)];
    let limit = Limit {
        name: "sum".to_string(),
        terms,
        constant: 0,
        at_most: 4,
    };
    let space = Space::new(decisions, vec![limit], vec![]).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut seen: BTreeMap<Design, f64> = space.enumerate().map(|one| (one, 0.0)).collect();
    let expected = 2000.0;
    for _ in 0..seen.len() * expected as usize {
        *seen.get_mut(&space.sample(&mut rng)).unwrap() += 1.0;
    }
    let chi: f64 = seen
        .values()
        .map(|n| (n - expected) * (n - expected) / expected)
        .sum();
    // Mean and variance of chi-square are its degrees of freedom and twice these.
    let freedom = seen.len() as f64 - 1.0;
    assert!(
        chi < freedom + 4.0 * (2.0 * freedom).sqrt(),
        "{chi} at {freedom} degrees of freedom"
    );
}

#[test]
fn steps_of_w1_change_one_decision_or_move_a_budget() {
    let space = w1();
    let limit = &space.limits()[0];
    let (one, other) = (limit.terms[0].0, limit.terms[1].0);
    // 1,984 and 2,112 PEs use up the budget of 4,096.
    let mut design = space.enumerate().next().unwrap();
    (design.0[one], design.0[other]) = (62, 66);
    assert_eq!(limit.used(&design), 4096);
    let mut transfers = 0;
    for step in space.steps(&design) {
        let Some(near) = space.stepped(&design, &step) else {
            continue;
        };
        let changed: Vec<usize> = (0..near.0.len())
            .filter(|&at| near.0[at] != design.0[at])
            .collect();
        assert!(changed.len() <= 2 && changed.contains(&step.change.0));
        if step.gives.is_some() && changed.contains(&one) && changed.contains(&other) {
            assert_eq!(limit.used(&near), 4096);
            transfers += 1;
        }
    }
    // 1, 2, 4, 8, 16 and 32 values up for each of the two, at the other's cost; beyond, one
    // of them has nothing left to give.
    assert_eq!(transfers, 12 + 1);
}

#[test]
fn a_mutation_changes_something_wherever_there_is_a_choice() {
    let space = w1();
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let design = space.sample(&mut rng);
    for _ in 0..100 {
        assert_ne!(space.mutate(&design, 0.0, &mut rng), design);
    }
}

#[test]
fn spaces_of_any_size_can_be_sampled() {
    let mut decisions = vec![decision("cells", 40, Role::Network)];
    for cell in 1..40u32 {
        for place in 0..6 {
            let mut one = decision(&format!("cell{cell}.op{place}"), 9, Role::Network);
            one.active = vec![Condition {
                decision: 0,
                allowed: (cell..40).collect(),
            }];
            decisions.push(one);
        }
    }
    let space = Space::new(decisions, vec![], vec![]).unwrap();
    assert_eq!(
        space.count(),
        Count {
            raw: None,
            within_limits: None,
            distinct: None
        }
    );
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let design = space.sample(&mut rng);
    assert!(space.contains(&design));
    // Nearly all designs have the most cells, so a uniform sample has, too.
    assert_eq!(design.value(0), Some(39));
}

#[test]
fn impossible_limits_are_refused_by_name() {
    let decisions = vec![
        decision("a", 2, Role::Hardware),
        decision("b", 2, Role::Hardware),
    ];
    let terms = vec![(0, vec![3, 4]), (1, vec![3, 4])];
    let limit = Limit {
        name: "DSPs".to_string(),
        terms,
        constant: 1,
        at_most: 6,
    };
    let error = Space::new(decisions.clone(), vec![limit], vec![]).unwrap_err();
    assert_eq!(
        error,
        SpaceError::Unsatisfiable {
            limits: vec!["DSPs".to_string()]
        }
    );
    // Each of these can be met, but not both.
    let at_least = |name: &str, sign: i64, at_most| Limit {
        name: name.to_string(),
        terms: vec![(0, vec![0, sign]), (1, vec![0, sign])],
        constant: 0,
        at_most,
    };
    let both = vec![at_least("less", 1, 0), at_least("more", -1, -1)];
    let error = Space::new(decisions, both, vec![]).unwrap_err();
    assert_eq!(error.to_string(), "no design meets the limits: less, more");
}

#[test]
fn contradictions_in_a_space_are_refused() {
    let refuse = |decisions, limits, absences| Space::new(decisions, limits, absences).unwrap_err();
    let one = || vec![decision("a", 2, Role::Hardware)];
    let mut network = decision("n", 2, Role::Network);
    network.active = vec![Condition {
        decision: 0,
        allowed: vec![0],
    }];
    assert_eq!(
        refuse(vec![one().remove(0), network.clone()], vec![], vec![]).to_string(),
        "decision `n` belongs to a network but depends on the hardware"
    );
    assert_eq!(
        refuse(vec![network], vec![], vec![]).to_string(),
        "decision `n` depends on a decision that does not come before it"
    );
    let short = Limit {
        name: "l".to_string(),
        terms: vec![(0, vec![1])],
        constant: 0,
        at_most: 1,
    };
    assert!(matches!(
        refuse(one(), vec![short], vec![]),
        SpaceError::Limit { .. }
    ));
    let beyond = Absence {
        when: vec![(0, vec![0])],
        drops: vec![1],
    };
    assert_eq!(refuse(one(), vec![], vec![beyond]), SpaceError::Absence);
    let empty = vec![decision("a", 0, Role::Hardware)];
    assert!(matches!(
        refuse(empty, vec![], vec![]),
        SpaceError::Decision { .. }
    ));
}

#[test]
fn a_sum_with_too_many_states_is_refused() {
    let decisions: Vec<Decision> = (0..30)
        .map(|i| decision(&format!("d{i}"), 8, Role::Hardware))
        .collect();
    let amounts = |index: i64| {
        (0..8)
            .map(|value| value * (1_000_003 + 7919 * index * index))
            .collect()
    };
    let terms = (0..30)
        .map(|index| (index, amounts(index as i64)))
        .collect();
    let limit = Limit {
        name: "sum".to_string(),
        terms,
        constant: 0,
        at_most: 100_000_000,
    };
    let error = Space::new(decisions, vec![limit], vec![]).unwrap_err();
    assert!(matches!(error, SpaceError::TooLarge { .. }));
}
