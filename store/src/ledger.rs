//! The evaluations of one search: looked up, gathered for a moment, written together.

use crate::codec::{self, Opened};
use crate::error::StoreError;
use crate::measurements;
use crate::store::Store;
use rusqlite::{OptionalExtension, Transaction, params};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long findings may wait for others to be written with them; a reader waits no longer.
const GATHER: Duration = Duration::from_millis(100);

/// How many findings wait at most.
const MOST: usize = 10_000;

/// What is known of a design.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its hardware.
    pub hardware: Measured,
    /// Its objectives, where they were asked for.
    pub outcome: Option<Reached>,
}

/// What a design costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Why it cannot be built; none when it can.
    pub refused: Option<String>,
    /// The numbers of [`Heads::hardware`](crate::Heads); none where it cannot be built.
    pub numbers: Vec<f64>,
}

/// What a design reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// One value per objective, each to be maximised.
    pub objectives: Vec<f64>,
    /// The numbers of [`Heads::outcome`](crate::Heads).
    pub numbers: Vec<f64>,
}

/// One search of a run, being written.
#[derive(Debug)]
pub struct Ledger<'s> {
    pub(crate) store: &'s Store,
    pub(crate) search: i64,
    pub(crate) problem: i64,
    waiting: Vec<Row>,
    written: Option<Instant>,
}

/// What is stored of a design: its hardware, and its outcome where that is known.
type Blobs = (Vec<u8>, Option<Vec<u8>>);

/// A finding as it is written.
#[derive(Debug)]
struct Row {
    trial: u64,
    design: Vec<u8>,
    hardware: Vec<u8>,
    outcome: Option<Vec<u8>>,
}

impl<'s> Ledger<'s> {
    pub(crate) fn new(store: &'s Store, search: i64, problem: i64) -> Self {
        Self {
            store,
            search,
            problem,
            waiting: Vec::new(),
            written: None,
        }
    }

    /// The file it is written to.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// What the store knows of designs of this problem, whoever found it.
    pub fn recall<'d>(
        &self,
        designs: impl IntoIterator<Item = &'d [u32]>,
    ) -> Result<Vec<Option<Finding>>, StoreError> {
        let keys: Vec<Vec<u8>> = designs.into_iter().map(codec::design).collect();
        let found: Vec<Option<Blobs>> = self.store.read(|c| {
            let mut known = c.prepare_cached(
                "SELECT hardware, outcome FROM evaluations WHERE problem = ?1 AND design = ?2",
            )?;
            let mut look_up = |key: &Vec<u8>| {
                let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                known.query_row(params![self.problem, key], pair).optional()
            };
            keys.iter().map(&mut look_up).collect()
        })?;
        let read = |(key, blobs): (&Vec<u8>, Option<Blobs>)| match blobs {
            None => Ok(None),
            Some((hardware, outcome)) => finding(key, &hardware, outcome.as_deref())
                .map(Some)
                .ok_or_else(|| self.store.damaged("the values of a design have changed")),
        };
        keys.iter().zip(found).map(read).collect()
    }

    /// Takes in a finding under the number it has in its search.
    pub fn record(&mut self, trial: u64, design: &[u32], finding: &Finding) {
        let key = codec::design(design);
        let outcome = finding.outcome.as_ref();
        let hardware = &finding.hardware;
        self.waiting.push(Row {
            trial,
            hardware: codec::seal(&key, hardware.refused.as_deref(), &hardware.numbers, &[]),
            outcome: outcome.map(|o| codec::seal(&key, None, &o.objectives, &o.numbers)),
            design: key,
        });
    }

    /// Writes what was taken in, unless that was done a moment ago; whether nothing waits now.
    pub fn keep_up(&mut self) -> Result<bool, StoreError> {
        let soon = self.written.is_some_and(|last| last.elapsed() < GATHER);
        if soon && self.waiting.len() < MOST {
            return Ok(self.waiting.is_empty());
        }
        self.settle()?;
        Ok(true)
    }

    /// Writes what was taken in.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        let measured = self.store.take_measured();
        if !self.waiting.is_empty() || !measured.is_empty() {
            self.store.write(|change| {
                measurements::insert(change, &measured)?;
                self.insert(change)
            })?;
            self.waiting.clear();
        }
        self.written = Some(Instant::now());
        Ok(())
    }

    fn insert(&self, change: &Transaction<'_>) -> rusqlite::Result<()> {
        // What another run found is the same; only objectives can be new.
        let mut evaluation = change.prepare_cached(
            "INSERT INTO evaluations (problem, design, hardware, outcome) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (problem, design) DO UPDATE SET outcome = excluded.outcome \
             WHERE outcome IS NULL AND excluded.outcome IS NOT NULL",
        )?;
        let mut trial = change.prepare_cached(
            "INSERT INTO trials (search, trial, evaluation, trained) \
             SELECT ?1, ?2, id, ?3 FROM evaluations WHERE problem = ?4 AND design = ?5 \
             ON CONFLICT (search, trial) DO UPDATE \
             SET evaluation = excluded.evaluation, trained = excluded.trained",
        )?;
        for row in &self.waiting {
            evaluation.execute(params![self.problem, row.design, row.hardware, row.outcome])?;
            trial.execute(params![
                self.search,
                row.trial as i64,
                row.outcome.is_some(),
                self.problem,
                row.design
            ])?;
        }
        Ok(())
    }
}

/// A finding as it was written; none when its bytes have changed since.
pub(crate) fn finding(key: &[u8], hardware: &[u8], outcome: Option<&[u8]>) -> Option<Finding> {
    let Opened { text, first, .. } = codec::open(key, hardware)?;
    let outcome = match outcome {
        None => None,
        Some(blob) => {
            let Opened { first, second, .. } = codec::open(key, blob)?;
            Some(Reached {
                objectives: first,
                numbers: second,
            })
        }
    };
    Some(Finding {
        hardware: Measured {
            refused: text,
            numbers: first,
        },
        outcome,
    })
}
