//! Each metric before and after.

use super::Names;
use crate::formula::Names as _;
use crate::item::Evaluation;
use crate::table::{Cell, Head, Table};
use crate::views::names::{Remarks, is_energy};
use crate::views::units::suiting;
use nasaic_dsl::functions::{Subject, Type, columns};
use nasaic_dsl::units::{Dim, Scale, number, parse};
use nasaic_dsl::value::Value;

/// A metric of both results.
pub(super) struct Metric {
    /// As the language calls it.
    pub name: &'static str,
    /// With what must be said of it.
    label: String,
    dim: Dim,
    before: f64,
    after: f64,
    /// Whether it counts activity instead of joules, in one of the results at least.
    activity: bool,
    /// Whether it means the same in both.
    comparable: bool,
}

/// The metrics that both results have, in the order of the manual.
pub(super) fn metrics(before: &Evaluation, after: &Evaluation) -> Vec<Metric> {
    let has_specs = !before.study.specs.is_empty() || !after.study.specs.is_empty();
    // Elsewhere it says what the latency says.
    let pipelined = before.priced.stages.is_some() || after.priced.stages.is_some();
    let all = columns(&Type::Result(Subject::default()));
    all.iter()
        .filter(|column| column.name != "violation" || has_specs)
        .filter(|column| column.name != "throughput" || pipelined)
        .filter_map(|column| match column.ty {
            Type::Quantity(dim) => metric(column.name, dim, before, after),
            _ => None,
        })
        .collect()
}

fn metric(name: &'static str, dim: Dim, before: &Evaluation, after: &Evaluation) -> Option<Metric> {
    let value = |e: &Evaluation| match e.sight().metric(name)? {
        Value::Quantity(q) => Some(q.value),
        _ => None,
    };
    let mut remarks = Remarks::default();
    remarks.see_metric(name, &before.study);
    remarks.see_metric(name, &after.study);
    let same_energy = before.study.in_joules() == after.study.in_joules();
    Some(Metric {
        name,
        label: remarks.on(name),
        dim,
        before: value(before)?,
        after: value(after)?,
        activity: remarks.is_activity(),
        comparable: same_energy || !is_energy(name),
    })
}

impl Metric {
    /// `latency down by a factor of 1.9`, `area unchanged`.
    pub fn in_words(&self) -> String {
        let Some(ratio) = self.ratio() else {
            return format!("{} not comparable", self.label);
        };
        let round = |x: f64| number(libm::round(x * 100.0) / 100.0);
        let change = match ratio {
            1.0 => "unchanged".to_owned(),
            r if r >= 1.5 => format!("up by a factor of {}", round(r)),
            r if r > 1.0 => format!("up by {} %", round(100.0 * (r - 1.0))),
            r if r > 2.0 / 3.0 => format!("down by {} %", round(100.0 * (1.0 - r))),
            r => format!("down by a factor of {}", round(1.0 / r)),
        };
        format!("{} {change}", self.label)
    }

    /// After ÷ before, where that means something.
    fn ratio(&self) -> Option<f64> {
        let ratio = self.after / self.before;
        Some(ratio).filter(|r| self.comparable && r.is_finite() && *r > 0.0)
    }

    /// One unit for both numbers; activity keeps the one that its source labels it with.
    fn unit(&self) -> (String, Scale) {
        match parse("nJ").filter(|nj| self.activity && nj.dim == self.dim) {
            Some(scale) => ("nJ".into(), scale),
            None => suiting([self.before, self.after], self.dim),
        }
    }
}

/// The metrics in columns.
pub(super) fn table(metrics: &[Metric], [old, new]: &Names) -> Table {
    let row = |metric: &Metric| {
        let (unit, scale) = metric.unit();
        vec![
            Cell::text(&metric.label),
            Cell::Number(scale.from_base(metric.before)),
            Cell::Number(scale.from_base(metric.after)),
            Cell::text(unit),
            metric.ratio().map_or(Cell::Missing, Cell::Number),
        ]
    };
    let mixed =
        "One result counts activity and the other joules: their energies cannot be compared.";
    let is_mixed = metrics.iter().any(|m| !m.comparable);
    Table {
        title: "Metrics".into(),
        columns: ["metric", old, new, "unit", &format!("{new} ÷ {old}")]
            .map(Head::plain)
            .to_vec(),
        rows: metrics.iter().map(row).collect(),
        notes: is_mixed.then(|| mixed.to_owned()).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_in_the_words_that_suit_their_size() {
        let words = |before, after, comparable| {
            let metric = Metric {
                name: "energy",
                label: "energy".into(),
                dim: Dim::ENERGY,
                before,
                after,
                activity: false,
                comparable,
            };
            metric.in_words()
        };
        assert_eq!(words(2.0, 2.0, true), "energy unchanged");
        assert_eq!(words(2.0, 3.8, true), "energy up by a factor of 1.9");
        assert_eq!(words(2.0, 2.1, true), "energy up by 5 %");
        assert_eq!(words(2.0, 1.8, true), "energy down by 10 %");
        assert_eq!(words(2.0, 0.5, true), "energy down by a factor of 4");
        assert_eq!(words(0.0, 0.5, true), "energy not comparable");
        assert_eq!(words(2.0, 2.0, false), "energy not comparable");
    }
}
