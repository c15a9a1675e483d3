//! The first line: the problem as a client needs to know it.

use super::codec::{number, printed, scale, unit};
use super::evaluate::METRICS;
use super::wire::Fields;
use crate::formula::{self, Names};
use crate::study::{Goal, Spec, Study};
use nasaic_dsl::functions::{self, Subject, Type};
use nasaic_dsl::instance::Decision;
use nasaic_dsl::plan::{BetterWhen, Operator};
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Domain, Quantity, Value};
use nasaic_search::{Limit, Space};
use serde::Serialize;
use serde_json::Value as Json;

/// The version of the lines; it changes when a client of before would misread them.
const PROTOCOL: u32 = 1;

#[derive(Serialize)]
pub(super) struct Header {
    protocol: u32,
    nasaic: &'static str,
    problem: String,
    /// Whether evaluations ask for accuracies unless they say otherwise.
    accuracy: bool,
    decisions: Vec<Open>,
    absences: Vec<Absent>,
    limits: Vec<Budget>,
    objectives: Vec<Objective>,
    /// How several objectives are meant.
    prefer: &'static str,
    constraints: Vec<Constraint>,
    /// The units of the metrics.
    metrics: Fields<&'static str>,
    /// Whether energies are activity counts and not joules.
    energy_is_activity: bool,
    tasks: Vec<Task>,
}

#[derive(Serialize)]
struct Open {
    path: String,
    #[serde(flatten)]
    kind: Kind,
    /// How many values.
    count: usize,
    unit: String,
    /// `network` or `hardware`.
    role: &'static str,
    /// It takes part only while all of these hold.
    active: Vec<Holds>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Kind {
    Integer { from: Json, to: Json, step: Json },
    Number { from: Json, to: Json, step: Json },
    Enumeration { values: Vec<Json> },
}

#[derive(Serialize)]
struct Holds {
    path: String,
    #[serde(rename = "in")]
    within: Vec<Json>,
}

#[derive(Serialize)]
struct Absent {
    when_any: Vec<Holds>,
    drops: Vec<String>,
}

#[derive(Serialize)]
struct Budget {
    name: String,
    sum: Vec<Term>,
    constant: Json,
    at_most: Json,
    unit: String,
}

#[derive(Serialize)]
struct Term {
    path: String,
    times: Json,
}

#[derive(Serialize)]
struct Objective {
    expression: String,
    direction: &'static str,
    unit: String,
    needs_accuracy: bool,
}

#[derive(Serialize)]
struct Constraint {
    name: String,
    /// `budget` or `spec`.
    kind: &'static str,
    relation: Option<&'static str>,
    bound: Option<Json>,
    unit: String,
    needs_accuracy: bool,
}

#[derive(Serialize)]
struct Task {
    task: String,
    metric: String,
    weight: f64,
    accuracy: Option<Source>,
}

#[derive(Serialize)]
struct Source {
    kind: &'static str,
    source: String,
}

/// The header of a problem.
pub(super) fn of(study: &Study, space: &Space, accuracy: bool) -> Header {
    let limits: Vec<Budget> = space.limits().iter().map(|l| budget(study, l)).collect();
    let constraints = limits.iter().map(Budget::constraint);
    let constraints = constraints.chain(study.specs.iter().map(constraint));
    Header {
        protocol: PROTOCOL,
        nasaic: env!("CARGO_PKG_VERSION"),
        problem: study.name.clone(),
        accuracy,
        decisions: decisions(study, space),
        absences: absences(study, space),
        constraints: constraints.collect(),
        limits,
        objectives: objectives(study),
        prefer: if study.lexicographic {
            "lexicographic"
        } else {
            "pareto"
        },
        metrics: Fields(METRICS.iter().map(|(n, u)| ((*n).to_owned(), *u)).collect()),
        energy_is_activity: !study.in_joules(),
        tasks: tasks(study),
    }
}

fn decisions(study: &Study, space: &Space) -> Vec<Open> {
    let pairs = study.instance.decisions.iter().zip(space.decisions());
    let open = |(written, compiled): (&Decision, &nasaic_search::Decision)| Open {
        path: written.path.clone(),
        kind: kind(&written.domain),
        count: written.domain.len(),
        unit: unit(&written.domain),
        role: match compiled.role {
            nasaic_search::Role::Network => "network",
            nasaic_search::Role::Hardware => "hardware",
        },
        active: compiled
            .active
            .iter()
            .map(|c| holds(study, c.decision, &c.allowed))
            .collect(),
    };
    pairs.map(open).collect()
}

fn kind(domain: &Domain) -> Kind {
    match domain {
        Domain::Range {
            start,
            step,
            times: false,
            count,
            ..
        } => {
            let to = start + f64::from(count.saturating_sub(1)) * step;
            let (from, to, step) = (number(*start), number(to), number(*step));
            if from.is_i64() && step.is_i64() {
                Kind::Integer { from, to, step }
            } else {
                Kind::Number { from, to, step }
            }
        }
        other => Kind::Enumeration {
            values: printed(other),
        },
    }
}

fn holds(study: &Study, decision: usize, allowed: &[u32]) -> Holds {
    let decision = &study.instance.decisions[decision];
    let values = printed(&decision.domain);
    let value = |i: &u32| values.get(*i as usize).cloned();
    Holds {
        path: decision.path.clone(),
        within: allowed.iter().filter_map(value).collect(),
    }
}

fn absences(study: &Study, space: &Space) -> Vec<Absent> {
    let path = |d: &usize| study.instance.decisions[*d].path.clone();
    let absent = |absence: &nasaic_search::Absence| Absent {
        when_any: absence
            .when
            .iter()
            .map(|(d, values)| holds(study, *d, values))
            .collect(),
        drops: absence.drops.iter().map(path).collect(),
    };
    space.absences().iter().map(absent).collect()
}

/// A budget in the unit of its first term.
fn budget(study: &Study, limit: &Limit) -> Budget {
    let unit_of = |decision: usize| unit(&study.instance.decisions[decision].domain);
    let unit = limit.terms.first().map_or(String::new(), |t| unit_of(t.0));
    let shared = scale(&unit);
    let term = |(decision, _): &(usize, Vec<i64>)| Term {
        path: study.instance.decisions[*decision].path.clone(),
        times: number(shared.from_base(scale(&unit_of(*decision)).to_base(1.0))),
    };
    Budget {
        name: limit.name.clone(),
        sum: limit.terms.iter().map(term).collect(),
        constant: number(shared.from_base(limit.constant as f64)),
        at_most: number(shared.from_base(limit.at_most as f64)),
        unit,
    }
}

impl Budget {
    fn constraint(&self) -> Constraint {
        Constraint {
            name: self.name.clone(),
            kind: "budget",
            relation: Some("<="),
            bound: Some(self.at_most.clone()),
            unit: self.unit.clone(),
            needs_accuracy: false,
        }
    }
}

fn constraint(spec: &Spec) -> Constraint {
    let bound = spec.bound();
    Constraint {
        name: spec.text.clone(),
        kind: "spec",
        relation: bound.map(|(op, _)| match op {
            Operator::Le => "<=",
            Operator::Lt => "<",
            Operator::Ge => ">=",
            _ => ">",
        }),
        bound: bound.map(|(_, q)| number(q.number())),
        unit: bound.map_or(String::new(), |(_, q)| q.unit.clone()),
        needs_accuracy: spec.needs_accuracy,
    }
}

fn objectives(study: &Study) -> Vec<Objective> {
    if study.goals.is_empty() {
        return vec![Objective {
            expression: "the room to the tightest spec".to_owned(),
            direction: "maximize",
            unit: String::new(),
            needs_accuracy: study.specs.iter().any(|s| s.needs_accuracy),
        }];
    }
    let objective = |goal: &Goal| Objective {
        expression: goal.text.clone(),
        direction: match goal.better {
            BetterWhen::More => "maximize",
            BetterWhen::Less => "minimize",
        },
        unit: unit_of(goal, study),
        needs_accuracy: goal.needs_accuracy(),
    };
    study.goals.iter().map(objective).collect()
}

/// The unit of a goal: the one it is written in, else the base unit of what it measures.
fn unit_of(goal: &Goal, study: &Study) -> String {
    match formula::quantity(&goal.expr, &Typical(study), &study.scripts) {
        Ok(q) if !q.unit.is_empty() => q.unit,
        Ok(q) if q.dim != Dim::NONE => q.dim.base_unit(),
        _ => String::new(),
    }
}

/// Names that are worth 1 of what they measure: enough to find the unit of a formula.
struct Typical<'a>(&'a Study);

impl Names for Typical<'_> {
    fn metric(&self, name: &str) -> Option<Value> {
        let metric = name.rsplit('.').next().unwrap_or(name);
        let columns = functions::columns(&Type::Result(Subject::default()));
        let column = columns.into_iter().find(|c| c.name == metric)?;
        Some(match column.ty {
            Type::Quantity(dim) => Value::Quantity(Quantity::of(1.0, dim)),
            _ => Value::Bool(true),
        })
    }

    fn path(&self, path: &str) -> Option<Value> {
        let instance = &self.0.instance;
        let first = vec![0; instance.decisions.len()];
        instance.value(instance.find(path)?, &first)
    }

    fn clock(&self) -> f64 {
        self.0.platform.clock
    }
}

fn tasks(study: &Study) -> Vec<Task> {
    let task = |task: &crate::study::Task| Task {
        task: task.label.clone(),
        metric: task.metric.clone(),
        weight: task.weight,
        accuracy: task.source.as_ref().map(|s| Source {
            kind: s.kind.label(),
            source: s.name(),
        }),
    };
    study.tasks.iter().map(task).collect()
}
