//! The goals of a search: their values, as their author wrote them.

use crate::fault::Fault;
use crate::formula;
use crate::item::Found;
use crate::study::{self, Study};
use crate::views::names::Remarks;
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::Dim;
use nasaic_dsl::value::Quantity;
use nasaic_search::Evaluated;

/// One goal of a study as views show it.
pub(super) struct Aim {
    /// Which of the goals it is.
    index: usize,
    /// `maximize accuracy`.
    pub text: String,
    /// `accuracy`.
    pub name: String,
    /// More or less.
    pub better: BetterWhen,
    /// What it measures.
    pub dim: Dim,
    /// The unit it is written in; empty for none.
    pub unit: String,
    /// What to say beside its name.
    pub remarks: Remarks,
}

impl Aim {
    /// The first goal of a study; what it measures shows in a design that one of the runs found.
    pub fn first<'a>(study: &Study, runs: impl IntoIterator<Item = &'a Found>) -> Self {
        match study.goals.first() {
            Some(goal) => Self::of(goal, 0, study, runs),
            // The rule by which a search without a goal ranks designs.
            None => Self {
                index: 0,
                text: "maximize the room to the tightest spec".into(),
                name: "room to the tightest spec".into(),
                better: BetterWhen::More,
                dim: Dim::NONE,
                unit: String::new(),
                remarks: Remarks::default(),
            },
        }
    }

    /// All goals of a study.
    pub fn all(study: &Study, runs: &[&Found]) -> Vec<Self> {
        let goals = study.goals.iter().enumerate();
        goals
            .map(|(index, goal)| Self::of(goal, index, study, runs.iter().copied()))
            .collect()
    }

    fn of<'a>(
        goal: &study::Goal,
        index: usize,
        study: &Study,
        runs: impl IntoIterator<Item = &'a Found>,
    ) -> Self {
        let mut remarks = Remarks::default();
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
            index,
            text: format!("{verb} {}", goal.text),
            name: goal.text.clone(),
            better: goal.better,
            dim,
            unit,
            remarks,
        }
    }

    /// The value of a design that meets all specs, in base units.
    pub fn value(&self, one: &Evaluated) -> Option<f64> {
        let outcome = one.outcome.as_ref().filter(|_| one.is_feasible())?;
        let value = self.turned(*outcome.objectives.get(self.index)?);
        value.is_finite().then_some(value)
    }

    /// A value from an objective, or back: objectives are larger when better.
    pub fn turned(&self, value: f64) -> f64 {
        match self.better {
            BetterWhen::More => value,
            BetterWhen::Less => -value,
        }
    }

    /// The best of a run, in base units; none when no design met all specs.
    pub fn best(&self, found: &Found) -> Option<f64> {
        self.value(&found.run.evaluated[found.run.best?])
    }

    /// A given value of the goal in base units.
    pub fn given(&self, q: &Quantity, study: &Study) -> Result<f64, Fault> {
        let alike = [Dim::TIME, Dim::CYCLES];
        if q.dim == self.dim || (alike.contains(&q.dim) && alike.contains(&self.dim)) {
            let unit = self.dim.base_unit();
            return Ok(formula::shown(q.clone(), &unit, study.platform.clock).value);
        }
        Err(
            Fault::new("E0305", format!("{q} is no value of `{}`", self.text))
                .hint(format!("give {}", self.dim)),
        )
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
