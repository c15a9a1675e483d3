//! Comparisons with published areas and traffic, whole and broken tables.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use std::path::{Path, PathBuf};

use nasaic_validate::report::{Section, Verdict};
use nasaic_validate::{eyeriss_dram, nvdla};

fn reference() -> PathBuf {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference");
    std::env::var_os("NASAIC_REFERENCE").map_or_else(|| shipped.into(), PathBuf::from)
}

/// The comparison of a folder that holds one file with this text.
fn with_text(compare: fn(&Path) -> Section, name: &str, text: &[u8]) -> Section {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    compare(folder.path())
}

/// The ratio in a table's column, by row.
fn column(section: &Section, head: &str) -> Vec<f64> {
    let table = &section.tables[0];
    let index = table.columns.iter().position(|c| c == head).unwrap();
    table
        .rows
        .iter()
        .map(|row| row[index].parse().unwrap())
        .collect()
}

fn counts(section: &Section, verdict: Verdict) -> usize {
    section
        .lines
        .iter()
        .filter(|l| l.verdict == verdict)
        .count()
}

#[test]
fn nvdla_areas_have_a_line_each_and_a_summary() {
    let section = nvdla::compare(&reference());
    assert_eq!(
        counts(&section, Verdict::Info),
        section.tables[0].rows.len() + 1
    );
    assert!(!section.falls_short());
    for ratio in column(&section, "ratio") {
        assert!((0.5..1.5).contains(&ratio), "{ratio}");
    }
}

#[test]
fn the_mapping_explains_eyeriss_traffic_and_reading_once_does_not() {
    let section = eyeriss_dram::compare(&reference());
    assert!(!section.falls_short());
    for ratio in column(&section, "ratio") {
        assert!((0.8..1.2).contains(&ratio), "{ratio}");
    }
    let once = column(&section, "its ratio");
    assert!(once.iter().any(|&ratio| ratio < 0.6), "{once:?}");
}

#[test]
fn a_missing_file_is_skipped() {
    for compare in [nvdla::compare, eyeriss_dram::compare] {
        let section = compare(Path::new("/nowhere"));
        assert_eq!(section.lines.len(), 1);
        assert_eq!(counts(&section, Verdict::Skipped), 1);
    }
}

#[test]
fn a_broken_row_falls_short_with_its_line_and_the_others_count() {
    let text = "# head\nmacs,conv_buffer_kb,area_28nm_mm2\n64,128,0.9\n64,many,0.9\n0,1,1\n64\n64,128,NaN\n32,128,0.8\n";
    let section = with_text(nvdla::compare, "nvdla-primer.csv", text.as_bytes());
    assert_eq!(section.tables[0].rows.len(), 2);
    let broken: Vec<&str> = section
        .lines
        .iter()
        .filter(|l| l.verdict == Verdict::Short)
        .map(|l| l.what.as_str())
        .collect();
    let expected = [4, 5, 6, 7].map(|line| format!("nvdla-primer.csv, line {line}"));
    assert_eq!(broken, expected);

    let text = "layer,dram_mb_rlc,ifmap_zeros_percent\nconv3,3.0,72.5\nconv9,1,1\nconv4,2.1,101\n";
    let section = with_text(
        eyeriss_dram::compare,
        "eyeriss-alexnet-jssc2017.csv",
        text.as_bytes(),
    );
    assert_eq!(section.tables[0].rows.len(), 1);
    assert_eq!(counts(&section, Verdict::Short), 2);
}

#[test]
fn a_file_that_is_no_table_falls_short() {
    for text in [&b""[..], b"\xff\xfe\x00", b"macs\n", b"a,b\n1,2\n"] {
        for (compare, name) in [
            (nvdla::compare as fn(&Path) -> Section, "nvdla-primer.csv"),
            (eyeriss_dram::compare, "eyeriss-alexnet-jssc2017.csv"),
        ] {
            assert!(
                with_text(compare, name, text).falls_short(),
                "{name} {text:?}"
            );
        }
    }
}
