//! An evaluator's cost after any chain of changes is that of the mapping as it is then.
#![allow(clippy::unwrap_used, reason = "a test helper may panic")]

mod nests;

use nasaic_cost::{Evaluator, Layer, Mapping, Technology, evaluate};
use nests::{draws, furnished, layers, nest, precisions, stores, subs};
use proptest::prelude::*;

/// A change as drawn; positions and tiles beyond the nest's are refused.
#[derive(Clone, Copy, Debug)]
enum Change {
    Tile(usize, u32),
    Exchange(usize),
    Bandwidth(f64),
    /// Back to the nest of the start.
    Again,
    /// To the same loops over the other stores.
    Other,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        6 => (0..17_usize, 0..9_u32).prop_map(|(at, tile)| Change::Tile(at, tile)),
        3 => (0..17_usize).prop_map(Change::Exchange),
        1 => (0.1..16.0_f64).prop_map(Change::Bandwidth),
        1 => Just(Change::Again),
        1 => Just(Change::Other),
    ];
    proptest::collection::vec(change, 1..12)
}

/// What the mapping should be after a change.
fn changed(layer: &Layer, mapping: &Mapping, change: Change) -> Option<Mapping> {
    let mut loops = mapping.loops().to_vec();
    match change {
        Change::Tile(at, tile) => {
            let dim = loops.get(at)?.dim;
            let outside = loops[..at].iter().rfind(|l| l.dim == dim);
            let most = outside.map_or(layer.bound(dim), |l| l.tile);
            if most < tile || tile == 0 {
                return None;
            }
            loops[at].tile = tile;
        }
        Change::Exchange(at) => {
            let (one, two) = (loops.get(at)?, loops.get(at + 1)?);
            if one.level != two.level || one.dim == two.dim {
                return None;
            }
            loops.swap(at, at + 1);
        }
        _ => {}
    }
    let mut other = Mapping::new(mapping.levels())?;
    loops.into_iter().all(|l| other.push(l)).then_some(other)
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: cases.and_then(|n| n.parse().ok()).unwrap_or(4_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_changed_cost_is_that_of_the_changed_mapping(
        layer in layers(),
        (keeps, drawn) in draws(),
        (one, other) in (stores(), stores()),
        sub in subs(),
        precision in precisions(),
        changes in changes(),
    ) {
        let technology = Technology::eyeriss_65nm();
        let layer = layer.with_precision(precision);
        let start = furnished(&nest(&layer, &keeps, &drawn).unwrap(), &one);
        let mut sub = sub;
        let mut evaluator = Evaluator::new(&layer, &start, &sub, Some(&technology));
        let mut mapping = start;
        for change in changes {
            let next = changed(&layer, &mapping, change).filter(|next| next.covers(&layer));
            match change {
                Change::Tile(at, tile) => {
                    prop_assert_eq!(evaluator.set_tile(at, tile), next.is_some());
                    mapping = next.unwrap_or(mapping);
                }
                Change::Exchange(at) => {
                    prop_assert_eq!(evaluator.exchange(at), next.is_some());
                    mapping = next.unwrap_or(mapping);
                }
                Change::Bandwidth(bandwidth) => {
                    evaluator.set_bandwidth(bandwidth);
                    sub.bandwidth = bandwidth;
                }
                Change::Again => {
                    mapping = start;
                    evaluator.move_to(&mapping);
                }
                Change::Other => {
                    mapping = furnished(&mapping, &other);
                    evaluator.evaluate(&mapping);
                }
            }
            prop_assert_eq!(evaluator.mapping(), &mapping);
            let whole = evaluate(&layer, &mapping, &sub, Some(&technology));
            prop_assert_eq!(evaluator.cost(), &whole);
        }
    }
}
