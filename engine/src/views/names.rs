//! What a column or axis must say beside its name: what its accuracies and energies are worth.

use crate::study::Study;
use crate::views::units;
use nasaic_accuracy::Kind;
use nasaic_dsl::plan::{Expr, ExprKind};
use nasaic_plot::Axis;
use std::collections::BTreeSet;

/// Remarks on an expression, gathered from the studies of its rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Remarks {
    kinds: BTreeSet<Kind>,
    activity: bool,
}

impl Remarks {
    /// What must be said of energies in a study.
    pub fn of_energy(study: &Study) -> Self {
        Self {
            activity: !study.in_joules(),
            ..Self::default()
        }
    }

    /// Gathers what the metrics of an expression are in a study.
    pub fn see(&mut self, expr: &Expr, study: &Study) {
        expr.walk(&mut |e| {
            if let ExprKind::Metric(name) = &e.kind {
                self.see_metric(name, study);
            }
        });
    }

    /// Gathers what a metric is in a study.
    pub fn see_metric(&mut self, name: &str, study: &Study) {
        let (task, metric) = name
            .rsplit_once('.')
            .map_or((None, name), |(t, m)| (Some(t), m));
        match metric {
            "accuracy" | "score" => {
                let named = study
                    .tasks
                    .iter()
                    .filter(|t| task.is_none_or(|l| t.label == l));
                self.kinds
                    .extend(named.filter_map(|t| Some(t.source.as_ref()?.kind)));
            }
            // The first goal of a comparison.
            "best" | "best_q1" | "best_q3" => {
                for goal in study.goals.iter().take(1) {
                    self.see(&goal.expr, study);
                }
            }
            _ => self.activity |= is_energy(metric) && !study.in_joules(),
        }
    }

    /// Whether energies in it are activity counts.
    pub fn is_activity(&self) -> bool {
        self.activity
    }

    /// The name with its remarks: `accuracy (illustrative surrogate)`, `energy (activity)`.
    pub fn on(&self, name: &str) -> String {
        self.noted(name, self.activity)
    }

    /// The axis of a quantity; activity is said beside the unit, because `nJ` alone would turn
    /// into joules where a picture writes large numbers.
    pub fn axis(&self, name: &str, unit: &str) -> Axis {
        if unit.is_empty() {
            return Axis::new(self.on(name));
        }
        let remark = if self.activity { ", activity" } else { "" };
        Axis::new(self.noted(name, false)).unit(format!("{}{remark}", units::typeset(unit)))
    }

    fn noted(&self, name: &str, activity: bool) -> String {
        let kinds = self.kinds.iter().map(|k| k.label());
        let remarks: Vec<&str> = kinds.chain(activity.then_some("activity")).collect();
        if remarks.is_empty() {
            name.to_owned()
        } else {
            format!("{name} ({})", remarks.join(", "))
        }
    }
}

/// Whether a metric is an energy or made from one.
pub(super) fn is_energy(metric: &str) -> bool {
    matches!(metric, "energy" | "edp" | "power")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_kinds_are_all_named() {
        let mut remarks = Remarks {
            kinds: BTreeSet::from([Kind::Table, Kind::Surrogate]),
            activity: false,
        };
        assert_eq!(
            remarks.on("accuracy"),
            "accuracy (illustrative surrogate, table)"
        );
        remarks.kinds.clear();
        assert_eq!(remarks.on("latency"), "latency");
        remarks.activity = true;
        assert_eq!(remarks.on("energy"), "energy (activity)");
        assert_eq!(
            remarks.axis("energy", "nJ"),
            Axis::new("energy").unit("nJ, activity")
        );
    }
}
