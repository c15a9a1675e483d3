//! Rooflines: performance against operational intensity.

use super::looks::{Look, Looks, STROKE, area, hex, shape};
use super::measure::{Measure, words};
use super::page::View;
use crate::chart::PLANE_HEIGHT;
use crate::chart::roofline::{Seen, looks};
use crate::figure::{Ceiling, Machine, Roofline};
use crate::page::TICK_SIZE;
use crate::palette::{self, Color, WHITE};
use crate::text::clean;
use serde_json::{Value, json};

/// How far roofs go beyond the picture on either side, so that they are there when it is moved.
const BEYOND: f64 = 1e4;

pub(super) fn view(chart: &Roofline) -> View {
    let (seen, skipped) = Seen::of(chart);
    let Some(seen) = seen else {
        return View::nothing("there is neither a machine nor a point").skipped(skipped);
    };
    let (x, y) = seen.rulers();
    let picture = Picture {
        seen: &seen,
        looks: all_looks(&seen),
        x: Measure::new(&x, "x", 9),
        y: Measure::new(&y, "y", 8),
        rulers: (&x, &y),
    };
    let colors = looks(&seen.machines, &seen.groups);
    let machines = seen.machines.iter().enumerate().zip(colors);
    let mut layers: Vec<Value> = machines
        .flat_map(|((i, machine), color)| picture.roof(machine, color, look_of(&seen, i)))
        .collect();
    layers.push(picture.points());
    View::layers(layers, json!(PLANE_HEIGHT))
        .zoom(&["x", "y"])
        .notes(seen.note.clone())
        .skipped(skipped)
}

/// The groups of the points, then the machines that have no points of their own.
fn all_looks(seen: &Seen<'_>) -> Looks {
    let groups = seen.groups.iter().enumerate();
    let points = groups.map(|(i, g)| Look::new(g, palette::series(i), shape(palette::mark(i))));
    let colors = looks(&seen.machines, &seen.groups);
    let roofs = seen.machines.iter().zip(colors);
    let roofs = roofs
        .filter(|(m, _)| !seen.groups.contains(&m.name.as_str()))
        .map(|(m, color)| Look::new(&m.name, color, STROKE));
    Looks::new(points.chain(roofs).collect())
}

/// The place of a machine among the looks: that of its points, if it has any.
fn look_of(seen: &Seen<'_>, machine: usize) -> usize {
    let group = |m: &Machine| seen.groups.iter().position(|g| *g == m.name);
    let without = |m: &&Machine| group(m).is_none();
    let before = seen.machines[..machine].iter().filter(without).count();
    group(&seen.machines[machine]).unwrap_or(seen.groups.len() + before)
}

struct Picture<'a> {
    seen: &'a Seen<'a>,
    looks: Looks,
    x: Measure<'a>,
    y: Measure<'a>,
    rulers: (&'a crate::axes::Ruler<'a>, &'a crate::axes::Ruler<'a>),
}

impl Picture<'_> {
    fn row(&self, (intensity, performance): (f64, f64), text: &str) -> Value {
        json!({
            "x": self.x.number(intensity),
            "y": self.y.number(performance),
            "text": clean(text),
        })
    }

    /// The lines of a machine with their names and ridge points.
    fn roof(&self, machine: &Machine, color: Color, look: usize) -> Vec<Value> {
        let (x, _) = self.seen.extents;
        let fastest = machine.bandwidths.iter().map(|b| b.value).reduce(f64::max);
        let flat_from = fastest.map_or(x.lo / BEYOND, |b| machine.peak / b);
        let peak = format!("peak {}", self.rulers.1.with_own_unit(machine.peak));
        let flat = [(flat_from, machine.peak), (x.hi * BEYOND, machine.peak)];
        let mut layers = vec![self.line(flat, look, &format!("{} {peak}", machine.name))];
        for ceiling in &machine.bandwidths {
            layers.extend(self.slope((machine, ceiling), color, look));
        }
        let end = self.row((x.hi, machine.peak), &peak);
        layers.push(self.text(
            vec![end],
            color,
            json!({ "align": "right", "dx": -6, "dy": -9 }),
        ));
        layers
    }

    /// One bandwidth, named, up to its ridge point.
    fn slope(
        &self,
        (machine, ceiling): (&Machine, &Ceiling),
        color: Color,
        look: usize,
    ) -> Vec<Value> {
        let ((x, y), ridge) = (self.seen.extents, machine.peak / ceiling.value);
        let top = (ridge, machine.peak);
        let from = ridge.min(x.lo) / BEYOND;
        let line = [(from, from * ceiling.value), top];
        let note = self.rulers.0.with_own_unit(ridge);
        let ridge_text = format!("{} {}: ridge {note}", machine.name, ceiling.label);
        let foot = [(ridge, y.lo / BEYOND), top];
        let mut layers = vec![
            self.foot(foot, color),
            self.line(line, look, &format!("{} {}", machine.name, ceiling.label)),
            json!({
                "data": { "values": [self.row(top, &ridge_text)] },
                "mark": {
                    "type": "point", "size": area(3.8), "fill": hex(WHITE), "stroke": hex(color),
                    "strokeWidth": 1.4, "opacity": 1, "clip": true,
                },
                "encoding": self.place(Some(json!([words("text", "ridge point")]))),
            }),
        ];
        let start = x.lo.max(y.lo / ceiling.value);
        if start < ridge {
            // Six tenths of the way up what is to be seen.
            let at = libm::pow(start, 0.4) * libm::pow(ridge, 0.6);
            let row = self.row((at, at * ceiling.value), &ceiling.label);
            let beside = json!({ "align": "right", "dx": -7, "dy": -7 });
            layers.push(self.text(vec![row], color, beside));
        }
        layers
    }

    fn place(&self, tooltip: Option<Value>) -> Value {
        let mut place = json!({ "x": self.x.field("x"), "y": self.y.field("y") });
        if let Some(tooltip) = tooltip {
            place["tooltip"] = tooltip;
        }
        place
    }

    fn line(&self, ends: [(f64, f64); 2], look: usize, name: &str) -> Value {
        let mut encoding = self.place(Some(json!([words("text", "roof")])));
        encoding["color"] = self.looks.color_of(look);
        json!({
            "data": { "values": ends.map(|end| self.row(end, name)) },
            "mark": { "type": "line", "strokeWidth": 1.8, "clip": true },
            "encoding": encoding,
        })
    }

    fn foot(&self, ends: [(f64, f64); 2], color: Color) -> Value {
        json!({
            "data": { "values": ends.map(|end| self.row(end, "")) },
            "mark": {
                "type": "line", "strokeWidth": 0.9, "strokeDash": [3, 3],
                "color": hex(color.tint(0.35)), "clip": true,
            },
            "encoding": self.place(None),
        })
    }

    fn text(&self, rows: Vec<Value>, color: Color, more: Value) -> Value {
        let mut mark = more;
        mark["type"] = json!("text");
        mark["fontSize"] = json!(TICK_SIZE);
        mark["color"] = json!(hex(color));
        mark["clip"] = json!(true);
        let mut encoding = self.place(None);
        encoding["text"] = json!({ "field": "text", "type": "nominal" });
        json!({ "data": { "values": rows }, "mark": mark, "encoding": encoding })
    }

    fn points(&self) -> Value {
        let rows = self.seen.points.iter().map(|p| {
            json!({
                "x": self.x.number(p.intensity),
                "y": self.y.number(p.performance),
                "name": clean(&p.name),
                "group": self.looks.name(self.seen.group(p)),
            })
        });
        let rows: Vec<Value> = rows.collect();
        let radius = if rows.len() > 80 { 3.0 } else { 4.5 };
        let mut tips = vec![words("name", "layer")];
        if self.looks.named() {
            tips.push(words("group", "group"));
        }
        tips.extend([self.x.tip("x", None), self.y.tip("y", None)]);
        json!({
            "data": { "values": rows },
            "mark": {
                "type": "point", "filled": true, "size": area(radius), "opacity": 0.9,
                "clip": true,
            },
            "encoding": {
                "x": self.x.field("x"),
                "y": self.y.field("y"),
                "color": self.looks.color("group"),
                "shape": self.looks.shape("group"),
                "tooltip": tips,
            },
        })
    }
}
