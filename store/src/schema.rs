//! The tables of a store, how they came to be, and whether a file is one.

use crate::error::{StoreError, Trouble};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::{Duration, Instant};

/// Marks the file as a run store: the bytes `nsrs`.
const APPLICATION: i64 = 0x6e73_7273;

/// The version of the tables; a store of a newer one is refused, an older one brought up to it.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// How long one program waits for another that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// What leads from each version of the tables to the next.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  script TEXT NOT NULL,
  program TEXT NOT NULL,
  plan TEXT NOT NULL,
  plan_hash TEXT NOT NULL,
  status TEXT NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  outputs TEXT
) STRICT;

CREATE TABLE problems (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  heads TEXT NOT NULL
) STRICT;

CREATE TABLE evaluations (
  id INTEGER PRIMARY KEY,
  problem INTEGER NOT NULL REFERENCES problems(id),
  design BLOB NOT NULL,
  hardware BLOB NOT NULL,
  outcome BLOB,
  UNIQUE (problem, design)
) STRICT;

CREATE TABLE searches (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  problem INTEGER NOT NULL REFERENCES problems(id),
  strategy TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  options TEXT NOT NULL,
  seed INTEGER NOT NULL,
  summary TEXT,
  UNIQUE (run, number)
) STRICT;

CREATE TABLE trials (
  search INTEGER NOT NULL REFERENCES searches(id) ON DELETE CASCADE,
  trial INTEGER NOT NULL,
  evaluation INTEGER NOT NULL REFERENCES evaluations(id),
  trained INTEGER NOT NULL,
  PRIMARY KEY (search, trial)
) STRICT, WITHOUT ROWID;

CREATE TABLE measurements (
  key TEXT PRIMARY KEY,
  value REAL NOT NULL,
  uncertainty REAL,
  kind TEXT NOT NULL,
  provenance TEXT NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE trainings (
  key TEXT NOT NULL,
  epochs INTEGER NOT NULL,
  recipe TEXT NOT NULL,
  validation REAL NOT NULL,
  test REAL,
  seconds REAL NOT NULL,
  curve TEXT NOT NULL,
  features TEXT NOT NULL,
  PRIMARY KEY (key, epochs)
) STRICT, WITHOUT ROWID;

CREATE INDEX trainings_of_recipe ON trainings (recipe, epochs);

CREATE TABLE checkpoints (
  key TEXT PRIMARY KEY,
  epochs INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;
",
    "
CREATE TABLE generators (
  key TEXT PRIMARY KEY,
  seed INTEGER NOT NULL,
  state TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
",
];

/// Opens a file that is a store, or one that is to become one.
pub fn open(path: &Path, make: bool) -> Result<Connection, StoreError> {
    let said = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if make {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    } else if !path.exists() {
        return Err(StoreError::new(path, Trouble::Missing));
    }
    let mut connection = Connection::open_with_flags(path, flags).map_err(said)?;
    connection.busy_timeout(PATIENCE).map_err(said)?;
    // What is not ours is recognised before anything is written, and in one snapshot: another
    // program may be making the tables just now.
    let snapshot = connection.transaction().map_err(said)?;
    let version = recognise(&snapshot, path)?;
    drop(snapshot);
    if version == Some(VERSION) && connection.is_readonly("main").map_err(said)? {
        return Ok(connection);
    }
    patiently(|| connection.pragma_update(None, "journal_mode", "wal")).map_err(said)?;
    // The file survives a power cut in any case; commits need not wait for the disk.
    connection
        .pragma_update(None, "synchronous", "normal")
        .map_err(said)?;
    connection
        .pragma_update(None, "foreign_keys", true)
        .map_err(said)?;
    if version != Some(VERSION) {
        migrate(&mut connection, path)?;
    }
    Ok(connection)
}

/// The version of a store's tables; none for a file without any content.
fn recognise(connection: &Connection, path: &Path) -> Result<Option<i64>, StoreError> {
    let said = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let ask = |what: &str| connection.pragma_query_value(None, what, |row| row.get::<_, i64>(0));
    let application = ask("application_id").map_err(said)?;
    let version = ask("user_version").map_err(said)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(said)?;
    match (application, version) {
        (APPLICATION, 1..=VERSION) if tables > 0 => Ok(Some(version)),
        (APPLICATION, _) if version > VERSION => {
            Err(StoreError::new(path, Trouble::Newer(version)))
        }
        (0, 0) if tables == 0 => Ok(None),
        (APPLICATION, _) => Err(StoreError::new(
            path,
            Trouble::Damaged("its tables are gone".into()),
        )),
        _ => Err(StoreError::new(
            path,
            Trouble::Foreign("it is an SQLite file of another program".into()),
        )),
    }
}

/// Brings the tables up to this version, all or nothing, one program at a time.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let said = |e: rusqlite::Error| StoreError::sqlite(path, &e);
    let change = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(said)?;
    // Another program may have done it while this one waited.
    let done = recognise(&change, path)?.unwrap_or(0);
    for step in MIGRATIONS.iter().skip(usize::try_from(done).unwrap_or(0)) {
        change.execute_batch(step).map_err(said)?;
    }
    change
        .pragma_update(None, "application_id", APPLICATION)
        .map_err(said)?;
    change
        .pragma_update(None, "user_version", VERSION)
        .map_err(said)?;
    change.commit().map_err(said)
}

/// Tries again while another program is in the way; SQLite does not wait for a change of journal.
fn patiently(mut what: impl FnMut() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let start = Instant::now();
    loop {
        match what() {
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == ErrorCode::DatabaseBusy && start.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}
