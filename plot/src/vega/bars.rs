//! Stacked bars, lying down where there are many or their names are long.

use super::looks::{Look, Looks, distinct, hex};
use super::measure::{Measure, words};
use super::page::View;
use crate::PlotError;
use crate::axes::Ruler;
use crate::chart::PLANE_HEIGHT;
use crate::chart::bars::{Seen, lies, totals};
use crate::figure::{Axis, Bars};
use crate::number::{axis_text, shown};
use crate::page::TICK_SIZE;
use crate::palette::{self, GREY, INK, WHITE};
use serde_json::{Value, json};

pub(super) fn view(chart: &Bars) -> Result<View, PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    let Some(seen) = seen else {
        return Ok(View::nothing("there are no bars").skipped(skipped));
    };
    let ruler = seen.ruler();
    let picture = Picture::new(&seen, &ruler);
    let (height, layers) = (picture.height(), vec![picture.pieces(), picture.sums()]);
    Ok(View::layers(layers, height)
        .notes(seen.note.clone())
        .skipped(skipped))
}

struct Picture<'a> {
    seen: &'a Seen<'a>,
    ruler: &'a Ruler<'a>,
    value: Measure<'a>,
    names: Vec<String>,
    looks: Looks,
    lies: bool,
}

impl<'a> Picture<'a> {
    fn new(seen: &'a Seen<'a>, ruler: &'a Ruler<'a>) -> Self {
        let chart = seen.chart.as_ref();
        let lies = lies(chart);
        let segments = chart.segments.iter().enumerate();
        let looks = segments.map(|(i, s)| Look::new(&s.name, palette::series(i), "square"));
        Self {
            seen,
            ruler,
            value: Measure::new(ruler, if lies { "x" } else { "y" }, 8),
            names: distinct(chart.categories.iter().map(String::as_str)),
            looks: Looks::new(looks.collect()),
            lies,
        }
    }

    /// How high the picture is: so much for each lying bar.
    fn height(&self) -> Value {
        if self.lies {
            let row = (1500.0 / self.names.len() as f64).clamp(2.0, 21.0);
            json!(row * self.names.len() as f64)
        } else {
            json!(PLANE_HEIGHT * 0.9)
        }
    }

    /// The channels of the categories and of the values.
    fn channels(&self) -> (&'static str, &'static str) {
        if self.lies { ("y", "x") } else { ("x", "y") }
    }

    fn category(&self) -> Value {
        named(&self.seen.chart.category, "category", &self.names, 0.28)
    }

    fn pieces(&self) -> Value {
        let chart = self.seen.chart.as_ref();
        let row = |p: &crate::chart::bars::Piece| {
            json!({
                "category": self.names[p.category],
                "segment": self.looks.name(p.segment),
                "from": self.value.number(p.from),
                "to": self.value.number(p.to),
                "value": self.value.number(chart.segments[p.segment].values[p.category]),
            })
        };
        let rows: Vec<Value> = self.seen.pieces.iter().map(row).collect();
        let mut tips = vec![words("category", name_or(&chart.category, "bar"))];
        if self.looks.named() {
            tips.push(words("segment", "part"));
        }
        tips.push(self.value.tip("value", None));
        let (category, value) = self.channels();
        let mut from = self.value.field("from");
        from["stack"] = Value::Null;
        json!({
            "data": { "values": rows },
            "mark": { "type": "bar", "stroke": hex(WHITE), "strokeWidth": 0.6, "clip": true },
            "encoding": {
                category: self.category(),
                value: from,
                format!("{value}2"): { "field": "to" },
                "color": self.looks.color("segment"),
                "tooltip": tips,
            },
        })
    }

    /// What each bar comes to, at its end.
    fn sums(&self) -> Value {
        let totals = totals(self.names.len(), &self.seen.pieces);
        let row = |(category, end, total): &(usize, f64, f64)| {
            json!({
                "category": self.names[*category],
                "end": self.value.number(*end),
                "total": self.ruler.short(*total),
                "below": *end < 0.0,
            })
        };
        let rows: Vec<Value> = totals.iter().map(row).collect();
        let mut mark = json!({ "type": "text", "fontSize": TICK_SIZE, "clip": false });
        let below = |yes: &str, no: &str| json!({ "expr": format!("datum.below ? {yes} : {no}") });
        if self.lies {
            mark["align"] = below("'right'", "'left'");
            mark["dx"] = below("-5", "5");
            mark["color"] = json!(hex(GREY));
        } else {
            mark["dy"] = below("8", "-8");
            mark["color"] = json!(hex(INK));
        }
        let (category, value) = self.channels();
        json!({
            "data": { "values": rows },
            "mark": mark,
            "encoding": {
                category: self.category(),
                value: self.value.field("end"),
                "text": { "field": "total" },
            },
        })
    }
}

/// An axis of names, in the order in which they are given.
pub(super) fn named(axis: &Axis, field: &str, names: &[String], gap: f64) -> Value {
    let title = axis_text(axis, &shown(axis, 1.0));
    json!({
        "field": field,
        "type": "nominal",
        "sort": Value::Null,
        "title": if title.is_empty() { Value::Null } else { json!(title) },
        "scale": { "domain": names, "paddingInner": gap, "paddingOuter": gap / 2.0 },
        "axis": { "ticks": false, "labelAngle": 0, "labelOverlap": true, "domain": true },
    })
}

/// The name of an axis for a tooltip.
pub(super) fn name_or<'a>(axis: &'a Axis, other: &'a str) -> &'a str {
    if axis.label.trim().is_empty() {
        other
    } else {
        &axis.label
    }
}
