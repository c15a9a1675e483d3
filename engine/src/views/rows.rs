//! Anything with rows, seen row by row: designs, layers, strategies.

use crate::fault::Fault;
use crate::formula::Names;
use crate::item::{Entrant, Found, Item, Race};
use crate::study::Study;
use crate::top::LayerNames;
use crate::views::goal::FirstGoal;
use crate::views::quantiles::Ranked;
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};
use std::sync::Arc;

/// One row.
pub(super) struct Row<'a> {
    /// What its names stand for.
    pub names: &'a dyn Names,
    /// What to call it in a picture; empty for designs, which have no name.
    pub label: &'a str,
    /// The space it is from; layers that were not evaluated have none.
    pub study: Option<&'a Arc<Study>>,
}

/// Calls `see` with every row, in order.
pub(super) fn each(
    of: &Item,
    see: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match of {
        Item::List(items) => items.iter().try_for_each(|item| each(item, see)),
        Item::Layers(layers) => layers.rows.iter().try_for_each(|row| {
            let names = LayerNames {
                row,
                clock: layers.clock,
            };
            see(&Row {
                names: &names,
                label: &row.name(),
                study: layers.study.as_ref(),
            })
        }),
        Item::Race(race) => {
            let goal = first_goal(race);
            race.entrants.iter().try_for_each(|entrant| {
                let names = RaceNames {
                    entrant,
                    race,
                    goal: &goal,
                };
                see(&Row {
                    names: &names,
                    label: &entrant.strategy,
                    study: Some(&race.study),
                })
            })
        }
        designs => designs.each_design(&mut |e| {
            see(&Row {
                names: &e.sight(),
                label: "",
                study: Some(&e.study),
            })
        }),
    }
}

/// The first goal of a comparison.
pub(super) fn first_goal(race: &Race) -> FirstGoal {
    let runs = race
        .entrants
        .iter()
        .flat_map(|e| &e.runs)
        .map(AsRef::as_ref);
    FirstGoal::of(&race.study, runs)
}

/// A strategy's row: medians over its seeds.
struct RaceNames<'a> {
    entrant: &'a Entrant,
    race: &'a Race,
    goal: &'a FirstGoal,
}

impl RaceNames<'_> {
    fn median(&self, of: impl Fn(&Found) -> f64) -> Option<f64> {
        let values = self.entrant.runs.iter().map(|run| Some(of(run)));
        Ranked::new(values, BetterWhen::Less).median()
    }
}

impl Names for RaceNames<'_> {
    fn metric(&self, name: &str) -> Option<Value> {
        let number = |x: Option<f64>| Some(Value::number(x?));
        match name {
            "strategy" => Some(Value::Text(self.entrant.strategy.clone())),
            "best" => {
                let all = self.entrant.runs.iter().map(|run| self.goal.best(run));
                let median = Ranked::new(all, self.goal.better).median()?;
                Some(Value::Quantity(self.goal.quantity(median)))
            }
            "feasible_rate" => number(self.median(|found| {
                found.satisfied() as f64 / found.run.evaluated.len().max(1) as f64
            })),
            "evaluations" => number(self.median(|found| found.run.counts.hardware as f64)),
            "trained" => number(self.median(|found| found.run.counts.accuracy as f64)),
            "time" => {
                let seconds = self.median(|found| found.seconds)?;
                Some(Value::Quantity(Quantity::of(seconds, Dim::TIME)))
            }
            "seeds" => Some(Value::number(self.entrant.runs.len() as f64)),
            _ => None,
        }
    }

    fn path(&self, path: &str) -> Option<Value> {
        self.metric(path)
    }

    fn clock(&self) -> f64 {
        self.race.study.platform.clock
    }
}
