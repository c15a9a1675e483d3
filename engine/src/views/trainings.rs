//! `trainings`: what each network reached with each seed, as a file that `table(…)` reads.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Evaluation, Item};
use crate::study::Network;
use crate::table::{Cell, Head, Table};
use nasaic_dsl::instance::INACTIVE;
use nasaic_dsl::value::Value;
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let tested = matches!(call.item("samples"), Some(Item::Value(Value::Name(n))) if n == "test");
    let mut sheet: Option<Sheet> = None;
    call.subject()?.each_design(&mut |e| {
        if sheet.is_none() {
            sheet = Some(Sheet::of(e, call.text("task"), tested)?);
        }
        sheet.iter_mut().for_each(|sheet| sheet.meet(e));
        Ok(())
    })?;
    let trained = sheet.filter(|sheet| !sheet.table.rows.is_empty());
    let Some(sheet) = trained else {
        let none = Fault::new("E0805", "none of these designs was trained to its end");
        return Err(none.hint("only what meets the hardware specs is trained, and rungs stop some"));
    };
    Ok(Item::Table(Arc::new(sheet.table)))
}

/// The task of this label, or else the first one that is trained.
pub(super) fn trained_task(e: &Evaluation, wanted: Option<&str>) -> Result<usize, Fault> {
    let trained = || e.study.trainings().map(|(task, _)| task);
    let label = |task: usize| e.study.tasks[task].label.as_str();
    let task = match wanted {
        None => trained().next(),
        Some(wanted) => trained().find(|task| label(*task) == wanted),
    };
    task.ok_or_else(|| {
        let title = match wanted {
            Some(wanted) => format!("no task `{wanted}` is trained here"),
            None => "nothing is trained here".to_owned(),
        };
        let all: Vec<&str> = trained().map(label).collect();
        let hint = match all.as_slice() {
            [] => "give a task `accuracy = trained { … }`".to_owned(),
            all => format!("trained are {}", all.join(", ")),
        };
        Fault::new("E0805", title).hint(hint)
    })
}

/// A row for each distinct network of a task.
struct Sheet {
    task: usize,
    tested: bool,
    /// Places of the decisions that make the network, among those of the space.
    decisions: Vec<usize>,
    met: Vec<Arc<Network>>,
    table: Table,
}

impl Sheet {
    fn of(e: &Evaluation, wanted: Option<&str>, tested: bool) -> Result<Self, Fault> {
        let task = trained_task(e, wanted)?;
        let decisions = e.study.task_decisions(task).to_vec();
        let own = format!("{}.", e.study.tasks[task].label);
        let path = |d: &usize| {
            let path = e.study.instance.decisions[*d].path.as_str();
            Head::plain(path.split_once(&own).map_or(path, |(_, within)| within))
        };
        let training = e.study.trainings().find(|(t, _)| *t == task);
        let seeds = training.map_or(0, |(_, training)| training.seeds);
        let mut columns: Vec<Head> = decisions.iter().map(path).collect();
        columns.extend((1..=seeds).map(|seed| Head::plain(format!("seed_{seed}"))));
        let samples = if tested {
            "test samples"
        } else {
            "what was held out"
        };
        let title = training.map_or(String::new(), |(_, t)| {
            format!("{} on {samples}: {}", e.study.tasks[task].metric, t.name())
        });
        Ok(Self {
            task,
            tested,
            decisions,
            met: Vec::new(),
            table: Table {
                title,
                columns,
                ..Table::default()
            },
        })
    }

    /// A row for the network of a design, if it is new and was trained to its end.
    fn meet(&mut self, e: &Evaluation) {
        let network = &e.priced.networks[self.task];
        if self.met.iter().any(|n| Arc::ptr_eq(n, network)) {
            return;
        }
        self.met.push(Arc::clone(network));
        let trials = network.trials.to_the_end();
        let scores: Option<Vec<f64>> = trials
            .iter()
            .map(|t| {
                if self.tested {
                    t.test
                } else {
                    Some(t.validation)
                }
            })
            .collect();
        let Some(scores) = scores.filter(|scores| !scores.is_empty()) else {
            return;
        };
        let chosen = self.decisions.iter().map(|d| chosen(e, *d));
        self.table
            .rows
            .push(chosen.chain(scores.into_iter().map(Cell::Number)).collect());
    }
}

/// The value of a decision as a cell; nothing where it does not matter.
fn chosen(e: &Evaluation, decision: usize) -> Cell {
    let all = &e.study.instance.decisions;
    let value = (e.choices.get(decision).zip(all.get(decision)))
        .filter(|(choice, _)| **choice != INACTIVE)
        .map(|(choice, decision)| decision.domain.get(*choice as usize));
    match value {
        None => Cell::Missing,
        Some(value) => cell(&value),
    }
}

/// Numbers as numbers, a list of one as its only value.
fn cell(value: &Value) -> Cell {
    match value {
        Value::List(items) if items.len() == 1 => cell(&items[0]),
        Value::Quantity(q) => Cell::Number(q.number()),
        other => Cell::text(other.to_string()),
    }
}
