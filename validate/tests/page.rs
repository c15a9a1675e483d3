//! The page of the manual and its pictures are what the comparisons find.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use std::path::Path;

use nasaic_validate::data::Folder;
use nasaic_validate::{CASES, all, page};

#[test]
fn the_page_is_up_to_date() {
    let sections = all(&Folder::Shipped, CASES);
    assert!(sections.iter().all(|s| !s.falls_short()));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    is_written(&docs.join("validation.md"), &page::markdown(&sections));
    let pictures = sections.iter().flat_map(|s| &s.pictures);
    for picture in pictures {
        let svg = nasaic_plot::svg(&picture.figure).unwrap();
        is_written(&docs.join("pictures").join(&picture.file), &svg);
    }
}

fn is_written(path: &Path, text: &str) {
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        std::fs::write(path, text).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == text,
        "run the tests with NASAIC_UPDATE=1 to write {}",
        path.display()
    );
}
