//! Forms with fields: the mapper of a sub-accelerator.

use crate::prelude::{check, codes, right};
use nasaic_dsl::plan::{Entry, Slot};
use nasaic_dsl::value::Value;

/// An accelerator with a mapper, in nanoseconds' reach of energies or not.
fn with(mapper: &str, technology: &str) -> String {
    format!(
        "use templates.{{nvdla}}\nuse std.technology.{{horowitz_28nm}}\naccelerator a {{\n  {technology}\n  \
         sub s {{ dataflow = nvdla, pes = 64, bandwidth = 1 GB/s{mapper} }}\n}}\n"
    )
}

const HOROWITZ: &str = "technology = horowitz_28nm";

/// What the checker understands the mapper to be.
fn mapper(text: &str) -> String {
    let program = right(text);
    let sub = program.blocks["a"].items.iter().find_map(|e| match e {
        Entry::Block(b) => Some(b),
        _ => None,
    });
    let field = sub.unwrap().items.iter().find_map(|e| match e {
        Entry::Field(f) if f.name == "mapper" => Some(f.slot.clone()),
        _ => None,
    });
    match field.unwrap() {
        Slot::Fixed(value @ (Value::Name(_) | Value::Form { .. })) => value.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_form_does_not_say_is_entered_as_a_default() {
    assert_eq!(mapper(&with("", HOROWITZ)), "fit");
    assert_eq!(mapper(&with(", mapper = fit", HOROWITZ)), "fit");
    assert_eq!(
        mapper(&with(
            ", mapper = search { evaluations = 10, objective = energy }",
            HOROWITZ
        )),
        "search { evaluations = 10, objective = energy, open_order = false, open_shape = true }"
    );
    assert_eq!(
        mapper(&with(", mapper = search", HOROWITZ)),
        "search { objective = edp, evaluations = 20,000, open_order = false, open_shape = true }"
    );
}

#[test]
fn each_slip_in_a_form_has_its_code() {
    for (mapper, code) in [
        ("searching", "E0305"),
        ("serach { objective = edp }", "E0305"),
        ("fit { objective = edp }", "E0206"),
        ("3", "E0305"),
        ("search { goal = edp }", "E0206"),
        ("search { objective = speed }", "E0201"),
        ("search { evaluations = 0 }", "E0303"),
        ("search { evaluations = 3 ms }", "E0301"),
        ("search { evaluations in {1, 2} }", "E0102"),
        ("search { evaluations = 1, evaluations = 2 }", "E0203"),
        ("{fit, search}", "E0401"),
    ] {
        let (checked, shown) = check(&with(&format!(", mapper = {mapper}"), HOROWITZ));
        assert_eq!(codes(&checked), [code], "{mapper}\n{shown}");
    }
    let (checked, shown) = check(&with(", mapper in {fit, search}", HOROWITZ));
    assert_eq!(codes(&checked), ["E0408"], "{shown}");
}

#[test]
fn a_mapper_that_looks_at_the_energy_needs_a_technology() {
    let (checked, shown) = check(&with(", mapper = search { objective = edp }", ""));
    assert_eq!(codes(&checked), ["E0604"], "{shown}");
    right(&with(", mapper = search { objective = latency }", ""));
    right(&with(", mapper = search", "device = d").replace(
        "accelerator",
        "device d { technology = horowitz_28nm }\naccelerator",
    ));
}

#[test]
fn only_what_is_written_out_is_without_limit() {
    let flow = |size: &str| {
        format!(
            "dataflow f {{\n  store dram {{ keep = [W, I, O] }}\n  store glb {{ keep = [W, I, O]{size} }}\n}}\n"
        )
    };
    right(&flow(", size = unlimited"));
    for (size, code) in [
        ("", "E0306"),
        (", size = endless", "E0201"),
        (", size = 3", "E0301"),
    ] {
        let (checked, shown) = check(&flow(size));
        assert_eq!(codes(&checked), [code], "{size}\n{shown}");
    }
}
