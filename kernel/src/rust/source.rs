//! The crate of the values, for cells to depend on.

use super::folder::cache;
use include_dir::{Dir, File, include_dir};
use nasaic_dsl::diagnostic::Diagnostic;
use std::io;
use std::path::{Path, PathBuf};

/// Its source, so that an installed kernel needs no other.
static SOURCE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../values");

/// The folder with the crate, written there if it is not yet.
pub fn unpack() -> Result<PathBuf, Diagnostic> {
    let folder = cache().join(format!("values-{}", &hash()[..16]));
    write(&folder).map_err(|e| {
        let reason = nasaic_host::files::reason(&e);
        let shown = folder.display();
        Diagnostic::new("E0702", format!("`{shown}` cannot be written: {reason}"))
            .hint("let XDG_CACHE_HOME name a folder that can be written to")
    })?;
    Ok(folder)
}

/// Writes it beside its place first, so that nobody ever sees half of it.
fn write(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let draft = folder.with_extension(std::process::id().to_string());
    std::fs::create_dir_all(draft.join("src"))?;
    for file in files() {
        std::fs::write(draft.join(file.path()), file.contents())?;
    }
    match std::fs::rename(&draft, folder) {
        // Another kernel was faster.
        Err(_) if folder.is_dir() => std::fs::remove_dir_all(&draft),
        renamed => renamed,
    }
}

fn hash() -> String {
    let mut hasher = blake3::Hasher::new();
    for file in files() {
        hasher.update(file.path().as_os_str().as_encoded_bytes());
        hasher.update(&(file.contents().len() as u64).to_le_bytes());
        hasher.update(file.contents());
    }
    hasher.finalize().to_hex().to_string()
}

/// Its manifest and sources, in the order of their names.
fn files() -> impl Iterator<Item = &'static File<'static>> {
    let manifest = SOURCE.get_file("Cargo.toml");
    let sources = SOURCE
        .get_dir("src")
        .into_iter()
        .flat_map(|folder| folder.files());
    manifest.into_iter().chain(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_is_written_whole_and_only_once() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("values-1");
        write(&folder).unwrap();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("name = \"nasaic-values\""), "{manifest}");
        assert!(
            !manifest.contains("workspace = true"),
            "it has to build alone: {manifest}"
        );
        let own = include_str!("../../../values/src/lib.rs");
        assert_eq!(
            std::fs::read_to_string(folder.join("src/lib.rs")).unwrap(),
            own
        );
        std::fs::write(folder.join("src/lib.rs"), "kept").unwrap();
        write(&folder).unwrap();
        assert_eq!(
            std::fs::read_to_string(folder.join("src/lib.rs")).unwrap(),
            "kept"
        );
    }
}
