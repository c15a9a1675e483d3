//! One design: objectives, constraints, metrics, accuracies.

use super::wire::{Fields, Judged, Measured};
use crate::fault::Fault;
use crate::formula::{self, Names};
use crate::study::{Sight, Spec, Study};
use nasaic_accuracy::Measurement;
use nasaic_dsl::value::Value;
use nasaic_search::{Design, Limit, Space};

/// The metrics of an answer, with the units of the header.
pub(super) const METRICS: [(&str, &str); 10] = [
    ("accuracy", ""),
    ("latency", "s"),
    ("energy", "J"),
    ("area", "m^2"),
    ("power", "W"),
    ("edp", "J*s"),
    ("utilization", ""),
    ("cycles", "cycles"),
    ("macs", ""),
    ("params", ""),
];

/// Evaluates a canonical design; a fault is a mistake in the program, not in the design.
pub(super) fn judge(
    study: &Study,
    space: &Space,
    design: &Design,
    accuracy: bool,
) -> Result<Judged, Fault> {
    let limits = space.limits();
    if let Some(over) = limits.iter().find(|l| excess(l, design) > 0.0) {
        let reason = format!("the sum of {} is over the budget", over.name);
        return Ok(without_price(study, space, design, (reason, false)));
    }
    let priced = match study.price(&design.0) {
        Ok(priced) => priced,
        Err(reason) => return Ok(without_price(study, space, design, (reason, true))),
    };
    let accuracies = if accuracy {
        study.accuracies(&priced.networks, &design.0)?
    } else {
        Vec::new()
    };
    let sight = Sight {
        study,
        choices: &design.0,
        priced: &priced,
        accuracies: &accuracies,
    };
    let constraints = constraints(space, design, study, |spec| {
        (accuracy || !spec.needs_accuracy).then(|| violation(spec, &sight))
    });
    Ok(Judged {
        valid: true,
        reason: None,
        feasible: constraints
            .0
            .iter()
            .all(|(_, v)| v.is_none_or(|v| v <= 0.0)),
        objectives: objectives(study, &sight, accuracy)?,
        constraints,
        metrics: metrics(&sight),
        accuracy: measured(study, &accuracies),
        was_priced: true,
    })
}

/// A design that is over a budget or that cannot be built.
fn without_price(
    study: &Study,
    space: &Space,
    design: &Design,
    (reason, was_priced): (String, bool),
) -> Judged {
    Judged {
        valid: false,
        reason: Some(reason),
        feasible: false,
        objectives: vec![None; study.goals.len().max(1)],
        constraints: constraints(space, design, study, |_| None),
        metrics: Fields(Vec::new()),
        accuracy: Fields(Vec::new()),
        was_priced,
    }
}

/// How far a budget is exceeded, relative to it; 0 or less within it.
fn excess(limit: &Limit, design: &Design) -> f64 {
    let over = limit.used(design) - i128::from(limit.at_most);
    over as f64 / limit.at_most.unsigned_abs().max(1) as f64
}

/// The budgets, then the specs.
fn constraints(
    space: &Space,
    design: &Design,
    study: &Study,
    of_spec: impl Fn(&Spec) -> Option<f64>,
) -> Fields<Option<f64>> {
    let budgets = space.limits().iter();
    let budgets = budgets.map(|l| (l.name.clone(), Some(excess(l, design))));
    let specs = study.specs.iter().map(|s| (s.text.clone(), of_spec(s)));
    Fields(budgets.chain(specs).collect())
}

/// Positive exactly when the spec is missed.
fn violation(spec: &Spec, sight: &Sight<'_>) -> f64 {
    let judged = spec.judge(sight);
    if judged.met {
        judged.margin.map_or(0.0, |margin| (-margin).min(0.0))
    } else {
        judged.violation
    }
}

fn objectives(study: &Study, sight: &Sight<'_>, accuracy: bool) -> Result<Vec<Option<f64>>, Fault> {
    if study.goals.is_empty() {
        return Ok(vec![
            accuracy_free(study, accuracy).then(|| sight.tightest()),
        ]);
    }
    let goals = study.goals.iter().map(|goal| {
        if !accuracy && goal.needs_accuracy() {
            return Ok(None);
        }
        let value = formula::quantity(&goal.expr, sight, &study.scripts)?;
        Ok(Some(value.number()))
    });
    goals.collect()
}

/// Whether the room to the tightest spec can be told.
fn accuracy_free(study: &Study, accuracy: bool) -> bool {
    accuracy || study.specs.iter().all(|s| !s.needs_accuracy)
}

fn metrics(sight: &Sight<'_>) -> Fields<Option<f64>> {
    let value = |name: &str| match sight.metric(name) {
        Some(Value::Quantity(q)) => Some(q.value),
        _ => None,
    };
    let all = METRICS
        .iter()
        .map(|(name, _)| ((*name).to_owned(), value(name)));
    Fields(all.collect())
}

fn measured(study: &Study, accuracies: &[Option<Measurement>]) -> Fields<Measured> {
    let tasks = study.tasks.iter().zip(accuracies);
    let known = tasks.filter_map(|(task, accuracy)| {
        let (source, accuracy) = (task.source.as_ref()?, accuracy.as_ref()?);
        let measured = Measured {
            value: accuracy.value,
            uncertainty: accuracy.uncertainty,
            metric: task.metric.clone(),
            kind: accuracy.kind.label(),
            source: source.name(),
        };
        Some((task.label.clone(), measured))
    });
    Fields(known.collect())
}
