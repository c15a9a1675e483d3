//! `schedule`: which layer runs when on which sub-accelerator.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::views::units as suited;
use crate::views::work;
use nasaic_dsl::units::{Dim, number};
use nasaic_plot::{Axis, Figure, Gantt, GanttEntry};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    let works = work::all(&evaluation)?;
    let time = Time::of(&evaluation);
    let entries = works.iter().map(|work| GanttEntry {
        lane: work.entry.sub,
        start: time.of_cycles(work.entry.start),
        end: time.of_cycles(work.entry.end),
        group: work.task.to_owned(),
        label: tail(work.path),
    });
    let specs = evaluation.study.specs.iter();
    let deadline = specs
        .filter_map(|s| s.deadline(evaluation.study.platform.clock))
        .min();
    let chart = Gantt {
        time: Axis::new("time").unit(suited::typeset(&time.unit)),
        lanes: lanes(&evaluation),
        entries: entries.collect(),
        deadline: deadline.map(|cycles| time.of_cycles(cycles)),
    };
    let cycles = evaluation.priced.metrics.cycles;
    let caption = format!(
        "{} layers in {} cycles{}{}.",
        works.len(),
        number(cycles as f64),
        match deadline {
            Some(d) if d < cycles => ", after the deadline",
            Some(_) => ", within the deadline",
            None => "",
        },
        evaluation
            .priced
            .certainty
            .map_or(String::new(), |known| format!("; {known}"))
    );
    Ok(Item::Figure(Arc::new(
        Figure::new("Schedule", chart).caption(caption),
    )))
}

/// The last two parts of a path, short enough for a box: `up[0].conv1`.
fn tail(path: &str) -> String {
    let mut parts: Vec<&str> = path.rsplitn(3, '.').take(2).collect();
    parts.reverse();
    parts.join(".")
}

/// The sub-accelerators with what they are, absent ones included.
fn lanes(e: &Evaluation) -> Vec<String> {
    let subs = e.study.subs.iter().zip(&e.priced.arrays);
    subs.map(|(label, array)| match array {
        Some(array) => format!("{label} ({})", array.sub.dataflow_name),
        None => format!("{label} (absent)"),
    })
    .collect()
}

/// The unit of the time axis.
struct Time {
    unit: String,
    /// Units per cycle.
    per_cycle: f64,
}

impl Time {
    /// Cycles where a spec is written in them, else a unit of time that suits the whole.
    fn of(e: &Evaluation) -> Self {
        let limits = e.study.specs.iter().filter_map(|s| s.simple());
        let in_cycles = limits
            .into_iter()
            .any(|(metric, _, q)| metric == "latency" && q.dim == Dim::CYCLES);
        if in_cycles {
            return Self {
                unit: "cycles".into(),
                per_cycle: 1.0,
            };
        }
        let (unit, scale) = suited::suiting([e.priced.metrics.latency], Dim::TIME);
        Self {
            unit,
            per_cycle: scale.from_base(1.0 / e.study.platform.clock),
        }
    }

    fn of_cycles(&self, cycles: u64) -> f64 {
        cycles as f64 * self.per_cycle
    }
}
