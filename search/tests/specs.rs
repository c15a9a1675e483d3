//! How strategies weigh specs against goals, and several goals against each other.
#![allow(clippy::unwrap_used)]

mod common;

use common::{decision, objective, search, try_search};
use nasaic_search::{Design, Evaluated, Hardware, OptionValue, Outcome, Problem, Role, Run, Space};

/// Two numbers in 0..64: the goal is their sum, which is to stay within 40 by the spec.
///
/// The goal is told of every design, and a violation of one weighs a tenth: with a penalty
/// of weight 1 every step beyond the spec gains nine tenths.
struct Tempting(Space);

impl Tempting {
    fn new() -> Self {
        let decisions = ["x", "y"].map(|name| decision(name, 64, Role::Hardware));
        Self(Space::new(decisions.to_vec(), vec![], vec![]).unwrap())
    }

    fn sum(design: &Design) -> f64 {
        design.0.iter().map(|&value| f64::from(value)).sum()
    }
}

impl Problem for Tempting {
    fn space(&self) -> &Space {
        &self.0
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, design: &Design) -> Hardware {
        Hardware {
            valid: true,
            reason: None,
            penalty: (Self::sum(design) - 40.0).max(0.0) / 10.0,
            metrics: vec![],
        }
    }

    fn complete(&self, design: &Design, hardware: &Hardware) -> Outcome {
        Outcome {
            objectives: vec![Self::sum(design)],
            penalty: hardware.penalty,
            metrics: vec![],
        }
    }
}

fn choice(name: &str) -> OptionValue {
    OptionValue::Choice(name.to_string())
}

fn run(name: &str, specs: Option<&str>, evaluations: u64) -> Run {
    let mut given = vec![
        ("penalty.weight", OptionValue::Float(1.0)),
        ("train", choice("always")),
    ];
    given.extend(specs.map(|specs| ("specs", choice(specs))));
    search(&Tempting::new(), name, &given, Some(evaluations), 3)
}

#[test]
fn a_light_penalty_leads_beyond_the_specs_and_domination_does_not() {
    for name in ["evolution", "genetic", "local", "annealing", "es"] {
        // The mean goal of the last designs.
        let late = |specs| {
            let all = run(name, Some(specs), 120).evaluated;
            let last = &all[3 * all.len() / 4..];
            last.iter().map(objective).sum::<f64>() / last.len() as f64
        };
        let (within, beyond) = (late("domination"), late("penalty"));
        println!("{name}: {within} and {beyond}");
        assert!(within < 60.0, "{name}: {within}");
        assert!(beyond > within + 8.0, "{name}: {within} and {beyond}");
    }
}

#[test]
fn the_default_is_what_each_strategy_is_known_for() {
    for (name, known, other) in [
        ("evolution", "domination", "penalty"),
        ("genetic", "domination", "penalty"),
        ("local", "domination", "penalty"),
        ("es", "domination", "penalty"),
        ("annealing", "penalty", "domination"),
    ] {
        let default = run(name, None, 100);
        assert!(default == run(name, Some(known), 100), "{name}");
        assert!(default != run(name, Some(other), 100), "{name}");
    }
}

/// Two goals of which each costs the other, in order or as a front.
struct Torn {
    space: Space,
    in_order: bool,
}

impl Torn {
    fn new(in_order: bool) -> Self {
        let decisions = (0..4).map(|at| decision(&format!("x{at}"), 12, Role::Network));
        let space = Space::new(decisions.collect(), vec![], vec![]).unwrap();
        Self { space, in_order }
    }
}

impl Problem for Torn {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        2
    }

    fn in_order(&self) -> bool {
        self.in_order
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
        let sum: u32 = design.0.iter().sum();
        Outcome {
            objectives: vec![f64::from(sum), -f64::from(sum) - f64::from(design.0[0])],
            penalty: 0.0,
            metrics: vec![],
        }
    }
}

#[test]
fn goals_in_order_are_not_spread_along_their_front() {
    let first = |one: &Evaluated| objective(one);
    let late = |run: &Run| run.evaluated[300..].iter().map(first).sum::<f64>() / 100.0;
    let ends = |in_order| {
        let given = [("population", OptionValue::Int(16))];
        let problem = Torn::new(in_order);
        let run = try_search(&problem, "evolution", &given, Some(400), 2).unwrap();
        (late(&run), objective(&run.evaluated[run.best.unwrap()]))
    };
    let ((mean, best), (spread, _)) = (ends(true), ends(false));
    println!("{mean} to {best}, and {spread}");
    assert_eq!(best, 44.0);
    assert!(mean > 34.0 && spread < 28.0, "{mean} and {spread}");
}
