//! What is around a view: schema, title, caption, fonts.

use super::looks::hex;
use crate::figure::Figure;
use crate::page::{CAPTION_SIZE, LABEL_SIZE, MARGIN, TICK_SIZE, TITLE_SIZE, WIDTH};
use crate::palette::{GREY, GRID, INK, LIGHT};
use crate::scale::Skipped;
use crate::text::wrap;
use crate::{summary, text};
use serde_json::{Map, Value, json};

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";
const FONT: &str = "Helvetica, Arial, sans-serif";
pub(super) const MONOSPACE: &str = "DejaVu Sans Mono, Menlo, Consolas, monospace";

/// A chart as the part of a specification that is its own.
pub(super) struct View {
    /// Layers or views with their data and sizes.
    pub body: Map<String, Value>,
    /// Sentences for the caption.
    pub notes: Vec<String>,
}

impl View {
    /// Layers over each other in a plane so many pixels high.
    pub fn layers(layers: Vec<Value>, height: Value) -> Self {
        let body = json!({
            "width": WIDTH,
            "height": height,
            "autosize": { "type": "fit-x", "contains": "padding" },
            "layer": layers,
        });
        Self::of(body)
    }

    /// Any other arrangement.
    pub fn of(body: Value) -> Self {
        let body = match body {
            Value::Object(body) => body,
            other => Map::from_iter([("layer".to_owned(), other)]),
        };
        Self {
            body,
            notes: Vec::new(),
        }
    }

    /// Says in place of a chart that there is none.
    pub fn nothing(what: &str) -> Self {
        let text = format!("Nothing to show: {what}.");
        let layer = json!({
            "data": { "values": [{}] },
            "mark": { "type": "text", "text": text, "fontSize": LABEL_SIZE, "color": hex(GREY) },
        });
        let mut view = Self::layers(vec![layer], json!(140));
        view.body
            .insert("view".to_owned(), json!({ "stroke": hex(LIGHT) }));
        view
    }

    /// Lets the reader zoom with the wheel, pan by dragging and return with a double click.
    pub fn zoom(mut self, encodings: &[&str]) -> Self {
        let select = json!({ "type": "interval", "encodings": encodings });
        let zoom = json!([{ "name": "grid", "select": select, "bind": "scales" }]);
        let layers = self.body.get_mut("layer").and_then(Value::as_array_mut);
        // One layer carries it for all of them; it must have places of its own.
        let data = |layer: &&mut Value| !layer["encoding"]["x"]["field"].is_null();
        if let Some(layer) = layers.and_then(|layers| layers.iter_mut().find(data)) {
            layer["params"] = zoom;
        }
        self
    }

    /// Adds sentences to the caption.
    pub fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Says in the caption what had no place in the picture.
    pub fn skipped(self, skipped: Skipped) -> Self {
        self.notes(skipped.sentences())
    }
}

/// The whole specification.
pub(super) fn specification(figure: &Figure, view: View) -> Value {
    let mut whole = view.body;
    let room = WIDTH - 2.0 * MARGIN;
    let caption: Vec<&str> = figure
        .caption
        .iter()
        .chain(&view.notes)
        .map(|sentence| sentence.trim())
        .filter(|sentence| !sentence.is_empty())
        .collect();
    let title = wrap(&text::clean(&figure.title), TITLE_SIZE * 1.07, room);
    let caption = wrap(&text::clean(&caption.join(" ")), CAPTION_SIZE, room);
    if !(title.is_empty() && caption.is_empty()) {
        let title = json!({
            "text": title, "subtitle": caption, "anchor": "start", "frame": "bounds", "offset": 10,
        });
        whole.insert("title".to_owned(), title);
    }
    whole.insert("$schema".to_owned(), json!(SCHEMA));
    whole.insert("background".to_owned(), json!("white"));
    whole.insert("padding".to_owned(), json!(MARGIN));
    whole.insert("description".to_owned(), json!(summary(figure)));
    whole.insert("config".to_owned(), config());
    Value::Object(whole)
}

/// The look of titles, axes and legends: that of the SVG.
fn config() -> Value {
    let (ink, grey, grid) = (hex(INK), hex(GREY), hex(GRID));
    json!({
        "font": FONT,
        "title": {
            "fontSize": TITLE_SIZE, "color": ink,
            "subtitleFontSize": CAPTION_SIZE, "subtitleColor": grey, "subtitlePadding": 4,
        },
        "axis": {
            "labelFontSize": TICK_SIZE, "labelColor": ink, "labelLimit": 200,
            "titleFontSize": LABEL_SIZE, "titleFontWeight": "normal", "titleColor": ink,
            "gridColor": grid, "domainColor": grey, "tickColor": grey,
        },
        "legend": {
            "labelFontSize": TICK_SIZE, "labelColor": ink, "labelLimit": 300, "symbolLimit": 40,
            "titleFontSize": LABEL_SIZE, "titleFontWeight": "normal", "titleColor": ink,
        },
        "view": { "stroke": Value::Null },
    })
}
