//! A generator of images in classes, for tests and measurements of speed: no data of the world.
//!
//! Each class is a wave of its own direction and colour; a sample of it is shifted and noisy.

use super::files::Files;
use super::{DataError, Read, Request, Samples, Targets};
use crate::network::Shape;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::f64::consts::{PI, TAU};

/// Samples to train with when the block does not say.
const TRAIN: usize = 2_000;
/// Samples to test with when the block does not say.
const TEST: usize = 500;

pub(super) fn read(request: &Request, files: &mut Files) -> Result<Read, DataError> {
    let counts = [
        (request.train.unwrap_or(TRAIN), request.limit_train),
        (request.test.unwrap_or(TEST), request.limit_test),
    ];
    let [train, test] = counts.map(|(count, limit)| limit.map_or(count, |limit| count.min(limit)));
    let values = train
        .saturating_add(test)
        .saturating_mul(request.shape.elements());
    if train == 0 || values > MOST_VALUES {
        let cause =
            format!("{train} + {test} samples are none to train with, or more than 2^29 values");
        return Err(DataError::unfit(
            request.block(),
            cause,
            "set `train` and `test`",
        ));
    }
    let draw = |count, stream| {
        let mut rng = ChaCha8Rng::seed_from_u64(request.seed);
        rng.set_stream(stream);
        samples(count, request, &mut rng)
    };
    let read = Read {
        train: draw(train, 1),
        test: (test > 0).then(|| draw(test, 2)),
        note: "synthetic".into(),
    };
    for part in [Some(&read.train), read.test.as_ref()]
        .into_iter()
        .flatten()
    {
        let bytes: Vec<u8> = part.values.iter().flat_map(|x| x.to_le_bytes()).collect();
        files.add(&bytes);
    }
    Ok(read)
}

/// Most values of both parts.
const MOST_VALUES: usize = 1 << 29;

/// So many samples, the classes in turn.
fn samples(count: usize, request: &Request, rng: &mut ChaCha8Rng) -> Samples {
    let classes = request.classes;
    let labels: Vec<u8> = (0..count).map(|i| (i % classes) as u8).collect();
    let mut values = Vec::with_capacity(count * request.shape.elements());
    for label in &labels {
        wave(
            f64::from(*label) / classes as f64,
            request.shape,
            rng,
            &mut values,
        );
    }
    Samples {
        shape: request.shape,
        values,
        targets: Targets::Classes {
            count: classes,
            labels,
        },
    }
}

/// A wave whose direction and colour follow from `turn` in 0..1, at a random phase, with noise.
fn wave(turn: f64, shape: Shape, rng: &mut ChaCha8Rng, values: &mut Vec<f32>) {
    let waves = 3.0;
    let [across, down] = [libm::cos(PI * turn), libm::sin(PI * turn)].map(|x| x * TAU * waves);
    let phase = TAU * rng.random::<f64>();
    for channel in 0..shape.channels {
        let tint = TAU * (turn + channel as f64 / shape.channels as f64);
        for row in 0..shape.rows {
            for column in 0..shape.columns {
                let x = column as f64 / shape.columns as f64;
                let y = row as f64 / shape.rows as f64;
                let signal = libm::sin(across * x + down * y + phase) + 0.5 * libm::cos(tint);
                values.push((signal + 2.0 * rng.random::<f64>() - 1.0) as f32);
            }
        }
    }
}
