//! A command is the call of the same name, a plan is its script, and exit codes tell how it ended.

use crate::scratch::{FRUGAL, Scratch};

#[test]
fn a_command_does_what_the_call_does_and_nothing_else() {
    for (command, call) in [
        ("space frugal.nasaic frugal", "space(frugal)"),
        ("search frugal.nasaic frugal quick", "search(frugal, quick)"),
        (
            "evaluate frugal.nasaic resnet18 eyeriss_like --batch 2",
            "evaluate(resnet18, eyeriss_like, batch = 2)",
        ),
        (
            "compare frugal.nasaic frugal quick,every --seeds 1..3 --evaluations 2",
            "compare(frugal, [quick, every], evaluations = 2, seeds = 1..3)",
        ),
        (
            "explain frugal.nasaic resnet18 eyeriss_like --layer conv1",
            "explain(evaluate(resnet18, eyeriss_like), layer = \"conv1\")",
        ),
    ] {
        // What the script itself shows and expects is not done.
        let scratch = Scratch::frugal("layers(resnet18)\nexpect 1 > 2\n")
            .with("called.nasaic", format!("{FRUGAL}{call}\n"));
        let by_command = scratch.run(&format!("{command} --out command"));
        let by_script = scratch.run("run called.nasaic --out script");
        assert_eq!(by_command.code, 0, "{command}: {}", by_command.stderr);
        assert_eq!(by_script.code, 0, "{call}: {}", by_script.stderr);
        assert_eq!(
            scratch.read("command/result.json"),
            scratch.read("script/result.json"),
            "{call}"
        );
        if !call.starts_with("compare") {
            assert_eq!(
                by_command.stdout.replace("command/", "script/"),
                by_script.stdout,
                "{call}"
            );
        }
    }
}

/// Results that lean on each other, and a search that nobody asks for.
const RESULTS: &str = "\
let base = evaluate(resnet18, eyeriss_like)
let found = search(frugal, quick)
let best = found.best
";

#[test]
fn a_command_computes_the_results_that_it_names_and_no_others() {
    let unused = "let unused = search(frugal, every)\nunused.best\n";
    for (command, call) in [
        (
            "explain all.nasaic base --layer conv1",
            "explain(base, layer = \"conv1\")",
        ),
        (
            "explain all.nasaic best --layer conv1",
            "explain(best, layer = \"conv1\")",
        ),
        ("compare all.nasaic base found", "compare(base, found)"),
        ("compare all.nasaic base best", "compare(base, best)"),
    ] {
        let scratch = Scratch::frugal("")
            .with("all.nasaic", format!("{FRUGAL}{RESULTS}{unused}"))
            .with("called.nasaic", format!("{FRUGAL}{RESULTS}{call}\n"));
        let by_command = scratch.run(&format!("{command} --out command"));
        let by_script = scratch.run("run called.nasaic --out script");
        assert_eq!(by_command.code, 0, "{command}: {}", by_command.stderr);
        assert_eq!(
            by_command.stdout.replace("command/", "script/"),
            by_script.stdout,
            "{call}"
        );
        let results = scratch.read("command/result.json");
        assert!(!results.contains("\"unused\""), "{results}");
    }
}

#[test]
fn a_script_alone_is_nothing_to_explain() {
    let ran = Scratch::frugal("").run("explain frugal.nasaic");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("`nasaic explain frugal.nasaic RESULT`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_plan_runs_as_its_script_with_any_number_of_threads() {
    let scratch = Scratch::frugal("let found = search(frugal, every)\nfound.best\nspace(frugal)\n");
    let plan = scratch.run("plan frugal.nasaic");
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    let scratch = scratch.with("plan.json", plan.stdout);
    for args in [
        "frugal.nasaic --jobs 1 --out a",
        "frugal.nasaic --jobs 2 --out b",
        "plan.json --out c",
    ] {
        let ran = scratch.run(&format!("run {args}"));
        assert_eq!(ran.code, 0, "{args}: {}", ran.stderr);
    }
    let result = scratch.read("a/result.json");
    assert!(
        result.contains("\"plan\"") && result.contains("\"kind\": \"run\""),
        "{result}"
    );
    assert_eq!(result, scratch.read("b/result.json"));
    assert_eq!(result, scratch.read("c/result.json"));
}

#[test]
fn a_seed_is_the_setting_of_every_strategy() {
    let scratch = Scratch::frugal("search(frugal, quick)\n");
    scratch.run("run frugal.nasaic --out own");
    scratch.run("run frugal.nasaic --seed 3 --out seed");
    scratch.run("run frugal.nasaic --set quick.seed=3 --out set");
    assert!(scratch.read("seed/result.json").contains("\"seed\": 3"));
    assert_eq!(
        scratch.read("seed/result.json"),
        scratch.read("set/result.json")
    );
    assert_ne!(
        scratch.read("seed/result.json"),
        scratch.read("own/result.json")
    );
}

#[test]
fn a_setting_changes_the_space() {
    let scratch = Scratch::frugal("");
    let points = |args: &[&str]| {
        let ran = scratch.run_args(&[&["space", "frugal.nasaic", "frugal"], args].concat());
        let line = ran
            .stdout
            .lines()
            .find(|l| l.contains("points"))
            .map(str::to_owned);
        line.unwrap_or_else(|| panic!("{}", ran.stderr))
    };
    assert!(points(&[]).ends_with(" 3"));
    assert!(points(&["--set", "frugal.core.pes in {64, 128}"]).ends_with(" 2"));
    assert!(points(&["--set", "frugal.core.pes=64"]).ends_with(" 1"));
}

#[test]
fn exit_codes_tell_how_it_ended() {
    for (more, code, told) in [
        // A spec that no evaluated design meets is a result.
        (
            "let hard = frugal with { on = eyeriss_like }\nevaluate(hard)\n",
            0,
            "",
        ),
        (
            "let r = evaluate(resnet18, eyeriss_like)\nexpect r.latency <= 1 ns, \"slow\"\nexpect 1 > 2, \"odd\"\n3\n",
            2,
            "odd",
        ),
        ("generate(frugal, quick)\n", 1, "E0611"),
        ("nothing\n", 1, "E0201"),
    ] {
        let scratch = Scratch::frugal(more);
        let ran = scratch.run("run frugal.nasaic");
        assert_eq!(ran.code, code, "{more}: {ran:?}");
        assert!(ran.stderr.contains(told), "{more}: {}", ran.stderr);
        if code == 2 {
            assert!(
                ran.stderr.contains("slow") && ran.stdout.ends_with("3\n"),
                "{ran:?}"
            );
        }
    }
}

#[test]
fn the_standard_input_is_a_script_or_a_plan() {
    use std::io::Write;
    use std::process::Stdio;
    let scratch = Scratch::new().with("sum.nasaic", "1 + 2\n");
    let plan = scratch.run("plan sum.nasaic").stdout;
    for text in ["1 + 2\n", plan.as_str()] {
        let mut command = scratch.command(&["run", "-"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "3\n");
    }
}
