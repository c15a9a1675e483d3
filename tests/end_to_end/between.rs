//! Tensors between two layers: off the chip and back, or waiting on it.

use crate::support::run;
use serde_json::Value;

/// Three layers in a row on one array; `between` is what the accelerator says.
fn costs(between: &str, network: &str) -> Value {
    let script = format!(
        "use templates.{{systolic}}
use std.technology.{{horowitz_45nm}}
network net {{ input = [16, 16, 16], {network} }}
accelerator chip {{
  technology = horowitz_45nm
  clock = 500 MHz
  {between}
  dram {{ bandwidth = 200 MB/s }}
  sub core {{ dataflow = systolic, pes = 256, bandwidth = 16 GB/s }}
}}
evaluate(net, chip)
"
    );
    run("between.nasaic", &script).shown(0).clone()
}

fn energy(value: &Value) -> f64 {
    value["energy_j"].as_f64().expect("an energy")
}

fn cycles(value: &Value) -> u64 {
    value["cycles"].as_u64().expect("cycles")
}

const CHAIN: &str = "conv a { filters = 16, kernel = 3 }, conv b { filters = 16, kernel = 3 }";

#[test]
fn what_waits_on_the_chip_saves_its_trip_and_nothing_else() {
    let off = costs("between_layers = off_chip", CHAIN);
    let on = costs("between_layers = on_chip", CHAIN);
    assert_eq!(off, costs("", CHAIN), "off the chip is the default");
    assert!(cycles(&on) < cycles(&off));
    // One tensor of 16 · 16 · 16 bytes goes out and comes back.
    let dram = 2.0 * 4096.0 * dram_energy();
    let saved = energy(&off) - energy(&on);
    assert!(
        saved >= dram * (1.0 - 1e-9),
        "saved {saved}, DRAM alone {dram}"
    );
}

#[test]
fn depthwise_outputs_wait_where_all_channels_fit() {
    let chain = |channels: u32| {
        format!(
            "conv a {{ filters = {channels}, kernel = 1 }}, depthwise b {{ kernel = 3 }}, conv c {{ filters = 16, kernel = 1 }}"
        )
    };
    // Two tensors of 16 · 16 · 64 bytes go out and come back; 512 KiB hold them.
    let (off, on) = (
        costs("", &chain(64)),
        costs("between_layers = on_chip", &chain(64)),
    );
    let dram = 2.0 * 2.0 * 16384.0 * dram_energy();
    let saved = energy(&off) - energy(&on);
    assert!(
        saved >= dram * (1.0 - 1e-9),
        "saved {saved}, DRAM alone {dram}"
    );
    // Of 2048 channels one is held at a time, and all together do not fit.
    assert_eq!(
        costs("", &chain(2048)),
        costs("between_layers = on_chip", &chain(2048))
    );
}

#[test]
fn what_two_layers_read_does_not_wait() {
    let skip = "conv a { filters = 16, kernel = 3 }, skip { conv b { filters = 16, kernel = 3 } }";
    assert_eq!(
        costs("between_layers = off_chip", skip),
        costs("between_layers = on_chip", skip)
    );
}

/// Joules per byte of off-chip memory, from the technology's text.
fn dram_energy() -> f64 {
    let text = crate::support::read("stdlib/technology/horowitz_45nm.nasaic");
    let line = text
        .lines()
        .find(|line| line.trim().starts_with("dram_energy"));
    let value = line
        .and_then(|line| line.split('=').nth(1))
        .expect("a value");
    let mut words = value.split_whitespace();
    let number: f64 = words.next().expect("a number").parse().expect("a number");
    assert_eq!(words.next(), Some("pJ"));
    number * 1e-12
}
