//! What is written, and that nothing is ever half-written.

use crate::scratch::Scratch;

const SHOWS: &str = "\
let r = evaluate(resnet18, eyeriss_like)
roofline(r)
energy_breakdown(r)
export(sweep(resnet18, eyeriss_like), \"rows/one.csv\")
";

#[test]
fn a_folder_gets_figures_results_times_and_exports() {
    let scratch = Scratch::frugal(SHOWS);
    let ran = scratch.run("run frugal.nasaic --out made/here");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let files = [
        "01-roofline.svg",
        "02-energy_breakdown.svg",
        "result.json",
        "rows",
        "timing.json",
    ];
    assert_eq!(scratch.list("made/here"), files);
    assert_eq!(scratch.list("made/here/rows"), ["one.csv"]);
    assert!(
        scratch
            .read("made/here/01-roofline.svg")
            .starts_with("<svg")
    );
    assert!(ran.stdout.contains("01-roofline.svg"), "{}", ran.stdout);
    let result: serde_json::Value =
        serde_json::from_str(&scratch.read("made/here/result.json")).unwrap();
    assert_eq!(result["ended"], "done");
    assert_eq!(result["nasaic"], env!("CARGO_PKG_VERSION"));
    assert!(!scratch.read("made/here/result.json").contains("seconds"));
    assert!(
        scratch
            .read("made/here/timing.json")
            .contains("evaluate(resnet18, eyeriss_like)")
    );
}

#[test]
fn without_a_folder_only_exports_are_written() {
    let scratch = Scratch::frugal(SHOWS);
    let ran = scratch.run("run frugal.nasaic");
    assert!(
        ran.stdout.contains("01-roofline.svg") && ran.stdout.contains("--out"),
        "{}",
        ran.stdout
    );
    assert_eq!(scratch.list("."), ["frugal.nasaic", "rows"]);
}

#[test]
fn an_export_stays_below_the_folder() {
    for (path, why) in [
        ("../one.csv", "not below"),
        ("/one.csv", "not below"),
        ("result.json", "every run writes"),
    ] {
        let more = format!("export(sweep(resnet18, eyeriss_like), \"{path}\")\n");
        let scratch = Scratch::frugal(&more);
        let ran = scratch.run("run frugal.nasaic --out results");
        assert_eq!(ran.code, 1, "{path}");
        assert!(
            ran.stderr.contains("E0705") && ran.stderr.contains(why),
            "{}",
            ran.stderr
        );
        assert_eq!(scratch.list("results"), ["result.json", "timing.json"]);
        assert!(
            scratch
                .read("results/result.json")
                .contains("\"ended\": \"failed\"")
        );
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_told_before_anything_runs() {
    let scratch = Scratch::frugal(SHOWS);
    let ran = scratch.run("run frugal.nasaic --out frugal.nasaic/results");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(scratch.list("."), ["frugal.nasaic"]);
}

#[test]
fn formatting_rewrites_a_file_once() {
    let scratch = Scratch::new()
        .with("a.nasaic", "let   x=3\nx\n")
        .with("bad.nasaic", "let x = {\n");
    let checked = scratch.run("fmt --check a.nasaic");
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (1, "a.nasaic would change\n")
    );
    assert_eq!(scratch.read("a.nasaic"), "let   x=3\nx\n");
    // One bad file does not keep the others from their layout.
    assert_eq!(scratch.run("fmt bad.nasaic a.nasaic").code, 1);
    assert_eq!(scratch.read("a.nasaic"), "let x = 3\nx\n");
    assert_eq!(scratch.read("bad.nasaic"), "let x = {\n");
    assert_eq!(scratch.run("fmt --check a.nasaic").code, 0);
    assert_eq!(scratch.list("."), ["a.nasaic", "bad.nasaic"]);
}

#[cfg(unix)]
#[test]
fn formatting_keeps_permissions_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = Scratch::new().with("real.nasaic", "let   x=3\n");
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(scratch.path("real.nasaic"), mode).unwrap();
    symlink("real.nasaic", scratch.path("link.nasaic")).unwrap();
    assert_eq!(scratch.run("fmt link.nasaic").code, 0);
    assert!(scratch.path("link.nasaic").is_symlink());
    assert_eq!(scratch.read("real.nasaic"), "let x = 3\n");
    let kept = std::fs::metadata(scratch.path("real.nasaic"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(kept & 0o777, 0o640);
}
