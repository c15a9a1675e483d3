//! Folders of Rust cells in the user's cache.
//!
//! evcxr keeps compiled dependencies in the folder that it compiles in, and only one process may
//! use it at a time. So there are a few, each with a lock: the first notebook that runs always
//! gets the first of them, with all that was compiled before.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Notebooks at the same time whose compiled dependencies are kept.
const KEPT: usize = 4;

/// A folder that nobody else uses.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Locked as long as it is open; none for a temporary folder.
    lock: Option<File>,
}

impl Folder {
    /// The first free one, or a temporary one when all are taken.
    pub fn claim() -> io::Result<Self> {
        let folders = cache().join("rust");
        fs::create_dir_all(&folders)?;
        for number in 0..KEPT {
            let lock = File::create(folders.join(format!("{number}.lock")))?;
            if lock.try_lock().is_ok() {
                let path = folders.join(number.to_string());
                fs::create_dir_all(&path)?;
                return Ok(Self {
                    path,
                    lock: Some(lock),
                });
            }
        }
        let path = env::temp_dir().join(format!("nasaic-rust-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self { path, lock: None })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.lock.is_none() {
            // What cannot be removed lies among the temporary files.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The user's cache of this program; among the temporary files when there is no home.
pub fn cache() -> PathBuf {
    let folder = |variable: &str| {
        let value = env::var_os(variable).filter(|value| !value.is_empty());
        value.map(PathBuf::from).filter(|path| path.is_absolute())
    };
    let home = || {
        let inside = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        folder("HOME").map(|home| home.join(inside))
    };
    let cache = folder("XDG_CACHE_HOME").or_else(home);
    cache.unwrap_or_else(env::temp_dir).join("nasaic")
}
