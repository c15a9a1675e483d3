//! What can be asked of kept runs.

use super::how::{Place, Reading, Running};
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to do with kept runs.
#[derive(Debug, Clone, Subcommand)]
pub enum Runs {
    /// List all runs.
    List {
        /// Print them with their searches as a JSON array.
        #[arg(long)]
        json: bool,
        /// Which store.
        #[command(flatten)]
        place: Place,
    },
    /// Show again what a run showed.
    Show {
        /// The number of the run.
        id: i64,
        /// Write its figures into this folder.
        #[arg(short, long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Print one JSON object per line, as the run would.
        #[arg(long)]
        json_stream: bool,
        /// Which store.
        #[command(flatten)]
        place: Place,
    },
    /// Go on with a run that was interrupted or killed; it ends as if it never had been.
    Resume {
        /// The number of the run.
        id: i64,
        /// Where results go.
        #[command(flatten)]
        running: Running,
        /// How to read data files.
        #[command(flatten)]
        reading: Reading,
        /// Which store.
        #[command(flatten)]
        place: Place,
    },
    /// Put the searches of some runs side by side.
    Compare {
        /// The numbers of the runs.
        #[arg(required = true)]
        ids: Vec<i64>,
        /// Print the runs as a JSON array.
        #[arg(long)]
        json: bool,
        /// Which store.
        #[command(flatten)]
        place: Place,
    },
    /// Write the designs of a run to a file that other programs read.
    Export {
        /// The number of the run.
        id: i64,
        /// What kind of file.
        #[arg(long, value_enum)]
        format: RunsFormat,
        /// Only this search of it, counted from 1.
        #[arg(long, value_name = "N")]
        search: Option<usize>,
        /// The file; `run-ID` with the right ending when not given.
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Which store.
        #[command(flatten)]
        place: Place,
    },
    /// Remove runs, and what was found in no other run.
    Rm {
        /// The numbers of the runs.
        #[arg(required = true)]
        ids: Vec<i64>,
        /// Which store.
        #[command(flatten)]
        place: Place,
    },
}

/// A kind of file for the designs of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunsFormat {
    /// Text, units in the heads.
    Csv,
    /// Columns for data frames.
    Parquet,
    /// A storage with a study for each search, for `optuna.load_study`.
    Optuna,
}

impl RunsFormat {
    /// How the name of such a file ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Optuna => "optuna.db",
        }
    }
}
