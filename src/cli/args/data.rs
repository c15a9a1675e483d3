//! What can be asked of data sets.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to say of data sets.
#[derive(Debug, Clone, Subcommand)]
pub enum Data {
    /// List the data sets of the library or of a script, and where each lies or how to get it.
    List {
        /// A script whose data sets are listed, its own and those it uses.
        script: Option<PathBuf>,
        /// Print them as a JSON array.
        #[arg(long)]
        json: bool,
        /// Where to look.
        #[command(flatten)]
        place: DataPlace,
    },
    /// Print the folder that a data set is read from.
    Path {
        /// Its name in `std.data`.
        name: String,
        /// Where to look.
        #[command(flatten)]
        place: DataPlace,
    },
    /// Read a data set whole: its hash, its classes, its mean image.
    Verify {
        /// Its name in `std.data`.
        name: String,
        /// Print it as a JSON object.
        #[arg(long)]
        json: bool,
        /// Where to look.
        #[command(flatten)]
        place: DataPlace,
    },
}

/// Where data sets are looked for.
#[derive(Debug, Clone, Args)]
pub struct DataPlace {
    /// Look only in this folder and its folder NAME, not in NASAIC_DATA or packages.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}
