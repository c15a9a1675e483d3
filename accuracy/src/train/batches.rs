//! Samples on their way into a network: what is held out, in which order, shifted how.

use super::error::TrainError;
use super::parameters::{Stream, shuffle, stream};
use super::real::Real;
use super::recipe::Recipe;
use crate::data::{Samples, Targets};
use crate::network::{Network, Shape};
use rand::{Rng, RngExt};

/// Which samples train and which validate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Indices of samples to train on.
    pub train: Vec<u32>,
    /// Indices of samples held out.
    pub validation: Vec<u32>,
}

impl Parts {
    /// Holds out a share of each class, or of all samples where there are no classes.
    pub fn new(data: &Samples, validation: f64, seed: u64) -> Result<Self, TrainError> {
        let mut rng = stream(seed, Stream::Split, 0);
        let mut classes = vec![Vec::new()];
        if let Targets::Classes { count, labels } = &data.targets {
            classes = vec![Vec::new(); *count];
            for (sample, &label) in labels.iter().enumerate() {
                classes[usize::from(label)].push(sample as u32);
            }
        } else {
            classes[0].extend(0..data.len() as u32);
        }
        let (mut train, mut held) = (Vec::new(), Vec::new());
        for mut class in classes {
            shuffle(&mut class, &mut rng);
            let count = (class.len() as f64 * validation + 0.5) as usize;
            held.extend(class.drain(..count.min(class.len())));
            train.extend(class);
        }
        train.sort_unstable();
        held.sort_unstable();
        if train.is_empty() || held.is_empty() {
            return Err(TrainError::Data(format!(
                "of {} samples, {} are left to train on and {} to validate; \
                 take more samples or another validation share",
                data.len(),
                train.len(),
                held.len()
            )));
        }
        Ok(Self {
            train,
            validation: held,
        })
    }
}

/// Whether samples are complete and fit the network's ends.
pub(crate) fn fit(network: &Network, data: &Samples) -> Result<(), TrainError> {
    let wrong = |cause: String| Err(TrainError::Data(cause));
    network.check()?;
    if data.shape != network.input {
        return Err(TrainError::Samples {
            network: network.input,
            data: data.shape,
        });
    }
    if data.is_empty() {
        return wrong("there are no samples".into());
    }
    if data.values.len() != data.len() * data.shape.elements() {
        return wrong(format!(
            "{} samples of {} have {} values, not {}",
            data.len(),
            data.shape,
            data.len() * data.shape.elements(),
            data.values.len()
        ));
    }
    let asked = match &data.targets {
        Targets::Classes { count, labels } => {
            if let Some(at) = labels
                .iter()
                .position(|&label| usize::from(label) >= *count)
            {
                return wrong(format!(
                    "sample {at} has class {}, of {count} from 0",
                    labels[at]
                ));
            }
            Shape {
                channels: *count,
                rows: 1,
                columns: 1,
            }
        }
        Targets::Masks { pixels } => {
            if pixels.len() % data.shape.pixels() != 0 || pixels.iter().any(|&pixel| pixel > 1) {
                return wrong("masks are one 0 or 1 for each pixel".into());
            }
            Shape {
                channels: 1,
                ..data.shape
            }
        }
    };
    match network.output() == asked {
        true => Ok(()),
        false => Err(TrainError::Answer {
            network: network.output(),
            asked,
        }),
    }
}

/// The order in which an epoch sees the samples.
pub(crate) fn order(samples: &[u32], seed: u64, epoch: u32, order: &mut Vec<u32>) {
    order.clear();
    order.extend_from_slice(samples);
    shuffle(order, &mut stream(seed, Stream::Order, u64::from(epoch)));
}

/// How each sample of a batch is moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Motion {
    down: isize,
    right: isize,
    flip: bool,
}

impl Motion {
    /// A random shift by up to an eighth of the sample, and a flip of every other one.
    pub fn draw(shape: Shape, rng: &mut impl Rng) -> Self {
        let mut shift = |size: usize| {
            let most = (size / 8) as i64;
            rng.random_range(-most..=most) as isize
        };
        let (down, right) = (shift(shape.rows), shift(shape.columns));
        Self {
            down,
            right,
            flip: rng.random(),
        }
    }

    /// The random numbers of a step.
    pub fn stream(seed: u64, step: u64) -> impl Rng {
        stream(seed, Stream::Augment, step)
    }

    /// Moves a plane; what comes in from outside is zero.
    fn plane<V: Copy + Default, W>(
        self,
        shape: Shape,
        from: &[V],
        to: &mut [W],
        convert: impl Fn(V) -> W,
    ) {
        for row in 0..shape.rows {
            for column in 0..shape.columns {
                let source = row
                    .checked_add_signed(-self.down)
                    .filter(|&r| r < shape.rows);
                let at = column.checked_add_signed(-self.right);
                let at = at.filter(|&c| c < shape.columns).map(|c| match self.flip {
                    true => shape.columns - 1 - c,
                    false => c,
                });
                let value = source.zip(at).map(|(r, c)| from[r * shape.columns + c]);
                to[row * shape.columns + column] = convert(value.unwrap_or_default());
            }
        }
    }
}

/// Copies samples into a batch of the network, channel-major, moved if `motions` says how.
pub(crate) fn load<T: Real>(
    data: &Samples,
    samples: &[u32],
    batch: usize,
    motions: &[Motion],
    input: &mut [T],
) {
    let convert = |value: f32| T::of(f64::from(value));
    let (pixels, elements) = (data.shape.pixels(), data.shape.elements());
    for (place, &sample) in samples.iter().enumerate() {
        let values = &data.values[sample as usize * elements..][..elements];
        for (channel, plane) in values.chunks_exact(pixels).enumerate() {
            let target = &mut input[(channel * batch + place) * pixels..][..pixels];
            match motions.get(place) {
                Some(motion) => motion.plane(data.shape, plane, target, convert),
                None => {
                    for (target, &value) in target.iter_mut().zip(plane) {
                        *target = convert(value);
                    }
                }
            }
        }
    }
}

/// Copies the targets of samples: their labels, or their masks, moved if `motions` says how.
pub(crate) fn targets(data: &Samples, samples: &[u32], motions: &[Motion], out: &mut Vec<u8>) {
    out.clear();
    match &data.targets {
        Targets::Classes { labels, .. } => {
            out.extend(samples.iter().map(|&sample| labels[sample as usize]));
        }
        Targets::Masks { pixels } => {
            let count = data.shape.pixels();
            out.resize(samples.len() * count, 0);
            for (place, &sample) in samples.iter().enumerate() {
                let mask = &pixels[sample as usize * count..][..count];
                let target = &mut out[place * count..][..count];
                match motions.get(place) {
                    Some(motion) => motion.plane(data.shape, mask, target, |pixel| pixel),
                    None => target.copy_from_slice(mask),
                }
            }
        }
    }
}

/// How many samples a batch really has: never more than there are.
pub(crate) fn batch(recipe: &Recipe, parts: &Parts) -> usize {
    recipe.batch.min(parts.train.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(labels: Vec<u8>, count: usize) -> Samples {
        Samples {
            shape: Shape {
                channels: 1,
                rows: 1,
                columns: 1,
            },
            values: vec![0.0; labels.len()],
            targets: Targets::Classes { count, labels },
        }
    }

    #[test]
    fn every_class_is_held_out_alike() {
        let labels: Vec<u8> = (0..60).map(|sample| u8::from(sample % 6 == 0)).collect();
        let data = samples(labels.clone(), 2);
        let parts = Parts::new(&data, 0.2, 1).unwrap();
        let rare = |part: &[u32]| part.iter().filter(|&&s| labels[s as usize] == 1).count();
        assert_eq!((parts.validation.len(), rare(&parts.validation)), (12, 2));
        assert_eq!((parts.train.len(), rare(&parts.train)), (48, 8));
        let mut all = [parts.train.clone(), parts.validation.clone()].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..60));
        assert_ne!(parts, Parts::new(&data, 0.2, 2).unwrap());
    }

    #[test]
    fn every_epoch_has_its_own_order() {
        let train: Vec<u32> = (0..50).collect();
        let [mut a, mut b] = [Vec::new(), Vec::new()];
        order(&train, 1, 0, &mut a);
        order(&train, 1, 1, &mut b);
        assert_ne!(a, b);
        a.sort_unstable();
        b.sort_unstable();
        assert!(a == train && b == train);
    }

    #[test]
    fn a_shift_and_a_flip() {
        let shape = Shape {
            channels: 1,
            rows: 2,
            columns: 3,
        };
        let move_by = |down, right, flip| {
            let mut out = [9; 6];
            let motion = Motion { down, right, flip };
            motion.plane(shape, &[1, 2, 3, 4, 5, 6], &mut out, |value: u8| value);
            out
        };
        assert_eq!(move_by(0, 0, false), [1, 2, 3, 4, 5, 6]);
        assert_eq!(move_by(0, 0, true), [3, 2, 1, 6, 5, 4]);
        assert_eq!(move_by(1, -1, false), [0, 0, 0, 2, 3, 0]);
        assert_eq!(move_by(-1, 1, true), [0, 6, 5, 0, 0, 0]);
    }
}
