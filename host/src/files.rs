//! Writing so that no reader ever sees half a file.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What the system says, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// Writes a whole file or nothing: under a temporary name in the same folder, then renamed.
///
/// A file that is there keeps its permissions, and a link goes on leading to it.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = real
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = temporary(folder)?;
    file.write_all(content)?;
    if let Ok(old) = fs::metadata(&real) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(&real).map_err(|e| e.error)?;
    Ok(())
}

/// A file that vanishes unless it is renamed.
pub fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nasaic-");
    #[cfg(unix)]
    {
        // As any new file: the user's mask decides who may read it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
