//! The pages of the codes: every code has one, and their programs do what they say.

use crate::prelude::{check, codes, folder};
use nasaic_dsl::explain;
use std::collections::BTreeSet;
use std::path::Path;

const RUNS: &str = "*This arises only when a program runs.*";
const RESERVED: &str = "*Reserved: this build never gives it.*";

/// The first program below a heading of a page.
fn program<'a>(page: &'a str, heading: &str) -> &'a str {
    let section = page.split_once(&format!("\n## {heading}\n")).unwrap().1;
    let block = section.split_once("```nasaic\n").unwrap().1;
    block.split_once("\n```").unwrap().0
}

#[test]
fn every_wrong_program_of_a_page_gives_its_code() {
    for code in explain::codes() {
        let page = explain::page(code).unwrap();
        let (checked, shown) = check(program(page, "Wrong"));
        let later = page.contains(RUNS) || page.contains(RESERVED);
        assert!(
            later || codes(&checked).contains(&code),
            "{code} is not given\n{shown}"
        );
    }
}

#[test]
fn every_right_program_of_a_page_has_no_error() {
    for code in explain::codes() {
        let (checked, shown) = check(program(explain::page(code).unwrap(), "Right"));
        assert!(
            !checked.has_errors() && !codes(&checked).contains(&code),
            "{code}\n{shown}"
        );
    }
}

#[test]
fn every_page_is_in_its_form() {
    for code in explain::codes() {
        let page = explain::page(code).unwrap();
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        assert!(
            explain::title(code).is_some_and(|t| !t.is_empty() && !t.ends_with('.')),
            "{code}"
        );
    }
    assert_eq!(explain::page("e0301"), explain::page("E0301"));
    assert_eq!(explain::page("E9999"), None);
}

#[test]
fn codes_and_pages_are_the_same() {
    let mut used = BTreeSet::new();
    for crate_folder in ["dsl/src", "engine/src", "accuracy/src", "store/src", "src"] {
        codes_in(&folder(crate_folder), &mut used);
    }
    let pages: BTreeSet<String> = explain::codes().into_iter().map(str::to_owned).collect();
    let without: Vec<&String> = used.difference(&pages).collect();
    assert!(without.is_empty(), "codes without a page: {without:?}");
    for code in pages.difference(&used) {
        let page = explain::page(code).unwrap();
        assert!(
            page.contains(RESERVED) || page.contains(RUNS),
            "{code} is never given"
        );
    }
}

/// The codes written in quotes in the sources of a folder.
fn codes_in(folder: &Path, out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_in(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            out.extend(
                text.split('"')
                    .filter(|word| is_code(word))
                    .map(str::to_owned),
            );
        }
    }
}

fn is_code(word: &str) -> bool {
    word.len() == 5
        && word.starts_with(['E', 'W'])
        && word[1..].chars().all(|c| c.is_ascii_digit())
        && word[1..].starts_with('0')
}
