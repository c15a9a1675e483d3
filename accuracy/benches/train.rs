//! Images per CPU-second through forward, backward and update, by each backend of this build.
//!
//! CPU time of one thread, the best of several epochs: other work on the machine changes it little. The first four are
//! two 3×3 convolutions with batch normalisation, ReLU and a 2×2 max-pool after each, a dense layer; batches of 64.

#[path = "../tests/networks/mod.rs"]
mod networks;

use nasaic_accuracy::network::Network;
use nasaic_accuracy::train::{Backend, Recipe, Split, Trial};
use networks::{mobilenet, plain, recipe, resnet, stripes};

const BATCH: usize = 64;
const EPOCHS: u32 = 6;

/// The most images in a CPU-second of any epoch.
fn speed(backend: Backend, network: &Network) -> f64 {
    let input = network.input;
    let batches = if input.rows > 8 { 8 } else { 64 };
    let data = stripes(batches * BATCH + 10, input.channels, input.rows, 1);
    let recipe = Recipe {
        split: Split { validation: 0.02 },
        ..recipe(EPOCHS, BATCH)
    };
    let mut trial = match Trial::on(backend, network, &data, &recipe, 1) {
        Ok(trial) => trial,
        Err(error) => panic!("{error}"),
    };
    let (mut images, mut seconds, mut best) = (0, 0.0, 0.0_f64);
    for epoch in 1..=EPOCHS {
        match trial.train_to(epoch, &|| false) {
            Ok(now) => {
                best = best.max((now.images - images) as f64 / (now.cpu_seconds - seconds));
                (images, seconds) = (now.images, now.cpu_seconds);
            }
            Err(error) => panic!("{error}"),
        }
    }
    best
}

fn main() {
    println!(
        "{:18} {:>10} {:>10} {:>8}",
        "images/CPU-s", "native", "tch", "ratio"
    );
    for (name, network) in [
        ("8x8x1 16-32", plain(1, 8, [16, 32])),
        ("8x8x1 32-64", plain(1, 8, [32, 64])),
        ("32x32x3 16-32", plain(3, 32, [16, 32])),
        ("32x32x3 32-64", plain(3, 32, [32, 64])),
        ("32x32x3 resnet 8", resnet(3, 32, 8)),
        ("32x32x3 mobilenet", mobilenet(3, 32)),
    ] {
        let native = speed(Backend::Native, &network);
        if Backend::Tch.available() {
            let tch = speed(Backend::Tch, &network);
            println!("{name:18} {native:10.0} {tch:10.0} {:8.2}", native / tch);
        } else {
            println!("{name:18} {native:10.0} {:>10} {:>8}", "not built", "");
        }
    }
}
