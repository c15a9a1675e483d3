//! A page for each code: what it means, why, a wrong and a right program.
//!
//! The pages are `docs/errors/CODE.md`, embedded; their programs are tests.

use include_dir::{Dir, include_dir};

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../docs/errors");

/// The page of a code such as `E0301`; upper and lower case are the same.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES
        .get_file(format!("{}.md", code.to_ascii_uppercase()))?
        .contents_utf8()
}

/// All codes that have a page, in the order of their numbers.
pub fn codes() -> Vec<&'static str> {
    let mut all: Vec<&str> = PAGES
        .files()
        .filter(|f| f.path().extension().is_some_and(|e| e == "md"))
        .filter_map(|f| f.path().file_stem()?.to_str())
        .collect();
    all.sort_by_key(|code| code.get(1..).unwrap_or(code));
    all
}

/// The title of a code's page, without the code.
pub fn title(code: &str) -> Option<&'static str> {
    page(code)?
        .lines()
        .next()?
        .split_once(": ")
        .map(|(_, title)| title)
}
