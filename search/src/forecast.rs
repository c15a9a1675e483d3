//! What designs measure, forecast from examples: a small perceptron over their decisions.
//!
//! Its inputs are one number per value of each decision, 1 where the design takes it; two hidden
//! layers of rectified units follow, and one output per quantity. Quantities are learned as
//! logarithms in units of their spread, so that errors are relative and all quantities weigh alike.
//! Training is Adam (Kingma and Ba, ICLR 2015) on small batches in an order that the seed decides,
//! one sum after the other: the same examples and seed give the same forecast to the bit.

use crate::design::Design;
use crate::net::{Adam, Mlp};
use crate::space::Space;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Examples between two steps of the weights.
const BATCH: usize = 32;

/// Step size of the first epoch; it falls in a straight line to a hundredth.
const RATE: f64 = 3e-3;

/// A forecast of some positive quantities of the designs of a space.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// The first input of each decision.
    offsets: Vec<usize>,
    inputs: usize,
    net: Mlp,
    /// Mean and spread of the logarithm of each quantity.
    scales: Vec<(f64, f64)>,
}

/// How long a forecast is trained, and with how many units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Units of each hidden layer.
    pub hidden: usize,
    /// Times that every example is seen.
    pub epochs: usize,
    /// Where weights and order start.
    pub seed: u64,
}

impl Forecast {
    /// Learns from designs and their quantities, as many of each design, all positive.
    ///
    /// `heard` is called after every epoch with the number of those that are done; it ends the
    /// training by returning true.
    pub fn learn(
        space: &Space,
        examples: &[(Design, Vec<f64>)],
        lesson: Lesson,
        heard: &mut dyn FnMut(usize) -> bool,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(lesson.seed);
        let mut offsets = Vec::new();
        let mut inputs = 0;
        for decision in space.decisions() {
            offsets.push(inputs);
            inputs += decision.values;
        }
        let scales = scales(examples);
        let (hidden, outputs) = (lesson.hidden.max(1), scales.len());
        let mut forecast = Self {
            net: Mlp::new(&[inputs, hidden, hidden, outputs], &mut rng),
            offsets,
            inputs,
            scales,
        };
        let pairs: Vec<(Vec<f64>, Vec<f64>)> = examples
            .iter()
            .map(|(design, values)| (forecast.input(design), forecast.target(values)))
            .collect();
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        let steps = (pairs.len().div_ceil(BATCH) * lesson.epochs).max(1) as f64;
        let (mut adam, mut sum) = (Adam::new(&forecast.net, RATE), forecast.net.zeros());
        let mut done = 0.0;
        for epoch in 0..lesson.epochs {
            order.shuffle(&mut rng);
            for batch in order.chunks(BATCH) {
                for &pair in batch {
                    let (input, target) = &pairs[pair];
                    let trace = forecast.net.run(input);
                    let misses = trace.output().iter().zip(target);
                    let misses: Vec<f64> = misses.map(|(got, want)| got - want).collect();
                    forecast.net.learn(&trace, &misses, &mut sum);
                }
                adam.rate = RATE * (1.0 - 0.99 * done / steps);
                adam.step(&mut forecast.net, &mut sum, batch.len());
                done += 1.0;
            }
            if heard(epoch + 1) {
                break;
            }
        }
        forecast
    }

    /// The quantities of a design, in the order in which they were learned.
    pub fn of(&self, design: &Design) -> Vec<f64> {
        let trace = self.net.run(&self.input(design));
        let values = trace.output().iter().zip(&self.scales);
        values
            .map(|(value, (mean, spread))| libm::exp(mean + spread * value))
            .collect()
    }

    fn target(&self, quantities: &[f64]) -> Vec<f64> {
        let values = quantities.iter().zip(&self.scales);
        values
            .map(|(value, (mean, spread))| (libm::log(*value) - mean) / spread)
            .collect()
    }

    /// One number for each value of each decision: 1 where the design takes it.
    fn input(&self, design: &Design) -> Vec<f64> {
        let mut input = vec![0.0; self.inputs];
        for (decision, offset) in self.offsets.iter().enumerate() {
            if let Some(value) = design.value(decision) {
                input[offset + value as usize] = 1.0;
            }
        }
        input
    }
}

/// Mean and spread of the logarithm of each quantity.
fn scales(examples: &[(Design, Vec<f64>)]) -> Vec<(f64, f64)> {
    let outputs = examples.first().map_or(0, |example| example.1.len());
    let count = examples.len().max(1) as f64;
    let of = |output: usize| {
        let logs = || examples.iter().map(move |e| libm::log(e.1[output]));
        let mean = logs().sum::<f64>() / count;
        let variance = logs().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        let spread = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        (mean, spread)
    };
    (0..outputs).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{Decision, Role};

    fn space() -> Space {
        let decision = |index: usize| Decision {
            name: format!("d{index}"),
            values: 5,
            numbers: None,
            ordered: true,
            role: Role::Hardware,
            active: vec![],
        };
        Space::new((0..4).map(decision).collect(), vec![], vec![]).unwrap()
    }

    /// Two quantities that no sum of single decisions gives.
    fn quantities(design: &Design) -> Vec<f64> {
        let x: Vec<f64> = design.0.iter().map(|c| f64::from(*c) + 1.0).collect();
        vec![x[0] * x[1] + x[2] / x[3], 1e-3 * (x[0] + x[1] * x[2])]
    }

    fn examples(count: usize, stream: u64) -> Vec<(Design, Vec<f64>)> {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        rng.set_stream(stream);
        let space = space();
        let one = |_| {
            let design = space.sample(&mut rng);
            let values = quantities(&design);
            (design, values)
        };
        (0..count).map(one).collect()
    }

    const LESSON: Lesson = Lesson {
        hidden: 24,
        epochs: 200,
        seed: 1,
    };

    #[test]
    fn it_forecasts_designs_that_it_has_not_seen() {
        let forecast = Forecast::learn(&space(), &examples(400, 0), LESSON, &mut |_| false);
        let (mut error, mut plain) = (0.0, 0.0);
        let means: Vec<f64> = forecast.scales.iter().map(|s| libm::exp(s.0)).collect();
        for (design, values) in examples(100, 1) {
            for ((got, want), mean) in forecast.of(&design).iter().zip(&values).zip(&means) {
                error += ((got - want) / want).abs() / 200.0;
                plain += ((mean - want) / want).abs() / 200.0;
            }
        }
        assert!(
            error < 0.08 && error < plain / 4.0,
            "{error} beside {plain}"
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_forecast_and_another_does_not() {
        let learn = |seed| {
            let lesson = Lesson {
                epochs: 2,
                seed,
                ..LESSON
            };
            let forecast = Forecast::learn(&space(), &examples(50, 0), lesson, &mut |_| false);
            forecast.of(&examples(1, 1)[0].0)
        };
        assert_eq!(learn(1), learn(1));
        assert_ne!(learn(1), learn(2));
    }
}
