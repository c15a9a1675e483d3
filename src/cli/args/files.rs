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

/// What to import.
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// A mapping file of MAESTRO (`.m`), an energy table of Accelergy (`.yaml`) or a network (`.onnx`).
    pub file: PathBuf,
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
