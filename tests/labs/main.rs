//! The labs of `notebooks/`: their files are up to date, students meet exactly the holes, the solution
//! gets all points, and each wrong submission is told what is wrong with it.
//!
//! `NASAIC_UPDATE=1` writes the generated notebooks again.

#![allow(
    clippy::unwrap_used,
    reason = "a test that finds nothing has failed, and may say so by panicking"
)]

mod labs;
mod notebook;

use labs::{Lab, all, grade, nasaic};
use std::collections::BTreeSet;
use std::fs;
use std::time::Instant;

#[test]
fn notebooks_are_what_their_sources_give() {
    let update = std::env::var_os("NASAIC_UPDATE").is_some();
    for lab in all() {
        let out = tempfile::tempdir().unwrap();
        let made = nasaic(&[
            "notebook",
            "lab",
            &lab.source(),
            "--out",
            out.path().to_str().unwrap(),
        ]);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        for file in [
            format!("{}.ipynb", lab.name),
            format!("solutions/{}.ipynb", lab.name),
        ] {
            let fresh = fs::read_to_string(out.path().join(&file)).unwrap();
            let kept = lab.folder.join(&file);
            if update {
                fs::create_dir_all(kept.parent().unwrap()).unwrap();
                fs::write(&kept, &fresh).unwrap();
            }
            let old = fs::read_to_string(&kept).unwrap_or_default();
            assert!(
                old == fresh,
                "{file} is out of date: run this test with NASAIC_UPDATE=1"
            );
        }
    }
}

#[test]
fn students_meet_exactly_the_holes() {
    for lab in all() {
        let script = nasaic(&["notebook", "export", &lab.student()]);
        assert!(script.status.success(), "{}", lab.name);
        let script = String::from_utf8(script.stdout).unwrap();
        let (holes, codes) = labs::holes(&script);
        assert!(holes > 0, "{} has no hole", lab.name);
        assert_eq!(codes, vec!["E0310"; holes], "{}", lab.name);
    }
}

#[test]
fn solutions_get_all_points() {
    for lab in all() {
        let begun = Instant::now();
        let sheet = grade(&lab, &[lab.solution()], &[]);
        let got = &sheet["submissions"][0];
        println!(
            "{}: {} of {} points, {:.1} s",
            lab.name,
            got["points"],
            got["of"],
            begun.elapsed().as_secs_f64()
        );
        assert!(got["of"].as_u64().unwrap() > 0, "{}", lab.name);
        assert_eq!(got["points"], got["of"], "{}\n{got:#}", lab.name);
        assert_eq!(got["cells"], serde_json::json!([]), "{}", lab.name);
    }
}

#[test]
fn wrong_submissions_are_told_what_is_wrong() {
    for lab in all() {
        let submissions = lab.wrong();
        assert!(
            submissions.len() >= 3,
            "{} has too few wrong submissions",
            lab.name
        );
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<String> = submissions
            .iter()
            .enumerate()
            .map(|(n, wrong)| lab.write_wrong(wrong, folder.path(), n))
            .collect();
        let sheet = grade(&lab, &files, &[]);
        for (wrong, got) in submissions
            .iter()
            .zip(sheet["submissions"].as_array().unwrap())
        {
            let name = format!("{}: {}", lab.name, wrong.name);
            assert_eq!(got["points"], wrong.points, "{name}\n{got:#}");
            let said = labs::said(got);
            for text in &wrong.says {
                assert!(said.contains(text), "{name}: nothing says `{text}`\n{said}");
            }
        }
    }
}

#[test]
fn every_lab_is_whole() {
    let files = |folder: &str, ending: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(labs::folder().join(folder)).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        names
            .filter_map(|n| n.strip_suffix(ending).map(str::to_owned))
            .collect()
    };
    let sources = files("source", ".nasaic");
    assert_eq!(sources, files("checks", ".check.nasaic"));
    assert_eq!(sources, files("wrong", ".toml"));
    assert_eq!(
        sources,
        all().iter().map(|lab: &Lab| lab.name.clone()).collect()
    );
}
