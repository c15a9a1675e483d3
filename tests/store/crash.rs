//! Killed at any moment, a run that is resumed ends as one that never was.

use crate::scratch::Scratch;
use crate::{searches, trials};
use serde_json::Value;
use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Starts the program; its stream of JSON goes to a pipe.
fn start(scratch: &Scratch, args: &str) -> Child {
    let args: Vec<&str> = args.split_whitespace().collect();
    scratch
        .command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The largest number of designs that each search has shown in a stream that was cut off.
fn shown(stream: &str) -> Vec<(String, u64)> {
    let mut out: Vec<(String, u64)> = Vec::new();
    for line in stream.lines() {
        let Ok(object) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if object["type"] == "progress" {
            let what = object["what"].as_str().unwrap().to_owned();
            let done = object["done"].as_u64().unwrap();
            // A comparison runs one search after another under one name.
            match out.last_mut() {
                Some(last) if last.0 == what && last.1 <= done => last.1 = done,
                _ => out.push((what, done)),
            }
        }
    }
    out
}

/// Kills runs at moments spread over their length, some twice, and resumes them.
fn kill_and_resume(kills: u32) {
    let scratch = searches();
    let begun = Instant::now();
    let ran = scratch.run("run frugal.nasaic --store whole.db --out whole");
    let length = begun.elapsed();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (result, evaluated) = (
        scratch.read("whole/result.json"),
        trials(&scratch, "whole.db", 1),
    );
    let mut in_time = 0;
    for kill in 0..kills {
        let store = format!("killed-{kill}.db");
        let mut command = format!("run frugal.nasaic --json-stream --store {store} --out killed");
        // Every third run is killed again while it is resumed.
        for life in 0..if kill % 3 == 0 { 2 } else { 1 } {
            let moment =
                length.mul_f64((f64::from(kill) + 0.5 * f64::from(life)) / f64::from(kills));
            let mut child = start(&scratch, &command);
            std::thread::sleep(moment);
            in_time += u32::from(child.try_wait().unwrap().is_none());
            // SIGKILL on Unix: nothing of the program runs after it.
            child.kill().unwrap();
            let mut stream = String::new();
            child
                .stdout
                .take()
                .unwrap()
                .read_to_string(&mut stream)
                .unwrap();
            child.wait().unwrap();
            nothing_shown_is_lost(&scratch, &store, &shown(&stream));
            if has_run(&scratch, &store) {
                command = format!("runs resume 1 --json-stream --store {store} --out killed");
            }
        }
        let ran = scratch.run(&command);
        assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
        assert!(scratch.read("killed/result.json") == result, "kill {kill}");
        assert!(trials(&scratch, &store, 1) == evaluated, "kill {kill}");
    }
    assert!(
        in_time * 2 > kills,
        "only {in_time} of {kills} were killed while they ran"
    );
}

/// Whether the run was entered before the program was killed.
fn has_run(scratch: &Scratch, store: &str) -> bool {
    let ran = scratch.run(&format!("runs list --json --store {store}"));
    ran.code == 0 && !serde_json::from_str::<Value>(&ran.stdout).unwrap()[0].is_null()
}

/// The store has at least as many designs of each search as were shown.
fn nothing_shown_is_lost(scratch: &Scratch, store: &str, shown: &[(String, u64)]) {
    if shown.is_empty() {
        return;
    }
    let ran = scratch.run(&format!("runs list --json --store {store}"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let runs: Value = serde_json::from_str(&ran.stdout).unwrap();
    let searches = runs[0]["searches"].as_array().unwrap();
    let kept: u64 = searches.iter().map(|s| s["trials"].as_u64().unwrap()).sum();
    // Episodes count repeated proposals, too; the stores of designs do not.
    let seen: u64 = shown
        .iter()
        .filter(|s| !s.0.contains("rl"))
        .map(|s| s.1)
        .sum();
    assert!(kept >= seen, "{seen} were shown, {kept} are kept");
}

#[test]
fn a_killed_run_is_resumed_to_the_same_end() {
    kill_and_resume(20);
}

#[test]
#[ignore = "takes minutes; `cargo test --release --test store -- --ignored`"]
fn two_hundred_kills() {
    kill_and_resume(200);
}

#[test]
fn a_run_that_is_interrupted_says_how_to_go_on() {
    let more = "strategy endless { algorithm = random, evaluations = 200_000 }\n\
                problem wide { workload = resnet18, on = eyeriss_like with { core.pes in 1..4096, core.bandwidth in 1..64 GB/s }, minimize energy }\n\
                search(wide, endless)\n";
    let scratch = Scratch::frugal(more);
    let mut child = scratch
        .command(&["run", "frugal.nasaic", "--store", "s.db"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let waiting = Instant::now();
    while !has_trials(&scratch) {
        assert!(
            waiting.elapsed() < Duration::from_secs(60),
            "the search does not begin"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(said.contains("`nasaic runs resume 1`"), "{said}");
    assert!(
        scratch
            .run("runs list --store s.db")
            .stdout
            .contains("interrupted")
    );
}

fn has_trials(scratch: &Scratch) -> bool {
    let ran = scratch.run("runs list --json --store s.db");
    let runs: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
    runs[0]["searches"][0]["trials"].as_u64().unwrap_or(0) > 0
}
