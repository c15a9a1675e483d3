//! What every SVG must be: valid, complete, inside its frame, the same each time.

#[path = "../examples/gallery/synthetic.rs"]
mod synthetic;

use nasaic_plot::{
    Axis, Bars, Bound, Boxes, Chain, Chart, Direction, Figure, Gantt, GanttEntry, Heatmap, Limit,
    Line, LinePoint, Lines, LoopNest, PlotError, Point, Roofline, Scatter, Segment, Series, svg,
};
use roxmltree::Document;

fn draw(chart: impl Into<Chart>) -> String {
    svg(&Figure::new("title", chart)).expect("the figure is drawn")
}

/// All texts of a document, in order.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("the document is valid");
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts
        .map(|n| n.text().unwrap_or_default().trim().to_owned())
        .collect()
}

fn has(svg: &str, wanted: &str) -> bool {
    texts(svg).iter().any(|text| text.contains(wanted))
}

/// The corners of everything that is drawn.
fn corners(svg: &str) -> Vec<(f64, f64)> {
    let document = Document::parse(svg).expect("the document is valid");
    let mut corners = Vec::new();
    for node in document.descendants() {
        let number = |name| node.attribute(name).and_then(|v| v.parse::<f64>().ok());
        let mut corner = |x: Option<f64>, y: Option<f64>| corners.extend(x.zip(y));
        corner(number("x"), number("y"));
        corner(number("x1"), number("y1"));
        corner(number("x2"), number("y2"));
        corner(number("cx"), number("cy"));
        if let (Some(x), Some(y)) = (number("x"), number("y")) {
            corner(
                number("width").map(|w| x + w),
                number("height").map(|h| y + h),
            );
        }
        for pair in node
            .attribute("points")
            .unwrap_or_default()
            .split_whitespace()
        {
            let (x, y) = pair.split_once(',').expect("a point has two coordinates");
            corner(x.parse().ok(), y.parse().ok());
        }
    }
    corners
}

#[test]
fn every_chart_is_valid_and_stays_inside_its_frame() {
    for (name, chart) in synthetic::charts() {
        let svg = draw(chart);
        assert!(svg.len() < 1_000_000, "{name} has {} bytes", svg.len());
        let document = Document::parse(&svg).unwrap();
        let frame: Vec<f64> = document
            .root_element()
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .map(|v| v.parse().unwrap())
            .collect();
        for (x, y) in corners(&svg) {
            let inside = (0.0..=frame[2]).contains(&x) && (0.0..=frame[3]).contains(&y);
            assert!(inside, "{name}: {x}, {y} outside of {frame:?}");
        }
    }
}

#[test]
fn very_much_data_stays_a_small_document_and_the_caption_says_how() {
    let many = |n: usize| (0..n).map(|i| format!("name {i}")).collect::<Vec<_>>();
    let value = |i: usize| (i * 7919 % 1013) as f64;
    let heatmap = Heatmap {
        rows: many(500),
        columns: many(300),
        values: (0..500 * 300).map(|i| Some(value(i))).collect(),
        ..Heatmap::default()
    };
    let segment = |name: String| Segment {
        name,
        values: (0..5000).map(value).collect(),
    };
    let bars = Bars {
        categories: many(5000),
        segments: many(50).into_iter().map(segment).collect(),
        ..Bars::default()
    };
    let points = (0..20_000).map(|i| Point::new(value(i), value(i * i)).label("label"));
    let scatter = Scatter {
        series: vec![Series {
            points: points.collect(),
            ..Series::default()
        }],
        ..Scatter::default()
    };
    let curve = |name: String| Line {
        name,
        points: (0..20_000)
            .map(|i| LinePoint {
                x: i as f64,
                y: value(i),
                band: Some((value(i) - 9.0, 999.0)),
            })
            .collect(),
        step: true,
        faint: false,
    };
    let lines = Lines {
        lines: many(5).into_iter().map(curve).collect(),
        ..Lines::default()
    };
    let charts: [(Chart, &str); 4] = [
        (
            heatmap.into(),
            "One in 7 rows and one in 3 columns is drawn.",
        ),
        (bars.into(), "The first 100 of 5000 bars are drawn."),
        (scatter.into(), "of 20,000 points are drawn"),
        (lines.into(), "name 4"),
    ];
    for (chart, note) in charts {
        let svg = draw(chart);
        assert!(svg.len() < 1_000_000, "{note}: {} bytes", svg.len());
        assert!(has(&svg, note), "{note}: {:?}", texts(&svg).pop());
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    for ((name, chart), (_, again)) in synthetic::charts().into_iter().zip(synthetic::charts()) {
        assert_eq!(draw(chart), draw(again), "{name}");
    }
}

#[test]
fn a_figure_survives_being_written_down() {
    for (name, chart) in synthetic::charts() {
        let figure = Figure::new(name, chart).caption("caption");
        let json = serde_json::to_string(&figure).unwrap();
        assert_eq!(serde_json::from_str::<Figure>(&json).unwrap(), figure);
    }
}

#[test]
fn names_and_units_are_written() {
    let wanted = [
        (
            "pareto",
            &[
                "latency (ms)",
                "accuracy",
                "feasible",
                "Pareto front",
                "design 17",
            ][..],
        ),
        (
            "pareto_many",
            &["of 100,000 points are drawn", "latency ≤ 7 ms"],
        ),
        ("pareto_uncertain", &["accuracy", "best"]),
        (
            "scatter_color",
            &["latency (cycles)", "energy (µJ)", "10⁷", "target"],
        ),
        (
            "convergence",
            &["best energy so far (µJ)", "evolution", "known optimum"],
        ),
        ("learning_curves", &["network 3", "rung 1", "epoch"]),
        (
            "heatmap",
            &[
                "core.pes",
                "core.bandwidth (GB/s)",
                "latency (ms)",
                "27.2",
                "1024",
            ],
        ),
        ("energy_breakdown", &["conv4", "dram", "energy (µJ)"]),
        ("energy_breakdown_many", &["stage3.block5.conv", "glb"]),
        ("distributions", &["flow 3", "unlimited", "ratio"]),
        (
            "roofline",
            &[
                "performance (Gops/s)",
                "ridge 32 ops/B",
                "DRAM 16 GB/s",
                "conv2_2",
            ],
        ),
        (
            "schedule",
            &[
                "a1 (weight stationary)",
                "segment (U-Net)",
                "deadline 620 µs",
            ],
        ),
        (
            "loop_nest",
            &[
                "store glb keeps I O (256 KiB)",
                "over columns →",
                "implied loop",
            ],
        ),
        (
            "chain",
            &[
                "latency 9300 cycles",
                "waits for dram",
                "NoC (16 B/cycle)",
                "56 %",
                "store rf keeps W (64 B)",
            ],
        ),
    ];
    for ((name, chart), (same, wanted)) in synthetic::charts().into_iter().zip(wanted) {
        assert_eq!(name, same);
        let svg = draw(chart);
        for text in wanted {
            assert!(has(&svg, text), "{name} lacks `{text}`");
        }
    }
}

#[test]
fn without_data_the_picture_says_so() {
    let charts: [Chart; 9] = [
        Scatter::default().into(),
        Lines::default().into(),
        Heatmap::default().into(),
        Bars::default().into(),
        Boxes::default().into(),
        Roofline::default().into(),
        Gantt::default().into(),
        LoopNest::default().into(),
        Chain::default().into(),
    ];
    for chart in charts {
        let svg = draw(chart.clone());
        assert!(has(&svg, "Nothing to show"), "{chart:?}");
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let points = [
        (1.0, 1.0),
        (f64::NAN, 1.0),
        (f64::INFINITY, 2.0),
        (-1.0, 2.0),
        (0.0, 2.0),
    ];
    let chart = Scatter {
        x: Axis::new("x").log(),
        series: vec![Series {
            points: points.map(|(x, y)| Point::new(x, y)).to_vec(),
            ..Series::default()
        }],
        ..Scatter::default()
    };
    let svg = draw(chart);
    assert!(has(
        &svg,
        "Left out: 2 values that are not a finite number."
    ));
    assert!(has(
        &svg,
        "Left out: 2 values that are not positive, on a logarithmic axis."
    ));
}

#[test]
fn a_limit_far_away_is_named_and_does_not_squash_the_data() {
    let limit = |value, label: &str| Limit {
        axis: Direction::X,
        value,
        label: label.into(),
        bound: Some(Bound::AtMost),
    };
    let points = vec![Point::new(1.0, 1.0), Point::new(2.0, 2.0)];
    let chart = Scatter {
        series: vec![Series {
            points,
            ..Series::default()
        }],
        limits: vec![limit(2.5, "x ≤ 2.5"), limit(1e6, "x ≤ 10⁶")],
        ..Scatter::default()
    };
    let svg = draw(chart);
    assert!(texts(&svg).contains(&"x ≤ 2.5".to_owned()));
    assert!(has(&svg, "Outside the picture: x ≤ 10⁶."));
}

#[test]
fn text_is_escaped() {
    let title = "a < b & \"c\" > 'd' \u{1} é";
    let svg = svg(&Figure::new(title, LoopNest::default())).unwrap();
    assert!(has(&svg, "a < b & \"c\" > 'd'   é"), "{:?}", texts(&svg));
}

#[test]
fn contradictions_are_errors() {
    let heatmap = Heatmap {
        rows: vec!["a".into()],
        ..Heatmap::default()
    };
    let wrong: [Chart; 3] = [
        Heatmap {
            values: vec![Some(1.0)],
            ..heatmap
        }
        .into(),
        Bars {
            categories: vec!["a".into(), "b".into()],
            segments: vec![Segment {
                name: "s".into(),
                values: vec![1.0],
            }],
            ..Bars::default()
        }
        .into(),
        Gantt {
            entries: vec![GanttEntry::default()],
            ..Gantt::default()
        }
        .into(),
    ];
    for chart in wrong {
        let error = svg(&Figure::new("", chart)).unwrap_err();
        assert!(matches!(error, PlotError::Shape(_)), "{error}");
    }
}

#[test]
fn small_pictures_stay_as_they_are() {
    for (name, chart) in synthetic::charts() {
        if matches!(name, "schedule" | "loop_nest" | "chain") {
            insta::assert_snapshot!(name, draw(chart));
        }
    }
}

/// How many straight strokes a document has.
fn strokes(svg: &str) -> usize {
    let document = Document::parse(svg).expect("the document is valid");
    document
        .descendants()
        .filter(|n| n.has_tag_name("line"))
        .count()
}

#[test]
fn a_point_with_an_error_has_a_bar_with_two_ends() {
    let chart = |error| Scatter {
        y: Axis::new("accuracy").log(),
        series: vec![Series {
            points: vec![
                Point::new(1.0, 1.0),
                Point::new(2.0, 4.0).errors(None, error),
                Point::new(3.0, 9.0),
            ],
            ..Series::default()
        }],
        ..Scatter::default()
    };
    let without = strokes(&draw(chart(None)));
    assert_eq!(strokes(&draw(chart(Some(2.0)))), without + 3);
    // What would end below zero has no place on a logarithmic axis.
    assert_eq!(strokes(&draw(chart(Some(5.0)))), without);
}

#[test]
fn a_faint_line_has_neither_name_nor_band() {
    let line = |name: &str, faint| Line {
        name: name.into(),
        points: [1.0, 2.0]
            .map(|x| LinePoint {
                x,
                y: x,
                band: Some((0.5, 2.5)),
            })
            .to_vec(),
        step: false,
        faint,
    };
    let chart = |faint| Lines {
        lines: vec![line("seen", false), line("other", faint)],
        ..Lines::default()
    };
    let bands = |svg: &str| svg.matches("<polygon").count();
    let (both, one) = (draw(chart(false)), draw(chart(true)));
    assert!(has(&both, "other") && !has(&one, "other"));
    assert_eq!(bands(&one) + 1, bands(&both));
}
