//! Specifications and reference lines across a plane.

use super::looks::hex;
use super::measure::Measure;
use crate::chart::limits::is_inside;
use crate::figure::{Bound, Direction, Limit};
use crate::page::TICK_SIZE;
use crate::palette::{RED, WHITE};
use crate::scale::Extent;
use crate::text::clean;
use serde_json::{Map, Value, json};

/// The areas beyond the limits, to be drawn before the data.
pub(super) fn shades(
    limits: &[Limit],
    (x, y): (&Measure<'_>, &Measure<'_>),
    extents: (Extent, Extent),
) -> Vec<Value> {
    let inside = limits.iter().filter(|l| is_inside(l, extents));
    inside
        .filter_map(|limit| {
            let bound = limit.bound?;
            let (channel, measure, end) = match (limit.axis, bound) {
                (Direction::X, Bound::AtMost) => ("x", x, json!("width")),
                (Direction::X, Bound::AtLeast) => ("x", x, json!(0)),
                (Direction::Y, Bound::AtMost) => ("y", y, json!(0)),
                (Direction::Y, Bound::AtLeast) => ("y", y, json!("height")),
            };
            let encoding = json!({
                channel: measure.at(limit.value),
                format!("{channel}2"): { "value": end },
            });
            Some(json!({
                "data": { "values": [{}] },
                "mark": { "type": "rect", "color": hex(RED), "opacity": 0.07, "clip": true },
                "encoding": encoding,
            }))
        })
        .collect()
}

/// The lines with their labels, to be drawn after the data.
pub(super) fn lines(
    limits: &[Limit],
    measures: (&Measure<'_>, &Measure<'_>),
    extents: (Extent, Extent),
) -> Vec<Value> {
    let inside = limits.iter().filter(|l| is_inside(l, extents));
    inside
        .flat_map(|limit| {
            let [rim, label] = haloed(label(limit, measures));
            [rule(limit, measures), rim, label]
        })
        .collect()
}

/// The limits outside of the picture, named.
pub(super) fn outside(limits: &[Limit], extents: (Extent, Extent)) -> Vec<String> {
    let outside = limits.iter().filter(|l| !is_inside(l, extents));
    outside
        .filter(|l| l.value.is_finite())
        .map(|l| format!("Outside the picture: {}.", l.label))
        .collect()
}

/// The channel of the axis on which a limit stands, at its value.
fn place(limit: &Limit, (x, y): (&Measure<'_>, &Measure<'_>)) -> (&'static str, Value) {
    match limit.axis {
        Direction::X => ("x", x.at(limit.value)),
        Direction::Y => ("y", y.at(limit.value)),
    }
}

fn rule(limit: &Limit, measures: (&Measure<'_>, &Measure<'_>)) -> Value {
    let (channel, at) = place(limit, measures);
    dashed(channel, at, &limit.label)
}

/// A dashed red line across the picture.
pub(super) fn dashed(channel: &str, at: Value, label: &str) -> Value {
    json!({
        "data": { "values": [{}] },
        "mark": {
            "type": "rule", "color": hex(RED), "strokeWidth": 1.2, "strokeDash": [6, 4],
            "clip": true, "tooltip": clean(label),
        },
        "encoding": { channel: at },
    })
}

/// A layer of text behind which a white rim keeps it readable.
pub(super) fn haloed(text: Value) -> [Value; 2] {
    let mut rim = text.clone();
    rim["mark"]["stroke"] = json!(hex(WHITE));
    rim["mark"]["strokeWidth"] = json!(4);
    rim["mark"]["strokeJoin"] = json!("round");
    rim["mark"]["opacity"] = json!(0.85);
    [rim, text]
}

/// The label at the end of the line, on the infeasible side.
fn label(limit: &Limit, measures: (&Measure<'_>, &Measure<'_>)) -> Value {
    let (channel, at) = place(limit, measures);
    let below = limit.bound == Some(Bound::AtLeast);
    let mut mark = json!({
        "type": "text", "text": clean(&limit.label), "color": hex(RED), "fontSize": TICK_SIZE,
        "align": "right", "baseline": if below { "top" } else { "bottom" },
        "limit": 220, "clip": true,
    });
    let mut encoding = Map::from_iter([(channel.to_owned(), at)]);
    let (other, end) = match limit.axis {
        Direction::X => {
            mark["angle"] = json!(270);
            mark["baseline"] = json!(if below { "bottom" } else { "top" });
            mark["dx"] = json!(-5);
            mark["dy"] = json!(if below { -4 } else { 4 });
            ("y", json!(0))
        }
        Direction::Y => {
            mark["dx"] = json!(-6);
            mark["dy"] = json!(if below { 4 } else { -4 });
            ("x", json!("width"))
        }
    };
    encoding.insert(other.to_owned(), json!({ "value": end }));
    json!({ "data": { "values": [{}] }, "mark": mark, "encoding": encoding })
}
