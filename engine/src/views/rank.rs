//! Rank tests between strategies: Mann–Whitney's U with Holm's correction.

use crate::item::Race;
use crate::table::{Cell, Head, Table};
use crate::views::quantiles::Ranked;
use nasaic_dsl::plan::BetterWhen;

/// Most values for which the distribution is counted out; its counts still fit 128 bits.
const EXACT: usize = 100;

/// Adds the p-values against the strategy with the best median to a table whose first rows are the
/// strategies, or says why there are none. Samples are larger when better; what is missing is
/// minus infinity.
pub(super) fn add_column(table: &mut Table, race: &Race, samples: &[Vec<f64>]) {
    if race.seeds.len() < Race::FEWEST_SEEDS {
        table.notes.push(format!(
            "No rank test and no conclusion: it takes at least {} seeds (W0405).",
            Race::FEWEST_SEEDS
        ));
        return;
    }
    if samples.len() < 2 {
        let note = "No rank test: there is only one strategy.";
        table.notes.push(note.into());
        return;
    }
    let Some((best, p)) = against_best(samples) else {
        return;
    };
    table.columns.push(Head::plain("p"));
    for (i, row) in table.rows.iter_mut().enumerate() {
        let p = p.get(i).copied().flatten();
        row.push(p.map_or(Cell::Missing, Cell::Number));
    }
    let correction = match samples.len() - 1 {
        1 => String::new(),
        tests => format!(", Holm's correction for {tests} tests"),
    };
    table.notes.push(format!(
        "p: the chance of a difference this large to `{}` if the strategies were equal (Mann–Whitney U, \
         two-sided{correction}).",
        race.entrants[best].strategy,
    ));
}

/// The sample with the best median, of equals the first, and the corrected p-value of each other.
fn against_best(samples: &[Vec<f64>]) -> Option<(usize, Vec<Option<f64>>)> {
    let median = |sample: &Vec<f64>| {
        let known = sample.iter().map(|m| Some(*m).filter(|m| m.is_finite()));
        let median = Ranked::new(known, BetterWhen::More).median();
        median.unwrap_or(f64::NEG_INFINITY)
    };
    let medians: Vec<f64> = samples.iter().map(median).collect();
    let best = (0..medians.len())
        .rev()
        .max_by(|a, b| medians[*a].total_cmp(&medians[*b]))?;
    let others: Vec<usize> = (0..samples.len()).filter(|i| *i != best).collect();
    let raw: Option<Vec<f64>> = others
        .iter()
        .map(|i| mann_whitney(&samples[best], &samples[*i]))
        .collect();
    let mut p = vec![None; samples.len()];
    for (i, corrected) in others.iter().zip(holm(&raw?)) {
        p[*i] = Some(corrected);
    }
    Some((best, p))
}

/// The two-sided p-value that two samples come from one distribution (Mann and Whitney, Annals of
/// Mathematical Statistics 18(1), 1947).
///
/// Equal values share the mean of their ranks. Up to 100 values the distribution of the rank sum
/// over all ways to divide these ranks is counted out, which stays exact with equal values; beyond
/// that the normal distribution with the correction for ties takes its place. Infinite values
/// are fine: they are ranked like others.
fn mann_whitney(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    let ranks = doubled_ranks(&all);
    let sum: u64 = ranks[..a.len()].iter().sum();
    Some(if all.len() <= EXACT {
        exact(&ranks, a.len(), sum)
    } else {
        normal(&ranks, a.len(), sum)
    })
}

/// Twice the rank of each value, whole because equal values share a mean of whole ranks.
pub(super) fn doubled_ranks(values: &[f64]) -> Vec<u64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        // The mean of below + 1 ..= below + equal, times two.
        let rank = (2 * below + equal.len() + 1) as u64;
        equal.iter().for_each(|i| ranks[*i] = rank);
        below += equal.len();
    }
    ranks
}

/// The share of all choices of `n` ranks whose sum is at least as far from its mean.
fn exact(ranks: &[u64], n: usize, sum: u64) -> f64 {
    let total: u64 = ranks.iter().sum();
    // ways[k][s]: how many choices of k of the ranks so far have the sum s.
    let mut ways = vec![vec![0u128; total as usize + 1]; n + 1];
    ways[0][0] = 1;
    for &rank in ranks {
        for k in (1..=n).rev() {
            let (fewer, these) = ways.split_at_mut(k);
            for s in (rank as usize..=total as usize).rev() {
                these[0][s] += fewer[k - 1][s - rank as usize];
            }
        }
    }
    // The mean sum is n · total / N; compared times N it stays whole.
    let size = ranks.len() as u64;
    let away = |s: u64| (s * size).abs_diff(n as u64 * total);
    let far = away(sum);
    let (mut extreme, mut count) = (0u128, 0u128);
    for (s, w) in (0u64..).zip(&ways[n]) {
        count += w;
        if away(s) >= far {
            extreme += w;
        }
    }
    extreme as f64 / count as f64
}

/// The normal approximation, corrected for continuity and ties.
fn normal(ranks: &[u64], n: usize, sum: u64) -> f64 {
    let (n1, size) = (n as f64, ranks.len() as f64);
    let n2 = size - n1;
    let mean = n1 * (size + 1.0) / 2.0;
    let spread: f64 = ranks
        .iter()
        .map(|r| *r as f64 / 2.0 - (size + 1.0) / 2.0)
        .map(|d| d * d)
        .sum();
    let variance = n1 * n2 / (size * (size - 1.0)) * spread;
    if variance <= 0.0 {
        return 1.0;
    }
    let away = ((sum as f64 / 2.0 - mean).abs() - 0.5).max(0.0);
    libm::erfc(away / libm::sqrt(2.0 * variance)).min(1.0)
}

/// Holm's correction for several tests (Scandinavian Journal of Statistics 6(2), 1979).
fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|i, j| p[*i].total_cmp(&p[*j]));
    let mut out = vec![1.0; p.len()];
    let mut least = 0.0f64;
    for (done, i) in order.into_iter().enumerate() {
        least = least.max(((p.len() - done) as f64 * p[i]).min(1.0));
        out[i] = least;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn complete_separation_is_two_of_all_choices() {
        // C(6, 3) = 20 and C(10, 5) = 252; the two extreme choices count.
        close(
            mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap(),
            2.0 / 20.0,
        );
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]);
        close(mann_whitney(&a, &b).unwrap(), 2.0 / 252.0);
    }

    #[test]
    fn a_partial_overlap_agrees_with_counting_by_hand() {
        // Ranks 1, 2, 4 sum to 7, U = 1. Sums 6, 7 and their mirror images 14, 15: 4 of 20.
        close(
            mann_whitney(&[1.0, 2.0, 4.0], &[3.0, 5.0, 6.0]).unwrap(),
            4.0 / 20.0,
        );
        // One against three: rank 1 or 4 of four.
        close(mann_whitney(&[0.0], &[1.0, 2.0, 3.0]).unwrap(), 2.0 / 4.0);
    }

    #[test]
    fn equal_values_share_their_ranks() {
        close(
            mann_whitney(&[1.0, 1.0, 1.0], &[1.0, 1.0, 1.0]).unwrap(),
            1.0,
        );
        // Ranks 1.5, 1.5 | 3, 4: of the six pairs 3, 4.5 (×2), 5.5 (×2) and 7 the ends are as far.
        close(mann_whitney(&[1.0, 1.0], &[2.0, 3.0]).unwrap(), 2.0 / 6.0);
    }

    #[test]
    fn it_agrees_with_scipy() {
        // scipy.stats.mannwhitneyu 1.17.1: method = "exact", and with equal values all divisions
        // by PermutationMethod(n_resamples = 1e9).
        close(
            mann_whitney(&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0]).unwrap(),
            0.1111111111111111,
        );
        let a = [0.31, 0.27, 0.55, 0.42, 0.38, 0.61, 0.29, 0.47, 0.33, 0.52];
        let b = [0.48, 0.66, 0.58, 0.71, 0.49, 0.63, 0.39, 0.69, 0.57, 0.74];
        close(mann_whitney(&a, &b).unwrap(), 0.003886206672584382);
        let (a, b) = ([1.0, 2.0, 2.0, 3.0, 5.0], [2.0, 3.0, 3.0, 4.0, 6.0]);
        close(mann_whitney(&a, &b).unwrap(), 0.30952380952380953);
        // method = "asymptotic" with use_continuity = True.
        let a: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 23)).collect();
        let b: Vec<f64> = (0..60).map(|i| f64::from(i * 53 % 19) + 3.0).collect();
        close(mann_whitney(&a, &b).unwrap(), 0.3759774586354364);
    }

    #[test]
    fn it_is_symmetric_and_takes_seeds_that_found_nothing() {
        let (a, b) = ([f64::NEG_INFINITY, 0.3, 0.9], [0.5, 0.7, 0.8, 0.95]);
        close(mann_whitney(&a, &b).unwrap(), mann_whitney(&b, &a).unwrap());
        assert_eq!(mann_whitney(&[], &b), None);
    }

    #[test]
    fn large_samples_agree_with_the_exact_count() {
        let a: Vec<f64> = (0..50).map(|i| f64::from(i * 37 % 101)).collect();
        let b: Vec<f64> = (0..50).map(|i| f64::from(i * 53 % 97) + 9.5).collect();
        let ranks = doubled_ranks(&[a.clone(), b.clone()].concat());
        let sum = ranks[..50].iter().sum();
        let (p, q) = (exact(&ranks, 50, sum), normal(&ranks, 50, sum));
        assert!((p - q).abs() < 2e-3, "{p} and {q}");
    }

    #[test]
    fn holm_multiplies_the_smallest_most_and_never_falls() {
        let corrected = holm(&[0.01, 0.04, 0.03]);
        for (got, wanted) in corrected.iter().zip([0.03, 0.06, 0.06]) {
            close(*got, wanted);
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
