//! Schedules: who works on what, and when.

use super::limits::dashed;
use super::looks::{Look, Looks, hex};
use super::measure::{Measure, words};
use super::page::View;
use crate::PlotError;
use crate::chart::gantt::{Lanes, Placed, SMALL, Seen};
use crate::figure::Gantt;
use crate::page::{TICK_SIZE, WIDTH};
use crate::palette::{self, WHITE};
use crate::text::{clean, width};
use serde_json::{Map, Value, json};

/// The room beside the boxes, in pixels.
const BESIDE: f64 = 190.0;
/// The part of a row that is left free.
const GAP: f64 = 0.2;

pub(super) fn view(chart: &Gantt) -> Result<View, PlotError> {
    let (seen, skipped) = Seen::of(chart)?;
    let Some(seen) = seen else {
        return Ok(View::nothing("the schedule is empty").skipped(skipped));
    };
    let ruler = seen.ruler();
    let groups = seen.groups.iter().enumerate();
    let looks = groups.map(|(i, g)| Look::new(g, palette::series(i), "square"));
    let picture = Picture {
        chart,
        seen: &seen,
        looks: Looks::new(looks.collect()),
        lanes: Lanes::new(chart.lanes.len(), &seen.placed),
        time: Measure::new(&ruler, "x", 8),
    };
    let mut layers = picture.boxes();
    let (mut notes, deadline) = (Vec::new(), seen.deadline);
    if let Some(deadline) = deadline {
        let name = seen.deadline_name(deadline);
        if seen.shows(deadline) {
            layers.extend(picture.deadline(deadline, &name));
        } else {
            notes.push(format!("Outside the picture: {name}."));
        }
    }
    let rows: usize = picture.lanes.rows.iter().sum();
    let height = picture.lanes.row * rows as f64 * (1.0 + GAP);
    Ok(View::layers(layers, json!(height))
        .zoom(&["x"])
        .notes(notes)
        .skipped(skipped))
}

struct Picture<'a> {
    chart: &'a Gantt,
    seen: &'a Seen<'a>,
    looks: Looks,
    lanes: Lanes,
    time: Measure<'a>,
}

impl Picture<'_> {
    /// The number of a row of a lane among the rows of all lanes.
    fn row(&self, lane: usize, row: usize) -> usize {
        self.lanes.rows[..lane].iter().sum::<usize>() + row
    }

    /// The rows from top to bottom, named by their lanes.
    fn rows(&self) -> Value {
        let rows: usize = self.lanes.rows.iter().sum();
        let mut names = vec![String::new(); rows];
        for (lane, name) in self.chart.lanes.iter().enumerate() {
            // The middle row of a lane has its name.
            names[self.row(lane, (self.lanes.rows[lane] - 1) / 2)] = clean(name);
        }
        json!({
            "field": "row",
            "type": "ordinal",
            "title": Value::Null,
            "scale": { "domain": (0..rows).collect::<Vec<usize>>(), "paddingInner": GAP, "paddingOuter": GAP / 2.0 },
            "axis": {
                "ticks": false, "labelLimit": 160, "labelOverlap": true,
                "labelExpr": format!("{}[datum.value]", json!(names)),
            },
        })
    }

    fn data(&self, p: &Placed<'_>, pixel: f64) -> Value {
        let entry = p.entry;
        let color = palette::series(self.seen.group(entry));
        let mut row = Map::from_iter([
            ("row".to_owned(), json!(self.row(entry.lane, p.row))),
            (
                "lane".to_owned(),
                json!(clean(&self.chart.lanes[entry.lane])),
            ),
            (
                "group".to_owned(),
                json!(self.looks.name(self.seen.group(entry))),
            ),
            ("label".to_owned(), json!(clean(&entry.label))),
            ("start".to_owned(), self.time.number(entry.start)),
            ("end".to_owned(), self.time.number(entry.end)),
            (
                "length".to_owned(),
                self.time.number(entry.end - entry.start),
            ),
        ]);
        let room = (entry.end - entry.start).abs() / pixel;
        let fits =
            |size: &f64| width(&entry.label, *size) + 2.0 <= room && *size <= self.lanes.row - 2.0;
        if let Some(size) = [TICK_SIZE, SMALL].into_iter().find(fits) {
            let middle = entry.start + (entry.end - entry.start) / 2.0;
            row.insert("middle".to_owned(), self.time.number(middle));
            row.insert("ink".to_owned(), json!(hex(color.ink())));
            row.insert("size".to_owned(), json!(size));
        }
        Value::Object(row)
    }

    /// The boxes, and the labels of those that have room for them.
    fn boxes(&self) -> Vec<Value> {
        let span = self.seen.extent.hi - self.seen.extent.lo;
        let pixel = span / (WIDTH - BESIDE);
        let placed = self.seen.placed.iter();
        let rows: Vec<Value> = placed.map(|p| self.data(p, pixel)).collect();
        let data = json!({ "values": rows });
        let tips = json!([
            words("label", "work"),
            words("group", "of"),
            words("lane", "on"),
            self.time.tip("start", Some("from")),
            self.time.tip("end", Some("to")),
            self.time.tip("length", Some("takes")),
        ]);
        vec![
            json!({
                "data": data,
                "mark": { "type": "bar", "stroke": hex(WHITE), "strokeWidth": 0.8, "clip": true },
                "encoding": {
                    "x": self.time.field("start"),
                    "x2": { "field": "end" },
                    "y": self.rows(),
                    "color": self.looks.color("group"),
                    "tooltip": tips,
                },
            }),
            json!({
                "data": data,
                "transform": [{ "filter": "isValid(datum.middle)" }],
                "mark": {
                    "type": "text", "fontSize": { "expr": "datum.size" }, "clip": true,
                    "fill": { "expr": "datum.ink" },
                },
                "encoding": {
                    "x": self.time.field("middle"),
                    "y": self.rows(),
                    "text": { "field": "label", "type": "nominal" },
                    "tooltip": tips,
                },
            }),
        ]
    }

    fn deadline(&self, deadline: f64, name: &str) -> [Value; 2] {
        let at = self.time.at(deadline);
        let text = json!({
            "type": "text", "text": name, "fontSize": TICK_SIZE, "color": hex(palette::RED),
            "baseline": "bottom", "align": "right", "dy": -2, "clip": false,
        });
        [
            dashed("x", at.clone(), name),
            json!({
                "data": { "values": [{}] },
                "mark": text,
                "encoding": { "x": at, "y": { "value": 0 } },
            }),
        ]
    }
}
