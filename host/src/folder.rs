//! A folder that a program writes into, and nowhere else.

use crate::files::{reason, temporary, write};
use nasaic_engine::Target;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// Where the files go that a program names.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// Names that are taken.
    reserved: &'static [&'static str],
}

impl Folder {
    /// A folder that is there.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            reserved: &[],
        }
    }

    /// The same, except for files of these names.
    #[must_use]
    pub fn without(self, reserved: &'static [&'static str]) -> Self {
        Self { reserved, ..self }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, which must lie below the folder.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), String> {
        let path = self.place(name)?;
        write(&path, content).map_err(|e| reason(&e))
    }

    /// Begins a file below the folder; it appears when it is finished.
    pub fn create(&self, name: &str) -> Result<Begun, String> {
        let path = self.place(name)?;
        let folder = path.parent().unwrap_or(&self.path);
        let file = temporary(folder).map_err(|e| reason(&e))?;
        Ok(Begun { file, path })
    }

    /// Where a named file is to lie, in a folder that is there.
    fn place(&self, name: &str) -> Result<PathBuf, String> {
        let below = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
        if name.is_empty() || !Path::new(name).components().all(below) {
            return Err("this is not below the output folder".to_owned());
        }
        if self.reserved.contains(&name) {
            return Err("every run writes a file of this name".to_owned());
        }
        let path = self.path.join(name);
        let folder = path.parent().unwrap_or(&self.path);
        std::fs::create_dir_all(folder).map_err(|e| reason(&e))?;
        Ok(path)
    }
}

/// A file that vanishes unless it is finished.
#[derive(Debug)]
pub struct Begun {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Target for Begun {
    fn finish(self: Box<Self>) -> io::Result<()> {
        let Self { file, path } = *self;
        file.persist(path).map(|_| ()).map_err(|e| e.error)
    }
}
