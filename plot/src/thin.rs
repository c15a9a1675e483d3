//! Fewer shapes for the same picture.

use crate::drawing::Xy;
use std::collections::BTreeSet;

/// The number of points of a chart above which some are left out.
pub(crate) const MOST_POINTS: usize = 4000;

/// Which points to draw so that no more than [`MOST_POINTS`] are drawn: one in each cell of the
/// finest grid that does it.
///
/// `points` are the series with their positions in pixels; the first point in a cell stays, each
/// series for itself. Returns the indices that stay and the size of a cell in pixels, which is
/// none when all stay.
pub(crate) fn grid(points: &[Vec<Xy>]) -> (Vec<Vec<usize>>, Option<u32>) {
    let total: usize = points.iter().map(Vec::len).sum();
    if total <= MOST_POINTS {
        return (
            points.iter().map(|p| (0..p.len()).collect()).collect(),
            None,
        );
    }
    let mut cell = 1;
    loop {
        let kept: Vec<Vec<usize>> = points.iter().map(|p| one_per_cell(p, cell)).collect();
        // Many series could fill every grid, so a coarse one has the last word.
        if kept.iter().map(Vec::len).sum::<usize>() <= MOST_POINTS || cell >= 64 {
            return (kept, Some(cell));
        }
        cell += 1;
    }
}

fn one_per_cell(points: &[Xy], cell: u32) -> Vec<usize> {
    let side = f64::from(cell);
    let mut seen = BTreeSet::new();
    (0..points.len())
        .filter(|&i| {
            let (x, y) = points[i];
            seen.insert(((x / side).floor() as i64, (y / side).floor() as i64))
        })
        .collect()
}

/// The points of a curve that are needed to draw it: in every column of pixels the first, the
/// last, the lowest and the highest, in their order.
pub(crate) fn columns(points: &[Xy]) -> Vec<Xy> {
    needed(points).into_iter().map(|i| points[i]).collect()
}

/// The indices of those points.
pub(crate) fn needed(points: &[Xy]) -> Vec<usize> {
    if points.len() <= 1500 {
        return (0..points.len()).collect();
    }
    let mut kept = Vec::new();
    let mut start = 0;
    while start < points.len() {
        let column = points[start].0.floor();
        let end = points[start..]
            .iter()
            .position(|p| p.0.floor() != column)
            .map_or(points.len(), |length| start + length);
        let by_y = |a: &usize, b: &usize| points[*a].1.total_cmp(&points[*b].1);
        let low = (start..end).min_by(by_y).unwrap_or(start);
        let high = (start..end).max_by(by_y).unwrap_or(start);
        kept.extend(BTreeSet::from([start, low, high, end - 1]));
        start = end;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_all_stay() {
        let points = vec![vec![(0.0, 0.0); 100], vec![(1.0, 1.0); 100]];
        let (kept, cell) = grid(&points);
        assert_eq!(cell, None);
        assert_eq!(kept.iter().map(Vec::len).sum::<usize>(), 200);
    }

    #[test]
    fn many_points_leave_one_in_each_cell() {
        let side = 300;
        let all: Vec<Xy> = (0..side * side)
            .map(|i| (f64::from(i % side), f64::from(i / side)))
            .collect();
        let (kept, cell) = grid(&[all]);
        assert_eq!(cell, Some(5));
        assert_eq!(kept[0].len(), 3600);
    }

    #[test]
    fn a_thinned_curve_keeps_its_extremes() {
        let mut points: Vec<Xy> = (0..20_000).map(|i| (f64::from(i) / 40.0, 5.0)).collect();
        points[7777].1 = -3.0;
        points[7778].1 = 9.0;
        let kept = columns(&points);
        assert!(kept.len() <= 2000);
        assert!(kept.contains(&points[7777]) && kept.contains(&points[7778]));
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
    }
}
