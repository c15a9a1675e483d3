//! Where the program that runs Rust cells is.

use nasaic_dsl::diagnostic::Diagnostic;
use std::env;
use std::path::{Path, PathBuf};

/// Its name.
const HOST: &str = "nasaic-rust-host";
/// Names another one.
const VARIABLE: &str = "NASAIC_RUST_HOST";

/// The program: the one that `NASAIC_RUST_HOST` names, or one beside this program, or on the PATH.
pub fn host() -> Result<PathBuf, Diagnostic> {
    if let Some(named) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        let named = PathBuf::from(named);
        let shown = named.display().to_string();
        return is_program(&named).then_some(named).ok_or_else(|| {
            Diagnostic::new(
                "E0704",
                format!("{VARIABLE} names `{shown}`, which is no program"),
            )
            .hint(format!("let it name a `{HOST}`, or unset it"))
        });
    }
    let own = env::current_exe().ok();
    let beside = own
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join(HOST));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join(HOST));
    let found = beside
        .into_iter()
        .chain(on_path)
        .find(|file| is_program(file));
    found.ok_or_else(|| {
        Diagnostic::new("E0704", "Rust cells are not in this build")
            .note(format!(
                "`{HOST}` runs them; it is neither beside the kernel nor on the PATH."
            ))
            .hint("in the sources: cargo install --locked --path kernel/rust-host")
    })
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let about = file.metadata();
    about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
