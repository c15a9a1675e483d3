//! The commands and their options.

mod data;
mod files;
mod how;
mod runs;

pub use data::{Data, DataPlace};
pub use files::{Convert, Grade, Import, Labs, Layers};
pub use how::{Changes, How, Keeping, Reading, Running};
pub use runs::{Runs, RunsFormat};

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum};
use nasaic_validate::{CASES, COMPARISONS};
use std::ffi::OsString;
use std::path::PathBuf;

/// What was asked for.
#[derive(Debug, Parser)]
#[command(
    name = "nasaic",
    version,
    about = "Designs neural networks together with the accelerators that run them.",
    after_help = "Examples:
  nasaic check w1.nasaic                  find mistakes, run nothing
  nasaic run w1.nasaic --out results      run, and write figures and results
  nasaic space w1.nasaic w1               the size of the problem's space
  nasaic search w1.nasaic w1 quick        search with one of its strategies
  nasaic explain E0401                    what a message means, with examples
  nasaic explain lab.nasaic r             why a result costs what it costs
  nasaic validate                         the cost model against peers and silicon

Exit codes: 0 done, 1 an error, 2 an `expect` failed or a comparison falls short, 3 interrupted.",
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// When messages are in colour.
    #[arg(long, value_enum, global = true, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,

    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// When messages are in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// At a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a script, or a plan made of one.
    #[command(after_help = "Examples:
  nasaic run w1.nasaic --out results
  nasaic run w1.nasaic --set nasaic.episodes=20 --set 'w1.a1.pes in {512, 1024}'
  nasaic plan w1.nasaic | nasaic run -")]
    Run {
        /// The script or plan; `-` reads the standard input.
        file: PathBuf,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
    /// Find the mistakes in scripts without running them.
    #[command(after_help = "Example:\n  nasaic check *.nasaic --json")]
    Check {
        /// The scripts; `-` reads the standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Print the messages as a JSON array.
        #[arg(long)]
        json: bool,
        /// How to read them.
        #[command(flatten)]
        reading: Reading,
    },
    /// Bring scripts into the canonical layout.
    #[command(after_help = "Examples:
  nasaic fmt w1.nasaic          rewrite the file
  nasaic fmt --check *.nasaic   only say which files would change
  nasaic fmt - < w1.nasaic      print the result")]
    Fmt {
        /// The scripts; `-` formats the standard input to the standard output.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Change nothing; fail if a file would change.
        #[arg(long)]
        check: bool,
    },
    /// Print the plan of a script: all that is needed to run it elsewhere, as JSON.
    #[command(
        after_help = "Example:\n  nasaic plan w1.nasaic --seed 3 > p.json && nasaic run p.json"
    )]
    Plan {
        /// The script; `-` reads the standard input.
        file: PathBuf,
        /// How to read it.
        #[command(flatten)]
        reading: Reading,
        /// Changes.
        #[command(flatten)]
        changes: Changes,
    },
    /// Explain a message by its code, or a result: the call `explain(…)` at the end of the script.
    #[command(after_help = "Examples:
  nasaic explain E0401                                       what a message means
  nasaic explain lab.nasaic r --layer conv1                  why a layer of a result is slow
  nasaic explain lab.nasaic resnet18 mine --out pictures     the same of a design and its accelerator")]
    Explain {
        /// The code of a message, such as E0401, or a script; without it, all codes are listed.
        what: Option<String>,
        /// A result of the script, such as `r` or `found.best`; with ON, what runs.
        #[arg(requires = "what")]
        of: Option<String>,
        /// The accelerator that a workload, network or layer runs on.
        #[arg(requires = "of")]
        on: Option<String>,
        /// The path of a layer, or of a block of layers.
        #[arg(long, value_name = "PATH", requires = "of")]
        layer: Option<String>,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
    /// Describe a block kind, function, strategy or unit of the language.
    #[command(after_help = "Examples:\n  nasaic doc conv\n  nasaic doc reinforce")]
    Doc {
        /// What to describe; without it, all names are listed.
        name: Option<String>,
    },
    /// Serve an editor: mistakes, completion, explanations, declarations, layout (LSP).
    #[command(
        after_help = "Example, in the settings of an editor:\n  command = [\"nasaic\", \"lsp\"]"
    )]
    Lsp {
        /// What some editors pass; there is no other way.
        #[arg(long)]
        stdio: bool,
    },
    /// Print a block of a script as it is understood.
    #[command(after_help = "Example:\n  nasaic show w1.nasaic hetero --defaults")]
    Show {
        /// The script; `-` reads the standard input.
        file: PathBuf,
        /// The name of the block.
        name: String,
        /// Also print the fields that are not written, with their defaults.
        #[arg(long)]
        defaults: bool,
        /// How to read it.
        #[command(flatten)]
        reading: Reading,
        /// Changes.
        #[command(flatten)]
        changes: Changes,
    },
    /// Write a design for another tool: the call `export(evaluate(DESIGN, ON), …)` at the end of the
    /// script.
    #[command(after_help = "Example:
  nasaic export lab.nasaic resnet18 mine --timeloop -o nests
  nasaic export lab.nasaic resnet18 mine --timeloop -o nests --layer conv1")]
    Export {
        /// The script.
        file: PathBuf,
        /// A workload, network, layer or problem without open fields.
        design: String,
        /// The accelerator; a problem brings its own.
        on: Option<String>,
        /// A folder for each layer with the architecture, problem and mapping that Timeloop reads.
        #[arg(long, required = true)]
        timeloop: bool,
        /// Only this layer.
        #[arg(long, value_name = "PATH")]
        layer: Option<String>,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
    /// Print a file of another tool as blocks of the language.
    #[command(after_help = "Examples:
  nasaic import resnet50_kcp.m              the dataflows of a mapping file of MAESTRO
  nasaic import net.onnx --with batch=1     the layers of a network
  nasaic import ERT.yaml --art ART.yaml     Accelergy's energies and areas as a technology
  nasaic import ERT.yaml --role weights_spad=pe,size=448B --role buffer=shared,size=108KiB,word=64bit
  nasaic import timeloop conv1.prob.yaml conv2.prob.yaml     layers as networks and a workload
  nasaic import zigzag resnet18.yaml
  nasaic import maestro resnet50_kcp.m")]
    Import(Import),
    /// Turn a notebook into a script, or a script into a notebook.
    #[command(subcommand)]
    Notebook(Convert),
    /// Grade notebooks: run each in a fresh kernel, then the checks of a file of `expect`s.
    #[command(after_help = "Examples:
  nasaic grade 01_units.ipynb --against 01_units.check.nasaic
  nasaic grade submissions/*.ipynb --against 01_units.check.nasaic --csv grades.csv
  nasaic grade lab.ipynb --against lab.check.nasaic --json --time-limit 5min --memory-limit 4GB

Exit codes: 0 all points, 2 points are missing, 1 something cannot be graded. docs/grading.md tells
how checks are written and what the JSON holds.")]
    Grade(Grade),
    /// Start or install the Jupyter kernel: what `nasaic-kernel` does, which must be installed.
    #[command(after_help = "Example:\n  nasaic kernel install --user")]
    Kernel {
        /// What to tell it.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Check the certificate of an exact search against its script, by independent code.
    #[command(
        after_help = "Example:\n  nasaic verify w1.certificate.json examples/w1_exact.nasaic"
    )]
    Verify {
        /// The certificate: `export(search(PROBLEM, EXACT), \"w1.certificate.json\")`.
        certificate: PathBuf,
        /// The script that declares the problem.
        file: PathBuf,
        /// Print the verdict as JSON.
        #[arg(long)]
        json: bool,
        /// How to read the script.
        #[command(flatten)]
        reading: Reading,
        /// What to change in the script, as when the certificate was made.
        #[command(flatten)]
        changes: Changes,
    },
    /// Count a space: the call `space(OF, ON)` at the end of the script.
    #[command(after_help = "Example:\n  nasaic space w1.nasaic w1")]
    Space {
        /// The script.
        file: PathBuf,
        /// A problem, or a network or accelerator with open fields.
        of: String,
        /// The accelerator; a problem brings its own.
        on: Option<String>,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
    /// Cost one design: the call `evaluate(DESIGN, ON)` at the end of the script.
    #[command(after_help = "Example:\n  nasaic evaluate lab.nasaic resnet18 mine")]
    Evaluate {
        /// The script.
        file: PathBuf,
        /// A workload, network, layer or problem without open fields.
        design: String,
        /// The accelerator; a problem brings its own.
        on: Option<String>,
        /// Inputs at a time.
        #[arg(long, value_name = "N")]
        batch: Option<u64>,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
    /// Answer designs on the standard input with their objectives and constraints, for optimizers
    /// in other languages.
    #[command(after_help = "Examples:
  nasaic eval w1.nasaic --jsonl                                  the header, then an answer a line
  echo '{\"sample\": 3, \"seed\": 1}' | nasaic eval w1.nasaic w1 --jsonl

docs/eval.md tells what the lines hold.")]
    Eval {
        /// The script.
        file: PathBuf,
        /// The problem; the only one of the script when not given.
        problem: Option<String>,
        /// One JSON object, or an array of them, on each line; there is one format so far, and it
        /// must be named.
        #[arg(long, required = true)]
        jsonl: bool,
        /// Ask for no accuracies unless an evaluation says so.
        #[arg(long)]
        no_accuracy: bool,
        /// Use this many threads; the answers are the same with any number.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
        jobs: Option<u16>,
        /// Changes.
        #[command(flatten)]
        changes: Changes,
        /// How to read it.
        #[command(flatten)]
        reading: Reading,
    },
    /// Look for the best design: the call `search(PROBLEM, STRATEGY)` at the end of the script.
    #[command(after_help = "Example:\n  nasaic search w1.nasaic w1 nasaic --seed 3 --out results")]
    Search {
        /// The script.
        file: PathBuf,
        /// The problem.
        problem: String,
        /// The strategy.
        strategy: String,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
    /// Say which data sets are known, where they lie, how to get them, and whether they are sound.
    #[command(
        subcommand,
        after_help = "Examples:
  nasaic data list
  nasaic data path fashion_mnist
  nasaic data verify digits
  nasaic data verify cifar10 --data DIR          the files of this folder

Nothing is ever fetched. docs/data.md tells where sets are looked for."
    )]
    Data(Data),
    /// Look through kept runs, and go on with one.
    #[command(
        subcommand,
        after_help = "Examples:
  nasaic runs list
  nasaic runs resume 3 --out results          after a crash or Ctrl-C
  nasaic runs compare 1 2
  nasaic runs export 3 --format csv -o designs.csv"
    )]
    Runs(Runs),
    /// Compare the cost model with its oracle, its peers and silicon.
    #[command(after_help = "Examples:
  nasaic validate
  nasaic validate --only timeloop,maestro --data my-records
  nasaic validate --cases 20000 --json > validation.json

Lines that fall short of what is asked end the program with exit code 2.")]
    Validate {
        /// Compare with the files of this folder, laid out like tests/reference, instead of those
        /// that come with the program.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Print lines, tables and notes as a JSON object.
        #[arg(long)]
        json: bool,
        /// Draw this many random layers and nests.
        #[arg(long, value_name = "N", default_value_t = CASES)]
        cases: u64,
        /// Make these comparisons only, separated by commas.
        #[arg(long, value_name = "SECTION", value_delimiter = ',',
              value_parser = PossibleValuesParser::new(COMPARISONS.iter().map(|c| c.name)))]
        only: Vec<String>,
    },
    /// Compare strategies or two results: the call `compare(…)` at the end of the script.
    #[command(after_help = "Examples:
  nasaic compare w1.nasaic w1 evo,rnd --evaluations 200 --seeds 1..10
  nasaic compare lab.nasaic small large          what changed from one result to the other")]
    Compare {
        /// The script.
        file: PathBuf,
        /// The problem, or the first result.
        first: String,
        /// The strategies, separated by commas, or the second result.
        #[arg(value_delimiter = ',', required = true)]
        others: Vec<String>,
        /// One run for each, such as 1..10, both ends included; strategies need it.
        #[arg(long)]
        seeds: Option<String>,
        /// Designs that each run may evaluate; overrides the strategies' own.
        #[arg(long, value_name = "N", requires = "seeds")]
        evaluations: Option<u64>,
        /// How to run it.
        #[command(flatten)]
        how: How,
    },
}
