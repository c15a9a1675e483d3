//! The trials of a run as studies that `optuna.load_study` opens: one per search.
//!
//! A decision is a parameter: an integer distribution where its values are
//! evenly spaced whole numbers, a categorical one otherwise. A trial is
//! `COMPLETE` where its objectives are known, `PRUNED` where they were not
//! asked for, and `FAIL` where the design cannot be built. Metrics are user
//! attributes; missed specs are Optuna's `constraints`, above 0 when missed.

use super::rows::{ExportError, Trial, chosen, each};
use crate::error::StoreError;
use crate::problems::{Choices, Decision, Head, Heads};
use crate::runs::Search;
use crate::store::Store;
use rusqlite::{Connection, Transaction, params};
use serde_json::json;
use std::path::Path;

/// Writes the trials of a run, or of one of its searches, into a new SQLite file for Optuna.
///
/// A study is called `SEARCH-STRATEGY-SEED`, such as `1-nasaic-7`.
pub fn write_optuna(
    store: &Store,
    run: i64,
    search: Option<usize>,
    path: &Path,
) -> Result<(), ExportError> {
    let (searches, heads) = chosen(store, run, search)?;
    let started = store.run(run)?.started;
    let said = |e: rusqlite::Error| ExportError::Store(StoreError::sqlite(path, &e));
    let mut file = Connection::open(path).map_err(said)?;
    let change = file.transaction().map_err(said)?;
    change
        .execute_batch(include_str!("optuna.sql"))
        .map_err(said)?;
    for (number, search) in &searches {
        let study = study(&change, *number, search, &heads).map_err(said)?;
        let writer = Writer {
            change: &change,
            study,
            started,
            heads: &heads,
            parameters: heads.decisions.iter().map(distribution).collect(),
        };
        each(store, search, &mut |one| writer.trial(&one).map_err(said))?;
    }
    change.commit().map_err(said)
}

/// Enters a study and returns its number.
fn study(
    change: &Transaction<'_>,
    number: usize,
    search: &Search,
    heads: &Heads,
) -> rusqlite::Result<i64> {
    let name = format!("{number}-{}-{}", search.strategy, search.seed);
    change.execute("INSERT INTO studies (study_name) VALUES (?1)", [&name])?;
    let study = change.last_insert_rowid();
    for (objective, goal) in heads.objectives.iter().enumerate() {
        let direction = if goal.less { "MINIMIZE" } else { "MAXIMIZE" };
        change.execute(
            "INSERT INTO study_directions (direction, study_id, objective) VALUES (?1, ?2, ?3)",
            params![direction, study, objective as i64],
        )?;
    }
    let goals: Vec<&str> = heads.objectives.iter().map(|g| g.name.as_str()).collect();
    change.execute(
        "INSERT INTO study_user_attributes (study_id, \"key\", value_json) VALUES (?1, 'goals', ?2)",
        params![study, json!(goals).to_string()],
    )?;
    Ok(study)
}

/// Writes the trials of one study.
struct Writer<'a> {
    change: &'a Transaction<'a>,
    study: i64,
    started: i64,
    heads: &'a Heads,
    /// The distribution of each decision as JSON, and whether its values are indices.
    parameters: Vec<(String, bool)>,
}

impl Writer<'_> {
    fn trial(&self, one: &Trial) -> rusqlite::Result<()> {
        let objectives = one.finding.outcome.as_ref().map(|o| &o.objectives);
        let known = objectives.filter(|all| all.iter().all(|x| x.is_finite()));
        let state = match known {
            Some(_) => "COMPLETE",
            None if one.finding.hardware.refused.is_none() && objectives.is_none() => "PRUNED",
            None => "FAIL",
        };
        // When each trial began is not kept: all bear the time of the run.
        self.change
            .prepare_cached(
                "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) \
                 SELECT ?1, ?2, ?3, t, t FROM \
                 (SELECT strftime('%Y-%m-%d %H:%M:%f', ?4 / 1000.0, 'unixepoch') || '000' AS t)",
            )?
            .execute(params![one.number as i64, self.study, state, self.started])?;
        let trial = self.change.last_insert_rowid();
        self.parameters(trial, &one.indices)?;
        let mut value = self.change.prepare_cached(
            "INSERT INTO trial_values (trial_id, objective, value, value_type) \
             VALUES (?1, ?2, ?3, 'FINITE')",
        )?;
        let goals = self
            .heads
            .objectives
            .iter()
            .zip(known.into_iter().flatten());
        for (objective, (goal, kept)) in goals.enumerate() {
            value.execute(params![trial, objective as i64, goal.own(*kept)])?;
        }
        self.attributes(trial, one)
    }

    fn parameters(&self, trial: i64, indices: &[u32]) -> rusqlite::Result<()> {
        let mut parameter = self.change.prepare_cached(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) \
             VALUES (?1, ?2, ?3, ?4)",
        )?;
        let decisions = self.heads.decisions.iter().zip(&self.parameters);
        for ((decision, (distribution, indexed)), index) in decisions.zip(indices) {
            // A decision that takes no part is no parameter of the trial.
            if (*index as usize) >= decision.choices.len() {
                continue;
            }
            let number = decision.choices.number(*index).filter(|_| !indexed);
            let value = number.unwrap_or(f64::from(*index));
            parameter.execute(params![trial, decision.path, value, distribution])?;
        }
        Ok(())
    }

    fn attributes(&self, trial: i64, one: &Trial) -> rusqlite::Result<()> {
        let mut attribute = self.change.prepare_cached(
            "INSERT INTO trial_user_attributes (trial_id, \"key\", value_json) VALUES (?1, ?2, ?3)",
        )?;
        let outcome = one.finding.outcome.as_ref().map(|o| o.numbers.as_slice());
        let of_hardware = self
            .heads
            .hardware
            .iter()
            .zip(&one.finding.hardware.numbers);
        let of_outcome = self.heads.outcome.iter().zip(outcome.unwrap_or_default());
        let numbers: Vec<(&Head, &f64)> = of_hardware.chain(of_outcome).collect();
        for (head, number) in numbers
            .iter()
            .filter(|(head, x)| !head.miss && x.is_finite())
        {
            let key = match head.unit.as_str() {
                "" => head.name.clone(),
                unit => format!("{} ({unit})", head.name),
            };
            attribute.execute(params![trial, key, json!(number).to_string()])?;
        }
        if let Some(why) = &one.finding.hardware.refused {
            attribute.execute(params![trial, "refused", json!(why).to_string()])?;
        }
        let misses = numbers.iter().filter(|(head, _)| head.miss);
        // A spec can be missed by nothing; it is missed all the same.
        let above = |x: f64| {
            if x.is_nan() {
                0.0
            } else {
                x.abs().max(f64::MIN_POSITIVE)
            }
        };
        let misses: Vec<f64> = misses.map(|(_, x)| above(**x)).collect();
        self.change
            .prepare_cached(
                "INSERT INTO trial_system_attributes (trial_id, \"key\", value_json) \
                 VALUES (?1, 'constraints', ?2)",
            )?
            .execute(params![trial, json!(misses).to_string()])?;
        Ok(())
    }
}

/// A decision's distribution, and whether a value of it is an index.
fn distribution(decision: &Decision) -> (String, bool) {
    let whole = |x: f64| x.fract() == 0.0 && x.abs() < 9e15;
    if let Choices::Steps { first, step, count } = &decision.choices
        && whole(*first)
        && whole(*step)
        && *step >= 1.0
    {
        let last = first + (count.saturating_sub(1)) as f64 * step;
        let attributes = json!({
            "log": false, "step": *step as i64, "low": *first as i64, "high": last as i64,
        });
        let made = json!({ "name": "IntDistribution", "attributes": attributes });
        return (made.to_string(), false);
    }
    let choices: Vec<serde_json::Value> = (0..decision.choices.len() as u32)
        .map(|index| match decision.choices.name(index) {
            Some(name) => json!(name),
            None => json!(decision.choices.number(index)),
        })
        .collect();
    let made = json!({ "name": "CategoricalDistribution", "attributes": { "choices": choices } });
    (made.to_string(), true)
}
