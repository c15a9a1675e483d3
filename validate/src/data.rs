//! Reading reference files: plain or gzipped, from a folder laid out like the reference data.

use std::io::Read;
use std::path::Path;

/// The text of a file of the folder, unpacked if its name ends in `.gz`.
pub fn text(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    let file = std::fs::File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut text = String::new();
    let read = if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(file).read_to_string(&mut text)
    } else {
        std::io::BufReader::new(file).read_to_string(&mut text)
    };
    read.map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(text)
}

/// Whether the folder has the file at all.
pub fn has(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}
