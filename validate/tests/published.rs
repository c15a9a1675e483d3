//! Comparisons with published areas and traffic, whole and broken tables.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use nasaic_validate::data::Folder;
use nasaic_validate::report::{Section, Verdict};
use nasaic_validate::{eyeriss, nvdla};

fn reference() -> Folder {
    std::env::var_os("NASAIC_REFERENCE").map_or(Folder::Shipped, Folder::from)
}

/// The comparison of a folder that holds one file with this text.
fn with_text(compare: fn(&Folder) -> Section, name: &str, text: &[u8]) -> Section {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    compare(&folder.path().into())
}

/// The numbers in a column of the table whose caption begins so.
fn column(section: &Section, caption: &str, head: &str) -> Vec<f64> {
    let mut tables = section.tables.iter();
    let table = tables.find(|t| t.caption.starts_with(caption)).unwrap();
    let index = table.columns.iter().position(|c| c == head).unwrap();
    let cells = table.rows.iter().map(|row| row[index].parse());
    cells.collect::<Result<_, _>>().unwrap()
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
    for ratio in column(&section, "Areas", "ratio") {
        assert!((0.5..1.5).contains(&ratio), "{ratio}");
    }
}

#[test]
fn eyeriss_latencies_and_active_elements_are_those_of_the_chip() {
    let section = eyeriss::compare(&reference());
    assert!(!section.falls_short(), "{:?}", section.lines);
    let errors = column(&section, "Processing", "error (%)");
    let alone = column(&section, "Processing", "of multiplications alone (%)");
    assert_eq!(errors.len(), 5);
    let mean = |errors: &[f64]| errors.iter().map(|e| e.abs()).sum::<f64>() / 5.0;
    assert!(
        mean(&errors) < 4.2 && mean(&alone) > 11.0,
        "{errors:?} {alone:?}"
    );
    // 55 rows in eight strips, 3 passes over the channels, 3 over the filters, 4 images.
    let strips = 8.0 * 3.0 * 3.0 * 4.0;
    let milliseconds = |cycles: f64| cycles * strips / 200e3;
    let parts = [
        "multiplications",
        "arriving partial sums",
        "loading filters",
    ];
    let by_hand = [
        16.0 * 55.0 * 11.0,
        16.0 * 55.0 * 55.0 / 56.0,
        32.0 * 121.0 / 4.0,
    ];
    for (part, cycles) in parts.into_iter().zip(by_hand) {
        let ours = column(&section, "Processing", part)[0];
        assert!((ours - milliseconds(cycles)).abs() < 1e-3, "{part}: {ours}");
    }
}

#[test]
fn the_mapping_explains_eyeriss_traffic_and_reading_once_does_not() {
    let section = eyeriss::compare(&reference());
    for ratio in column(&section, "Off-chip", "ratio") {
        assert!((0.8..1.2).contains(&ratio), "{ratio}");
    }
    let once = column(&section, "Off-chip", "its ratio");
    assert!(once.iter().any(|&ratio| ratio < 0.6), "{once:?}");
    let parts = ["weights", "inputs", "outputs"].map(|head| column(&section, "Off-chip", head));
    for (layer, total) in column(&section, "Off-chip", "ours").into_iter().enumerate() {
        let sum: f64 = parts.iter().map(|part| part[layer]).sum();
        assert!((sum - total).abs() < 0.02, "{layer}: {sum} {total}");
    }
}

#[test]
fn a_missing_file_is_skipped() {
    for compare in [nvdla::compare, eyeriss::compare] {
        let section = compare(&Folder::from("/nowhere"));
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

    let head = "layer,processing_ms,active_pes,glb_mb,dram_mb_rlc,ifmap_zeros_percent";
    let rows = "conv3,21.8,156,50.2,3.0,72.5\nconv9,1,1,1,1,1\nconv4,16,156,37.4,2.1,101\n";
    let text = format!("{head}\n{rows}");
    let section = with_text(eyeriss::compare, eyeriss::FILE, text.as_bytes());
    assert_eq!(section.tables[0].rows.len(), 1);
    assert_eq!(counts(&section, Verdict::Short), 2);
    // A mean over one layer says little: it is not judged.
    assert_eq!(counts(&section, Verdict::Pass), 2);
}

#[test]
fn a_file_that_is_no_table_falls_short() {
    for text in [&b""[..], b"\xff\xfe\x00", b"macs\n", b"a,b\n1,2\n"] {
        for (compare, name) in [
            (nvdla::compare as fn(&Folder) -> Section, nvdla::FILE),
            (eyeriss::compare, eyeriss::FILE),
        ] {
            assert!(
                with_text(compare, name, text).falls_short(),
                "{name} {text:?}"
            );
        }
    }
}
