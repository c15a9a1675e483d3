//! Medians and quartiles over seeds, where a seed may have found nothing.

use nasaic_dsl::plan::BetterWhen;

/// Values in ascending order of merit: what is missing is worse than anything.
pub(super) struct Ranked(Vec<f64>);

impl Ranked {
    /// Sorts values; `None` counts as the worst that can be.
    pub fn new(values: impl IntoIterator<Item = Option<f64>>, better: BetterWhen) -> Self {
        let worst = match better {
            BetterWhen::More => f64::NEG_INFINITY,
            BetterWhen::Less => f64::INFINITY,
        };
        let mut sorted: Vec<f64> = values.into_iter().map(|v| v.unwrap_or(worst)).collect();
        sorted.sort_by(f64::total_cmp);
        Self(sorted)
    }

    /// The quantile `q` in 0..1, interpolated linearly between neighbours (Hyndman and Fan's
    /// type 7); none where it falls on something that is missing.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        let at = q * last as f64;
        let (low, part) = (libm::floor(at) as usize, at - libm::floor(at));
        let (a, b) = (self.0[low], self.0[(low + 1).min(last)]);
        // An infinite neighbour that does not count must not make the value NaN.
        let value = if part == 0.0 || a == b {
            a
        } else {
            a + part * (b - a)
        };
        value.is_finite().then_some(value)
    }

    /// The median.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        let all = Ranked::new([4.0, 1.0, 3.0, 2.0].map(Some), BetterWhen::More);
        assert_eq!(all.median(), Some(2.5));
        assert_eq!(all.quantile(0.25), Some(1.75));
        assert_eq!(all.quantile(1.0), Some(4.0));
        assert_eq!(
            Ranked::new([Some(7.0)], BetterWhen::More).quantile(0.25),
            Some(7.0)
        );
        assert_eq!(Ranked::new([], BetterWhen::More).median(), None);
    }

    #[test]
    fn a_seed_without_a_design_is_the_worst_of_its_strategy() {
        let more = Ranked::new([None, Some(1.0), Some(2.0)], BetterWhen::More);
        assert_eq!(
            (more.quantile(0.0), more.median(), more.quantile(1.0)),
            (None, Some(1.0), Some(2.0))
        );
        let less = Ranked::new([None, None, Some(2.0)], BetterWhen::Less);
        assert_eq!((less.quantile(0.0), less.median()), (Some(2.0), None));
    }
}
