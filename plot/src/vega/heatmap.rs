//! Heatmaps: coloured cells with their numbers.

use super::bars::{name_or, named};
use super::looks::{distinct, hex};
use super::measure::{Measure, words};
use super::page::View;
use super::scatter::by_value;
use crate::PlotError;
use crate::chart::heatmap::{LOWEST, Seen};
use crate::figure::Heatmap;
use crate::page::{TICK_SIZE, WIDTH};
use crate::palette::{Color, LIGHT, WHITE, continuous};
use crate::scale::drawable;
use crate::text::width;
use serde_json::{Map, Value, json};

/// The room of axis and colour bar beside the cells, in pixels.
const BESIDE: f64 = 190.0;

pub(super) fn view(chart: &Heatmap) -> Result<View, PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    let Some(seen) = seen else {
        return Ok(View::nothing("there are no values").skipped(skipped));
    };
    let chart = seen.chart.as_ref();
    let row = (420.0 / chart.rows.len() as f64).clamp(2.0, 38.0);
    let height = (row * chart.rows.len() as f64).max(LOWEST);
    let layers = layers(&seen, height);
    Ok(View::layers(layers, json!(height))
        .notes(seen.notes.clone())
        .skipped(skipped))
}

fn layers(seen: &Seen<'_>, height: f64) -> Vec<Value> {
    let (chart, ruler) = (seen.chart.as_ref(), seen.ruler());
    let measure = Measure::new(&ruler, "color", 8);
    let columns = distinct(chart.columns.iter().map(String::as_str));
    let rows = distinct(chart.rows.iter().map(String::as_str));
    let numbers = numbers(seen);
    let fits = fit(&numbers, (columns.len(), rows.len()), height);
    let scale = ruler.scale((0.0, 1.0));
    let cells = numbers.into_iter().enumerate().map(|(i, cell)| {
        let mut data = Map::from_iter([
            ("column".to_owned(), json!(columns[i % columns.len()])),
            ("row".to_owned(), json!(rows[i / columns.len()])),
        ]);
        if let Some((value, number)) = cell {
            data.insert("color".to_owned(), measure.number(value));
            if fits {
                let ink = hex(continuous(scale.part(value)).ink());
                data.insert("number".to_owned(), json!(number));
                data.insert("ink".to_owned(), json!(ink));
            }
        }
        Value::Object(data)
    });
    let data = json!({ "values": cells.collect::<Vec<Value>>() });
    let mut x = named(&chart.x, "column", &columns, 0.0);
    x["axis"]["labelAngle"] = json!(label_angle(&columns));
    // Rows are given from the bottom.
    let upwards: Vec<String> = rows.iter().rev().cloned().collect();
    let y = named(&chart.y, "row", &upwards, 0.0);
    let mut color = by_value(&measure);
    color["legend"]["gradientLength"] = json!((height - 30.0).max(60.0));
    let tips = [
        words("column", name_or(&chart.x, "column")),
        words("row", name_or(&chart.y, "row")),
        measure.tip("color", None),
    ];
    let rect = |fill: Option<Color>| {
        let mut mark = json!({
            "type": "rect", "stroke": hex(WHITE), "strokeWidth": if fits { 1.0 } else { 0.0 },
        });
        if let Some(fill) = fill {
            mark["fill"] = json!(hex(fill));
        }
        mark
    };
    let mut layers = vec![
        json!({
            "data": data,
            "transform": [{ "filter": "!isValid(datum.color)" }],
            "mark": rect(Some(LIGHT)),
            "encoding": { "x": x, "y": y, "tooltip": tips[..2] },
        }),
        json!({
            "data": data,
            "mark": rect(None),
            "encoding": { "x": x, "y": y, "color": color, "tooltip": tips },
        }),
    ];
    if fits {
        layers.push(json!({
            "data": data,
            "transform": [{ "filter": "isValid(datum.number)" }],
            "mark": { "type": "text", "fontSize": TICK_SIZE, "fill": { "expr": "datum.ink" } },
            "encoding": {
                "x": x, "y": y, "tooltip": tips,
                "text": { "field": "number", "type": "nominal" },
            },
        }));
    }
    layers
}

/// For each cell that has one its value, and how it is written.
fn numbers(seen: &Seen<'_>) -> Vec<Option<(f64, String)>> {
    let chart = seen.chart.as_ref();
    let known = |v: &Option<f64>| v.filter(|v| drawable(*v, chart.value.log));
    let values: Vec<f64> = chart.values.iter().filter_map(known).collect();
    let mut written = seen.ruler().column(&values).into_iter();
    let pair = |v: &Option<f64>| Some((known(v)?, written.next().unwrap_or_default()));
    chart.values.iter().map(pair).collect()
}

/// Whether the numbers have room in their cells.
fn fit(numbers: &[Option<(f64, String)>], (columns, rows): (usize, usize), height: f64) -> bool {
    let widths = numbers.iter().flatten().map(|n| width(&n.1, TICK_SIZE));
    let widest = widths.fold(0.0, f64::max);
    widest + 4.0 <= (WIDTH - BESIDE) / columns as f64 && TICK_SIZE + 2.0 <= height / rows as f64
}

/// Upright where the names do not fit side by side.
fn label_angle(columns: &[String]) -> i32 {
    let widths = columns.iter().map(|c| width(c, TICK_SIZE));
    let room = (WIDTH - BESIDE) / columns.len() as f64;
    if widths.fold(0.0, f64::max) + 6.0 > room {
        270
    } else {
        0
    }
}
