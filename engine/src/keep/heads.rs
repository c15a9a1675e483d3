//! What the numbers of a study's evaluations mean, for those who read them without the program.

use crate::study::Study;
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::value::{Domain, Value};
use nasaic_store::{Choices, Decision, Head, Heads, Objective};

/// The heads of a study's evaluations, in the order in which [`Search`](crate::study::Search)
/// measures.
pub fn of(study: &Study) -> Heads {
    let energy = if study.in_joules() { "J" } else { "activity" };
    let mut hardware = vec![
        head("cycles", "cycles"),
        head("energy", energy),
        head("area", "m^2"),
    ];
    hardware.extend(misses(study, false));
    let accuracy = |label: &String| head(format!("{label}.accuracy"), "");
    let mut outcome: Vec<Head> = study.tasks.iter().map(|t| accuracy(&t.label)).collect();
    outcome.extend(misses(study, true));
    Heads {
        decisions: study.instance.decisions.iter().map(decision).collect(),
        hardware,
        objectives: objectives(study),
        outcome,
    }
}

/// The goals; without one, a search looks for the design whose tightest spec has the most room.
pub fn objectives(study: &Study) -> Vec<Objective> {
    if study.goals.is_empty() {
        return vec![Objective {
            name: "tightest margin".to_owned(),
            less: false,
        }];
    }
    let goals = study.goals.iter();
    goals
        .map(|goal| Objective {
            name: goal.text.clone(),
            less: goal.better == BetterWhen::Less,
        })
        .collect()
}

fn misses(study: &Study, with_accuracy: bool) -> impl Iterator<Item = Head> {
    let specs = study.specs.iter();
    specs
        .filter(move |spec| spec.needs_accuracy == with_accuracy)
        .map(|spec| Head {
            name: spec.text.clone(),
            unit: String::new(),
            miss: true,
        })
}

fn head(name: impl Into<String>, unit: &str) -> Head {
    Head {
        name: name.into(),
        unit: unit.to_owned(),
        miss: false,
    }
}

fn decision(decision: &nasaic_dsl::instance::Decision) -> Decision {
    let unit = match decision.domain.get(0) {
        Value::Quantity(q) => q.dim.base_unit(),
        _ => String::new(),
    };
    Decision {
        path: decision.path.clone(),
        unit,
        choices: choices(&decision.domain),
    }
}

fn choices(domain: &Domain) -> Choices {
    let Some(numbers) = domain.numbers() else {
        return Choices::Names(domain.iter().map(|v| v.to_string()).collect());
    };
    if let [first, second, ..] = numbers[..] {
        let steps = Choices::Steps {
            first,
            step: second - first,
            count: numbers.len(),
        };
        // Only where the formula gives each number to the bit.
        let same = |(index, x): (u32, &f64)| steps.number(index) == Some(*x);
        if (0..).zip(&numbers).all(same) {
            return steps;
        }
    }
    Choices::Numbers(numbers)
}
