//! `convergence`: the best goal so far over the evaluations.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Found, Item, Race};
use crate::study::Study;
use crate::views::goal::Aim;
use crate::views::quantiles::Ranked;
use crate::views::{answers, rows, units as suited};
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::units::{self, Scale};
use nasaic_plot::{Axis, Figure, Line, LinePoint, Lines};
use std::sync::Arc;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    if let Item::Answers(answers) = call.subject()? {
        return answers::figure(answers);
    }
    let (goal, lines, caption) = match call.subject()? {
        Item::Run(found) => {
            let goal = Aim::first(&found.study, [found.as_ref()]);
            let line = line(
                &found.strategy,
                &[so_far(found, &goal)],
                goal.better,
                Band::None,
            );
            (goal, vec![line], starts(&found.study, "with the first"))
        }
        Item::Race(race) => of_race(race, Band::of(call.word("band"))),
        _ => {
            return Err(Fault::new(
                "E0305",
                "only searches and comparisons converge",
            ));
        }
    };
    let (unit, scale) = unit(&goal, &lines);
    let chart = Lines {
        x: Axis::new("evaluations"),
        y: goal.remarks.axis("best so far", &unit),
        lines: lines.into_iter().map(|line| scaled(line, scale)).collect(),
        limits: Vec::new(),
    };
    let figure = Figure::new(format!("Best so far: {}", goal.text), chart);
    Ok(Item::Figure(Arc::new(match caption {
        Some(caption) => figure.caption(caption),
        None => figure,
    })))
}

/// Between which seeds the band lies.
#[derive(Clone, Copy, PartialEq)]
enum Band {
    Quartiles,
    Range,
    None,
}

impl Band {
    fn of(word: Option<&str>) -> Self {
        match word {
            Some("range") => Self::Range,
            Some("none") => Self::None,
            _ => Self::Quartiles,
        }
    }

    /// The quantiles of its edges.
    fn edges(self) -> Option<(f64, f64)> {
        match self {
            Self::Quartiles => Some((0.25, 0.75)),
            Self::Range => Some((0.0, 1.0)),
            Self::None => None,
        }
    }
}

fn of_race(race: &Race, band: Band) -> (Aim, Vec<Line>, Option<String>) {
    let goal = rows::first_goal(race);
    let several = race.seeds.len() > 1;
    let band = if several { band } else { Band::None };
    let lines = race.entrants.iter().map(|entrant| {
        let seeds: Vec<Vec<Option<f64>>> =
            entrant.runs.iter().map(|run| so_far(run, &goal)).collect();
        line(&entrant.strategy, &seeds, goal.better, band)
    });
    let lines = lines.collect();
    let between = match band {
        Band::Quartiles => " and the band between the quartiles",
        Band::Range => " and the band from the worst to the best",
        Band::None => "",
    };
    let what = several.then(|| format!("The median{between} of {} seeds.", race.seeds.len()));
    let start = starts(
        &race.study,
        if several {
            "where half of its seeds have a"
        } else {
            "with the first"
        },
    );
    let caption = [what, start]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    (goal, lines, (!caption.is_empty()).then_some(caption))
}

/// With specs a line may start late.
fn starts(study: &Study, when: &str) -> Option<String> {
    (!study.specs.is_empty()).then(|| format!("A line starts {when} design that meets all specs."))
}

/// The best of the designs up to each evaluation that meet all specs.
fn so_far(found: &Found, goal: &Aim) -> Vec<Option<f64>> {
    found
        .run
        .history
        .iter()
        .map(|best| goal.value(&found.run.evaluated[*best]))
        .collect()
}

/// The median of some seeds over the evaluations, a point wherever something changes.
fn line(name: &str, seeds: &[Vec<Option<f64>>], better: BetterWhen, band: Band) -> Line {
    let longest = seeds.iter().map(Vec::len).max().unwrap_or(0);
    let mut points: Vec<LinePoint> = Vec::new();
    for n in 0..longest {
        // A run that ended early keeps what it has.
        let values = seeds
            .iter()
            .map(|s| s.get(n).or(s.last()).copied().flatten());
        let ranked = Ranked::new(values, better);
        let Some(y) = ranked.median() else { continue };
        let band = band.edges().and_then(|(low, high)| {
            // An edge beyond the seeds that found something ends at the median.
            let edge = |q| ranked.quantile(q).unwrap_or(y);
            Some((edge(low), edge(high))).filter(|(low, high)| low < high)
        });
        let point = LinePoint {
            x: (n + 1) as f64,
            y,
            band,
        };
        let same = points
            .last()
            .is_some_and(|p| (p.y, p.band) == (point.y, point.band));
        if !same || n + 1 == longest {
            points.push(point);
        }
    }
    Line {
        name: name.to_owned(),
        points,
        step: true,
        faint: false,
    }
}

fn unit(goal: &Aim, lines: &[Line]) -> (String, Scale) {
    let written = Some(&goal.unit).filter(|u| !u.is_empty());
    match written.and_then(|unit| Some((unit.clone(), units::parse(unit)?))) {
        Some(known) => known,
        None => {
            let values = lines.iter().flat_map(|l| l.points.iter().map(|p| p.y));
            suited::suiting(values, goal.dim)
        }
    }
}

fn scaled(mut line: Line, scale: Scale) -> Line {
    for point in &mut line.points {
        point.y = scale.from_base(point.y);
        point.band = point
            .band
            .map(|(low, high)| (scale.from_base(low), scale.from_base(high)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_before_the_first_design_that_meets_the_specs() {
        let line = line(
            "a",
            &[vec![None, None, Some(3.0), Some(3.0), Some(2.0)]],
            BetterWhen::Less,
            Band::None,
        );
        let points: Vec<(f64, f64)> = line.points.iter().map(|p| (p.x, p.y)).collect();
        assert_eq!(points, [(3.0, 3.0), (5.0, 2.0)]);
    }

    #[test]
    fn the_median_waits_for_half_of_the_seeds_and_short_runs_keep_their_best() {
        let seeds = [
            vec![Some(1.0)],
            vec![None, Some(5.0)],
            vec![None, None, Some(3.0)],
        ];
        let line = line("a", &seeds, BetterWhen::More, Band::Range);
        let band = Some((1.0, 5.0));
        let wanted = [
            LinePoint {
                x: 2.0,
                y: 1.0,
                band,
            },
            LinePoint {
                x: 3.0,
                y: 3.0,
                band,
            },
        ];
        assert_eq!(line.points, wanted);
    }
}
