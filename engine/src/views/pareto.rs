//! `pareto`: designs in the plane of two metrics, with the front and the specs.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::views::columns::{self, Ask, Column};
use crate::views::{limits, sense};
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::number;
use nasaic_dsl::value::Value;
use nasaic_plot::{Direction, Figure, Front, Goal, Mark, Point, Scatter, Series};
use nasaic_search as search;
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let of = call.subject()?;
    let asks = [
        Ask::argument(call, "x")?,
        Ask::argument(call, "y")?,
        Ask::metric("satisfied"),
        Ask::metric("stopped"),
    ];
    let mut sheet = columns::read(of, &asks, call.scripts)?;
    let [x, y, satisfied, stopped] = sheet.take()?;
    x.require_numbers()?;
    y.require_numbers()?;
    let study = sheet.study.as_deref();
    let better = [&asks[0], &asks[1]].map(|ask| sense::of(&ask.expr, study));
    let shows_accuracy = asks[..2].iter().any(|ask| ask.uncertainty().is_some());
    let judged = study.is_some_and(|s| !s.specs.is_empty());
    let rows: Vec<Dot> = sheet
        .labels
        .iter()
        .enumerate()
        .filter_map(|(i, label)| {
            let good = !judged || is_true(&satisfied, i);
            Some(Dot {
                x: x.number(i)?,
                y: y.number(i)?,
                errors: [x.error(i), y.error(i)],
                good,
                // What was trained in part says nothing of a front; costs are known all the same.
                stopped: shows_accuracy && is_true(&stopped, i),
                label,
            })
        })
        .collect();
    let good = rows.iter().filter(|r| r.good).count();
    let front = front(&rows, good > 0, better);
    let mut limits = Vec::new();
    if let Some(study) = study {
        limits.extend(limits::along(Direction::X, &asks[0], &x, study));
        limits.extend(limits::along(Direction::Y, &asks[1], &y, study));
    }
    let mut caption = format!("{} {}", number(rows.len() as f64), noun(of));
    if judged {
        caption += &format!(", {} of them meet all specs", number(good as f64));
    }
    caption += &match (front.len(), judged, good) {
        (n, true, 0) => format!("; {n} on the front of those that break specs."),
        (n, ..) => format!("; {n} on the front."),
    };
    let early = rows.iter().filter(|r| r.stopped).count();
    if early > 0 {
        let early = number(early as f64);
        caption += &format!(
            " {early} were stopped before the end of their training and count as no front."
        );
    }
    if rows.iter().any(|r| r.errors != [None, None]) {
        caption += " Bars are one standard error.";
    }
    let scatter = Scatter {
        x: x.axis(),
        y: y.axis(),
        series: series(&rows, judged),
        front: Some(Front {
            points: front,
            x: goal(better[0]),
        }),
        limits,
        best: best(call, of, &asks, (&x, &y))?,
        ..Scatter::default()
    };
    let title = format!("{} over {}", y.name, x.name);
    Ok(Item::Figure(Arc::new(
        Figure::new(title, scatter).caption(caption),
    )))
}

/// What the rows of a value are.
fn noun(of: &Item) -> &'static str {
    match of {
        Item::Layers(_) => "layers",
        Item::Race(_) => "strategies",
        _ => "designs",
    }
}

/// A row in the plane.
struct Dot<'a> {
    x: f64,
    y: f64,
    /// How far either is uncertain.
    errors: [Option<f64>; 2],
    good: bool,
    /// Whether its training was stopped at a rung.
    stopped: bool,
    label: &'a str,
}

fn is_true(column: &Column, row: usize) -> bool {
    column.values.get(row) == Some(&Some(Value::Bool(true)))
}

fn goal(better: BetterWhen) -> Goal {
    match better {
        BetterWhen::More => Goal::Maximize,
        BetterWhen::Less => Goal::Minimize,
    }
}

/// Points that no other beats on both axes, of the good ones where there are any.
fn front(rows: &[Dot<'_>], only_good: bool, better: [BetterWhen; 2]) -> Vec<(f64, f64)> {
    let merit = |value: f64, better| match better {
        BetterWhen::More => value,
        BetterWhen::Less => -value,
    };
    let points: Vec<(f64, f64)> = rows
        .iter()
        .filter(|r| (r.good || !only_good) && !r.stopped)
        .map(|r| (r.x, r.y))
        .collect();
    let merits: Vec<[f64; 2]> = points
        .iter()
        .map(|p| [merit(p.0, better[0]), merit(p.1, better[1])])
        .collect();
    search::pareto::front(&merits)
        .into_iter()
        .map(|i| points[i])
        .collect()
}

/// With specs two series; the later one, what meets them, is drawn above.
fn series(rows: &[Dot<'_>], judged: bool) -> Vec<Series> {
    let of = |name: &str, of: &dyn Fn(&Dot<'_>) -> bool, mark| Series {
        name: name.to_owned(),
        points: rows
            .iter()
            .filter(|r| of(r))
            .map(|r| {
                let point = Point::new(r.x, r.y).errors(r.errors[0], r.errors[1]);
                if r.label.is_empty() {
                    point
                } else {
                    point.label(r.label)
                }
            })
            .collect(),
        mark: Some(mark),
    };
    let stopped = of("stopped early", &|r| r.good && r.stopped, Mark::Plus);
    let mut series = match judged {
        true => vec![
            of("breaks a spec", &|r| !r.good, Mark::Cross),
            of("meets the specs", &|r| r.good && !r.stopped, Mark::Circle),
        ],
        false => vec![of("", &|r| !r.stopped, Mark::Circle)],
    };
    if !stopped.points.is_empty() {
        series.push(stopped);
    }
    series
}

/// The best design of a search.
fn best(
    call: &Call<'_>,
    of: &Item,
    asks: &[Ask<'_>],
    (x, y): (&Column, &Column),
) -> Result<Option<Point>, Fault> {
    let Item::Run(found) = of else {
        return Ok(None);
    };
    let Some(best) = found.best() else {
        return Ok(None);
    };
    let one = Item::Result(Arc::new(best?));
    let sheet = columns::read(&one, &asks[..2], call.scripts)?;
    let at = |i: usize, axis: &Column| match sheet.columns.get(i)?.values.first()? {
        Some(Value::Quantity(q)) => Some(axis.convert(q)),
        _ => None,
    };
    let point = at(0, x)
        .zip(at(1, y))
        .map(|(x, y)| Point::new(x, y).label("best"));
    Ok(point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BetterWhen::{Less, More};

    fn dots(points: &[(f64, f64, bool)]) -> Vec<Dot<'static>> {
        points
            .iter()
            .map(|&(x, y, good)| Dot {
                x,
                y,
                errors: [None, None],
                good,
                stopped: false,
                label: "",
            })
            .collect()
    }

    #[test]
    fn the_front_goes_where_the_goals_point() {
        let rows = dots(&[(1.0, 1.0, true), (2.0, 3.0, true), (3.0, 2.0, true)]);
        assert_eq!(front(&rows, true, [Less, Less]), [(1.0, 1.0)]);
        assert_eq!(front(&rows, true, [Less, More]), [(1.0, 1.0), (2.0, 3.0)]);
        assert_eq!(front(&rows, true, [More, More]), [(2.0, 3.0), (3.0, 2.0)]);
    }

    #[test]
    fn what_was_trained_in_part_is_not_on_the_front() {
        let mut rows = dots(&[(1.0, 1.0, true), (2.0, 3.0, true)]);
        rows[1].stopped = true;
        assert_eq!(front(&rows, true, [Less, More]), [(1.0, 1.0)]);
        let names = |rows: &[Dot<'_>]| -> Vec<String> {
            series(rows, true).into_iter().map(|s| s.name).collect()
        };
        assert_eq!(
            names(&rows),
            ["breaks a spec", "meets the specs", "stopped early"]
        );
        assert_eq!(names(&rows[..1]), ["breaks a spec", "meets the specs"]);
    }

    #[test]
    fn designs_that_break_specs_are_not_on_the_front_of_those_that_do_not() {
        let rows = dots(&[(1.0, 1.0, false), (2.0, 3.0, true)]);
        assert_eq!(front(&rows, true, [Less, Less]), [(2.0, 3.0)]);
        assert_eq!(front(&rows, false, [Less, Less]), [(1.0, 1.0)]);
    }
}
