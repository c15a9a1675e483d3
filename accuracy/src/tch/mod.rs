//! The same networks, computed by libtorch: a backend of [`crate::train::Trial`].
//!
//! Parameters lie on the device as one flat tensor in the order of the native layout;
//! layers see parts of it, so a step moves one vector there and one back, whatever the
//! number of layers. libtorch differentiates.

mod layers;
#[cfg(test)]
mod tests;

use crate::network::{Network, NetworkError, Shape, Source};
use crate::train::compute::Compute;
use crate::train::memory;
use crate::train::parameters::Layout;
use tch::{Device, Kind, Tensor, no_grad};

/// A network on libtorch's device, with what a trial sees of it on the host.
pub(crate) struct Torch {
    network: Network,
    batch: usize,
    layout: Layout,
    device: Device,
    parameters: Vec<f32>,
    gradients: Vec<f32>,
    running: Vec<f32>,
    input: Vec<f32>,
    output: Vec<f32>,
    errors: Vec<f32>,
    /// All parameters on the device.
    weights: Tensor,
    /// All running statistics on the device.
    statistics: Tensor,
    /// The answer on the device, with how it came about.
    answer: Option<Tensor>,
}

impl Torch {
    /// Lays out a network for batches of `batch` samples, on a GPU where there is one.
    pub fn new(network: &Network, batch: usize) -> Result<Self, NetworkError> {
        network.check()?;
        layers::check(network)?;
        memory::check(network, batch, size_of::<f32>())?;
        let device = Device::cuda_if_available();
        let layout = Layout::new(network);
        let flat = |count: usize| Tensor::zeros([count as i64], (Kind::Float, device));
        let answer = batch * network.output().elements();
        Ok(Self {
            batch,
            device,
            parameters: vec![0.0; layout.parameters],
            gradients: vec![0.0; layout.parameters],
            running: vec![0.0; layout.running],
            input: vec![0.0; batch * network.input.elements()],
            output: vec![0.0; answer],
            errors: vec![0.0; answer],
            weights: flat(layout.parameters).set_requires_grad(true),
            statistics: flat(layout.running),
            answer: None,
            layout,
            network: network.clone(),
        })
    }

    /// A channel-major vector as libtorch's tensor: samples, channels, rows, columns.
    fn tensor(&self, values: &[f32], shape: Shape) -> Tensor {
        let sizes = [shape.channels, self.batch, shape.rows, shape.columns];
        let tensor = Tensor::from_slice(values).view(sizes.map(|n| n as i64));
        tensor.permute([1, 0, 2, 3]).to_device(self.device)
    }

    /// What the network makes of some samples.
    fn answer(&self, samples: Tensor, training: bool) -> Tensor {
        let mut made: Vec<Tensor> = Vec::with_capacity(self.network.layers.len());
        let parameters = self.parts();
        for (layer, place) in self.network.layers.iter().zip(&self.layout.places) {
            let inputs: Vec<&Tensor> = layer
                .inputs
                .iter()
                .map(|source| match source {
                    Source::Sample => &samples,
                    Source::Layer(from) => &made[*from],
                })
                .collect();
            let input = layer
                .inputs
                .first()
                .map_or(self.network.input, |s| self.network.shape(*s));
            let computed = layers::Parameters {
                weights: &parameters[made.len()],
                affine: &parameters[self.network.layers.len() + made.len()],
                running: part(&self.statistics, place.running.clone()),
                training,
            };
            made.push(match inputs.is_empty() {
                true => self.zeros(&samples, layer.output),
                false => computed.apply(layer, &inputs, input),
            });
        }
        made.pop().unwrap_or(samples)
    }

    /// The sum of nothing, for as many samples as these.
    fn zeros(&self, samples: &Tensor, shape: Shape) -> Tensor {
        let [channels, rows, columns] =
            [shape.channels, shape.rows, shape.columns].map(|n| n as i64);
        let sizes = [samples.size()[0], channels, rows, columns];
        Tensor::zeros(sizes, (Kind::Float, self.device))
    }

    /// The weights of each layer, then the biases or scales and shifts of each. Cut all at once:
    /// so libtorch puts their gradients together all at once, too.
    fn parts(&self) -> Vec<Tensor> {
        let places = &self.layout.places;
        let weights = places.iter().map(|place| place.weights.len() as i64);
        let affine = places.iter().map(|place| place.affine.len() as i64);
        let sizes: Vec<i64> = weights.chain(affine).collect();
        self.weights.split_with_sizes(sizes, 0)
    }
}

/// A part of a flat tensor.
fn part(flat: &Tensor, range: std::ops::Range<usize>) -> Tensor {
    flat.narrow(0, range.start as i64, range.len() as i64)
}

/// Copies a tensor of a device to the host.
fn fetch(tensor: &Tensor, to: &mut [f32]) {
    let tensor = tensor.detach().to_device(Device::Cpu).contiguous();
    tensor.copy_data(to, to.len());
}

impl Compute for Torch {
    fn batch(&self) -> usize {
        self.batch
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn start(&mut self, seed: u64) {
        self.layout.start(&self.network, seed, &mut self.parameters);
        self.layout.start_running(&mut self.running);
    }

    fn state(&self) -> (&[f32], &[f32]) {
        (&self.parameters, &self.running)
    }

    fn state_mut(&mut self) -> (&mut [f32], &mut [f32]) {
        (&mut self.parameters, &mut self.running)
    }

    fn step(&mut self) -> (&mut [f32], &[f32]) {
        (&mut self.parameters, &self.gradients)
    }

    fn input(&mut self) -> &mut [f32] {
        &mut self.input
    }

    fn forward(&mut self, training: bool) {
        // The setting is one of the calling thread, and a trial may move between threads.
        tch::set_num_threads(1);
        no_grad(|| {
            self.weights.copy_(&Tensor::from_slice(&self.parameters));
            self.statistics.copy_(&Tensor::from_slice(&self.running));
        });
        let samples = self.tensor(&self.input, self.network.input);
        let answer = match training {
            true => self.answer(samples, true),
            false => no_grad(|| self.answer(samples, false)),
        };
        let Shape {
            channels,
            rows,
            columns,
        } = self.network.output();
        let sizes = [self.batch, channels, rows, columns].map(|n| n as i64);
        let answer = answer.reshape(sizes);
        fetch(&answer.transpose(0, 1), &mut self.output);
        if training {
            fetch(&self.statistics, &mut self.running);
        }
        self.answer = training.then_some(answer);
    }

    fn output(&self) -> &[f32] {
        &self.output
    }

    fn output_and_errors(&mut self) -> (&[f32], &mut [f32]) {
        (&self.output, &mut self.errors)
    }

    fn backward(&mut self) {
        let Some(answer) = self.answer.take() else {
            return;
        };
        if !answer.requires_grad() {
            // A network of pools alone: there is nothing to learn.
            return;
        }
        // The gradient of this sum is that of the loss: it weighs each answer by the loss's slope there.
        let slopes = self.tensor(&self.errors, self.network.output());
        self.weights.zero_grad();
        (answer * slopes).sum(Kind::Float).backward();
        let gradients = self.weights.grad();
        if gradients.defined() {
            fetch(&gradients, &mut self.gradients);
        }
    }
}
