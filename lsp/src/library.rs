//! The standard library as files, so that an editor can open what a name leads to.

use lsp_types::Uri;
use std::fs;
use std::io;
use tempfile::TempDir;

/// A folder with the texts of the library that were asked for; it vanishes with the server.
#[derive(Default)]
pub struct Library {
    folder: Option<TempDir>,
}

impl Library {
    /// The file with an embedded text, such as `std/nets/vgg16.nasaic`.
    pub fn file(&mut self, name: &str, text: &str) -> io::Result<Option<Uri>> {
        let folder = match &self.folder {
            Some(folder) => folder,
            None => {
                let folder = tempfile::Builder::new()
                    .prefix("nasaic-library-")
                    .tempdir()?;
                self.folder.insert(folder)
            }
        };
        let path = folder.path().join(name);
        if !path.exists() {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, text)?;
            let mut permissions = fs::metadata(&path)?.permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&path, permissions)?;
        }
        Ok(crate::uri::of_path(&path))
    }
}
