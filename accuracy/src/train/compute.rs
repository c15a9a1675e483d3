//! What a trial needs of the memory and the arithmetic that train its network.

use super::machine::{Machine, Mode};
use super::parameters::Layout;

/// A network in memory for batches of one size, that goes forward and backward.
///
/// What trials see lies in flat vectors of the host, whoever computes: parameters as
/// [`Layout`] says, tensors channel-major (channels, then samples, then pixels). So
/// recipes, optimisers, checkpoints and first weights are the same for every backend.
pub(crate) trait Compute: Send {
    /// How many samples a batch has.
    fn batch(&self) -> usize;
    /// Where the parameters of each layer lie.
    fn layout(&self) -> &Layout;
    /// Draws the first parameters.
    fn start(&mut self, seed: u64);
    /// All parameters, and the running means and variances.
    fn state(&self) -> (&[f32], &[f32]);
    /// The same, to be changed.
    fn state_mut(&mut self) -> (&mut [f32], &mut [f32]);
    /// All parameters, to be changed, and their gradients.
    fn step(&mut self) -> (&mut [f32], &[f32]);
    /// The place for the samples.
    fn input(&mut self) -> &mut [f32];
    /// Computes the answer to the batch in `input`: as in training, with the statistics of the
    /// batch, or with the running ones.
    fn forward(&mut self, training: bool);
    /// The answer to the last batch.
    fn output(&self) -> &[f32];
    /// The answer with the place for its gradients.
    fn output_and_errors(&mut self) -> (&[f32], &mut [f32]);
    /// Computes all gradients, given those of the answer, after a training forward pass.
    fn backward(&mut self);
}

impl Compute for Machine<f32> {
    fn batch(&self) -> usize {
        Self::batch(self)
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn start(&mut self, seed: u64) {
        Self::start(self, seed);
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
        Self::forward(self, if training { Mode::Train } else { Mode::Infer });
    }

    fn output(&self) -> &[f32] {
        Self::output(self)
    }

    fn output_and_errors(&mut self) -> (&[f32], &mut [f32]) {
        Self::output_and_errors(self)
    }

    fn backward(&mut self) {
        Self::backward(self);
    }
}
