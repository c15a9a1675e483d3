//! Fronts and hypervolumes, against definitions and by hand.
#![allow(clippy::unwrap_used)]

use nasaic_search::pareto::{crowding, dominates, front, hypervolume, ranks};
use proptest::prelude::*;

/// Points with few distinct coordinates, so that ties and domination are common.
fn points(goals: usize, most: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    let point = prop::collection::vec((0u8..6).prop_map(f64::from), goals);
    prop::collection::vec(point, 0..most)
}

/// The volume as a count of unit cells.
fn cells(points: &[Vec<f64>], goals: usize) -> f64 {
    let count = 6usize.pow(goals as u32);
    let covered = |cell: &usize| {
        let corner = |goal: usize| (cell / 6usize.pow(goal as u32) % 6) as f64;
        points
            .iter()
            .any(|point| (0..goals).all(|goal| corner(goal) < point[goal]))
    };
    (0..count).filter(covered).count() as f64
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_front_is_what_nothing_dominates(points in points(3, 30)) {
        let free = |&index: &usize| {
            let here = &points[index];
            !points.iter().any(|other| dominates(other, here))
                && !points[..index].contains(here)
        };
        let wanted: Vec<usize> = (0..points.len()).filter(free).collect();
        prop_assert_eq!(front(&points), wanted);
    }

    #[test]
    fn ranks_peel_off_one_front_after_another(points in points(2, 25)) {
        let ranks = ranks(&points);
        for (index, &rank) in ranks.iter().enumerate() {
            let dominators = || (0..points.len()).filter(|&o| dominates(&points[o], &points[index]));
            prop_assert_eq!(rank, dominators().map(|other| ranks[other] + 1).max().unwrap_or(0));
        }
    }

    #[test]
    fn volumes_are_those_of_counting_cells(
        one in points(1, 5), two in points(2, 15), three in points(3, 12), four in points(4, 8),
    ) {
        for (goals, points) in [(1, one), (2, two), (3, three), (4, four)] {
            prop_assert_eq!(hypervolume(&points, &vec![0.0; goals]), cells(&points, goals));
        }
    }
}

#[test]
fn the_reference_point_bounds_the_volume() {
    let points = [[3.0, 1.0], [2.0, 2.0], [0.5, 9.0]];
    assert_eq!(hypervolume(&points, &[0.0, 0.0]), 3.0 + 2.0 + 3.5);
    assert_eq!(hypervolume(&points, &[1.0, 0.0]), 2.0 + 1.0);
    assert_eq!(hypervolume(&points, &[9.0, 9.0]), 0.0);
    assert_eq!(
        hypervolume(&[[f64::NAN, 1.0], [1.0, 1.0]], &[0.0, 0.0]),
        1.0
    );
}

#[test]
fn crowding_prefers_ends_and_gaps() {
    let line = [[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]];
    assert_eq!(crowding(&line), [f64::INFINITY, 2.0, f64::INFINITY]);
    let even = [[0.0, 3.0], [1.0, 2.0], [2.0, 1.0], [3.0, 0.0]];
    assert_eq!(crowding(&even)[1], crowding(&even)[2]);
}
