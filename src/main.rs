//! The command line of the `nasaic` language.
//!
//! Every command is a call of the engine; nothing here computes a result. What
//! was asked for goes to the standard output, all that is said about it to the
//! standard error.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main(std::env::args_os()).into()
}
