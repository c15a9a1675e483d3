//! What is kept, what is used again, and what can be seen of it.

use crate::scratch::Scratch;
use crate::{searches, trials};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_run_is_kept_in_the_current_folder_and_shown_again() {
    let scratch = searches();
    let ran = scratch.run("run frugal.nasaic");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(scratch.path(".nasaic/runs.db").exists());
    let shown = scratch.run("runs show 1");
    assert_eq!((shown.code, &shown.stdout), (0, &ran.stdout));
    let listed = scratch.run("runs list").stdout;
    assert!(
        listed.contains("frugal.nasaic") && listed.contains("done"),
        "{listed}"
    );
    let runs = json(&scratch.run("runs list --json").stdout);
    let searches = runs[0]["searches"].as_array().unwrap();
    let counts: Vec<u64> = searches
        .iter()
        .map(|s| s["trials"].as_u64().unwrap())
        .collect();
    assert_eq!(counts[..5], [100, 60, 60, 60, 60]);
    assert_eq!((counts.len(), counts[8]), (9, 3));
    assert!(searches.iter().all(|s| s["summary"]["feasible"] == true));
}

#[test]
fn what_is_quick_leaves_no_store_and_what_is_not_wanted_neither() {
    let scratch = Scratch::frugal("evaluate(resnet18, eyeriss_like)\n");
    assert_eq!(scratch.run("run frugal.nasaic").code, 0);
    assert_eq!(
        scratch
            .run("search frugal.nasaic frugal quick --no-store")
            .code,
        0
    );
    assert_eq!(scratch.list("."), ["frugal.nasaic"]);
    assert_eq!(scratch.run("search frugal.nasaic frugal quick").code, 0);
    assert_eq!(scratch.list("."), [".nasaic", "frugal.nasaic"]);
}

#[test]
fn with_and_without_a_store_and_on_a_full_one_results_are_the_same() {
    let scratch = searches();
    for (out, keeping) in [
        ("none", "--no-store"),
        ("first", ""),
        ("known", ""),
        ("anew", "--no-cache"),
        ("jobs", "--jobs 1"),
    ] {
        let ran = scratch.run(&format!("run frugal.nasaic {keeping} --out {out}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let result = scratch.read(&format!("{out}/result.json"));
        assert!(result == scratch.read("none/result.json"), "{out}");
    }
    let first = trials(&scratch, ".nasaic/runs.db", 1);
    for run in 2..=4 {
        assert!(trials(&scratch, ".nasaic/runs.db", run) == first, "{run}");
    }
}

#[test]
fn another_strategy_reads_what_is_known_and_no_cache_does_not() {
    let scratch = Scratch::frugal("");
    assert_eq!(scratch.run("search frugal.nasaic frugal every").code, 0);
    // Damaged values are noticed by those who read them.
    flip_values(&scratch, ".nasaic/runs.db");
    let reads = scratch.run("search frugal.nasaic frugal quick --seed 7");
    assert_eq!(reads.code, 1);
    assert!(reads.stderr.contains("E0813"), "{}", reads.stderr);
    let anew = scratch.run("search frugal.nasaic frugal quick --seed 7 --no-cache");
    assert_eq!(anew.code, 0, "{}", anew.stderr);
    // Another problem finds nothing that is known, so nothing that is damaged.
    let other = scratch.run("search frugal.nasaic frugal quick --set frugal.core.pes=96");
    assert_eq!(other.code, 0, "{}", other.stderr);
}

/// Flips a bit in the values of every evaluation.
fn flip_values(scratch: &Scratch, store: &str) {
    let file = rusqlite::Connection::open(scratch.path(store)).unwrap();
    let blobs: Vec<(i64, Vec<u8>)> = file
        .prepare("SELECT id, hardware FROM evaluations")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(blobs.len(), 3);
    for (id, mut blob) in blobs {
        blob[10] ^= 1;
        let change = "UPDATE evaluations SET hardware = ?2 WHERE id = ?1";
        file.execute(change, rusqlite::params![id, blob]).unwrap();
    }
}

#[test]
fn runs_are_compared_and_removed() {
    let scratch = Scratch::frugal("");
    for seed in [1, 2] {
        let ran = scratch.run(&format!("search frugal.nasaic frugal quick --seed {seed}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let compared = scratch.run("runs compare 1 2").stdout;
    assert!(
        compared.contains("energy = ") && compared.contains("feasible"),
        "{compared}"
    );
    assert_eq!(
        json(&scratch.run("runs compare 2 1 --json").stdout)[0]["id"],
        2
    );
    assert_eq!(scratch.run("runs rm 1").code, 0);
    let gone = scratch.run("runs show 1");
    assert_eq!(gone.code, 1);
    assert!(
        gone.stderr.contains("E0816") && gone.stderr.contains("runs list"),
        "{}",
        gone.stderr
    );
    assert_eq!(scratch.run("runs show 2").code, 0);
}

#[test]
fn a_run_is_exported_in_every_format() {
    let scratch = Scratch::frugal("");
    scratch.run("search frugal.nasaic frugal every");
    for (format, file) in [
        ("csv", "run-1.csv"),
        ("parquet", "run-1.parquet"),
        ("optuna", "run-1.optuna.db"),
    ] {
        let ran = scratch.run(&format!("runs export 1 --format {format}"));
        assert_eq!((ran.code, ran.stdout), (0, format!("written to {file}\n")));
    }
    let rows = scratch.read("run-1.csv");
    let head = rows.lines().next().unwrap();
    assert!(
        head.contains("core.pes") && head.contains("energy (J)"),
        "{head}"
    );
    assert_eq!(rows.lines().count(), 4);
    assert!(
        std::fs::read(scratch.path("run-1.parquet"))
            .unwrap()
            .starts_with(b"PAR1")
    );
    let wrong = scratch.run("runs export 1 --format csv --search 2");
    assert!(
        wrong.code == 1 && wrong.stderr.contains("E0816"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn a_failed_script_is_no_finding() {
    let more = "script scoring \"\"\"\nfn reward(x) { x.nothing() }\n\"\"\"\n\
                problem scored { workload = resnet18, on = eyeriss_like with { core.pes in {64, 128} }, maximize scoring.reward(latency / 1 s) }\n";
    let scratch = Scratch::frugal(more);
    for _ in 0..2 {
        let ran = scratch.run("search frugal.nasaic scored every");
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("E080"), "{}", ran.stderr);
    }
    let runs = json(&scratch.run("runs list --json").stdout);
    assert_eq!(runs[1]["searches"][0]["trials"], 0);
    assert_eq!(runs[1]["status"], "failed");
}
