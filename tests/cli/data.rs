//! `nasaic data`: what is listed, found and verified.

use crate::scratch::{Ran, Scratch};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Two images of 28×28 in an IDX file of `count`, and their labels.
fn fashion(scratch: Scratch, folder: &str, count: u32) -> Scratch {
    let mut images = vec![0, 0, 8, 3];
    for size in [count, 28, 28] {
        images.extend(size.to_be_bytes());
    }
    images.resize(16 + 2 * 784, 7);
    let labels = [0, 0, 8, 1, 0, 0, 0, 2, 3, 4];
    ["train", "t10k"]
        .into_iter()
        .fold(scratch, |scratch, part| {
            scratch
                .with(&format!("{folder}/{part}-images-idx3-ubyte"), &images)
                .with(&format!("{folder}/{part}-labels-idx1-ubyte"), labels)
        })
}

/// The program with these places only.
fn run(scratch: &Scratch, args: &str, data: &str) -> Ran {
    scratch.run(&format!("data {args} --data {data}"))
}

#[test]
fn a_set_that_is_there_is_listed_with_its_folder() {
    let scratch = fashion(Scratch::new(), "sets/fashion_mnist", 2);
    let listed = run(&scratch, "list --json", "sets");
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let sets: Value = serde_json::from_str(&listed.stdout).unwrap();
    let found = |name: &str| {
        let sets = sets.as_array().unwrap();
        let set = sets.iter().find(|s| s["name"] == name);
        set.unwrap()["found"].clone()
    };
    assert_eq!(found("fashion_mnist"), "sets/fashion_mnist");
    assert_eq!(found("digits"), "embedded");
    assert_eq!(found("synthetic32"), "generated");
    assert_eq!(found("cifar10"), Value::Null);
    let path = run(&scratch, "path fashion_mnist", "sets");
    assert_eq!(path.stdout, "sets/fashion_mnist\n");
    // The folder itself, too.
    let path = run(&scratch, "path fashion_mnist", "sets/fashion_mnist");
    assert_eq!(path.stdout, "sets/fashion_mnist\n");
}

#[test]
fn the_variable_names_a_folder_of_sets() {
    let scratch = fashion(Scratch::new(), "sets/fashion_mnist", 2);
    let mut command = scratch.command(&["data", "path", "fashion_mnist"]);
    let output = command.env("NASAIC_DATA", "sets").output().unwrap();
    assert_eq!(output.stdout, b"sets/fashion_mnist\n");
}

#[test]
fn a_package_of_the_active_python_is_found() {
    let folder = "venv/lib/python3.11/site-packages/stardist/data/images";
    let scratch = Scratch::new()
        .with(&format!("{folder}/img2d.tif"), "")
        .with(&format!("{folder}/mask2d.tif"), "");
    let mut command = scratch.command(&["data", "path", "nuclei"]);
    command.env_remove("NASAIC_DATA").env("VIRTUAL_ENV", "venv");
    // An installed stardist would be found first only outside the active Python.
    let output = command.output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("{folder}\n")
    );
}

#[test]
fn what_is_wrong_has_a_place_and_a_way_out() {
    let scratch = fashion(Scratch::new(), "sound", 2);
    let scratch = fashion(scratch, "cut", 3);
    let mut out = String::new();
    for (args, folder) in [
        ("path fashion_mnist", "nowhere"),
        ("verify cifar10", "nowhere"),
        ("verify nuclei", "nowhere"),
        ("verify stl10", "nowhere"),
        ("verify fashion_mnist", "cut"),
        ("verify fashion_mnist", "sound"),
        ("verify fashion", "sound"),
        ("path unheard_of", "sound"),
    ] {
        let ran = run(&scratch, args, folder);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{args}");
        out += &format!("$ nasaic data {args} --data {folder}\n{}\n", ran.stderr);
    }
    insta::assert_snapshot!(out);
}

#[test]
fn digits_are_verified_as_data() {
    let ran = Scratch::new().run("data verify digits --json");
    let verified: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(verified["train"]["samples"], 1442);
    assert_eq!(verified["test"]["classes"].as_array().unwrap().len(), 10);
    assert_eq!(verified["hash"].as_str().unwrap().len(), 64);
}

/// The manual, whose blocks that start with `$ nasaic` show what the program prints.
fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/data.md")
}

#[test]
fn the_manual_shows_what_the_program_prints() {
    let told = std::fs::read_to_string(page()).unwrap();
    let scratch = Scratch::new();
    let mut ran = 0;
    let mut parts: Vec<String> = told.split("```").map(str::to_owned).collect();
    for block in parts.iter_mut().skip(1).step_by(2) {
        if let Some((head, _)) = block.split_once('\n')
            && let Some(args) = block.strip_prefix("text\n$ nasaic ")
        {
            let args = args.lines().next().unwrap();
            let printed = scratch.run(args);
            assert_eq!(printed.code, 0, "{args}: {}", printed.stderr);
            *block = format!("{head}\n$ nasaic {args}\n{}", printed.stdout);
            ran += 1;
        }
    }
    assert!(ran >= 2, "only {ran} blocks were found");
    let now = parts.join("```");
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        std::fs::write(page(), now).unwrap();
        return;
    }
    for (now, told) in now.lines().zip(told.lines()) {
        assert_eq!(now, told, "NASAIC_UPDATE=1 rewrites docs/data.md");
    }
    assert_eq!(now.lines().count(), told.lines().count());
}

#[test]
fn the_sets_of_a_script_are_listed_with_their_places() {
    let script = "use std.data.{fashion_mnist}\n\
        data own { input = [1, 28, 28], classes = 10, format = idx, folder = \"near\" }\n";
    let scratch = fashion(Scratch::new(), "work/near", 2).with("work/f.nasaic", script);
    let ran = scratch.run("data list work/f.nasaic --json");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let sets: Value = serde_json::from_str(&ran.stdout).unwrap();
    let names: Vec<&str> = sets
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["fashion_mnist", "own"]);
    assert_eq!(sets[1]["found"], "work/near");
    let wrong = scratch
        .with("wrong.nasaic", "data {")
        .run("data list wrong.nasaic");
    assert_eq!(wrong.code, 1, "{}", wrong.stdout);
}
