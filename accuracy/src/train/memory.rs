//! How much memory a network takes, before any of it is taken.

use super::parameters::Layout;
use crate::network::{Network, NetworkError, Op};

/// The most memory that one network may take, in bytes.
const LIMIT: u64 = 16 << 30;

/// Whether a network that was checked fits into memory with batches of `batch` samples, in numbers of `size` bytes.
pub(crate) fn check(network: &Network, batch: usize, size: usize) -> Result<(), NetworkError> {
    let bytes = numbers(network, batch).saturating_mul(size as u64);
    match bytes <= LIMIT {
        true => Ok(()),
        false => Err(NetworkError {
            layer: None,
            cause: format!(
                "with {batch} samples at a time it takes {} GB of memory, above {}; take smaller batches",
                bytes >> 30,
                LIMIT >> 30
            ),
        }),
    }
}

/// An upper bound on the numbers that are held at a time.
fn numbers(network: &Network, batch: usize) -> u64 {
    let samples = |elements: usize| (batch as u64).saturating_mul(elements as u64);
    // Parameters, gradients, what an optimiser remembers of them, and a packed copy.
    let mut count = (Layout::new(network).parameters as u64).saturating_mul(6);
    count = count.saturating_add(2 * samples(network.input.elements()));
    for layer in &network.layers {
        // Outputs, the same before normalisation, gradients.
        count = count.saturating_add(samples(layer.output.elements()).saturating_mul(3));
        if let Op::Conv { window, .. } = layer.op {
            let input = layer
                .inputs
                .first()
                .map_or(0, |&s| network.shape(s).channels);
            let planes = [layer.output.rows, layer.output.columns];
            let plane = (0..2).map(|axis| {
                let reach = (window.kernel[axis] - 1) * window.dilation + window.stride[axis];
                (planes[axis] * window.stride[axis] + reach) as u64
            });
            let plane = plane.fold(2 * input as u64, u64::saturating_mul);
            // A tile has few samples where planes are large.
            count = count.saturating_add(plane.saturating_mul(8.min(batch as u64)));
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Layer, Shape, Source};

    fn dense(outputs: usize) -> Network {
        let shape = |channels| Shape {
            channels,
            rows: 1,
            columns: 1,
        };
        let op = Op::Dense {
            bias: false,
            relu: false,
        };
        let layer = Layer {
            op,
            inputs: vec![Source::Sample],
            output: shape(outputs),
        };
        Network {
            input: shape(10),
            layers: vec![layer],
        }
    }

    #[test]
    fn numbers_of_a_dense_layer() {
        // 20 weights six times; 10 inputs twice and 2 outputs three times for 5 samples.
        assert_eq!(numbers(&dense(2), 5), 120 + 100 + 30);
    }

    #[test]
    fn too_much_is_an_error() {
        assert_eq!(check(&dense(2), 5, 4), Ok(()));
        let error = check(&dense(30_000), 1 << 20, 4).unwrap_err();
        insta::assert_snapshot!(error, @"the network: with 1048576 samples at a time it takes 351 GB of memory, above 16; take smaller batches");
    }
}
