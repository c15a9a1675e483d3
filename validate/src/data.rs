//! Reference files: in a folder of the reader's, or those that come with the program.

use std::io::Read;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

/// The files that may be shipped, so that a comparison needs no repository.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../tests/reference");

/// Most bytes of a file after unpacking; a packed file may say anything about its size.
const MOST_BYTES: u64 = 1 << 30;

/// Where reference files lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    /// On the disk, laid out like the shipped files: any of them, with any number of records.
    Disk(PathBuf),
    /// Inside the program.
    Shipped,
}

impl<P: AsRef<Path>> From<P> for Folder {
    fn from(path: P) -> Self {
        Folder::Disk(path.as_ref().to_owned())
    }
}

impl std::fmt::Display for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Folder::Disk(path) => write!(f, "{}", path.display()),
            Folder::Shipped => f.write_str("the shipped reference data"),
        }
    }
}

impl Folder {
    /// Names of its files in alphabetical order; none if it cannot be read.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Folder::Disk(path) => {
                let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
                let files = entries.filter(|entry| entry.path().is_file());
                files
                    .filter_map(|entry| entry.file_name().into_string().ok())
                    .collect()
            }
            Folder::Shipped => {
                let paths = SHIPPED.files().map(|file| file.path().display());
                paths.map(|path| path.to_string()).collect()
            }
        };
        names.sort_unstable();
        names
    }

    /// Whether it has a file of this name.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Folder::Disk(path) => path.join(name).is_file(),
            Folder::Shipped => SHIPPED.get_file(name).is_some(),
        }
    }

    /// The text of a file, unpacked if its name ends in `.gz`.
    pub fn text(&self, name: &str) -> Result<String, String> {
        let place = match self {
            Folder::Disk(path) => path.join(name).display().to_string(),
            Folder::Shipped => name.to_owned(),
        };
        let named = |cause: &dyn std::fmt::Display| format!("{place}: {cause}");
        let packed: Box<dyn Read> = match self {
            Folder::Disk(path) => {
                let file = std::fs::File::open(path.join(name)).map_err(|e| named(&e))?;
                Box::new(std::io::BufReader::new(file))
            }
            Folder::Shipped => {
                let file = SHIPPED.get_file(name);
                Box::new(
                    file.ok_or_else(|| named(&"there is no such file"))?
                        .contents(),
                )
            }
        };
        let plain: Box<dyn Read> = if name.ends_with(".gz") {
            Box::new(flate2::read::MultiGzDecoder::new(packed))
        } else {
            packed
        };
        let mut text = String::new();
        let read = plain.take(MOST_BYTES + 1).read_to_string(&mut text);
        match read.map_err(|e| named(&e))? as u64 {
            0..=MOST_BYTES => Ok(text),
            _ => Err(named(&format!("more than {} MiB", MOST_BYTES >> 20))),
        }
    }
}
