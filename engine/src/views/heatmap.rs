//! `heatmap`: a metric over two decisions.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::views::columns::{self, Ask, Column};
use crate::views::sense;
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::number;
use nasaic_dsl::value::Value;
use nasaic_plot::{Axis, Figure, Heatmap};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let asks = [
        Ask::argument(call, "x")?,
        Ask::argument(call, "y")?,
        Ask::argument(call, "color")?,
    ];
    let mut sheet = columns::read(call.subject()?, &asks, call.scripts)?;
    let [x, y, color] = sheet.take()?;
    color.require_numbers()?;
    let better = sense::of(&asks[2].expr, sheet.study.as_deref());
    let (columns, rows) = (Places::of(&x), Places::of(&y));
    let mut values = vec![None; columns.names.len() * rows.names.len()];
    let mut most = 0;
    let mut counts = vec![0usize; values.len()];
    for i in 0..sheet.labels.len() {
        let (Some(column), Some(row), Some(value)) = (columns.at[i], rows.at[i], color.number(i))
        else {
            continue;
        };
        let cell = row * columns.names.len() + column;
        let known = &mut values[cell];
        *known = Some(known.map_or(value, |known: f64| best(known, value, better)));
        counts[cell] += 1;
        most = most.max(counts[cell]);
    }
    let heatmap = Heatmap {
        x: axis(&x),
        y: axis(&y),
        columns: columns.names,
        rows: rows.names,
        values,
        value: color.axis(),
    };
    let figure = Figure::new(
        format!("{} over {} and {}", color.name, x.name, y.name),
        heatmap,
    );
    let judged = sheet.study.is_some_and(|s| !s.specs.is_empty());
    Ok(Item::Figure(Arc::new(
        match caption(most, better, judged) {
            Some(caption) => figure.caption(caption),
            None => figure,
        },
    )))
}

fn best(a: f64, b: f64, better: BetterWhen) -> f64 {
    match better {
        BetterWhen::More => a.max(b),
        BetterWhen::Less => a.min(b),
    }
}

/// Says what a cell shows when several designs share it.
fn caption(most: usize, better: BetterWhen, judged: bool) -> Option<String> {
    let which = match better {
        BetterWhen::More => "largest",
        BetterWhen::Less => "smallest",
    };
    let specs = if judged {
        ", whether or not they meet the specs"
    } else {
        ""
    };
    (most > 1).then(|| {
        format!("Each cell shows the {which} value of the up to {most} designs that share it and differ elsewhere{specs}.")
    })
}

/// A category axis; its values are written out, so that nothing is rescaled.
fn axis(column: &Column) -> Axis {
    Axis {
        log: false,
        ..column.axis()
    }
}

/// The distinct values of a column and where each row stands among them.
struct Places {
    names: Vec<String>,
    at: Vec<Option<usize>>,
}

impl Places {
    /// Numbers in ascending order, other values in the order of the rows.
    fn of(column: &Column) -> Self {
        let numeric = column.is_numeric();
        let mut distinct: Vec<(f64, String)> = Vec::new();
        let named: Vec<Option<String>> = column
            .values
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let size = column.number(i).filter(|_| numeric);
                let name = match (size, value.as_ref()?) {
                    (Some(n), _) => number(n),
                    (None, Value::Text(text)) => text.clone(),
                    (None, other) => other.to_string(),
                };
                if !distinct.iter().any(|d| d.1 == name) {
                    distinct.push((size.unwrap_or(0.0), name.clone()));
                }
                Some(name)
            })
            .collect();
        // A stable sort leaves names, all at 0, in their order.
        distinct.sort_by(|a, b| a.0.total_cmp(&b.0));
        let place = |name: &String| distinct.iter().position(|d| d.1 == *name);
        let at = named
            .iter()
            .map(|name| name.as_ref().and_then(place))
            .collect();
        Self {
            names: distinct.into_iter().map(|d| d.1).collect(),
            at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Item;
    use nasaic_dsl::plan::BetterWhen::{Less, More};

    #[test]
    fn a_shared_cell_shows_the_best() {
        assert_eq!((best(2.0, 3.0, Less), best(2.0, 3.0, More)), (2.0, 3.0));
        assert_eq!(caption(1, Less, false), None);
        assert!(
            caption(5, More, true).is_some_and(|c| c.contains("largest") && c.contains("specs"))
        );
    }

    #[test]
    fn an_empty_value_has_no_places() {
        let asks = [Ask::metric("latency")];
        let sheet = columns::read(&Item::List(Vec::new()), &asks, &Default::default()).unwrap();
        assert!(Places::of(&sheet.columns[0]).names.is_empty());
    }
}
