//! Synaptic flow: what the weights carry from an input of ones to the outputs.
//!
//! H. Tanaka et al., NeurIPS 2020, equation 2: R is the sum of the outputs for the
//! absolute weights and an input of ones; the score is the sum of θ·∂R/∂θ. It spans
//! hundreds of orders of magnitude, so its logarithm is given. Batch normalisation
//! and biases do nothing (M. Abdelfattah et al., ICLR 2021, section 3).

use super::{Proxy, ProxyError};
use crate::network::Network;
use crate::train::TrainError;
use crate::train::machine::{Machine, Mode};

/// The score of a network; no data are needed.
pub(super) fn score(network: &Network, seed: u64) -> Result<f64, ProxyError> {
    let mut machine = Machine::<f64>::new(network, 1, false).map_err(TrainError::Network)?;
    machine.start(seed);
    for parameter in &mut machine.parameters {
        *parameter = parameter.abs();
    }
    machine.input.fill(1.0);
    machine.forward(Mode::Plain);
    let (_, errors) = machine.output_and_errors();
    errors.fill(1.0);
    machine.backward();
    let pairs = machine.parameters.iter().zip(&machine.gradients);
    let flow: f64 = pairs
        .map(|(parameter, gradient)| parameter * gradient)
        .sum();
    match flow > 0.0 {
        true => Ok(libm::log(flow)),
        false => Err(Proxy::Synflow.undefined("no weight carries anything to the answer")),
    }
}
