//! Scatter charts with front, limits, target and best point.

use super::limits;
use super::looks::{Look, Looks, STROKE, area, hex, shape};
use super::measure::{Measure, words};
use super::page::View;
use crate::axes::Ruler;
use crate::chart::PLANE_HEIGHT;
use crate::chart::error_bars::ends;
use crate::chart::scatter::{BEST, FRONT, Seen, look};
use crate::drawing::Xy;
use crate::figure::{Goal, Mark, Point, Scatter};
use crate::page::TICK_SIZE;
use crate::palette::{self, Color, GREY, INK, LIGHT, WHITE};
use crate::text::clean;
use serde_json::{Map, Value, json};

/// The largest front whose points are drawn beside its line.
const MOST_RINGS: usize = 200;

pub(super) fn view(chart: &Scatter) -> View {
    let (seen, skipped) = Seen::of(chart);
    let Some(seen) = seen else {
        return View::nothing("there are no points").skipped(skipped);
    };
    let (x, y) = seen.rulers(chart);
    let picture = Picture {
        chart,
        looks: looks(chart, &seen),
        x: Measure::new(&x, "x", 10),
        y: Measure::new(&y, "y", 6),
        color: seen
            .color
            .as_ref()
            .map(|ruler| Measure::new(ruler, "color", 8)),
        seen: &seen,
    };
    let measures = (&picture.x, &picture.y);
    let mut layers = limits::shades(&chart.limits, measures, seen.extents);
    layers.extend(picture.error_bars());
    layers.extend(picture.front());
    layers.extend(
        [false, true]
            .into_iter()
            .filter_map(|valued| picture.points(valued)),
    );
    let singles = [
        (seen.target, Mark::Plus, INK),
        (seen.best, Mark::Star, BEST),
    ];
    for (point, mark, color) in singles {
        layers.extend(
            point
                .into_iter()
                .flat_map(|p| picture.single(p, mark, color)),
        );
    }
    layers.extend(limits::lines(&chart.limits, measures, seen.extents));
    View::layers(layers, json!(PLANE_HEIGHT))
        .zoom(&["x", "y"])
        .notes(seen.note.clone())
        .notes(limits::outside(&chart.limits, seen.extents))
        .skipped(skipped)
}

/// The series, and then what else has a place in the legend.
fn looks(chart: &Scatter, seen: &Seen<'_>) -> Looks {
    let series = chart.series.iter().enumerate().map(|(i, s)| {
        let color = if seen.color.is_some() {
            GREY
        } else {
            palette::series(i)
        };
        Look::new(&s.name, color, shape(s.mark.unwrap_or(palette::mark(i))))
    });
    let mut looks: Vec<Look> = series.collect();
    if !seen.front.is_empty() {
        looks.push(Look::new("Pareto front", FRONT.color, STROKE));
    }
    if seen.best.is_some() {
        looks.push(Look::new("best", BEST, shape(Mark::Star)));
    }
    if seen.target.is_some() {
        looks.push(Look::new("target", INK, shape(Mark::Plus)));
    }
    Looks::new(looks)
}

struct Picture<'a> {
    chart: &'a Scatter,
    seen: &'a Seen<'a>,
    looks: Looks,
    x: Measure<'a>,
    y: Measure<'a>,
    color: Option<Measure<'a>>,
}

impl Picture<'_> {
    fn row(&self, point: &Point, series: Option<usize>) -> Value {
        let mut row = Map::from_iter([
            ("x".to_owned(), self.x.number(point.x)),
            ("y".to_owned(), self.y.number(point.y)),
        ]);
        if let Some(label) = &point.label {
            row.insert("label".to_owned(), json!(clean(label)));
        }
        if let Some(series) = series {
            row.insert("series".to_owned(), json!(self.looks.name(series)));
        }
        let ruler: Option<&Ruler<'_>> = self.seen.color.as_ref();
        let known = ruler.zip(point.color);
        if let Some((_, value)) = known.filter(|(r, v)| crate::scale::drawable(*v, r.is_log())) {
            let color = self.color.as_ref().map(|measure| measure.number(value));
            row.insert("color".to_owned(), json!(color));
        }
        Value::Object(row)
    }

    /// The points that have a value on the colour axis, or those that have none; without such an
    /// axis none has one.
    fn points(&self, valued: bool) -> Option<Value> {
        let series = self.seen.series.iter().enumerate();
        let rows = series.flat_map(|(i, points)| points.iter().map(move |p| (i, *p)));
        let rows = rows.map(|(i, p)| self.row(p, Some(i)));
        let rows: Vec<Value> = rows
            .filter(|row| row.get("color").is_some() == valued)
            .collect();
        if rows.is_empty() {
            return None;
        }
        let (radius, opacity) = look(self.seen.count());
        let mut shape = self.looks.shape("series");
        if self.color.is_some() && !shape["legend"].is_null() {
            shape["legend"]["symbolFillColor"] = json!(hex(GREY));
        }
        let color = match &self.color {
            Some(measure) if valued => by_value(measure),
            Some(_) => json!({ "value": hex(LIGHT) }),
            None => self.looks.color("series"),
        };
        Some(json!({
            "data": { "values": rows },
            "mark": {
                "type": "point", "filled": true, "size": area(radius), "opacity": opacity,
                "clip": true,
            },
            "encoding": {
                "x": self.x.field("x"),
                "y": self.y.field("y"),
                "color": color,
                "shape": shape,
                "tooltip": self.tips(true),
            },
        }))
    }

    /// How far from its place each point may lie.
    fn error_bars(&self) -> Option<Value> {
        let series = self.seen.series.iter().enumerate();
        let points = series.flat_map(|(i, points)| points.iter().map(move |p| (i, *p)));
        let axes = (&self.chart.x, &self.chart.y);
        let bars =
            points.flat_map(|(i, p)| ends(p, axes.0, axes.1).into_iter().map(move |b| (i, b)));
        let row = |(i, [a, b]): (usize, [Xy; 2])| {
            json!({
                "series": self.looks.name(i),
                "x": self.x.number(a.0),
                "x2": self.x.number(b.0),
                "y": self.y.number(a.1),
                "y2": self.y.number(b.1),
            })
        };
        let rows: Vec<Value> = bars.map(row).collect();
        if rows.is_empty() {
            return None;
        }
        let color = match &self.color {
            Some(_) => json!({ "value": hex(GREY) }),
            None => self.looks.color("series"),
        };
        Some(json!({
            "data": { "values": rows },
            "mark": { "type": "rule", "opacity": 0.6, "clip": true },
            "encoding": {
                "x": self.x.field("x"),
                "x2": { "field": "x2" },
                "y": self.y.field("y"),
                "y2": { "field": "y2" },
                "color": color,
            },
        }))
    }

    fn tips(&self, series: bool) -> Vec<Value> {
        let mut points = self.seen.series.iter().flatten();
        let mut tips = Vec::new();
        if !series || points.any(|p| p.label.is_some()) {
            tips.push(words("label", "design"));
        }
        if series && self.looks.named() {
            tips.push(words("series", "group"));
        }
        tips.push(self.x.tip("x", None));
        tips.push(self.y.tip("y", None));
        tips.extend(
            self.color
                .as_ref()
                .map(|measure| measure.tip("color", None)),
        );
        tips
    }

    /// The front as steps around what it dominates, and its points.
    fn front(&self) -> Option<Value> {
        let front = self
            .chart
            .front
            .as_ref()
            .filter(|_| !self.seen.front.is_empty())?;
        let points = self.seen.front.iter().map(|&(x, y)| Point::new(x, y));
        let rows: Vec<Value> = points.map(|p| self.row(&p, None)).collect();
        let ring = json!({
            "filled": false, "size": area(6.5), "strokeWidth": 1.1, "color": hex(FRONT.color),
            "opacity": 1,
        });
        let rings = if rows.len() <= MOST_RINGS {
            ring
        } else {
            json!(false)
        };
        let step = match front.x {
            Goal::Minimize => "step-after",
            Goal::Maximize => "step-before",
        };
        Some(json!({
            "data": { "values": rows },
            "mark": {
                "type": "line", "interpolate": step, "strokeWidth": FRONT.width, "point": rings,
                "clip": true,
            },
            "encoding": {
                "x": self.x.field("x"),
                "y": self.y.field("y"),
                "color": self.looks.color_of(self.chart.series.len()),
                "tooltip": [self.x.tip("x", None), self.y.tip("y", None)],
            },
        }))
    }

    /// A point of its own look with its label.
    fn single(&self, point: &Point, mark: Mark, color: Color) -> [Value; 3] {
        let data = json!({ "values": [self.row(point, None)] });
        let place = |more: (&str, Value)| json!({ "x": self.x.field("x"), "y": self.y.field("y"), more.0: more.1 });
        let symbol = json!({
            "type": "point", "filled": true, "shape": shape(mark), "size": area(10.0),
            "fill": hex(color), "stroke": hex(WHITE), "strokeWidth": 1, "opacity": 1, "clip": true,
        });
        let label = json!({
            "type": "text", "align": "left", "dx": 10, "fontSize": TICK_SIZE, "color": hex(INK),
            "clip": true,
        });
        let text = place(("text", json!({ "field": "label", "type": "nominal" })));
        let [rim, label] = limits::haloed(json!({ "data": data, "mark": label, "encoding": text }));
        let tips = place(("tooltip", json!(self.tips(false))));
        [
            rim,
            label,
            json!({ "data": data, "mark": symbol, "encoding": tips }),
        ]
    }
}

/// Colours by the value of a field, on the scale of the SVG.
pub(super) fn by_value(measure: &Measure<'_>) -> Value {
    let colors: Vec<String> = (0..=10)
        .map(|i| hex(palette::continuous(f64::from(i) / 10.0)))
        .collect();
    let mut scale = measure.scale();
    scale["range"] = json!(colors);
    scale["interpolate"] = json!("rgb");
    json!({ "field": "color", "type": "quantitative", "scale": scale, "legend": bar(measure) })
}

/// The bar beside the chart that says which colour is which value.
fn bar(measure: &Measure<'_>) -> Value {
    let mut bar = json!({
        "title": measure.title(), "gradientLength": PLANE_HEIGHT - 30.0, "titleLimit": 300,
    });
    if let Some(steps) = measure.steps() {
        bar["values"] = json!(steps);
    }
    bar
}
