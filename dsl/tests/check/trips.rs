//! What students trip over, each with what the checker says about it.

use crate::prelude::{Session, check, codes, right};
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{ExprKind, StepKind};
use nasaic_dsl::value::{Domain, Value};

fn first(text: &str) -> (String, String) {
    let (checked, shown) = check(text);
    (
        codes(&checked)
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned(),
        shown,
    )
}

#[test]
fn each_slip_gets_its_code_and_its_correction() {
    for (text, code, correction) in [
        ("device d { pes = {1, 2} }", "E0401", "choose one value"),
        ("choose k in [1, 2]", "E0405", "`{1, 2}`"),
        ("device d { pes: 4 }", "E0103", "`pes = 4`"),
        ("let s = 64 KB", "W0311", "`KiB`"),
        ("device d { bandwidth = 64 Gb/s }", "W0312", "`GB`"),
        ("device d { area = 3 mm2 }", "E0302", "`mm^2`"),
        ("choose k in 8..60 step 16", "W0404", "56"),
        ("let t = 3 cycles + 2 ns", "E0301", "a time"),
    ] {
        let (got, shown) = first(text);
        assert_eq!(got, code, "{text}\n{shown}");
        assert!(shown.contains(correction), "{text}\n{shown}");
    }
}

#[test]
fn a_range_includes_both_ends() {
    let program = right(
        "choose k in 8..64 step 8\nchoose m in 16..2048 step *2\nchoose b in 8..64 step 8 GB/s\n",
    );
    let last = |name: &str| {
        let domain: &Domain = &program.choices[name].domain;
        (domain.len(), domain.get(domain.len() - 1).to_string())
    };
    assert_eq!(last("k"), (8, "64".to_owned()));
    assert_eq!(last("m"), (8, "2,048".to_owned()));
    assert_eq!(last("b"), (8, "64 GB/s".to_owned()));
}

const TWICE: &str = "network twice {
  input = [3, 8, 8]
  conv a { filters = 8, kernel in {1, 3} }
  conv b { filters = 8, kernel in {1, 3} }
}
network shared {
  input = [3, 8, 8]
  choose k in {1, 3}
  conv a { filters = 8, kernel = k }
  conv b { filters = 8, kernel = k }
}
";

#[test]
fn the_same_set_twice_is_two_decisions_and_a_choice_is_one() {
    let program = right(TWICE);
    let blocks = Blocks {
        blocks: &program.blocks,
        choices: &program.choices,
    };
    let decisions = |name: &str| {
        blocks
            .pair(Some(&Value::Block(name.into())), None)
            .unwrap()
            .decisions
            .len()
    };
    assert_eq!((decisions("twice"), decisions("shared")), (2, 1));
}

#[test]
fn a_later_cell_replaces_and_the_same_cell_may_not() {
    let mut session = Session::default();
    assert!(codes(&session.cell("cell 1", "let limit = 3 ms\n").0).is_empty());
    assert!(codes(&session.cell("cell 2", "let limit = 4 ms\n").0).is_empty());
    assert_eq!(
        codes(&session.cell("cell 3", "let a = 1\nlet a = 2\n").0),
        ["E0203"]
    );
}

#[test]
fn a_cell_with_an_error_declares_nothing() {
    let mut session = Session::default();
    assert_eq!(
        codes(
            &session
                .cell("cell 1", "let good = 1\nlet bad = nothing\n")
                .0
        ),
        ["E0201"]
    );
    assert_eq!(codes(&session.cell("cell 2", "good\n").0), ["E0311"]);
    assert!(codes(&session.cell("cell 3", "let good = 2\ngood\n").0).is_empty());
}

#[test]
fn a_network_changed_in_a_later_cell_changes_what_a_problem_means() {
    let mut session = Session::default();
    let network = |filters: &str| {
        format!("network n {{ input = [3, 8, 8], conv c {{ filters {filters}, kernel = 3 }} }}\n")
    };
    let (first, shown) = session.cell("cell 1", &network("= 8"));
    assert!(!first.has_errors(), "{shown}");
    let (_, shown) = session.cell(
        "cell 2",
        "use std.accel.{eyeriss_like}\nproblem p { workload = n, on = eyeriss_like, minimize energy }\n",
    );
    assert!(shown.is_empty(), "{shown}");
    let (last, shown) = session.cell("cell 3", &(network("in {8, 16}") + "evaluate(p)\n"));
    assert_eq!(codes(&last), ["E0403"], "{shown}");
}

#[test]
fn cycles_and_times_compare_and_convert_through_the_clock() {
    right(
        "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nproblem p { workload = resnet18, on = eyeriss_like, require latency <= 8e8 cycles, require latency <= 1 s }\n",
    );
}

#[test]
fn known_arithmetic_is_folded_with_its_units() {
    let (checked, shown) = check("8e5 cycles / 1 GHz\n64 GB/s / 1 GHz\n");
    assert!(shown.is_empty(), "{shown}");
    let values: Vec<String> = checked
        .steps
        .iter()
        .map(|step| match (&step.kind, &step.expr.kind) {
            (StepKind::Show, ExprKind::Value(v)) => v.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(values, ["800 us", "64 B/cycle"]);
}

#[test]
fn settings_from_the_command_line_reach_canonical_paths() {
    let text =
        std::fs::read_to_string(crate::prelude::folder("examples").join("w1.nasaic")).unwrap();
    for (setting, code) in [
        ("w1.a1.pes=1024", ""),
        ("w1.a1.pes in {1024}", ""),
        ("nasaic.seed=3", ""),
        ("w1.classify.stage[1].more.times=0", ""),
        ("w1.classify.stage[3].more.times=0", "E0707"),
        ("w1.a1.pse=1024", "E0707"),
        ("w2.a1.pes=1024", "E0707"),
        ("w1=3", "E0707"),
        ("w1.a1.pes", "E0707"),
        ("w1.a1.pes=3 GB", "E0301"),
    ] {
        let (checked, shown) = Session::default().set("w1.nasaic", &text, &[setting]);
        let errors: Vec<&str> = checked
            .diagnostics
            .iter()
            .filter(|d| d.is_error())
            .map(|d| d.code.as_str())
            .collect();
        assert_eq!(
            errors.first().copied().unwrap_or_default(),
            code,
            "{setting}\n{shown}"
        );
        assert!(errors.len() <= 1, "{setting}\n{shown}");
    }
}

#[test]
fn imports_start_beside_their_own_file() {
    right("use folder.inner.{twice}\ntwice\n");
}
