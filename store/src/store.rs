//! A store: one file, one connection, one writer at a time.

use crate::error::StoreError;
use crate::measurements::Pending;
use crate::schema;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Runs and evaluations in a file.
///
/// Several programs may use one file at the same time: each writes in short
/// transactions and waits for the others.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Mutex<Connection>,
    pub(crate) measured: Mutex<Pending>,
}

impl Store {
    /// Opens a store, and makes it with its folder where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|e| StoreError::new(path, crate::Trouble::Denied(e.to_string())))?;
        }
        Self::connect(path, true)
    }

    /// Opens a store that is there.
    pub fn existing(path: &Path) -> Result<Self, StoreError> {
        Self::connect(path, false)
    }

    fn connect(path: &Path, make: bool) -> Result<Self, StoreError> {
        Ok(Self {
            path: path.to_owned(),
            connection: Mutex::new(schema::open(path, make)?),
            measured: Mutex::default(),
        })
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the file grow to at most this many pages of 4 KiB, as a full disk would.
    pub fn limit_pages(&self, most: u32) -> Result<(), StoreError> {
        self.read(|c| c.pragma_update(None, "max_page_count", most))
    }

    /// Asks something.
    pub(crate) fn read<T>(
        &self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        ask(&self.connection()).map_err(|e| self.said(&e))
    }

    /// Changes something, all or nothing.
    pub(crate) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let write = || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let out = change(&transaction)?;
            transaction.commit()?;
            Ok(out)
        };
        write().map_err(|e| self.said(&e))
    }

    pub(crate) fn said(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sqlite(&self.path, error)
    }

    pub(crate) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::new(&self.path, crate::Trouble::Damaged(what.into()))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A statement that panicked left no half-done change: its transaction was dropped.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
