//! Images per second through forward, backward and update, on one thread.
//!
//! The small network of the figures in `docs/performance.md`: two 3×3 convolutions with
//! batch normalisation, ReLU and a 2×2 max-pool after each, a dense layer; batches of 64.

#[path = "../tests/networks/mod.rs"]
mod networks;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nasaic_accuracy::network::Network;
use nasaic_accuracy::train::{Recipe, Split, Trial};
use networks::{mobilenet, plain, recipe, resnet, stripes};

const BATCH: usize = 64;

/// Epochs of eight batches; a hundredth is held out, so that hardly anything is validated.
fn epochs(c: &mut Criterion, name: &str, network: &Network) {
    let input = network.input;
    let data = stripes(8 * BATCH + 10, input.channels, input.rows, 1);
    let recipe = Recipe {
        split: Split { validation: 0.02 },
        ..recipe(1_000_000, BATCH)
    };
    let mut trial = match Trial::new(network, &data, &recipe, 1) {
        Ok(trial) => trial,
        Err(error) => panic!("{error}"),
    };
    let mut group = c.benchmark_group("train");
    group.sample_size(20);
    group.throughput(Throughput::Elements((8 * BATCH) as u64));
    group.bench_function(name, |b| {
        b.iter(|| {
            let epochs = trial.epochs() + 1;
            trial.train_to(epochs, &|| false)
        });
    });
    group.finish();
}

fn train(c: &mut Criterion) {
    for (name, channels, size, filters) in [
        ("8x8x1 16-32", 1, 8, [16, 32]),
        ("8x8x1 32-64", 1, 8, [32, 64]),
        ("32x32x3 16-32", 3, 32, [16, 32]),
        ("32x32x3 32-64", 3, 32, [32, 64]),
    ] {
        epochs(c, name, &plain(channels, size, filters));
    }
    epochs(c, "32x32x3 resnet 8", &resnet(3, 32, 8));
    epochs(c, "32x32x3 mobilenet", &mobilenet(3, 32));
}

criterion_group!(benches, train);
criterion_main!(benches);
