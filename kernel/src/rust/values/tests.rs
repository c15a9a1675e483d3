//! What the engine computes is what `nasaic-values` reads.

use super::*;
use nasaic_dsl::world::Memory;
use nasaic_engine::{Engine, Silent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

const DECLARED: &str = r#"
use std.nets.{resnet18}
use std.accel.{eyeriss_like}
use templates.{nvdla, shidiannao}
use std.technology.{maestro_2020}
use w1.{w1}

accelerator pair {
  technology = maestro_2020
  clock = 1 GHz
  sub a { dataflow = nvdla, pes in {512, 1024}, bandwidth = 32 GB/s }
  sub b { dataflow = shidiannao, pes in {0, 1024}, bandwidth = 32 GB/s }
}
problem few {
  workload = w1.workload
  on = pair
  require latency <= 8e6 cycles
  maximize 0.5 * classify.accuracy + 0.5 * segment.accuracy
}
strategy random { algorithm = random, evaluations = 4, seed = 1 }
strategy other { algorithm = random, evaluations = 4, seed = 2 }
strategy exact { algorithm = exact }
"#;

/// An engine whose `let`s are the given lines.
fn engine(lets: &str) -> Engine {
    let w1 = include_str!("../../../../examples/w1.nasaic");
    let mut engine = Engine::new(Box::new(Memory::default().with("w1.nasaic", w1)));
    let (checked, report) = engine.cell(&format!("{DECLARED}\n{lets}\n"), &mut Silent);
    assert!(report.is_some(), "{:?}", checked.diagnostics);
    engine
}

/// The value of `let it = TEXT`, which `T` reads and writes without any change.
#[track_caller]
fn same<T: DeserializeOwned + Serialize>(engine: &Engine, name: &str) -> T {
    let json = engine.result(name).unwrap();
    let expected = std::any::type_name::<T>()
        .rsplit("::")
        .next()
        .unwrap_or_default();
    assert!(
        nasaic_values::type_of(&json).contains(expected),
        "{name}: {json}"
    );
    let read: T = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), json, "{name}");
    let any: nasaic_values::Value = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(
        serde_json::to_value(&any).unwrap(),
        json,
        "{name} as any value"
    );
    read
}

#[test]
fn plain_values_are_read_and_written_alike() {
    let engine = engine(
        "let x = 0.25\nlet t = 4 ms\nlet yes = true\nlet word = \"a b\"\nlet xs = [1, 2]\nlet mixed = [1, 4 ms]",
    );
    assert_eq!(same::<f64>(&engine, "x"), 0.25);
    assert_eq!(
        same::<nasaic_values::Quantity>(&engine, "t"),
        nasaic_values::Quantity::new(0.004, "s")
    );
    assert!(same::<bool>(&engine, "yes"));
    assert_eq!(same::<String>(&engine, "word"), "a b");
    let json = engine.result("xs").unwrap();
    assert_eq!(nasaic_values::type_of(&json), "Vec<f64>");
    let mixed = engine.result("mixed").unwrap();
    assert_eq!(nasaic_values::type_of(&mixed), "Vec<nasaic_values::Value>");
    assert_eq!(engine.result("resnet18"), None);
    assert_eq!(engine.result("unheard_of"), None);
}

#[test]
fn a_constant_takes_the_place_of_a_result() {
    let mut engine = engine("let it = evaluate(resnet18, eyeriss_like)");
    assert_eq!(
        nasaic_values::type_of(&engine.result("it").unwrap()),
        "nasaic_values::Evaluation"
    );
    engine.cell("let it = 3\n", &mut Silent);
    assert_eq!(engine.result("it"), Some(json!(3.0)));
}

#[test]
fn results_are_read_and_written_alike() {
    let engine = engine(
        "let one = evaluate(resnet18, eyeriss_like)\n\
         let many = sweep(resnet18, eyeriss_like with { core.pes in {64, 128} })\n\
         let rows = layers(one)\n\
         let sheet = table(many)\n\
         let size = space(w1)",
    );
    let one: nasaic_values::Evaluation = same(&engine, "one");
    assert!(one.cycles > 0 && one.to_string().contains("latency"));
    let many: nasaic_values::Designs = same(&engine, "many");
    assert_eq!((many.count, many.designs.len()), (2, 2));
    let rows: nasaic_values::Layers = same(&engine, "rows");
    assert_eq!(
        rows.rows.iter().filter_map(|row| row.cycles).sum::<u64>(),
        one.cycles
    );
    let sheet: nasaic_values::Table = same(&engine, "sheet");
    assert_eq!(sheet.rows.len(), 2);
    let size: nasaic_values::Space = same(&engine, "size");
    assert!(!size.decisions.is_empty());
}

#[test]
fn searches_are_read_and_written_alike() {
    let engine = engine(
        "let found = search(w1, random)\n\
         let race = compare(few, [random, other], seeds = 1..2)\n\
         let proven = search(few, exact)",
    );
    let found: nasaic_values::Run = same(&engine, "found");
    assert_eq!((found.algorithm.as_str(), found.designs), ("random", 4));
    let race: nasaic_values::Comparison = same(&engine, "race");
    assert_eq!(race.entrants.len(), 2);
    let proven: nasaic_values::Run = same(&engine, "proven");
    assert!(proven.proof.is_some_and(|proof| proof.complete));
}

#[test]
fn what_rust_gives_is_what_the_language_reads() {
    let values = [
        json!(3),
        json!(-2.5e-9),
        json!(true),
        json!("a \"b\" \\ c\n"),
        json!([0.25, -1.0]),
        json!({ "value": -4.0, "unit": "ms" }),
        json!({ "value": 2.0, "unit": "GB/s" }),
        json!([]),
    ];
    for value in values {
        let text = declaration("given", &value).unwrap();
        let engine = engine(&text);
        let back = engine.result("given").unwrap_or_else(|| panic!("{text}"));
        match value.get("unit").map(|_| value["value"].as_f64()) {
            Some(number) => {
                let share = back["value"].as_f64().unwrap() / number.unwrap();
                assert!(share == 1e-3 || share == 1e9, "{text}: {back}");
            }
            None if value.is_number() => assert_eq!(back.as_f64(), value.as_f64(), "{text}"),
            None => assert_eq!(back, value, "{text}"),
        }
    }
}

#[test]
fn what_has_no_form_is_refused() {
    let refused = [
        (json!(null), "no finite number"),
        (json!(9_007_199_254_740_993_u64), "beyond 2^53"),
        (json!({ "value": null, "unit": "s" }), "not finite"),
        (json!({ "value": 1.0, "unit": "1/s" }), "of the unit `1/s`"),
        (
            json!({ "value": 1.0, "unit": "ms\nlet x = 3" }),
            "of the unit",
        ),
        (json!({ "kind": "table", "table": {} }), "a table"),
        (json!({ "a": 1 }), "a structure"),
        (json!("\u{7}"), "control characters"),
        (json!([[1, null]]), "no finite number"),
    ];
    for (value, why) in refused {
        let d = declaration("given", &value).unwrap_err();
        assert!(
            d.code == "E0821" && d.title.contains(why),
            "{value}: {}",
            d.title
        );
    }
    for name in ["", "3x", "a b", "a=1\nlet b"] {
        assert_eq!(declaration(name, &json!(1)).unwrap_err().code, "E0821");
    }
}

#[test]
fn names_are_whole_words_of_rust() {
    let found = named("let best = r.latency_s + limit2; // fn 3x é_1");
    assert_eq!(found, ["best", "latency_s", "limit2", "r", "é_1"]);
}

#[test]
fn gifts_have_a_name_and_a_value() {
    let content = json!(r#"{"name":"x","value":[1]}"#);
    assert_eq!(given(&content), Some(("x".to_owned(), json!([1]))));
    for broken in ["", "{}", r#"{"name":3,"value":1}"#] {
        assert_eq!(given(&json!(broken)), None);
    }
}
