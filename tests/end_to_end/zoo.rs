//! The zoo: networks with their published counts, accelerators with their published peaks, each network
//! on each accelerator, and the page that lists them.

use crate::support::{read, run};
use nasaic::dsl::world::{embedded, embedded_paths};
use std::fmt::Write;

/// Who publishes the counts of a network.
enum Counted {
    /// torchvision's weights: the parameters, and the multiplications in billions to three digits.
    Torchvision(f64),
    /// The parameters of a checkpoint at Hugging Face; the multiplications follow from its sizes.
    HuggingFace(&'static str),
    /// Nobody: both are counted from this.
    Ours(&'static str),
}
use Counted::{HuggingFace, Ours, Torchvision};

/// A network: multiplications of one run, parameters, and who counts them so.
const NETWORKS: &[(&str, u64, u64, Counted)] = &[
    ("alexnet", 714_188_480, 61_100_840, Torchvision(0.714)),
    (
        "bert_base",
        35_333_406_720,
        109_482_240,
        HuggingFace("bert-base-uncased"),
    ),
    (
        "efficientnet_b0",
        385_814_752,
        5_288_548,
        Torchvision(0.386),
    ),
    ("gpt2_decode", 142_406_400, 124_439_808, HuggingFace("gpt2")),
    (
        "gpt2_prefill",
        106_339_037_952,
        124_439_808,
        HuggingFace("gpt2"),
    ),
    ("mobilenet_v2", 300_774_272, 3_504_872, Torchvision(0.301)),
    (
        "mobilenet_v3_large",
        216_589_760,
        5_483_032,
        Torchvision(0.217),
    ),
    (
        "mobilenet_v3_small",
        56_510_400,
        2_542_856,
        Torchvision(0.057),
    ),
    ("resnet18", 1_814_073_344, 11_689_512, Torchvision(1.814)),
    ("resnet50", 4_089_184_256, 25_557_032, Torchvision(4.089)),
    (
        "resnet9",
        379_261_952,
        6_573_120,
        Ours("the code that Page published"),
    ),
    (
        "unet",
        150_428_424_448,
        31_030_658,
        Ours("figure 1 of the paper, which gives neither count"),
    ),
    ("vgg11", 7_609_090_048, 132_863_336, Torchvision(7.609)),
    ("vgg16", 15_470_264_320, 138_357_544, Torchvision(15.470)),
    ("vit_b16", 17_563_828_224, 86_567_656, Torchvision(17.564)),
];

impl Counted {
    fn text(&self) -> String {
        match self {
            Torchvision(billions) => {
                format!("torchvision's weights: the parameters, and {billions} · 10⁹")
            }
            HuggingFace(name) => {
                format!("`{name}` of Hugging Face: the parameters; the rest from its sizes")
            }
            Ours(what) => format!("counted from {what}"),
        }
    }
}

/// An accelerator: what completes it, multiplications per second as published (in billions), and what of
/// it is published.
const ACCELERATORS: &[(&str, &str, f64, &str)] = &[
    (
        "edge_tpu_like",
        "",
        1966.08,
        "Boroumand et al., PACT 2021: 4 TOPS (3.93 here), 64 × 64 elements, stores; not clock, dataflow, bandwidths",
    ),
    (
        "eyeriss_asic",
        "",
        33.6,
        "Chen et al., JSSC 2017: all but the use of the link to memory; 33.6 GMACS",
    ),
    (
        "eyeriss_like",
        "",
        168.0,
        "Chen et al., JSSC 2017: 168 elements and 108 KiB; not clock and dataflow",
    ),
    (
        "nahas_edge",
        "with { pes_x = 4, pes_y = 4, simd = 64, lanes = 4, memory = 2 MiB, registers = 32 KiB, dram.bandwidth = 20 GB/s }",
        13_107.2,
        "Zhou et al., arXiv 2102.08619: the seven knobs, 26 TOPS of the middle; not dataflow and ports",
    ),
    (
        "nvdla_large",
        "",
        2048.0,
        "nvdla/hw, nv_large.spec: 2048 multipliers, 512 KiB, 256 bits; not registers and network",
    ),
    (
        "nvdla_small",
        "",
        64.0,
        "nvdla/hw, nv_small.spec: 64 multipliers, 128 KiB, 64 bits; not registers and network",
    ),
    (
        "shidiannao_asic",
        "",
        64.0,
        "Du et al., ISCA 2015: 8 × 8 elements at 1 GHz, 288 KiB; not registers, network, memory",
    ),
    (
        "simba_like",
        "",
        1024.0,
        "Shao et al., MICRO 2019: 1024 multipliers; not clock (the chiplet reaches 2 GHz), stores are ours",
    ),
    (
        "tpu_v1",
        "",
        45_875.2,
        "Jouppi et al., ISCA 2017: 92 TOPS, array, stores, 30 GB/s; not the split of memory and PCIe",
    ),
];

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The files of a folder of the library.
fn library(folder: &str) -> Vec<String> {
    let inside = |path: String| {
        let name = path.strip_prefix(&format!("std/{folder}/"))?;
        Some(name.trim_end_matches(".nasaic").to_owned())
    };
    embedded_paths().into_iter().filter_map(inside).collect()
}

#[test]
fn all_of_the_library_is_in_the_tables() {
    let networks: Vec<&str> = NETWORKS.iter().map(|n| n.0).collect();
    assert_eq!(library("nets"), networks);
    let accelerators: Vec<&str> = ACCELERATORS.iter().map(|a| a.0).collect();
    assert_eq!(library("accel"), accelerators);
}

#[test]
fn networks_have_their_published_counts() {
    for (name, macs, params, counted) in NETWORKS {
        if let Torchvision(billions) = counted {
            assert_eq!((*macs as f64 / 1e6).round() / 1e3, *billions, "{name}");
        }
        let text = format!("use std.nets.{{{name}}}\nlayers({name})\n");
        let done = run("nets.nasaic", &text);
        let rows = done.shown(0)["rows"].as_array().expect("rows").clone();
        let sum = |field: &str| -> u64 { rows.iter().filter_map(|r| r[field].as_u64()).sum() };
        assert_eq!((sum("macs"), sum("params")), (*macs, *params), "{name}");
        let file = embedded(&format!("std/nets/{name}.nasaic")).expect("it is embedded");
        for count in [macs, params] {
            assert!(
                file.contains(&grouped(*count)),
                "{name} does not say {count}"
            );
        }
    }
}

#[test]
fn every_network_runs_on_every_accelerator() {
    for (accelerator, complete, _, _) in ACCELERATORS {
        for (network, macs, _, _) in NETWORKS {
            let text = format!(
                "use std.nets.{{{network}}}\nuse std.accel.{{{accelerator}}}\n\
                 let device = {accelerator} {complete}\nevaluate({network}, device)\n"
            );
            let done = run("zoo.nasaic", &text);
            let shown = done.shown(0);
            assert!(
                shown["cycles"].as_u64() > Some(0),
                "{network} on {accelerator}"
            );
            assert_eq!(
                shown["macs"].as_u64(),
                Some(*macs),
                "{network} on {accelerator}"
            );
        }
    }
}

#[test]
fn accelerators_have_their_published_peaks() {
    for (accelerator, complete, published, _) in ACCELERATORS {
        let text = format!(
            "use std.nets.{{resnet9}}\nuse std.accel.{{{accelerator}}}\n\
             let device = {accelerator} {complete}\nevaluate(resnet9, device)\n"
        );
        let done = run("peak.nasaic", &text);
        let shown = done.shown(0);
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        let clock = number(&shown["cycles"]) / number(&shown["latency_s"]);
        let subs = shown["subs"].as_array().expect("subs");
        let multipliers: f64 = subs.iter().map(|sub| number(&sub["pes"])).sum();
        let billions = multipliers * clock / 1e9;
        let near = (billions - published).abs() <= 1e-6 * published;
        assert!(near, "{accelerator}: {billions} instead of {published}");
    }
}

#[test]
fn the_page_lists_what_there_is() {
    let mut nets = String::from(
        "| network | multiplications | parameters | counted by |\n| --- | ---: | ---: | --- |\n",
    );
    for (name, macs, params, counted) in NETWORKS {
        let source = counted.text();
        let _ = writeln!(
            nets,
            "| `{name}` | {} | {} | {source} |",
            grouped(*macs),
            grouped(*params)
        );
    }
    let mut accel = String::from(
        "| accelerator | 10⁹ multiplications per second | published |\n| --- | ---: | --- |\n",
    );
    for (name, _, peak, what) in ACCELERATORS {
        let _ = writeln!(accel, "| `{name}` | {peak} | {what} |");
    }
    let old = read("docs/zoo.md");
    let mut page = old.clone();
    for (mark, table) in [("networks", nets), ("accelerators", accel)] {
        let open = format!("<!-- {mark} -->\n");
        let (before, rest) = page.split_once(&open).expect("a mark");
        let (_, after) = rest.split_once("<!-- end -->").expect("an end");
        page = format!("{before}{open}{table}<!-- end -->{after}");
    }
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/zoo.md");
        std::fs::write(path, page).expect("the page can be written");
    } else {
        assert_eq!(old, page, "docs/zoo.md is old: NASAIC_UPDATE=1 rewrites it");
    }
}
