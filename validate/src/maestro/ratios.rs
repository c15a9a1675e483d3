//! Ratios of two latencies over many rows.

/// Ratios, smallest first, each with the row that it belongs to.
#[derive(Clone, Debug, Default)]
pub struct Ratios {
    sorted: Vec<(f64, usize)>,
    equal: usize,
}

impl Ratios {
    /// Of `ours` to `theirs`, for rows of the given index.
    pub fn new(pairs: impl IntoIterator<Item = (usize, u64, u64)>) -> Ratios {
        let mut ratios = Ratios::default();
        for (row, ours, theirs) in pairs {
            ratios.sorted.push((ours as f64 / theirs as f64, row));
            ratios.equal += usize::from(ours == theirs);
        }
        ratios
            .sorted
            .sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ratios
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The ratio below which this share of the rows lies (nearest rank), with its row; none
    /// without rows.
    pub fn quantile(&self, share: f64) -> Option<(f64, usize)> {
        let last = self.len().checked_sub(1)?;
        let rank = (last as f64 * share).round() as usize;
        self.sorted.get(rank).copied()
    }

    /// Share of the rows whose ratio is at most this far from 1; 0 without rows.
    pub fn within(&self, distance: f64) -> f64 {
        let near = |&&(ratio, _): &&(f64, usize)| (ratio - 1.0).abs() <= distance;
        self.share(self.sorted.iter().filter(near).count())
    }

    /// Share of the rows in which both latencies are the same number; 0 without rows.
    pub fn equal(&self) -> f64 {
        self.share(self.equal)
    }

    fn share(&self, rows: usize) -> f64 {
        rows as f64 / self.len().max(1) as f64
    }
}
