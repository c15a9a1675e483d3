//! Stores that cannot be used, and several programs on one.

use crate::scratch::Scratch;
use crate::searches;
use std::process::{Command, Stdio};

const SEARCH: &str = "search frugal.nasaic frugal quick --store";

#[test]
fn a_file_that_is_no_store_is_refused_before_anything_runs() {
    let scratch =
        Scratch::frugal("").with("notes.txt", "no store, but as long as one\n".repeat(99));
    let before = scratch.read("notes.txt");
    let ran = scratch.run(&format!("{SEARCH} notes.txt"));
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.contains("E0811") && ran.stderr.contains("was not changed"),
        "{}",
        ran.stderr
    );
    assert_eq!(scratch.read("notes.txt"), before);
    let missing = scratch.run("runs list --store nowhere.db");
    assert!(
        missing.code == 1 && missing.stderr.contains("E0816"),
        "{}",
        missing.stderr
    );
    assert!(!scratch.path("nowhere.db").exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_stops_the_run_and_resuming_completes_it() {
    let scratch = searches();
    assert_eq!(
        scratch.run("run frugal.nasaic --no-store --out whole").code,
        0
    );
    // The shell's limit on the size of files stands for a full disk.
    let program = env!("CARGO_BIN_EXE_nasaic");
    let limited =
        format!("trap '' XFSZ; ulimit -f 450; exec {program} run frugal.nasaic --store s.db");
    let ran = Command::new("bash")
        .args(["-c", &limited])
        .current_dir(scratch.path("."))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("E0814"), "{said}");
    let ran = scratch.run("runs resume 1 --store s.db --out resumed");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(scratch.read("resumed/result.json") == scratch.read("whole/result.json"));
}

#[test]
fn several_programs_at_once_use_one_store() {
    let scratch = searches();
    assert_eq!(
        scratch.run("run frugal.nasaic --no-store --out whole").code,
        0
    );
    let children: Vec<_> = (0..4)
        .map(|n| {
            let out = format!("out-{n}");
            let args = [
                "run",
                "frugal.nasaic",
                "--store",
                "shared.db",
                "--out",
                &out,
            ];
            let mut command = scratch.command(&args);
            command
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let ran = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}");
    }
    for n in 0..4 {
        let result = scratch.read(&format!("out-{n}/result.json"));
        assert!(result == scratch.read("whole/result.json"), "{n}");
    }
    let file = rusqlite::Connection::open(scratch.path("shared.db")).unwrap();
    let count = |what: &str| {
        file.query_row(what, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let one = "SELECT count(*) FROM (SELECT DISTINCT problem, design FROM evaluations)";
    assert_eq!(count("SELECT count(*) FROM evaluations"), count(one));
    assert_eq!(count("SELECT count(*) FROM searches"), 4 * 9);
}
