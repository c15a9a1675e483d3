//! The proven optimum of W1, and its certificate against tampering.

use crate::support::{Kept, Repository, read, run};
use nasaic::engine::{CertificateFile, Engine, Verdict};
use serde_json::Value;

/// Runs the example; gives the certificate it wrote and what the run shows.
fn certificate() -> (Value, Value) {
    certificate_of(&read("examples/w1_exact.nasaic"))
}

/// The same of a script beside it.
fn certificate_of(script: &str) -> (Value, Value) {
    let path = "examples/w1_exact.nasaic";
    let mut engine = Engine::new(Box::new(Repository));
    let checked = engine.check(path, script, &[]);
    let plan = engine.plan(checked.steps);
    let mut sink = Kept::default();
    let report = engine.run(&plan, &mut sink);
    let (name, bytes) = sink.files.pop().expect("it writes a certificate");
    assert_eq!(name, "w1.certificate.json");
    let file = serde_json::from_slice(&bytes).expect("JSON");
    (file, report.results["outputs"][0]["value"].clone())
}

/// What a check says of a certificate against a script.
fn verdict(certificate: &Value, script: &str) -> Verdict {
    let mut engine = Engine::new(Box::new(Repository));
    let checked = engine.check("examples/check.nasaic", script, &[]);
    assert!(!checked.has_errors());
    let plan = engine.plan(checked.steps);
    let file = CertificateFile::read("it", &certificate.to_string()).expect("a certificate");
    engine.verify(&plan, &file).expect("the problem is there")
}

const W1: &str = "use w1.{w1}\nspace(w1)\n";

#[test]
fn the_optimum_of_w1_is_proven_and_the_proof_holds() {
    let (file, shown) = certificate();
    assert_eq!(shown["proof"]["complete"], true, "{shown}");
    let best = &shown["best"];
    assert_eq!(best["satisfied"], true);
    let verdict = verdict(&file, W1);
    let checked = verdict.checked.as_ref().expect("it is accepted");
    assert_eq!(checked.candidates, shown["proof"]["excluded"]["candidates"]);
    // The page says which optimum it is.
    let score = format!("{:.5}", verdict.score.expect("a score"));
    assert!(
        read("docs/papers/nasaic.md").contains(&score),
        "the page lacks {score}"
    );
    // No strategy finds anything better, and the paper's does not find it in 5,500 proposals.
    let searched = run("examples/w1.nasaic", &read("examples/w1.nasaic"));
    let tasks = searched.shown(0)["tasks"].as_array().expect("two tasks");
    let accuracy = |task: &Value| task["accuracy"]["value"].as_f64().expect("a number");
    let mean: f64 = tasks.iter().map(|task| accuracy(task) / 2.0).sum();
    assert!(mean <= verdict.score.expect("a score"), "{mean}");
}

#[test]
fn where_choices_are_too_many_a_sample_says_which_are_written_out() {
    let (whole, all) = certificate();
    let script = read("examples/w1_exact.nasaic")
        .replace("algorithm = exact", "algorithm = exact, written = 50000");
    let (file, some) = certificate_of(&script);
    let proof = |shown: &Value, what: &str| shown["proof"][what].as_u64().expect("a count");
    assert_eq!(some["best"]["design"], all["best"]["design"]);
    assert_eq!(proof(&some, "choices"), proof(&all, "choices"));
    assert!(proof(&some, "written") < proof(&all, "written"));
    assert_eq!(file["optimum"], whole["optimum"]);
    assert!(verdict(&file, W1).checked.is_ok());
    // What was not written out may hold something better: a higher bar than the claim proves nothing.
    let mut tampered = file;
    tampered["least_worth"] = 0.9.into();
    assert!(verdict(&tampered, W1).checked.is_err());
}

#[test]
fn a_certificate_for_other_specs_or_with_changed_figures_is_rejected() {
    let (file, _) = certificate();
    let text = read("examples/w1.nasaic").replace("latency <= 8e5", "latency <= 9e5");
    let looser = format!(
        "{}space(w1)\n",
        &text[..text.find("let run").expect("a run")]
    );
    assert!(verdict(&file, &looser).checked.is_err());
    type Tamper = fn(&mut Value);
    let tampers: [(&str, Tamper); 9] = [
        ("calls another design the optimum", |f| {
            f["optimum"]["w1.a1.pes"] = "32".into()
        }),
        ("has another quantum", |f| f["energy_quantum"] = 1e-9.into()),
        ("shortens the schedule", |f| {
            let makespan = &mut f["certificate"]["claim"]["optimal"]["schedule"]["makespan"];
            *makespan = (makespan.as_u64().expect("cycles") - 1).into();
        }),
        ("claims an earlier choice", |f| {
            f["certificate"]["claim"]["optimal"]["point"]["candidate"] = 0.into();
        }),
        ("claims larger arrays", |f| {
            f["certificate"]["claim"]["optimal"]["point"]["configs"] = [3071, 3071].into();
        }),
        ("leaves covers out", |f| {
            f["certificate"]["covers"]
                .as_array_mut()
                .expect("covers")
                .truncate(1);
        }),
        ("loosens the deadline", |f| {
            f["certificate"]["bounds"]["deadline"] = 799_999.into()
        }),
        ("lowers the tolls", |f| {
            for tolls in f["certificate"]["tolls"].as_array_mut().expect("tolls") {
                tolls["subs"] = [0, 0].into();
                tolls["tasks"] = [0, 0].into();
            }
        }),
        ("turns an order around", |f| {
            f["certificate"]["orders"][0]
                .as_array_mut()
                .expect("an order")
                .reverse();
        }),
    ];
    for (what, tamper) in tampers {
        let mut tampered = file.clone();
        tamper(&mut tampered);
        assert!(
            verdict(&tampered, W1).checked.is_err(),
            "accepted one that {what}"
        );
    }
}

#[test]
fn specs_that_contradict_each_other_are_proven_to() {
    let declared = "use w1.{w1}
problem hopeless {
  workload = w1.workload
  on = w1.on
  require energy <= 1e8 nJ
  require classify.accuracy >= 0.92
  maximize classify.accuracy
}
";
    let mut engine = Engine::new(Box::new(Repository));
    let script =
        format!("{declared}strategy exact {{ algorithm = exact }}\nsearch(hopeless, exact)\n");
    let checked = engine.check("examples/hopeless.nasaic", &script, &[]);
    let plan = engine.plan(checked.steps);
    let mut sink = Kept::default();
    engine.run(&plan, &mut sink);
    assert_eq!(sink.diagnostics[0].code, "E0601");
    let (name, bytes) = sink.files.pop().expect("the proof is written");
    assert_eq!(name, "hopeless.certificate.json");
    let mut file: Value = serde_json::from_slice(&bytes).expect("JSON");
    let script = format!("{declared}space(hopeless)\n");
    let sound = verdict(&file, &script);
    assert!(sound.infeasible);
    assert_eq!(
        sound.checked.expect("it is accepted").candidates,
        sound.choices as u64
    );
    // A proof for fewer choices than there are is none.
    let covers = file["certificate"]["covers"]
        .as_array_mut()
        .expect("covers");
    covers.pop();
    assert!(verdict(&file, &script).checked.is_err());
}

/// W1 with fewer widths, depths and sizes of arrays.
fn reduced() -> String {
    let smaller = [
        ("filters in {16, 32, 64}", "filters in {16, 32}"),
        ("filters in {32, 64, 128, 256}", "filters in {64, 256}"),
        ("times in {0, 1, 2}", "times in {0, 2}"),
        ("height in 1..5", "height in {4}"),
        ("base in {4, 8, 16, 32}", "base in {4, 8}"),
        ("pes in 0..4096 step 32", "pes in 0..4096 step 2048"),
        (
            "bandwidth in 0..64 step 8 GB/s",
            "bandwidth in 0..64 step 32 GB/s",
        ),
        ("  on = hetero\n", "  on = hetero\n  schedule = exact\n"),
    ];
    let text = read("examples/w1.nasaic");
    let mut text = text[..text.find("strategy").expect("a strategy")].to_owned();
    for (whole, part) in smaller {
        assert!(text.contains(whole), "{whole}");
        text = text.replace(whole, part);
    }
    text
}

#[test]
fn the_optimum_of_a_reduced_w1_is_what_every_design_says() {
    let script = format!(
        "{}strategy exact {{ algorithm = exact }}
strategy every {{ algorithm = exhaustive }}
search(w1, exact)
search(w1, every)
",
        reduced()
    );
    let done = run("examples/reduced.nasaic", &script);
    let goal = |n: usize| {
        let tasks = done.shown(n)["best"]["tasks"]
            .as_array()
            .expect("tasks")
            .clone();
        let each = tasks.iter().map(|task| task["accuracy"]["value"].as_f64());
        each.map(|value| value.expect("an accuracy") / 2.0)
            .sum::<f64>()
    };
    assert!(done.shown(1)["designs"].as_u64().expect("a count") > 5_000);
    assert_eq!(goal(0), goal(1));
}
