//! A specification shows what the SVG shows.

use super::*;
use crate::chart::tests::synthetic;
use crate::drawing::{Rect, Shape};
use crate::palette::{Color, series};
use crate::{chart, figure::*};
use std::collections::BTreeSet;

fn gallery() -> impl Iterator<Item = (&'static str, Figure)> {
    let figure = |(name, chart)| (name, Figure::new(name, chart).caption("A caption."));
    synthetic::charts().into_iter().map(figure)
}

fn one(name: &str) -> Figure {
    let mut all = gallery();
    all.find(|(own, _)| *own == name).unwrap().1
}

fn shapes(figure: &Figure) -> Vec<Shape> {
    chart::draw(figure).unwrap().0.shapes
}

fn texts(figure: &Figure) -> BTreeSet<String> {
    let text = |shape| match shape {
        Shape::Text(text) => Some(text.text),
        _ => None,
    };
    shapes(figure).into_iter().filter_map(text).collect()
}

/// All layers of a specification.
fn layers(spec: &Value) -> Vec<&Value> {
    let views = spec["vconcat"].as_array().into_iter().flatten();
    let views = views.chain([spec]);
    views
        .flat_map(|view| view["layer"].as_array().into_iter().flatten())
        .collect()
}

/// The rows of the layers of a mark that have a tooltip with such a field.
fn rows<'a>(spec: &'a Value, mark: &str, field: &str) -> Vec<&'a Value> {
    let asked = |layer: &&Value| {
        let tips = layer["encoding"]["tooltip"].as_array();
        let has = tips.is_some_and(|tips| tips.iter().any(|tip| tip["field"] == field));
        layer["mark"]["type"] == mark && has
    };
    let layers = layers(spec).into_iter().filter(asked);
    layers
        .flat_map(|l| l["data"]["values"].as_array().unwrap())
        .collect()
}

/// How many filled shapes have such a colour, whatever their opacity.
fn filled(figure: &Figure, wanted: impl Fn(Color, Option<Rect>) -> bool) -> usize {
    let shapes = shapes(figure).into_iter();
    shapes
        .filter(|shape| match shape {
            Shape::Rect { rect, fill } => wanted(*fill, Some(*rect)),
            Shape::Disc { fill, .. } | Shape::Polygon { fill, .. } => wanted(*fill, None),
            _ => false,
        })
        .count()
}

fn is_series(color: Color, count: usize) -> bool {
    (0..count).any(|i| series(i) == color)
}

/// Every object below a value.
fn objects<'a>(value: &'a Value, see: &mut dyn FnMut(&'a serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|v| objects(v, see));
        }
        Value::Array(values) => values.iter().for_each(|v| objects(v, see)),
        _ => {}
    }
}

#[test]
fn points_are_those_of_the_svg() {
    for (name, opacity) in [
        ("pareto", 0.8),
        ("pareto_many", 0.6),
        ("scatter_color", 0.8),
        ("roofline", 0.9),
    ] {
        let figure = one(name);
        let spec = vega_lite(&figure).unwrap();
        let points = rows(
            &spec,
            "point",
            if name == "roofline" { "name" } else { "y" },
        );
        let own = points
            .iter()
            .filter(|row| row.get("series").or(row.get("group")).is_some());
        // Only points let others through this much; labels stand on white.
        let marks = |fill: Color, _| fill.alpha == opacity && fill.rgb != (255, 255, 255);
        assert_eq!(own.count(), filled(&figure, marks), "{name}");
    }
}

#[test]
fn boxes_and_bars_are_those_of_the_svg() {
    // The legend of the SVG has one box for each name, which the specification does not list.
    let bars = |name: &str, field: &str, legend: usize| {
        let figure = one(name);
        let spec = vega_lite(&figure).unwrap();
        let drawn = filled(&figure, |fill, _| is_series(fill, legend));
        assert_eq!(rows(&spec, "bar", field).len() + legend, drawn, "{name}");
    };
    bars("energy_breakdown", "segment", 5);
    bars("energy_breakdown_many", "segment", 5);
    bars("schedule", "start", 2);
    let figure = one("distributions");
    let spec = vega_lite(&figure).unwrap();
    let pale = |fill: Color, _| (0..2).any(|i| series(i).tint(0.55) == fill);
    assert_eq!(rows(&spec, "bar", "median").len(), filled(&figure, pale));
    let figure = one("chain");
    let spec = vega_lite(&figure).unwrap();
    let bar = |_, rect: Option<Rect>| rect.is_some_and(|r| (r.height() - 20.0).abs() < 1e-9);
    assert_eq!(rows(&spec, "bar", "resource").len(), filled(&figure, bar));
}

#[test]
fn curves_and_bands_are_those_of_the_svg() {
    let figure = one("convergence");
    let spec = vega_lite(&figure).unwrap();
    let all = layers(&spec);
    let distinct = |mark: &str| {
        let own = all.iter().filter(|l| l["mark"]["type"] == mark);
        let rows = own.flat_map(|l| l["data"]["values"].as_array().unwrap());
        let names = rows.map(|row| (row["series"].to_string(), row["run"].to_string()));
        names.collect::<BTreeSet<_>>().len()
    };
    let curve = |s: &&Shape| matches!(s, Shape::Path { stroke, .. } if stroke.width == 1.8);
    // One for the curve, one for its legend.
    assert_eq!(
        distinct("line") * 2,
        shapes(&figure).iter().filter(curve).count()
    );
    assert_eq!(
        distinct("area"),
        filled(&figure, |fill, _| fill.alpha == 0.18)
    );
}

#[test]
fn cells_and_lines_of_text_are_those_of_the_svg() {
    for (name, field) in [
        ("heatmap", "number"),
        ("loop_nest", "text"),
        ("chain", "text"),
    ] {
        let figure = one(name);
        let spec = vega_lite(&figure).unwrap();
        let written = texts(&figure);
        let mut count = 0;
        objects(&spec, &mut |row| {
            if let Some(text) = row.get(field).and_then(Value::as_str) {
                count += 1;
                assert!(written.contains(text), "{name}: `{text}`");
            }
        });
        assert!(count > 10, "{name} has {count} texts");
    }
}

#[test]
fn titles_and_legends_are_those_of_the_svg() {
    for (name, figure) in gallery() {
        let written = texts(&figure);
        let spec = vega_lite(&figure).unwrap();
        let check = |text: &Value| {
            if let Some(text) = text.as_str() {
                assert!(written.contains(text), "{name}: `{text}`");
            }
        };
        for layer in layers(&spec) {
            for channel in ["x", "y", "color", "shape"] {
                let channel = &layer["encoding"][channel];
                check(&channel["title"]);
                check(&channel["legend"]["title"]);
                let names = channel["legend"]["values"].as_array();
                names.into_iter().flatten().for_each(check);
            }
        }
        for lines in ["text", "subtitle"] {
            spec["title"][lines]
                .as_array()
                .unwrap()
                .iter()
                .for_each(check);
        }
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes_and_not_too_many() {
    for ((name, figure), (_, again)) in gallery().zip(gallery()) {
        let bytes = |figure| vega_lite(figure).unwrap().to_string();
        assert_eq!(bytes(&figure), bytes(&again), "{name}");
        assert!(bytes(&figure).len() < 300_000, "{name}");
    }
}

#[test]
fn what_is_left_out_and_what_lies_outside_is_said() {
    let limit = Limit {
        axis: Direction::X,
        value: 1e6,
        label: "x ≤ 10⁶".into(),
        bound: Some(Bound::AtMost),
    };
    let chart = Scatter {
        series: vec![Series {
            points: vec![Point::new(1.0, 1.0), Point::new(f64::NAN, 1.0)],
            ..Series::default()
        }],
        limits: vec![limit],
        ..Scatter::default()
    };
    let spec = vega_lite(&Figure::new("", chart)).unwrap();
    let caption = spec["title"]["subtitle"].to_string();
    assert!(
        caption.contains("Outside the picture: x ≤ 10⁶."),
        "{caption}"
    );
    assert!(
        caption.contains("1 value that is not a finite number"),
        "{caption}"
    );
}

#[test]
fn without_data_the_picture_says_so_and_contradictions_are_errors() {
    let empty: [Chart; 9] = [
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
    for chart in empty {
        let spec = vega_lite(&Figure::new("", chart.clone())).unwrap();
        assert!(spec.to_string().contains("Nothing to show"), "{chart:?}");
    }
    let wrong = Gantt {
        entries: vec![GanttEntry::default()],
        ..Gantt::default()
    };
    assert!(vega_lite(&Figure::new("", wrong)).is_err());
}

#[test]
fn small_specifications_stay_as_they_are() {
    for name in ["heatmap", "schedule", "scatter_color"] {
        let spec = vega_lite(&one(name)).unwrap();
        let text = serde_json::to_string_pretty(&spec).unwrap();
        insta::with_settings!({ snapshot_path => "../../tests/snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("vega__{name}"), text);
        });
    }
}
