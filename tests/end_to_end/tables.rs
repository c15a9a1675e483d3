//! Published tables of trained networks: our spaces are theirs, and their scripts run.
//!
//! The tables are not part of the repository. Where the variable `NASAIC_REFERENCE` names their folder, these tests
//! compare every row; elsewhere they say what they skip. What needs no table is tested everywhere.

use crate::support::{Done, read, reference, run, written};
use nasaic::engine::Ended;
use std::collections::BTreeMap;
use std::io::Read;

/// The rows of a published table by a key of theirs; none where there is no such folder.
fn published(file: &str, skipped: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let Some(folder) = reference() else {
        eprintln!("SKIPPED: {skipped}; set NASAIC_REFERENCE to the folder with {file}");
        return None;
    };
    let packed = std::fs::read(folder.join(file)).expect(file);
    let mut text = String::new();
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    unpacked.read_to_string(&mut text).expect(file);
    let mut lines = text.lines().map(|l| l.split(','));
    let head: Vec<&str> = lines.next().expect("a head").collect();
    let row = |cells: std::str::Split<'_, char>| {
        let cells = head.iter().zip(cells);
        cells
            .map(|(h, c)| ((*h).to_owned(), c.to_owned()))
            .collect()
    };
    Some(lines.map(row).collect())
}

/// Every network of a space: what it takes at these decisions, MACs and parameters.
fn counts(space: &str, decisions: &[&str]) -> Vec<(Vec<String>, u64, u64)> {
    let text = format!(
        "use std.spaces.{space}.{{{space}}}\nuse std.accel.{{eyeriss_like}}\n\
         table(sweep({space}, eyeriss_like), columns = [{}, macs, params])\n",
        decisions.join(", ")
    );
    let done = run("tables.nasaic", &text);
    let rows = done.shown(0)["table"]["rows"]
        .as_array()
        .expect("rows")
        .clone();
    let names = |row: &[serde_json::Value]| -> Vec<String> {
        let words = row.iter().filter_map(|c| c.as_str().map(str::to_owned));
        words.collect()
    };
    rows.iter()
        .map(|row| {
            let row = row.as_array().expect("cells");
            let (names_of, numbers) = (names(row), &row[decisions.len()..]);
            let whole = |i: usize| numbers[i].as_f64().expect("a count") as u64;
            (names_of, whole(0), whole(1))
        })
        .collect()
}

const EDGES: [&str; 6] = ["e01", "e02", "e12", "e03", "e13", "e23"];

#[test]
fn nas_bench_macro_has_the_parameters_and_flops_of_its_authors() {
    let ours = counts(
        "nas_bench_macro",
        &[
            "l0.take", "l1.take", "l2.take", "l3.take", "l4.take", "l5.take", "l6.take", "l7.take",
        ],
    );
    assert_eq!(ours.len(), 6_561);
    // The smallest network by hand: stem, eight identities (three of them 1×1 convolutions), head and classifier.
    let smallest = ours.iter().map(|(_, macs, params)| (*macs, *params)).min();
    assert_eq!(smallest, Some((7_713_280, 387_882)));
    let file = "nas-bench-macro-cifar10.csv.gz";
    let Some(theirs) = published(file, "6,561 counts of NAS-Bench-Macro") else {
        return;
    };
    let theirs: BTreeMap<&str, (&str, &str)> = theirs
        .iter()
        .map(|r| {
            (
                r["arch"].as_str(),
                (r["flops"].as_str(), r["params"].as_str()),
            )
        })
        .collect();
    for (ops, macs, params) in ours {
        let digit = |op: &String| match op.as_str() {
            "identity" => '0',
            "mb3" => '1',
            _ => '2',
        };
        let code: String = ops.iter().map(digit).collect();
        let (flops, theirs) = theirs[code.as_str()];
        assert_eq!(
            (macs.to_string(), params.to_string()),
            (flops.into(), theirs.into()),
            "{code}"
        );
    }
}

#[test]
fn nas_bench_201_has_the_parameters_of_its_authors_but_for_the_last_normalisation() {
    let file = "nb201-zero-cost-724.csv.gz";
    let Some(theirs) = published(file, "724 counts of NAS-Bench-201") else {
        return;
    };
    let ours = counts("nas_bench_201", &EDGES);
    assert_eq!(ours.len(), 15_625);
    // Stem, two residual blocks and the classifier: what is left when no edge brings anything.
    let smallest = ours.iter().map(|(_, macs, params)| (*macs, *params)).min();
    assert_eq!(smallest, Some((7_783_040, 73_178)));
    let ours: BTreeMap<String, (Vec<String>, u64, u64)> =
        ours.into_iter().map(|row| (arrows(&row.0), row)).collect();
    let mut compared = 0;
    for row in theirs.iter().filter(|r| r["dataset"] == "cifar10") {
        let (ops, macs, params) = &ours[&row["arch"]];
        let millions = |column: &str| row[column].parse::<f64>().expect("a number") * 1e6;
        // 128 parameters are a normalisation before the pooling; the table has six digits.
        let missing = millions("params") - *params as f64;
        assert!((missing - 128.0).abs() <= 5.0, "{}: {missing}", row["arch"]);
        // Their FLOPs are our MACs, three for each output of a convolution of a cell (normalisation and
        // activation), nine for each output of a pooling, and 160,830 outside of the cells.
        let count = |op: &str| ops.iter().filter(|o| *o == op).count() as f64;
        let outputs = 5.0 * f64::from(16 * 1024 + 32 * 256 + 64 * 64);
        let convs = count("nor_conv_1x1") + count("nor_conv_3x3");
        let rest = outputs * (3.0 * convs + 9.0 * count("avg_pool_3x3"));
        let left = millions("flops") - *macs as f64 - rest;
        assert!((left - 160_830.0).abs() <= 510.0, "{}: {left}", row["arch"]);
        compared += 1;
    }
    assert_eq!(compared, 724);
}

/// The name of a cell as NAS-Bench-201 writes it.
fn arrows(ops: &[String]) -> String {
    let [a, b, c, d, e, f] = ops else {
        panic!("six edges");
    };
    format!("|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|{f}~2|")
}

#[test]
fn the_published_eyeriss_latencies_price_a_pooling_like_a_convolution() {
    let file = "nasbench201.csv.gz";
    let Some(rows) = published(file, "15,625 latencies of NAS-Bench-201") else {
        return;
    };
    for row in &rows {
        let count = |op: &str| row["arch"].matches(op).count() as f64;
        let wide = count("nor_conv_3x3") + count("avg_pool_3x3");
        let linear = 1.6795 + 1.4746 * wide + 0.2458 * count("nor_conv_1x1");
        let latency: f64 = row["eyeriss_latency_ms"].parse().expect("a number");
        // Five digits are published.
        assert!(
            (latency - linear).abs() < 6e-4,
            "{}: {latency}",
            row["arch"]
        );
    }
    assert_eq!(rows.len(), 15_625);
}

#[test]
fn the_transnas_space_has_its_networks_and_two_heads() {
    let text = "use std.spaces.transnas_micro.{transnas_micro}\n\
        let fixed = transnas_micro with {\n  e01 = conv3x3, e02 = conv3x3, e12 = conv3x3, e03 = conv3x3, e13 = conv3x3, e23 = conv3x3\n}\n\
        space(transnas_micro)\nlayers(fixed)\nlayers(fixed with { head.take = segmentsemantic })\n";
    let done = run("tables.nasaic", text);
    assert_eq!(done.shown(0)["points"], "4096");
    let rows = |n: usize| done.shown(n)["rows"].as_array().expect("rows").clone();
    let params = |n: usize| -> u64 { rows(n).iter().filter_map(|r| r["params"].as_u64()).sum() };
    // Stem 928 + 18,560; ten cells of six 3×3 convolutions, in the halving ones three of them from half the channels.
    let conv = |from: u64, to: u64| 9 * from * to + 2 * to;
    let cell = |from: u64, to: u64| 3 * conv(from, to) + 3 * conv(to, to);
    let stages = [(64, 128), (128, 256)];
    let body: u64 = stages
        .iter()
        .map(|(a, b)| cell(*a, *b) + 3 * cell(*b, *b))
        .sum();
    let body = 928 + 18_560 + body + cell(256, 512) + cell(512, 512);
    assert_eq!(params(1), body + 512 * 75 + 75);
    let up = |from: u64, to: u64| 9 * from * to + 2 * to;
    let decoder = up(512, 1024)
        + up(1024, 512)
        + up(512, 256)
        + up(256, 128)
        + up(128, 64)
        + up(64, 32)
        + up(32, 32)
        + 9 * 32 * 17
        + 17;
    assert_eq!(params(2), body + decoder);
    let shape = rows(2).last().expect("a layer")["shape"].clone();
    assert_eq!(shape, "17×256×256");
}

/// The recipe of our own table, for some of its networks, gives the rows of the file to the byte.
#[test]
fn our_own_table_is_what_its_recipe_trains() {
    let text = read("examples/digits_table.nasaic").replace(
        "algorithm = exhaustive",
        "algorithm = random, evaluations = 3, seed = 2",
    );
    let files = written("examples/digits_table.nasaic", &text);
    assert_eq!(files.len(), 2);
    for (name, content) in files {
        let table = read(&format!("stdlib/tables/{name}"));
        assert_eq!(table.lines().count(), 1 + 768, "{name}");
        let content = String::from_utf8(content).expect("text");
        assert_eq!(content.lines().count(), 1 + 3, "{name}");
        for line in content.lines() {
            assert!(table.lines().any(|l| l == line), "{name} has no `{line}`");
        }
    }
}

#[test]
fn our_own_table_has_every_network_of_its_space() {
    let text = "use std.spaces.{digits_cnn}\nuse std.accel.{eyeriss_like}\n\
        workload known {\n  task classify {\n    network = digits_cnn\n    \
        accuracy = table(\"std/tables/digits.csv\", trials = [seed_1, seed_2, seed_3])\n  }\n}\n\
        let all = sweep(known, eyeriss_like)\nall.count\nall.best.classify.accuracy\nall.best.stem.filters\n";
    let done = run("own.nasaic", text);
    assert_eq!(done.ended, Some(Ended::Done), "{}", done.messages);
    assert_eq!(done.shown(0).as_f64(), Some(768.0));
}

/// What the page says of our own table follows from its rows.
#[test]
fn the_page_tells_what_our_own_table_holds() {
    let page = read("docs/tables.md");
    let mut spread = [String::new(), String::new()];
    let mut noise = [String::new(), String::new()];
    for (at, file) in ["digits.csv", "digits_test.csv"].iter().enumerate() {
        let table = read(&format!("stdlib/tables/{file}"));
        let seeds = |line: &str| -> Vec<f64> {
            let cells: Vec<&str> = line.split(',').collect();
            let last = &cells[cells.len() - 3..];
            last.iter()
                .map(|cell| cell.parse().expect("a score"))
                .collect()
        };
        let trials: Vec<Vec<f64>> = table.lines().skip(1).map(seeds).collect();
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
        let mut means: Vec<f64> = trials.iter().map(|of| mean(of)).collect();
        means.sort_by(f64::total_cmp);
        let (worst, best) = (means[0], means[means.len() - 1]);
        spread[at] = format!("{worst:.3}, {:.3}, {best:.3}", median(&means));
        let mut errors: Vec<f64> = trials
            .iter()
            .map(|of| {
                let squares = of.iter().map(|x| (x - mean(of)) * (x - mean(of)));
                (squares.sum::<f64>() / 6.0).sqrt()
            })
            .collect();
        errors.sort_by(f64::total_cmp);
        noise[at] = format!("{:.3}", median(&errors));
    }
    let [held_out, tested] = spread;
    let line = format!("| worst, median, best mean of three seeds | {held_out} | {tested} |");
    assert!(page.contains(&line), "the page lacks `{line}`");
    let line = format!("| median standard error | {} | {} |", noise[0], noise[1]);
    assert!(page.contains(&line), "the page lacks `{line}`");
}

/// The middle of sorted values.
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[half])
}

/// Scripts that need a published table.
pub const SCRIPTS: &[&str] = &[
    "fpga_coexplore",
    "fpga_fnas",
    "nas_bench_201",
    "nas_bench_macro",
    "proxies",
    "proxies_transnas",
    "transnas",
    "transnas_race",
    "transnas_shared",
];

fn script(name: &str) -> Done {
    let path = format!("examples/{name}.nasaic");
    run(&path, &read(&path))
}

#[test]
fn a_script_without_its_table_says_where_it_comes_from() {
    if reference().is_some() {
        eprintln!("SKIPPED: scripts without their table; NASAIC_REFERENCE is set");
        return;
    }
    for name in SCRIPTS {
        let done = script(name);
        assert_eq!(done.ended, None, "{name}");
        assert!(
            done.codes.iter().all(|c| c == "E0705"),
            "{name}: {:?}",
            done.codes
        );
        for words in ["It comes from ", "NASAIC_DATA", "https://"] {
            assert!(done.messages.contains(words), "{name}:\n{}", done.messages);
        }
    }
}

#[test]
fn two_trained_tasks_are_searched_with_their_accelerator() {
    if reference().is_none() {
        eprintln!("SKIPPED: a search of examples/transnas.nasaic; set NASAIC_REFERENCE");
        return;
    }
    let done = script("transnas");
    assert_eq!(done.ended, Some(Ended::Done), "{}", done.messages);
    let best = done.shown(1);
    assert_eq!(best["satisfied"], true);
    assert_eq!(best["tasks"].as_array().map(Vec::len), Some(2), "{best}");
    // The space: two networks of six edges with four operations, and two sub-accelerators.
    assert_eq!(
        done.shown(0)["points"],
        (4_096u64.pow(2) * 65_025).to_string()
    );
}

#[test]
fn pruning_before_training_changes_no_outcome_and_saves_trainings() {
    if reference().is_none() {
        eprintln!("SKIPPED: early pruning on NAS-Bench-Macro; set NASAIC_REFERENCE");
        return;
    }
    let done = run(
        "examples/pruning.nasaic",
        "use fpga_fnas.{tight, evolution_plain, evolution_pruned}\n\
         table(compare(tight, [evolution_plain, evolution_pruned], evaluations = 100, seeds = 1..3), \
         columns = [best, trained])\n",
    );
    let rows = done.shown(0)["table"]["rows"].clone();
    let cell = |row: usize, column: usize| rows[row][column].as_f64().expect("a number");
    // The first column is the strategy.
    assert_eq!(cell(0, 1), cell(1, 1), "{rows}");
    assert_eq!(cell(0, 2), 100.0, "{rows}");
    assert!(cell(1, 2) < 80.0, "{rows}");
}
