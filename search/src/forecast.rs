//! What designs measure, forecast from examples: a small perceptron over their decisions.
//!
//! Its inputs are one number per value of each decision, 1 where the design takes it; two hidden
//! layers of rectified units follow, and one output per quantity. Quantities are learned as
//! logarithms in units of their spread, so that errors are relative and all quantities weigh alike.
//! Training is Adam (Kingma and Ba, ICLR 2015) on small batches in an order that the seed decides,
//! one sum after the other: the same examples and seed give the same forecast to the bit.

use crate::design::Design;
use crate::space::Space;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Examples between two steps of the weights.
const BATCH: usize = 32;

/// Step size of the first epoch; it falls in a straight line to a hundredth.
const RATE: f64 = 3e-3;

/// Adam's decay rates and the least denominator, as published.
const ADAM: (f64, f64, f64) = (0.9, 0.999, 1e-8);

/// A forecast of some positive quantities of the designs of a space.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// The first input of each decision.
    offsets: Vec<usize>,
    layers: [Layer; 3],
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
            layers: [
                Layer::drawn(inputs, hidden, space.decisions().len(), &mut rng),
                Layer::drawn(hidden, hidden, hidden, &mut rng),
                Layer::drawn(hidden, outputs, hidden, &mut rng),
            ],
            offsets,
            scales,
        };
        let targets: Vec<Vec<f64>> = examples.iter().map(|e| forecast.target(&e.1)).collect();
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let steps = (examples.len().div_ceil(BATCH) * lesson.epochs).max(1) as f64;
        let mut adam = Adam::new(&forecast.layers);
        for epoch in 0..lesson.epochs {
            order.shuffle(&mut rng);
            for batch in order.chunks(BATCH) {
                let mut gradient = forecast.layers.each_ref().map(Layer::zeros);
                for &example in batch {
                    forecast.add_gradient(&examples[example].0, &targets[example], &mut gradient);
                }
                let rate = RATE * (1.0 - 0.99 * adam.steps as f64 / steps);
                adam.step(&mut forecast.layers, &gradient, rate, batch.len() as f64);
            }
            if heard(epoch + 1) {
                break;
            }
        }
        forecast
    }

    /// The quantities of a design, in the order in which they were learned.
    pub fn of(&self, design: &Design) -> Vec<f64> {
        let [_, _, output] = self.forward(&self.inputs(design));
        let values = output.iter().zip(&self.scales);
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

    /// The inputs that are 1.
    fn inputs(&self, design: &Design) -> Vec<usize> {
        let offsets = self.offsets.iter().enumerate();
        offsets
            .filter_map(|(decision, offset)| Some(offset + design.value(decision)? as usize))
            .collect()
    }

    /// What each layer gives.
    fn forward(&self, inputs: &[usize]) -> [Vec<f64>; 3] {
        let [first, second, last] = &self.layers;
        let ones = inputs.iter().map(|input| (*input, 1.0));
        let one = first.of(ones, true);
        let two = second.of(one.iter().copied().enumerate(), true);
        let out = last.of(two.iter().copied().enumerate(), false);
        [one, two, out]
    }

    /// Adds the gradient of half the squared error of one example.
    fn add_gradient(&self, design: &Design, target: &[f64], gradient: &mut [Layer; 3]) {
        let inputs = self.inputs(design);
        let [one, two, out] = self.forward(&inputs);
        let error: Vec<f64> = out
            .iter()
            .zip(target)
            .map(|(got, want)| got - want)
            .collect();
        let [first, second, last] = gradient;
        last.add(two.iter().copied().enumerate(), &error);
        let error = self.layers[2].back(&error, &two);
        second.add(one.iter().copied().enumerate(), &error);
        let error = self.layers[1].back(&error, &one);
        first.add(inputs.iter().map(|input| (*input, 1.0)), &error);
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

/// Weights of one layer, input by input, and its biases.
#[derive(Clone, Debug)]
struct Layer {
    weights: Vec<f64>,
    biases: Vec<f64>,
}

impl Layer {
    /// Weights drawn evenly with a variance of 2 ÷ `active` (He et al., ICCV 2015).
    fn drawn(inputs: usize, outputs: usize, active: usize, rng: &mut ChaCha8Rng) -> Self {
        let limit = (6.0 / active.max(1) as f64).sqrt();
        let mut weight = || (2.0 * rng.random::<f64>() - 1.0) * limit;
        Self {
            weights: (0..inputs * outputs).map(|_| weight()).collect(),
            biases: vec![0.0; outputs],
        }
    }

    fn zeros(&self) -> Self {
        Self {
            weights: vec![0.0; self.weights.len()],
            biases: vec![0.0; self.biases.len()],
        }
    }

    fn row(&self, input: usize) -> &[f64] {
        let width = self.biases.len();
        &self.weights[input * width..(input + 1) * width]
    }

    /// What it gives for some inputs; rectified where it is hidden.
    fn of(&self, inputs: impl Iterator<Item = (usize, f64)>, rectified: bool) -> Vec<f64> {
        let mut out = self.biases.clone();
        for (input, value) in inputs.filter(|(_, value)| *value != 0.0) {
            let pairs = out.iter_mut().zip(self.row(input));
            pairs.for_each(|(sum, weight)| *sum += weight * value);
        }
        if rectified {
            out.iter_mut().for_each(|value| *value = value.max(0.0));
        }
        out
    }

    /// Adds what an error at its outputs says of its weights.
    fn add(&mut self, inputs: impl Iterator<Item = (usize, f64)>, error: &[f64]) {
        let width = self.biases.len();
        for (input, value) in inputs.filter(|(_, value)| *value != 0.0) {
            let row = &mut self.weights[input * width..(input + 1) * width];
            let pairs = row.iter_mut().zip(error);
            pairs.for_each(|(sum, error)| *sum += error * value);
        }
        let biases = self.biases.iter_mut().zip(error);
        biases.for_each(|(sum, error)| *sum += error);
    }

    /// The error at its inputs, which were given by rectified units.
    fn back(&self, error: &[f64], inputs: &[f64]) -> Vec<f64> {
        let one = |(input, value): (usize, &f64)| {
            if *value <= 0.0 {
                return 0.0;
            }
            let pairs = self.row(input).iter().zip(error);
            pairs.map(|(weight, error)| weight * error).sum()
        };
        inputs.iter().enumerate().map(one).collect()
    }

    fn numbers(&self) -> impl Iterator<Item = &f64> {
        self.weights.iter().chain(&self.biases)
    }

    fn numbers_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        self.weights.iter_mut().chain(&mut self.biases)
    }
}

/// Moving averages of the gradient and of its square.
struct Adam {
    means: [Layer; 3],
    squares: [Layer; 3],
    steps: u64,
    /// What is left of the decays' first powers.
    left: (f64, f64),
}

impl Adam {
    fn new(layers: &[Layer; 3]) -> Self {
        Self {
            means: layers.each_ref().map(Layer::zeros),
            squares: layers.each_ref().map(Layer::zeros),
            steps: 0,
            left: (1.0, 1.0),
        }
    }

    /// One step down a gradient that is the sum over `count` examples.
    fn step(&mut self, layers: &mut [Layer; 3], gradient: &[Layer; 3], rate: f64, count: f64) {
        let (slow, slower, least) = ADAM;
        self.steps += 1;
        self.left = (self.left.0 * slow, self.left.1 * slower);
        let (first, second) = (1.0 - self.left.0, 1.0 - self.left.1);
        for (index, layer) in layers.iter_mut().enumerate() {
            let means = self.means[index].numbers_mut();
            let squares = self.squares[index].numbers_mut();
            let averages = means.zip(squares);
            let numbers = layer.numbers_mut().zip(gradient[index].numbers());
            for ((number, sum), (mean, square)) in numbers.zip(averages) {
                let slope = sum / count;
                *mean = slow * *mean + (1.0 - slow) * slope;
                *square = slower * *square + (1.0 - slower) * slope * slope;
                *number -= rate * (*mean / first) / ((*square / second).sqrt() + least);
            }
        }
    }
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

    #[test]
    fn the_gradient_is_that_of_the_squared_error() {
        let all = examples(1, 0);
        let lesson = Lesson {
            hidden: 12,
            epochs: 0,
            seed: 3,
        };
        let mut forecast = Forecast::learn(&space(), &all, lesson, &mut |_| false);
        let target = [0.7, -0.4];
        let loss = |forecast: &Forecast| -> f64 {
            let [_, _, out] = forecast.forward(&forecast.inputs(&all[0].0));
            let errors = out.iter().zip(&target);
            errors
                .map(|(got, want)| 0.5 * (got - want) * (got - want))
                .sum()
        };
        let mut gradient = forecast.layers.each_ref().map(Layer::zeros);
        forecast.add_gradient(&all[0].0, &target, &mut gradient);
        let mut moved = 0;
        for (layer, slopes) in gradient.iter().enumerate() {
            for index in 0..forecast.layers[layer].weights.len() {
                let before = forecast.layers[layer].weights[index];
                let mut at = |weight: f64| {
                    forecast.layers[layer].weights[index] = weight;
                    loss(&forecast)
                };
                let slope = (at(before + 1e-6) - at(before - 1e-6)) / 2e-6;
                at(before);
                let got = slopes.weights[index];
                assert!((got - slope).abs() < 1e-6, "{layer} {index}: {got} {slope}");
                moved += usize::from(got != 0.0);
            }
        }
        assert!(moved > 10, "{moved}");
    }
}
