//! Anything with rows, seen row by row: designs, layers, strategies.

use crate::fault::Fault;
use crate::formula::Names;
use crate::item::{Entrant, Found, Item, Race};
use crate::study::Study;
use crate::top::LayerNames;
use crate::views::answers::AnswerNames;
use crate::views::goal::Aim;
use crate::views::quantiles::Ranked;
use crate::views::volume::{self, Frame};
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::{Quantity, Value};
use std::cell::OnceCell;
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
            let frame = OnceCell::new();
            race.entrants.iter().try_for_each(|entrant| {
                let names = RaceNames {
                    entrant,
                    race,
                    goal: &goal,
                    frame: &frame,
                };
                see(&Row {
                    names: &names,
                    label: &entrant.strategy,
                    study: Some(&race.study),
                })
            })
        }
        Item::Answers(answers) => answers.contenders.iter().try_for_each(|contender| {
            let study = &answers.asked.appraisal.study;
            see(&Row {
                names: &AnswerNames { contender, study },
                label: &contender.strategy,
                study: Some(study),
            })
        }),
        designs => designs.each_design(&mut |e| {
            see(&Row {
                names: &e.sight(),
                label: "",
                study: Some(&e.study),
            })
        }),
    }
}

/// All runs of a comparison, strategy by strategy.
pub(super) fn runs(race: &Race) -> impl Iterator<Item = &Found> {
    race.entrants
        .iter()
        .flat_map(|e| &e.runs)
        .map(AsRef::as_ref)
}

/// The first goal of a comparison.
pub(super) fn first_goal(race: &Race) -> Aim {
    Aim::first(&race.study, runs(race))
}

/// A strategy's row: medians over its seeds.
struct RaceNames<'a> {
    entrant: &'a Entrant,
    race: &'a Race,
    goal: &'a Aim,
    /// Where hypervolumes are measured, once asked for.
    frame: &'a OnceCell<Option<Frame>>,
}

impl RaceNames<'_> {
    /// The median over the seeds; one without a value is the worst.
    fn median(&self, of: impl Fn(&Found) -> Option<f64>, better: BetterWhen) -> Option<f64> {
        let values = self.entrant.runs.iter().map(|run| of(run));
        Ranked::new(values, better).median()
    }

    /// A quantile of the best goal, from the worst seeds to the best ones.
    fn best(&self, quantile: f64) -> Option<Value> {
        let all = self.entrant.runs.iter().map(|run| self.goal.best(run));
        let value = Ranked::new(all, self.goal.better).quantile(quantile)?;
        Some(Value::Quantity(self.goal.quantity(value)))
    }

    fn hypervolume(&self) -> Option<f64> {
        let around = || {
            let fronts: Vec<_> = runs(self.race).map(volume::front).collect();
            Frame::around(&fronts)
        };
        let frame = self.frame.get_or_init(around).as_ref()?;
        let share = |found: &Found| Some(frame.share(&volume::front(found)));
        self.median(share, BetterWhen::More)
    }
}

impl Names for RaceNames<'_> {
    fn metric(&self, name: &str) -> Option<Value> {
        let runs = &self.entrant.runs;
        let number = |x: Option<f64>| Some(Value::number(x?));
        let time = |x: Option<f64>| Some(Value::Quantity(Quantity::of(x?, Dim::TIME)));
        let less = BetterWhen::Less;
        match name {
            "strategy" => Some(Value::Text(self.entrant.strategy.clone())),
            "best" => self.best(0.5),
            "best_q1" => self.best(0.25),
            "best_q3" => self.best(0.75),
            "hypervolume" => number(self.hypervolume()),
            "satisfaction" => {
                let met = runs.iter().filter(|run| run.run.is_feasible()).count();
                number(Some(met as f64 / runs.len().max(1) as f64))
            }
            "first_feasible" => number(self.median(|f| Some(f.first_feasible()? as f64), less)),
            "feasible_rate" => number(self.median(
                |f| Some(f.within_hardware_specs() as f64 / f.run.evaluated.len().max(1) as f64),
                BetterWhen::More,
            )),
            "evaluations" => number(self.median(|f| Some(f.run.counts.hardware as f64), less)),
            "trained" => number(self.median(|f| Some(f.run.counts.accuracy as f64), less)),
            "time" => time(self.median(|f| Some(f.seconds), less)),
            "overhead" => time(self.median(|f| Some(f.overhead()), less)),
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
