//! A network laid out in memory for batches of one size: outputs, gradients, parameters.
//!
//! Everything is allocated when it is made; computing allocates nothing.

use super::conv::Conv;
use super::depthwise::Depthwise;
use super::lanes::{LANES, wide};
use super::memory;
use super::norm::{self, Statistics};
use super::parameters::Layout;
use super::pool::Pool;
use super::real::Real;
use crate::network::{Layer, Network, NetworkError, Norm, Op, Shape, Source, Window};

/// What batch normalisation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It uses the statistics of the batch and moves the running ones.
    Train,
    /// It uses the running statistics.
    Infer,
    /// It does nothing, and neither do biases.
    Plain,
}

/// A network in memory.
///
/// Tensors are channel-major: channels, then samples, then pixels.
pub(crate) struct Machine<T> {
    network: Network,
    batch: usize,
    kernels: Vec<Kernel<T>>,
    /// Where the parameters of each layer lie.
    pub layout: Layout,
    /// All parameters.
    pub parameters: Vec<T>,
    /// Their gradients.
    pub gradients: Vec<T>,
    /// Running means and variances.
    pub running: Vec<T>,
    /// The samples.
    pub input: Vec<T>,
    /// The gradients of the samples; empty if nobody asks.
    pub input_gradients: Vec<T>,
    /// What each layer makes.
    values: Vec<Vec<T>>,
    /// What each layer makes before batch normalisation; empty without.
    rows: Vec<Vec<T>>,
    statistics: Vec<Vec<Statistics<T>>>,
    /// The gradients of what each layer makes.
    errors: Vec<Vec<T>>,
    mode: Mode,
}

/// How a layer is computed.
enum Kernel<T> {
    Conv(Conv<T>),
    Depthwise(Depthwise<T>),
    /// The adjoint of a convolution.
    Transposed(Conv<T>),
    Pool(Pool),
    Add,
    Concat,
}

impl<T: Real> Machine<T> {
    /// Lays out a network for batches of `batch` samples.
    pub fn new(
        network: &Network,
        batch: usize,
        input_gradients: bool,
    ) -> Result<Self, NetworkError> {
        network.check()?;
        memory::check(network, batch, size_of::<T>())?;
        let tensor = |elements: usize| vec![T::ZERO; batch * elements + LANES];
        let layers = &network.layers;
        let normed = |layer: &Layer| layer.norm() == Norm::Batch;
        let layout = Layout::new(network);
        Ok(Self {
            batch,
            kernels: layers
                .iter()
                .map(|layer| Kernel::new(network, layer, batch))
                .collect(),
            parameters: vec![T::ZERO; layout.parameters],
            gradients: vec![T::ZERO; layout.parameters],
            running: vec![T::ZERO; layout.running],
            layout,
            input: tensor(network.input.elements()),
            input_gradients: match input_gradients {
                true => tensor(network.input.elements()),
                false => Vec::new(),
            },
            values: layers.iter().map(|l| tensor(l.output.elements())).collect(),
            rows: layers
                .iter()
                .map(|l| match normed(l) {
                    true => tensor(l.output.elements()),
                    false => Vec::new(),
                })
                .collect(),
            statistics: layers
                .iter()
                .map(|l| match normed(l) {
                    true => vec![Statistics::default(); l.output.channels],
                    false => Vec::new(),
                })
                .collect(),
            errors: layers.iter().map(|l| tensor(l.output.elements())).collect(),
            mode: Mode::Train,
            network: network.clone(),
        })
    }

    /// How many samples a batch has.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Draws the first parameters.
    pub fn start(&mut self, seed: u64) {
        self.layout.start(&self.network, seed, &mut self.parameters);
        self.layout.start_running(&mut self.running);
    }

    /// What the network answers to the last batch.
    pub fn output(&self) -> &[T] {
        let elements = self.network.output().elements() * self.batch;
        self.values.last().map_or(&[], |values| &values[..elements])
    }

    /// The answer with the place for its gradients.
    pub fn output_and_errors(&mut self) -> (&[T], &mut [T]) {
        let elements = self.network.output().elements() * self.batch;
        match (self.values.last(), self.errors.last_mut()) {
            (Some(values), Some(errors)) => (&values[..elements], &mut errors[..elements]),
            _ => (&[], &mut []),
        }
    }

    /// What each layer that ends with a ReLU makes of the last batch, with its shape.
    pub fn activations(&self) -> impl Iterator<Item = (&[T], Shape)> {
        let layers = self.network.layers.iter().zip(&self.values);
        layers
            .filter(|(layer, _)| layer.relu())
            .map(|(layer, values)| (&values[..], layer.output))
    }

    /// Computes the answer to the batch in `input`.
    pub fn forward(&mut self, mode: Mode) {
        self.mode = mode;
        for index in 0..self.kernels.len() {
            self.compute(index);
            self.finish(index);
        }
    }

    /// The products, sums or windows of a layer.
    fn compute(&mut self, index: usize) {
        let layer = &self.network.layers[index];
        let (before, after) = self.values.split_at_mut(index);
        let input = |source: Source| match source {
            Source::Sample => &self.input,
            Source::Layer(from) => &before[from],
        };
        let output = match self.mode == Mode::Plain || self.rows[index].is_empty() {
            true => &mut after[0],
            false => &mut self.rows[index],
        };
        let weights = &self.parameters[self.layout.places[index].weights.clone()];
        let elements = self.batch * layer.output.elements();
        let Some(&first) = layer.inputs.first() else {
            // The sum of nothing.
            output.fill(T::ZERO);
            return;
        };
        let first = input(first);
        match &mut self.kernels[index] {
            Kernel::Conv(conv) => conv.forward(first, weights, output, false),
            Kernel::Depthwise(conv) => conv.forward(first, weights, output),
            Kernel::Transposed(conv) => {
                output.fill(T::ZERO);
                conv.back_data(weights, first, output);
            }
            Kernel::Pool(pool) => pool.forward(first, output),
            Kernel::Add => {
                output.copy_from_slice(first);
                for &source in &layer.inputs[1..] {
                    add(input(source), output);
                }
            }
            Kernel::Concat => {
                let mut rest = &mut output[..elements];
                for &source in &layer.inputs {
                    let count = self.batch * self.network.shape(source).elements();
                    let (part, next) = rest.split_at_mut(count);
                    part.copy_from_slice(&input(source)[..count]);
                    rest = next;
                }
            }
        }
    }

    /// What follows the products of a layer.
    fn finish(&mut self, index: usize) {
        let layer = &self.network.layers[index];
        let place = &self.layout.places[index];
        let pitch = self.batch * layer.output.pixels();
        let elements = self.batch * layer.output.elements();
        let affine = &self.parameters[place.affine.clone()];
        let running = &mut self.running[place.running.clone()];
        let values = &mut self.values[index][..elements];
        let rows = &self.rows[index];
        let relu = layer.relu();
        match (self.mode, layer.norm()) {
            (Mode::Train, Norm::Batch) => {
                let statistics = &mut self.statistics[index];
                norm::train(rows, values, pitch, affine, running, statistics, relu);
            }
            (Mode::Infer, Norm::Batch) => {
                norm::infer(rows, values, pitch, affine, running, relu);
            }
            (Mode::Train | Mode::Infer, Norm::Bias) => {
                norm::bias(values, pitch, affine, relu);
            }
            (Mode::Plain, _) | (_, Norm::None) if relu => norm::bias(values, pitch, &[], true),
            (Mode::Plain, _) | (_, Norm::None) => {}
        }
    }

    /// Computes all gradients, given those of the answer; `Train` or `Plain` went forward.
    pub fn backward(&mut self) {
        self.gradients.fill(T::ZERO);
        self.input_gradients.fill(T::ZERO);
        let last = self.errors.len() - 1;
        for errors in &mut self.errors[..last] {
            errors.fill(T::ZERO);
        }
        for index in (0..self.kernels.len()).rev() {
            self.unfinish(index);
            self.back_weights(index);
            self.back_data(index);
        }
    }

    /// Turns the gradients of what a layer makes into those of its products.
    fn unfinish(&mut self, index: usize) {
        let layer = &self.network.layers[index];
        let place = &self.layout.places[index];
        let pitch = self.batch * layer.output.pixels();
        let elements = self.batch * layer.output.elements();
        let errors = &mut self.errors[index][..elements];
        let gradients = &mut self.gradients[place.affine.clone()];
        let values = &self.values[index];
        let relu = layer.relu();
        match (self.mode, layer.norm()) {
            (Mode::Train, Norm::Batch) => norm::back(
                &self.rows[index],
                values,
                errors,
                pitch,
                &self.parameters[place.affine.clone()],
                gradients,
                &self.statistics[index],
                relu,
            ),
            (Mode::Train, Norm::Bias) => {
                norm::bias_back(values, errors, pitch, gradients, relu);
            }
            _ => norm::bias_back(values, errors, pitch, &mut [], relu),
        }
    }

    /// Adds the gradients of a layer's weights.
    fn back_weights(&mut self, index: usize) {
        let layer = &self.network.layers[index];
        let input = match layer.inputs.first() {
            None => return,
            Some(Source::Sample) => &self.input,
            Some(Source::Layer(from)) => &self.values[*from],
        };
        let weights = &mut self.gradients[self.layout.places[index].weights.clone()];
        let errors = &self.errors[index];
        match &mut self.kernels[index] {
            Kernel::Conv(conv) => conv.back_weights(input, errors, weights),
            Kernel::Depthwise(conv) => conv.back_weights(input, errors, weights),
            Kernel::Transposed(conv) => conv.back_weights(errors, input, weights),
            Kernel::Pool(_) | Kernel::Add | Kernel::Concat => {}
        }
    }

    /// Adds the gradients of a layer's inputs.
    fn back_data(&mut self, index: usize) {
        let layer = &self.network.layers[index];
        let (before, after) = self.errors.split_at_mut(index);
        let errors = &after[0];
        let weights = &self.parameters[self.layout.places[index].weights.clone()];
        let mut start = 0;
        for &source in &layer.inputs {
            let count = self.batch * self.network.shape(source).elements();
            let range = start..start + count;
            start = range.end;
            let target = match source {
                Source::Sample if self.input_gradients.is_empty() => continue,
                Source::Sample => &mut self.input_gradients,
                Source::Layer(from) => &mut before[from],
            };
            match &mut self.kernels[index] {
                Kernel::Conv(conv) => conv.back_data(weights, errors, target),
                Kernel::Depthwise(conv) => conv.back_data(weights, errors, target),
                Kernel::Transposed(conv) => conv.forward(errors, weights, target, true),
                Kernel::Pool(pool) => pool.back(errors, target),
                Kernel::Add => add(errors, target),
                Kernel::Concat => add(&errors[range], target),
            }
        }
    }
}

impl<T: Real> Kernel<T> {
    fn new(network: &Network, layer: &Layer, batch: usize) -> Self {
        let output = layer.output;
        let input = (layer.inputs.first()).map_or(output, |&source| network.shape(source));
        match layer.op {
            Op::Conv { window, groups, .. } if groups == input.channels && groups > 1 => {
                Self::Depthwise(Depthwise::new(input, output, &window, batch))
            }
            Op::Conv { window, groups, .. } => {
                Self::Conv(Conv::new(input, output, &window, groups, batch))
            }
            Op::Transposed { kernel, stride, .. } => {
                let before = [0, 1].map(|axis| kernel[axis].saturating_sub(stride[axis]) / 2);
                let window = Window {
                    kernel,
                    stride,
                    before,
                    dilation: 1,
                };
                Self::Transposed(Conv::new(output, input, &window, 1, batch))
            }
            Op::Dense { .. } => {
                let window = Window {
                    kernel: [input.rows, input.columns],
                    stride: [1, 1],
                    before: [0, 0],
                    dilation: 1,
                };
                Self::Conv(Conv::new(input, output, &window, 1, batch))
            }
            Op::Pool {
                window, average, ..
            } => Self::Pool(Pool::new(input, output, window, average, batch)),
            Op::Add => Self::Add,
            Op::Concat => Self::Concat,
        }
    }
}

/// Adds values to others.
fn add<T: Real>(values: &[T], sums: &mut [T]) {
    wide(
        #[inline(always)]
        || {
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        },
    );
}
