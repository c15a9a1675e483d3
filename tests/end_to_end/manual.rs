//! Every code block of the manual is run.
//!
//! A block that starts with ```` ```nasaic ```` must run without an error; the
//! blocks of one page are cells of one notebook. `nasaic,fails=E0301` must give
//! that code first, and `nasaic,needs=bo` must run in builds with that feature and
//! give E0704 in others. Pages of diagnostics are tested where the diagnostics are.

use crate::support::Repository;
use nasaic::engine::{Ended, Engine, Silent};
use std::path::{Path, PathBuf};

fn pages(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("errors") && !path.ends_with("reference") {
                pages(&path, out);
            }
        } else if path.extension().is_some_and(|e| e == "md") {
            out.push(path);
        }
    }
}

/// The language tag and text of each block.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(tag)) => open = Some((tag.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => out.extend(open.take()),
            (Some((_, body)), None) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    out
}

#[test]
fn every_block_of_the_manual_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = vec![root.join("README.md")];
    pages(&root.join("docs"), &mut all);
    all.sort();
    let mut ran = 0;
    for page in all {
        let text = std::fs::read_to_string(&page).expect("a page");
        let mut engine = Engine::new(Box::new(Repository));
        for (tag, block) in blocks(&text) {
            let Some(rest) = tag.strip_prefix("nasaic") else {
                continue;
            };
            let (checked, report) = engine.cell(&block, &mut Silent);
            let mut found = checked.diagnostics.clone();
            found.extend(report.iter().flat_map(|r| r.diagnostics.clone()));
            let shown = nasaic::dsl::render::plain(engine.sources(), &found);
            let fails = match rest {
                ",needs=bo" if !cfg!(feature = "bo") => Some("E0704"),
                _ => rest.strip_prefix(",fails="),
            };
            match fails {
                Some(code) => {
                    let first = found.first().map(|d| d.code.as_str());
                    assert_eq!(first, Some(code), "{}:\n{block}\n{shown}", page.display());
                }
                None => {
                    let ended = report.map(|r| r.ended);
                    assert_eq!(
                        ended,
                        Some(Ended::Done),
                        "{}:\n{block}\n{shown}",
                        page.display()
                    );
                }
            }
            ran += 1;
        }
    }
    assert!(ran >= 10, "only {ran} blocks were found");
}
