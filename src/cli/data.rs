//! Where data sets may lie on this machine.

use nasaic_accuracy::data::Roots;
use std::env;
use std::path::{Path, PathBuf};

/// The folder of `--data` or `NASAIC_DATA`, the system's packages, and those of the Python
/// environment that is active.
pub fn roots(folder: Option<&Path>) -> Roots {
    let mut packages = vec![PathBuf::from("/usr/share")];
    if let Some(python) = env::var_os("VIRTUAL_ENV") {
        packages.extend(site_packages(Path::new(&python)));
    }
    Roots {
        data: (folder.map(Path::to_owned))
            .or_else(|| env::var_os("NASAIC_DATA").map(PathBuf::from)),
        packages,
    }
}

/// `lib/python3.*/site-packages` of an environment.
fn site_packages(environment: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(environment.join("lib")) else {
        return Vec::new();
    };
    let mut all: Vec<PathBuf> = (entries.flatten())
        .map(|entry| entry.path().join("site-packages"))
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    all
}
