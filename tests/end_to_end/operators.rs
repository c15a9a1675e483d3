//! Layers of modern networks on hardware: what they bring from memory, and what cannot be trained.

use crate::support::run;
use serde_json::Value;

/// The layers of a network on an accelerator whose buffer holds all of it: the bytes that each moves between
/// memory and the chip, none where it is fused.
fn traffic(network: &str) -> Vec<(String, Option<u64>)> {
    let text = format!(
        "use std.accel.{{tpu_v1}}\nnetwork net {{\n{network}\n}}\n\
         table(layers(evaluate(net, tpu_v1)), columns = [dram])\n"
    );
    let done = run("operators.nasaic", &text);
    let table = &done.shown(0)["table"];
    let unit = match table["columns"][1]["unit"].as_str() {
        Some("kB") => 1000.0,
        Some("B" | "") => 1.0,
        other => panic!("a unit of {other:?}"),
    };
    let row = |row: &Value| {
        let bytes = row[1].as_f64().map(|n| (n * unit).round() as u64);
        (row[0].as_str().expect("a name").to_owned(), bytes)
    };
    table["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(row)
        .collect()
}

fn dram(rows: &[(String, Option<u64>)], path: &str) -> Option<u64> {
    let row = rows.iter().find(|r| r.0 == path);
    row.unwrap_or_else(|| panic!("no layer {path} in {rows:?}"))
        .1
}

#[test]
fn decoding_reads_the_keys_and_values_of_all_tokens_before() {
    for cached in [0, 127, 1023] {
        let rows = traffic(&format!(
            "  input = [64, 1]\n  attention self {{ heads = 4, cached = {cached} }}"
        ));
        let seen = cached + 1;
        // Queries and scores of four heads are the rest.
        assert_eq!(dram(&rows, "self.scores"), Some(64 + 64 * seen + 4 * seen));
        assert_eq!(
            dram(&rows, "self.weighted"),
            Some(4 * seen + 64 * seen + 64)
        );
        assert_eq!(dram(&rows, "self.softmax"), Some(2 * 4 * seen));
        assert_eq!(dram(&rows, "self.query"), Some(64 + 64 * 64 + 64));
    }
}

#[test]
fn tokens_stream_past_weights_that_are_read_once() {
    let rows = traffic("  input = [64, 100]\n  dense up { units = 32, per = token }");
    assert_eq!(dram(&rows, "up"), Some(64 * 100 + 64 * 32 + 32 * 100));
}

#[test]
fn what_moves_only_data_is_costed_where_it_says_so() {
    for (layer, path, bytes) in [
        ("norm n { kind = layer }", "n", Some(2 * 800)),
        ("norm n { kind = layer, traffic = fused }", "n", None),
        ("softmax s {}", "s", Some(2 * 800)),
        ("activation a { kind = gelu }", "a", None),
        (
            "activation a { kind = gelu, traffic = memory }",
            "a",
            Some(2 * 800),
        ),
        (
            "pool p { kind = max, traffic = memory }",
            "p",
            Some(800 + 200),
        ),
        ("pool p { kind = max }", "p", None),
        (
            "skip k { traffic = memory, activation a { kind = tanh } }",
            "k",
            Some(3 * 800),
        ),
        (
            "embedding e { entries = 9, join = add }",
            "e",
            Some(3 * 800),
        ),
        ("reshape r { shape = [800] }", "r", None),
    ] {
        let rows = traffic(&format!(
            "  input = [8, 10, 10]\n  conv first {{ filters = 8, kernel = 1 }}\n  {layer}"
        ));
        assert_eq!(dram(&rows, path), bytes, "{layer}");
    }
}

#[test]
fn what_cannot_be_trained_says_which_layer() {
    for (layer, said) in [
        (
            "conv a { filters = 4, kernel = 3, activation = gelu }",
            "layer `a` ends in `gelu`",
        ),
        (
            "attention a { heads = 1 }",
            "layer `a.scores` is a `matmul`",
        ),
        ("norm a { kind = layer }", "layer `a` is a `norm`"),
        (
            "skip a { join = multiply, pool { kind = global_average } }",
            "layer `a` is a `multiply`",
        ),
    ] {
        let text = format!(
            "use std.data.{{digits}}\nuse std.accel.{{eyeriss_like}}\n\
             network net {{ input = [1, 8, 8], {layer}, dense {{ units = 10 }} }}\n\
             workload w {{ task t {{ network = net, data = digits, accuracy = trained {{ epochs = 1 }} }} }}\n\
             evaluate(w, eyeriss_like)\n"
        );
        let done = run("trained.nasaic", &text);
        assert_eq!(done.codes, ["E0713"], "{}", done.messages);
        assert!(done.messages.contains(said), "{}", done.messages);
    }
}
