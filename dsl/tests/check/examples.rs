//! The programs of the examples and of the library are right; the wrong programs are wrong as expected.

use crate::prelude::{Session, check_file, codes, folder, programs};
use nasaic_dsl::world::{embedded, embedded_paths};

#[test]
fn every_example_is_right() {
    for (name, text) in programs(&folder("examples")) {
        // The lab's cell comes after the lab and has a hole; it has a test of its own.
        if name == "9_lab_cell" {
            continue;
        }
        let (checked, shown) = check_file(&format!("{name}.nasaic"), &text);
        let errors: Vec<&str> = checked
            .diagnostics
            .iter()
            // The tests know only a few strategies.
            .filter(|d| d.is_error() && !d.title.ends_with("is no value of `algorithm`"))
            .map(|d| d.code.as_str())
            .collect();
        assert!(errors.is_empty(), "{name}\n{shown}");
    }
}

#[test]
fn the_lab_cell_after_its_lab_is_told_its_hole() {
    let mut session = Session::default();
    let read = |name| std::fs::read_to_string(folder("examples").join(name)).unwrap();
    let (first, shown) = session.cell("2_dataflow.nasaic", &read("2_dataflow.nasaic"));
    assert!(!first.has_errors(), "{shown}");
    let (second, shown) = session.cell("9_lab_cell.nasaic", &read("9_lab_cell.nasaic"));
    assert_eq!(codes(&second), ["E0310"], "{shown}");
    assert!(shown.contains("`pes`"), "{shown}");
}

#[test]
fn every_file_of_the_library_is_right_by_itself() {
    for path in embedded_paths() {
        let text = embedded(&path).unwrap();
        let (checked, shown) = check_file(&path, text);
        assert!(checked.diagnostics.is_empty(), "{path}\n{shown}");
    }
}

/// The first code of each wrong program; `12` is right but for its names.
const FIRST: &[(&str, &[&str])] = &[
    ("01", &["E0101"]),
    ("02", &["E0102"]),
    ("03", &["E0103"]),
    ("04", &["E0101", "E0405"]),
    ("05", &["E0104"]),
    ("06", &["E0104"]),
    ("07", &["E0105"]),
    ("08", &["E0106"]),
    ("09", &["E0107"]),
    ("10", &["E0102", "E0206"]),
    ("11", &["E0302"]),
    ("13", &["E0102"]),
    ("14", &["E0302", "E0401"]),
];

#[test]
fn the_wrong_programs_are_wrong_in_the_expected_way() {
    for (name, text) in programs(&folder("tests/wrong-programs")) {
        let (checked, shown) = check_file(&format!("{name}.nasaic"), &text);
        let found = codes(&checked);
        if let Some((_, first)) = FIRST.iter().find(|(number, _)| name.starts_with(number)) {
            // Other lines may be wrong, too; the expected one must be among the first place's.
            assert!(
                found.iter().any(|c| first.contains(c)),
                "{name}: {found:?}\n{shown}"
            );
        }
        if name.starts_with("12") {
            // All of it is read; a field at the top is told to be a `let`.
            let reading: Vec<&&str> = found.iter().filter(|c| c.starts_with("E01")).collect();
            assert_eq!(reading, [&"E0102"], "{shown}");
            assert!(shown.contains("let x = 64"), "{shown}");
        }
        if name.starts_with("15") {
            assert!(
                found.len() >= 4 && found.contains(&"E0103") && found.contains(&"E0104"),
                "{found:?}\n{shown}"
            );
        }
    }
}
