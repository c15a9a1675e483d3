//! Fronts and hypervolumes, against definitions and by hand.
#![allow(clippy::unwrap_used)]

use nasaic_search::pareto::{attainment, crowding, dominates, front, hypervolume, ranks};
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
    fn attainment_is_that_of_counting_fronts(
        fronts in prop::collection::vec(points(2, 6), 1..5), share in 0.01f64..1.0,
    ) {
        let needed = (share * fronts.len() as f64).ceil() as usize;
        let surface = attainment(&fronts, share);
        let attains = |points: &[Vec<f64>], cell: &[f64]| {
            points.iter().any(|point| point.iter().zip(cell).all(|(a, b)| a >= b))
        };
        for x in 0..6 {
            for y in 0..6 {
                let cell = [f64::from(x), f64::from(y)];
                let count = fronts.iter().filter(|one| attains(one, &cell)).count();
                prop_assert_eq!(attains(&surface, &cell), count >= needed);
            }
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
fn volumes_are_those_of_pymoo_and_moocore() {
    let text = include_str!("../../tests/reference/moocore-hypervolume.csv");
    let mut compared = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let numbers = |point: &str| -> Vec<f64> {
            // The peers minimise, below a reference of ones.
            point
                .split(' ')
                .map(|n| -n.parse::<f64>().unwrap())
                .collect()
        };
        let points: Vec<Vec<f64>> = fields[2].split(';').map(numbers).collect();
        let goals: usize = fields[0].parse().unwrap();
        let found = hypervolume(&points, &vec![-1.0; goals]);
        let wanted: f64 = fields[1].parse().unwrap();
        assert!(
            (found - wanted).abs() < 1e-12,
            "{goals} goals: {found} and {wanted}"
        );
        compared += 1;
    }
    assert_eq!(compared, 12);
}

#[test]
fn crowding_prefers_ends_and_gaps() {
    let line = [[0.0, 4.0], [1.0, 3.0], [4.0, 0.0]];
    assert_eq!(crowding(&line), [f64::INFINITY, 2.0, f64::INFINITY]);
    let even = [[0.0, 3.0], [1.0, 2.0], [2.0, 1.0], [3.0, 0.0]];
    assert_eq!(crowding(&even)[1], crowding(&even)[2]);
}
