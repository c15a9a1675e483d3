//! `design_space`: the designs of a sweep or search across their decisions and metrics.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::study::Study;
use crate::views::columns::{self, Ask, Column};
use crate::views::{limits, table};
use nasaic_dsl::value::Value;
use nasaic_plot::{Axis, Direction, Figure, Parallel, ParallelAxis, ParallelLine};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let of = call.subject()?;
    let mut notes = Vec::new();
    let mut asks: Vec<Ask<'_>> = match call.columns("columns") {
        Some(exprs) => exprs.iter().map(|e| Ask::written(call, e)).collect(),
        None => table::usual(of, false, &mut notes)?
            .into_iter()
            .filter(|ask| ask.name != "satisfied")
            .collect(),
    };
    let shown = asks.len();
    let color = call.column("color").map(|color| Ask::written(call, color));
    let colored = color.as_ref().map(|color| color.name.clone());
    asks.extend(color);
    asks.push(Ask::metric("satisfied"));
    let sheet = columns::read(of, &asks, call.scripts)?;
    let study = sheet.study.as_deref();
    let judged = study.is_some_and(|s| !s.specs.is_empty());
    let mut sides: Vec<Side> = (asks.iter().zip(&sheet.columns).take(shown))
        .map(|(ask, column)| Side::of(ask, column, study))
        .collect();
    // A colour that has no axis gets one.
    let color = match &colored {
        Some(name) => Some(
            asks.iter()
                .take(shown)
                .position(|a| a.name == *name)
                .unwrap_or_else(|| {
                    sides.push(Side::of(&asks[shown], &sheet.columns[shown], study));
                    sides.len() - 1
                }),
        ),
        None => sides.iter().rposition(|side| side.axis.names.is_empty()),
    };
    let satisfied = &sheet.columns[asks.len() - 1];
    let line = |row: usize| ParallelLine {
        values: sides.iter().map(|side| side.values[row]).collect(),
        good: satisfied.values.get(row) == Some(&Some(Value::Bool(true))),
    };
    let lines: Vec<ParallelLine> = (0..sheet.labels.len()).map(line).collect();
    let title = match color {
        Some(i) => format!("Designs by {}", sides[i].axis.axis.label),
        None => "Designs".to_owned(),
    };
    let chart = Parallel {
        axes: sides.into_iter().map(|side| side.axis).collect(),
        lines,
        color,
        judged,
    };
    let figure = Figure::new(title, chart);
    Ok(Item::Figure(Arc::new(match notes.is_empty() {
        true => figure,
        false => figure.caption(notes.join(" ")),
    })))
}

/// An axis with the value of each row on it.
struct Side {
    axis: ParallelAxis,
    values: Vec<Option<f64>>,
}

impl Side {
    fn of(ask: &Ask<'_>, column: &Column, study: Option<&Study>) -> Self {
        let rows = 0..column.values.len();
        if column.is_numeric() {
            let limits = study.map_or_else(Vec::new, |study| {
                limits::along(Direction::Y, ask, column, study)
            });
            let limits = limits.into_iter().filter_map(|l| Some((l.value, l.bound?)));
            return Self {
                axis: ParallelAxis {
                    axis: column.axis(),
                    names: Vec::new(),
                    limits: limits.collect(),
                },
                values: rows.map(|row| column.number(row)).collect(),
            };
        }
        let mut names: Vec<String> = Vec::new();
        let place = |value: &Option<Value>| {
            let name = match value.as_ref()? {
                Value::Text(text) => text.clone(),
                other => other.to_string(),
            };
            let known = names.iter().position(|n| *n == name);
            Some(known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            }) as f64)
        };
        let values = column.values.iter().map(place).collect();
        Self {
            axis: ParallelAxis {
                axis: Axis::new(&column.name),
                names,
                limits: Vec::new(),
            },
            values,
        }
    }
}
