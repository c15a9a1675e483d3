//! What two designs promise: their accuracies with intervals, and whether they meet the specs.

use super::Names;
use crate::item::Evaluation;
use crate::study::SpecResult;
use crate::table::{Cell, Head, Table};
use nasaic_accuracy::{Kind, Measurement};
use nasaic_dsl::value::Quantity;

/// A row for each task that has an accuracy in both designs.
pub(super) fn accuracies(before: &Evaluation, after: &Evaluation, names: &Names) -> Table {
    let [old, new] = names;
    let mut columns = vec![Head::plain("task"), Head::plain("accuracy")];
    for head in [old.as_str(), new.as_str(), "difference"] {
        columns.extend([head.to_owned(), format!("± {head}")].map(Head::plain));
    }
    columns.extend([old, new].map(|name| Head::plain(format!("test of {name}"))));
    let all = before.study.tasks.iter().zip(&before.accuracies);
    let rows = all.filter_map(|(task, a)| {
        let place = after
            .study
            .tasks
            .iter()
            .position(|t| t.label == task.label)?;
        let (a, b) = (a.as_ref()?, after.accuracies.get(place)?.as_ref()?);
        let kind = match a.kind == b.kind {
            true => a.kind.label().to_owned(),
            false => format!("{}, then {}", a.kind.label(), b.kind.label()),
        };
        let named = format!("{} ({kind})", task.metric);
        let mut row = vec![Cell::text(&task.label), Cell::Text(named)];
        row.extend(numbers(a, b));
        Some(row)
    });
    let mut table = Table {
        title: "Accuracies".into(),
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
    };
    leave_out_empty(&mut table);
    if table.columns.iter().any(|c| c.name.starts_with('±')) {
        let what = "± is one standard error; that of a difference takes both as independent.";
        table.notes.push(what.into());
    }
    table
}

/// Both values with their standard errors, the difference with its own, and what was tested.
fn numbers(a: &Measurement, b: &Measurement) -> Vec<Cell> {
    let both = || Some((a.uncertainty?, b.uncertainty?));
    let of_difference = both().map(|(x, y)| libm::sqrt(x * x + y * y));
    let tested = |m: &Measurement| m.training.as_ref().and_then(|t| t.test);
    // Scores have no common scale, so that their difference says nothing.
    let difference = (a.kind != Kind::Proxy).then_some(b.value - a.value);
    let cells = [
        (Some(a.value)),
        a.uncertainty,
        Some(b.value),
        b.uncertainty,
        difference,
        of_difference,
        tested(a),
        tested(b),
    ];
    let rounded = |x: f64| libm::round(x * 1e4) / 1e4;
    cells
        .map(|x| x.map_or(Cell::Missing, |x| Cell::Number(rounded(x))))
        .to_vec()
}

/// Takes away columns in which no row has a value.
fn leave_out_empty(table: &mut Table) {
    let known = |column: usize| table.rows.iter().any(|row| row[column] != Cell::Missing);
    let keep: Vec<bool> = (0..table.columns.len()).map(known).collect();
    let of = |column: usize| keep[column];
    let mut column = 0..;
    table.columns.retain(|_| column.next().is_some_and(of));
    for row in &mut table.rows {
        let mut column = 0..;
        row.retain(|_| column.next().is_some_and(of));
    }
}

/// A row for each spec that both designs were made for.
pub(super) fn specs(before: &Evaluation, after: &Evaluation, names: &Names) -> Table {
    let judge = |e: &Evaluation| -> Vec<SpecResult> {
        e.study.specs.iter().map(|s| s.judge(&e.sight())).collect()
    };
    let (old, new) = (judge(before), judge(after));
    let value = |r: &SpecResult| match &r.value {
        Some(value) => Cell::text(Quantity::to_string(value)),
        None => Cell::Missing,
    };
    let rows = old.iter().filter_map(|a| {
        let b = new.iter().find(|b| b.text == a.text)?;
        let met = [a, b].map(|r| Cell::Truth(r.met));
        let [old_met, new_met] = met;
        Some(vec![
            Cell::text(&a.text),
            value(a),
            old_met,
            value(b),
            new_met,
        ])
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let heads = names
        .iter()
        .flat_map(|name| [name.clone(), format!("met by {name}")]);
    Table {
        title: "Specs".into(),
        columns: std::iter::once("spec".to_owned())
            .chain(heads)
            .map(Head::plain)
            .collect(),
        rows,
        notes: Vec::new(),
    }
}
