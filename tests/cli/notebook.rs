//! Notebooks as scripts, scripts as notebooks.

use crate::scratch::Scratch;
use serde_json::{Value, json};

/// A notebook file with these cells: kind and source.
fn notebook(cells: &[(&str, &str)]) -> String {
    let cells: Vec<Value> = cells
        .iter()
        .map(|(kind, source)| json!({ "cell_type": kind, "metadata": {}, "source": source }))
        .collect();
    json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 }).to_string()
}

const LAB: &[(&str, &str)] = &[
    ("markdown", "# A lab\n\nTwo steps."),
    ("code", "%time\nlet limit = 3 ms\nlimit"),
    ("raw", "left out"),
    ("code", "limit * 2"),
];

#[test]
fn cells_become_a_script_that_does_the_same() {
    let scratch = Scratch::new().with("lab.ipynb", notebook(LAB));
    let ran = scratch.run("notebook export lab.ipynb");
    assert_eq!(
        ran.stdout,
        "// %% [markdown]\n// # A lab\n//\n// Two steps.\n\n// %%\n// %time\nlet limit = 3 ms\nlimit\n\n// %%\nlimit * 2\n"
    );
    let scratch = scratch.with("lab.nasaic", &ran.stdout);
    assert_eq!(scratch.run("run lab.nasaic").stdout, "3 ms\n6 ms\n");
}

#[test]
fn a_script_becomes_the_notebook_that_it_came_from() {
    let scratch = Scratch::new().with("lab.ipynb", notebook(LAB));
    let script = scratch.run("notebook export lab.ipynb --out lab.nasaic");
    assert_eq!((script.code, script.stdout.as_str()), (0, ""));
    let file: Value =
        serde_json::from_str(&scratch.run("notebook import lab.nasaic").stdout).unwrap();
    let cells: Vec<(String, String)> = file["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| {
            let lines = cell["source"].as_array().unwrap().iter();
            let source = lines.map(|line| line.as_str().unwrap()).collect();
            (cell["cell_type"].as_str().unwrap().to_owned(), source)
        })
        .collect();
    let wanted = LAB.iter().filter(|cell| cell.0 != "raw");
    let wanted: Vec<(String, String)> = wanted.map(|(a, b)| ((*a).into(), (*b).into())).collect();
    assert_eq!(cells, wanted);
    assert_eq!(
        file["metadata"]["language_info"]["pygments_lexer"],
        "nasaic"
    );
}

#[test]
fn what_a_script_cannot_say_is_refused_with_the_cell() {
    for (name, cells) in [
        (
            "again",
            &[
                ("code", "let a = 1"),
                ("markdown", "#"),
                ("code", "1\nlet a = 2"),
            ][..],
        ),
        (
            "import",
            &[
                ("code", "use std.nets.{resnet18}"),
                ("code", "use std.nets.{resnet18}"),
            ][..],
        ),
        ("rust", &[("code", "%%rust\nlet x = 1;")][..]),
        ("reset", &[("code", "1"), ("code", "%reset")][..]),
    ] {
        let scratch = Scratch::new().with("lab.ipynb", notebook(cells));
        let ran = scratch.run("notebook export lab.ipynb");
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        insta::assert_snapshot!(format!("notebook_{name}"), ran.stderr);
    }
}

#[test]
fn what_is_no_notebook_is_refused() {
    let broken = Scratch::new().with("lab.ipynb", "{\"cells\": 3}");
    let ran = broken.run("notebook export lab.ipynb");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("E0714"), "{}", ran.stderr);
    let old = Scratch::new().with("old.ipynb", "{\"cells\": [], \"nbformat\": 3}");
    let ran = old.run("notebook export old.ipynb");
    assert!(ran.stderr.contains("format 3"), "{}", ran.stderr);
}
