//! Every example does what its head says, twice the same.

use crate::support::{Done, read, run};
use nasaic::dsl::source::SourceId;
use nasaic::dsl::syntax;
use nasaic::engine::{Ended, Engine, Part};

fn example(name: &str) -> (String, String) {
    let path = format!("examples/{name}.nasaic");
    let text = read(&path);
    (path, text)
}

/// Numbers of examples whose searches take long, smaller: text and what takes its place.
const SHORTER: &[(&str, &[(&str, &str)])] = &[
    (
        "digits_table",
        &[(
            "algorithm = exhaustive",
            "algorithm = random, evaluations = 2, seed = 1",
        )],
    ),
    ("nahas", &[("evaluations = 500", "evaluations = 40")]),
    (
        "nahas_targets",
        &[
            (
                "evaluations = 1000, seeds = 1..5",
                "evaluations = 60, seeds = 1..3",
            ),
            (
                "evaluations = 800, seeds = 1..5",
                "evaluations = 60, seeds = 1..3",
            ),
        ],
    ),
    (
        "nahas_oneshot",
        &[
            (
                "designs = 3600, holdout = 300, verify = 100",
                "designs = 200, holdout = 50, verify = 10",
            ),
            ("evaluations = 4000", "evaluations = 100"),
        ],
    ),
];

/// An example with the numbers of [`SHORTER`].
fn shorter(name: &str) -> (String, String) {
    let (path, mut text) = example(name);
    let changes = SHORTER.iter().filter(|s| s.0 == name).flat_map(|s| s.1);
    for (long, short) in changes {
        assert!(text.contains(long), "{name} has no `{long}`");
        text = text.replace(long, short);
    }
    (path, text)
}

/// The examples with how they end and the codes they tell.
const EXAMPLES: &[(&str, Ended, &[&str])] = &[
    ("digits_table", Ended::Done, &[]),
    ("w1", Ended::Done, &[]),
    ("w2", Ended::Done, &[]),
    ("w3", Ended::Done, &[]),
    ("nasaic_table", Ended::Done, &[]),
    ("survey", Ended::Done, &[]),
    ("nasaic_explored", Ended::Done, &[]),
    ("2_dataflow", Ended::Done, &[]),
    ("3_evaluate", Ended::Done, &[]),
    ("4_sweep", Ended::Done, &[]),
    #[cfg(feature = "bo")]
    ("5_compare", Ended::Done, &[]),
    #[cfg(not(feature = "bo"))]
    ("5_compare", Ended::Failed, &["E0704"]),
    ("6_onnx", Ended::Done, &[]),
    ("7_script", Ended::Done, &[]),
    ("8_generate", Ended::Done, &[]),
    ("fpga_hotnas", Ended::Done, &[]),
    ("fpga_pool", Ended::Done, &[]),
    ("w1_random", Ended::Done, &[]),
    ("w1_front", Ended::Done, &[]),
    ("w1_exact", Ended::Done, &[]),
    ("digits", Ended::Done, &[]),
    ("nahas", Ended::Done, &[]),
    ("nahas_targets", Ended::Done, &[]),
    ("nahas_oneshot", Ended::Done, &[]),
    // Its data sets are of packages, which the test's world does not look for.
    ("w1_trained", Ended::Failed, &["E0721"]),
];

/// Comparisons over many seeds, which take minutes: they are checked here and run by `scripts/reproduce`.
const STUDIES: &[&str] = &["nasaic_race", "nasaic_exact"];

#[test]
fn every_study_is_sound() {
    for name in STUDIES {
        let (path, text) = example(name);
        let mut engine = Engine::new(Box::new(crate::support::Repository));
        let checked = engine.check(&path, &text, &[]);
        let told = nasaic::dsl::render::plain(engine.sources(), &checked.diagnostics);
        assert!(told.is_empty(), "{name}:\n{told}");
    }
}

#[test]
fn every_example_runs() {
    for (name, ended, codes) in EXAMPLES {
        let (path, text) = shorter(name);
        let done = run(&path, &text);
        assert_eq!(done.ended, Some(*ended), "{name}:\n{}", done.messages);
        assert_eq!(done.codes, *codes, "{name}:\n{}", done.messages);
        if *name == "w1_random" {
            the_page_of_w1_tells(&done);
        }
    }
}

/// The shares on the page are those that its example gives.
fn the_page_of_w1_tells(done: &Done) {
    let page = read("docs/papers/nasaic.md");
    let specs = [
        "the latency spec",
        "the energy spec",
        "the area spec",
        "all three",
    ];
    for (n, spec) in specs.iter().enumerate() {
        let count = done.shown(n).as_f64().expect("a count");
        let line = format!("| meet {spec} | {} |", nasaic::dsl::units::number(count));
        assert!(page.contains(&line), "the page lacks `{line}`");
    }
}

#[test]
fn no_example_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect(folder)
        .filter_map(|f| {
            f.ok()?
                .file_name()
                .to_str()?
                .strip_suffix(".nasaic")
                .map(str::to_owned)
        })
        .collect();
    files.sort();
    let mut known: Vec<String> = EXAMPLES.iter().map(|e| e.0.to_owned()).collect();
    known.push("9_lab_cell".into());
    known.extend(STUDIES.iter().map(|s| (*s).to_owned()));
    known.extend(crate::gandse::SCRIPTS.iter().map(|s| (*s).to_owned()));
    known.extend(crate::tables::SCRIPTS.iter().map(|s| (*s).to_owned()));
    known.sort();
    assert_eq!(files, known);
}

#[test]
fn w1_meets_its_specs_and_says_that_its_accuracies_are_illustrations() {
    let (path, text) = example("w1");
    let done = run(&path, &text);
    let best = done.shown(0);
    assert_eq!(best["satisfied"], true);
    assert_eq!(best["specs"].as_array().map(Vec::len), Some(3));
    let Some(Part::Report { lines: report, .. }) = done.outputs[0].parts.first() else {
        panic!("{:?}", done.outputs[0].parts);
    };
    assert!(report.contains("all specs met"), "{report}");
    assert_eq!(
        report.matches("illustrative surrogate").count(),
        2,
        "{report}"
    );
}

#[test]
fn a_formatted_program_gives_the_same_results_as_the_program() {
    for name in ["w1", "3_evaluate", "4_sweep"] {
        let (path, text) = example(name);
        let printed = syntax::format(SourceId(0), &text).expect(name);
        let (one, other) = (run(&path, &text), run(&path, &printed));
        let without_words = |v: &serde_json::Value| {
            let mut v = v.clone();
            for output in v["outputs"].as_array_mut().expect("outputs") {
                output["source"] = serde_json::Value::Null;
            }
            v.to_string()
        };
        assert_eq!(
            without_words(one.results()),
            without_words(other.results()),
            "{name}"
        );
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_result() {
    let (path, text) = example("w1");
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        pool.install(|| run(&path, &text).results().to_string())
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(4));
}

#[test]
fn a_plan_read_back_from_json_gives_the_same_results() {
    let (path, text) = example("3_evaluate");
    let mut engine = Engine::new(Box::new(crate::support::Repository));
    let checked = engine.check(&path, &text, &[]);
    let plan = engine.plan(checked.steps);
    let json = serde_json::to_string(&plan).expect("a plan is JSON");
    let again: nasaic::dsl::plan::Plan = serde_json::from_str(&json).expect("and back");
    assert_eq!(again, plan);
    let mut other = Engine::new(Box::new(nasaic::dsl::world::Memory::default()));
    let mut sink = nasaic::engine::Silent;
    let (one, two) = (engine.run(&plan, &mut sink), other.run(&again, &mut sink));
    assert_eq!(one.results, two.results);
}

#[test]
fn the_lab_cell_after_the_dataflow_example_names_its_hole() {
    let mut engine = Engine::new(Box::new(crate::support::Repository));
    let mut sink = nasaic::engine::Silent;
    let (first, report) = engine.cell(&example("2_dataflow").1, &mut sink);
    assert!(!first.has_errors());
    assert_eq!(report.expect("it ran").ended, Ended::Done);
    let (second, report) = engine.cell(&example("9_lab_cell").1, &mut sink);
    assert!(report.is_none());
    let codes: Vec<&str> = second.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["E0310"]);
}
