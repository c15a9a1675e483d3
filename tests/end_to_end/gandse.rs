//! Generators as scripts use them: the studies of GANDSE's page, shrunk, and what stays of a training.

use crate::support::{Repository, read, run};
use nasaic::engine::{Ended, Engine, Silent};

/// The examples that take too long for a test as they are.
pub const SCRIPTS: &[&str] = &["gandse", "gandse_dnnweaver"];

/// A study with few objectives, few designs to train on and few to price.
fn shrunk(name: &str) -> String {
    let text = read(&format!("examples/{name}.nasaic"));
    let small = [
        ("count = 1000", "count = 12"),
        ("impossible = 200", "impossible = 4"),
        ("evaluations = 32", "evaluations = 4"),
        (
            "[gan, mlp, nearest, random, annealing, ppo]",
            "[few, near, random, annealing]",
        ),
    ];
    let text = small.iter().fold(text, |text, (long, short)| {
        assert!(text.contains(long), "{name} has no `{long}`");
        text.replace(long, short)
    });
    let few = "strategy few { algorithm = gan, train_designs = 300, epochs = 2, hidden = 8 }\n\
               strategy near { algorithm = nearest, train_designs = 300 }\n";
    text.replacen("let asked", &format!("{few}let asked"), 1)
}

#[test]
fn the_studies_run_and_no_times_are_in_their_results() {
    for name in SCRIPTS {
        let text = shrunk(name);
        let done = run(&format!("examples/{name}.nasaic"), &text);
        assert_eq!(done.ended, Some(Ended::Done), "{name}:\n{}", done.messages);
        let again = run(&format!("examples/{name}.nasaic"), &text);
        assert_eq!(done.results(), again.results(), "{name}");
        let (asked, answers) = (done.shown(0), done.shown(1));
        assert_eq!(answers["contenders"].as_array().map(Vec::len), Some(4));
        for contender in answers["contenders"].as_array().into_iter().flatten() {
            assert_eq!(contender["impossible_satisfied"], 0, "{name}: {contender}");
        }
        // Within a time, how many are met depends on the machine.
        let timed = &done.shown(2)["contenders"][0];
        assert!(timed.get("satisfied").is_none(), "{timed}");
        assert_eq!(timed["strategy"], "few");
        let shares = &answers["objectives"]["share_that_meets"];
        for share in shares.as_array().into_iter().flatten() {
            assert!(share.as_f64().is_some_and(|s| s > 0.0), "{name}: {share}");
        }
        assert!(asked["table"].is_null() && asked["count"] == 12, "{asked}");
    }
}

#[test]
fn other_limits_ask_the_same_generator_and_impossible_ones_are_proven() {
    let mut engine = Engine::new(Box::new(Repository));
    let mut cell = |text: &str| {
        let (checked, report) = engine.cell(text, &mut Silent);
        assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
        let report = report.expect("it ran");
        let codes: Vec<String> = report.diagnostics.iter().map(|d| d.code.clone()).collect();
        (report, codes)
    };
    let problem = |name: &str, limit: &str| {
        format!(
            "problem {name} {{\n  workload = resnet18\n  on = eyeriss_like with {{ core.pes in 32..512 step *2, core.bandwidth in {{2, 4, 8, 16 GB/s}} }}\n  require latency <= {limit}\n}}\n"
        )
    };
    let head = "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nstrategy near { algorithm = nearest, seed = 2 }\n";
    let shown = format!(
        "{head}{}generate(easy, near, count = 3)\n",
        problem("easy", "10 s")
    );
    let (report, codes) = cell(&shown);
    assert_eq!(codes, Vec::<String>::new());
    let designs = &report.results["outputs"][0]["value"]["designs"];
    assert_eq!(designs.as_array().map(Vec::len), Some(3));
    for design in designs.as_array().into_iter().flatten() {
        assert_eq!(design["violation"], 0.0, "{design}");
    }
    // Beyond what the checker's bound can tell, and beyond every design.
    let (_, codes) = cell(&format!(
        "{}generate(hard, near, count = 3)\n",
        problem("hard", "5 ms")
    ));
    assert_eq!(codes, ["W0612"]);
}

#[test]
fn a_problem_that_no_generator_can_answer_says_why() {
    let head = "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nstrategy near { algorithm = nearest }\nstrategy lucky { algorithm = random }\n";
    let problem = |rest: &str| {
        format!(
            "problem p {{\n  workload = resnet18\n  on = eyeriss_like with {{ core.pes in {{64, 128, 256}} }}\n  {rest}\n}}\n"
        )
    };
    for (rest, call, code) in [
        ("minimize energy", "generate(p, near)", "E0611"),
        ("require latency <= 1 s", "generate(p, lucky)", "E0611"),
        (
            "require latency * 2 <= energy / 1 W",
            "generate(p, near)",
            "E0611",
        ),
        ("require latency <= 1 s", "search(p, near)", "E0606"),
        (
            "require latency <= 1 s",
            "objectives(p, count = 2, slack = -1)",
            "E0305",
        ),
        (
            "require latency <= 1 s",
            "objectives(p, count = 0, slack = 1)",
            "E0305",
        ),
    ] {
        let done = run("wrong.nasaic", &format!("{head}{}{call}\n", problem(rest)));
        assert_eq!(done.ended, Some(Ended::Failed), "{call}: {}", done.messages);
        assert_eq!(done.codes, [code], "{call}: {}", done.messages);
        assert!(done.messages.contains("hint"), "{call}: {}", done.messages);
    }
}
