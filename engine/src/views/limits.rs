//! Specs as lines across a plane.

use crate::study::Study;
use crate::views::columns::{Ask, Column};
use crate::views::sense;
use nasaic_dsl::plan::{ExprKind, Operator};
use nasaic_plot::{Bound, Direction, Limit};

/// The specs of a study whose metric is what an axis shows.
pub(super) fn along(axis: Direction, ask: &Ask<'_>, column: &Column, study: &Study) -> Vec<Limit> {
    let ExprKind::Metric(shown) = &sense::without_unit(&ask.expr).kind else {
        return Vec::new();
    };
    // Cycles are the latency in another unit.
    let same = |m: &str| time(m) == time(shown);
    let specs = study
        .specs
        .iter()
        .filter_map(|spec| Some((&spec.text, spec.simple()?)));
    specs
        .filter(|(_, (metric, ..))| same(metric))
        .map(|(text, (_, op, limit))| Limit {
            axis,
            value: column.convert(limit),
            label: text.clone(),
            bound: Some(match op {
                Operator::Le | Operator::Lt => Bound::AtMost,
                _ => Bound::AtLeast,
            }),
        })
        .collect()
}

fn time(metric: &str) -> &str {
    if metric == "cycles" {
        "latency"
    } else {
        metric
    }
}
