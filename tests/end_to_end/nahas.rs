//! NAHAS's parts: a multiplied reward, a learned cost model, comparisons put together.

use crate::support::{Done, run};

const PROBLEM: &str = "use std.accel.{nahas_edge}
use std.accuracy.{ibn_imagenet}
network tiny {
  input = [3, 56, 56]
  conv a { filters in {16, 32, 64}, kernel in {3, 5} }
  conv b { filters in {32, 64, 128}, kernel = 3, stride = 2 }
  pool { kind = global_average }
  dense { units = 1000 }
}
workload one { task classify { network = tiny, accuracy = surrogate(ibn_imagenet) } }
problem p {
  workload = one
  on = nahas_edge
  require latency <= 30 us
  require area <= 60 mm^2
  maximize accuracy
}
";

fn searched(strategy: &str) -> Done {
    let text = format!("{PROBLEM}strategy s {{ {strategy}, seed = 1 }}\nsearch(p, s)\n");
    run("nahas.nasaic", &text)
}

const LEARNED: &str = "algorithm = evolution, evaluations = 300,
  cost = learned { designs = 600, holdout = 100, epochs = 30, verify = 20 }";

#[test]
fn a_learned_cost_model_says_how_far_it_is_off_and_is_verified() {
    let done = searched(LEARNED);
    let learned = &done.shown(0)["learned"];
    assert_eq!(learned["designs"], 600);
    assert_eq!(learned["holdout"], 100);
    assert_eq!(learned["looked_at"], 300);
    assert_eq!(done.shown(0)["designs"], 20);
    let errors = learned["errors"].as_array().expect("errors");
    let names: Vec<&str> = errors.iter().filter_map(|e| e["of"].as_str()).collect();
    assert_eq!(names, ["latency", "energy", "area"]);
    for error in errors {
        let rho = error["spearman"].as_f64().expect("rho");
        let off = error["mean_relative_error"].as_f64().expect("an error");
        assert!(rho > 0.85 && off < 0.6, "{error}");
    }
    // What is shown of a design is the cost model's: the best can be priced again.
    let best = &done.shown(0)["best"];
    assert_eq!(best["satisfied"], true, "{best}");
    let report = format!("{:?}", done.outputs[0].parts);
    assert!(report.contains("on 100 others"), "{report}");
}

#[test]
fn a_learned_cost_model_is_the_same_for_any_number_of_threads() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.expect("a pool");
        pool.install(|| searched(LEARNED).results().to_string())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn what_a_learned_cost_model_cannot_know_is_refused() {
    let of_task = PROBLEM.replace("maximize accuracy", "minimize classify.latency");
    let text = format!("{of_task}strategy s {{ {LEARNED} }}\nsearch(p, s)\n");
    let done = run("nahas.nasaic", &text);
    assert_eq!(done.codes, ["E0606"], "{}", done.messages);
}

#[test]
fn every_learner_can_take_the_multiplied_reward() {
    for algorithm in [
        "ppo",
        "reinforce",
        "annealing",
        "evolution",
        "genetic",
        "local",
        "es",
    ] {
        let specs = match algorithm {
            "ppo" | "reinforce" | "annealing" => "",
            _ => ", specs = penalty",
        };
        let of = |exponent: &str| {
            let done = searched(&format!(
                "algorithm = {algorithm}, evaluations = 150{specs},
                 penalty {{ kind = multiplicative, exponent = {exponent} }}"
            ));
            (
                done.shown(0)["meet_hardware_specs"].clone(),
                done.shown(0)["pre_run_designs"].clone(),
            )
        };
        let (hard, soft) = (of("-1"), of("-0.07"));
        assert_eq!(hard.1, 0, "{algorithm}: no bound is asked for");
        assert_eq!(soft.1, 0, "{algorithm}");
        assert!(
            hard.0.as_u64() > Some(0),
            "{algorithm} found nothing that meets the specs"
        );
    }
}

#[test]
fn comparisons_of_several_problems_are_shown_together() {
    let small = "strategy s { algorithm = random }
problem q { workload = one, on = nahas_edge, require latency <= 60 us, maximize accuracy }
let a = compare(p, [s], evaluations = 30, seeds = 1..3)
let b = compare(q, [s], evaluations = 30, seeds = 1..3)
";
    let text = format!(
        "{PROBLEM}{small}table(together([a, b], names = [\"tight\", \"loose\"]), columns = [best, satisfaction])\n"
    );
    let done = run("nahas.nasaic", &text);
    let rows = done.shown(0)["table"]["rows"]
        .as_array()
        .expect("rows")
        .clone();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].to_string().contains("tight"), "{rows:?}");
    for (call, code) in [
        ("together([a, b], names = [\"one\"])", "E0305"),
        ("together([1, 2], names = [\"one\", \"two\"])", "E0305"),
        ("together([a, d], names = [\"one\", \"two\"])", "E0305"),
    ] {
        let other = "problem r { workload = one, on = nahas_edge, minimize latency }
let d = compare(r, [s], evaluations = 3, seeds = 1..3)\n";
        let done = run("nahas.nasaic", &format!("{PROBLEM}{small}{other}{call}\n"));
        assert_eq!(done.codes, [code], "{call}: {}", done.messages);
    }
}
