//! Runs: what was asked, how far it came, and what it showed.

use crate::clock;
use crate::error::{StoreError, Trouble};
use crate::ledger::Ledger;
use crate::problems::Heads;
use crate::store::Store;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// A run that is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewRun<'a> {
    /// The name of the script.
    pub script: &'a str,
    /// The version of the program.
    pub program: &'a str,
    /// The plan as JSON: all that is needed to run it again.
    pub plan: &'a str,
    /// A hash of what the plan means.
    pub plan_hash: &'a str,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It goes on, or was killed.
    Unfinished,
    /// All was done.
    Done,
    /// All was done, and an expectation failed.
    Unexpected,
    /// A step failed.
    Failed,
    /// It was asked to stop.
    Interrupted,
}

impl Status {
    const ALL: [Self; 5] = [
        Self::Unfinished,
        Self::Done,
        Self::Unexpected,
        Self::Failed,
        Self::Interrupted,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Done => "done",
            Self::Unexpected => "unexpected",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// A run of the store.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// The name of the script.
    pub script: String,
    /// The version of the program.
    pub program: String,
    /// A hash of what the plan means.
    pub plan: String,
    /// How far it came.
    pub status: Status,
    /// When it began, in milliseconds since 1970, UTC.
    pub started: i64,
    /// When it ended.
    pub finished: Option<i64>,
    /// Its searches, in the order of the plan.
    pub searches: Vec<Search>,
}

/// A search of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Search {
    /// Its number in the file.
    #[serde(skip)]
    pub id: i64,
    /// The name of the problem.
    pub problem: String,
    /// The hash that its evaluations are filed under.
    pub key: String,
    /// The name of the strategy.
    pub strategy: String,
    /// Its algorithm.
    pub algorithm: String,
    /// Its options, in words.
    pub options: String,
    /// Its seed.
    pub seed: u64,
    /// How many designs it has tried so far.
    pub trials: u64,
    /// What came of it; none before its end.
    pub summary: Option<Summary>,
}

/// What came of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Why it ended.
    pub stop: String,
    /// The trial of the best design.
    pub best: Option<u64>,
    /// Whether that meets all specs.
    pub feasible: bool,
    /// Its goals as they were written, each with its value, larger or smaller as it is better.
    pub goals: Vec<(String, f64)>,
    /// How many designs meet the hardware specs.
    pub satisfied: u64,
    /// How many are on the front.
    pub front: u64,
}

/// A search that is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewSearch<'a> {
    /// Its number in the run, from 0.
    pub number: usize,
    /// The name of the problem.
    pub problem: &'a str,
    /// The hash of all that its evaluations depend on.
    pub key: &'a str,
    /// What their numbers mean.
    pub heads: &'a Heads,
    /// The name of the strategy.
    pub strategy: &'a str,
    /// Its algorithm.
    pub algorithm: &'a str,
    /// Its options, in words.
    pub options: &'a str,
    /// Its seed.
    pub seed: u64,
}

impl Store {
    /// Enters a run.
    pub fn begin(&self, run: &NewRun<'_>) -> Result<i64, StoreError> {
        self.write(|change| {
            change.execute(
                "INSERT INTO runs (script, program, plan, plan_hash, status, started) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    run.script,
                    run.program,
                    run.plan,
                    run.plan_hash,
                    Status::Unfinished.word(),
                    clock::now()
                ],
            )?;
            Ok(change.last_insert_rowid())
        })
    }

    /// The script and plan of a run.
    pub fn plan(&self, run: i64) -> Result<(String, String), StoreError> {
        self.read(|c| {
            let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
            c.query_row("SELECT script, plan FROM runs WHERE id = ?1", [run], pair)
                .optional()
        })?
        .ok_or_else(|| self.no_run(run))
    }

    /// Says that a run goes on.
    pub fn carry_on(&self, run: i64) -> Result<(), StoreError> {
        self.write(|change| {
            change.execute(
                "UPDATE runs SET status = ?2, finished = NULL, outputs = NULL WHERE id = ?1",
                params![run, Status::Unfinished.word()],
            )
        })?;
        Ok(())
    }

    /// Enters how a run ended and what it showed.
    pub fn finish(&self, run: i64, status: Status, outputs: &str) -> Result<(), StoreError> {
        self.write(|change| {
            change.execute(
                "UPDATE runs SET status = ?2, finished = ?3, outputs = ?4 WHERE id = ?1",
                params![run, status.word(), clock::now(), outputs],
            )
        })?;
        Ok(())
    }

    /// What a run showed; none before its end.
    pub fn outputs(&self, run: i64) -> Result<Option<String>, StoreError> {
        self.read(|c| {
            c.query_row("SELECT outputs FROM runs WHERE id = ?1", [run], |row| {
                row.get(0)
            })
            .optional()
        })?
        .ok_or_else(|| self.no_run(run))
    }

    /// Begins a search, or goes on with one that was begun in an earlier life of its run.
    pub fn search(&self, run: i64, new: &NewSearch<'_>) -> Result<Ledger<'_>, StoreError> {
        let heads = serde_json::to_string(new.heads).unwrap_or_default();
        let (search, problem) = self.write(|change| {
            change.execute(
                "INSERT INTO problems (key, name, heads) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![new.key, new.problem, heads],
            )?;
            let id = |row: &Row<'_>| row.get::<_, i64>(0);
            let problem: i64 =
                change.query_row("SELECT id FROM problems WHERE key = ?1", [new.key], id)?;
            // A run that goes on with another build of the program begins its searches anew.
            change.execute(
                "DELETE FROM searches WHERE run = ?1 AND number = ?2 AND problem <> ?3",
                params![run, new.number as i64, problem],
            )?;
            change.execute(
                "INSERT INTO searches (run, number, problem, strategy, algorithm, options, seed) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (run, number) DO UPDATE SET summary = NULL",
                params![
                    run,
                    new.number as i64,
                    problem,
                    new.strategy,
                    new.algorithm,
                    new.options,
                    new.seed as i64
                ],
            )?;
            let search: i64 = change.query_row(
                "SELECT id FROM searches WHERE run = ?1 AND number = ?2",
                params![run, new.number as i64],
                id,
            )?;
            Ok((search, problem))
        })?;
        Ok(Ledger::new(self, search, problem))
    }

    /// All runs, the oldest first.
    pub fn runs(&self) -> Result<Vec<Run>, StoreError> {
        let ids: Vec<i64> = self.read(|c| {
            let mut all = c.prepare("SELECT id FROM runs ORDER BY id")?;
            all.query_map([], |row| row.get(0))?.collect()
        })?;
        ids.into_iter().map(|id| self.run(id)).collect()
    }

    /// One run.
    pub fn run(&self, run: i64) -> Result<Run, StoreError> {
        let found = self
            .read(|c| {
                c.query_row(
                    "SELECT script, program, plan_hash, status, started, finished \
                     FROM runs WHERE id = ?1",
                    [run],
                    |row| {
                        let status: String = row.get(3)?;
                        let made = Run {
                            id: run,
                            script: row.get(0)?,
                            program: row.get(1)?,
                            plan: row.get(2)?,
                            status: Status::Unfinished,
                            started: row.get(4)?,
                            finished: row.get(5)?,
                            searches: Vec::new(),
                        };
                        Ok((made, status))
                    },
                )
                .optional()
            })?
            .ok_or_else(|| self.no_run(run))?;
        let (mut made, status) = found;
        made.status = Status::of(&status)
            .ok_or_else(|| self.damaged(format!("a run cannot be `{status}`")))?;
        made.searches = self.searches(run)?;
        Ok(made)
    }

    fn searches(&self, run: i64) -> Result<Vec<Search>, StoreError> {
        let rows = self.read(|c| {
            let mut all = c.prepare_cached(
                "SELECT s.id, p.name, p.key, s.strategy, s.algorithm, s.options, s.seed, s.summary, \
                 (SELECT count(*) FROM trials t WHERE t.search = s.id) \
                 FROM searches s JOIN problems p ON p.id = s.problem WHERE s.run = ?1 \
                 ORDER BY s.number",
            )?;
            all.query_map([run], |row| {
                let summary: Option<String> = row.get(7)?;
                let made = Search {
                    id: row.get(0)?,
                    problem: row.get(1)?,
                    key: row.get(2)?,
                    strategy: row.get(3)?,
                    algorithm: row.get(4)?,
                    options: row.get(5)?,
                    seed: row.get::<_, i64>(6)? as u64,
                    trials: row.get::<_, i64>(8)?.unsigned_abs(),
                    summary: None,
                };
                Ok((made, summary))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.into_iter()
            .map(|(mut made, summary)| {
                if let Some(text) = summary {
                    let summary = serde_json::from_str(&text)
                        .map_err(|_| self.damaged("the summary of a search cannot be read"))?;
                    made.summary = Some(summary);
                }
                Ok(made)
            })
            .collect()
    }

    /// Removes a run, and what was found in no other run.
    pub fn remove(&self, run: i64) -> Result<(), StoreError> {
        let gone = self.write(|change| {
            let gone = change.execute("DELETE FROM runs WHERE id = ?1", [run])?;
            change.execute(
                "DELETE FROM evaluations WHERE id NOT IN (SELECT evaluation FROM trials)",
                [],
            )?;
            change.execute(
                "DELETE FROM problems WHERE id NOT IN (SELECT problem FROM searches) \
                 AND id NOT IN (SELECT problem FROM evaluations)",
                [],
            )?;
            Ok(gone)
        })?;
        if gone == 0 {
            return Err(self.no_run(run));
        }
        Ok(())
    }

    fn no_run(&self, run: i64) -> StoreError {
        StoreError::new(self.path(), Trouble::NoRun(run))
    }
}

impl Ledger<'_> {
    /// Ends the search with what came of it; all it found is safe then.
    pub fn end(mut self, summary: &Summary) -> Result<(), StoreError> {
        self.settle()?;
        let text = serde_json::to_string(summary).unwrap_or_default();
        self.store.write(|change| {
            change.execute(
                "UPDATE searches SET summary = ?2 WHERE id = ?1",
                params![self.search, text],
            )
        })?;
        Ok(())
    }
}
