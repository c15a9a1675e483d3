//! The mapper's search against MAESTRO's mappings on NASAIC's designs.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use nasaic_validate::data::Folder;
use nasaic_validate::mapper::compare;
use nasaic_validate::report::{Section, Verdict};

fn in_folder(text: &str) -> Section {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("nasaic-table1.csv"), text).unwrap();
    compare(&folder.path().into())
}

#[test]
fn searched_mappings_beat_fixed_ones_by_what_naas_reports() {
    let section = compare(&Folder::Shipped);
    for line in &section.lines {
        println!(
            "{:?} {}: {} {}",
            line.verdict, line.what, line.figure, line.bar
        );
    }
    for row in &section.tables[0].rows {
        println!("{}", row.join(" | "));
    }
    assert_eq!(section.lines[0].verdict, Verdict::Pass);
    assert!(!section.falls_short());
    assert_eq!(section.tables[0].rows.len(), 12);
}

const HEAD: &str = "# a comment\nworkload,approach,df1,pes1,bw1_gb_s,df2,pes2,bw2_gb_s\n";

#[test]
fn records_that_cannot_be_read_are_named_and_the_others_used() {
    let rows = "X,broken,dla,many,8,shi,64,8\nX,unknown,abc,64,8,shi,64,8\nX,cut\nX,fine,dla,64,8,rs,0,0\n";
    let section = in_folder(&format!("{HEAD}{rows}"));
    let named = |line: &str| {
        section
            .lines
            .iter()
            .any(|l| l.verdict == Verdict::Short && l.figure.starts_with(line))
    };
    assert!(
        named("line 3:") && named("line 4:") && named("line 5:"),
        "{:?}",
        section.lines
    );
    assert_eq!(section.tables[0].rows.len(), 2);
}

#[test]
fn nothing_to_compare_is_skipped() {
    let missing = compare(&Folder::from("no such folder"));
    assert_eq!(missing.lines[0].verdict, Verdict::Skipped);
    assert_eq!(in_folder(HEAD).lines[0].verdict, Verdict::Skipped);
}
