//! Pipelines beside every cut and every order that there is.

use nasaic_search::{Cost, LayerOptions, Pipeline, PipelineError, pipeline};
use proptest::prelude::*;

fn options(cycles: &[Option<u64>]) -> LayerOptions {
    let cost = |cycles: &Option<u64>| {
        cycles.map(|cycles| Cost {
            cycles,
            energy: 0.0,
        })
    };
    cycles.iter().map(cost).collect()
}

/// The least period and the least latency with it, by trying everything.
fn by_hand(
    layers: &[LayerOptions],
    transfers: &[u64],
    first: usize,
    used: &mut Vec<usize>,
) -> Vec<(u64, u64)> {
    if first == layers.len() {
        return vec![(0, 0)];
    }
    let devices = layers[0].len();
    let moved = if first == 0 { 0 } else { transfers[first] };
    let mut all = Vec::new();
    for device in (0..devices)
        .filter(|d| !used.contains(d))
        .collect::<Vec<_>>()
    {
        used.push(device);
        let mut cycles = 0;
        for end in first + 1..=layers.len() {
            let Some(cost) = layers[end - 1][device] else {
                break;
            };
            cycles += cost.cycles;
            for (period, latency) in by_hand(layers, transfers, end, used) {
                all.push((period.max(cycles).max(moved), latency + cycles + moved));
            }
        }
        used.pop();
    }
    all
}

fn layers() -> impl Strategy<Value = (Vec<LayerOptions>, Vec<u64>)> {
    (1usize..=4, 1usize..=7).prop_flat_map(|(devices, count)| {
        let cost = prop_oneof![1 => Just(None), 6 => (0u64..20).prop_map(Some)];
        let layer = prop::collection::vec(cost, devices).prop_map(|c| options(&c));
        let moved = prop::collection::vec(0u64..12, count);
        (prop::collection::vec(layer, count), moved)
    })
}

proptest! {
    #[test]
    fn no_cut_and_no_order_is_faster((layers, transfers) in layers()) {
        let best = by_hand(&layers, &transfers, 0, &mut Vec::new()).into_iter().min();
        match pipeline(&layers, &transfers) {
            Ok(found) => prop_assert_eq!(Some((found.period, found.latency())), best),
            Err(error) => {
                prop_assert_eq!(error, PipelineError::Nowhere);
                prop_assert_eq!(best, None);
            }
        }
    }

    #[test]
    fn stages_cover_the_layers_once_and_no_device_has_two((layers, transfers) in layers()) {
        let Ok(Pipeline { stages, period }) = pipeline(&layers, &transfers) else {
            return Ok(());
        };
        let mut next = 0;
        for stage in &stages {
            prop_assert_eq!(stage.first, next);
            prop_assert!(stage.end > stage.first && stage.cycles <= period);
            let cycles: Option<u64> = layers[stage.first..stage.end]
                .iter()
                .map(|layer| Some(layer[stage.device]?.cycles))
                .sum();
            prop_assert_eq!(cycles, Some(stage.cycles));
            next = stage.end;
        }
        prop_assert_eq!(next, layers.len());
        let mut devices: Vec<usize> = stages.iter().map(|s| s.device).collect();
        devices.sort_unstable();
        devices.dedup();
        prop_assert_eq!(devices.len(), stages.len());
    }
}

#[test]
fn the_order_of_the_devices_follows_the_layers() {
    // The second device is fast with what comes first.
    let layers = [[9, 2], [9, 2], [3, 9]].map(|c| options(&c.map(Some)));
    let found = pipeline(&layers, &[0; 3]).unwrap();
    let devices: Vec<usize> = found.stages.iter().map(|s| s.device).collect();
    assert_eq!((devices, found.period), (vec![1, 0], 4));
    assert_eq!(found.utilization(), 7.0 / 8.0);
}

#[test]
fn a_device_that_does_not_help_stays_unused() {
    let layers = [[5, 50], [1, 50]].map(|c| options(&c.map(Some)));
    assert_eq!(pipeline(&layers, &[0; 2]).unwrap().stages.len(), 1);
}

#[test]
fn a_slow_transfer_is_a_slow_stage() {
    let layers = [[4, 4], [4, 4]].map(|c| options(&c.map(Some)));
    assert_eq!(pipeline(&layers, &[0, 6]).unwrap().period, 6);
    assert_eq!(pipeline(&layers, &[0, 9]).unwrap().period, 8);
}

#[test]
fn nine_devices_are_too_many() {
    let layers = [options(&[Some(1); 9])];
    assert_eq!(pipeline(&layers, &[0]), Err(PipelineError::Devices(9)));
}
