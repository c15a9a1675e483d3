//! The trials of a run, one after another, with their decisions and measurements.

use super::sheet::{Cell, Column, Format, Kind, sheet};
use crate::codec;
use crate::error::StoreError;
use crate::ledger::{Finding, finding};
use crate::problems::{Choices, Head, Heads};
use crate::runs::Search;
use crate::store::Store;
use rusqlite::Row;
use std::fmt;
use std::io::{self, Write};

/// Why a run could not be written to a file.
#[derive(Debug)]
pub enum ExportError {
    /// The store.
    Store(StoreError),
    /// The file.
    File(io::Error),
    /// The run has no such search, or several that do not go into one table.
    Searches(String),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::Searches(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for ExportError {}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for ExportError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// One trial.
pub(super) struct Trial {
    pub number: u64,
    pub indices: Vec<u32>,
    pub finding: Finding,
}

impl Trial {
    /// Whether it meets all specs; none where that depends on objectives never asked for.
    pub fn is_feasible(&self, heads: &Heads) -> Option<bool> {
        let met = |heads: &[Head], numbers: &[f64]| {
            let mut misses = heads.iter().zip(numbers).filter(|(head, _)| head.miss);
            misses.all(|(_, miss)| miss.is_nan())
        };
        let hardware = &self.finding.hardware;
        if hardware.refused.is_some() || !met(&heads.hardware, &hardware.numbers) {
            return Some(false);
        }
        let outcome = self.finding.outcome.as_ref()?;
        Some(met(&heads.outcome, &outcome.numbers))
    }
}

/// The searches of a run that go into one file, with what their numbers mean.
pub(super) fn chosen(
    store: &Store,
    run: i64,
    number: Option<usize>,
) -> Result<(Vec<(usize, Search)>, Heads), ExportError> {
    let mut all: Vec<(usize, Search)> = (1..).zip(store.run(run)?.searches).collect();
    if let Some(number) = number {
        all.retain(|one| one.0 == number);
    }
    let Some((_, first)) = all.first() else {
        let which = number.map_or("no search".into(), |n| format!("no search {n}"));
        return Err(ExportError::Searches(format!("run {run} has {which}")));
    };
    if let Some((other, _)) = all.iter().find(|(_, one)| one.key != first.key) {
        return Err(ExportError::Searches(format!(
            "the searches of run {run} are of different problems: 1 and {other} have other columns"
        )));
    }
    let heads: String = store.read(|c| {
        let heads = "SELECT heads FROM problems WHERE key = ?1";
        c.query_row(heads, [&first.key], |row| row.get(0))
    })?;
    let heads = serde_json::from_str(&heads)
        .map_err(|_| store.damaged("the columns of a problem cannot be read"))?;
    Ok((all, heads))
}

/// Calls `see` with each trial of a search, in order.
pub(super) fn each(
    store: &Store,
    search: &Search,
    see: &mut dyn FnMut(Trial) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut failed = None;
    store.read(|c| {
        let mut trials = c.prepare_cached(
            "SELECT t.trial, e.design, e.hardware, CASE WHEN t.trained THEN e.outcome END \
             FROM trials t JOIN evaluations e ON e.id = t.evaluation \
             WHERE t.search = ?1 ORDER BY t.trial",
        )?;
        let mut rows = trials.query([search.id])?;
        while let Some(row) = rows.next()? {
            let seen = match read(row)? {
                Some(trial) => see(trial),
                None => Err(store.damaged("the values of a design have changed").into()),
            };
            if let Err(error) = seen {
                failed = Some(error);
                break;
            }
        }
        Ok(())
    })?;
    failed.map_or(Ok(()), Err)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Option<Trial>> {
    let design: Vec<u8> = row.get(1)?;
    let (hardware, outcome): (Vec<u8>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
    let number = row.get::<_, i64>(0)?.unsigned_abs();
    let trial = finding(&design, &hardware, outcome.as_deref()).and_then(|finding| {
        Some(Trial {
            number,
            indices: codec::indices(&design)?,
            finding,
        })
    });
    Ok(trial)
}

/// Writes the trials of a run, or of one of its searches, as rows.
///
/// Searches are numbered from 1, in the order of the plan. What was not found
/// out about a design is an empty cell.
pub fn write_rows(
    store: &Store,
    run: i64,
    search: Option<usize>,
    format: Format,
    out: impl Write + Send,
) -> Result<(), ExportError> {
    let (searches, heads) = chosen(store, run, search)?;
    let mut sheet = sheet(format, &columns(&heads), out)?;
    for (number, search) in &searches {
        each(store, search, &mut |trial| {
            Ok(sheet.row(&cells(*number, search, &heads, &trial))?)
        })?;
    }
    Ok(sheet.end()?)
}

fn columns(heads: &Heads) -> Vec<Column> {
    let mut out = vec![
        Column::new("search", "", Kind::Count),
        Column::new("strategy", "", Kind::Text),
        Column::new("seed", "", Kind::Count),
        Column::new("trial", "", Kind::Count),
    ];
    out.extend(heads.decisions.iter().map(|d| {
        let kind = match d.choices {
            Choices::Names(_) => Kind::Text,
            Choices::Steps { .. } | Choices::Numbers(_) => Kind::Number,
        };
        Column::new(&d.path, &d.unit, kind)
    }));
    out.push(Column::new("feasible", "", Kind::Truth));
    out.push(Column::new("refused", "", Kind::Text));
    let numbers = heads.hardware.iter().chain(&heads.outcome);
    out.extend(
        numbers
            .filter(|head| !head.miss)
            .map(|head| Column::new(&head.name, &head.unit, Kind::Number)),
    );
    let goals = heads.objectives.iter();
    out.extend(goals.map(|goal| Column::new(format!("goal: {}", goal.name), "", Kind::Number)));
    out
}

fn cells(number: usize, search: &Search, heads: &Heads, trial: &Trial) -> Vec<Cell> {
    let mut out = vec![
        Cell::Count(number as u64),
        Cell::Text(search.strategy.clone()),
        Cell::Count(search.seed),
        Cell::Count(trial.number),
    ];
    out.extend(
        heads
            .decisions
            .iter()
            .zip(&trial.indices)
            .map(|(d, index)| {
                let name = d.choices.name(*index).map(|n| Cell::Text(n.to_owned()));
                let number = || d.choices.number(*index).map(Cell::Number);
                name.or_else(number).unwrap_or(Cell::Missing)
            }),
    );
    let feasible = trial.is_feasible(heads);
    out.push(feasible.map_or(Cell::Missing, Cell::Truth));
    let hardware = &trial.finding.hardware;
    out.push(hardware.refused.clone().map_or(Cell::Missing, Cell::Text));
    let outcome = trial.finding.outcome.as_ref();
    let numbers = |heads: &[Head], numbers: &[f64], out: &mut Vec<Cell>| {
        for (i, _) in heads.iter().enumerate().filter(|(_, head)| !head.miss) {
            let number = numbers.get(i).filter(|x| !x.is_nan());
            out.push(number.map_or(Cell::Missing, |x| Cell::Number(*x)));
        }
    };
    numbers(&heads.hardware, &hardware.numbers, &mut out);
    numbers(
        &heads.outcome,
        outcome.map_or(&[], |o| &o.numbers),
        &mut out,
    );
    out.extend(heads.objectives.iter().enumerate().map(|(i, goal)| {
        let kept = outcome.and_then(|o| o.objectives.get(i));
        kept.map_or(Cell::Missing, |x| Cell::Number(goal.own(*x)))
    }));
    out
}
