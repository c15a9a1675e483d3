//! Help, explanations and shown blocks.

use crate::scratch::Scratch;

#[test]
fn the_version_is_that_of_the_package() {
    let ran = Scratch::new().run("--version");
    assert_eq!(
        ran.stdout,
        format!("nasaic {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn every_command_has_help_with_an_example() {
    let scratch = Scratch::new();
    for command in [
        "run", "check", "fmt", "plan", "explain", "doc", "show", "space", "evaluate", "search",
        "compare", "validate", "import", "export", "eval", "data", "lsp",
    ] {
        let ran = scratch.run(&format!("{command} --help"));
        assert_eq!(ran.code, 0, "{command}");
        assert!(
            ran.stdout.contains(&format!("nasaic {command}")),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("Example"), "{command}");
    }
    assert_eq!(scratch.run("").code, 1);
}

#[test]
fn a_code_is_explained_and_all_are_listed() {
    let scratch = Scratch::new();
    let page = scratch.run("explain e0401");
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("# E0401"), "{}", page.stdout);
    let list = scratch.run("explain").stdout;
    assert!(list.lines().count() > 50, "{list}");
    assert!(list.lines().all(|l| l.len() > "E0401  ".len()), "{list}");
    let unknown = scratch.run("explain E0031");
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("did you mean `E0301`?"),
        "{}",
        unknown.stderr
    );
    assert!(
        unknown.stderr.contains("E0401 E0402 E0403"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn words_are_described_and_all_are_listed() {
    let scratch = Scratch::new();
    let list = scratch.run("doc").stdout;
    for word in ["conv", "pareto", "reinforce"] {
        assert!(list.contains(&format!("  {word} ")), "{word}");
        let ran = scratch.run(&format!("doc {word}"));
        assert_eq!(ran.code, 0, "{word}: {}", ran.stderr);
        assert!(ran.stdout.contains(word), "{}", ran.stdout);
    }
    let folder = scratch.run("doc std.nets").stdout;
    assert!(
        folder.contains("- `std.nets.resnet18`: ResNet-18"),
        "{folder}"
    );
}

#[test]
fn a_block_is_shown_as_it_is_understood() {
    let scratch = Scratch::frugal("let small = eyeriss_like with { core.pes = 1024 }\n");
    let mut out = String::new();
    for args in [
        "frugal",
        "quick",
        "quick --defaults",
        "small",
        "quick --set quick.seed=5",
    ] {
        let ran = scratch.run(&format!("show frugal.nasaic {args}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        out += &format!("$ nasaic show frugal.nasaic {args}\n{}\n", ran.stdout);
    }
    insta::assert_snapshot!(out);
}
