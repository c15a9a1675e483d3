//! Colours, shapes and their legend.

use crate::figure::Mark;
use crate::page::{MARGIN, TICK_SIZE, WIDTH};
use crate::palette::Color;
use crate::text::{clean, width};
use serde_json::{Value, json};

/// One look in the legend.
pub(super) struct Look {
    name: String,
    color: Color,
    shape: &'static str,
    named: bool,
}

impl Look {
    pub fn new(name: &str, color: Color, shape: &'static str) -> Self {
        Self {
            named: !name.trim().is_empty(),
            name: clean(name),
            color,
            shape,
        }
    }
}

/// The looks of a chart; their names are told apart.
pub(super) struct Looks {
    looks: Vec<Look>,
}

impl Looks {
    pub fn new(mut looks: Vec<Look>) -> Self {
        let names = distinct(looks.iter().map(|l| l.name.as_str()));
        for (look, name) in looks.iter_mut().zip(names) {
            look.name = name;
        }
        Self { looks }
    }

    /// The name by which the data know a look.
    pub fn name(&self, i: usize) -> &str {
        self.looks.get(i).map_or("", |l| l.name.as_str())
    }

    /// Whether a tooltip has a name to show.
    pub fn named(&self) -> bool {
        self.looks.iter().any(|l| l.named)
    }

    /// The colour of the look that a field names.
    pub fn color(&self, field: &str) -> Value {
        self.channel(field, self.colors())
    }

    /// The colour of one look, on the scale of the others.
    pub fn color_of(&self, i: usize) -> Value {
        json!({ "datum": self.name(i), "type": "nominal" })
    }

    /// The shape of the look that a field names.
    pub fn shape(&self, field: &str) -> Value {
        let shapes = self.looks.iter().map(|l| json!(l.shape)).collect();
        self.channel(field, shapes)
    }

    fn colors(&self) -> Vec<Value> {
        self.looks.iter().map(|l| json!(hex(l.color))).collect()
    }

    fn channel(&self, field: &str, range: Vec<Value>) -> Value {
        let names: Vec<&str> = self.looks.iter().map(|l| l.name.as_str()).collect();
        json!({
            "field": field,
            "type": "nominal",
            "scale": { "domain": names, "range": range },
            "legend": self.legend(),
        })
    }

    /// The legend in rows above the chart, without what has no name.
    fn legend(&self) -> Value {
        let named = self.looks.iter().filter(|l| l.named);
        let names: Vec<&str> = named.map(|l| l.name.as_str()).collect();
        if names.is_empty() {
            return Value::Null;
        }
        let widest = names
            .iter()
            .map(|n| width(n, TICK_SIZE).min(300.0))
            .fold(0.0, f64::max);
        let columns = ((WIDTH - 2.0 * MARGIN) / (widest + 40.0)).max(1.0) as usize;
        let boxes = self.looks.iter().all(|l| l.shape == "square");
        let mut legend = json!({
            "title": Value::Null,
            "orient": "top",
            "direction": "horizontal",
            "columns": columns.min(names.len()),
            "values": names,
            "symbolOpacity": 1,
        });
        if boxes {
            legend["symbolType"] = json!("square");
        }
        legend
    }
}

/// The names, each with a number behind it where it is there already.
pub(super) fn distinct<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut known = std::collections::BTreeSet::new();
    names
        .into_iter()
        .map(|name| {
            let name = clean(name);
            let again = (2..).map(|n| format!("{name} ({n})"));
            let free = std::iter::once(name.clone())
                .chain(again)
                .find(|candidate| known.insert(candidate.clone()));
            free.unwrap_or(name)
        })
        .collect()
}

/// The colour as Vega reads it, without its opacity.
pub(super) fn hex(color: Color) -> String {
    let (r, g, b) = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// The shape of a mark: a name, or a path in a square from -1 to 1.
pub(super) fn shape(mark: Mark) -> &'static str {
    match mark {
        Mark::Circle => "circle",
        Mark::Square => "square",
        Mark::Triangle => "triangle-up",
        Mark::Diamond => "diamond",
        Mark::Plus => {
            "M-.22,-1L.22,-1L.22,-.22L1,-.22L1,.22L.22,.22L.22,1L-.22,1L-.22,.22L-1,.22L-1,-.22L-.22,-.22Z"
        }
        Mark::Cross => {
            "M-.8,-.5L-.5,-.8L0,-.3L.5,-.8L.8,-.5L.3,0L.8,.5L.5,.8L0,.3L-.5,.8L-.8,.5L-.3,0Z"
        }
        Mark::Ring => {
            "M-1,0A1,1,0,1,0,1,0A1,1,0,1,0,-1,0M-.55,0A.55,.55,0,1,1,.55,0A.55,.55,0,1,1,-.55,0Z"
        }
        Mark::Star => {
            "M0,-1.2L.3,-.41L1.14,-.37L.48,.16L.71,.97L0,.5L-.71,.97L-.48,.16L-1.14,-.37L-.3,-.41Z"
        }
    }
}

/// A line in the legend.
pub(super) const STROKE: &str = "stroke";

/// The area in square pixels of a mark of about so many pixels around its place.
pub(super) fn area(radius: f64) -> f64 {
    (std::f64::consts::PI * radius * radius).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let names = distinct(["a", "b", "a", "a (2)", "", ""]);
        assert_eq!(names, ["a", "b", "a (2)", "a (2) (2)", "", " (2)"]);
    }
}
