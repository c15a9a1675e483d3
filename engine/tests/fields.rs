//! What a script says of stores, arrays and data reaches the cost model: each changes a metric.

use nasaic_dsl::world::Memory;
use nasaic_engine::{Ended, Engine, Silent};

/// The cycles and the energy of one layer, with one place of the program replaced.
#[track_caller]
fn costs(from: &str, to: &str) -> (f64, f64) {
    const SCRIPT: &str = "\
use std.technology.{horowitz_28nm}
dataflow flow {
  store dram { keep = [W, I, O] }
  loop P { tile = fit }
  store glb  { keep = [W, I, O], size = 32 KiB }
  spread K { over = columns }
  spread C { over = rows, reduce = true }
  store rf   { keep = [W, O], size = 64 B }
}
accelerator chip {
  technology = horowitz_28nm
  clock = 1 GHz
  dram { bandwidth = 0.25 GB/s }
  sub core { dataflow = flow, pes = 64, bandwidth = 64 GB/s }
}
network net {
  input = [16, 16, 16]
  conv only { filters = 16, kernel = 3 }
}
let r = evaluate(net, chip)
r.cycles
r.energy as pJ
";
    assert!(SCRIPT.contains(from), "{from}");
    let mut engine = Engine::new(Box::new(Memory::default()));
    let (checked, report) = engine.cell(&SCRIPT.replacen(from, to, 1), &mut Silent);
    let shown = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    let value = |n: usize| report.results["outputs"][n]["value"]["value"].as_f64();
    (value(0).expect("cycles"), value(1).expect("an energy"))
}

fn as_it_is() -> (f64, f64) {
    costs("", "")
}

#[test]
fn a_link_of_its_own_slows_a_store_down() {
    let (cycles, energy) = as_it_is();
    let glb = "size = 32 KiB";
    let slow = costs(glb, "size = 32 KiB, bandwidth = 0.5 B/cycle");
    // What leaks goes on leaking meanwhile.
    assert!(slow.0 > cycles && slow.1 > energy, "{slow:?}");
}

#[test]
fn the_way_through_the_array_takes_its_time() {
    let (cycles, _) = as_it_is();
    let sub = "bandwidth = 64 GB/s";
    let fast = costs("dram { bandwidth = 0.25 GB/s }", "").0;
    for more in [
        ", hop_latency = 500 cycles",
        ", accumulate_latency = 50 cycles",
    ] {
        let slow = costs(sub, &format!("{sub}{more}")).0;
        assert!(slow > cycles && slow > fast, "{more}: {slow}");
    }
}

#[test]
fn zeros_save_energy_and_then_cycles() {
    let dense = as_it_is();
    let conv = "input = [16, 16, 16]";
    let sparse = "input = [16, 16, 16]\n  density { I = 0.25 }";
    let sub = "bandwidth = 64 GB/s";
    // Who multiplies by zero gains nothing from zeros.
    assert_eq!(costs(conv, sparse), dense);
    let with = |zeros: &str| {
        let both =
            format!("{sub}, zeros = {zeros} }}\n}}\nnetwork net {{\n  {sparse}\n  conv only");
        let from = "bandwidth = 64 GB/s }\n}\nnetwork net {\n  input = [16, 16, 16]\n  conv only";
        costs(from, &both)
    };
    let (gated, skipped) = (with("gated"), with("skipped"));
    assert!(
        gated.0 == dense.0 && gated.1 < dense.1,
        "{gated:?} {dense:?}"
    );
    assert!(skipped.1 < dense.1, "{skipped:?} {dense:?}");
}

#[test]
fn skipped_zeros_save_cycles_where_multiplications_take_the_time() {
    let unlimited = "dram { bandwidth = 0.25 GB/s }";
    let rest = "\n  sub core { dataflow = flow, pes = 64, bandwidth = 64 GB/s }\n}\nnetwork net {\n  input = [16, 16, 16]";
    let with = |zeros: &str| {
        let to = format!(
            "sub core {{ dataflow = flow, pes = 64, bandwidth = 640 GB/s, zeros = {zeros} }}\n}}\nnetwork net {{\n  input = [16, 16, 16]\n  density {{ I = 0.25, W = 0.5 }}"
        );
        costs(&format!("{unlimited}{rest}"), &to).0
    };
    assert!(with("skipped") < with("gated"));
}

#[test]
fn compressed_data_is_less_to_move_off_the_chip() {
    let sub = "bandwidth = 64 GB/s }\n}\nnetwork net {\n  input = [16, 16, 16]\n";
    let with = |more: &str| {
        costs(
            sub,
            &format!(
                "bandwidth = 64 GB/s{more} }}\n}}\nnetwork net {{\n  input = [16, 16, 16]\n  density {{ I = 0.1 }}\n"
            ),
        )
    };
    let (plain, compressed) = (with(""), with(", compressed = true"));
    assert!(
        compressed.0 < plain.0 && compressed.1 < plain.1,
        "{compressed:?} {plain:?}"
    );
}
