//! A sub-accelerator says what maps its layers, and every view shows the nest that was priced.

use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Output, Report, Sink};
use serde_json::Value;

/// Keeps the files that are written.
#[derive(Default)]
struct Files(Vec<(String, String)>);

impl Sink for Files {
    fn show(&mut self, _: &Output) {}
    fn tell(&mut self, _: &Diagnostic) {}
    fn file(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        let text = String::from_utf8(content.to_vec()).map_err(|e| e.to_string())?;
        self.0.push((path.to_owned(), text));
        Ok(())
    }
}

#[track_caller]
fn run(mapper: &str, steps: &str) -> (Report, Vec<(String, String)>) {
    let script = format!(
        "use std.technology.{{horowitz_28nm}}\n\
         use templates.{{nvdla}}\n\
         accelerator chip {{\n  technology = horowitz_28nm\n  clock = 1 GHz\n  \
         sub core {{ dataflow = nvdla, pes = 96, bandwidth = 8 GB/s, mapper = {mapper} }}\n}}\n\
         network net {{\n  input = [24, 20, 20]\n  conv a {{ filters = 40, kernel = 3 }}\n  \
         conv b {{ filters = 20, kernel = 1 }}\n}}\n\
         let r = evaluate(net, chip)\n{steps}\n"
    );
    let mut engine = Engine::new(Box::new(Memory::default()));
    let mut files = Files::default();
    let (checked, report) = engine.cell(&script, &mut files);
    let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    (report, files.0)
}

fn number(mapper: &str, metric: &str) -> f64 {
    let (report, _) = run(mapper, metric);
    let value = &report.results["outputs"][0]["value"];
    value["value"].as_f64().expect("a quantity")
}

#[test]
fn a_search_is_better_than_a_fit_in_what_it_looks_for() {
    for (objective, metric) in [
        ("latency", "r.latency"),
        ("energy", "r.energy"),
        ("edp", "r.edp"),
    ] {
        let fitted = number("fit", metric);
        let searched = number(&format!("search {{ objective = {objective} }}"), metric);
        // The greedy nest happens to be the one of least energy.
        let better = searched < fitted || (objective == "energy" && searched == fitted);
        assert!(better, "{objective}: {searched} after {fitted}");
    }
}

#[test]
fn a_larger_limit_is_never_worse() {
    let of = |n: u32| {
        number(
            &format!("search {{ objective = latency, evaluations = {n} }}"),
            "r.cycles",
        )
    };
    let all = [1, 20, 400, 8_000].map(of);
    assert!(all.is_sorted_by(|a, b| a >= b), "{all:?}");
}

/// The columns of the usual table of layers, and the texts of the last one.
fn table_of(mapper: &str) -> (Vec<String>, Vec<String>) {
    let (report, _) = run(mapper, "table(layers(r))");
    let table = &report.results["outputs"][0]["value"]["table"];
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let heads = table["columns"].as_array().expect("columns");
    let rows = table["rows"].as_array().expect("rows");
    let last = |row: &Value| row.as_array().and_then(|r| r.last()).map(text);
    (
        heads.iter().map(|c| text(&c["name"])).collect(),
        rows.iter().filter_map(last).collect(),
    )
}

#[test]
fn layers_say_what_is_known_of_their_nests_only_if_they_were_searched_for() {
    let (heads, _) = table_of("fit");
    assert!(!heads.contains(&"mapping".to_owned()), "{heads:?}");
    let (heads, proven) = table_of("search { objective = latency, evaluations = 1000000 }");
    assert_eq!(heads.last().map(String::as_str), Some("mapping"));
    assert_eq!(proven, ["optimal", "optimal"]);
    let (_, limited) = table_of("search { objective = edp, evaluations = 5 }");
    assert!(
        limited.iter().all(|m| m.starts_with("within ")),
        "{limited:?}"
    );
}

#[test]
fn the_nest_that_is_drawn_and_exported_is_the_one_that_was_priced() {
    let steps = "loop_nest(r)\nexport(r, \"nests\", format = timeloop, layer = \"a\")";
    let (fitted, fitted_files) = run("fit", steps);
    let (searched, files) = run("search", steps);
    let figure = |r: &Report| r.results["outputs"][0]["value"].clone();
    assert_ne!(figure(&fitted), figure(&searched));
    let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(
        names,
        [
            "nests/001-a/architecture.yaml",
            "nests/001-a/problem.yaml",
            "nests/001-a/mapping.yaml"
        ]
    );
    assert_eq!(files[1], fitted_files[1], "the layer is the same");
    assert_ne!(files[2], fitted_files[2], "its nest is not");
    let again = run("search", steps);
    assert_eq!((again.0.results, again.1), (searched.results, files));
}
