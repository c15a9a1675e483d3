//! What networks were measured to reach: the dear part, kept apart from any problem.
//!
//! A measurement is found under the hash of all that it depends on: the network
//! itself, the task with its data, the seed and the recipe.

use crate::error::StoreError;
use crate::store::Store;
use rusqlite::{OptionalExtension, Transaction, params};
use std::sync::PoisonError;

/// A measurement with what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The value, such as an accuracy in 0..1.
    pub value: f64,
    /// Its standard error, where it is known.
    pub uncertainty: Option<f64>,
    /// What kind of statement it is: `surrogate`, `table`, `trained`.
    pub kind: String,
    /// Where it comes from.
    pub provenance: String,
}

/// Measurements that wait for the next commit.
pub(crate) type Pending = Vec<(String, Measurement)>;

impl Store {
    /// The measurement kept under a key.
    pub fn measurement(&self, key: &str) -> Result<Option<Measurement>, StoreError> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT value, uncertainty, kind, provenance FROM measurements WHERE key = ?1",
            )?
            .query_row([key], |row| {
                Ok(Measurement {
                    value: row.get(0)?,
                    uncertainty: row.get(1)?,
                    kind: row.get(2)?,
                    provenance: row.get(3)?,
                })
            })
            .optional()
        })
    }

    /// Keeps a measurement; it is safe once the search at hand has settled.
    pub fn measured(&self, key: String, measurement: Measurement) {
        let mut pending = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        pending.push((key, measurement));
    }

    /// Takes what waits, in the order of the keys: threads finish in any order.
    pub(crate) fn take_measured(&self) -> Pending {
        let mut pending = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = std::mem::take(&mut *pending);
        taken.sort_by(|a, b| a.0.cmp(&b.0));
        taken
    }
}

pub(crate) fn insert(change: &Transaction<'_>, pending: &Pending) -> rusqlite::Result<()> {
    let mut insert = change.prepare_cached(
        "INSERT INTO measurements (key, value, uncertainty, kind, provenance) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    for (key, m) in pending {
        insert.execute(params![key, m.value, m.uncertainty, m.kind, m.provenance])?;
    }
    Ok(())
}
