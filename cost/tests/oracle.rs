//! The analytic counts equal those of walking the nest, on random layers and random nests.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod nests;

use nasaic_cost::{Access, MAX_LEVELS, counts, evaluate, oracle};
use nests::{draws, furnished, layers, nest, precisions, stores, subs, whole_draws, whole_layers};
use proptest::prelude::*;

/// 20 000 between the first two tests.
fn cases(share: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: cases.and_then(|n| n.parse().ok()).unwrap_or(share),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(12_000))]

    #[test]
    fn analytic_counts_equal_the_walk(layer in layers(), (keeps, drawn) in draws()) {
        let mapping = nest(&layer, &keeps, &drawn).unwrap();
        prop_assert_eq!(counts::count(&layer, &mapping), oracle::count(&layer, &mapping));
    }
}

proptest! {
    #![proptest_config(cases(8_000))]

    #[test]
    fn analytic_cycles_equal_the_walk(
        layer in layers(),
        (keeps, drawn) in draws(),
        stores in stores(),
        sub in subs(),
        precision in precisions(),
    ) {
        let layer = layer.with_precision(precision);
        let mapping = furnished(&nest(&layer, &keeps, &drawn).unwrap(), &stores);
        let walked = oracle::time(&layer, &mapping, &sub);
        let cost = evaluate(&layer, &mapping, &sub, None);
        prop_assert_eq!(cost.compute_cycles, walked.compute_cycles);
        prop_assert_eq!(cost.links, walked.links);
        prop_assert_eq!(cost.cycles, walked.cycles);
    }
}

proptest! {
    #![proptest_config(cases(4_000))]

    /// Instances whose windows meet, without a border and without smaller last pieces.
    #[test]
    fn windows_side_by_side_equal_the_walk(
        layer in whole_layers(),
        (keeps, drawn) in whole_draws(),
        sub in subs(),
    ) {
        let mapping = nest(&layer, &keeps, &drawn).unwrap();
        prop_assert_eq!(counts::count(&layer, &mapping), oracle::count(&layer, &mapping));
        let walked = oracle::time(&layer, &mapping, &sub);
        let cost = evaluate(&layer, &mapping, &sub, None);
        prop_assert_eq!(cost.links, walked.links);
        prop_assert_eq!(cost.cycles, walked.cycles);
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    /// What is shown step by step adds up to what is counted, and every multiplication is shown.
    #[test]
    fn steps_add_up_to_the_counts(layer in layers(), (keeps, drawn) in draws()) {
        let mapping = nest(&layer, &keeps, &drawn).unwrap();
        let counted = counts::count(&layer, &mapping);
        let mut access = [[Access::default(); 3]; MAX_LEVELS];
        let (mut steps, mut macs) = (0, 0);
        for step in oracle::Steps::new(&layer, &mapping) {
            steps += 1;
            macs += step.elements.iter().flatten().count() as u64;
            for (all, one) in access.iter_mut().flatten().zip(step.access.iter().flatten()) {
                all.reads += one.reads;
                all.fills += one.fills;
                all.updates += one.updates;
            }
        }
        prop_assert_eq!(access, counted.access);
        prop_assert_eq!(steps, counted.steps);
        prop_assert_eq!(macs, layer.macs());
    }
}
