//! `regret`: how far the strategies of a comparison stay from the best there is.

use crate::call::Call;
use crate::exact::Proof;
use crate::fault::Fault;
use crate::item::{Entrant, Found, Item, Race};
use crate::table::{Cell, Head, Table};
use crate::views::goal::Aim;
use crate::views::quantiles::Ranked;
use crate::views::{rank, rows, units as suited};
use nasaic_dsl::plan::BetterWhen;
use nasaic_dsl::value::{Quantity, Value};
use nasaic_search::Stop;
use std::sync::Arc;

/// Goals that differ by less than this, relative to the best, are the same.
const SAME: f64 = 1e-12;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let Item::Race(race) = call.subject()? else {
        return Err(Fault::new("E0305", "only comparisons have regrets"));
    };
    let optimum = Optimum::of(call, race)?;
    let goal = &optimum.goal;
    let lines: Vec<Regrets> = race
        .entrants
        .iter()
        .map(|e| Regrets::of(e, optimum.value, goal))
        .collect();
    let known = lines
        .iter()
        .flat_map(|l| l.regrets.iter().flatten().copied());
    let (unit, scale) = suited::suiting(known, goal.dim);
    let shown = |x: Option<f64>| x.map_or(Cell::Missing, |x| Cell::Number(scale.from_base(x)));
    let rows = lines.iter().map(|line| {
        let regrets = Ranked::new(line.regrets.iter().copied(), BetterWhen::Less);
        let when = Ranked::new(line.evaluations.iter().copied(), BetterWhen::Less);
        let trained = Ranked::new(line.trainings.iter().copied(), BetterWhen::Less);
        vec![
            Cell::text(line.strategy),
            shown(regrets.median()),
            shown(regrets.quantile(0.25)),
            shown(regrets.quantile(0.75)),
            Cell::Number(line.reached),
            when.median().map_or(Cell::Missing, Cell::Number),
            trained.median().map_or(Cell::Missing, Cell::Number),
        ]
    });
    let mut table = Table {
        title: format!("Simple regret: {}", goal.remarks.on(&goal.text)),
        rows: rows.collect(),
        columns: vec![
            Head::plain("strategy"),
            Head::new("median", &unit),
            Head::new("first quartile", &unit),
            Head::new("third quartile", &unit),
            Head::plain("reached"),
            Head::plain("evaluations to best"),
            Head::plain("trainings to best"),
        ],
        notes: optimum.notes(race.seeds.len()),
    };
    let better = |r: &Option<f64>| r.is_some_and(|r| r < -SAME * optimum.value.abs());
    if lines.iter().any(|l| l.regrets.iter().any(better)) {
        let note = "A regret below 0: a run found better than this optimum.";
        table.notes.push(note.to_owned());
    }
    // A small regret is a large merit.
    let merit = |r: &Option<f64>| r.map_or(f64::NEG_INFINITY, |r| -r);
    let samples: Vec<Vec<f64>> = lines
        .iter()
        .map(|l| l.regrets.iter().map(merit).collect())
        .collect();
    rank::add_column(&mut table, race, &samples);
    Ok(Item::Table(Arc::new(table)))
}

/// What regrets are measured against.
struct Optimum {
    goal: Aim,
    /// In base units.
    value: f64,
    /// A sentence on what it is.
    what: String,
    /// What makes it doubtful.
    doubt: Option<String>,
}

impl Optimum {
    /// That of an exhaustive or exact search, a given one, or the best known of the comparison itself.
    fn of(call: &Call<'_>, race: &Race) -> Result<Self, Fault> {
        match (call.item("truth"), call.item("optimum")) {
            (Some(_), Some(_)) => Err(Fault::new(
                "E0305",
                "`regret` takes a `truth` or an `optimum`, not both",
            )),
            (Some(Item::Run(truth)), None) => Self::found(truth, race),
            (None, Some(Item::Value(Value::Quantity(q)))) => Self::given(q, race),
            (None, None) => Self::best_known(race),
            _ => Err(Fault::new(
                "E0305",
                "`regret` needs a comparison and an exhaustive or exact search, or a known optimum",
            )),
        }
    }

    fn found(truth: &Found, race: &Race) -> Result<Self, Fault> {
        let goal = Aim::first(&truth.study, [truth]);
        let theirs = Aim::first(&race.study, []);
        if goal.text != theirs.text {
            return Err(Fault::new(
                "E0305",
                "the comparison and the search for the truth have different goals",
            )
            .note(format!(
                "The comparison has `{}`, the search `{}`.",
                theirs.text, goal.text
            )));
        }
        let value = goal.best(truth).ok_or_else(|| {
            Fault::new(
                "E0805",
                "the search for the truth found no design that meets all specs",
            )
        })?;
        let visited = matches!(truth.run.stop, Stop::Exhausted | Stop::Done)
            && truth.algorithm == "exhaustive";
        let proven = truth.proof.as_ref().is_some_and(Proof::is_complete);
        let doubt = (!visited && !proven).then(|| {
            format!(
                "`{}` did not visit every design: the best there is may be better.",
                truth.strategy
            )
        });
        Ok(Self {
            what: match proven {
                true => "the proven optimum".to_owned(),
                false => format!("the best of {} designs", truth.run.evaluated.len()),
            },
            goal,
            value,
            doubt,
        })
    }

    fn given(optimum: &Quantity, race: &Race) -> Result<Self, Fault> {
        let goal = rows::first_goal(race);
        Ok(Self {
            what: format!("the given optimum {optimum}"),
            value: goal.given(optimum, &race.study)?,
            goal,
            doubt: None,
        })
    }

    fn best_known(race: &Race) -> Result<Self, Fault> {
        let goal = rows::first_goal(race);
        let objectives = rows::runs(race).filter_map(|run| Some(goal.turned(goal.best(run)?)));
        let best = objectives
            .reduce(f64::max)
            .ok_or_else(|| Fault::new("E0805", "no run found a design that meets all specs"))?;
        let value = goal.turned(best);
        Ok(Self {
            what: format!(
                "the best known, {}: what the best of these runs found",
                goal.quantity(value)
            ),
            value,
            goal,
            doubt: Some("The optimum itself may be better: all regrets are lower bounds.".into()),
        })
    }

    fn notes(&self, seeds: usize) -> Vec<String> {
        let mut notes = vec![
            format!(
                "Over {seeds} seeds, against {}; reached: the share of the seeds that found it.",
                self.what
            ),
            "evaluations to best: the median of when a seed found the best of its own; trainings to best: of the networks whose accuracy it had asked for until then.".to_owned(),
        ];
        notes.extend(self.doubt.clone());
        notes
    }
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
    /// The distinct networks whose accuracy each seed had asked for when it knew its best.
    trainings: Vec<Option<f64>>,
}

impl<'a> Regrets<'a> {
    fn of(entrant: &'a Entrant, best: f64, goal: &Aim) -> Self {
        let regret = |run: &Arc<Found>| Some(goal.turned(best) - goal.turned(goal.best(run)?));
        let regrets: Vec<Option<f64>> = entrant.runs.iter().map(regret).collect();
        let none = |r: &&Option<f64>| r.is_some_and(|r| r <= SAME * best.abs());
        let reached = regrets.iter().filter(none).count() as f64 / regrets.len().max(1) as f64;
        let when = |run: &Arc<Found>| goal.best(run).and(Some(run.run.best? as f64 + 1.0));
        let evaluations = entrant.runs.iter().map(when).collect();
        let trained = |run: &Arc<Found>| goal.best(run).and(Some(run.run.trained_to_best? as f64));
        let trainings = entrant.runs.iter().map(trained).collect();
        Self {
            strategy: &entrant.strategy,
            regrets,
            reached,
            evaluations,
            trainings,
        }
    }
}
