//! Names the model by a hash of the sources that decide what a design costs.
//!
//! Kept evaluations are filed under it, so a change of the cost model can never
//! be answered with values of before. A number to be raised by hand would be
//! forgotten; that a mere rewording is a new model only costs some evaluations.

use std::path::{Path, PathBuf};

/// What decides values: the crates that compute, the engine's joints, the libraries' versions.
const SOURCES: &[&str] = &[
    "../Cargo.lock",
    "../accuracy/src",
    "../cost/src",
    "../dsl/src",
    "../search/src",
    "src/formula.rs",
    "src/script.rs",
    "src/study",
];

/// What decides what a training reaches. Trainings are dear, so nothing else forgets them.
const TRAINER: &[&str] = &[
    "../accuracy/src/data",
    "../accuracy/src/network.rs",
    "../accuracy/src/train",
];

fn main() -> std::io::Result<()> {
    println!("cargo:rustc-env=NASAIC_MODEL={}", hash(SOURCES)?);
    println!("cargo:rustc-env=NASAIC_TRAINER={}", hash(TRAINER)?);
    Ok(())
}

/// The hash of files and of all files of folders, with their names.
fn hash(sources: &[&str]) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for source in sources {
        println!("cargo:rerun-if-changed={source}");
        for file in files(Path::new(source))? {
            // A `/` between the parts on every system, and lines ended the same.
            let name = file.to_string_lossy().replace('\\', "/");
            let content = match String::from_utf8(std::fs::read(&file)?) {
                Ok(text) => text.replace("\r\n", "\n").into_bytes(),
                // A table that is embedded as it is.
                Err(packed) => packed.into_bytes(),
            };
            for part in [name.into_bytes(), content] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(&part);
            }
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// A file, or all files of a folder, in a fixed order.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries: std::io::Result<Vec<_>> = std::fs::read_dir(path)?.collect();
    let mut paths: Vec<PathBuf> = entries?.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        out.extend(files(&path)?);
    }
    Ok(out)
}
