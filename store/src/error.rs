//! What can be wrong with a store, and the way out; nothing here destroys anything.

use rusqlite::ErrorCode;
use std::fmt;
use std::path::{Path, PathBuf};

/// A store that cannot be used, or not for this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub trouble: Trouble,
}

/// What is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no file, and none was to be made.
    Missing,
    /// It is no SQLite file, or one of another program.
    Foreign(String),
    /// A newer build wrote it; this is its version.
    Newer(i64),
    /// Something in it cannot be right.
    Damaged(String),
    /// The disk, or the file's own limit, has no room.
    Full,
    /// The system does not let it be written or opened.
    Denied(String),
    /// Another program wrote to it for longer than one waits.
    Busy,
    /// It has no run of this number.
    NoRun(i64),
    /// Something that SQLite should never say here.
    Unexpected(String),
}

impl StoreError {
    pub(crate) fn new(path: &Path, trouble: Trouble) -> Self {
        Self {
            path: path.to_owned(),
            trouble,
        }
    }

    /// What SQLite says of a file, sorted by what can be done about it.
    pub(crate) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let text = error.to_string();
        let trouble = match error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::NotADatabase => Trouble::Foreign("it is not an SQLite file".into()),
                ErrorCode::DatabaseCorrupt => Trouble::Damaged(text),
                ErrorCode::DiskFull => Trouble::Full,
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed => Trouble::Busy,
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::AuthorizationForStatementDenied
                | ErrorCode::SystemIoFailure => Trouble::Denied(text),
                // A statement of ours is right for our tables: these are not ours any more.
                ErrorCode::Unknown | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch => {
                    Trouble::Damaged(text)
                }
                _ => Trouble::Unexpected(text),
            },
            // A column of the wrong type or range was not written by us.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::SqlInputError { .. }
            | rusqlite::Error::QueryReturnedNoRows => Trouble::Damaged(text),
            _ => Trouble::Unexpected(text),
        };
        Self::new(path, trouble)
    }

    /// The code of its message and of the page that explains it.
    pub fn code(&self) -> &'static str {
        match &self.trouble {
            Trouble::Foreign(_) => "E0811",
            Trouble::Newer(_) => "E0812",
            Trouble::Damaged(_) => "E0813",
            Trouble::Full | Trouble::Denied(_) | Trouble::Unexpected(_) => "E0814",
            Trouble::Busy => "E0815",
            Trouble::Missing | Trouble::NoRun(_) => "E0816",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        let path = self.path.display();
        match &self.trouble {
            Trouble::Missing => "give `--store` the file that `nasaic run` wrote".into(),
            Trouble::Foreign(_) => "give `--store` another file; this one was not changed".into(),
            Trouble::Newer(_) => {
                "use the newer build, or give `--store` another file; this one was not changed"
                    .into()
            }
            Trouble::Damaged(_) => format!(
                "rescue what can be read with `sqlite3 {path} .recover | sqlite3 rescued.db` and \
                 give `--store rescued.db`, or start a new file; this one was not changed"
            ),
            Trouble::Full => {
                "make room and resume the run (`nasaic runs list`), or give `--store` a file on \
                 another disk"
                    .into()
            }
            Trouble::Denied(_) => {
                "give `--store` a file that you may write to, or keep nothing with `--no-store`"
                    .into()
            }
            Trouble::Busy => {
                "wait for the other program, or give `--store` a file of your own".into()
            }
            Trouble::NoRun(_) => "`nasaic runs list` shows the runs".into(),
            Trouble::Unexpected(_) => "keep nothing with `--no-store`, and report this".into(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.trouble {
            Trouble::Missing => write!(f, "there is no run store `{path}`"),
            Trouble::Foreign(why) => write!(f, "`{path}` is not a run store: {why}"),
            Trouble::Newer(version) => write!(
                f,
                "the run store `{path}` has format {version}, and this build knows {}",
                crate::VERSION
            ),
            Trouble::Damaged(why) => write!(f, "the run store `{path}` is damaged: {why}"),
            Trouble::Full => write!(f, "there is no room left for the run store `{path}`"),
            Trouble::Denied(why) => write!(f, "the run store `{path}` cannot be used: {why}"),
            Trouble::Busy => write!(
                f,
                "another program has been writing to the run store `{path}` for too long"
            ),
            Trouble::NoRun(run) => write!(f, "the run store `{path}` has no run {run}"),
            Trouble::Unexpected(why) => write!(f, "the run store `{path}` failed: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}
