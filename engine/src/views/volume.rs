//! `hypervolume`: how much of the space of several goals the designs of a search dominate.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Entrant, Found, Item, Race};
use crate::study::Study;
use crate::table::{Cell, Head, Table};
use crate::views::goal::Aim;
use crate::views::quantiles::Ranked;
use crate::views::{rank, rows};
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::value::{Quantity, Value};
use nasaic_search::pareto;
use std::sync::Arc;

/// How far beyond the common front the reference point lies, as a share of the front's extent.
const BEYOND: f64 = 0.1;

/// The box in which volumes are measured, in objectives: larger is better.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    /// The best of each goal.
    ideal: Vec<f64>,
    /// What a design must beat in every goal to count.
    reference: Vec<f64>,
}

/// The feasible designs of a run that no other dominates, as objectives.
pub(super) fn front(found: &Found) -> Vec<&[f64]> {
    let outcomes = found.run.front.iter();
    let points = outcomes.filter_map(|i| found.run.evaluated[*i].outcome.as_ref());
    points
        .map(|outcome| outcome.objectives.as_slice())
        .filter(|point| point.iter().all(|x| x.is_finite()))
        .collect()
}

impl Frame {
    /// The frame of some fronts: from the best of each goal to a little beyond the worst on their
    /// common front; none without a design.
    pub fn around(fronts: &[Vec<&[f64]>]) -> Option<Self> {
        let points: Vec<&[f64]> = fronts.iter().flatten().copied().collect();
        let common: Vec<&[f64]> = pareto::front(&points).iter().map(|i| points[*i]).collect();
        let goals = common.first()?.len();
        let along = |goal: usize, pick: fn(f64, f64) -> f64| {
            let values = common.iter().map(|p| p[goal]);
            values.reduce(pick).unwrap_or_default()
        };
        let ideal: Vec<f64> = (0..goals).map(|g| along(g, f64::max)).collect();
        let reference = ideal.iter().enumerate().map(|(goal, best)| {
            let worst = along(goal, f64::min);
            let extent = if worst < *best {
                best - worst
            } else if *best != 0.0 {
                // All are equal in this goal: its size stands for an extent.
                best.abs()
            } else {
                1.0
            };
            worst - BEYOND * extent
        });
        Some(Self {
            reference: reference.collect(),
            ideal,
        })
    }

    /// The share of the frame that points dominate, 0 to 1.
    pub fn share(&self, points: &[&[f64]]) -> f64 {
        let scaled: Vec<Vec<f64>> = points.iter().map(|p| self.scaled(p)).collect();
        pareto::hypervolume(&scaled, &vec![0.0; self.ideal.len()])
    }

    fn scaled(&self, point: &[f64]) -> Vec<f64> {
        let ends = self.reference.iter().zip(&self.ideal);
        let along = point.iter().zip(ends);
        along
            .map(|(x, (low, high))| (x - low) / (high - low))
            .collect()
    }
}

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let subject = call.subject()?;
    let (study, runs): (&Study, Vec<&Found>) = match subject {
        Item::Run(found) => (&found.study, vec![found.as_ref()]),
        Item::Race(race) => (&race.study, rows::runs(race).collect()),
        _ => {
            return Err(Fault::new(
                "E0305",
                "only searches and comparisons have a hypervolume",
            ));
        }
    };
    let aims = several(study, &runs, "hypervolume")?;
    let fronts: Vec<Vec<&[f64]>> = runs.iter().map(|run| front(run)).collect();
    let Some(mut frame) = Frame::around(&fronts) else {
        return Err(Fault::new(
            "E0805",
            "no run found a design that meets all specs",
        ));
    };
    let given = call.item("reference");
    if let Some(given) = given {
        frame.reference = reference(given, &aims, study)?;
        beaten(&frame)?;
    }
    let all: Vec<&[f64]> = fronts.into_iter().flatten().collect();
    let together = frame.share(&all);
    let mut table = match subject {
        Item::Race(race) => of_race(race, &frame, together),
        _ => of_run(runs[0], together),
    };
    let names: Vec<&str> = aims.iter().map(|a| a.text.as_str()).collect();
    table.title = format!("Hypervolume: {}", names.join(", "));
    table
        .notes
        .splice(0..0, notes(&frame, &aims, given.is_some()));
    Ok(Item::Volume(Arc::new(table), together))
}

/// The goals of a study, which must be several that make a front.
pub(super) fn several(study: &Study, runs: &[&Found], view: &str) -> Result<Vec<Aim>, Fault> {
    if study.goals.len() < 2 || study.lexicographic {
        let why = format!("`{view}` needs a problem with several goals that make a front");
        return Err(Fault::new("E0305", why).hint(
            "give the problem a second `minimize` or `maximize`; `convergence` follows one goal",
        ));
    }
    Ok(Aim::all(study, runs))
}

/// The reference point that a call gives, one number per goal.
fn reference(given: &Item, aims: &[Aim], study: &Study) -> Result<Vec<f64>, Fault> {
    let numbers = numbers(given);
    if numbers.len() != aims.len() {
        let (got, wanted) = (numbers.len(), aims.len());
        return Err(
            Fault::new("E0305", format!("{got} numbers for {wanted} goals"))
                .hint("give `reference` one number per goal, in the goals' order"),
        );
    }
    let pairs = numbers.iter().zip(aims);
    pairs
        .map(|(q, aim)| Ok(aim.turned(aim.given(q, study)?)))
        .collect()
}

fn numbers(item: &Item) -> Vec<Quantity> {
    match item {
        Item::Value(Value::Quantity(q)) => vec![q.clone()],
        Item::Value(Value::List(values)) => {
            let items = values.iter().map(|v| Item::Value(v.clone()));
            items.flat_map(|i| numbers(&i)).collect()
        }
        Item::List(items) => items.iter().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

/// A reference point must leave room below the ideal.
fn beaten(frame: &Frame) -> Result<(), Fault> {
    let mut pairs = frame.reference.iter().zip(&frame.ideal);
    if pairs.all(|(low, high)| low < high) {
        return Ok(());
    }
    Err(
        Fault::new("E0305", "no design beats the reference point in every goal")
            .hint("give a `reference` that is worse than what was found"),
    )
}

fn of_run(found: &Found, share: f64) -> Table {
    Table {
        columns: ["strategy", "hypervolume", "on front"]
            .map(Head::plain)
            .into(),
        rows: vec![vec![
            Cell::text(&found.strategy),
            Cell::Number(share),
            Cell::Number(front(found).len() as f64),
        ]],
        ..Table::default()
    }
}

fn of_race(race: &Race, frame: &Frame, together: f64) -> Table {
    let share = |run: &Arc<Found>| frame.share(&front(run));
    let shares = |e: &Entrant| e.runs.iter().map(share).collect::<Vec<f64>>();
    let samples: Vec<Vec<f64>> = race.entrants.iter().map(shares).collect();
    let heads = [
        "strategy",
        "hypervolume",
        "first quartile",
        "third quartile",
        "on front",
    ];
    let rows = race.entrants.iter().zip(&samples).map(|(entrant, sample)| {
        let ranked = Ranked::new(sample.iter().copied().map(Some), BetterWhen::More);
        let sizes = entrant.runs.iter().map(|run| Some(front(run).len() as f64));
        let sizes = Ranked::new(sizes, BetterWhen::More);
        let cell = |x: Option<f64>| x.map_or(Cell::Missing, Cell::Number);
        vec![
            Cell::text(&entrant.strategy),
            cell(ranked.median()),
            cell(ranked.quantile(0.25)),
            cell(ranked.quantile(0.75)),
            cell(sizes.median()),
        ]
    });
    let mut table = Table {
        rows: rows.collect(),
        columns: heads.map(Head::plain).into(),
        ..Table::default()
    };
    let all: Vec<&[f64]> = rows::runs(race).flat_map(front).collect();
    let common = pareto::front(&all);
    table.rows.push(vec![
        Cell::text("all runs together"),
        Cell::Number(together),
        Cell::Missing,
        Cell::Missing,
        Cell::Number(common.len() as f64),
    ]);
    table.notes.push(format!(
        "Medians and quartiles over {} seeds.",
        race.seeds.len()
    ));
    rank::add_column(&mut table, race, &samples);
    table
}

fn notes(frame: &Frame, aims: &[Aim], given: bool) -> Vec<String> {
    let point = |objectives: &[f64]| {
        let pairs = aims.iter().zip(objectives);
        let texts = pairs.map(|(aim, x)| {
            format!(
                "{} {}",
                aim.remarks.on(&aim.name),
                aim.quantity(aim.turned(*x))
            )
        });
        texts.collect::<Vec<_>>().join(", ")
    };
    let how = if given {
        "as given"
    } else {
        "a tenth of its extent beyond the worst of the common front"
    };
    vec![
        "hypervolume: the share of the box between reference and ideal point that feasible designs dominate."
            .to_owned(),
        format!("Reference: {} ({how}).", point(&frame.reference)),
        format!("Ideal: {} (the best of each goal in any run).", point(&frame.ideal)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_spans_the_common_front_and_a_tenth_more() {
        let one: Vec<&[f64]> = vec![&[0.0, 4.0], &[10.0, 0.0]];
        // Dominated by the first of the others.
        let other: Vec<&[f64]> = vec![&[-5.0, -9.0]];
        let frame = Frame::around(&[one.clone(), other]).unwrap();
        assert_eq!(frame.ideal, [10.0, 4.0]);
        assert_eq!(frame.reference, [-1.0, -0.4]);
        // 1/11 · 1 + 10/11 · 1/11 of the box.
        assert!((frame.share(&one) - 21.0 / 121.0).abs() < 1e-12);
        assert_eq!(frame.share(&[]), 0.0);
        assert_eq!(frame.share(&[&[10.0, 4.0]]), 1.0);
    }

    #[test]
    fn one_design_has_a_frame_of_its_own_size() {
        let frame = Frame::around(&[vec![&[-20.0, 0.0][..]]]).unwrap();
        assert_eq!(frame.reference, [-22.0, -0.1]);
        assert_eq!(Frame::around(&[vec![]]), None);
    }
}
