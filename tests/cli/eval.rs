//! `nasaic eval`: the lines of the manual, the end of the input, and a client that leaves.

use crate::scratch::Scratch;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Output, Stdio};

/// The page that defines the lines.
const PAGE: &str = "docs/eval.md";

/// What the program answers to some lines.
fn answers(scratch: &Scratch, args: &str, lines: &[&str]) -> Vec<String> {
    let args: Vec<&str> = args.split_whitespace().collect();
    let mut child = scratch
        .command(&args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = lines.join("\n") + "\n";
    let mut stdin = child.stdin.take().unwrap();
    // Answers may fill the pipe while requests are still written.
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(String::from_utf8(stderr).unwrap(), "");
    assert_eq!(status.code(), Some(0));
    let stdout = String::from_utf8(stdout).unwrap();
    stdout.lines().map(str::to_owned).collect()
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

/// The text between a fence with this tag and the next one.
fn block<'a>(page: &'a str, tag: &str) -> &'a str {
    let start = page.split_once(&format!("```{tag}\n")).unwrap().1;
    start.split_once("```").unwrap().0
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    std::fs::read_to_string(path).unwrap()
}

/// A folder with the problem of the page.
fn small() -> Scratch {
    Scratch::new().with("small.nasaic", block(&page(), "nasaic"))
}

#[test]
fn every_line_of_the_manual_is_answered_as_it_says() {
    let page = page();
    let requests: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("> ")).collect();
    assert!(requests.len() >= 8, "{requests:?}");
    let got = answers(&small(), "eval small.nasaic --jsonl", &requests);
    assert_eq!(got.len(), requests.len() + 1);
    assert_eq!(parsed(&got[0]), parsed(block(&page, "json")), "the header");
    let mut fresh = got[1..].iter();
    let lines = page.lines().map(|line| match line.strip_prefix("< ") {
        Some(_) => format!("< {}\n", fresh.next().unwrap()),
        None => format!("{line}\n"),
    });
    let now: String = lines.collect();
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
        std::fs::write(path, &now).unwrap();
        return;
    }
    for (now, told) in now.lines().zip(page.lines()) {
        assert_eq!(now, told, "NASAIC_UPDATE=1 rewrites {PAGE}");
    }
}

#[test]
fn the_clients_search_the_problem_of_the_manual() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python/small.nasaic");
    let served = std::fs::read_to_string(path).unwrap();
    assert_eq!(served.split_once('\n').unwrap().1, block(&page(), "nasaic"));
}

#[test]
fn a_session_goes_line_by_line_and_ends_with_its_input() {
    let scratch = small();
    let mut child = scratch
        .command(&["eval", "small.nasaic", "small", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || parsed(&from.next().unwrap().unwrap());
    assert_eq!(next()["protocol"], 1);
    writeln!(to, "{}", json!({"id": "a", "sample": 1, "seed": 4})).unwrap();
    let design = next()["designs"][0]["design"].clone();
    writeln!(to, "{}", json!({"id": [2], "design": design})).unwrap();
    let answer = next();
    assert_eq!(
        (&answer["id"], &answer["counts"]["hardware"]),
        (&json!([2]), &json!(1))
    );
    drop(to);
    assert!(from.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_client_that_leaves_ends_it_quietly() {
    let scratch = small();
    let mut child = scratch
        .command(&["eval", "small.nasaic", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut to = child.stdin.take().unwrap();
    // The header or this answer finds nobody; the write itself may find the program gone.
    let _ = writeln!(to, "{}", json!({"sample": 1, "seed": 1}));
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!((status.code(), stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_batch_is_what_its_requests_are_one_by_one_on_any_number_of_threads() {
    let scratch = small();
    let sampled = answers(
        &scratch,
        "eval small.nasaic --jsonl",
        &["{\"sample\": 200, \"seed\": 3}"],
    );
    let drawn = parsed(&sampled[1]);
    let requests: Vec<Value> = drawn["designs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| json!({"index": d["index"]}))
        .collect();
    let batch = Value::from(requests.clone()).to_string();
    let one = answers(&scratch, "eval small.nasaic --jsonl --jobs 1", &[&batch]);
    let four = answers(&scratch, "eval small.nasaic --jsonl --jobs 4", &[&batch]);
    assert_eq!(one, four);
    let lines: Vec<String> = requests.iter().map(Value::to_string).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let single = answers(&scratch, "eval small.nasaic --jsonl", &lines);
    let all = parsed(&one[1]);
    let all = all.as_array().unwrap();
    assert_eq!((all.len(), single.len()), (200, 201));
    for (together, alone) in all.iter().zip(&single[1..]) {
        assert_eq!(together, &parsed(alone));
    }
    let last = &all[199]["counts"];
    let repeated = all
        .iter()
        .filter(|a| a["counts"]["repeated"] == true)
        .count() as u64;
    let invalid = all.iter().filter(|a| a["counts"].is_null()).count();
    assert_eq!(
        (last["hardware"].as_u64(), invalid),
        (Some(200 - repeated), 0)
    );
}

#[test]
fn evaluations_agree_with_a_search_of_the_same_random_designs() {
    let more =
        "strategy first { algorithm = random, evaluations = 40, seed = 9, train = always }\n";
    let scratch = small();
    let scratch = Scratch::new().with("small.nasaic", scratch.read("small.nasaic") + more);
    let ran = scratch.run("search small.nasaic small first --out out");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: Value = serde_json::from_str(&scratch.read("out/result.json")).unwrap();
    let best = &found["results"]["outputs"][0]["value"]["best"];

    let sampled = answers(
        &scratch,
        "eval small.nasaic --jsonl",
        &["{\"sample\": 400, \"seed\": 9}"],
    );
    let drawn = parsed(&sampled[1]);
    let indices = drawn["designs"].as_array().unwrap().iter();
    let lines: Vec<String> = indices
        .map(|d| json!({"index": d["index"]}).to_string())
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let all = answers(&scratch, "eval small.nasaic --jsonl", &lines);
    let all = all[1..].iter().map(|l| parsed(l));
    let within: Vec<Value> = all
        .filter(|a| a["counts"]["hardware"].as_u64().unwrap() <= 40)
        .collect();
    let least = within
        .iter()
        .filter(|a| a["feasible"] == true)
        .map(|a| a["objectives"][0].as_f64().unwrap())
        .fold(f64::INFINITY, f64::min);
    assert_eq!(Some(least), best["energy_j"].as_f64());
}

#[test]
fn without_accuracies_only_what_needs_none_is_told() {
    let lines = [
        "{\"index\":[0,0,0,null,0,4,2,0,0]}",
        "{\"index\":[0,0,0,null,0,4,2,0,0],\"accuracy\":true}",
    ];
    let got = answers(&small(), "eval small.nasaic --jsonl --no-accuracy", &lines);
    assert_eq!(parsed(&got[0])["accuracy"], false);
    let (without, with) = (parsed(&got[1]), parsed(&got[2]));
    assert!(without["objectives"][0].is_f64() && without["objectives"][1].is_null());
    assert_eq!(without["counts"]["accuracy"], 0);
    assert!(with["objectives"][1].is_f64());
    assert_eq!(
        (&with["counts"]["accuracy"], &with["counts"]["repeated"]),
        (&json!(1), &json!(true))
    );
}

#[test]
fn mistakes_of_every_kind_are_answers() {
    let lines = [
        "7",
        "[1, {\"id\": 5}]",
        "{\"design\": [1]}",
        "{\"index\": [1]}",
        "{\"index\": [9,0,0,null,0,4,2,0,0]}",
        "{\"design\": {}, \"sample\": 1}",
        "{\"sample\": 1}",
        "{\"sample\": 1000001, \"seed\": 1}",
        "{\"canonical\": 1}",
        "{\"design\": {\"a.dataflow\": \"nvdlo\"}}",
        "{\"design\": {\"a.dataflow\": 1}}",
        "{\"design\": {}, \"accuracy\": 1}",
        "\u{0}",
    ];
    let got = answers(&small(), "eval small.nasaic --jsonl", &lines);
    assert_eq!(got.len(), lines.len() + 1);
    for (line, answer) in lines.iter().zip(&got[1..]) {
        let answer = parsed(answer);
        let all = match answer.as_array() {
            Some(all) => all.clone(),
            None => vec![answer],
        };
        for one in all {
            let code = one["error"]["code"].as_str();
            assert!(matches!(code, Some("E0709" | "E0711")), "{line}: {one}");
        }
    }
}

#[test]
fn the_problem_must_be_clear() {
    let scratch = Scratch::frugal(
        "problem other { workload = resnet18, on = eyeriss_like, minimize energy }\n",
    );
    let ran = scratch.run("eval frugal.nasaic --jsonl");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("E0201") && ran.stderr.contains("`frugal`, `other`"),
        "{}",
        ran.stderr
    );
    let ran = scratch.run("eval frugal.nasaic quick --jsonl");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    assert_eq!(scratch.run("eval frugal.nasaic frugal").code, 1);
}
