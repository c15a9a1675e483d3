//! Rank correlations: how far two columns order the rows alike.

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::table::{Cell, Head, Table};
use crate::views::columns::{self, Ask, Column};
use crate::views::rank::doubled_ranks;
use nasaic_dsl::value::Value;
use std::sync::Arc;

/// `rank_correlation`: both coefficients with their intervals, and how many rows and different values they rest on.
pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let (pairs, [x, y]) = pairs(call)?;
    let rho = spearman(&pairs);
    let distinct = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        Cell::Number(values.len() as f64)
    };
    Ok(Item::Table(Arc::new(Table {
        title: format!("Rank correlation of {x} and {y}"),
        columns: [
            "rows",
            "distinct x",
            "distinct y",
            "Kendall tau-b",
            "tau-b from",
            "tau-b to",
            "Spearman rho",
            "rho from",
            "rho to",
        ]
        .map(Head::plain)
        .to_vec(),
        rows: vec![
            [
                Cell::Number(pairs.len() as f64),
                distinct(|p| p.0),
                distinct(|p| p.1),
            ]
            .into_iter()
            .chain(with_interval(kendall(&pairs), kendall_error(pairs.len())))
            .chain(with_interval(rho, spearman_error(pairs.len(), rho)))
            .collect(),
        ],
        notes: vec![
            "Equal values count as neither in order nor out of order.".into(),
            "The intervals are those of 95 %, for rows drawn at random from many more.".into(),
        ],
    })))
}

/// A coefficient and the ends of its interval, which Fisher's transformation makes symmetric.
fn with_interval(coefficient: Option<f64>, error: Option<f64>) -> [Cell; 3] {
    let number = |x: Option<f64>| x.map_or(Cell::Missing, Cell::Number);
    let end = |side: f64| {
        let z = libm::atanh(coefficient?);
        // Nothing is known of the error where all rows are in one order.
        z.is_finite()
            .then_some(libm::tanh(z + side * 1.96 * error?))
    };
    [number(coefficient), number(end(-1.0)), number(end(1.0))]
}

/// The standard error of Fisher's z of Kendall's tau (Fieller, Hartley and Pearson, Biometrika 44, 1957).
fn kendall_error(rows: usize) -> Option<f64> {
    (rows > 4).then(|| libm::sqrt(0.437 / (rows - 4) as f64))
}

/// The standard error of Fisher's z of Spearman's rho (Bonett and Wright, Psychometrika 65, 2000).
fn spearman_error(rows: usize, rho: Option<f64>) -> Option<f64> {
    let rho = rho.filter(|_| rows > 3)?;
    Some(libm::sqrt((1.0 + rho * rho / 2.0) / (rows - 3) as f64))
}

/// `kendall`: the coefficient as a number.
pub(super) fn kendall_view(call: &Call<'_>) -> Result<Item, Fault> {
    alone(call, kendall)
}

/// `spearman`: the coefficient as a number.
pub(super) fn spearman_view(call: &Call<'_>) -> Result<Item, Fault> {
    alone(call, spearman)
}

fn alone(call: &Call<'_>, of: fn(&[(f64, f64)]) -> Option<f64>) -> Result<Item, Fault> {
    let (pairs, [x, y]) = pairs(call)?;
    let value = of(&pairs).ok_or_else(|| {
        Fault::new(
            "E0805",
            format!("{x} and {y} have no rank correlation: one of them has a single value"),
        )
    })?;
    Ok(Item::Value(Value::number(value)))
}

/// The two numbers of each row that has both.
type Pairs = Vec<(f64, f64)>;

/// The numbers of the rows, and what the columns are called.
fn pairs(call: &Call<'_>) -> Result<(Pairs, [String; 2]), Fault> {
    let asks = [Ask::argument(call, "x")?, Ask::argument(call, "y")?];
    let mut sheet = columns::read(call.subject()?, &asks, call.scripts)?;
    let rows = sheet.labels.len();
    let [x, y]: [Column; 2] = sheet.take()?;
    x.require_numbers()?;
    y.require_numbers()?;
    let pair = |i| Some((x.number(i)?, y.number(i)?));
    Ok(((0..rows).filter_map(pair).collect(), [x.name, y.name]))
}

/// Kendall's tau-b: the pairs of rows in order minus those out of order, over the geometric mean of the
/// pairs that differ in each column (Kendall, Biometrika 33(3), 1945). None when a column has one value.
///
/// Discordant pairs are counted as the exchanges of a merge sort (Knight, JASA 61(314), 1966), so that
/// a space of tens of thousands of networks takes milliseconds.
fn kendall(pairs: &[(f64, f64)]) -> Option<f64> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let all = ties(&[sorted.len()]);
    let equal_x = ties(&runs(&sorted, |a, b| a.0 == b.0));
    let equal_both = ties(&runs(&sorted, |a, b| a == b));
    let mut y: Vec<f64> = sorted.iter().map(|p| p.1).collect();
    let exchanges = exchanges(&mut y);
    let equal_y = ties(&runs(&y, |a, b| a == b));
    let concordant_less_discordant = all as i128 - equal_x as i128 - equal_y as i128
        + equal_both as i128
        - 2 * exchanges as i128;
    let scale = libm::sqrt((all - equal_x) as f64) * libm::sqrt((all - equal_y) as f64);
    (scale > 0.0).then(|| concordant_less_discordant as f64 / scale)
}

/// Pairs within groups of these sizes.
fn ties(groups: &[usize]) -> u64 {
    let pairs = |n: &usize| (*n as u64) * (*n as u64).saturating_sub(1) / 2;
    groups.iter().map(pairs).sum()
}

/// The lengths of runs of equal neighbours.
fn runs<T>(sorted: &[T], equal: impl Fn(&T, &T) -> bool) -> Vec<usize> {
    sorted.chunk_by(equal).map(<[T]>::len).collect()
}

/// Sorts, and counts how many pairs stood the wrong way round.
fn exchanges(values: &mut [f64]) -> u64 {
    let middle = values.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (left, right) = values.split_at_mut(middle);
    let mut count = exchanges(left) + exchanges(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if right[j] < left[i] {
            count += (left.len() - i) as u64;
            merged.push(right[j]);
            j += 1;
        } else {
            merged.push(left[i]);
            i += 1;
        }
    }
    merged.extend_from_slice(&left[i..]);
    merged.extend_from_slice(&right[j..]);
    values.copy_from_slice(&merged);
    count
}

/// Spearman's rho: the correlation of the ranks, equal values sharing the mean of theirs
/// (Spearman, American Journal of Psychology 15(1), 1904). None when a column has one value.
pub(crate) fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let ranks = |of: fn(&(f64, f64)) -> f64| {
        let values: Vec<f64> = pairs.iter().map(of).collect();
        doubled_ranks(&values)
    };
    let (a, b) = (ranks(|p| p.0), ranks(|p| p.1));
    // Twice the mean rank is whole, so are all deviations and their products.
    let mean = pairs.len() as i128 + 1;
    let product = |a: &[u64], b: &[u64]| -> i128 {
        let deviations = a.iter().zip(b);
        deviations
            .map(|(a, b)| (i128::from(*a) - mean) * (i128::from(*b) - mean))
            .sum()
    };
    let scale = libm::sqrt(product(&a, &a) as f64) * libm::sqrt(product(&b, &b) as f64);
    (scale > 0.0).then(|| product(&a, &b) as f64 / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Option<f64>, b: f64) {
        let a = a.unwrap();
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn order_and_its_reverse_are_one_and_minus_one() {
        let up: Vec<(f64, f64)> = (0..9).map(|i| (f64::from(i), f64::from(i * i))).collect();
        let down: Vec<(f64, f64)> = up.iter().map(|(x, y)| (*x, -y)).collect();
        close(kendall(&up), 1.0);
        close(spearman(&up), 1.0);
        close(kendall(&down), -1.0);
        close(spearman(&down), -1.0);
    }

    #[test]
    fn equal_values_are_neither_in_order_nor_out_of_order() {
        // Six pairs: one equal in x, one in y, three in order, one out of order: 2 / √(5·5).
        let pairs = [(1.0, 2.0), (1.0, 1.0), (2.0, 3.0), (3.0, 2.0)];
        close(kendall(&pairs), 2.0 / 5.0);
    }

    #[test]
    fn it_agrees_with_counting_every_pair() {
        let pairs: Vec<(f64, f64)> = (0..200)
            .map(|i| (f64::from(i * 37 % 23), f64::from(i * 53 % 31)))
            .collect();
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for (i, a) in pairs.iter().enumerate() {
            for b in &pairs[..i] {
                let sign = |d: f64| if d == 0.0 { 0.0 } else { d.signum() };
                let (dx, dy) = (sign(a.0 - b.0), sign(a.1 - b.1));
                sum += dx * dy;
                x += dx * dx;
                y += dy * dy;
            }
        }
        close(kendall(&pairs), sum / (f64::sqrt(x) * f64::sqrt(y)));
    }

    #[test]
    fn it_agrees_with_scipy() {
        // scipy.stats.kendalltau(variant = "b") and spearmanr, 1.17.1.
        let pairs: Vec<(f64, f64)> = (0..60)
            .map(|i| (f64::from(i * 7 % 11), f64::from(i * i % 13)))
            .collect();
        close(kendall(&pairs), -0.022_724_243_399_590_97);
        close(spearman(&pairs), -0.02921085276840581);
    }

    #[test]
    fn intervals_are_as_published() {
        // tanh(atanh(0.8) ± 1.96 √(1.32 / 97)) and tanh(atanh(0.6) ± 1.96 √(0.437 / 96)).
        let is = |cell: &Cell, wanted: f64| match cell {
            Cell::Number(x) => close(Some(*x), wanted),
            other => panic!("{other:?} is not {wanted}"),
        };
        let [_, low, high] = with_interval(Some(0.8), spearman_error(100, Some(0.8)));
        is(&low, 0.7013587249077307);
        is(&high, 0.8685768120565991);
        let [_, low, high] = with_interval(Some(0.6), kendall_error(100));
        is(&low, 0.5086505897115786);
        is(&high, 0.6779910858505447);
        let few = with_interval(Some(0.5), kendall_error(4));
        assert_eq!(few[1..], [Cell::Missing, Cell::Missing]);
        let one_order = with_interval(Some(1.0), spearman_error(9, Some(1.0)));
        assert_eq!(one_order, [Cell::Number(1.0), Cell::Missing, Cell::Missing]);
    }

    #[test]
    fn a_single_value_has_no_order() {
        assert_eq!(kendall(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(spearman(&[]), None);
    }
}
