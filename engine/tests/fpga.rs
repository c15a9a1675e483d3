//! FPGAs from the text to the result: tiled engines, resources, devices of their own, pipelines.

mod common;

use common::ran;
use nasaic_engine::Ended;
use serde_json::Value;

const ALEXNET: &str = "\
use std.device.{zcu102}
network convs {
  input = [3, 224, 224]
  precision = 16 bits
  conv conv1 { filters = 64, kernel = 11, stride = 4, padding = 2, norm = none }
  pool pool1 { kind = max, kernel = 3, stride = 2 }
  conv conv2 { filters = 192, kernel = 5, norm = none }
  pool pool2 { kind = max, kernel = 3, stride = 2 }
  conv conv3 { filters = 384, kernel = 3, norm = none }
  conv conv4 { filters = 256, kernel = 3, norm = none }
  conv conv5 { filters = 256, kernel = 3, norm = none }
}
dataflow engine {
  tiled { Tm = 100, Tr = 32, Tc = 32, Wp = 8, Ip = 2, Op = 2, cycles = hotnas }
}
accelerator board {
  device = zcu102
  sub core { dataflow = engine, pes = 2520, bandwidth = 6.4 GB/s }
}
evaluate(convs, board)
";

const POOL: &str = "\
use std.device.{zcu102, pynq_z1}
use templates.{im2col}
network net {
  input = [16, 32, 32]
  conv a { filters = 64, kernel = 3 }
  conv b { filters = 64, kernel = 3 }
  conv c { filters = 64, kernel = 3 }
  conv d { filters = 64, kernel = 3 }
}
accelerator pool {
  // link
  sub large { device = zcu102, dataflow = im2col, pes = 512, bandwidth = 12.8 GB/s }
  sub small { device = pynq_z1, dataflow = im2col, pes = 128, bandwidth = 6.4 GB/s }
}
problem video {
  workload = net
  on = pool
  schedule = pipeline
  maximize throughput
}
evaluate(video)
";

#[track_caller]
fn result(script: &str, changes: &[(&str, &str)]) -> Value {
    let report = ran(script, changes);
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    report.results["outputs"][0]["value"].clone()
}

/// Why a program failed.
#[track_caller]
fn refused(script: &str, changes: &[(&str, &str)]) -> String {
    let report = ran(script, changes);
    assert_eq!(report.ended, Ended::Failed);
    format!("{:?}", report.diagnostics)
}

#[test]
fn a_published_design_has_its_published_latency() {
    // 6.132125 ms, and a layer's cycles are whole here.
    assert_eq!(result(ALEXNET, &[])["cycles"], 613_213);
    let other = [
        ("Tm = 100", "Tm = 70"),
        ("Tr = 32", "Tr = 64"),
        ("Wp = 8, Ip = 2", "Wp = 18, Ip = 6"),
    ];
    assert_eq!(result(ALEXNET, &other)["latency_s"], 4.0483e-3);
}

#[test]
fn the_nest_of_the_same_tiles_never_beats_its_multipliers() {
    let nest = result(ALEXNET, &[(", cycles = hotnas", "")]);
    let (cycles, macs) = (nest["cycles"].as_u64(), nest["macs"].as_u64());
    assert!(cycles.unwrap() * 2500 >= macs.unwrap(), "{nest}");
    assert!(nest["latency_s"].as_f64().unwrap() > 6.132125e-3);
}

#[test]
fn slices_and_blocks_are_counted_and_shared_out() {
    let fpga = &result(ALEXNET, &[])["fpga"];
    // 100 · 25 multiplications of 16 bits; tiles of 32 · 32 words in 25 and 100 banks, twice, and
    // 2500 · 121 weights in the four banks of a port of 128 bits, twice.
    assert_eq!(fpga["dsp"], 2500);
    assert_eq!(fpga["bram_blocks"], 2 * (25 + 100 + 264));
    assert_eq!(fpga["dsp_utilization"], 2500.0 / 2520.0);
    assert_eq!(fpga["bram_utilization"], 778.0 / 1824.0);
    // Narrow operands share slices.
    let narrow = result(ALEXNET, &[("16 bits", "8 bits")]);
    assert_eq!(narrow["fpga"]["dsp"], 1250);
}

#[test]
fn what_a_device_has_not_is_refused_by_name() {
    let pynq = [
        ("{zcu102}", "{zcu102, pynq_z1}"),
        ("= zcu102\n", "= pynq_z1\n"),
    ];
    let slices = refused(ALEXNET, &pynq);
    assert!(
        slices.contains("2,500 DSP slices, and `pynq_z1` has 220"),
        "{slices}"
    );
    let tiles = refused(
        ALEXNET,
        &[
            ("Tr = 32, Tc = 32", "Tr = 256, Tc = 256"),
            ("Tm = 100", "Tm = 220"),
        ],
    );
    assert!(tiles.contains("of block RAM, and `zcu102` has"), "{tiles}");
    let ports = refused(ALEXNET, &[("Wp = 8, Ip = 2", "Wp = 18, Ip = 18")]);
    assert!(
        ports.contains("the ports take 608 bits per cycle, and the bandwidth is 512"),
        "{ports}"
    );
    let pes = refused(ALEXNET, &[("Tr = 32", "Tn = 26, Tr = 32")]);
    assert!(
        pes.contains("Tm · Tn is 2600, and there are 2520 PEs"),
        "{pes}"
    );
}

#[test]
fn a_pipeline_has_the_throughput_of_its_slowest_stage() {
    let pool = result(POOL, &[]);
    let stages = pool["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 2, "{pool}");
    let cycles: Vec<u64> = stages
        .iter()
        .map(|s| s["cycles"].as_u64().unwrap())
        .collect();
    let slowest = *cycles.iter().max().unwrap();
    assert_eq!(pool["throughput_hz"], 1e8 / slowest as f64);
    let busy = cycles.iter().sum::<u64>() as f64 / (2 * slowest) as f64;
    assert_eq!(pool["pipeline_utilization"], busy);
    assert_eq!(pool["cycles"], cycles.iter().sum::<u64>());
    assert_eq!(pool["schedule_proof"], "optimal (proven)");
    let layers: u64 = stages.iter().map(|s| s["layers"].as_u64().unwrap()).sum();
    assert_eq!(layers, 4);
    // No faster than the larger board alone would be impossible.
    let alone = result(POOL, &[("pes = 128", "pes = 0")]);
    assert_eq!(alone["stages"].as_array().unwrap().len(), 1);
    assert!(alone["throughput_hz"].as_f64() < pool["throughput_hz"].as_f64());
}

#[test]
fn a_slow_link_slows_the_pipeline_down_or_leaves_a_board_out() {
    let free = result(POOL, &[]);
    let slow = result(POOL, &[("// link", "link { bandwidth = 10 MB/s }")]);
    assert!(slow["throughput_hz"].as_f64() < free["throughput_hz"].as_f64());
    let hopeless = result(POOL, &[("// link", "link { bandwidth = 1 kB/s }")]);
    assert_eq!(hopeless["stages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_device_of_its_own_has_its_own_clock() {
    let slow = "device slow { kind = fpga, clock = 50 MHz, dsp = 2520, dram { bandwidth = 9.6 GB/s } }\naccelerator pool {\n  clock = 100 MHz";
    let one = [
        ("pes = 128", "pes = 0"),
        ("bandwidth = 12.8 GB/s", "bandwidth = 6.4 GB/s"),
    ];
    let mut half = vec![
        ("accelerator pool {", slow),
        ("device = zcu102", "device = slow"),
    ];
    half.extend(one);
    let full = [("pes = 128", "pes = 0")];
    // Half the clock with half the bytes per second: twice the cycles of the platform's clock.
    let (half, full) = (result(POOL, &half), result(POOL, &full));
    let cycles = |v: &Value| v["cycles"].as_u64().unwrap();
    assert_eq!(cycles(&half), 2 * cycles(&full));
}

#[test]
fn resources_are_metrics_of_goals_and_specs() {
    let search = "strategy every { algorithm = exhaustive }\nproblem least { workload = convs, on = board with { core.engine.tiled.Tm in {10, 40, 70, 100} }, require dsp_utilization <= 1, minimize bram }\nsearch(least, every).best\n";
    let found = result(ALEXNET, &[("evaluate(convs, board)", search)]);
    // 63 + 40 banks of inputs and outputs are the fewest.
    let tm = &found["design"]["least.core.engine.tiled.Tm"];
    assert_eq!(*tm, 40.0, "{found}");
}

#[test]
fn the_nest_of_an_engine_can_be_looked_at() {
    let nest = result(ALEXNET, &[("evaluate(convs, board)", "loop_nest(engine)")]);
    let text = nest.to_string();
    for line in ["buffers", "registers", "K"] {
        assert!(text.contains(line), "{text}");
    }
}
