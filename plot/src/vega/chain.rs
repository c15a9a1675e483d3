//! What a latency is made of: rows of parts against the whole, then the loop nest.

use super::limits::dashed;
use super::looks::{Looks, distinct, hex};
use super::measure::{Measure, number, words};
use super::nest::{ROOM, looks, nest};
use super::page::View;
use crate::axes::Ruler;
use crate::chart::chain::{PALE, ROW, Seen, total_name};
use crate::chart::loop_nest::level_color;
use crate::figure::Chain;
use crate::page::TICK_SIZE;
use crate::palette::{INK, RED, WHITE};
use crate::text::{clean, shorten, width};
use serde_json::{Value, json};

/// The widths of the longest name and of the longest note in pixels.
const LONGEST_NAME: f64 = 150.0;
const LONGEST_NOTE: f64 = 110.0;

pub(super) fn view(chart: &Chain) -> View {
    let (seen, skipped) = Seen::of(chart);
    let nest = || nest(&chart.nest, &seen.resources);
    let view = match seen.extent {
        None if chart.nest.lines.is_empty() => View::nothing("the chain has no parts"),
        None => View::of(nest()).notes(["The chain has no parts.".to_owned()]),
        Some(extent) => {
            let ruler = Ruler::new(&seen.time, extent);
            let rows = Rows::new(chart, &seen, &ruler).view();
            if chart.nest.lines.is_empty() {
                View::of(rows)
            } else {
                View::of(json!({ "vconcat": [rows, nest()], "spacing": 24 }))
            }
        }
    };
    view.skipped(skipped)
}

struct Rows<'a> {
    chart: &'a Chain,
    seen: &'a Seen<'a>,
    ruler: &'a Ruler<'a>,
    time: Measure<'a>,
    names: Vec<String>,
    looks: Looks,
    /// From where to where the bars reach, in pixels.
    bars: (f64, f64),
}

impl<'a> Rows<'a> {
    fn new(chart: &'a Chain, seen: &'a Seen<'a>, ruler: &'a Ruler<'a>) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = &String>| {
            texts.map(|t| width(t, TICK_SIZE)).fold(0.0, f64::max)
        };
        let names = widest(&mut chart.rows.iter().map(|r| &r.name)).min(LONGEST_NAME);
        let notes = widest(&mut chart.rows.iter().map(|r| &r.note)).min(LONGEST_NOTE);
        Self {
            chart,
            seen,
            ruler,
            time: Measure::new(ruler, "x", 6),
            names: distinct(chart.rows.iter().map(|r| r.name.as_str())),
            looks: looks(&chart.nest.lines, &seen.resources),
            bars: (names + 8.0, ROOM - notes - 8.0),
        }
    }

    fn view(&self) -> Value {
        let mut layers = vec![self.boxes(), self.labels(), self.row_names(), self.notes()];
        if let Some(total) = self.seen.total {
            layers.extend(self.total(total));
        }
        json!({ "width": ROOM, "height": { "step": ROW }, "layer": layers })
    }

    fn row(&self) -> Value {
        json!({
            "field": "row",
            "type": "nominal",
            "sort": Value::Null,
            "title": Value::Null,
            "scale": { "domain": self.names, "padding": 0.13 },
            // The names are texts, so that the picture is as wide as the nest below.
            "axis": Value::Null,
        })
    }

    /// A channel of the time axis between names and notes.
    fn time(&self, mut channel: Value) -> Value {
        channel["scale"]["range"] = json!([number(self.bars.0), number(self.bars.1)]);
        channel
    }

    fn row_names(&self) -> Value {
        let rows = self.names.iter().zip(&self.chart.rows);
        let rows = rows.map(|(name, row)| {
            json!({ "row": name, "name": shorten(&clean(&row.name), TICK_SIZE, LONGEST_NAME) })
        });
        self.texts(rows.collect(), "name", (self.bars.0 - 7.0, "right"))
    }

    /// Words beside the rows.
    fn texts(&self, rows: Vec<Value>, field: &str, (x, align): (f64, &str)) -> Value {
        json!({
            "data": { "values": rows },
            "mark": { "type": "text", "fontSize": TICK_SIZE, "align": align, "color": hex(INK) },
            "encoding": {
                "x": { "value": number(x) },
                "y": self.row(),
                "text": { "field": field, "type": "nominal" },
            },
        })
    }

    /// All parts of all rows, from where to where.
    fn parts(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for (name, parts) in self.names.iter().zip(&self.seen.rows) {
            let mut from = 0.0;
            for part in parts {
                let to = from + part.length;
                let own = level_color(&self.seen.resources, &part.resource);
                let color = if part.hidden { own.tint(PALE) } else { own };
                let pixels = part.length / (self.seen.extent.map_or(1.0, |e| e.hi))
                    * (self.bars.1 - self.bars.0);
                let fits = width(&part.label, TICK_SIZE) + 6.0 <= pixels;
                let resources = self.seen.resources.iter();
                let place = resources.clone().position(|r| *r == part.resource);
                all.push(json!({
                    "row": name,
                    "resource": place.map(|place| self.looks.name(place)),
                    "from": self.time.number(from),
                    "to": self.time.number(to),
                    "middle": self.time.number(from + part.length / 2.0),
                    "length": self.time.number(part.length),
                    "label": clean(&part.label),
                    "written": if fits { clean(&part.label) } else { String::new() },
                    "hidden": if part.hidden { "yes" } else { "no" },
                    "fill": hex(color),
                    "ink": hex(color.ink()),
                }));
                from = to;
            }
        }
        all
    }

    /// What a part is, also where its label stands on it.
    fn tips(&self) -> [Value; 7] {
        [
            words("row", "row"),
            words("resource", "resource"),
            words("label", "part"),
            self.time.tip("length", Some("takes")),
            self.time.tip("from", Some("from")),
            self.time.tip("to", Some("to")),
            words("hidden", "hidden behind something else"),
        ]
    }

    fn boxes(&self) -> Value {
        // The legend is that of the colours, and hidden parts are paler.
        json!({
            "data": { "values": self.parts() },
            "mark": {
                "type": "bar", "stroke": hex(WHITE), "strokeWidth": 0.8,
                "fillOpacity": { "expr": format!("datum.hidden === 'yes' ? {} : 1", 1.0 - PALE) },
            },
            "encoding": {
                "x": self.time(self.time.field("from")),
                "x2": { "field": "to" },
                "y": self.row(),
                "color": self.looks.color("resource"),
                "tooltip": self.tips(),
            },
        })
    }

    fn labels(&self) -> Value {
        json!({
            "data": { "values": self.parts() },
            "transform": [{ "filter": "datum.written !== ''" }],
            "mark": { "type": "text", "fontSize": TICK_SIZE, "fill": { "expr": "datum.ink" } },
            "encoding": {
                "x": self.time(self.time.field("middle")),
                "y": self.row(),
                "text": { "field": "written", "type": "nominal" },
                "tooltip": self.tips(),
            },
        })
    }

    fn notes(&self) -> Value {
        let notes = self.names.iter().zip(&self.chart.rows);
        let notes = notes.map(|(name, row)| {
            json!({ "row": name, "note": shorten(&clean(&row.note), TICK_SIZE, LONGEST_NOTE) })
        });
        self.texts(notes.collect(), "note", (self.bars.1 + 7.0, "left"))
    }

    fn total(&self, total: f64) -> [Value; 2] {
        let name = total_name(total, self.ruler);
        let at = self.time(self.time.at(total));
        let text = json!({
            "type": "text", "text": name, "fontSize": TICK_SIZE, "color": hex(RED),
            "baseline": "bottom", "align": "right", "dy": -2,
        });
        [
            dashed("x", at.clone(), &name),
            json!({
                "data": { "values": [{}] },
                "mark": text,
                "encoding": { "x": at, "y": { "value": 0 } },
            }),
        ]
    }
}
