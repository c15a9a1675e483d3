//! The disk as a program sees it.

use crate::files::reason;
use nasaic_dsl::world::{ReadError, World};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The disk, seen from the current folder.
#[derive(Debug)]
pub struct Disk {
    /// The folders whose files may be read; all when there is no list.
    roots: Option<Vec<PathBuf>>,
    /// Where tables are looked for by their name when they do not lie where they are said to.
    data: Option<PathBuf>,
}

impl Disk {
    /// The files below a script's folder and below the current one, or all files; tables also in
    /// `data` or else in the folder that the variable `NASAIC_DATA` names.
    pub fn new(folder: &Path, everywhere: bool, data: Option<&Path>) -> Self {
        let roots = [folder, Path::new(".")];
        let real = roots.iter().filter_map(|root| root.canonicalize().ok());
        Self {
            roots: (!everywhere).then(|| real.collect()),
            data: data.map(Path::to_owned).or_else(|| {
                let folder = std::env::var_os("NASAIC_DATA")?;
                (!folder.is_empty()).then(|| folder.into())
            }),
        }
    }

    /// A table of the data folder, which the user named and so may be read.
    fn in_data(&self, path: &str) -> Option<PathBuf> {
        let table = path.ends_with(".csv") || path.ends_with(".csv.gz");
        let name = Path::new(path).file_name().filter(|_| table)?;
        self.data.as_ref()?.join(name).canonicalize().ok()
    }
}

impl World for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        // Links are followed first: what counts is where the bytes lie.
        let real = match Path::new(path).canonicalize().map_err(|e| read_error(&e)) {
            Ok(real) => {
                let inside = |roots: &Vec<PathBuf>| roots.iter().any(|root| real.starts_with(root));
                if !self.roots.as_ref().is_none_or(inside) {
                    return Err(ReadError::Outside);
                }
                real
            }
            Err(ReadError::NotFound) => self.in_data(path).ok_or(ReadError::NotFound)?,
            Err(other) => return Err(other),
        };
        if real.is_dir() {
            return Err(ReadError::Other("this is a folder".into()));
        }
        if !real.is_file() {
            return Err(ReadError::Other("this is not an ordinary file".into()));
        }
        fs::read(&real).map_err(|e| read_error(&e))
    }
}

fn read_error(error: &io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
        _ => ReadError::Other(reason(error)),
    }
}
