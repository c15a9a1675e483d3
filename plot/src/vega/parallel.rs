//! Parallel coordinates: rest on a line to see its design, narrow the axes with sliders below.

use super::looks::hex;
use super::measure::number;
use super::page::View;
use crate::PlotError;
use crate::chart::parallel::{ALLOWED, BAND, HEIGHT, Seen, Side, columns};
use crate::figure::Parallel;
use crate::page::{MARGIN, TICK_SIZE, WIDTH};
use crate::palette::INK;
use crate::text::{clean, shorten};
use serde_json::{Map, Value, json};

const ROOM: f64 = WIDTH - 2.0 * MARGIN;

pub(super) fn view(chart: &Parallel) -> Result<View, PlotError> {
    let Some(seen) = Seen::of(chart)? else {
        return Ok(View::nothing("there are no designs"));
    };
    let places = columns(seen.axes.len(), (90.0, ROOM - 60.0));
    let mut layers = vec![
        bands(&seen, &places),
        lines(&seen, &places),
        uprights(&seen, &places),
    ];
    layers.extend(texts(&seen, &places));
    let mut body = json!({ "width": ROOM, "height": HEIGHT, "layer": layers });
    body["params"] = json!(sliders(&seen));
    Ok(View::of(body).notes(seen.notes))
}

fn x(field: &str) -> Value {
    json!({
        "field": field, "type": "quantitative", "axis": Value::Null,
        "scale": { "domain": [0, ROOM], "nice": false, "zero": false },
    })
}

fn y(field: &str) -> Value {
    json!({
        "field": field, "type": "quantitative", "axis": Value::Null,
        "scale": { "domain": [0, 1], "nice": false, "zero": false },
    })
}

/// The axes that have a slider: those of numbers that differ.
fn narrowed<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = (usize, &'a Side<'a>, (f64, f64))> {
    let axes = seen.axes.iter().enumerate();
    axes.filter(|(_, side)| side.axis.names.is_empty())
        .map(|(i, side)| (i, side, side.ruler().range()))
        .filter(|(.., (low, high))| low < high && (high - low).is_finite())
}

/// For each axis of numbers, the largest value that is shown.
fn sliders(seen: &Seen<'_>) -> Vec<Value> {
    narrowed(seen)
        .map(|(i, side, (low, high))| {
            // Rounded outwards, so that no design is left out to begin with.
            let step = (high - low) / 200.0;
            json!({
                "name": format!("most_{i}"),
                "value": number(high + step),
                "bind": {
                    "input": "range", "name": format!("{} ≤ ", side.name()),
                    "min": number(low), "max": number(high + step), "step": number(step),
                },
            })
        })
        .collect()
}

fn bands(seen: &Seen<'_>, places: &[f64]) -> Value {
    let all = seen.axes.iter().zip(places);
    let bands = all.filter_map(|(side, at)| {
        let (low, high) = side.allowed()?;
        Some(json!({
            "from": number(at - BAND), "to": number(at + BAND),
            "low": number(low), "high": number(high), "allowed": "what the specs allow",
        }))
    });
    json!({
        "data": { "values": bands.collect::<Vec<_>>() },
        "mark": { "type": "rect", "fill": hex(ALLOWED) },
        "encoding": {
            "x": x("from"), "x2": { "field": "to" }, "y": y("low"), "y2": { "field": "high" },
            "tooltip": [{ "field": "allowed", "type": "nominal", "title": "band" }],
        },
    })
}

fn lines(seen: &Seen<'_>, places: &[f64]) -> Value {
    let mut rows = Vec::new();
    for (i, line) in &seen.lines {
        let mut whole = Map::new();
        for (k, (side, value)) in seen.axes.iter().zip(&line.values).enumerate() {
            let Some(value) = value.filter(|v| side.part(*v).is_some()) else {
                continue;
            };
            whole.insert(format!("says_{k}"), json!(side.value(value)));
            whole.insert(format!("value_{k}"), number(side.ruler().in_unit(value)));
        }
        for ((side, value), at) in seen.axes.iter().zip(&line.values).zip(places) {
            let Some(part) = value.and_then(|v| side.part(v)) else {
                continue;
            };
            let mut row = whole.clone();
            row.insert("design".into(), json!(i + 1));
            row.insert("at".into(), number(*at));
            row.insert("part".into(), number(part));
            row.insert("width".into(), number(seen.width(line)));
            row.insert("color".into(), json!(hex(seen.look(line))));
            row.insert(
                "specs".into(),
                json!(if line.good { "met" } else { "broken" }),
            );
            rows.push(Value::Object(row));
        }
    }
    let within: Vec<String> = narrowed(seen)
        .map(|(i, ..)| format!("(!isValid(datum.value_{i}) || datum.value_{i} <= most_{i})"))
        .collect();
    let within = match within.is_empty() {
        true => "true".to_owned(),
        false => within.join(" && "),
    };
    let mut tips = vec![json!({ "field": "design", "type": "quantitative", "title": "design" })];
    tips.extend(seen.axes.iter().enumerate().map(|(k, side)| {
        let title = clean(&side.axis.axis.label);
        json!({ "field": format!("says_{k}"), "type": "nominal", "title": title })
    }));
    if seen.judged {
        tips.push(json!({ "field": "specs", "type": "nominal", "title": "specs" }));
    }
    json!({
        "data": { "values": rows },
        "transform": [{ "filter": within }],
        "params": [{
            "name": "near",
            "select": { "type": "point", "fields": ["design"], "on": "pointerover", "clear": "pointerout" },
        }],
        "mark": { "type": "line", "interpolate": "linear" },
        "encoding": {
            "x": x("at"), "y": y("part"),
            "detail": { "field": "design", "type": "nominal" },
            "stroke": { "field": "color", "type": "nominal", "scale": Value::Null },
            "strokeWidth": {
                "condition": { "param": "near", "empty": false, "value": 4 },
                "field": "width", "type": "quantitative", "scale": Value::Null,
            },
            "tooltip": tips,
        },
    })
}

fn uprights(seen: &Seen<'_>, places: &[f64]) -> Value {
    let rules = places.iter().take(seen.axes.len());
    let rules: Vec<Value> = rules
        .map(|at| json!({ "at": number(*at), "low": 0, "high": 1 }))
        .collect();
    json!({
        "data": { "values": rules },
        "mark": { "type": "rule", "color": hex(INK), "strokeWidth": 1.2, "tooltip": Value::Null },
        "encoding": { "x": x("at"), "y": y("low"), "y2": { "field": "high" } },
    })
}

/// Numbers along the axes, and their names above.
fn texts(seen: &Seen<'_>, places: &[f64]) -> [Value; 2] {
    let step = places.get(1).map_or(ROOM, |second| second - places[0]);
    let (mut numbers, mut names) = (Vec::new(), Vec::new());
    for (side, at) in seen.axes.iter().zip(places) {
        names.push(json!({
            "at": number(*at), "part": 1, "whole": side.name(),
            "text": shorten(&side.name(), TICK_SIZE, step - 6.0),
        }));
        for (part, text) in side.texts() {
            let text = shorten(&text, TICK_SIZE, 84.0);
            numbers.push(json!({ "at": number(*at), "part": number(part), "text": text }));
        }
    }
    let layer = |values: Vec<Value>, mark: Value, tooltip: Value| {
        json!({
            "data": { "values": values },
            "mark": mark,
            "encoding": {
                "x": x("at"), "y": y("part"),
                "text": { "field": "text", "type": "nominal" },
                "tooltip": tooltip,
            },
        })
    };
    let text = |align: &str, dx: i32, dy: i32, weight: &str| {
        json!({
            "type": "text", "fontSize": TICK_SIZE, "align": align, "dx": dx, "dy": dy,
            "color": hex(INK), "fontWeight": weight,
        })
    };
    [
        layer(numbers, text("right", -6, 0, "normal"), Value::Null),
        layer(
            names,
            text("center", 0, -14, "bold"),
            json!([{ "field": "whole", "type": "nominal", "title": "axis" }]),
        ),
    ]
}
