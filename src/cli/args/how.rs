//! How a script is read, changed and run.

use clap::Args;
use nasaic_host::keep::STORE;
use std::path::PathBuf;

/// How a script is read.
#[derive(Debug, Clone, Default, Args)]
pub struct Reading {
    /// Let the script read files outside its own folder and the current one.
    #[arg(long)]
    pub allow_outside: bool,
    /// Look here for tables that do not lie beside the script; otherwise in the folder NASAIC_DATA.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Changes made to a script.
#[derive(Debug, Clone, Default, Args)]
pub struct Changes {
    /// Set a field, or leave it open: `a1.pes=1024`, `'w1.a1.pes in {512, 1024}'`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub settings: Vec<String>,
    /// Use this seed in every strategy.
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
}

/// How a script is run.
#[derive(Debug, Clone, Args)]
pub struct How {
    /// Where results go.
    #[command(flatten)]
    pub running: Running,
    /// What is kept.
    #[command(flatten)]
    pub keeping: Keeping,
    /// Changes.
    #[command(flatten)]
    pub changes: Changes,
    /// How to read it.
    #[command(flatten)]
    pub reading: Reading,
}

/// Where the results of a run go, and how fast.
#[derive(Debug, Clone, Args)]
pub struct Running {
    /// Write figures, result.json, timing.json and exported files into this folder.
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object per line: progress, training, result, figure, warning, error, status.
    #[arg(long)]
    pub json_stream: bool,
    /// Use this many threads; the results are the same with any number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// What is kept of a run.
#[derive(Debug, Clone, Args)]
pub struct Keeping {
    /// Keep what searches find in this file, and read there what is known.
    #[arg(long, value_name = "FILE", default_value = STORE)]
    pub store: PathBuf,
    /// Evaluate every design, even those that the store knows.
    #[arg(long)]
    pub no_cache: bool,
    /// Keep nothing.
    #[arg(long, conflicts_with_all = ["store", "no_cache"])]
    pub no_store: bool,
}

/// Which store to look at.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The run store.
    #[arg(long, value_name = "FILE", default_value = STORE)]
    pub store: PathBuf,
}
