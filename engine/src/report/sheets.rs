//! Reports with the same as tables, for pages: units in the heads, one thing a row.

use super::{
    MOST_ENTRIES, beforehand, counts, decided, entries, has_front, is_scheduled, judged, load,
    of_evaluation, of_search, of_size, remarks, round1, share_satisfied, shared, trained, verdict,
};
use crate::item::{Evaluation, Found, Size};
use crate::sink::Part;
use crate::table::{Cell, Head, Table};
use nasaic_dsl::units::{self, Dim};
use nasaic_dsl::value::Quantity;

/// One evaluated design.
pub fn evaluation(e: &Evaluation) -> Part {
    let all = [
        specs(e),
        Some(metrics(e)),
        accuracies(e),
        Some(networks(e)),
        Some(arrays(e)),
        schedule(e),
    ];
    Part::Report {
        lines: of_evaluation(e),
        tables: all.into_iter().flatten().collect(),
    }
}

/// A search: what it did.
pub fn search(found: &Found) -> Part {
    let lines = of_search(found);
    if found.proof.is_some() {
        // A proof is sentences.
        return Part::Text(lines);
    }
    let c = &found.run.counts;
    let mut columns = vec![
        counted("designs", c.hardware as f64),
        counted("networks with accuracy", c.accuracy as f64),
        counted("never trained", c.pruned as f64),
        counted("repeated proposals", c.duplicates as f64),
        counted(
            "meet the hardware specs",
            found.within_hardware_specs() as f64,
        ),
        percent("of the designs", share_satisfied(found)),
    ];
    if has_front(found) {
        columns.push(counted("on the Pareto front", found.run.front.len() as f64));
    }
    let title = format!(
        "{} ({}, seed {})",
        found.strategy, found.algorithm, found.seed
    );
    let mut table = one_row(title, columns);
    table.notes = beforehand(found)
        .into_iter()
        .chain(remarks(found))
        .collect();
    let tables = vec![table];
    Part::Report { lines, tables }
}

/// The size of a space.
pub fn size(size: &Size) -> Part {
    let title = format!("{}: {} decisions", size.of, size.decisions.len());
    let all = counts(size);
    let sizes = Table {
        title,
        columns: all.iter().map(|(what, _)| Head::plain(*what)).collect(),
        rows: vec![all.into_iter().map(|(_, n)| Cell::Text(n)).collect()],
        ..Table::default()
    };
    let row = |(path, domain, count): &(String, String, usize)| {
        let count = Cell::Number(*count as f64);
        vec![Cell::text(path), count, Cell::text(domain)]
    };
    let decisions = Table {
        columns: ["decision", "values", "domain"].map(Head::plain).into(),
        rows: size.decisions.iter().map(row).collect(),
        ..Table::default()
    };
    Part::Report {
        lines: of_size(size),
        tables: vec![sizes, decisions],
    }
}

fn specs(e: &Evaluation) -> Option<Table> {
    let results = judged(e);
    let shown = |q: &Option<Quantity>| {
        let text = q.as_ref().map(|q| Cell::Text(q.to_string()));
        text.unwrap_or(Cell::Missing)
    };
    let row = |r: &super::SpecResult| {
        let sign = if r.met { "✓" } else { "✗" };
        let room = r
            .margin
            .map_or(Cell::Missing, |m| Cell::Number(round1(100.0 * m)));
        vec![Cell::text(sign), Cell::text(&r.text), shown(&r.value), room]
    };
    (!results.is_empty()).then(|| Table {
        title: verdict(&results),
        columns: vec![
            Head::plain(""),
            Head::plain("spec"),
            Head::plain("value"),
            Head::new("room", "%"),
        ],
        rows: results.iter().map(row).collect(),
        ..Table::default()
    })
}

fn metrics(e: &Evaluation) -> Table {
    let m = &e.priced.metrics;
    let mut columns = vec![
        measured("latency", m.latency, Dim::TIME),
        counted("cycles", m.cycles as f64),
    ];
    match m.energy {
        Some(energy) if e.study.in_joules() => {
            columns.push(measured("energy", energy, Dim::ENERGY));
            if m.latency > 0.0 {
                columns.push(measured("power", energy / m.latency, Dim::POWER));
            }
        }
        Some(energy) => {
            let head = Head::new("energy", "nJ, activity count");
            columns.push((head, Cell::Number(energy * 1e9)));
        }
        None => {}
    }
    columns.extend(m.area.map(|area| measured("area", area, Dim::AREA)));
    columns.push(percent("utilization", 100.0 * m.utilization));
    one_row(String::new(), columns)
}

fn accuracies(e: &Evaluation) -> Option<Table> {
    let mut rows = Vec::new();
    for (task, accuracy) in e.study.tasks.iter().zip(&e.accuracies) {
        let (Some(a), Some(source)) = (accuracy, &task.source) else {
            continue;
        };
        let mut about = vec![source.name().to_owned()];
        about.extend(trained(a, source));
        rows.push(vec![
            Cell::text(&task.label),
            Cell::text(&task.metric),
            Cell::Number(a.value),
            a.uncertainty.map_or(Cell::Missing, Cell::Number),
            Cell::text(a.kind.label()),
            Cell::Text(about.join(" · ")),
        ]);
    }
    let columns = ["task", "metric", "accuracy", "±", "kind", "source"];
    table(&columns.map(Head::plain), rows)
}

fn networks(e: &Evaluation) -> Table {
    let tasks = e.study.tasks.iter().zip(&e.priced.networks);
    let row = |(task, network): (&crate::study::Task, &std::sync::Arc<crate::study::Network>)| {
        vec![
            Cell::text(&task.label),
            Cell::Number(network.computing.len() as f64),
            Cell::Number(network.macs as f64),
            Cell::Number(network.params as f64),
            Cell::Text(decided(e, &task.label).join(", ")),
        ]
    };
    let mut columns = vec!["network", "layers", "MACs", "parameters", "decisions"];
    let mut rows: Vec<Vec<Cell>> = tasks.map(row).collect();
    if rows.iter().all(|row| row.last() == Some(&Cell::text(""))) {
        columns.pop();
        rows.iter_mut().for_each(|row| row.truncate(columns.len()));
    }
    let shared = shared(e);
    Table {
        columns: columns.into_iter().map(Head::plain).collect(),
        rows,
        notes: match shared.is_empty() {
            true => Vec::new(),
            false => vec![format!("shared: {}", shared.join(", "))],
        },
        ..Table::default()
    }
}

fn arrays(e: &Evaluation) -> Table {
    let all = || e.priced.arrays.iter().flatten();
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let widest = largest(&mut all().map(|a| a.sub.bandwidth));
    let bandwidth = units::pretty_unit(widest, Dim::BANDWIDTH);
    let area = units::pretty_unit(largest(&mut all().map(|a| a.area * 1e-12)), Dim::AREA);
    let row = |(i, label): (usize, &String)| {
        let Some(array) = &e.priced.arrays[i] else {
            let mut cells = vec![Cell::text(label), Cell::text("absent")];
            cells.resize(7, Cell::Missing);
            return cells;
        };
        let (layers, busy) = load(e, i);
        let known = e.priced.metrics.area.is_some();
        vec![
            Cell::text(label),
            Cell::text(&array.sub.dataflow_name),
            Cell::Number(f64::from(array.sub.array.pes)),
            Cell::Number(bandwidth.1.from_base(array.sub.bandwidth)),
            match known {
                true => Cell::Number(area.1.from_base(array.area * 1e-12)),
                false => Cell::Missing,
            },
            Cell::Number(layers as f64),
            Cell::Number(libm::round(busy)),
        ]
    };
    Table {
        columns: vec![
            Head::plain("sub-accelerator"),
            Head::plain("dataflow"),
            Head::plain("PEs"),
            Head::new("bandwidth", &bandwidth.0),
            Head::new("area", &area.0),
            Head::plain("layers"),
            Head::new("busy", "%"),
        ],
        rows: e.study.subs.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

fn schedule(e: &Evaluation) -> Option<Table> {
    if !is_scheduled(e) {
        return None;
    }
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for (i, label) in e.study.subs.iter().enumerate() {
        let all = entries(e, i);
        for (start, end, layer) in all.iter().take(MOST_ENTRIES) {
            let [start, end] = [*start, *end].map(|cycle| Cell::Number(cycle as f64));
            rows.push(vec![Cell::text(label), Cell::text(layer), start, end]);
        }
        if let more @ 1.. = all.len().saturating_sub(MOST_ENTRIES) {
            notes.push(format!(
                "{label}: and {more} more layers; `schedule(…)` draws all"
            ));
        }
    }
    let known = e.priced.certainty.map(|c| format!("schedule, {c}"));
    let columns = [
        Head::plain("sub-accelerator"),
        Head::plain("layer"),
        Head::new("start", "cycles"),
        Head::new("end", "cycles"),
    ];
    table(&columns, rows).map(|table| Table {
        title: known.unwrap_or_else(|| "schedule".to_owned()),
        notes,
        ..table
    })
}

/// A table, unless it has no rows.
fn table(columns: &[Head], rows: Vec<Vec<Cell>>) -> Option<Table> {
    (!rows.is_empty()).then(|| Table {
        columns: columns.to_vec(),
        rows,
        ..Table::default()
    })
}

fn one_row(title: String, columns: Vec<(Head, Cell)>) -> Table {
    let (columns, row) = columns.into_iter().unzip();
    Table {
        title,
        columns,
        rows: vec![row],
        ..Table::default()
    }
}

fn counted(name: &str, count: f64) -> (Head, Cell) {
    (Head::plain(name), Cell::Number(count))
}

fn percent(name: &str, percent: f64) -> (Head, Cell) {
    (Head::new(name, "%"), Cell::Number(round1(percent)))
}

/// A number in the unit in which it is easy to read.
fn measured(name: &str, value: f64, dim: Dim) -> (Head, Cell) {
    let (unit, scale) = units::pretty_unit(value, dim);
    (Head::new(name, unit), Cell::Number(scale.from_base(value)))
}
