//! The command line of the `nasaic` language.
//!
//! Every command is a call of the engine; nothing here computes a result. What
//! was asked for goes to the standard output, all that is said about it to the
//! standard error.

mod cli;

/// A check of a long program spends a fifth of its time in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main(std::env::args_os()).into()
}
