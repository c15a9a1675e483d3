//! The Jupyter kernel of the nasaic language.
//!
//! `nasaic-kernel install` tells Jupyter of it; Jupyter then starts it with a connection file.

mod assist;
mod info;
mod install;
mod lines;
#[allow(
    clippy::result_large_err,
    reason = "an error ends a cell in Rust; nothing here is hot"
)]
mod rust;
mod serve;
mod session;
mod wire;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// The Jupyter kernel of the nasaic language.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// The connection file that Jupyter gives.
    connection: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tells Jupyter of this kernel.
    Install(Target),
    /// Makes Jupyter forget this kernel.
    Uninstall(Target),
    /// Runs cells that come as lines of JSON: what `nasaic grade` talks to.
    #[command(hide = true)]
    Lines(lines::Limits),
}

/// Where a kernel is installed, and as what.
#[derive(Debug, Args)]
pub struct Target {
    /// For this user (the default).
    #[arg(long, group = "place")]
    user: bool,
    /// For the active Python environment (VIRTUAL_ENV or CONDA_PREFIX).
    #[arg(long, group = "place")]
    sys_prefix: bool,
    /// Under this folder: DIR/share/jupyter/kernels.
    #[arg(long, group = "place", value_name = "DIR")]
    prefix: Option<PathBuf>,
    /// The name by which notebooks refer to it.
    #[arg(long, default_value = "nasaic")]
    name: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match (cli.command, cli.connection) {
        (Some(Command::Install(target)), _) => install::install(&target),
        (Some(Command::Uninstall(target)), _) => install::uninstall(&target),
        (Some(Command::Lines(limits)), _) => lines::serve(limits),
        (None, Some(file)) => start(&file),
        // clap has shown the help.
        (None, None) => Ok(ExitCode::FAILURE),
    };
    done.unwrap_or_else(|reason| {
        eprintln!("nasaic-kernel: {reason}");
        ExitCode::FAILURE
    })
}

fn start(file: &std::path::Path) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| format!("the kernel cannot be started: {e}"))?;
    let ended = runtime.block_on(serve::serve(file));
    // A cell that still runs is not waited for.
    runtime.shutdown_background();
    ended
}
