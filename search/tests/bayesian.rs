//! Bayesian optimization where a good design is known. Needs the feature `bo`.
#![cfg(feature = "bo")]
#![allow(clippy::unwrap_used)]

mod common;

use common::problems::Chip;
use common::{decision, objective, search};
use nasaic_search::{Decision, Design, Hardware, OptionValue, Outcome, Problem, Role, Space};

/// One goal, no spec, every design sound.
struct Free {
    space: Space,
    goal: fn(&[u32]) -> f64,
}

impl Free {
    fn new(decisions: Vec<Decision>, goal: fn(&[u32]) -> f64) -> Self {
        let space = Space::new(decisions, vec![], vec![]).unwrap();
        Self { space, goal }
    }
}

impl Problem for Free {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, _: &Design) -> Hardware {
        Hardware {
            valid: true,
            reason: None,
            penalty: 0.0,
            metrics: vec![],
        }
    }

    fn complete(&self, design: &Design, _: &Hardware) -> Outcome {
        Outcome {
            objectives: vec![(self.goal)(&design.0)],
            penalty: 0.0,
            metrics: vec![],
        }
    }
}

/// A bowl over four ordered decisions, whose floor lies elsewhere for each of three kinds.
fn bowl() -> Free {
    let mut kind = decision("kind", 3, Role::Hardware);
    kind.ordered = false;
    let sizes = (0..4).map(|at| decision(&format!("x{at}"), 20, Role::Hardware));
    Free::new(std::iter::once(kind).chain(sizes).collect(), |design| {
        let kind = design[0] as usize;
        let floor = [
            [3.0, 15.0, 8.0, 11.0],
            [10.0, 4.0, 17.0, 2.0],
            [12.0, 12.0, 5.0, 9.0],
        ][kind];
        let offsets = design[1..].iter().zip(floor);
        let squares = offsets.map(|(&x, at)| (f64::from(x) - at) * (f64::from(x) - at));
        -squares.sum::<f64>() - [30.0, 0.0, 15.0][kind]
    })
}

/// 27 designs.
fn tiny() -> Free {
    let decisions = (0..3).map(|at| decision(&format!("x{at}"), 3, Role::Hardware));
    Free::new(decisions.collect(), |design| {
        f64::from(design.iter().sum::<u32>())
    })
}

/// The best goal of each of five seeds, sorted.
fn best(problem: &dyn Problem, name: &str, given: &[(&str, OptionValue)]) -> Vec<f64> {
    let found = |seed| {
        let run = search(problem, name, given, Some(40), seed);
        run.evaluated
            .iter()
            .filter(|one| one.is_feasible())
            .map(objective)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let mut best: Vec<f64> = (1..=5).map(found).collect();
    best.sort_by(f64::total_cmp);
    best
}

#[test]
fn forty_evaluations_beat_chance_on_a_smooth_problem() {
    let chance = best(&bowl(), "random", &[]);
    for acquisition in ["ei", "ucb", "pi"] {
        let given = [("acquisition", OptionValue::Choice(acquisition.to_string()))];
        let found = best(&bowl(), "bayesian", &given);
        println!("{acquisition}: {found:?}, random {chance:?}");
        // The best there is has 0; on average it gets there more than half of chance's way.
        let (ours, theirs) = (found.iter().sum::<f64>(), chance.iter().sum::<f64>());
        assert!(
            ours > 0.5 * theirs,
            "{acquisition}: {found:?}, random {chance:?}"
        );
    }
}

#[test]
fn limits_specs_and_unordered_values_are_no_obstacle() {
    let chip = Chip::new();
    let all = search(&chip, "exhaustive", &[], None, 0);
    let optimum = objective(&all.evaluated[all.best.unwrap()]);
    for specs in ["domination", "penalty"] {
        let given = [("specs", OptionValue::Choice(specs.to_string()))];
        let (found, chance) = (best(&chip, "bayesian", &given), best(&chip, "random", &[]));
        println!("{specs}: {found:?}, random {chance:?}, best there is {optimum}");
        let missed = |one: f64| optimum - one;
        assert!(
            missed(found[2]) < 0.5 * missed(chance[2]),
            "{found:?}, random {chance:?}"
        );
        assert!(found.iter().all(|one| one.is_finite()));
    }
}

#[test]
fn it_goes_on_when_it_forgets_and_when_nothing_new_is_left() {
    let few = [
        ("memory", OptionValue::Int(8)),
        ("init", OptionValue::Int(6)),
        ("candidates", OptionValue::Int(20)),
    ];
    assert_eq!(
        search(&bowl(), "bayesian", &few, Some(60), 1)
            .evaluated
            .len(),
        60
    );
    let chip = Chip::new();
    let last = search(&chip, "bayesian", &few, Some(120), 1);
    assert_eq!(last.evaluated.len(), 120);
    let whole = search(&tiny(), "bayesian", &few, Some(100), 1);
    assert_eq!(whole.evaluated.len(), 27);
}
