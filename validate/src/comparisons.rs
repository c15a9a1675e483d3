//! The comparisons, in the order in which they are reported.

use crate::data::Folder;
use crate::report::{Line, Section};
use crate::{eyeriss, hotnas, laws, maestro, mapper, nvdla, oracle, timeloop};

/// Random cases of the oracle and of the laws unless another number is asked for.
pub const CASES: u64 = 2_000;

/// One comparison.
pub struct Comparison {
    /// The word that selects it.
    pub name: &'static str,
    /// Beginnings and ends of the names of the files that it reads.
    files: &'static [(&'static str, &'static str)],
    run: fn(&Folder, u64) -> Section,
}

impl Comparison {
    /// What it finds in a folder; `cases` is the number of random points, where it draws any.
    pub fn run(&self, folder: &Folder, cases: u64) -> Section {
        (self.run)(folder, cases)
    }

    fn reads(&self, file: &str) -> bool {
        let matches =
            |(begins, ends): &(&str, &str)| file.starts_with(begins) && file.ends_with(ends);
        self.files.iter().any(matches)
    }
}

/// All comparisons.
pub const COMPARISONS: [Comparison; 8] = [
    Comparison {
        name: "oracle",
        files: &[],
        run: |_, cases| oracle::compare(cases),
    },
    Comparison {
        name: "laws",
        files: &[],
        run: laws::compare,
    },
    Comparison {
        name: "timeloop",
        files: &[timeloop::FILES],
        run: |folder, _| timeloop::compare(folder),
    },
    Comparison {
        name: "maestro",
        files: &maestro::rows::FILES,
        run: |folder, _| maestro::compare(folder),
    },
    Comparison {
        name: "eyeriss",
        files: &[(eyeriss::FILE, "")],
        run: |folder, _| eyeriss::compare(folder),
    },
    Comparison {
        name: "nvdla",
        files: &[(nvdla::FILE, "")],
        run: |folder, _| nvdla::compare(folder),
    },
    Comparison {
        name: "hotnas",
        files: &[(hotnas::FILE, "")],
        run: |folder, _| hotnas::compare(folder),
    },
    Comparison {
        name: "mapper",
        files: &[(mapper::FILE, "")],
        run: |folder, _| mapper::compare(folder),
    },
];

/// What all comparisons find in a folder.
pub fn all(folder: &Folder, cases: u64) -> Vec<Section> {
    COMPARISONS.iter().map(|c| c.run(folder, cases)).collect()
}

/// The files of a reader's folder that no comparison reads: perhaps a name is misspelt.
pub fn unread(folder: &Folder) -> Option<Section> {
    let Folder::Disk(_) = folder else {
        return None;
    };
    let mut names = folder.names();
    names.retain(|name| !COMPARISONS.iter().any(|c| c.reads(name)));
    let mut section = Section::new("Other files", folder.to_string());
    section.lines = names
        .into_iter()
        .map(|name| Line::skipped(name, "no comparison reads it"))
        .collect();
    (!section.lines.is_empty()).then_some(section)
}
