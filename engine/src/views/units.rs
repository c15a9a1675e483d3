//! One unit for a whole column or axis, and how pictures write it.

use nasaic_dsl::units::{self, Dim, Scale};

/// Units of products and rates that the language's own ladder leaves in base units.
const LADDERS: &[&[&str]] = &[
    &["pJ*s", "nJ*s", "uJ*s", "mJ*s", "J*s"],
    &["op/s", "kop/s", "MOPS", "GOPS", "TOPS"],
];

/// The unit in which numbers of the size of the median are easy to read.
pub(super) fn suiting(values: impl IntoIterator<Item = f64>, dim: Dim) -> (String, Scale) {
    let mut sizes: Vec<f64> = values
        .into_iter()
        .filter(|v| v.is_finite() && *v != 0.0)
        .map(f64::abs)
        .collect();
    sizes.sort_by(f64::total_cmp);
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or(1.0);
    let of_dim = |unit: &str| units::parse(unit).filter(|scale| scale.dim == dim);
    let ladder = LADDERS.iter().copied().flatten();
    let mut best = None;
    for (unit, scale) in ladder.filter_map(|unit| Some((*unit, of_dim(unit)?))) {
        if best.is_none() || scale.from_base(median) >= 1.0 {
            best = Some((unit.to_owned(), scale));
        }
    }
    best.unwrap_or_else(|| units::pretty_unit(median, dim))
}

/// A unit as pictures write it: `mm²` for `mm^2`, `µs` for `us`.
pub(super) fn typeset(unit: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in unit.chars().chain(['/']) {
        if matches!(c, '/' | '*' | '^') {
            out.push_str(&micro(&word));
            word.clear();
            match c {
                '*' => out.push('·'),
                '^' => {}
                _ => out.push('/'),
            }
        } else if word.is_empty() && matches!(c, '2' | '3') && unit.contains('^') {
            out.push(if c == '2' { '²' } else { '³' });
        } else {
            word.push(c);
        }
    }
    out.pop();
    out
}

/// `u` before a unit is the keyboard's µ.
fn micro(word: &str) -> String {
    match word.strip_prefix('u') {
        Some(rest) if units::lookup(rest).is_some() => format!("µ{rest}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_decides_and_not_an_outlier() {
        assert_eq!(suiting([1.2e-3, 3e-3, 90.0], Dim::TIME).0, "ms");
        assert_eq!(suiting([2e-6, 3e-6, 4e-6], Dim::ENERGY).0, "uJ");
        assert_eq!(suiting([0.0, 0.0, 5e-3], Dim::TIME).0, "ms");
        assert_eq!(suiting([], Dim::TIME).0, "s");
    }

    #[test]
    fn energy_delay_products_are_not_shown_in_millionths() {
        let (unit, scale) = suiting([3.2e-7, 4e-7], Dim::ENERGY.times(Dim::TIME));
        assert_eq!(unit, "nJ*s");
        assert!((scale.from_base(3.2e-7) - 320.0).abs() < 1e-9);
    }

    #[test]
    fn units_are_typeset() {
        for (unit, shown) in [
            ("us", "µs"),
            ("mm^2", "mm²"),
            ("GB/s", "GB/s"),
            ("uJ*s", "µJ·s"),
            ("mW/mm^2", "mW/mm²"),
            ("", ""),
        ] {
            assert_eq!(typeset(unit), shown);
        }
    }
}
