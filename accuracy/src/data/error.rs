//! What is wrong with a data set: where, why, and the way out.

use std::fmt;
use std::path::Path;

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No folder holds it.
    Missing,
    /// A file is not what its format says.
    Damaged,
    /// The files are sound, but not what was asked for.
    Unfit,
}

/// Why a data set was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// What kind of trouble it is.
    pub trouble: Trouble,
    /// Where: a file, with the byte where that is known, or the name of the data set.
    pub place: String,
    /// What was found, and what was expected there.
    pub cause: String,
    /// What to do.
    pub way_out: String,
}

impl DataError {
    /// A file, from its first byte that is not as expected.
    pub(super) fn damaged(file: &Path, byte: Option<u64>, cause: impl Into<String>) -> Self {
        let file = file.display();
        Self {
            trouble: Trouble::Damaged,
            place: byte.map_or_else(|| file.to_string(), |byte| format!("{file}, byte {byte}")),
            cause: cause.into(),
            way_out: "get the file again; a download may have been cut off".into(),
        }
    }

    /// What was asked for does not go with what is there.
    pub(super) fn unfit(
        place: impl fmt::Display,
        cause: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            trouble: Trouble::Unfit,
            place: place.to_string(),
            cause: cause.into(),
            way_out: way_out.into(),
        }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.cause, self.way_out)
    }
}

impl std::error::Error for DataError {}
