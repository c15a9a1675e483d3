//! Trainings: what each trial reached at each rung, and where the unfinished ones stand.
//!
//! A trial is one network with one seed; its key is the hash of all that its result
//! depends on. It is written the moment it reaches a rung, together with the state from
//! which it goes on, so that a killed run repeats no rung.

use crate::error::StoreError;
use crate::store::Store;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// What a trial reached at a rung.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Its score on the samples held out from training, in 0..1.
    pub validation: f64,
    /// Its score on the test samples, where there are any.
    pub test: Option<f64>,
    /// Processor seconds it took from the beginning.
    pub seconds: f64,
    /// What was seen after each epoch.
    pub curve: Vec<Epoch>,
    /// What a regression knows of the network.
    pub features: Vec<f64>,
}

/// What was seen after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Its number, from 1.
    pub epoch: u32,
    /// Mean loss over the training samples.
    pub loss: f64,
    /// Score on the held-out samples.
    pub validation: f64,
}

/// A trial, and the rung it stands at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial<'a> {
    /// The hash of all that it depends on but the number of epochs.
    pub key: &'a str,
    /// The hash of recipe and data: trials with the same can be compared.
    pub recipe: &'a str,
    /// Epochs it was trained for.
    pub epochs: u32,
}

const COLUMNS: &str = "validation, test, seconds, curve, features";

impl Store {
    /// What a trial reached after so many epochs.
    pub fn training(&self, key: &str, epochs: u32) -> Result<Option<Training>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM trainings WHERE key = ?1 AND epochs = ?2");
        let found = self.read(|c| {
            let mut select = c.prepare_cached(&select)?;
            select.query_row(params![key, epochs], columns).optional()
        })?;
        found.map(|row| self.opened(row)).transpose()
    }

    /// All that was reached with a recipe after so many epochs, in the order of the keys.
    pub fn trainings(&self, recipe: &str, epochs: u32) -> Result<Vec<Training>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM trainings WHERE recipe = ?1 AND epochs = ?2 ORDER BY key"
        );
        let found = self.read(|c| {
            let mut select = c.prepare_cached(&select)?;
            let rows = select.query_map(params![recipe, epochs], columns)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        found.into_iter().map(|row| self.opened(row)).collect()
    }

    /// Enters what a trial reached, with the state from which it goes on; none when it has ended.
    pub fn trained(
        &self,
        trial: Trial<'_>,
        training: &Training,
        state: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let curve = serde_json::to_string(&training.curve).unwrap_or_default();
        let features = serde_json::to_string(&training.features).unwrap_or_default();
        self.write(|change| {
            change
                .prepare_cached(
                    "INSERT INTO trainings (key, epochs, recipe, validation, test, seconds, curve, features) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    trial.key,
                    trial.epochs,
                    trial.recipe,
                    training.validation,
                    training.test,
                    training.seconds,
                    curve,
                    features
                ])?;
            match state {
                Some(state) => change
                    .prepare_cached(
                        "INSERT INTO checkpoints (key, epochs, state) VALUES (?1, ?2, ?3) \
                         ON CONFLICT (key) DO UPDATE SET epochs = excluded.epochs, state = excluded.state",
                    )?
                    .execute(params![trial.key, trial.epochs, state])?,
                None => change
                    .prepare_cached("DELETE FROM checkpoints WHERE key = ?1")?
                    .execute([trial.key])?,
            };
            Ok(())
        })
    }

    /// The state from which a trial goes on.
    pub fn checkpoint(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|c| {
            c.prepare_cached("SELECT state FROM checkpoints WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()
        })
    }

    fn opened(&self, (mut training, curve, features): Columns) -> Result<Training, StoreError> {
        let changed = |_| self.damaged("the curve of a training has changed");
        training.curve = serde_json::from_str(&curve).map_err(changed)?;
        training.features = serde_json::from_str(&features).map_err(changed)?;
        Ok(training)
    }
}

/// A training without its lists, and these as they are written.
type Columns = (Training, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    let training = Training {
        validation: row.get(0)?,
        test: row.get(1)?,
        seconds: row.get(2)?,
        curve: Vec::new(),
        features: Vec::new(),
    };
    Ok((training, row.get(3)?, row.get(4)?))
}
