//! The first goal of a search: its best values, as its author wrote the goal.

use crate::formula;
use crate::item::Found;
use crate::study::Study;
use crate::views::names::Remarks;
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::Quantity;
use nasaic_search::Evaluated;

/// The first goal of a study.
pub(super) struct FirstGoal {
    /// `maximize accuracy`.
    pub text: String,
    /// More or less.
    pub better: BetterWhen,
    /// What it measures.
    pub dim: Dim,
    /// The unit it is written in; empty for none.
    pub unit: String,
    /// What to say beside its name.
    pub remarks: Remarks,
}

impl FirstGoal {
    /// The goal of a study; what it measures shows in a design that one of the runs found.
    pub fn of<'a>(study: &Study, runs: impl IntoIterator<Item = &'a Found>) -> Self {
        let mut remarks = Remarks::default();
        let Some(goal) = study.goals.first() else {
            // The rule by which a search without a goal ranks designs.
            let text = "maximize the room to the tightest spec".into();
            return Self {
                text,
                better: BetterWhen::More,
                dim: Dim::NONE,
                unit: String::new(),
                remarks,
            };
        };
        remarks.see(&goal.expr, study);
        let example = runs.into_iter().find_map(|found| {
            let best = found.best()?.ok()?;
            formula::quantity(&goal.expr, &best.sight(), &study.scripts).ok()
        });
        let Quantity { dim, unit, .. } = example.unwrap_or_else(|| Quantity::plain(0.0));
        let verb = match goal.better {
            BetterWhen::More => "maximize",
            BetterWhen::Less => "minimize",
        };
        Self {
            text: format!("{verb} {}", goal.text),
            better: goal.better,
            dim,
            unit,
            remarks,
        }
    }

    /// The value of a design that meets all specs, in base units.
    pub fn value(&self, one: &Evaluated) -> Option<f64> {
        let score = *one
            .outcome
            .as_ref()
            .filter(|_| one.is_feasible())?
            .objectives
            .first()?;
        // Objectives are larger when better.
        let value = match self.better {
            BetterWhen::More => score,
            BetterWhen::Less => -score,
        };
        value.is_finite().then_some(value)
    }

    /// The best of a run, in base units; none when no design met all specs.
    pub fn best(&self, found: &Found) -> Option<f64> {
        self.value(&found.run.evaluated[found.run.best?])
    }

    /// A value with its dimension.
    pub fn quantity(&self, value: f64) -> Quantity {
        Quantity {
            value,
            dim: self.dim,
            unit: self.unit.clone(),
        }
    }
}
