//! Measured axes: scale, ticks and title as the SVG has them, and numbers in their unit.

use crate::axes::Ruler;
use crate::number::{exponent, power_of_ten};
use serde_json::{Value, json};

/// A measured direction of a chart as channels of Vega-Lite.
///
/// All numbers of a specification are in the unit in which their axis writes them.
pub(super) struct Measure<'a> {
    ruler: &'a Ruler<'a>,
    channel: &'static str,
    ticks: usize,
}

/// How tooltips write numbers: thousands apart, no zeros at the end.
const FORMAT: &str = ",.6~r";
/// The same for numbers that have too many zeros.
const EXPONENT: &str = ".6~e";

/// The exponent of a tick; the `1e-9` is that of [`crate::number::exponent`].
const EXPONENT_OF: &str = "floor(log(datum.value) / LN10 + 1e-9)";

/// The first digit of a tick of a logarithmic axis.
fn digit() -> String {
    format!("round(datum.value / pow(10, {EXPONENT_OF}))")
}

/// Labels as the SVG writes them: powers of ten, and multiples where few powers are in sight.
fn log_label(channel: &str) -> String {
    let digit = digit();
    let decades = format!("abs(log(domain('{channel}')[1] / domain('{channel}')[0]) / LN10)");
    let shown = format!(
        "{digit} === 1 || {decades} < 1 || {decades} < 3 && ({digit} === 2 || {digit} === 5)"
    );
    let superscript = |at: &str| format!("substring('⁰¹²³⁴⁵⁶⁷⁸⁹', {at}, {at} + 1)");
    let (tens, ones) = (
        superscript(&format!("floor(abs({EXPONENT_OF}) / 10)")),
        superscript(&format!("abs({EXPONENT_OF}) % 10")),
    );
    let power = format!(
        "({digit} === 1 ? '' : {digit} + '·') + '10' + (datum.value < 1 ? '⁻' : '') + \
         (abs({EXPONENT_OF}) < 10 ? '' : {tens}) + {ones}"
    );
    format!(
        "!({shown}) ? '' : \
         datum.value >= 0.001 && datum.value < 100000 ? format(datum.value, ',~r') : \
         abs({EXPONENT_OF}) > 99 ? format(datum.value, '.0e') : {power}"
    )
}

impl<'a> Measure<'a> {
    /// The direction of a ruler, `x`, `y` or `color`, with about so many ticks.
    pub fn new(ruler: &'a Ruler<'a>, channel: &'static str, ticks: usize) -> Self {
        Self {
            ruler,
            channel,
            ticks,
        }
    }

    /// The values at which a bar of colours is written upon; none where equal steps will do.
    pub fn steps(&self) -> Option<Vec<Value>> {
        let (lo, hi) = self.ruler.range();
        let decades = libm::log10(hi / lo);
        if !self.ruler.is_log() || decades > 8.0 {
            return None;
        }
        let digits: &[f64] = if decades < 3.0 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let powers = exponent(lo)..=exponent(hi);
        let steps = powers.flat_map(|e| digits.iter().map(move |d| d * power_of_ten(e)));
        let steps: Vec<f64> = steps.filter(|step| *step >= lo && *step <= hi).collect();
        (steps.len() > 1).then(|| steps.into_iter().map(number).collect())
    }

    /// A value in the unit of the axis.
    pub fn number(&self, value: f64) -> Value {
        number(self.ruler.in_unit(value))
    }

    /// The place of a field.
    pub fn field(&self, name: &str) -> Value {
        self.place("field", json!(name))
    }

    /// The place of one value.
    pub fn at(&self, value: f64) -> Value {
        self.place("datum", self.number(value))
    }

    fn place(&self, key: &str, of: Value) -> Value {
        let mut axis = json!({ "tickCount": self.ticks, "grid": true, "labelFlush": false });
        if self.ruler.is_log() {
            let major = format!("{} === 1", digit());
            axis["labelExpr"] = json!(log_label(self.channel));
            axis["gridOpacity"] =
                json!({ "condition": { "test": major, "value": 1 }, "value": 0.4 });
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
