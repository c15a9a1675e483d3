//! The stream of JSON, colours, a reader who leaves, and Ctrl-C.

use crate::scratch::Scratch;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

fn objects(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn types(stdout: &str) -> Vec<String> {
    let word = |o: Value| o["type"].as_str().unwrap().to_owned();
    let mut types: Vec<String> = objects(stdout).into_iter().map(word).collect();
    types.dedup();
    types
}

#[test]
fn every_line_of_a_stream_is_an_object_with_a_type() {
    let more = "search(frugal, quick)\nroofline(evaluate(resnet18, eyeriss_like))\nexpect 1 > 2\n";
    let scratch = Scratch::frugal(more);
    let ran = scratch.run("run frugal.nasaic --json-stream");
    assert_eq!((ran.code, ran.stderr.as_str()), (2, ""));
    let expected = ["progress", "result", "figure", "result", "error", "status"];
    assert_eq!(types(&ran.stdout), expected);
    let all = objects(&ran.stdout);
    assert_eq!(all.last().unwrap()["exit"], 2);
    let figure = all.iter().find(|o| o["type"] == "figure").unwrap();
    assert_eq!(figure["name"], "01-roofline.svg");
    assert!(figure["svg"].as_str().unwrap().starts_with("<svg"));
}

#[test]
fn mistakes_are_objects_of_the_stream() {
    let scratch = Scratch::frugal("nothing\n");
    for (args, code) in [
        ("run frugal.nasaic", "E0201"),
        ("run nowhere.nasaic", "E0701"),
    ] {
        let ran = scratch.run(&format!("{args} --json-stream"));
        assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
        assert_eq!(types(&ran.stdout), ["error", "status"]);
        assert_eq!(objects(&ran.stdout)[0]["code"], code);
    }
    let checked = scratch.run("check frugal.nasaic --json");
    let all: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!((checked.code, &all[0]["code"]), (1, &Value::from("E0201")));
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let scratch = Scratch::new().with("wrong.nasaic", "nothing\n");
    assert!(!scratch.run("check wrong.nasaic").stderr.contains('\u{1b}'));
    assert!(
        scratch
            .run("check wrong.nasaic --color always")
            .stderr
            .contains('\u{1b}')
    );
    assert!(
        !scratch
            .run("check wrong.nasaic --color never")
            .stderr
            .contains('\u{1b}')
    );
}

#[test]
fn a_reader_who_leaves_ends_the_program_quietly() {
    let scratch = Scratch::new();
    let mut command = scratch.command(&["doc"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_a_search_has_found() {
    let more = "strategy endless { algorithm = random, evaluations = 200_000 }\n";
    let scratch = Scratch::frugal(more);
    let args = [
        "search",
        "frugal.nasaic",
        "frugal",
        "endless",
        "--json-stream",
        "--out",
        "kept",
        "--set",
        "frugal.core.pes in 16..4096",
        "--set",
        "frugal.core.bandwidth in 1..64 GB/s",
    ];
    let mut child = scratch
        .command(&args)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The search has begun.
    assert!(lines.next().unwrap().unwrap().contains("\"progress\""));
    let pid = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(rest.last().unwrap().contains("\"interrupted\""), "{rest:?}");
    assert!(
        rest.iter().any(|l| l.contains("\"type\":\"result\"")),
        "{rest:?}"
    );
    assert!(
        scratch
            .read("kept/result.json")
            .contains("\"ended\": \"interrupted\"")
    );
}
