//! Boxes with a line through the median: distributions side by side.

use super::bars::{name_or, named};
use super::limits::dashed;
use super::looks::{Look, Looks, distinct};
use super::measure::{Measure, words};
use super::page::View;
use crate::PlotError;
use crate::chart::PLANE_HEIGHT;
use crate::chart::boxes::Seen;
use crate::figure::Boxes;
use crate::page::WIDTH;
use crate::palette;
use serde_json::{Value, json};

/// The part of its room that a box takes.
const FILLED: f64 = 0.84;
/// The room beside the boxes, in pixels.
const BESIDE: f64 = 80.0;

pub(super) fn view(chart: &Boxes) -> Result<View, PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    let Some(seen) = seen else {
        return Ok(View::nothing("there are no distributions").skipped(skipped));
    };
    let groups = chart.groups.iter().enumerate();
    let looks = groups.map(|(i, g)| Look::new(&g.name, palette::series(i), "square"));
    let picture = Picture {
        chart,
        names: distinct(seen.categories.iter().map(String::as_str)),
        looks: Looks::new(looks.collect()),
        value: Measure::new(&seen.ruler, "y", 8),
        seen: &seen,
    };
    let reference = seen.reference.map(|value| {
        let label = seen.ruler.with_unit(value);
        dashed("y", picture.value.at(value), &label)
    });
    let layers = reference.into_iter().chain(picture.layers()).collect();
    Ok(View::layers(layers, json!(PLANE_HEIGHT))
        .notes(seen.note.clone())
        .skipped(skipped))
}

struct Picture<'a> {
    chart: &'a Boxes,
    seen: &'a Seen<'a>,
    names: Vec<String>,
    looks: Looks,
    value: Measure<'a>,
}

impl Picture<'_> {
    fn rows(&self) -> Value {
        let boxes = self.seen.boxes.iter().map(|(category, group, q)| {
            json!({
                "category": self.names[*category],
                "group": self.looks.name(*group),
                "low": self.value.number(q.low),
                "lower": self.value.number(q.lower),
                "median": self.value.number(q.median),
                "upper": self.value.number(q.upper),
                "high": self.value.number(q.high),
            })
        });
        json!({ "values": boxes.collect::<Vec<Value>>() })
    }

    /// The line from end to end, the box over it, and the median over the box.
    fn layers(&self) -> Vec<Value> {
        let rows = self.rows();
        let layer = |mark: Value, from: &str, to: Option<&str>| {
            let mut encoding = json!({
                "x": named(&self.chart.category, "category", &self.names, 0.3),
                "xOffset": self.offset(),
                "y": self.value.field(from),
                "color": self.looks.color("group"),
                "tooltip": self.tips(),
            });
            if let Some(to) = to {
                encoding["y2"] = json!({ "field": to });
            }
            json!({ "data": rows, "mark": mark, "encoding": encoding })
        };
        let whole = json!({ "type": "rule", "strokeWidth": 1.2 });
        let part = json!({
            "type": "bar", "fillOpacity": 0.45, "strokeWidth": 1.2, "stroke": { "expr": "scale('color', datum.group)" },
            "width": { "band": FILLED },
        });
        let each = (WIDTH - BESIDE) * 0.7 / (self.names.len() * self.chart.groups.len()) as f64;
        let end = json!({ "type": "tick", "thickness": 1.2, "size": each * FILLED / 2.0 });
        let median = json!({ "type": "tick", "thickness": 2.4, "width": { "band": FILLED } });
        vec![
            layer(whole, "low", Some("high")),
            layer(end.clone(), "low", None),
            layer(end, "high", None),
            layer(part, "lower", Some("upper")),
            layer(median, "median", None),
        ]
    }

    /// Where in the room of its category a group stands.
    fn offset(&self) -> Value {
        let groups: Vec<&str> = (0..self.chart.groups.len())
            .map(|i| self.looks.name(i))
            .collect();
        json!({ "field": "group", "type": "nominal", "sort": Value::Null, "scale": { "domain": groups } })
    }

    fn tips(&self) -> Vec<Value> {
        let mut tips = vec![words("category", name_or(&self.chart.category, "category"))];
        if self.looks.named() {
            tips.push(words("group", "group"));
        }
        let quantiles = ["high", "upper", "median", "lower", "low"];
        tips.extend(quantiles.map(|q| self.value.tip(q, Some(q))));
        tips
    }
}
