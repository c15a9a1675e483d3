//! Areas to scale: rectangles with tooltips.

use super::looks::{Look, Looks, hex};
use super::measure::{number, words};
use super::page::View;
use crate::PlotError;
use crate::chart::floorplan::{HEIGHT, Seen, color};
use crate::drawing::Rect;
use crate::figure::Floorplan;
use crate::page::{LABEL_SIZE, MARGIN, WIDTH};
use crate::palette::{INK, RED, WHITE};
use crate::text::{clean, width};
use serde_json::{Value, json};

pub(super) fn view(chart: &Floorplan) -> Result<View, PlotError> {
    let Some(seen) = Seen::of(chart)? else {
        return Ok(View::nothing("no part has an area"));
    };
    let looks = seen.looks.iter().enumerate();
    let looks = Looks::new(
        looks
            .map(|(i, name)| Look::new(name, color(i), "square"))
            .collect(),
    );
    let pieces: Vec<Value> = seen
        .pieces
        .iter()
        .map(|piece| {
            let block = &seen.chart.blocks[piece.block];
            let part = &block.parts[piece.part];
            let name = clean(&part.name);
            let fits = width(&name, LABEL_SIZE) * 1.07 + 6.0 < piece.rect.width()
                && piece.rect.height() > 18.0;
            let mut value = corners(&piece.rect);
            value["part"] = json!(looks.name(piece.look));
            value["block"] = json!(clean(&block.name));
            value["size"] = json!(seen.size(part.area));
            value["written"] = json!(if fits { name } else { String::new() });
            value["ink"] = json!(hex(color(piece.look).ink()));
            value
        })
        .collect();
    let outlines: Vec<Value> = seen.blocks.iter().map(|(_, rect)| corners(rect)).collect();
    let tips = [
        words("block", "block"),
        words("part", "part"),
        words("size", "area"),
    ];
    let mut areas = place();
    areas["color"] = looks.color("part");
    areas["tooltip"] = json!(tips);
    let outline = |data: Vec<Value>, stroke: &str, dash: Value| {
        json!({
            "data": { "values": data },
            "mark": {
                "type": "rect", "fill": Value::Null, "stroke": stroke, "strokeWidth": 1.8,
                "strokeDash": dash, "tooltip": Value::Null,
            },
            "encoding": place(),
        })
    };
    let mut layers = vec![
        json!({
            "data": { "values": pieces },
            "mark": { "type": "rect", "stroke": hex(WHITE), "strokeWidth": 1 },
            "encoding": areas,
        }),
        json!({
            "data": { "values": pieces },
            "mark": {
                "type": "text", "fontSize": LABEL_SIZE, "fontWeight": "bold",
                "fill": { "expr": "datum.ink" },
            },
            "encoding": {
                "x": pixel("middle_x", WIDTH - 2.0 * MARGIN, false),
                "y": pixel("middle_y", HEIGHT, true),
                "text": { "field": "written", "type": "nominal" },
                "tooltip": tips,
            },
        }),
        outline(outlines, &hex(INK), json!([1, 0])),
    ];
    if let Some(budget) = &seen.budget {
        layers.push(outline(vec![corners(budget)], &hex(RED), json!([7, 4])));
    }
    let body = json!({ "width": WIDTH - 2.0 * MARGIN, "height": HEIGHT, "layer": layers });
    Ok(View::of(body).notes(seen.notes))
}

fn corners(rect: &Rect) -> Value {
    json!({
        "x0": number(rect.x0), "x1": number(rect.x1),
        "y0": number(rect.y0), "y1": number(rect.y1),
        "middle_x": number(rect.center().0), "middle_y": number(rect.center().1),
    })
}

fn place() -> Value {
    json!({
        "x": pixel("x0", WIDTH - 2.0 * MARGIN, false), "x2": { "field": "x1" },
        "y": pixel("y0", HEIGHT, true), "y2": { "field": "y1" },
    })
}

fn pixel(field: &str, length: f64, reverse: bool) -> Value {
    json!({
        "field": field, "type": "quantitative", "axis": Value::Null,
        "scale": { "domain": [0, length], "nice": false, "zero": false, "reverse": reverse },
    })
}
