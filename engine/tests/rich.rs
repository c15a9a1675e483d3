//! What is shown as mime bundles: every form says the same, and nothing of it becomes markup.

use nasaic_dsl::world::Memory;
use nasaic_engine::{Bundle, Cell, Ended, Engine, Head, Output, Part, Shown, Table};
use nasaic_plot::{Figure, Gantt, GanttEntry, Point, Scatter, Series};

const HTML: &str = "text/html";
const PLAIN: &str = "text/plain";
const VEGA: &str = "application/vnd.vegalite.v5+json";

fn table(rows: usize) -> Table {
    Table {
        title: "a < b".into(),
        columns: vec![
            Head::plain("layer"),
            Head::new("latency", "ms"),
            Head::plain("fits"),
        ],
        rows: (0..rows)
            .map(|i| {
                vec![
                    Cell::text(format!("<conv{i}>")),
                    Cell::Number(i as f64 * 1000.0),
                    Cell::Truth(i % 2 == 0),
                ]
            })
            .collect(),
        notes: vec!["<note>".into()],
    }
}

fn scatter() -> Figure {
    let points = vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)];
    let series = vec![Series {
        name: "all".into(),
        points,
        mark: None,
    }];
    let scatter = Scatter {
        series,
        ..Scatter::default()
    };
    Figure::new("two points", scatter)
}

fn forms(bundle: &Bundle) -> Vec<&str> {
    bundle.0.keys().map(String::as_str).collect()
}

#[test]
fn a_table_is_a_table() {
    let bundle = Part::Table(table(3)).bundle();
    assert_eq!(forms(&bundle), [HTML, PLAIN]);
    assert_eq!(bundle.text(PLAIN).unwrap(), table(3).to_string());
    let html = bundle.text(HTML).unwrap();
    assert_eq!(html.matches("<tr>").count(), 4);
    assert!(html.contains(">a &lt; b</caption>"), "{html}");
    assert!(html.contains(">latency (ms)</th>"), "{html}");
    assert!(
        html.contains("text-align:right;padding:.15em .6em;\">2,000</td>"),
        "{html}"
    );
    assert!(
        html.contains("text-align:left;padding:.15em .6em;\">&lt;conv1&gt;</td>"),
        "{html}"
    );
    assert!(html.contains(">&lt;note&gt;</div>"), "{html}");
}

#[test]
fn a_long_table_says_what_it_leaves_out() {
    let rows = |n| {
        Part::Table(table(n))
            .bundle()
            .text(HTML)
            .unwrap()
            .to_owned()
    };
    let (all, some) = (rows(200), rows(1234));
    assert_eq!(all.matches("<tr>").count(), 201);
    assert_eq!(some.matches("<tr>").count(), 201);
    assert!(some.contains("… and 1,034 more rows"));
    assert!(!all.contains("more rows"));
}

#[test]
fn a_figure_has_every_form() {
    let bundle = Part::Figure(scatter()).bundle();
    assert_eq!(forms(&bundle), [VEGA, "image/svg+xml", PLAIN]);
    assert!(bundle.text("image/svg+xml").unwrap().starts_with("<svg "));
    let points = bundle.0[VEGA]["layer"][0]["data"]["values"].as_array();
    assert_eq!(points.unwrap().len(), 2);
    let words = bundle.text(PLAIN).unwrap();
    assert!(
        words.contains("two points") && words.contains("all (2 points)"),
        "{words}"
    );
}

#[test]
fn a_figure_that_cannot_be_drawn_says_why() {
    let gantt = Gantt {
        entries: vec![GanttEntry::default()],
        ..Gantt::default()
    };
    let bundle = Part::Figure(Figure::new("schedule", gantt)).bundle();
    assert_eq!(forms(&bundle), [PLAIN]);
    assert!(bundle.text(PLAIN).unwrap().contains("contradicts itself"));
}

#[test]
fn texts_that_follow_each_other_are_one() {
    let text = |t: &str| Part::Text(t.to_owned());
    let output = Output {
        source: "x".into(),
        parts: vec![
            text("all specs met\n  ✓ latency <7 ms\n"),
            text("more\n"),
            Part::Table(table(1)),
            text("last\n"),
        ],
        json: serde_json::Value::Null,
    };
    let bundles = output.bundles();
    assert_eq!(bundles.len(), 3);
    let plain = bundles[0].text(PLAIN).unwrap();
    assert_eq!(plain, "all specs met\n  ✓ latency <7 ms\n\nmore\n");
    let html = bundles[0].text(HTML).unwrap();
    assert!(
        html.contains("</b> latency &lt;7 ms\n\nmore</pre>"),
        "{html}"
    );
}

#[test]
fn every_result_of_a_program_has_plain_text_and_a_page_or_a_picture() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let mut shown = Shown::default();
    let program = include_str!("rich.nasaic");
    let (checked, report) = engine.cell(program, &mut shown);
    let told = nasaic_dsl::render::plain(engine.sources(), &checked.diagnostics);
    let report = report.unwrap_or_else(|| panic!("{told}"));
    assert_eq!(report.ended, Ended::Done, "{:?}", report.diagnostics);
    let bundles: Vec<Bundle> = shown.outputs.iter().flat_map(Output::bundles).collect();
    let with = |mime: &str| bundles.iter().filter(|b| b.0.contains_key(mime)).count();
    assert_eq!(with(PLAIN), bundles.len());
    assert_eq!(with(HTML) + with("image/svg+xml"), bundles.len());
    assert!(with(VEGA) >= 3 && with(HTML) >= 2);
}

#[test]
fn results_searches_and_spaces_are_tables_with_units() {
    let mut engine = Engine::new(Box::new(Memory::default()));
    let mut shown = Shown::default();
    let program = "
use std.nets.{resnet18}
use std.accel.{eyeriss_like}
problem p {
  workload = resnet18
  on = eyeriss_like with { core.pes in 32..64 step 32 }
  require latency < 1 s
  require utilization > 0.999
  minimize latency
}
strategy all { algorithm = exhaustive }
search(p, all)
space(p)
";
    let (_, report) = engine.cell(program, &mut shown);
    assert_eq!(report.map(|r| r.ended), Some(Ended::Done));
    let bundles: Vec<Bundle> = shown.outputs.iter().flat_map(Output::bundles).collect();
    let [search, space] = &bundles[..] else {
        panic!("{} bundles", bundles.len());
    };
    let html = search.text(HTML).unwrap();
    assert!(!html.contains("<pre"), "{html}");
    for part in [
        ">all (exhaustive, seed ",
        ">designs</th>",
        ">INFEASIBLE: 1 of 2 specs not met</caption>",
        ">✓</b></td>",
        ">✗</b></td>",
        ">room (%)</th>",
        ">latency (ms)</th>",
        ">cycles</th>",
        ">area (um^2)</th>",
        ">bandwidth (GB/s)</th>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let html = space.text(HTML).unwrap();
    assert!(html.contains(">p: 1 decisions</caption>"), "{html}");
    assert!(
        html.contains(">{32, 64}</td>") || html.contains("32..64"),
        "{html}"
    );
}
