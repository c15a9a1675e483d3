//! Once a trial is laid out, its steps allocate nothing.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod networks;

use nasaic_accuracy::data::Samples;
use nasaic_accuracy::network::Network;
use nasaic_accuracy::train::Trial;
use networks::{discs, mobilenet, recipe, stripes, unet};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations of the second epoch.
fn allocations(network: &Network, data: &Samples) -> usize {
    let mut trial = Trial::new(network, data, &recipe(2, 4), 1).unwrap();
    trial.train_to(1, &|| false).unwrap();
    let region = Region::new(ALLOCATOR);
    trial.train_to(2, &|| false).unwrap();
    region.change().allocations
}

#[test]
fn steps_allocate_nothing() {
    let network = mobilenet(1, 8);
    let few = allocations(&network, &stripes(20, 1, 8, 1));
    let many = allocations(&network, &stripes(200, 1, 8, 1));
    assert_eq!(few, many);
    let network = unet(1, 8);
    let few = allocations(&network, &discs(8, 8, 1));
    let many = allocations(&network, &discs(80, 8, 1));
    assert_eq!(few, many);
}
