//! `scatter`: rows as points of a plane.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::study::Study;
use crate::views::columns::{self, Ask, Column};
use crate::views::limits;
use nasaic_plot::{Direction, Figure, Limit, Point, Scatter, Series};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let mut asks = vec![Ask::argument(call, "x")?, Ask::argument(call, "y")?];
    asks.extend(call.column("color").map(|color| Ask::written(call, color)));
    let mut sheet = columns::read(call.subject()?, &asks, call.scripts)?;
    let color = sheet.columns.split_off(2).pop();
    let [x, y] = sheet.take()?;
    x.require_numbers()?;
    y.require_numbers()?;
    let points = points(&x, &y, &sheet.labels);
    // Without a target the picture shows the rows alone.
    let target = call.item("target").and(sheet.study.as_deref());
    let mut scatter = Scatter {
        x: x.axis(),
        y: y.axis(),
        limits: target.map_or_else(Vec::new, |study| marks(&asks, [&x, &y], study)),
        ..Scatter::default()
    };
    match &color {
        Some(color) if color.is_numeric() => {
            scatter.color = Some(color.axis());
            let colored = points
                .into_iter()
                .filter_map(|(i, p)| Some(p.color(color.number(i)?)));
            scatter.series = vec![Series {
                points: colored.collect(),
                ..Series::default()
            }];
        }
        Some(color) => scatter.series = groups(points, color),
        None => {
            let points = points.into_iter().map(|p| p.1).collect();
            scatter.series = vec![Series {
                points,
                ..Series::default()
            }];
        }
    }
    let title = format!("{} over {}", y.name, x.name);
    Ok(Item::Figure(Arc::new(Figure::new(title, scatter))))
}

/// The points with the index of their row.
fn points(x: &Column, y: &Column, labels: &[String]) -> Vec<(usize, Point)> {
    let point = |(i, label): (usize, &String)| {
        let point = Point::new(x.number(i)?, y.number(i)?).errors(x.error(i), y.error(i));
        Some((
            i,
            if label.is_empty() {
                point
            } else {
                point.label(label)
            },
        ))
    };
    labels.iter().enumerate().filter_map(point).collect()
}

fn marks(asks: &[Ask<'_>], [x, y]: [&Column; 2], study: &Study) -> Vec<Limit> {
    let mut all = limits::along(Direction::X, &asks[0], x, study);
    all.extend(limits::along(Direction::Y, &asks[1], y, study));
    all
}

/// A series for each value of a column that is not a number, in the order of the rows.
fn groups(points: Vec<(usize, Point)>, by: &Column) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for (i, point) in points {
        let value = by.values.get(i).and_then(Option::as_ref);
        let value = value.map_or_else(|| "none".to_owned(), ToString::to_string);
        let name = format!("{} = {value}", by.name);
        match series.iter_mut().find(|s| s.name == name) {
            Some(known) => known.points.push(point),
            None => series.push(Series {
                name,
                points: vec![point],
                mark: None,
            }),
        }
    }
    series
}
