//! The outside world as the language sees it: files, and nothing else.
//!
//! The standard library and the templates are embedded texts in the language
//! itself; everything else comes through [`World`], so that tests need no disk.

use include_dir::{Dir, DirEntry, include_dir};
use std::collections::BTreeMap;

static STDLIB: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../stdlib");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../templates");

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    NotFound,
    /// It lies outside the project folder.
    Outside,
    /// The system's reason.
    Other(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFound => "there is no such file",
            Self::Outside => "it lies outside the project folder",
            Self::Other(reason) => reason,
        })
    }
}

/// Where files come from. Paths are relative to the folder of the first script.
pub trait World {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
}

/// A world of texts, for tests and for notebooks without files.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }
}

impl World for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).cloned().ok_or(ReadError::NotFound)
    }
}

/// The embedded text at `std/…` or `templates/…`, with its shown name.
pub fn embedded(path: &str) -> Option<&'static str> {
    let (dir, rest) = embedded_root(path)?;
    dir.get_file(rest)?.contents_utf8()
}

/// The bytes of a data file: one that comes with the program, such as `std/tables/digits.csv`, or else of the world.
pub fn data(world: &(impl World + ?Sized), path: &str) -> Result<Vec<u8>, ReadError> {
    match embedded_bytes(path) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => world.read(path),
    }
}

/// The bytes of the embedded file at `std/…` or `templates/…`.
pub fn embedded_bytes(path: &str) -> Option<&'static [u8]> {
    let (dir, rest) = embedded_root(path)?;
    Some(dir.get_file(rest)?.contents())
}

/// The names of the modules in an embedded folder, in alphabetical order; `None` when it is no folder.
pub fn embedded_names(path: &str) -> Option<Vec<String>> {
    let (dir, rest) = embedded_root(path)?;
    let dir = if rest.is_empty() {
        dir
    } else {
        dir.get_dir(rest)?
    };
    let mut names: Vec<String> = dir
        .entries()
        .iter()
        .filter(|e| leads_to_modules(e))
        .filter_map(|e| e.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    names.sort();
    Some(names)
}

/// Whether it is a module or a folder with some: tables and models lie there, too.
fn leads_to_modules(entry: &DirEntry<'_>) -> bool {
    match entry {
        DirEntry::File(file) => file.path().extension().is_some_and(|e| e == "nasaic"),
        DirEntry::Dir(dir) => dir.entries().iter().any(leads_to_modules),
    }
}

/// The paths of all embedded modules: `std/nets/vgg16.nasaic`.
pub fn embedded_paths() -> Vec<String> {
    let mut out = Vec::new();
    for (root, dir) in [("std", &STDLIB), ("templates", &TEMPLATES)] {
        collect(root, dir, &mut out);
    }
    out.sort();
    out
}

fn collect(root: &str, dir: &Dir<'_>, out: &mut Vec<String>) {
    for file in dir.files() {
        if file.path().extension().is_some_and(|e| e == "nasaic") {
            out.push(format!("{root}/{}", file.path().display()));
        }
    }
    dir.dirs().for_each(|d| collect(root, d, out));
}

fn embedded_root(path: &str) -> Option<(&'static Dir<'static>, &str)> {
    let (root, rest) = path.split_once('/').unwrap_or((path, ""));
    match root {
        "std" => Some((&STDLIB, rest)),
        "templates" => Some((&TEMPLATES, rest)),
        _ => None,
    }
}
