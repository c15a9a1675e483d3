//! Where data sets may lie on this machine. Nothing else of the program reads the environment for them.

use nasaic_accuracy::data::Roots;
use std::env;
use std::path::{Path, PathBuf};

/// `NASAIC_DATA`, the folders of system packages, and those of the active and installed Pythons.
pub fn roots() -> Roots {
    let shared = ["/usr/local/share", "/usr/share"].map(PathBuf::from);
    let mut packages = shared.to_vec();
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(folder);
    for python in active {
        packages.push(python.join("Lib/site-packages"));
        packages.extend(pythons(&python.join("lib"), "site-packages"));
    }
    if let Some(home) = folder("HOME") {
        packages.extend(pythons(&home.join(".local/lib"), "site-packages"));
    }
    for name in ["site-packages", "dist-packages"] {
        packages.extend(pythons(Path::new("/usr/local/lib"), name));
    }
    packages.push("/usr/lib/python3/dist-packages".into());
    Roots {
        data: folder("NASAIC_DATA"),
        packages,
    }
}

/// The folder that a variable names; one set to nothing names none.
fn folder(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The packages of each `python3…` in a folder, by name.
fn pythons(lib: &Path, packages: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(lib).into_iter().flatten().flatten();
    let python = |name: &str| name.starts_with("python3");
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| python(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path().join(packages))
        .collect();
    found.sort();
    found
}
