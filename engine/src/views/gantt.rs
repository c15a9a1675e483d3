//! `schedule`: which layer runs when on which sub-accelerator; of a pipeline, which input is in which
//! stage.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::study::Stages;
use crate::views::units as suited;
use crate::views::work;
use nasaic_dsl::units::{Dim, number};
use nasaic_plot::{Axis, Figure, Gantt, GanttEntry};
use nasaic_search::Stage;
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    if let Some(stages) = &evaluation.priced.stages {
        return Ok(Item::Figure(Arc::new(pipeline(&evaluation, stages))));
    }
    let works = work::all(&evaluation)?;
    let time = Time::of(&evaluation, evaluation.priced.metrics.latency);
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

/// Inputs that follow each other through the stages: as many as there are stages, and one more.
fn pipeline(e: &Evaluation, stages: &Stages) -> Figure {
    let all = &stages.pipeline.stages;
    let inputs = all.len() + 1;
    let last = stages.pipeline.latency() + inputs as u64 * stages.pipeline.period;
    let time = Time::of(e, last as f64 / e.study.platform.clock);
    let mut free = vec![0; all.len()];
    let mut entries = Vec::new();
    for input in 1..=inputs {
        let mut ready = 0;
        for (stage, free) in all.iter().zip(&mut free) {
            let start = (*free).max(ready + stage.transfer);
            let end = start + stage.cycles;
            (*free, ready) = (end, end);
            entries.push(GanttEntry {
                lane: stage.device,
                start: time.of_cycles(start),
                end: time.of_cycles(end),
                group: format!("input {input}"),
                label: layers_of(stage),
            });
        }
    }
    let chart = Gantt {
        time: Axis::new("time").unit(suited::typeset(&time.unit)),
        lanes: lanes(e),
        entries,
        deadline: None,
    };
    let slowest = all.iter().max_by_key(|stage| stage.cycles);
    let slowest = slowest.map_or("", |stage| e.study.subs[stage.device].as_str());
    let caption = format!(
        "{} stages, a result in every {} cycles; the slowest stage is `{slowest}`, and the stages are \
         busy for {} % of the time. Boxes say which layers they are.",
        all.len(),
        number(stages.pipeline.period as f64),
        number(libm::round(100.0 * stages.pipeline.utilization()))
    );
    Figure::new("Pipeline", chart).caption(caption)
}

/// The layers of a stage, counted from 1.
fn layers_of(stage: &Stage) -> String {
    match stage.end - stage.first {
        1 => stage.end.to_string(),
        _ => format!("{}–{}", stage.first + 1, stage.end),
    }
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
    ///
    /// `whole` is in seconds.
    fn of(e: &Evaluation, whole: f64) -> Self {
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
        let (unit, scale) = suited::suiting([whole], Dim::TIME);
        Self {
            unit,
            per_cycle: scale.from_base(1.0 / e.study.platform.clock),
        }
    }

    fn of_cycles(&self, cycles: u64) -> f64 {
        cycles as f64 * self.per_cycle
    }
}
