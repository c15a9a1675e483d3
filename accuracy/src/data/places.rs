//! Where data sets are looked for.

use std::path::{Component, Path, PathBuf};

/// Folders that may hold one data set, in the order in which they are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The folders; the first that holds one of the set's files is read.
    pub folders: Vec<PathBuf>,
}

/// Folders that may hold many data sets. The caller knows its environment; this crate reads none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// A folder with a folder for each data set, by name: `NASAIC_DATA`.
    pub data: Option<PathBuf>,
    /// Where packages lie: `/usr/share`, a Python's `site-packages`.
    pub packages: Vec<PathBuf>,
}

impl Places {
    /// Where a set of this name is looked for: the folder that its block names, the folder for
    /// all data sets, then where packages put it.
    ///
    /// `package` is a path below one of the roots of packages; one that leads out of them is not looked at.
    pub fn of(name: &str, folder: Option<&Path>, package: Option<&str>, roots: &Roots) -> Self {
        let own = folder.map(Path::to_owned);
        let shared = roots.data.iter().map(|root| root.join(name));
        let inside = |path: &&Path| path.components().all(|c| matches!(c, Component::Normal(_)));
        let package = package.map(Path::new).filter(inside);
        let packaged = package
            .into_iter()
            .flat_map(|path| roots.packages.iter().map(move |root| root.join(path)));
        Self {
            folders: own.into_iter().chain(shared).chain(packaged).collect(),
        }
    }
}
