//! Whatever is given wrongly is answered by a sentence, a place and a way out, with exit code 1.

use crate::scratch::Scratch;

fn scratch() -> Scratch {
    Scratch::frugal("frugal.on\n")
        .with("latin.nasaic", b"// caf\xe9\nlet x = 3\n")
        .with("wrong.nasaic", "let x = 3 GBs\nlet y = z\n")
        .with("broken.json", "{\n  \"version\": 1,\n")
        .with("later.json", "{ \"version\": 99 }\n")
        .with("folder/inside.nasaic", "3\n")
        .with(
            "huge.nasaic",
            "// a line of a long comment\n".repeat(200_000),
        )
}

/// The commands with what they say.
fn told(commands: &[&[&str]]) -> String {
    let scratch = scratch();
    let mut out = String::new();
    for args in commands {
        let ran = scratch.run_args(args);
        assert_eq!(ran.code, 1, "{args:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
        out += &format!("$ nasaic {}\n{}\n", args.join(" "), ran.stderr);
    }
    out
}

#[test]
fn files_that_cannot_be_read() {
    insta::assert_snapshot!(told(&[
        &["run", "frugl.nasaic"],
        &["run", "nowhere/f.nasaic"],
        &["run", "folder"],
        &["run", "latin.nasaic"],
        &["run", "huge.nasaic"],
        &["fmt", "latin.nasaic"],
        &["show", "frugal.nasaic/f", "frugal"],
    ]));
}

#[test]
fn plans_that_cannot_be_read() {
    insta::assert_snapshot!(told(&[
        &["run", "broken.json"],
        &["run", "later.json"],
        &["space", "later.json", "frugal"],
        &["run", "later.json", "--set", "quick.seed=3"],
    ]));
}

#[test]
fn settings_that_cannot_be_made() {
    let set = |setting| ["plan", "frugal.nasaic", "--set", setting];
    insta::assert_snapshot!(told(&[
        &set("frugal.core.pes"),
        &set("frugle.core.pes=64"),
        &set("frugal.core.pess=64"),
        &set("frugal=64"),
        &set("frugal.core.pes=a lot"),
    ]));
}

#[test]
fn command_lines_that_are_not_understood() {
    insta::assert_snapshot!(told(&[
        &["run", "frugal.nasaic", "--sed", "3"],
        &["rum", "frugal.nasaic"],
        &["run", "frugal.nasaic", "--jobs", "0"],
        &[
            "compare",
            "frugal.nasaic",
            "frugal",
            "quick,evry",
            "--seeds",
            "1..3"
        ],
        &["search", "frugal.nasaic", "frugal", "quick) space(frugal"],
    ]));
}

#[test]
fn words_that_nobody_knows() {
    insta::assert_snapshot!(told(&[
        &["doc", "convv"],
        &["show", "frugal.nasaic", "frugel"],
    ]));
}

#[test]
fn an_empty_file_is_no_mistake() {
    let scratch = Scratch::new().with("empty.nasaic", "");
    let ran = scratch.run("run empty.nasaic");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("shows nothing"), "{}", ran.stderr);
    assert_eq!(
        scratch.run("check empty.nasaic").stdout,
        "empty.nasaic: no errors\n"
    );
}

#[cfg(unix)]
#[test]
fn files_outside_are_read_only_when_allowed() {
    let outside = Scratch::new().with("far.nasaic", "let n = 3\n");
    let scratch = Scratch::new().with("near.nasaic", "use far.{n}\nn\n");
    std::os::unix::fs::symlink(outside.path("far.nasaic"), scratch.path("far.nasaic")).unwrap();
    let refused = scratch.run("run near.nasaic");
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("outside the project folder"),
        "{}",
        refused.stderr
    );
    assert_eq!(scratch.run("run near.nasaic --allow-outside").stdout, "3\n");
}
