//! Reading, messages and layout of `.nasaic` texts.

#![allow(clippy::unwrap_used, reason = "a failing test is what it is for")]

mod examples;
mod layout;
mod messages;
mod mutations;

use std::path::{Path, PathBuf};

/// A folder of the repository.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// The `.nasaic` files of a folder by name, with their texts.
fn programs(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "nasaic"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no programs in {}", folder.display());
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files
        .iter()
        .map(|path| (name(path), std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// The programs of `examples/`.
fn examples() -> Vec<(String, String)> {
    programs(&folder("examples"))
}
