//! Sweeps that go to a file: a row per design, and the front of them.

use crate::scratch::Scratch;
use serde_json::Value;

const SWEEP: &str = "let all = sweep(resnet18, eyeriss_like with { core.pes in 4..800 step 4, core.bandwidth in 1..30 GB/s }, to = \"all.csv\")\nall\n";

#[test]
fn a_sweep_to_a_file_has_all_designs_and_leaves_the_front() {
    let scratch = Scratch::frugal(SWEEP);
    for jobs in [1, 3] {
        let ran = scratch.run(&format!("run frugal.nasaic --out {jobs} --jobs {jobs}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let rows = scratch.read("1/all.csv");
    assert!(rows == scratch.read("3/all.csv"));
    let mut lines = rows.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(
        head,
        [
            "core.pes",
            "core.bandwidth (B/s)",
            "refused",
            "cycles",
            "latency (s)",
            "energy (J)",
            "area (m^2)",
            "utilization"
        ]
    );
    let number =
        |line: &str, at: usize| -> f64 { line.split(',').nth(at).unwrap().parse().unwrap() };
    let costs: Vec<[f64; 3]> = lines
        .map(|line| [4, 5, 6].map(|at| number(line, at)))
        .collect();
    assert_eq!(costs.len(), 200 * 30);
    // The front by comparing each with each.
    let beats = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).all(|(a, b)| a <= b) && a != b;
    let mut front: Vec<[f64; 3]> = costs
        .iter()
        .filter(|one| !costs.iter().any(|other| beats(other, one)))
        .copied()
        .collect();
    let places: Vec<[u64; 3]> = front.iter().map(|x| x.map(f64::to_bits)).collect();
    let mut seen = std::collections::BTreeSet::new();
    let mut at = 0;
    front.retain(|_| {
        at += 1;
        seen.insert(places[at - 1])
    });
    let result: Value = serde_json::from_str(&scratch.read("1/result.json")).unwrap();
    let shown = &result["results"]["lets"]["all"];
    assert_eq!(shown["count"], front.len());
    for (design, cost) in shown["designs"].as_array().unwrap().iter().zip(&front) {
        let own = ["latency_s", "energy_j", "area_m2"].map(|name| design[name].as_f64().unwrap());
        assert_eq!(own, *cost);
    }
}

#[test]
fn only_rows_can_be_written_and_only_below_the_output_folder() {
    for (to, words) in [
        ("all.svg", "`.csv` or `.parquet`"),
        ("../all.csv", "output folder"),
    ] {
        let more = format!(
            "sweep(resnet18, eyeriss_like with {{ core.pes in {{4, 8}} }}, to = \"{to}\")\n"
        );
        let scratch = Scratch::frugal(&more);
        let ran = scratch.run("run frugal.nasaic --out out");
        assert_eq!(ran.code, 1);
        assert!(
            ran.stderr.contains("E0705") && ran.stderr.contains(words),
            "{}",
            ran.stderr
        );
        assert_eq!(scratch.list("out"), ["result.json", "timing.json"]);
    }
}

#[test]
fn a_space_that_does_not_fit_in_memory_is_pointed_to_a_file() {
    let more = "sweep(resnet18, eyeriss_like with { core.pes in 1..4096, core.bandwidth in 1..1000 GB/s })\n";
    let ran = Scratch::frugal(more).run("run frugal.nasaic");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("E0406") && ran.stderr.contains("to = "),
        "{}",
        ran.stderr
    );
}
