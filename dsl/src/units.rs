//! Units and dimensions: their own namespace, looked up only after a number.
//!
//! Energy, data, cycles and operations are base dimensions, so that a reader is
//! told "an energy", never `kg·m²·s⁻²`. Scales are kept as a numerator and a
//! denominator, because `x / 1e9` is the closest number to x nano and
//! `x * 1e-9` is not.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Exponents of time, cycle, energy, length, data and operations.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Dim([i8; 6]);

impl Dim {
    /// A plain number.
    pub const NONE: Dim = Dim([0; 6]);
    /// Seconds.
    pub const TIME: Dim = Dim([1, 0, 0, 0, 0, 0]);
    /// Clock cycles.
    pub const CYCLES: Dim = Dim([0, 1, 0, 0, 0, 0]);
    /// Joules.
    pub const ENERGY: Dim = Dim([0, 0, 1, 0, 0, 0]);
    /// Metres.
    pub const LENGTH: Dim = Dim([0, 0, 0, 1, 0, 0]);
    /// Bytes.
    pub const DATA: Dim = Dim([0, 0, 0, 0, 1, 0]);
    /// Operations; a multiply-accumulate is two.
    pub const OPS: Dim = Dim([0, 0, 0, 0, 0, 1]);
    /// Square metres.
    pub const AREA: Dim = Dim([0, 0, 0, 2, 0, 0]);
    /// Watts.
    pub const POWER: Dim = Dim([-1, 0, 1, 0, 0, 0]);
    /// Cycles per second.
    pub const FREQUENCY: Dim = Dim([-1, 1, 0, 0, 0, 0]);
    /// Bytes per second.
    pub const BANDWIDTH: Dim = Dim([-1, 0, 0, 0, 1, 0]);
    /// Joules per operation.
    pub const ENERGY_PER_OP: Dim = Dim([0, 0, 1, 0, 0, -1]);
    /// Joules per byte.
    pub const ENERGY_PER_DATA: Dim = Dim([0, 0, 1, 0, -1, 0]);
    /// Square metres per byte.
    pub const AREA_PER_DATA: Dim = Dim([0, 0, 0, 2, -1, 0]);
    /// Bytes per cycle.
    pub const DATA_PER_CYCLE: Dim = Dim([0, -1, 0, 0, 1, 0]);
    /// Watts per square metre.
    pub const POWER_PER_AREA: Dim = Dim([-1, 0, 1, -2, 0, 0]);

    /// The dimension of a product.
    #[must_use]
    pub fn times(self, other: Dim) -> Dim {
        self.combine(other, 1)
    }

    /// The dimension of a quotient.
    #[must_use]
    pub fn over(self, other: Dim) -> Dim {
        self.combine(other, -1)
    }

    /// The dimension of a power with a whole exponent.
    #[must_use]
    pub fn power(self, exponent: i8) -> Dim {
        Dim(self.0.map(|e| e.saturating_mul(exponent)))
    }

    fn combine(self, other: Dim, sign: i8) -> Dim {
        let mut out = self.0;
        for (a, b) in out.iter_mut().zip(other.0) {
            *a = a.saturating_add(b.saturating_mul(sign));
        }
        Dim(out)
    }

    /// A unit to write a quantity of this dimension in when no other is asked for.
    pub fn base_unit(self) -> String {
        if let Some((_, unit, ..)) = NAMED.iter().find(|n| n.0 == self) {
            return (*unit).to_owned();
        }
        let names = ["s", "cycle", "J", "m", "B", "op"];
        let (mut above, mut below) = (Vec::new(), Vec::new());
        for (e, name) in self.0.iter().zip(names) {
            let word = match e.unsigned_abs() {
                0 => continue,
                1 => name.to_owned(),
                n => format!("{name}^{n}"),
            };
            if *e > 0 {
                above.push(word)
            } else {
                below.push(word)
            }
        }
        let above = if above.is_empty() {
            "1".to_owned()
        } else {
            above.join("*")
        };
        below.iter().fold(above, |text, b| format!("{text}/{b}"))
    }

    /// One unit of a size that is common here, for hints: `ms`, `GB/s`.
    pub fn common_unit(self) -> String {
        const COMMON: &[(Dim, &str)] = &[
            (Dim::TIME, "ms"),
            (Dim::ENERGY, "mJ"),
            (Dim::DATA, "KiB"),
            (Dim::FREQUENCY, "GHz"),
        ];
        match COMMON.iter().find(|c| c.0 == self) {
            Some((_, unit)) => (*unit).to_owned(),
            None => self
                .usual_units()
                .split(',')
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// How such a quantity is usually written, for messages: `J, mJ, nJ`.
    pub fn usual_units(self) -> String {
        NAMED
            .iter()
            .find(|n| n.0 == self)
            .map_or_else(|| self.base_unit(), |n| n.3.to_owned())
    }
}

/// Dimension, base unit, name with article, usual units.
const NAMED: &[(Dim, &str, &str, &str)] = &[
    (Dim::NONE, "", "a plain number", "no unit"),
    (Dim::TIME, "s", "a time", "s, ms, us, ns"),
    (Dim::CYCLES, "cycles", "a number of cycles", "cycles"),
    (Dim::ENERGY, "J", "an energy", "J, mJ, uJ, nJ, pJ"),
    (Dim::LENGTH, "m", "a length", "mm, um"),
    (Dim::DATA, "B", "an amount of data", "B, kB, KiB, MiB, bits"),
    (Dim::OPS, "op", "a number of operations", "op, MAC"),
    (Dim::AREA, "m^2", "an area", "mm^2, um^2"),
    (Dim::POWER, "W", "a power", "W, mW"),
    (Dim::FREQUENCY, "Hz", "a frequency", "Hz, MHz, GHz"),
    (Dim::BANDWIDTH, "B/s", "a bandwidth", "GB/s, MB/s"),
    (
        Dim::ENERGY_PER_OP,
        "J/op",
        "an energy per operation",
        "pJ/MAC, pJ/op",
    ),
    (
        Dim::ENERGY_PER_DATA,
        "J/B",
        "an energy per amount of data",
        "pJ/B, pJ/bit",
    ),
    (
        Dim::AREA_PER_DATA,
        "m^2/B",
        "an area per amount of data",
        "um^2/B",
    ),
    (Dim::POWER_PER_AREA, "W/m^2", "a power per area", "mW/mm^2"),
    (
        Dim([-1, 0, 0, 0, 0, 1]),
        "op/s",
        "a rate of operations",
        "GOPS, TOPS, GMAC/s",
    ),
    (
        Dim([0, -1, 0, 0, 1, 0]),
        "B/cycle",
        "data per cycle",
        "B/cycle",
    ),
    (
        Dim([0, 0, 0, 0, -1, 1]),
        "op/B",
        "an arithmetic intensity",
        "op/B, MAC/B",
    ),
    (
        Dim([1, 0, 1, 0, 0, 0]),
        "J*s",
        "an energy-delay product",
        "J*s, nJ*ms",
    ),
];

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMED.iter().find(|n| n.0 == *self) {
            Some(named) => f.write_str(named.2),
            None => write!(f, "a quantity in {}", self.base_unit()),
        }
    }
}

/// A unit's dimension and its size in base units, as `numerator / denominator`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// What it measures.
    pub dim: Dim,
    /// Multiply by this,
    pub numerator: f64,
    /// then divide by this, to get base units.
    pub denominator: f64,
}

impl Scale {
    /// A number in this unit, in base units.
    pub fn to_base(self, number: f64) -> f64 {
        number * self.numerator / self.denominator
    }

    /// A number of base units, in this unit.
    pub fn from_base(self, base: f64) -> f64 {
        base * self.denominator / self.numerator
    }

    /// The product with `other` raised to `exponent`.
    #[must_use]
    pub fn times(self, other: Scale, exponent: i8) -> Scale {
        let mut out = Scale {
            dim: self.dim.times(other.dim.power(exponent)),
            ..self
        };
        for _ in 0..exponent.unsigned_abs() {
            let (n, d) = if exponent > 0 {
                (other.numerator, other.denominator)
            } else {
                (other.denominator, other.numerator)
            };
            out.numerator *= n;
            out.denominator *= d;
        }
        out
    }

    /// The plain number one.
    pub const ONE: Scale = Scale {
        dim: Dim::NONE,
        numerator: 1.0,
        denominator: 1.0,
    };
}

/// Base words: name, dimension, numerator, denominator, prefixes allowed.
const WORDS: &[(&str, Dim, f64, f64, &str)] = &[
    ("s", Dim::TIME, 1.0, 1.0, "munp"),
    ("min", Dim::TIME, 60.0, 1.0, ""),
    ("h", Dim::TIME, 3600.0, 1.0, ""),
    ("cycle", Dim::CYCLES, 1.0, 1.0, "kMG"),
    ("cycles", Dim::CYCLES, 1.0, 1.0, "kMG"),
    ("J", Dim::ENERGY, 1.0, 1.0, "munpfk"),
    ("m", Dim::LENGTH, 1.0, 1.0, "mun"),
    ("B", Dim::DATA, 1.0, 1.0, "kMGT"),
    ("bit", Dim::DATA, 1.0, 8.0, "kMGT"),
    ("bits", Dim::DATA, 1.0, 8.0, ""),
    ("KiB", Dim::DATA, 1024.0, 1.0, ""),
    ("MiB", Dim::DATA, 1_048_576.0, 1.0, ""),
    ("GiB", Dim::DATA, 1_073_741_824.0, 1.0, ""),
    ("TiB", Dim::DATA, 1_099_511_627_776.0, 1.0, ""),
    ("Kibit", Dim::DATA, 128.0, 1.0, ""),
    ("Mibit", Dim::DATA, 131_072.0, 1.0, ""),
    ("op", Dim::OPS, 1.0, 1.0, "kMGT"),
    ("ops", Dim::OPS, 1.0, 1.0, "kMGT"),
    ("MAC", Dim::OPS, 2.0, 1.0, "kMGT"),
    ("MACs", Dim::OPS, 2.0, 1.0, "kMGT"),
    ("OPS", Dim([-1, 0, 0, 0, 0, 1]), 1.0, 1.0, "MGT"),
    ("Hz", Dim::FREQUENCY, 1.0, 1.0, "kMG"),
    ("W", Dim::POWER, 1.0, 1.0, "munk"),
    ("%", Dim::NONE, 1.0, 100.0, ""),
    // Accepted with a warning by the checker: W0311 and W0312.
    ("KB", Dim::DATA, 1000.0, 1.0, ""),
    ("Kb", Dim::DATA, 125.0, 1.0, ""),
    ("Mb", Dim::DATA, 125_000.0, 1.0, ""),
    ("Gb", Dim::DATA, 125_000_000.0, 1.0, ""),
];

const PREFIXES: &[(char, f64, f64)] = &[
    ('f', 1.0, 1e15),
    ('p', 1.0, 1e12),
    ('n', 1.0, 1e9),
    ('u', 1.0, 1e6),
    ('m', 1.0, 1e3),
    ('k', 1e3, 1.0),
    ('M', 1e6, 1.0),
    ('G', 1e9, 1.0),
    ('T', 1e12, 1.0),
];

/// The unit called `name`, if there is one; `µ` is read as `u`.
pub fn lookup(name: &str) -> Option<Scale> {
    let name = name.replace(['µ', 'μ'], "u");
    let exact = WORDS.iter().find(|w| w.0 == name);
    if let Some(&(_, dim, numerator, denominator, _)) = exact {
        return Some(Scale {
            dim,
            numerator,
            denominator,
        });
    }
    let first = name.chars().next()?;
    let &(_, up, down) = PREFIXES.iter().find(|p| p.0 == first)?;
    let rest = &name[first.len_utf8()..];
    let &(_, dim, numerator, denominator, allowed) = WORDS.iter().find(|w| w.0 == rest)?;
    allowed.contains(first).then_some(Scale {
        dim,
        numerator: numerator * up,
        denominator: denominator * down,
    })
}

/// All names of units, for completion and the manual, in the order of the table.
pub fn names() -> Vec<String> {
    let mut out = Vec::new();
    for (word, _, _, _, prefixes) in WORDS {
        if matches!(*word, "KB" | "Kb" | "Mb" | "Gb") {
            continue;
        }
        out.push((*word).to_owned());
        out.extend(prefixes.chars().map(|p| format!("{p}{word}")));
    }
    out
}

/// What to write instead of an unknown unit, if there is a good guess.
pub fn suggest(name: &str) -> Option<String> {
    const SLIPS: &[(&str, &str)] = &[
        ("sec", "s"),
        ("secs", "s"),
        ("second", "s"),
        ("seconds", "s"),
        ("msec", "ms"),
        ("byte", "B"),
        ("bytes", "B"),
        ("Byte", "B"),
        ("Bytes", "B"),
        ("kb", "kB"),
        ("mb", "MB"),
        ("gb", "GB"),
        ("joule", "J"),
        ("joules", "J"),
        ("watt", "W"),
        ("watts", "W"),
        ("cyc", "cycles"),
        ("clk", "cycles"),
        ("FLOPS", "OPS"),
        ("FLOP", "op"),
        ("FLOPs", "ops"),
        ("GFLOPS", "GOPS"),
        ("TFLOPS", "TOPS"),
        ("mac", "MAC"),
        ("macs", "MACs"),
        ("sqmm", "mm^2"),
        ("percent", "%"),
    ];
    if let Some((_, good)) = SLIPS.iter().find(|s| s.0 == name) {
        return Some((*good).to_owned());
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.len() < name.len() && lookup(stem).is_some() {
        return Some(format!("{stem}^{}", &name[stem.len()..]));
    }
    if let Some(rate) = name.strip_suffix("ps").map(|n| format!("{n}it"))
        && lookup(&rate).is_some()
    {
        return Some(format!("{rate}/s"));
    }
    if let Some(rate) = name.strip_suffix('s')
        && lookup(rate).is_some()
    {
        return Some(format!("{rate}/s"));
    }
    let same_letters = names().into_iter().find(|n| n.eq_ignore_ascii_case(name));
    same_letters.or_else(|| crate::names::closest(name, names().iter().map(String::as_str)))
}

/// `value`, a base-unit quantity, in the unit a person would choose: `1.25 mJ`, `64 GB/s`.
pub fn pretty(value: f64, dim: Dim) -> String {
    let (number, unit) = pretty_parts(value, dim);
    if unit.is_empty() {
        number
    } else {
        format!("{number} {unit}")
    }
}

/// The unit a person would choose for `value`, with its name.
pub fn pretty_unit(value: f64, dim: Dim) -> (String, Scale) {
    let ladder: &[&str] = match dim {
        Dim::TIME => &["ns", "us", "ms", "s"],
        Dim::ENERGY => &["pJ", "nJ", "uJ", "mJ", "J"],
        Dim::POWER => &["uW", "mW", "W", "kW"],
        Dim::FREQUENCY => &["Hz", "kHz", "MHz", "GHz"],
        Dim::DATA => &["B", "kB", "MB", "GB"],
        Dim::BANDWIDTH => &["B/s", "kB/s", "MB/s", "GB/s"],
        Dim::AREA => &["um^2", "mm^2"],
        _ => &[],
    };
    let mut best = None;
    for name in ladder {
        let Some(scale) = parse(name) else { continue };
        if best.is_none() || scale.from_base(value.abs()) >= 1.0 {
            best = Some(((*name).to_owned(), scale));
        }
    }
    best.unwrap_or((dim.base_unit(), Scale { dim, ..Scale::ONE }))
}

fn pretty_parts(value: f64, dim: Dim) -> (String, String) {
    let (unit, scale) = pretty_unit(value, dim);
    (number(scale.from_base(value)), unit)
}

/// A simple unit text such as `GB/s` or `um^2`.
pub fn parse(text: &str) -> Option<Scale> {
    let mut out = Scale::ONE;
    let mut rest = text;
    let mut divide = false;
    while !rest.is_empty() {
        let end = rest.find(['/', '*']).unwrap_or(rest.len());
        let (word, exponent) = match rest[..end].split_once('^') {
            Some((word, e)) => (word, e.parse::<i8>().ok()?),
            None => (&rest[..end], 1),
        };
        out = out.times(lookup(word)?, if divide { -exponent } else { exponent });
        divide = rest[end..].starts_with('/');
        rest = rest.get(end + 1..).unwrap_or("");
    }
    Some(out)
}

/// A number with at most five significant digits, thousands grouped: `274,080`, `1.25`, `3.2e-7`.
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        return format!("{x}");
    }
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{x:.4e}").replace(".0000e", "e");
    }
    let whole = size >= 1e5 || x.fract() == 0.0;
    let digits = if whole {
        0
    } else {
        let magnitude = libm::floor(libm::log10(size)) as i32;
        (4 - magnitude).clamp(0, 8) as usize
    };
    let text = format!("{x:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    };
    group_thousands(&text)
}

fn group_thousands(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_ties_cycles_to_time_without_a_special_rule() {
        let cycles = lookup("cycles").unwrap();
        let clock = parse("GHz").unwrap();
        let time = cycles.to_base(8e5) / clock.to_base(1.0);
        assert_eq!(cycles.dim.over(clock.dim), Dim::TIME);
        assert_eq!(time, 0.8e-3);
        let per_cycle = parse("GB/s").unwrap().times(clock, -1);
        assert_eq!(per_cycle.dim.base_unit(), "B/cycle");
        assert_eq!(per_cycle.to_base(64.0), 64.0);
    }

    #[test]
    fn beginners_units_get_the_right_guess() {
        for (wrong, right) in [
            ("mm2", "mm^2"),
            ("GBs", "GB/s"),
            ("Gbps", "Gbit/s"),
            ("seconds", "s"),
            ("Mhz", "MHz"),
            ("GHZ", "GHz"),
            ("mJs", "mJ/s"),
            ("um2", "um^2"),
        ] {
            assert_eq!(suggest(wrong).as_deref(), Some(right), "{wrong}");
        }
        assert_eq!(suggest("parsec"), None);
    }

    #[test]
    fn a_nano_quantity_survives_the_round_trip() {
        let nj = lookup("nJ").unwrap();
        assert_eq!(nj.to_base(2e9), 2.0);
        assert_eq!(nj.from_base(nj.to_base(3.0)), 3.0);
        assert_eq!(lookup("µs").unwrap(), lookup("us").unwrap());
    }

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        for (x, text) in [
            (0.0, "0"),
            (274_080.0, "274,080"),
            (1234.56, "1,234.6"),
            (0.012_345_6, "0.012346"),
            (1.5, "1.5"),
            (3.52e11, "352,000,000,000"),
            (2.5e-7, "2.5000e-7"),
            (-4096.0, "-4,096"),
        ] {
            assert_eq!(number(x), text);
        }
        assert_eq!(pretty(2.0e-3, Dim::ENERGY), "2 mJ");
        assert_eq!(pretty(64e9, Dim::BANDWIDTH), "64 GB/s");
        assert_eq!(pretty(4e-3 * 1e-6, Dim::AREA), "4,000 um^2");
    }
}
