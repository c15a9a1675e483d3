//! What results, copies and a notebook's names say of themselves.

mod common;

use common::ran;
use nasaic_dsl::world::Memory;
use nasaic_engine::{Engine, Report, Silent};
use serde_json::{Value, json};

const DESIGNS: &str = "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\n\
    let all = sweep(resnet18, eyeriss_like with { core.pes in {64, 128} })\n";

fn outputs(report: &Report) -> Vec<Value> {
    let outputs = report.results["outputs"].as_array().expect("outputs");
    outputs.iter().map(|o| o["value"].clone()).collect()
}

#[test]
fn a_result_is_asked_for_what_its_design_decides() {
    let report = ran(
        &format!(
            "{DESIGNS}all[0].core.pes\nall.best.core.pes\n\
             use templates.{{eyeriss}}\nexpect all.best.core.dataflow == eyeriss, \"its dataflow\"\n"
        ),
        &[],
    );
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    assert_eq!(outputs(&report), [json!(64.0), json!(128.0)]);
}

#[test]
fn a_path_that_a_result_lacks_is_named_with_the_nearest() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, _) = engine.cell(&format!("{DESIGNS}all.best.core.pse\n"), &mut Silent);
    let told = &checked.diagnostics[0];
    assert_eq!(told.code, "E0206");
    assert_eq!(told.hint.as_deref(), Some("did you mean `core.pes`?"));
}

#[test]
fn equal_numbers_are_equal_in_any_unit() {
    let report = ran(
        &format!(
            "{DESIGNS}let r = all[0]\nexpect r.energy / 1 mJ == r.energy / 1 nJ / 1000000, \"one energy\"\n\
             expect r.macs != r.macs + 1, \"another count\"\n"
        ),
        &[],
    );
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
}

#[test]
fn a_copy_says_what_it_changed_further_inside() {
    let report = ran(
        "strategy kind { algorithm = evolution, evaluations = 9, penalty { weight = 0, bound = 2 } }\n\
         let strict = kind with { penalty.weight = 10 }\nstrict.penalty.weight\nkind.penalty.weight\n",
        &[],
    );
    assert_eq!(outputs(&report), [json!(10.0), json!(0.0)]);
}

/// A copy of a technology costs what a block with its numbers costs, and not what its original does.
#[test]
fn a_changed_technology_is_what_designs_are_costed_with() {
    let block = |name: &str, dram: u32| {
        format!(
            "technology {name} {{ energy_unit = joule\n mac_energy = 1 pJ\n dram_energy = {dram} pJ }}\n"
        )
    };
    let report = ran(
        &format!(
            "{DESIGNS}{}{}let copy = dear with {{ dram_energy = 1 pJ }}\n\
             let chip = eyeriss_like with {{ technology = dear }}\n\
             evaluate(resnet18, chip).energy\n\
             evaluate(resnet18, chip with {{ technology = copy }}).energy\n\
             evaluate(resnet18, chip with {{ technology = cheap }}).energy\n",
            block("dear", 162),
            block("cheap", 1),
        ),
        &[],
    );
    let energies = outputs(&report);
    assert_eq!(energies[1], energies[2]);
    assert_ne!(energies[0], energies[1]);
}

#[test]
fn specs_on_accuracy_count_where_designs_meet_all() {
    let report = ran(
        "use std.spaces.{digits_cnn}\nuse std.accel.{eyeriss_like}\n\
         workload reading { task classify { network = digits_cnn\n\
           accuracy = table(\"std/tables/digits.csv\", trials = [seed_1, seed_2, seed_3]) } }\n\
         problem precise { workload = reading\n on = eyeriss_like\n require accuracy >= 0.97\n minimize macs }\n\
         strategy every { algorithm = exhaustive }\nlet run = search(precise, every)\n\
         run.satisfied_count\nrun.all.satisfied_count\nrun.best.classify.accuracy\n",
        &[],
    );
    let told = outputs(&report);
    assert_eq!(told[0], told[1]);
    let met = told[0].as_f64().expect("a count");
    assert!(0.0 < met && met < 768.0, "{met}");
    assert!(told[2].as_f64().is_some_and(|accuracy| accuracy >= 0.97));
}

/// Cells that only compute with earlier results are not out of date because their blocks stand elsewhere.
#[test]
fn nothing_is_out_of_date_when_nothing_changed() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let cells = [
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\n",
        "let r = evaluate(resnet18, eyeriss_like)\nlet t = r.latency / 1 ms\n",
        "let u = t * 2\n",
        "u\nexpect u > t, \"twice\"\n",
    ];
    for cell in cells {
        let (checked, report) = engine.cell(cell, &mut Silent);
        assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
        let told = report.map(|r| r.diagnostics).unwrap_or_default();
        assert!(told.is_empty(), "{cell}: {told:?}");
    }
}

#[test]
fn a_limit_counts_the_same_on_either_side() {
    let violation = |spec: &str| {
        let report = ran(
            &format!(
                "use std.nets.{{resnet18}}\nuse std.accel.{{eyeriss_like}}\n\
                 problem p {{ workload = resnet18\n on = eyeriss_like\n {spec}\n minimize energy }}\n\
                 evaluate(p).violation\n"
            ),
            &[],
        );
        outputs(&report)[0].clone()
    };
    let right = violation("require area <= 1 mm^2");
    assert!(right.as_f64().is_some_and(|v| v > 0.0));
    assert_eq!(right, violation("require 1 mm^2 >= area"));
}

/// That no accuracy exceeds 1 says nothing about a spec that it must stay below 0.8.
#[test]
fn a_bound_proves_nothing_about_the_other_side() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let text = "use std.spaces.{digits_cnn}\nuse std.accel.{eyeriss_like}\n\
        workload reading { task classify { network = digits_cnn\n\
          accuracy = table(\"std/tables/digits.csv\", trials = [seed_1, seed_2, seed_3]) } }\n\
        problem poor { workload = reading\n on = eyeriss_like\n require accuracy <= 0.8\n\
          require latency >= 1 us\n maximize accuracy }\n";
    let (checked, _) = engine.cell(text, &mut Silent);
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
}
