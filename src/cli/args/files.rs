//! Files in, files out: notebooks and other tools.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Between notebooks and scripts.
#[derive(Debug, Subcommand)]
pub enum Convert {
    /// Write the cells of a notebook as a script that does the same.
    #[command(after_help = "Example:\n  nasaic notebook export lab.ipynb --out lab.nasaic")]
    Export(Files),
    /// Write a script as a notebook: a cell at each line `// %%`, or else at blank lines.
    #[command(after_help = "Example:\n  nasaic notebook import lab.nasaic --out lab.ipynb")]
    Import(Files),
    /// Write the students' notebook and the solution of a lab: what its source says behind `//?`
    /// becomes a `?` for students.
    #[command(after_help = "Example:
  nasaic notebook lab source/01_units.nasaic --out notebooks

writes notebooks/01_units.ipynb and notebooks/solutions/01_units.ipynb; docs/grading.md tells how a
source is written.")]
    Lab(Labs),
}

/// Labs and where their notebooks go.
#[derive(Debug, Clone, Args)]
pub struct Labs {
    /// The sources: scripts that are the solutions.
    #[arg(required = true)]
    pub sources: Vec<PathBuf>,
    /// The folder of the students' notebooks; the solutions go to `solutions` in it.
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
}

/// A file and where its other form goes.
#[derive(Debug, Clone, Args)]
pub struct Files {
    /// The file; `-` is the standard input.
    pub file: PathBuf,
    /// Write to this file instead of the standard output.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Layers of other tools as networks and a workload.
#[derive(Debug, Clone, Subcommand)]
pub enum Layers {
    /// Problem files of Timeloop, a layer each.
    Timeloop(Workload),
    /// Workloads of ZigZag (YAML).
    Zigzag(Workload),
    /// Networks of MAESTRO: the layers of a mapping file.
    Maestro(Workload),
}

/// Files with layers.
#[derive(Debug, Clone, Args)]
pub struct Workload {
    /// The files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// What the workload is called; after the first file when not given.
    #[arg(long)]
    pub name: Option<String>,
}

/// What to grade.
#[derive(Debug, Clone, Args)]
pub struct Grade {
    /// The notebooks.
    #[arg(required = true)]
    pub notebooks: Vec<PathBuf>,
    /// The check file: statements over the names that a notebook declares; points are given for its
    /// `expect`s.
    #[arg(long, value_name = "FILE")]
    pub against: PathBuf,
    /// Print a JSON object (docs/grading.schema.json) instead of tables.
    #[arg(long)]
    pub json: bool,
    /// Write a line for each notebook to this file, with a column for each check.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// The time that a notebook may take.
    #[arg(long, value_name = "TIME", default_value = "120s")]
    pub time_limit: String,
    /// The memory that a notebook may take.
    #[arg(long, value_name = "DATA", default_value = "2GB")]
    pub memory_limit: String,
    /// Keep what searches find in this store, so that the next time evaluates nothing twice;
    /// otherwise for this command only.
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Do not say what was found and what was expected instead.
    #[arg(long)]
    pub hide_found: bool,
}

/// What to import.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    /// Layers instead of hardware.
    #[command(subcommand)]
    pub layers: Option<Layers>,
    /// A mapping file of MAESTRO (`.m`), an energy table of Accelergy (`.yaml`) or a network (`.onnx`).
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// The area table that goes with an energy table.
    #[arg(long, value_name = "FILE")]
    pub art: Option<PathBuf>,
    /// What a component of the tables is: dram, shared, pe, mac or noc; guessed where not said.
    #[arg(long = "role", value_name = "COMPONENT=ROLE[,size=…][,word=…]")]
    pub roles: Vec<String>,
    /// Bits that one action of a store moves where no role says otherwise.
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub word_bits: u32,
    /// A size of a network's inputs that its file leaves open, such as `batch=1`.
    #[arg(long = "with", value_name = "NAME=SIZE")]
    pub sizes: Vec<String>,
    /// Count operators of a network without a counterpart as traffic.
    #[arg(long)]
    pub lenient: bool,
    /// What the block is called; after the file when not given.
    #[arg(long)]
    pub name: Option<String>,
}
