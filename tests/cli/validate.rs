//! The comparisons: their table, their exit code, and folders of the reader's own.

use crate::scratch::Scratch;
use serde_json::Value;

/// The shipped file of this name.
fn shipped(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

#[test]
fn one_table_with_a_verdict_on_each_line() {
    let ran = Scratch::new().run("validate --only eyeriss,nvdla");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn every_comparison_passes_on_the_shipped_data() {
    let ran = Scratch::new().run("validate --cases 20");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    for title in [
        "Oracle", "Laws", "Timeloop", "MAESTRO", "Eyeriss", "NVDLA", "HotNAS", "Mapper",
    ] {
        assert!(ran.stdout.contains(title), "{title}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\x1b'), "{}", ran.stdout);
    assert!(ran.stdout.contains(" 0 fall short"), "{}", ran.stdout);
}

#[test]
fn json_has_lines_tables_and_notes() {
    let ran = Scratch::new().run("validate --json --only eyeriss");
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["falls_short"], false);
    let section = &found["sections"][0];
    assert_eq!(section["lines"][0]["verdict"], "pass");
    assert!(section["tables"][0]["rows"].as_array().unwrap().len() == 5);
    assert!(section["notes"][0].as_str().unwrap().contains("fitted"));
}

#[test]
fn a_line_that_falls_short_ends_with_2_and_in_colour_when_asked() {
    let slow = "layer,processing_ms,active_pes,glb_mb,dram_mb_rlc,ifmap_zeros_percent\n\
                conv3,5.0,156,50.2,3.0,72.5\n";
    let scratch = Scratch::new().with("data/eyeriss-alexnet-jssc2017.csv", slow);
    let ran = scratch.run("--color always validate --data data --only eyeriss");
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("\x1b[1;31mshort"), "{}", ran.stdout);
}

#[test]
fn damaged_and_unknown_files_are_told() {
    let records = shipped("timeloop-3.0.3.jsonl.gz");
    let scratch = Scratch::new()
        .with(
            "data/timeloop-3.0.3.jsonl.gz",
            &records[..records.len() / 2],
        )
        .with("data/timeloop-3.0.3-mine.jsonl.gz", b"no gzip")
        .with("data/maestro-2022-mine.csv", "net,layer\nresnet,conv1\n")
        .with("data/eyeriss-alexnet-jssc2017.csv", "layer\nconv1\n")
        .with("data/nvdla-primer.csv", b"\xff\xfe")
        .with("data/nvdla.csv", "macs\n1\n");
    let ran = scratch.run("validate --data data --cases 0");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_folder_without_any_data_is_skipped_over() {
    let scratch = Scratch::new().with("data/notes.txt", "nothing");
    let ran = scratch.run("validate --data data --cases 5");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("no comparison reads it"),
        "{}",
        ran.stdout
    );
}

#[test]
fn folders_and_sections_that_are_not_there() {
    let scratch = Scratch::new().with("file.csv", "");
    let mut out = String::new();
    for args in [
        "--data nowhere",
        "--data file.csv",
        "--only eyeris",
        "--cases many",
    ] {
        let ran = scratch.run(&format!("validate {args}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{args}");
        out += &format!("$ nasaic validate {args}\n{}\n", ran.stderr);
    }
    insta::assert_snapshot!(out);
}
