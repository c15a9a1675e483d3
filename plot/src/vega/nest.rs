//! Loop nests coloured by storage level: boxes and lines of text.

use super::looks::{Look, Looks, hex};
use super::measure::{number, words};
use super::page::{MONOSPACE, View};
use crate::chart::loop_nest::{
    IMPLIED, PAD, ROW, SIZE, indentation, level_color, levels, scope_end,
};
use crate::figure::{LoopNest, NestKind, NestLine, SpatialAxis};
use crate::page::{MARGIN, WIDTH};
use crate::palette::{self, INK};
use crate::text::{monospace_width, shorten_monospace};
use serde_json::{Value, json};

/// The width of the nest in pixels.
pub(super) const ROOM: f64 = WIDTH - 2.0 * MARGIN;

pub(super) fn view(chart: &LoopNest) -> View {
    if chart.lines.is_empty() {
        return View::nothing("the loop nest has no lines");
    }
    let levels = levels(&chart.lines);
    View::of(nest(chart, &levels))
}

/// The nest as a view of its own.
pub(super) fn nest(chart: &LoopNest, levels: &[&str]) -> Value {
    let looks = looks(&chart.lines, levels);
    let height = ROW * chart.lines.len() as f64;
    let pixel = |field: &str, length: f64| {
        json!({
            "field": field, "type": "quantitative", "axis": Value::Null,
            "scale": { "domain": [0, length], "nice": false, "zero": false },
        })
    };
    let x = |field: &str| pixel(field, ROOM);
    let y = |field: &str| {
        let mut channel = pixel(field, height);
        channel["scale"]["reverse"] = json!(true);
        channel
    };
    let scopes = scopes(chart, levels, &looks);
    let area = json!({
        "x": x("from"), "x2": { "field": "to" }, "y": y("top"), "y2": { "field": "bottom" },
    });
    let mut strip = area.clone();
    strip["x2"] = json!({ "field": "strip" });
    strip["color"] = looks.color("level");
    let mut text = json!({
        "x": x("from"), "y": y("middle"),
        "text": { "field": "text", "type": "nominal" },
        "tooltip": [words("whole", "line"), words("level", "level")],
    });
    let (lines, tags) = (lines(chart, levels), tags(chart, levels));
    let font = json!({ "type": "text", "font": MONOSPACE, "fontSize": SIZE, "align": "left" });
    let styled = |mut mark: Value| {
        mark["fill"] = json!({ "expr": "datum.ink" });
        mark["fontWeight"] = json!({ "expr": "datum.bold ? 'bold' : 'normal'" });
        mark
    };
    let mut tag = font.clone();
    tag["align"] = json!("right");
    tag["fontSize"] = json!(SIZE - 2.0);
    let words = json!({ "data": { "values": lines }, "mark": styled(font), "encoding": text });
    text["tooltip"] = Value::Null;
    json!({
        "width": ROOM,
        "height": height,
        "layer": [
            {
                "data": { "values": scopes },
                "mark": { "type": "rect", "fill": { "expr": "datum.tint" }, "tooltip": Value::Null },
                "encoding": area,
            },
            { "data": { "values": scopes }, "mark": { "type": "rect" }, "encoding": strip },
            words,
            { "data": { "values": tags }, "mark": styled(tag), "encoding": text },
        ],
    })
}

/// The levels in their order, and the look of implied loops if there are any.
pub(super) fn looks(lines: &[NestLine], levels: &[&str]) -> Looks {
    let named = levels.iter().enumerate();
    let mut looks: Vec<Look> = named
        .map(|(i, level)| Look::new(level, palette::series(i), "square"))
        .collect();
    if lines.iter().any(|l| l.kind == NestKind::Implied) {
        looks.push(Look::new("implied loop", IMPLIED, "square"));
    }
    Looks::new(looks)
}

/// The areas in which levels hold their data, with the strips at their left.
fn scopes(chart: &LoopNest, levels: &[&str], looks: &Looks) -> Vec<Value> {
    let indent = indentation(&chart.lines);
    let stores = chart.lines.iter().enumerate();
    stores
        .filter(|(_, line)| line.kind == NestKind::Store)
        .map(|(i, line)| {
            let from = indent * line.depth as f64;
            let place = levels.iter().position(|level| *level == line.level);
            json!({
                "from": number(from),
                "strip": number(from + 4.0),
                "to": ROOM,
                "top": number(ROW * i as f64),
                "bottom": number(ROW * scope_end(&chart.lines, i) as f64),
                "level": place.map(|place| looks.name(place)),
                "tint": hex(level_color(levels, &line.level).tint(0.86)),
            })
        })
        .collect()
}

fn tag(line: &NestLine) -> &'static str {
    match line.kind {
        NestKind::Spatial(SpatialAxis::Columns) => "over columns →",
        NestKind::Spatial(SpatialAxis::Rows) => "over rows ↓",
        NestKind::Implied => "implied",
        NestKind::Store | NestKind::Temporal | NestKind::Mac => "",
    }
}

fn ink(line: &NestLine, levels: &[&str]) -> String {
    hex(match line.kind {
        NestKind::Store | NestKind::Spatial(_) => level_color(levels, &line.level).mix(INK, 0.35),
        NestKind::Temporal | NestKind::Mac => INK,
        NestKind::Implied => IMPLIED.mix(INK, 0.35),
    })
}

fn lines(chart: &LoopNest, levels: &[&str]) -> Vec<Value> {
    let indent = indentation(&chart.lines);
    let all = chart.lines.iter().enumerate();
    all.map(|(i, line)| {
        let from = indent * line.depth as f64 + PAD;
        let room = ROOM - PAD - from - monospace_width(tag(line), SIZE - 2.0) - 12.0;
        json!({
            "from": number(from),
            "middle": number(ROW * (i as f64 + 0.5)),
            "text": shorten_monospace(&crate::text::clean(&line.text), SIZE, room),
            "whole": crate::text::clean(&line.text),
            "level": crate::text::clean(&line.level),
            "ink": ink(line, levels),
            "bold": matches!(line.kind, NestKind::Store | NestKind::Mac),
        })
    })
    .collect()
}

/// What stands at the right of spread and implied loops.
fn tags(chart: &LoopNest, levels: &[&str]) -> Vec<Value> {
    let all = chart.lines.iter().enumerate();
    all.filter(|(_, line)| !tag(line).is_empty())
        .map(|(i, line)| {
            json!({
                "from": number(ROOM - PAD),
                "middle": number(ROW * (i as f64 + 0.5)),
                "text": tag(line),
                "ink": ink(line, levels),
                "bold": false,
            })
        })
        .collect()
}
