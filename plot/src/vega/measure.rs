//! Measured axes: scale, ticks and title as the SVG has them, and numbers in their unit.

use crate::axes::Ruler;
use serde_json::{Map, Value, json};

/// A measured direction of a chart as channels of Vega-Lite.
///
/// All numbers of a specification are in the unit in which their axis writes them.
pub(super) struct Measure<'a> {
    ruler: &'a Ruler<'a>,
    ticks: usize,
}

/// How tooltips write numbers: thousands apart, no zeros at the end.
const FORMAT: &str = ",.6~r";
/// The same for numbers that have too many zeros.
const EXPONENT: &str = ".6~e";

/// Powers of ten as the SVG writes them, from the value of a tick. Ticks that the axis leaves
/// empty stay so. The `1e-9` is that of [`crate::number::exponent`].
const LOG_LABEL: &str = "datum.label === '' ? '' : \
     datum.value >= 0.001 && datum.value < 100000 ? format(datum.value, ',~r') : \
     abs(log(datum.value) / LN10) >= 99 ? format(datum.value, '.0e') : \
     (round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9))) === 1 ? '' : \
     round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9))) + '·') + '10' + \
     (datum.value < 1 ? '⁻' : '') + \
     (abs(floor(log(datum.value) / LN10 + 1e-9)) >= 10 ? \
     substring('⁰¹²³⁴⁵⁶⁷⁸⁹', floor(abs(floor(log(datum.value) / LN10 + 1e-9)) / 10), \
     floor(abs(floor(log(datum.value) / LN10 + 1e-9)) / 10) + 1) : '') + \
     substring('⁰¹²³⁴⁵⁶⁷⁸⁹', abs(floor(log(datum.value) / LN10 + 1e-9)) % 10, \
     abs(floor(log(datum.value) / LN10 + 1e-9)) % 10 + 1)";

impl<'a> Measure<'a> {
    /// The direction of a ruler with about so many ticks.
    pub fn new(ruler: &'a Ruler<'a>, ticks: usize) -> Self {
        Self { ruler, ticks }
    }

    /// A value in the unit of the axis.
    pub fn number(&self, value: f64) -> Value {
        number(self.ruler.in_unit(value))
    }

    /// The place of a field.
    pub fn field(&self, name: &str) -> Value {
        self.channel("field", json!(name))
    }

    /// The place of one value.
    pub fn at(&self, value: f64) -> Value {
        self.channel("datum", self.number(value))
    }

    /// The place of a field whose axis has no grid and no lines, as beside names.
    fn channel(&self, key: &str, of: Value) -> Value {
        let mut axis = Map::from_iter([("tickCount".to_owned(), json!(self.ticks))]);
        if self.ruler.is_log() {
            axis.insert("labelExpr".to_owned(), json!(LOG_LABEL));
        }
        json!({
            key: of,
            "type": "quantitative",
            "title": self.title(),
            "scale": self.scale(),
            "axis": axis,
        })
    }

    /// The kind of the scale, and what of it is to be seen.
    pub fn scale(&self) -> Value {
        let (lo, hi) = self.ruler.range();
        let kind = if self.ruler.is_log() { "log" } else { "linear" };
        json!({ "type": kind, "domain": [number(lo), number(hi)] })
    }

    /// The name with the unit; null when there is neither.
    pub fn title(&self) -> Value {
        let name = self.ruler.name();
        if name.is_empty() {
            Value::Null
        } else {
            json!(name)
        }
    }

    /// What a tooltip says of a field of this unit, under its name or that of the axis.
    pub fn tip(&self, field: &str, name: Option<&str>) -> Value {
        let (lo, hi) = self.ruler.range();
        let plain = |v: f64| v == 0.0 || (1e-7..1e15).contains(&v.abs());
        let format = if plain(lo) && plain(hi) {
            FORMAT
        } else {
            EXPONENT
        };
        let title = self.ruler.name();
        let title = match name {
            Some(name) if title.is_empty() => name.to_owned(),
            Some(name) => format!("{name}: {title}"),
            None if title.is_empty() => field.to_owned(),
            None => title,
        };
        json!({ "field": field, "type": "quantitative", "title": title, "format": format })
    }
}

/// A number with six significant digits; null if it is none.
pub(super) fn number(value: f64) -> Value {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    if rounded == rounded.round() && rounded.abs() < 1e15 {
        json!(rounded as i64)
    } else {
        json!(rounded)
    }
}

/// What a tooltip says of a field of words.
pub(super) fn words(field: &str, title: &str) -> Value {
    json!({ "field": field, "type": "nominal", "title": title })
}

/// Zoom with the wheel, pan by dragging, back with a double click.
pub(super) fn zoom(encodings: &[&str]) -> Value {
    let select = json!({ "type": "interval", "encodings": encodings });
    json!([{ "name": "grid", "select": select, "bind": "scales" }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits() {
        assert_eq!(number(1234567.0), json!(1234570));
        assert_eq!(number(0.123456789), json!(0.123457));
        assert_eq!(number(-3.0), json!(-3));
        assert_eq!(number(f64::NAN), Value::Null);
        assert_eq!(number(1e150), json!(1e150));
    }
}
