//! Numbers as a reader wants them: few digits, and powers of ten kept out of the way.

use crate::figure::Axis;

/// `10^exponent` as the nearest number.
pub(crate) fn power_of_ten(exponent: i32) -> f64 {
    libm::pow(10.0, f64::from(exponent))
}

/// The largest whole exponent with `10^exponent ≤ value`, for a positive value.
pub(crate) fn exponent(value: f64) -> i32 {
    // A value such as 1000 must not fall below its exponent by a rounding error.
    (libm::log10(value) + 1e-9).floor() as i32
}

/// The number with a fixed number of decimals and its thousands separated by commas.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let digits = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::new();
    for (i, digit) in whole.chars().enumerate() {
        let to_go = whole.len() - i;
        if i > 0 && to_go % 3 == 0 && whole.len() > 4 {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    let negative = value < 0.0 && digits.chars().any(|c| c.is_ascii_digit() && c != '0');
    if negative { format!("−{text}") } else { text }
}

/// The number with about three significant digits, as for a cell of a table.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = exponent(value.abs());
    if !(-3..6).contains(&digits) {
        let mantissa = value / power_of_ten(digits);
        return format!("{}·{}", trimmed(fixed(mantissa, 1)), ten_to(digits));
    }
    trimmed(fixed(value, (2 - digits).max(0) as usize))
}

/// The number with three significant digits, zeros included, so that those of a table align.
pub(crate) fn three_digits(value: f64) -> String {
    let digits = if value == 0.0 {
        0
    } else {
        exponent(value.abs())
    };
    if (-3..6).contains(&digits) {
        fixed(value, (2 - digits).max(0) as usize)
    } else {
        short(value)
    }
}

/// The text without the zeros that end its decimals.
fn trimmed(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `10ⁿ` in superscript digits.
pub(crate) fn ten_to(exponent: i32) -> String {
    let superscript = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    format!(
        "10{}",
        exponent
            .to_string()
            .chars()
            .map(superscript)
            .collect::<String>()
    )
}

/// How the values of an axis are written: divided by `factor`, in `unit`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub factor: f64,
    pub unit: Option<String>,
}

/// Units that take SI prefixes; those of counted things take none below one.
const PREFIXABLE: [(&str, bool); 17] = [
    ("s", true),
    ("J", true),
    ("W", true),
    ("Hz", false),
    ("V", true),
    ("A", true),
    ("J/MAC", true),
    ("J/op", true),
    ("B", false),
    ("B/s", false),
    ("bit/s", false),
    ("ops", false),
    ("ops/s", false),
    ("ops/J", false),
    ("MACs", false),
    ("MACs/s", false),
    ("FLOP/s", false),
];

const PREFIXES: [(&str, i32); 11] = [
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("µ", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
];

/// Chooses how to write the values of an axis that lie around `magnitude`.
///
/// Units keep as they are while the numbers stay readable; then the prefix changes where the unit
/// takes one, and otherwise a power of ten stands before the unit.
pub(crate) fn shown(axis: &Axis, magnitude: f64) -> Shown {
    let keep = Shown {
        factor: 1.0,
        unit: axis.unit.clone(),
    };
    if !magnitude.is_finite() || magnitude <= 0.0 {
        return keep;
    }
    let parts = axis.unit.as_deref().and_then(split_prefix);
    let readable = match parts {
        Some((_, 0, _)) => 0..3,
        _ => -2..5,
    };
    let size = exponent(magnitude);
    if readable.contains(&size) {
        return keep;
    }
    if let Some((base, prefix, below_one)) = parts {
        let wanted = (prefix + size).div_euclid(3) * 3;
        let lowest = if below_one { -15 } else { 0 };
        let wanted = wanted.clamp(lowest.min(prefix), 15);
        let name = PREFIXES
            .iter()
            .find(|(_, e)| *e == wanted)
            .map_or("", |(name, _)| name);
        return Shown {
            factor: power_of_ten(wanted - prefix),
            unit: Some(format!("{name}{base}")),
        };
    }
    if axis.log {
        return keep;
    }
    let size = size.div_euclid(3) * 3;
    let unit = match &axis.unit {
        Some(unit) => format!("{} {unit}", ten_to(size)),
        None => ten_to(size),
    };
    Shown {
        factor: power_of_ten(size),
        unit: Some(unit),
    }
}

/// The base of a unit, the exponent of its prefix, and whether the base goes below one.
fn split_prefix(unit: &str) -> Option<(&'static str, i32, bool)> {
    let base = |text: &str| PREFIXABLE.iter().find(|(base, _)| *base == text);
    if let Some((base, below_one)) = base(unit) {
        return Some((base, 0, *below_one));
    }
    PREFIXES
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .find_map(|(name, exponent)| {
            let (base, below_one) = base(unit.strip_prefix(name)?)?;
            Some((*base, *exponent, *below_one))
        })
}

/// The text of an axis: its label and, in parentheses, the unit in which it is written.
pub(crate) fn axis_text(axis: &Axis, shown: &Shown) -> String {
    match shown.unit.as_deref() {
        Some(unit) if !unit.is_empty() && axis.label.is_empty() => unit.to_owned(),
        Some(unit) if !unit.is_empty() => format!("{} ({unit})", axis.label),
        _ => axis.label.clone(),
    }
}

/// A count with commas between thousands.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(0.0), "0");
        assert_eq!(short(1.0), "1");
        assert_eq!(short(0.9234), "0.923");
        assert_eq!(short(12345.6), "12,346");
        assert_eq!(short(1234.0), "1234");
        assert_eq!(short(-2.5), "−2.5");
        assert_eq!(short(1.5e9), "1.5·10⁹");
        assert_eq!(short(2e-5), "2·10⁻⁵");
        assert_eq!(fixed(-0.001, 1), "0.0");
    }

    #[test]
    fn units_change_their_prefix_only_when_numbers_get_out_of_hand() {
        let text = |axis: Axis, magnitude| axis_text(&axis, &shown(&axis, magnitude));
        assert_eq!(text(Axis::new("latency").unit("ms"), 800.0), "latency (ms)");
        assert_eq!(text(Axis::new("energy").unit("pJ"), 3e9), "energy (mJ)");
        assert_eq!(
            text(Axis::new("speed").unit("ops/s"), 5e11),
            "speed (Gops/s)"
        );
        assert_eq!(text(Axis::new("traffic").unit("B"), 0.5), "traffic (B)");
        assert_eq!(
            text(Axis::new("latency").unit("cycles"), 3e7),
            "latency (10⁶ cycles)"
        );
        assert_eq!(
            text(Axis::new("latency").unit("cycles").log(), 3e7),
            "latency (cycles)"
        );
        assert_eq!(text(Axis::new("designs"), 4e6), "designs (10⁶)");
        assert_eq!(text(Axis::new("area").unit("mm²"), 12.0), "area (mm²)");
    }
}
