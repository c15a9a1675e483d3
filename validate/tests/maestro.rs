//! Comparisons with MAESTRO: the shipped table, broken and unknown ones.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

use std::io::Write;

use nasaic_cost::maestro::Dimension;
use nasaic_validate::data::Folder;
use nasaic_validate::maestro::default_model::DefaultModel;
use nasaic_validate::maestro::{compare, ratios::Ratios, rows};
use nasaic_validate::report::{Section, Verdict};

fn reference() -> Folder {
    std::env::var_os("NASAIC_REFERENCE").map_or(Folder::Shipped, Folder::from)
}

/// The comparison with a folder of the given tables, packed.
fn with_tables(label: &str, tables: &[(&str, &[u8])]) -> Section {
    let folder =
        std::env::temp_dir().join(format!("nasaic-maestro-{label}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in tables {
        let file = std::fs::File::create(folder.join(name)).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap();
    }
    let section = compare(&Folder::from(&folder));
    std::fs::remove_dir_all(&folder).unwrap();
    section
}

const HEAD: &str = "net,layer,type,N,K,C,R,S,Y_in,X_in,stride,true_macs,dataflow,pes,noc_bw,status,\
                    maestro_macs,runtime_cycles\n";

fn row(kind: &str, dataflow: &str, cycles: &str) -> String {
    format!("n,l,{kind},1,1,64,3,3,10,10,1,36864,{dataflow},64,8,ok,36864,{cycles}\n")
}

fn of(section: &Section, what: &str) -> (Verdict, String) {
    let line = section
        .lines
        .iter()
        .find(|l| l.what.starts_with(what))
        .unwrap();
    (line.verdict, line.figure.clone())
}

#[test]
fn the_view_is_within_its_bars() {
    let section = compare(&reference());
    for line in &section.lines {
        println!(
            "{:?} {} | {} | {}",
            line.verdict, line.what, line.figure, line.bar
        );
    }
    for table in &section.tables {
        println!("{}\n{}", table.caption, table.columns.join(" | "));
        for row in &table.rows {
            assert_eq!(row.len(), table.columns.len(), "{}", table.caption);
            println!("{}", row.join(" | "));
        }
    }
    if section.lines.iter().any(|l| l.what == "latencies") {
        eprintln!("skipped: no table of MAESTRO in {}", reference());
        return;
    }
    assert!(!section.falls_short());
    for dataflow in ["kcp_ws", "ckp_ws", "xp_ws", "rs", "nlr"] {
        assert_eq!(of(&section, dataflow).0, Verdict::Pass, "{dataflow}");
    }
    for dataflow in ["yxp_os", "ykp_os"] {
        assert_eq!(of(&section, dataflow).0, Verdict::Info, "{dataflow}");
    }
}

#[test]
fn without_bandwidth_limits_the_default_model_only_lacks_the_wait_of_clusters() {
    let rows = rows::read(&reference()).rows;
    let mut model = DefaultModel::default();
    let unlimited = rows.iter().map(|r| r.noc_bw).max();
    for row in rows.iter().filter(|r| Some(r.noc_bw) == unlimited) {
        let taps = [Dimension::R, Dimension::S].map(|d| row.shape.size(d).unwrap());
        let products = f64::from(taps[0] * taps[1]);
        let known = match row.dataflow.as_str() {
            "nlr" | "xp_ws" => 1.0,
            "kcp_ws" | "ckp_ws" | "ykp_os" => products / (products + 1.0),
            _ => continue,
        };
        // Depthwise layers do not import with a spread of their channels, and where a stride is
        // larger than the filter MAESTRO walks columns that no window looks at.
        let Ok(cost) = model.cost(row) else { continue };
        if row.shape.stride[1] <= taps[1] {
            let ratio = cost.cycles as f64 / row.cycles as f64;
            assert!(
                (ratio - known).abs() < 0.05,
                "{} {}: {ratio} {known}",
                row.at,
                row.layer
            );
        }
    }
}

#[test]
fn a_folder_without_tables_is_skipped() {
    let section = compare(&Folder::from("nowhere"));
    assert_eq!(section.lines.len(), 1);
    assert_eq!(section.lines[0].verdict, Verdict::Skipped);
}

#[test]
fn several_tables_count_together_and_bars_can_be_missed() {
    let good = format!("{HEAD}{}", row("CONV", "nlr", "1224"));
    let bad = format!("{HEAD}{0}{0}", row("CONV", "nlr", "9999"));
    let section = with_tables(
        "several",
        &[
            ("maestro-2022.csv.gz", good.as_bytes()),
            ("maestro-2022-more.csv.gz", bad.as_bytes()),
        ],
    );
    let (verdict, figure) = of(&section, "nlr: maestro_noc ÷");
    assert_eq!(verdict, Verdict::Short);
    assert!(figure.contains("3 rows"), "{figure}");
    assert_eq!(of(&section, "kcp_ws").0, Verdict::Skipped);
}

#[test]
fn depthwise_rows_compare_however_their_filters_are_counted() {
    for filters in ["1", "64"] {
        let text = format!(
            "{HEAD}{}",
            row("DSCONV", "xp_ws", "1").replacen("1,1,64", &format!("1,{filters},64"), 1)
        );
        let section = with_tables(
            &format!("depthwise{filters}"),
            &[("maestro-2022.csv.gz", text.as_bytes())],
        );
        assert_eq!(
            of(&section, "maestro_noc: multiplications").1,
            "those of the layer in 1 of 1 rows"
        );
    }
}

#[test]
fn rows_that_maestro_gets_wrong_are_set_aside() {
    let wrong = row("CONV", "nlr", "5").replace("ok,36864", "ok,-3456");
    let failed = row("CONV", "nlr", "").replace("ok,36864", "fail,");
    let text = format!("{HEAD}{wrong}{failed}");
    let section = with_tables("aside", &[("maestro-2022.csv.gz", text.as_bytes())]);
    assert!(of(&section, "rows set aside").1.starts_with("2:"));
    assert!(!section.falls_short());
}

#[test]
fn unknown_dataflows_are_reported() {
    let text = format!("{HEAD}{}", row("CONV", "zigzag", "5"));
    let section = with_tables("unknown", &[("maestro-2022.csv.gz", text.as_bytes())]);
    let (verdict, figure) = of(&section, "zigzag");
    assert_eq!(verdict, Verdict::Skipped);
    assert!(
        figure.starts_with("1 rows of an unknown dataflow"),
        "{figure}"
    );
}

#[test]
fn records_that_cannot_be_read_are_listed_with_their_line() {
    let text = format!(
        "{HEAD}{}{}{}n,l\n{}",
        row("CONV", "nlr", "many"),
        row("FC", "nlr", "5"),
        row("CONV", "nlr", "0"),
        row("CONV", "nlr", "5").replace("10,10", "2,2"),
    );
    let section = with_tables("broken", &[("maestro-2022.csv.gz", text.as_bytes())]);
    let short = section
        .lines
        .iter()
        .filter(|l| l.verdict == Verdict::Short && l.what == "record");
    let figures: Vec<&str> = short.map(|l| l.figure.as_str()).collect();
    assert_eq!(figures.len(), 5, "{figures:?}");
    for (line, figure) in (2..).zip(&figures) {
        assert!(figure.contains(&format!("line {line}:")), "{figure}");
    }
    let noise: Vec<u8> = (0..2000_u32).map(|i| (i * 7919 % 251) as u8).collect();
    let section = with_tables("noise", &[("maestro-2022.csv.gz", &noise)]);
    assert!(section.falls_short());
}

#[test]
fn long_lists_of_unreadable_records_are_cut() {
    let text = format!("{HEAD}{}", row("CONV", "nlr", "x").repeat(30));
    let section = with_tables("long", &[("maestro-2022.csv.gz", text.as_bytes())]);
    let mut listed = section.lines.iter().filter(|l| l.what == "record");
    assert_eq!(listed.clone().count(), 11);
    assert_eq!(listed.next_back().unwrap().figure, "20 more records");
}

#[test]
fn quantiles_are_of_the_nearest_rank() {
    let ratios = Ratios::new([(0, 3, 2), (1, 2, 2), (2, 1, 2)]);
    assert_eq!(ratios.quantile(0.0), Some((0.5, 2)));
    assert_eq!(ratios.quantile(0.5), Some((1.0, 1)));
    assert_eq!(ratios.quantile(1.0), Some((1.5, 0)));
    assert_eq!(ratios.within(0.15), 1.0 / 3.0);
    assert_eq!(ratios.equal(), 1.0 / 3.0);
    assert_eq!(Ratios::default().quantile(0.5), None);
}
