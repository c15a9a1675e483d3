//! Scores of a network's size alone.

use crate::network::{Network, Op};
use crate::train::parameters::Layout;

/// How many parameters a network has that was checked: weights, biases, and two per normalised channel.
pub fn params(network: &Network) -> u64 {
    Layout::new(network).parameters as u64
}

/// How many operations one sample takes: two per product of a weight, zeros around the input included.
pub fn flops(network: &Network) -> u64 {
    let layers = network.layers.iter();
    layers
        .map(|layer| {
            let (weights, _) = network.weights(layer);
            // Each weight of a transposed convolution meets every input pixel, of others every output pixel.
            let pixels = match (layer.op, layer.inputs.first()) {
                (Op::Transposed { .. }, Some(&input)) => network.shape(input).pixels(),
                _ => layer.output.pixels(),
            };
            2 * weights as u64 * pixels as u64
        })
        .sum()
}
