//! What two searches did to find their best designs.

use crate::effort::Effort;
use crate::item::{Found, Item};
use crate::table::{Cell, Head, Table};
use crate::views::goal::Aim;

/// A row for each search; none unless both results are the best of searches.
pub(super) fn table(sides: [&Item; 2]) -> Option<Table> {
    let [Item::Run(before), Item::Run(after)] = sides else {
        return None;
    };
    let efforts = [before, after].map(|found| Effort::of(found));
    let trains = efforts.iter().any(Option::is_some);
    let goal = Aim::first(&before.study, [before.as_ref(), after.as_ref()]);
    let mut columns = vec![
        Head::plain("search"),
        Head::plain("designs"),
        Head::plain("meet hardware specs"),
        Head::plain("asked for accuracy"),
    ];
    if trains {
        columns.extend(["trained", "stopped early", "never trained"].map(Head::plain));
        columns.extend(["trained in", "saved about"].map(|name| Head {
            volatile: true,
            ..Head::new(name, "CPU-s")
        }));
    }
    columns.push(Head::new(
        format!("best: {}", goal.remarks.on(&goal.text)),
        &goal.unit,
    ));
    let rows = [before, after].into_iter().zip(&efforts);
    let rows = rows.map(|(found, effort)| row(found, effort.as_ref().filter(|_| trains), &goal));
    Some(Table {
        title: "Searches".into(),
        columns,
        rows: rows.collect(),
        notes: notes(&efforts),
    })
}

fn row(found: &Found, effort: Option<&Effort>, goal: &Aim) -> Vec<Cell> {
    let count = |n: usize| Cell::Number(n as f64);
    let mut cells = vec![
        Cell::text(&found.strategy),
        Cell::Number(found.run.counts.hardware as f64),
        count(found.within_hardware_specs()),
        Cell::Number(found.run.counts.accuracy as f64),
    ];
    if let Some(effort) = effort {
        cells.extend([effort.trained, effort.stopped, effort.never].map(count));
        cells.extend([effort.seconds, effort.saved].map(|s| Cell::Number(libm::round(s))));
    }
    let best = goal.best(found).map(|value| goal.quantity(value).number());
    cells.push(best.map_or(Cell::Missing, Cell::Number));
    cells
}

/// Says what the columns of trainings count.
fn notes(efforts: &[Option<Effort>; 2]) -> Vec<String> {
    let trains = efforts.iter().any(Option::is_some);
    let counted = "Networks of all tasks are counted. The seconds of a network that both searches met count \
         for both, also where it was trained once. Saved: what training all others to the end would have taken, estimated by MACs and epochs.";
    trains.then(|| counted.to_owned()).into_iter().collect()
}
