//! The files of one data set: found once, read whole, hashed as they are read.

use super::{DataError, Format, Places, Request, Trouble, cifar, idx, masks, stl};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Most bytes of one file, unpacked: STL-10's largest has 221 MB.
const MOST_BYTES: u64 = 1 << 30;

/// Where a set's files are, and the hash of what was read of them.
pub(super) struct Files {
    folder: Option<PathBuf>,
    origin: &'static str,
    hasher: blake3::Hasher,
}

impl Files {
    /// Looks for the files that the request's format needs.
    pub fn of(request: &Request, places: &Places) -> Result<Self, DataError> {
        let (folder, origin) = match request.format {
            Format::Digits => (None, "embedded"),
            Format::Synthetic => (None, "generated"),
            _ => (Some(find(request, places)?), ""),
        };
        Ok(Self {
            folder,
            origin,
            hasher: blake3::Hasher::new(),
        })
    }

    /// The folder that holds them.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The folder in words, or what is said in its place.
    pub fn origin(&self) -> String {
        let path = self.folder.as_ref().map(|f| f.display().to_string());
        path.unwrap_or_else(|| self.origin.to_owned())
    }

    /// A file of the folder by its name, plain or with `.gz` after it.
    pub fn named(&self, names: &[&str]) -> Result<PathBuf, DataError> {
        let folder = self.folder.as_deref().unwrap_or(Path::new(""));
        let packed = |name: &&str| [folder.join(name), folder.join(format!("{name}.gz"))];
        let found = names.iter().flat_map(packed).find(|path| path.is_file());
        found.ok_or_else(|| DataError {
            trouble: Trouble::Missing,
            place: folder.display().to_string(),
            cause: format!("`{}` is not there, other files of the set are", names[0]),
            way_out: "put all files of the set into one folder".into(),
        })
    }

    /// All bytes of a file, unpacked if its name ends in `.gz`.
    pub fn read(&mut self, path: &Path) -> Result<Vec<u8>, DataError> {
        let unreadable = |e: std::io::Error| DataError {
            trouble: Trouble::Damaged,
            place: path.display().to_string(),
            cause: format!("it cannot be read: {e}"),
            way_out: "check that it is a file that you may read".into(),
        };
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        if path.extension().is_some_and(|e| e == "gz") {
            let mut packed = MultiGzDecoder::new(file).take(MOST_BYTES + 1);
            if let Err(e) = packed.read_to_end(&mut bytes) {
                return Err(match e.kind() {
                    ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
                        let cause = format!(
                            "its gzip data end or break after {} unpacked bytes: {e}",
                            bytes.len()
                        );
                        DataError::damaged(path, None, cause)
                    }
                    _ => unreadable(e),
                });
            }
        } else {
            file.take(MOST_BYTES + 1)
                .read_to_end(&mut bytes)
                .map_err(unreadable)?;
        }
        if bytes.len() as u64 > MOST_BYTES {
            let cause = format!("it is larger than {} MiB", MOST_BYTES >> 20);
            return Err(DataError::unfit(
                path.display(),
                cause,
                "check that this is the file you mean",
            ));
        }
        self.add(&bytes);
        Ok(bytes)
    }

    /// Counts bytes as read; lengths keep two files from looking like one.
    pub fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    /// The hash of all that was read so far.
    pub fn hash(&self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }
}

/// The first folder that holds one of the set's files.
fn find(request: &Request, places: &Places) -> Result<PathBuf, DataError> {
    let holds = match request.format {
        Format::Idx => idx::folder,
        Format::Cifar => cifar::folder,
        Format::Stl => stl::folder,
        _ => masks::folder,
    };
    if let Some(folder) = places.folders.iter().find_map(|f| holds(f)) {
        return Ok(folder);
    }
    let looked: Vec<String> = places
        .folders
        .iter()
        .map(|f| format!("`{}`", f.display()))
        .collect();
    let (wanted, own) = match request.format {
        Format::Idx => idx::WANTED,
        Format::Cifar => cifar::WANTED,
        Format::Stl => stl::WANTED,
        _ => masks::WANTED,
    };
    let cause = match looked.is_empty() {
        true => format!("no folder to look for {wanted} is known"),
        false => format!("{wanted} lie in none of {}", looked.join(", ")),
    };
    let put = format!(
        "put {own} into a folder and name it: `folder = \"…\"`, or into NASAIC_DATA/{}",
        request.name
    );
    Err(DataError {
        trouble: Trouble::Missing,
        place: request.block(),
        cause,
        way_out: match &request.get {
            Some(get) => format!("{get}, or {put}"),
            None => put,
        },
    })
}

/// The folder itself, or its folder of this name, if one of the files is there, plain or packed.
pub(super) fn folder_with(folder: &Path, inner: &str, names: &[&str]) -> Option<PathBuf> {
    let candidates = [folder.to_owned(), folder.join(inner)];
    candidates.into_iter().find(|folder| {
        names
            .iter()
            .any(|name| folder.join(name).is_file() || folder.join(format!("{name}.gz")).is_file())
    })
}
