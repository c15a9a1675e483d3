//! Mean 0 and variance 1 in each channel.

use super::Samples;

/// Shifts and scales both parts by the mean and standard deviation of the part to train with.
///
/// A channel that is the same everywhere becomes 0. Sums run in f64 in the samples' order.
pub(super) fn normalise(train: &mut Samples, test: Option<&mut Samples>) {
    let statistics: Vec<(f64, f64)> = (0..train.shape.channels)
        .map(|channel| statistics(train, channel))
        .collect();
    apply(train, &statistics);
    if let Some(test) = test {
        apply(test, &statistics);
    }
}

/// Mean and standard deviation of a channel.
fn statistics(samples: &Samples, channel: usize) -> (f64, f64) {
    let pixels = samples.shape.pixels();
    let planes = || {
        samples
            .values
            .chunks_exact(pixels)
            .skip(channel)
            .step_by(samples.shape.channels)
    };
    let count = (samples.len() * pixels).max(1) as f64;
    let mean = planes().flatten().map(|x| f64::from(*x)).sum::<f64>() / count;
    let square = |x: &f32| (f64::from(*x) - mean) * (f64::from(*x) - mean);
    let variance = planes().flatten().map(square).sum::<f64>() / count;
    (mean, variance.sqrt())
}

fn apply(samples: &mut Samples, statistics: &[(f64, f64)]) {
    let pixels = samples.shape.pixels();
    for (plane, values) in samples.values.chunks_exact_mut(pixels).enumerate() {
        let (mean, deviation) = statistics[plane % statistics.len()];
        let scale = if deviation > 0.0 {
            1.0 / deviation
        } else {
            0.0
        };
        for value in values {
            *value = ((f64::from(*value) - mean) * scale) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::network::Shape;

    #[test]
    fn the_part_to_train_with_gives_the_scale_of_both() {
        let samples = |values: Vec<f32>| Samples {
            shape: Shape {
                channels: 2,
                rows: 1,
                columns: 2,
            },
            targets: Targets::Classes {
                count: 2,
                labels: vec![0; values.len() / 4],
            },
            values,
        };
        // Channel 0 holds 1 3 1 3 (mean 2, deviation 1), channel 1 is constant.
        let mut train = samples(vec![1.0, 3.0, 5.0, 5.0, 1.0, 3.0, 5.0, 5.0]);
        let mut test = samples(vec![4.0, 2.0, 5.0, 9.0]);
        normalise(&mut train, Some(&mut test));
        assert_eq!(train.values, [-1.0, 1.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0]);
        assert_eq!(test.values, [2.0, 0.0, 0.0, 0.0]);
    }
}
