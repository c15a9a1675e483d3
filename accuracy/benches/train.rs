//! Images per CPU-second through forward, backward and update, on one thread.
//!
//! Time is that of the thread, so that other programs hardly change it. The first four are
//! two 3×3 convolutions with
//! batch normalisation, ReLU and a 2×2 max-pool after each, a dense layer; batches of 64.

#[path = "../tests/networks/mod.rs"]
mod networks;

use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nasaic_accuracy::network::Network;
use nasaic_accuracy::train::{Recipe, Split, Trial};
use networks::{mobilenet, plain, recipe, resnet, stripes};
use std::time::Duration;

const BATCH: usize = 64;

/// The CPU time of the thread that runs the bench, shown as wall time is.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// Epochs of eight batches; a hundredth is held out, so that hardly anything is validated.
fn epochs(c: &mut Criterion<CpuTime>, name: &str, network: &Network) {
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

fn train(c: &mut Criterion<CpuTime>) {
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

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = train
}
criterion_main!(benches);
