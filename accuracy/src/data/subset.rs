//! Which samples are taken when a limit is given.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The first `limit` of a seeded, stratified shuffle, in ascending order; all when there are no more.
///
/// Each class is shuffled by itself; its k-th of n samples then stands at (k + ½)/n of the
/// whole, so that every beginning has the classes in their shares, and a smaller limit
/// takes a part of what a larger one takes.
pub(super) fn first(labels: &[u8], limit: Option<usize>, seed: u64) -> Vec<usize> {
    let limit = limit.unwrap_or(labels.len());
    if limit >= labels.len() {
        return (0..labels.len()).collect();
    }
    let mut placed: Vec<(f64, u64, usize)> = Vec::with_capacity(labels.len());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for class in 0..=u8::MAX {
        let mut members: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == class).collect();
        shuffle(&mut members, &mut rng);
        let n = members.len() as f64;
        for (k, member) in members.into_iter().enumerate() {
            placed.push(((k as f64 + 0.5) / n, rng.random(), member));
        }
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut taken: Vec<usize> = placed.into_iter().take(limit).map(|p| p.2).collect();
    taken.sort_unstable();
    taken
}

/// Fisher and Yates.
fn shuffle(items: &mut [usize], rng: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

/// Every fifth sample of each class, in their order, apart from the others: (train, test).
pub(super) fn fifth(labels: &[u8]) -> (Vec<usize>, Vec<usize>) {
    let mut seen = [0_usize; 256];
    (0..labels.len()).partition(|i| {
        let count = &mut seen[usize::from(labels[*i])];
        *count += 1;
        *count % 5 != 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_limit_keeps_the_shares_and_smaller_ones_lie_in_larger_ones(
            labels in proptest::collection::vec(0_u8..4, 1..200),
            limit in 1_usize..220,
            seed in any::<u64>(),
        ) {
            let taken = first(&labels, Some(limit), seed);
            prop_assert_eq!(taken.len(), limit.min(labels.len()));
            prop_assert!(taken.windows(2).all(|w| w[0] < w[1]));
            let share = taken.len() as f64 / labels.len() as f64;
            for class in 0..4 {
                let all = labels.iter().filter(|l| **l == class).count() as f64;
                let some = taken.iter().filter(|i| labels[**i] == class).count() as f64;
                prop_assert!((some - all * share).abs() <= 2.0, "class {}: {} of {}", class, some, all);
            }
            let fewer = first(&labels, Some(limit.div_ceil(2)), seed);
            prop_assert!(fewer.iter().all(|i| taken.contains(i)));
        }
    }

    #[test]
    fn another_seed_takes_others_and_the_same_seed_the_same() {
        let labels = vec![0; 100];
        assert_eq!(first(&labels, Some(10), 7), first(&labels, Some(10), 7));
        assert_ne!(first(&labels, Some(10), 7), first(&labels, Some(10), 8));
    }

    #[test]
    fn a_fifth_of_each_class_is_apart() {
        let labels = [0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1];
        let (train, test) = fifth(&labels);
        assert_eq!(test, [5, 9]);
        assert_eq!(train, [0, 1, 2, 3, 4, 6, 7, 8, 10]);
    }
}
