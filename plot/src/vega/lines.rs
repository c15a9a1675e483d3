//! Curves with bands.

use super::limits;
use super::looks::{Look, Looks, area, hex, shape};
use super::measure::{Measure, words};
use super::page::View;
use crate::chart::PLANE_HEIGHT;
use crate::chart::lines::{FAINT, Seen, marked, ranked};
use crate::drawing::Xy;
use crate::figure::{LinePoint, Lines};
use crate::page::WIDTH;
use crate::palette;
use crate::scale::Scale;
use crate::thin;
use serde_json::{Map, Value, json};

pub(super) fn view(chart: &Lines) -> View {
    let (seen, skipped) = Seen::of(chart);
    let Some(seen) = seen else {
        return View::nothing("there are no points").skipped(skipped);
    };
    let (x, y) = seen.rulers(chart);
    let (own, faint) = ranked(&chart.lines);
    let look = |(look, &i): (usize, &usize)| {
        let name = &chart.lines[i].name;
        Look::new(name, palette::series(look), shape(palette::mark(look)))
    };
    let picture = Picture {
        chart,
        seen: &seen,
        looks: Looks::new(own.iter().enumerate().map(look).collect()),
        own: &own,
        x: Measure::new(&x, "x", 10),
        y: Measure::new(&y, "y", 6),
    };
    let measures = (&picture.x, &picture.y);
    let mut layers = limits::shades(&chart.limits, measures, seen.extents);
    // How values are joined belongs to a layer, so each way has its own.
    for step in [true, false] {
        layers.extend(picture.faint(&faint, step));
        layers.extend(picture.bands(step));
        layers.extend(picture.curves(step));
    }
    layers.extend(limits::lines(&chart.limits, measures, seen.extents));
    View::layers(layers, json!(PLANE_HEIGHT))
        .zoom(&["x", "y"])
        .notes(limits::outside(&chart.limits, seen.extents))
        .skipped(skipped)
}

struct Picture<'a> {
    chart: &'a Lines,
    seen: &'a Seen,
    /// The lines that have a look of their own, in the order of their looks.
    own: &'a [usize],
    looks: Looks,
    x: Measure<'a>,
    y: Measure<'a>,
}

impl Picture<'_> {
    /// The curves with a look that join their points in one way, with their look.
    fn joined(&self, step: bool) -> Vec<(usize, Vec<LinePoint>)> {
        let lines = self.own.iter().enumerate();
        lines
            .filter(|(_, i)| self.chart.lines[**i].step == step && !self.seen.lines[**i].is_empty())
            .map(|(look, i)| (look, self.thinned(&self.seen.lines[*i])))
            .collect()
    }

    /// The curves without a look, behind the others.
    fn faint(&self, faint: &[usize], step: bool) -> Option<Value> {
        let lines = faint.iter().filter(|i| self.chart.lines[**i].step == step);
        let rows = lines.flat_map(|&i| {
            let points = self.thinned(&self.seen.lines[i]);
            let row = |p: LinePoint| json!({ "line": i, "x": self.x.number(p.x), "y": self.y.number(p.y) });
            points.into_iter().map(row).collect::<Vec<Value>>()
        });
        let rows: Vec<Value> = rows.collect();
        if rows.is_empty() {
            return None;
        }
        Some(json!({
            "data": { "values": rows },
            "mark": {
                "type": "line", "interpolate": Self::interpolate(step), "clip": true,
                "color": hex(FAINT.color), "strokeWidth": FAINT.width,
            },
            "encoding": {
                "x": self.x.field("x"),
                "y": self.y.field("y"),
                "detail": { "field": "line" },
            },
        }))
    }

    /// Where points are on a plane of the size of the picture.
    fn places(&self, points: &[LinePoint]) -> Vec<Xy> {
        let (x, y) = self.seen.extents;
        let x = Scale::new(x, self.chart.x.log, (0.0, WIDTH));
        let y = Scale::new(y, self.chart.y.log, (0.0, PLANE_HEIGHT));
        points.iter().map(|p| (x.at(p.x), y.at(p.y))).collect()
    }

    fn thinned(&self, points: &[LinePoint]) -> Vec<LinePoint> {
        let needed = thin::needed(&self.places(points));
        needed.into_iter().map(|i| points[i]).collect()
    }

    fn interpolate(step: bool) -> &'static str {
        if step { "step-after" } else { "linear" }
    }

    /// The areas around curves, each without a gap.
    fn bands(&self, step: bool) -> Option<Value> {
        let mut rows = Vec::new();
        for (i, points) in self.joined(step) {
            let runs = points.chunk_by(|a, b| a.band.is_some() == b.band.is_some());
            for (run, points) in runs.enumerate() {
                rows.extend(points.iter().filter_map(|p| {
                    let (low, high) = p.band?;
                    Some(json!({
                        "series": self.looks.name(i),
                        "run": run,
                        "x": self.x.number(p.x),
                        "low": self.y.number(low),
                        "high": self.y.number(high),
                    }))
                }));
            }
        }
        if rows.is_empty() {
            return None;
        }
        Some(json!({
            "data": { "values": rows },
            "mark": {
                "type": "area", "interpolate": Self::interpolate(step), "opacity": 0.18,
                "clip": true,
            },
            "encoding": {
                "x": self.x.field("x"),
                "y": self.y.field("low"),
                "y2": { "field": "high" },
                "color": self.looks.color("series"),
                "detail": { "field": "run" },
            },
        }))
    }

    /// The curves, and points on them: some to tell them apart, all to ask them for their values.
    fn curves(&self, step: bool) -> Vec<Value> {
        let mut rows = Vec::new();
        for (i, points) in self.joined(step) {
            let marked = marked(&self.places(&points), i);
            rows.extend(points.iter().enumerate().map(|(index, p)| {
                let mut row = Map::from_iter([
                    ("series".to_owned(), json!(self.looks.name(i))),
                    ("x".to_owned(), self.x.number(p.x)),
                    ("y".to_owned(), self.y.number(p.y)),
                ]);
                if let Some((low, high)) = p.band {
                    row.insert("low".to_owned(), self.y.number(low));
                    row.insert("high".to_owned(), self.y.number(high));
                }
                if marked.contains(&index) {
                    row.insert("mark".to_owned(), json!(true));
                }
                Value::Object(row)
            }));
        }
        if rows.is_empty() {
            return Vec::new();
        }
        let line = json!({
            "type": "line", "interpolate": Self::interpolate(step), "strokeWidth": 1.8,
            "clip": true,
        });
        let points = json!({ "type": "point", "filled": true, "size": area(3.8), "clip": true });
        let place = json!({
            "x": self.x.field("x"),
            "y": self.y.field("y"),
            "color": self.looks.color("series"),
        });
        let mut asked = place.clone();
        asked["shape"] = self.looks.shape("series");
        asked["opacity"] = json!({ "condition": { "test": "datum.mark", "value": 1 }, "value": 0 });
        asked["tooltip"] = self.tips(rows.iter().any(|row| row.get("low").is_some()));
        let data = json!({ "values": rows });
        vec![
            json!({ "data": data, "mark": line, "encoding": place }),
            json!({ "data": data, "mark": points, "encoding": asked }),
        ]
    }

    fn tips(&self, band: bool) -> Value {
        let mut tips = Vec::new();
        if self.looks.named() {
            tips.push(words("series", "curve"));
        }
        tips.push(self.x.tip("x", None));
        tips.push(self.y.tip("y", None));
        if band {
            tips.push(self.y.tip("low", Some("band from")));
            tips.push(self.y.tip("high", Some("band to")));
        }
        json!(tips)
    }
}
