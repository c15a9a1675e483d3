//! Strategies that were asked the same objectives: their rows, and what they met so far.

use crate::fault::Fault;
use crate::formula::Names;
use crate::generate::{Allowance, Answer, Answers, Contender};
use crate::item::Item;
use crate::study::Study;
use crate::table::Table;
use nasaic_dsl::units::{self, Dim};
use nasaic_dsl::value::{Quantity, Value};
use nasaic_plot::{Axis, Figure, Line, LinePoint, Lines};
use std::sync::Arc;

/// Columns that say the same on every machine, whatever the allowance.
const SURE: [&str; 4] = ["strategy", "algorithm", "asked", "trained_on"];

/// A strategy's row.
pub(super) struct AnswerNames<'a> {
    pub contender: &'a Contender,
    pub study: &'a Study,
}

impl AnswerNames<'_> {
    /// The mean over all answers.
    fn mean(&self, of: impl Fn(&Answer) -> f64) -> Option<f64> {
        mean(self.contender.answers.iter().map(of))
    }

    /// The mean over the answers that met what was asked.
    fn mean_met(&self, of: impl Fn(&Answer) -> f64) -> Option<f64> {
        mean(self.contender.met().map(of))
    }

    fn median_first(&self) -> Option<f64> {
        let mut all: Vec<u64> = self.contender.met().filter_map(|one| one.first).collect();
        all.sort_unstable();
        all.get(all.len() / 2).map(|first| *first as f64)
    }
}

impl Names for AnswerNames<'_> {
    fn metric(&self, name: &str) -> Option<Value> {
        let one = self.contender;
        let number = |x: Option<f64>| Some(Value::number(x?));
        let time = |x: Option<f64>| Some(Value::Quantity(Quantity::of(x?, Dim::TIME)));
        match name {
            "strategy" => Some(Value::Text(one.strategy.clone())),
            "algorithm" => Some(Value::Name(one.algorithm.clone())),
            "asked" => number(Some(one.answers.len() as f64)),
            "satisfied" => number(Some(one.satisfied() as f64)),
            "rate" => number(Some(one.rate(u64::MAX))),
            "first_rate" => number(Some(one.rate(1))),
            "improvement" => number(self.mean_met(|answer| answer.improvement)),
            "evaluations" => number(self.mean(|answer| answer.evaluations as f64)),
            "evaluations_to_first" => number(self.median_first()),
            "impossible" => number(Some(one.wonders() as f64)),
            "trained_on" => {
                let trained = one.trained.as_ref();
                number(trained.map(|t| t.generator.evaluations as f64))
            }
            "time" => time(self.mean(|answer| answer.seconds)),
            "time_to_first" => time(self.mean_met(|answer| answer.first_seconds)),
            "training" => time(one.trained.as_ref().map(|t| t.seconds)),
            _ => None,
        }
    }

    fn path(&self, path: &str) -> Option<Value> {
        self.metric(path)
    }

    fn clock(&self) -> f64 {
        self.study.platform.clock
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0u64);
    values.for_each(|value| {
        sum += value;
        count += 1;
    });
    (count > 0).then(|| sum / count as f64)
}

/// The columns of a table that does not name them.
pub(super) fn usual(answers: &Answers) -> &'static [&'static str] {
    let trained = answers.contenders.iter().any(|one| one.trained.is_some());
    const ALL: [&str; 9] = [
        "strategy",
        "satisfied",
        "rate",
        "first_rate",
        "improvement",
        "evaluations",
        "time",
        "trained_on",
        "training",
    ];
    if trained { &ALL } else { &ALL[..7] }
}

/// Says what was asked and what each strategy was allowed.
pub(super) fn remark(table: &mut Table, answers: &Answers) {
    let drawn = &answers.asked.drawn;
    let count = |n: usize| units::number(n as f64);
    let allowed = match answers.allowance {
        Allowance::Evaluations(most) => {
            format!(
                "at most {} designs priced for each",
                units::number(most as f64)
            )
        }
        Allowance::Seconds(time) => format!("{} for each", units::pretty(time, Dim::TIME)),
    };
    table.notes.push(format!(
        "{} objectives, {allowed}; each is met by a design that no generator has seen, so the best rate is 1.",
        count(drawn.met.len())
    ));
    if !drawn.impossible.is_empty() {
        let met: usize = answers.contenders.iter().map(Contender::wonders).sum();
        table.notes.push(format!(
            "{} more are proven impossible; {} of the answers met one.",
            count(drawn.impossible.len()),
            if met == 0 {
                "none".to_owned()
            } else {
                count(met)
            }
        ));
    }
    if answers.timed() {
        // The heads have the columns' names, with units after them.
        for head in &mut table.columns {
            head.volatile |= !SURE.contains(&head.name.as_str());
        }
    }
}

/// The share of the objectives that each strategy has met, over the designs that it priced.
pub(super) fn figure(answers: &Answers) -> Result<Item, Fault> {
    let Allowance::Evaluations(most) = answers.allowance else {
        return Err(Fault::new(
            "E0305",
            "answers within a time have no course over evaluations",
        )
        .hint("give `compare` the same number of `evaluations` for all"));
    };
    let line = |one: &Contender| {
        let mut points: Vec<LinePoint> = Vec::new();
        for evaluations in 1..=most {
            let y = one.rate(evaluations);
            let same = points.last().is_some_and(|last| last.y == y);
            if !same || evaluations == most {
                points.push(LinePoint {
                    x: evaluations as f64,
                    y,
                    band: None,
                });
            }
        }
        Line {
            name: one.strategy.clone(),
            points,
            step: true,
            faint: false,
        }
    };
    let chart = Lines {
        x: Axis {
            log: most > 20,
            ..Axis::new("designs priced for an objective")
        },
        y: Axis::new("share of the objectives met"),
        lines: answers.contenders.iter().map(line).collect(),
        limits: Vec::new(),
    };
    let count = units::number(answers.asked.drawn.met.len() as f64);
    let figure = Figure::new("Objectives met so far", chart).caption(format!(
        "{count} objectives, each met by a held-out design."
    ));
    Ok(Item::Figure(Arc::new(figure)))
}
