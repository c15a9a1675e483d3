//! How little the Jacobians of samples correlate.
//!
//! J. Mellor et al., arXiv 2006.04647v1, equations 1 to 3: rows are the gradients of
//! the summed answer by each sample; with the eigenvalues v of the rows' correlation
//! matrix, the score is −Σ (ln(v + k) + 1 / (v + k)), k = 10⁻⁵.

use super::{Proxy, ProxyError, matrix};
use crate::network::Network;
use crate::train::machine::Machine;

/// k of the paper: what keeps the logarithm finite.
const FLOOR: f64 = 1e-5;

/// The score of a machine that went forward.
pub(super) fn score(mut machine: Machine<f64>, network: &Network) -> Result<f64, ProxyError> {
    let (_, errors) = machine.output_and_errors();
    errors.fill(1.0);
    machine.backward();
    let (batch, shape) = (machine.batch(), network.input);
    let mut rows = vec![Vec::with_capacity(shape.elements()); batch];
    let gradients = &machine.input_gradients[..batch * shape.elements()];
    for (place, plane) in gradients.chunks(shape.pixels()).enumerate() {
        rows[place % batch].extend_from_slice(plane);
    }
    for row in &mut rows {
        standardise(row)
            .ok_or(Proxy::Jacov.undefined("a sample's gradient is the same at every input"))?;
    }
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum();
    let pairs = rows.iter().flat_map(|a| rows.iter().map(|b| product(a, b)));
    let mut correlations: Vec<f64> = pairs.collect();
    let values = matrix::eigenvalues(&mut correlations, batch);
    Ok(-values
        .into_iter()
        .map(|value| value.max(0.0) + FLOOR)
        .map(|value| libm::log(value) + 1.0 / value)
        .sum::<f64>())
}

/// Shifts and scales a row to mean 0 and length 1; impossible if its entries are all the same.
fn standardise(row: &mut [f64]) -> Option<()> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    let largest = row.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    for value in &mut *row {
        *value -= mean;
    }
    let length = row.iter().map(|value| value * value).sum::<f64>().sqrt();
    for value in &mut *row {
        *value /= length;
    }
    // What is left of equal entries is rounding.
    (length > 1e-12 * largest).then_some(())
}
