//! Trained generators, so that one is trained once for all that is ever asked of it.
//!
//! A generator is found under the hash of all that its training depends on, its seed included.

use crate::error::StoreError;
use crate::store::Store;
use rusqlite::{OptionalExtension, params};

impl Store {
    /// The generator kept under a key, as the text that it was written as.
    pub fn generator(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String, String)> = self.read(|c| {
            c.prepare_cached("SELECT state, hash FROM generators WHERE key = ?1")?
                .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        match found {
            Some((state, hash)) if hash != seal(key, &state) => {
                Err(self.damaged("a trained generator has changed"))
            }
            found => Ok(found.map(|(state, _)| state)),
        }
    }

    /// Keeps a generator.
    pub fn keep_generator(&self, key: &str, seed: u64, state: &str) -> Result<(), StoreError> {
        self.write(|change| {
            change
                .prepare_cached(
                    "INSERT INTO generators (key, seed, state, hash) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO NOTHING",
                )?
                // A seed is a number of the language, below 2⁵³.
                .execute(params![key, seed as i64, state, seal(key, state)])
                .map(|_| ())
        })
    }
}

/// SQLite notices a broken tree, not a changed letter.
fn seal(key: &str, state: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.as_bytes());
    hasher.update(state.as_bytes());
    hasher.finalize().to_hex().to_string()
}
