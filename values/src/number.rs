//! Numbers as the language writes them.

use serde::{Deserialize, Deserializer};

/// Reads a number that `null` stands for when it is not finite.
pub fn or_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

/// At most six significant digits, without zeros behind them.
pub fn short(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    if !(1e-4..1e9).contains(&size) {
        let text = format!("{x:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trimmed(digits));
    }
    let before = format!("{size:.0}").len();
    let places = if size < 1.0 {
        9
    } else {
        6_usize.saturating_sub(before)
    };
    trimmed(&format!("{x:.places$}")).to_owned()
}

fn trimmed(digits: &str) -> &str {
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_short_and_keep_their_size() {
        let cases = [
            (0.25, "0.25"),
            (3.0, "3"),
            (1200.0, "1200"),
            (123_456.7, "123457"),
            (1.5e-9, "1.5e-9"),
            (-2.0e12, "-2e12"),
            (f64::NAN, "NaN"),
        ];
        for (x, text) in cases {
            assert_eq!(short(x), text);
        }
    }
}
