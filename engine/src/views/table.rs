//! `table`: rows with metrics as columns.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Entrant, Found, Item, LayerRows, Race};
use crate::study::Study;
use crate::table::{Cell, Head, Table};
use crate::views::columns::{self, Ask, Column};
use crate::views::{answers, rank, rows};
use nasaic_accuracy::Kind;
use nasaic_dsl::instance::INACTIVE;
use nasaic_dsl::units;
use nasaic_dsl::value::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most decisions in a table that does not name its columns.
const MOST_DECISIONS: usize = 6;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let of = call.subject()?;
    let mut notes = Vec::new();
    let asks = match call.columns("columns") {
        Some(exprs) => exprs.iter().map(|e| Ask::written(call, e)).collect(),
        None => usual(of, call.flag("all_decisions"), &mut notes)?,
    };
    let sheet = columns::read(of, &asks, call.scripts)?;
    let rows = sheet.labels.len();
    let cells = |row| sheet.columns.iter().map(|c| c.cell(row)).collect();
    notes.extend(sheet.columns.iter().filter_map(empty));
    let mut table = Table {
        title: String::new(),
        columns: sheet.columns.iter().map(Column::head).collect(),
        rows: (0..rows).map(cells).collect(),
        notes,
    };
    if let Some(names) = call.item("names") {
        name(&mut table, &texts(names))?;
    }
    say_which(&mut table, of, &sheet.labels);
    if let Item::Answers(answers) = of {
        answers::remark(&mut table, answers);
    }
    if let Item::Race(race) = of {
        compare(&mut table, race, call.flag("rank_test"));
    }
    Ok(Item::Table(Arc::new(table)))
}

/// A note on a column without any value.
fn empty(column: &Column) -> Option<String> {
    let nothing = !column.values.is_empty() && column.values.iter().all(Option::is_none);
    nothing.then(|| format!("`{}` has no value in any of these rows.", column.name))
}

/// The columns of a table that does not name them.
pub(super) fn usual(
    of: &Item,
    all: bool,
    notes: &mut Vec<String>,
) -> Result<Vec<Ask<'static>>, Fault> {
    Ok(match of {
        Item::Layers(layers) => metrics(&of_layers(layers)),
        Item::Race(race) => of_race(race),
        Item::Answers(answers) => metrics(answers::usual(answers)),
        Item::List(items)
            if matches!(
                items.first(),
                Some(Item::Layers(_) | Item::Race(_) | Item::Answers(_))
            ) =>
        {
            usual(&items[0], all, notes)?
        }
        _ => of_designs(of, all, notes)?,
    })
}

fn metrics(names: &[&str]) -> Vec<Ask<'static>> {
    names.iter().map(|name| Ask::metric(name)).collect()
}

/// What the benchmark protocol reports of each strategy.
fn of_race(race: &Race) -> Vec<Ask<'static>> {
    let front = race.study.goals.len() > 1 && !race.study.lexicographic;
    let mut names = vec!["strategy", "best", "best_q1", "best_q3"];
    names.extend(front.then_some("hypervolume"));
    names.extend([
        "satisfaction",
        "first_feasible",
        "evaluations",
        "trained",
        "overhead",
    ]);
    metrics(&names)
}

fn of_layers(layers: &LayerRows) -> Vec<&'static str> {
    if !layers.costed {
        return vec!["layer", "kind", "shape", "macs", "params"];
    }
    let subs: BTreeSet<&str> = layers
        .rows
        .iter()
        .map(|r| r.sub.as_str())
        .filter(|s| !s.is_empty())
        .collect();
    let energy = layers
        .rows
        .iter()
        .any(|r| r.cost.is_some_and(|c| c.energy.is_some()));
    let mut names = vec!["layer", "kind"];
    names.extend((subs.len() > 1).then_some("sub"));
    names.extend(["macs", "cycles", "latency"]);
    names.extend(energy.then_some("energy"));
    names.extend(["utilization", "dram", "bound"]);
    let searched = layers.rows.iter().any(|r| r.mapping.is_some());
    names.extend(searched.then_some("mapping"));
    names
}

/// The decisions in which the designs differ, then the metrics that are known of them.
fn of_designs(of: &Item, all: bool, notes: &mut Vec<String>) -> Result<Vec<Ask<'static>>, Fault> {
    let mut differing = Differing::default();
    let (mut energy, mut area, mut specs) = (false, false, false);
    let (mut accuracy, mut score) = (false, false);
    let (mut pipelined, mut fpga) = (false, false);
    of.each_design(&mut |e| {
        differing.see(&e.study, &e.choices);
        energy |= e.priced.metrics.energy.is_some();
        area |= e.priced.metrics.area.is_some();
        pipelined |= e.priced.stages.is_some();
        fpga |= e.priced.metrics.fpga.is_some();
        let mut found = e.accuracies.iter().flatten();
        accuracy |= found.clone().next().is_some();
        score |= found.any(|a| a.kind == Kind::Proxy);
        specs |= !e.study.specs.is_empty();
        Ok(())
    })?;
    let mut asks = differing.asks();
    let more = asks.len().saturating_sub(MOST_DECISIONS);
    if more > 0 && !all {
        asks.truncate(MOST_DECISIONS);
        notes.push(format!(
            "The designs differ in {more} more decisions; name those of interest in `columns`."
        ));
    }
    let (accuracy, score) = (accuracy && !score, accuracy && score);
    let known = [
        ("latency", true),
        ("throughput", pipelined),
        ("dsp", fpga),
        ("bram", fpga),
        ("energy", energy),
        ("area", area),
        ("accuracy", accuracy),
        ("score", score),
        ("satisfied", specs),
    ];
    asks.extend(known.into_iter().filter(|k| k.1).map(|k| Ask::metric(k.0)));
    Ok(asks)
}

/// Which decisions of a space have more than one value among its designs.
#[derive(Default)]
struct Differing {
    study: Option<Arc<Study>>,
    first: Vec<u32>,
    differ: Vec<bool>,
}

impl Differing {
    /// Compares a design with the first one; designs of other spaces have other decisions.
    fn see(&mut self, study: &Arc<Study>, choices: &[u32]) {
        let Some(known) = &self.study else {
            self.study = Some(Arc::clone(study));
            self.first = choices.to_vec();
            self.differ = vec![false; choices.len()];
            return;
        };
        if Arc::ptr_eq(known, study) {
            let pairs = self.first.iter().zip(choices);
            for (differ, (a, b)) in self.differ.iter_mut().zip(pairs) {
                *differ |= a != b && *b != INACTIVE;
            }
        }
    }

    fn asks(&self) -> Vec<Ask<'static>> {
        let Some(study) = &self.study else {
            return Vec::new();
        };
        let prefix = format!("{}.", study.name);
        let decisions = study.instance.decisions.iter().zip(&self.differ);
        let paths = decisions
            .filter(|(_, differ)| **differ)
            .map(|(d, _)| d.path.as_str());
        paths
            .map(|path| Ask::path(path.strip_prefix(&prefix).unwrap_or(path), path))
            .collect()
    }
}

fn texts(item: &Item) -> Vec<String> {
    match item {
        Item::List(items) => items.iter().flat_map(texts).collect(),
        Item::Value(Value::List(values)) => values
            .iter()
            .flat_map(|v| texts(&Item::Value(v.clone())))
            .collect(),
        Item::Value(Value::Text(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Puts names before the rows.
fn name(table: &mut Table, names: &[String]) -> Result<(), Fault> {
    if names.len() != table.rows.len() {
        let title = format!("{} names for {} rows", names.len(), table.rows.len());
        return Err(Fault::new("E0305", title).hint("give one name for each row"));
    }
    table.columns.insert(0, Head::plain("name"));
    for (row, name) in table.rows.iter_mut().zip(names) {
        row.insert(0, Cell::text(name));
    }
    Ok(())
}

/// Rows that have a name are told apart by it, whatever columns were asked for.
fn say_which(table: &mut Table, of: &Item, labels: &[String]) {
    let head = match of {
        Item::Race(_) | Item::Answers(_) => "strategy",
        Item::Layers(_) => "layer",
        _ => return,
    };
    if table
        .columns
        .iter()
        .any(|c| c.name == head || c.name == "name")
    {
        return;
    }
    table.columns.insert(0, Head::plain(head));
    for (row, label) in table.rows.iter_mut().zip(labels) {
        row.insert(0, Cell::text(label));
    }
}

/// Says what the best of a comparison is, and whether its differences may be chance.
fn compare(table: &mut Table, race: &Race, rank_test: bool) {
    let goal = rows::first_goal(race);
    // What the goal is worth is said once, beside its median.
    for head in &mut table.columns {
        if let Some((quartile @ ("best_q1" | "best_q3"), _)) = head.name.split_once(' ') {
            head.name = quartile.to_owned();
        }
    }
    table.notes.push(format!(
        "best: the median over the seeds of {}.",
        goal.remarks.on(&goal.text)
    ));
    let runs = race.entrants.iter().flat_map(|e| &e.runs);
    let without = runs.clone().filter(|run| goal.best(run).is_none()).count();
    if without > 0 {
        let all = runs.count();
        table.notes.push(format!(
            "{without} of {all} runs met the specs with no design and count as worst."
        ));
    }
    notes_on_budget(table, race);
    if rank_test {
        // Larger is better here, and a seed that found nothing is worse than all.
        let merit = |run: &Arc<Found>| goal.best(run).map_or(f64::NEG_INFINITY, |v| goal.turned(v));
        let sample = |e: &Entrant| e.runs.iter().map(merit).collect();
        let samples: Vec<Vec<f64>> = race.entrants.iter().map(sample).collect();
        rank::add_column(table, race, &samples);
    }
}

/// Says which of the two kinds of evaluations was made equal.
fn notes_on_budget(table: &mut Table, race: &Race) {
    let seeds = race.seeds.len();
    table.notes.push(match race.evaluations {
        Some(most) => format!(
            "{seeds} seeds, the same for all. Each run may evaluate the hardware of {} distinct designs \
             (evaluations); accuracies (trained) are counted and not made equal.",
            units::number(most as f64)
        ),
        None => format!(
            "{seeds} seeds, the same for all. Each strategy ends by its own rule: evaluations differ."
        ),
    });
}
