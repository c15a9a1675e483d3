//! A small multilayer perceptron: forward, backward, one step of Adam.
//!
//! Everything is a loop in a fixed order over plain numbers, so a network that is trained
//! again with the same seed has the same weights to the bit.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Decay of Adam's mean and mean square, and what keeps its quotient finite (Kingma and Ba,
/// arXiv 1412.6980).
const ADAM: (f64, f64, f64) = (0.9, 0.999, 1e-8);

/// Layers one after the other, with rectified units between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mlp {
    layers: Vec<Dense>,
}

/// A fully connected layer; the weights of an input stand together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Dense {
    outputs: usize,
    weights: Vec<f64>,
    biases: Vec<f64>,
}

/// What each layer was given, and at last what came out.
pub(crate) struct Trace(Vec<Vec<f64>>);

impl Trace {
    /// What the network says.
    pub(crate) fn output(&self) -> &[f64] {
        self.0.last().map_or(&[], Vec::as_slice)
    }
}

impl Mlp {
    /// A network of these widths, inputs first, with He's uniform weights.
    pub(crate) fn new(widths: &[usize], rng: &mut impl Rng) -> Self {
        let layers = widths.windows(2).map(|pair| Dense::new(pair, rng));
        Self {
            layers: layers.collect(),
        }
    }

    /// The same network with all weights 0: where gradients are summed.
    pub(crate) fn zeros(&self) -> Self {
        let empty = |layer: &Dense| Dense {
            outputs: layer.outputs,
            weights: vec![0.0; layer.weights.len()],
            biases: vec![0.0; layer.outputs],
        };
        Self {
            layers: self.layers.iter().map(empty).collect(),
        }
    }

    /// Whether it takes and gives so many numbers; what was read from a file may not.
    pub(crate) fn fits(&self, inputs: usize, outputs: usize) -> bool {
        let mut width = inputs;
        let sound = self.layers.iter().all(|layer| {
            let given = std::mem::replace(&mut width, layer.outputs);
            layer.biases.len() == layer.outputs
                && given.checked_mul(layer.outputs) == Some(layer.weights.len())
        });
        sound && width == outputs
    }

    /// What the network makes of an input.
    pub(crate) fn run(&self, input: &[f64]) -> Trace {
        let mut trace = Vec::with_capacity(self.layers.len() + 1);
        trace.push(input.to_vec());
        for (depth, layer) in self.layers.iter().enumerate() {
            let mut out = layer.run(&trace[depth]);
            if depth + 1 < self.layers.len() {
                out.iter_mut().for_each(|value| *value = value.max(0.0));
            }
            trace.push(out);
        }
        Trace(trace)
    }

    /// Adds the slopes of all weights to a sum, given the slopes at the output; returns those at
    /// the input.
    pub(crate) fn learn(&self, trace: &Trace, slopes: &[f64], sum: &mut Self) -> Vec<f64> {
        let mut slopes = slopes.to_vec();
        let pairs = self.layers.iter().zip(&mut sum.layers).enumerate().rev();
        for (depth, (layer, sum)) in pairs {
            let given = &trace.0[depth];
            let mut before = layer.learn(given, &slopes, sum);
            if depth > 0 {
                // A rectified unit that was at 0 passes nothing on.
                for (slope, value) in before.iter_mut().zip(given) {
                    *slope = if *value > 0.0 { *slope } else { 0.0 };
                }
            }
            slopes = before;
        }
        slopes
    }

    fn numbers(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let all = self.layers.iter_mut();
        all.flat_map(|layer| [&mut layer.weights, &mut layer.biases])
    }
}

impl Dense {
    fn new(pair: &[usize], rng: &mut impl Rng) -> Self {
        let (inputs, outputs) = (pair[0], pair[1]);
        let reach = (6.0 / inputs.max(1) as f64).sqrt();
        Self {
            outputs,
            weights: (0..inputs * outputs)
                .map(|_| reach * (2.0 * rng.random::<f64>() - 1.0))
                .collect(),
            biases: vec![0.0; outputs],
        }
    }

    fn run(&self, input: &[f64]) -> Vec<f64> {
        let mut out = self.biases.clone();
        for (value, weights) in input.iter().zip(self.weights.chunks_exact(self.outputs)) {
            // Half of what comes from rectified units is 0.
            if *value != 0.0 {
                add(&mut out, *value, weights);
            }
        }
        out
    }

    fn learn(&self, input: &[f64], slopes: &[f64], sum: &mut Self) -> Vec<f64> {
        add(&mut sum.biases, 1.0, slopes);
        let rows = self.weights.chunks_exact(self.outputs);
        let sums = sum.weights.chunks_exact_mut(self.outputs);
        let pairs = input.iter().zip(rows.zip(sums));
        let each = pairs.map(|(value, (weights, sum))| {
            if *value != 0.0 {
                add(sum, *value, slopes);
            }
            dot(weights, slopes)
        });
        each.collect()
    }
}

/// `sum += factor · values`.
fn add(sum: &mut [f64], factor: f64, values: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// Σ a·b in four sums side by side, always the same four.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (fours, others) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest = fours.remainder().iter().zip(others.remainder());
    let tail = rest.fold(0.0, |sum, (a, b)| sum + a * b);
    for (a, b) in fours.zip(others) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail
}

/// Adam: steps downhill whose size is the mean slope over its deviation.
pub(crate) struct Adam {
    mean: Mlp,
    square: Mlp,
    /// The size of a step.
    pub(crate) rate: f64,
    steps: u32,
}

impl Adam {
    /// For a network, with steps of a size.
    pub(crate) fn new(net: &Mlp, rate: f64) -> Self {
        Self {
            mean: net.zeros(),
            square: net.zeros(),
            rate,
            steps: 0,
        }
    }

    /// One step against the sum of the slopes of so many samples, which is emptied.
    pub(crate) fn step(&mut self, net: &mut Mlp, sum: &mut Mlp, samples: usize) {
        self.steps += 1;
        let share = 1.0 / samples.max(1) as f64;
        let (slow, slower, least) = ADAM;
        let young = |decay: f64| 1.0 - libm::pow(decay, f64::from(self.steps));
        let (of_mean, of_square) = (1.0 / young(slow), 1.0 / young(slower));
        let past = self.mean.numbers().zip(self.square.numbers());
        for ((net, sum), (mean, square)) in net.numbers().zip(sum.numbers()).zip(past) {
            let past = mean.iter_mut().zip(square.iter_mut());
            for ((weight, sum), (mean, square)) in net.iter_mut().zip(sum.iter_mut()).zip(past) {
                let slope = share * std::mem::take(sum);
                *mean = slow * *mean + (1.0 - slow) * slope;
                *square = slower * *square + (1.0 - slower) * slope * slope;
                let spread = (*square * of_square).sqrt() + least;
                *weight -= self.rate * (*mean * of_mean) / spread;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Σ of weighted outputs, so that every output has a slope of its own.
    fn loss(net: &Mlp, input: &[f64], factors: &[f64]) -> f64 {
        let out = net.run(input);
        out.output().iter().zip(factors).map(|(y, f)| y * f).sum()
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut net = Mlp::new(&[3, 7, 6, 2], &mut rng);
        let (mut input, factors) = (vec![0.3, -0.8, 0.5], [1.0, -2.0]);
        let mut sum = net.zeros();
        let trace = net.run(&input);
        let at_input = net.learn(&trace, &factors, &mut sum);
        let step = 1e-6;
        let shapes: Vec<usize> = sum.numbers().map(|list| list.len()).collect();
        for (list, length) in shapes.into_iter().enumerate() {
            for index in 0..length {
                let mut at = |change: f64| {
                    let weight = &mut net.numbers().nth(list).unwrap()[index];
                    *weight += change;
                    loss(&net, &input, &factors)
                };
                let slope = (at(step) - at(-2.0 * step)) / (2.0 * step);
                at(step);
                let told = sum.numbers().nth(list).unwrap()[index];
                assert!(
                    (slope - told).abs() < 1e-6,
                    "{list}, {index}: {slope} {told}"
                );
            }
        }
        for index in 0..input.len() {
            let mut at = |change: f64| {
                input[index] += change;
                loss(&net, &input, &factors)
            };
            let slope = (at(step) - at(-2.0 * step)) / (2.0 * step);
            at(step);
            assert!((slope - at_input[index]).abs() < 1e-6);
        }
    }

    #[test]
    fn it_learns_a_function_that_is_not_linear() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut net = Mlp::new(&[2, 16, 1], &mut rng);
        let (mut adam, mut sum) = (Adam::new(&net, 0.01), net.zeros());
        let corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
        let differ = |corner: &[f64; 2]| f64::from(u8::from(corner[0] != corner[1]));
        for _ in 0..500 {
            for corner in &corners {
                let trace = net.run(corner);
                let miss = trace.output()[0] - differ(corner);
                net.learn(&trace, &[miss], &mut sum);
            }
            adam.step(&mut net, &mut sum, 4);
        }
        for corner in &corners {
            assert!((net.run(corner).output()[0] - differ(corner)).abs() < 0.1);
        }
    }
}
