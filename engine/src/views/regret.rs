//! `regret`: how far the strategies of a comparison stay from the best there is.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::{Entrant, Found, Item};
use crate::table::{Cell, Head, Table};
use crate::views::goal::FirstGoal;
use crate::views::quantiles::Ranked;
use crate::views::units as suited;
use nasaic_dsl::plan::BetterWhen;
use nasaic_search::Stop;
use std::sync::Arc;

/// Goals that differ by less than this, relative to the best, are the same.
const SAME: f64 = 1e-12;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let (Item::Race(race), Some(Item::Run(truth))) = (call.subject()?, call.item("truth")) else {
        return Err(Fault::new(
            "E0305",
            "`regret` needs a comparison and an exhaustive search",
        ));
    };
    let goal = FirstGoal::of(&truth.study, [truth.as_ref()]);
    let theirs = FirstGoal::of(&race.study, []);
    if goal.text != theirs.text {
        return Err(Fault::new(
            "E0305",
            "the comparison and the exhaustive search have different goals",
        )
        .note(format!(
            "The comparison has `{}`, the search `{}`.",
            theirs.text, goal.text
        )));
    }
    let best = goal.best(truth).ok_or_else(|| {
        Fault::new(
            "E0805",
            "the exhaustive search found no design that meets all specs",
        )
    })?;
    let lines: Vec<Regrets> = race
        .entrants
        .iter()
        .map(|e| Regrets::of(e, best, &goal))
        .collect();
    let known = lines
        .iter()
        .flat_map(|l| l.regrets.iter().flatten().copied());
    let (unit, scale) = suited::suiting(known, goal.dim);
    let shown = |x: Option<f64>| x.map_or(Cell::Missing, |x| Cell::Number(scale.from_base(x)));
    let rows = lines.iter().map(|line| {
        let regrets = Ranked::new(line.regrets.iter().copied(), BetterWhen::Less);
        let when = Ranked::new(line.evaluations.iter().copied(), BetterWhen::Less);
        vec![
            Cell::text(line.strategy),
            shown(regrets.median()),
            shown(regrets.quantile(0.25)),
            shown(regrets.quantile(0.75)),
            Cell::Number(line.reached),
            when.median().map_or(Cell::Missing, Cell::Number),
        ]
    });
    let table = Table {
        title: format!("Regret: {}", goal.remarks.on(&goal.text)),
        rows: rows.collect(),
        columns: vec![
            Head::plain("strategy"),
            Head::new("median", &unit),
            Head::new("first quartile", &unit),
            Head::new("third quartile", &unit),
            Head::plain("reached"),
            Head::plain("evaluations to best"),
        ],
        notes: notes(truth, race.seeds.len()),
    };
    Ok(Item::Table(Arc::new(table)))
}

fn notes(truth: &Found, seeds: usize) -> Vec<String> {
    let mut notes = vec![
        format!(
            "Over {seeds} seeds, against the best of {} designs; reached: the share of the seeds that found it.",
            truth.run.evaluated.len()
        ),
        "evaluations to best: the median of when a seed found the best of its own.".to_owned(),
    ];
    if !matches!(truth.run.stop, Stop::Exhausted | Stop::Done) || truth.algorithm != "exhaustive" {
        notes.push(format!(
            "`{}` did not visit every design: the best there is may be better.",
            truth.strategy
        ));
    }
    notes
}

/// The regrets of one strategy.
struct Regrets<'a> {
    strategy: &'a str,
    /// By seed, in base units; none when the seed found no design that meets all specs.
    regrets: Vec<Option<f64>>,
    /// Share of the seeds without regret.
    reached: f64,
    /// The evaluation at which each seed found its best, from 1.
    evaluations: Vec<Option<f64>>,
}

impl<'a> Regrets<'a> {
    fn of(entrant: &'a Entrant, best: f64, goal: &FirstGoal) -> Self {
        let regret = |run: &Arc<Found>| {
            goal.best(run).map(|found| match goal.better {
                BetterWhen::More => best - found,
                BetterWhen::Less => found - best,
            })
        };
        let regrets: Vec<Option<f64>> = entrant.runs.iter().map(regret).collect();
        let none = |r: &&Option<f64>| r.is_some_and(|r| r <= SAME * best.abs());
        let reached = regrets.iter().filter(none).count() as f64 / regrets.len().max(1) as f64;
        let when = |run: &Arc<Found>| goal.best(run).and(Some(run.run.best? as f64 + 1.0));
        let evaluations = entrant.runs.iter().map(when).collect();
        Self {
            strategy: &entrant.strategy,
            regrets,
            reached,
            evaluations,
        }
    }
}
