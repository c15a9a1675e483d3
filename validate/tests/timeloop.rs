//! The view of Timeloop 3.0.3 equals the records that are shipped; broken ones are reported.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use std::collections::BTreeMap;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use nasaic_cost::timeloop::{self, export};
use nasaic_cost::{Buffering, Dataflow, Step, SubAccelerator, TensorSet};
use nasaic_validate::data::Folder;
use nasaic_validate::report::{Section, Verdict};
use nasaic_validate::timeloop::{Record, compare};
use serde_json::{Value, json};

const FILES: [&str; 2] = ["timeloop-3.0.3-halo.jsonl.gz", "timeloop-3.0.3.jsonl.gz"];

fn figures(section: &Section, verdict: Verdict) -> Vec<&str> {
    let lines = section.lines.iter().filter(|line| line.verdict == verdict);
    lines.map(|line| line.figure.as_str()).collect()
}

#[test]
fn every_record_is_equal() {
    let section = compare(&Folder::Shipped);
    let equal = [["200 of 200 equal"; 5], ["350 of 350 equal"; 5]].concat();
    assert_eq!(figures(&section, Verdict::Pass), equal);
    assert_eq!(figures(&section, Verdict::Short), [""; 0]);
    assert_eq!(
        figures(&section, Verdict::Info),
        [
            "195 of 200 equal; inputs differ in 4 by words that neighbours pass on and in 1 by what \
             Timeloop samples; otherwise 0 differ",
            "336 of 350 equal; inputs differ in 9 by words that neighbours pass on and in 5 by what \
             Timeloop samples; otherwise 0 differ",
        ]
    );
}

fn records() -> Vec<Record> {
    let texts = FILES.map(|file| Folder::Shipped.text(file).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| Record::read(line).unwrap()).collect()
}

/// What the mapping part of a Timeloop input says, however it is written: by store and kind, the
/// tensors kept, the factors above one, the order of those, and how many of them lie along X.
fn said(mapping: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut said = BTreeMap::new();
    for directive in mapping.split("- target: ").skip(1) {
        let mut lines = directive.lines().map(str::trim);
        let target = lines.next().unwrap().trim_matches('"').to_owned();
        let values: BTreeMap<&str, &str> = lines.filter_map(|l| l.split_once(": ")).collect();
        let kind = values["type"].to_owned();
        let what = match values.get("factors") {
            None => vec![values["keep"].to_owned(), values["bypass"].to_owned()],
            Some(factors) => turns(factors, values["permutation"], values.get("split")),
        };
        // A spread over one element, and a store that keeps everything, need not be said.
        let idle = kind == "spatial" && what.is_empty();
        if !idle && values.get("bypass") != Some(&"[]") {
            said.insert((target, kind), what);
        }
    }
    said
}

fn turns(factors: &str, order: &str, split: Option<&&str>) -> Vec<String> {
    let split: usize = split.map_or(7, |split| split.parse().unwrap());
    let count = |dim: char| {
        let mut factors = factors.split(' ').map(|f| f.replace('=', ""));
        factors
            .find_map(|f| f.strip_prefix(dim).map(str::to_owned))
            .unwrap()
    };
    let places = order
        .chars()
        .enumerate()
        .filter(|(_, dim)| count(*dim) != "1");
    let side = |place| if place < split { "X" } else { "Y" };
    places
        .map(|(place, dim)| format!("{dim}{} {}", count(dim), side(place)))
        .collect()
}

#[test]
fn exported_nests_are_what_the_peer_was_given() {
    for record in records() {
        let steps = record.stores.iter().map(|name| Step::Store {
            name: name.clone(),
            keep: TensorSet::ALL,
            size: None,
            buffering: Buffering::Double,
            bandwidth: None,
        });
        let dataflow = Dataflow {
            name: "record".into(),
            kinds: Vec::new(),
            steps: steps.collect(),
        };
        let [columns, rows] = *record.mesh.last().unwrap();
        let mut sub = SubAccelerator::new(columns * rows, 1.0, 1.0);
        sub.shape = Some([columns, rows]);
        let ours = export(&record.layer, &record.mapping, &dataflow, &sub).unwrap();
        let theirs = record.value["input_yaml"].as_str().unwrap();
        let (_, theirs) = theirs.split_once("problem:\n").unwrap();
        let (problem, mapping) = theirs.split_once("mapping:\n").unwrap();
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let (_, our_problem) = ours.problem.split_once("problem:\n").unwrap();
        assert_eq!(sorted(our_problem), sorted(problem));
        assert_eq!(said(&ours.mapping), said(mapping), "{}", record.id);
        let view = timeloop::count(&record.layer, &record.mapping, &record.mesh).unwrap();
        if view.multipliers > 1 {
            let array = format!("instances: {}\n    meshX: {columns}\n", columns * rows);
            assert!(ours.architecture.contains(&array), "{}", ours.architecture);
        }
    }
}

/// A folder with one gzipped file of these lines.
fn folder(name: &str, lines: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join(name)).unwrap();
    let mut packed = GzEncoder::new(file, Compression::fast());
    packed.write_all(lines.join("\n").as_bytes()).unwrap();
    packed.finish().unwrap();
    folder
}

fn first_record() -> Value {
    records().swap_remove(0).value
}

#[test]
fn a_folder_without_records_is_skipped() {
    let empty = tempfile::tempdir().unwrap();
    let sections =
        [empty.path().into(), empty.path().join("absent").into()].map(|folder| compare(&folder));
    for section in sections {
        assert_eq!(
            figures(&section, Verdict::Skipped),
            ["no such file in the folder"]
        );
        assert_eq!(section.lines.len(), 1);
    }
    let blank = folder("timeloop-3.0.3.jsonl.gz", &[]);
    assert_eq!(
        figures(&compare(&blank.path().into()), Verdict::Skipped),
        ["no record has it"; 5]
    );
}

#[test]
fn a_file_that_is_not_packed_falls_short() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("timeloop-3.0.3.jsonl.gz"), "{}").unwrap();
    let section = compare(&folder.path().into());
    assert!(section.falls_short());
    assert_eq!(section.lines.len(), 1);
}

#[test]
fn a_difference_names_record_and_quantity() {
    let mut record = first_record();
    record["levels"]["GlobalBuffer"]["Outputs"]["Scalar reads (per-instance)"] = json!(1025.0);
    let folder = folder("timeloop-3.0.3-more.jsonl.gz", &[record.to_string()]);
    let section = compare(&folder.path().into());
    let short = figures(&section, Verdict::Short);
    assert_eq!(
        short,
        ["0 of 1 equal; record 1: GlobalBuffer O reads 1024, Timeloop 1025.0"]
    );
    assert_eq!(figures(&section, Verdict::Pass).len(), 4);
}

#[test]
fn broken_records_are_reported_with_their_lines() {
    let broken = |pointer: &str, value: Value| {
        let mut record = first_record();
        *record.pointer_mut(pointer).unwrap() = value;
        record.to_string()
    };
    let lines = [
        "no JSON".to_owned(),
        "{}".to_owned(),
        "[1, 2]".to_owned(),
        broken("/layer", json!(null)),
        broken("/layer/K", json!(-8)),
        broken("/layer/K", json!(0)),
        broken("/layer/P", json!(0)),
        broken("/layer/N", json!("one")),
        broken("/layer/C", json!(u64::MAX)),
        broken("/input_yaml", json!("Wstride: many")),
        broken("/input_yaml", json!("Wstride: 4294967295")),
        broken("/mapping", json!([])),
        broken("/mapping/f/K", json!([2, 2])),
        broken("/mapping/f/K", json!([2, 2, 2, 2])),
        broken("/mapping/f/K", json!([u32::MAX, u32::MAX, 1, 1])),
        broken("/mapping/perm/0", json!("KKKKKKK")),
        broken("/mapping/perm", json!(7)),
        broken("/mapping/bp0", json!(["Biases"])),
        broken("/mapping/bp1", json!("Inputs")),
        broken("/mapping/split", json!("X")),
        broken("/mapping/mesh", json!([8])),
        first_record().to_string(),
    ];
    let folder = folder("timeloop-3.0.3.jsonl.gz", &lines);
    let section = compare(&folder.path().into());
    assert_eq!(figures(&section, Verdict::Pass), ["1 of 1 equal"; 5]);
    let short = figures(&section, Verdict::Short);
    assert_eq!(short.len(), 1);
    assert!(
        short[0].starts_with("21 not comparable; line 1: "),
        "{}",
        short[0]
    );
}

/// Records of other layers come with other names, sizes and no network figures.
#[test]
fn records_may_be_larger_or_barer_than_those_shipped() {
    let mut large = first_record();
    large["layer"]["K"] = json!(1 << 30);
    large["mapping"]["f"]["K"] = json!([1 << 28, 2, 1, 2]);
    let mut wide = first_record();
    wide["layer"]["K"] = json!(1 << 22);
    wide["mapping"]["f"]["K"] = json!([1, 1 << 22, 1, 1]);
    let mut bare = first_record();
    bare["networks"] = Value::Null;
    bare["input_yaml"] = Value::Null;
    let renamed = first_record().to_string().replace("GlobalBuffer", "L2");
    let lines = [
        large.to_string(),
        wide.to_string(),
        bare.to_string(),
        renamed,
    ];
    let folder = folder("timeloop-3.0.3.jsonl.gz", &lines);
    let section = compare(&folder.path().into());
    let starts: Vec<&str> = section
        .lines
        .iter()
        .filter_map(|line| line.figure.split(';').next())
        .collect();
    assert_eq!(
        starts,
        [
            "2 of 3 equal",
            "2 of 3 equal",
            "3 of 3 equal",
            "2 of 3 equal",
            "1 of 2 equal",
            "1 not comparable",
            "2 of 3 equal"
        ]
    );
}
