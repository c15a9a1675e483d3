//! NASAIC's controller learns, with the published recipe.
#![allow(clippy::unwrap_used)]

mod common;

use common::{decision, search};
use nasaic_search::{Design, Evaluated, Hardware, OptionValue, Outcome, Problem, Role, Space};

/// Each decision has one best value; the objective is the mean closeness to these.
struct Separable(Space);

impl Separable {
    fn new() -> Self {
        let role = |index| {
            if index < 4 {
                Role::Network
            } else {
                Role::Hardware
            }
        };
        let decisions = (0..8).map(|index| decision(&format!("d{index}"), 8, role(index)));
        Self(Space::new(decisions.collect(), vec![], vec![]).unwrap())
    }

    fn closeness(design: &Design, from: usize, to: usize) -> f64 {
        let one = |index: usize| {
            let value = design.value(index).unwrap() as i64;
            1.0 - (value - (3 * index as i64 + 2) % 8).abs() as f64 / 8.0
        };
        (from..to).map(one).sum::<f64>() / (to - from) as f64
    }
}

impl Problem for Separable {
    fn space(&self) -> &Space {
        &self.0
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, design: &Design) -> Hardware {
        // The spec is met by about a third of all hardware.
        let penalty = (0.65 - Self::closeness(design, 4, 8)).max(0.0);
        Hardware {
            valid: true,
            reason: None,
            penalty,
            metrics: vec![],
        }
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        let objectives = vec![Self::closeness(design, 0, 4)];
        Outcome {
            objectives,
            penalty: hardware.penalty,
            metrics: vec![],
        }
    }
}

/// The mean reward of some episodes.
fn mean(episodes: &[nasaic_search::Episode]) -> f64 {
    episodes.iter().map(|one| one.mean_reward).sum::<f64>() / episodes.len() as f64
}

#[test]
fn the_policy_learns_what_chance_does_not_find() {
    let problem = Separable::new();
    for seed in 1..=3 {
        let given = [
            ("episodes", OptionValue::Int(200)),
            ("hardware_steps", OptionValue::Int(5)),
        ];
        let learnt = search(&problem, "reinforce", &given, None, seed).episodes;
        let still = [("controller.learning_rate", OptionValue::Float(0.0))];
        let untaught: Vec<_> = given.iter().cloned().chain(still).collect();
        let drawn = search(&problem, "reinforce", &untaught, None, seed).episodes;
        // Without learning a reward is about 0.2; the best possible one is 1.
        assert!(mean(&drawn[100..]) < 0.4, "{}", mean(&drawn[100..]));
        assert!(mean(&learnt[100..]) > 0.8, "{}", mean(&learnt[100..]));
    }
}

fn choice(name: &str) -> OptionValue {
    OptionValue::Choice(name.to_string())
}

#[test]
fn every_recipe_of_reinforce_learns() {
    let problem = Separable::new();
    let recipes = [
        vec![("controller.kind", choice("nascell"))],
        vec![
            ("controller.rewards", choice("ranked")),
            ("pruned", choice("least")),
        ],
        vec![
            ("controller.rewards", choice("scaled")),
            ("controller.entropy", OptionValue::Float(0.02)),
        ],
        vec![
            ("controller.optimizer", choice("adam")),
            ("controller.learning_rate", OptionValue::Float(0.02)),
        ],
    ];
    for mut given in recipes {
        given.push(("episodes", OptionValue::Int(200)));
        given.push(("hardware_steps", OptionValue::Int(5)));
        let episodes = search(&problem, "reinforce", &given, None, 1).episodes;
        let (first, last) = (mean(&episodes[..50]), mean(&episodes[150..]));
        assert!(last > first + 0.1, "{given:?}: {first} and {last}");
    }
}

#[test]
fn every_recipe_of_ppo_learns() {
    let problem = Separable::new();
    let recipes = [
        vec![],
        vec![("advantage", choice("gae")), ("rewards", choice("scaled"))],
        vec![
            ("cell", choice("nascell")),
            ("optimizer", choice("rmsprop")),
        ],
    ];
    for given in recipes {
        let run = search(&problem, "ppo", &given, Some(800), 1);
        let value = |one: &Evaluated| {
            let objective = one
                .outcome
                .as_ref()
                .map_or(0.0, |outcome| outcome.objectives[0]);
            objective - one.violation()
        };
        let mean = |some: &[Evaluated]| some.iter().map(value).sum::<f64>() / some.len() as f64;
        let (first, last) = (mean(&run.evaluated[..100]), mean(&run.evaluated[700..]));
        assert!(last > first + 0.05, "{given:?}: {first} and {last}");
    }
}

#[test]
fn clipping_keeps_large_violations_from_ending_the_search() {
    let problem = Separable::new();
    let designs = |clip| {
        let given = [
            ("episodes", OptionValue::Int(100)),
            ("penalty.weight", OptionValue::Float(10_000.0)),
            ("controller.clip", OptionValue::Float(clip)),
        ];
        search(&problem, "reinforce", &given, None, 1)
            .counts
            .hardware
    };
    let (clipped, free) = (designs(0.1), designs(1e9));
    assert!(
        clipped > 3 * free,
        "{clipped} distinct designs with, {free} without"
    );
}
