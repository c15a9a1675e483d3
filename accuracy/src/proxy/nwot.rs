//! How differently samples switch the ReLUs of a network on.
//!
//! J. Mellor et al., "Neural Architecture Search without Training", ICML 2021,
//! equation 2: for samples i and j, `K[i, j]` is the number of ReLUs that are on for
//! both or off for both; the score is log |det K|.

use super::{Proxy, ProxyError, matrix};
use crate::train::machine::Machine;

/// The score of a machine that went forward.
pub(super) fn score(machine: &Machine<f32>) -> Result<f64, ProxyError> {
    let (codes, units) = codes(machine);
    if units == 0 {
        return Err(Proxy::Nwot.undefined("it has no ReLU"));
    }
    let mut kernel = kernel(&codes, units);
    matrix::log_determinant(&mut kernel, codes.len())
        .ok_or(Proxy::Nwot.undefined("some samples switch the same ReLUs on"))
}

/// Which ReLUs each sample switches on, 64 to a word, and how many ReLUs there are.
fn codes(machine: &Machine<f32>) -> (Vec<Vec<u64>>, usize) {
    let batch = machine.batch();
    let mut codes = vec![Vec::new(); batch];
    let mut units = 0;
    for (values, shape) in machine.activations() {
        let pixels = shape.pixels();
        for (place, plane) in values[..batch * shape.elements()]
            .chunks(pixels)
            .enumerate()
        {
            let code: &mut Vec<u64> = &mut codes[place % batch];
            let before = units + place / batch * pixels;
            for (pixel, &value) in plane.iter().enumerate() {
                let unit = before + pixel;
                code.resize(unit / 64 + 1, 0);
                code[unit / 64] |= u64::from(value > 0.0) << (unit % 64);
            }
        }
        units += shape.elements();
    }
    (codes, units)
}

/// How many ReLUs agree, for each pair of samples.
fn kernel(codes: &[Vec<u64>], units: usize) -> Vec<f64> {
    let agree = |a: &[u64], b: &[u64]| {
        let words = a.iter().zip(b);
        let differ: u32 = words.map(|(a, b)| (a ^ b).count_ones()).sum();
        (units - differ as usize) as f64
    };
    let rows = codes.iter();
    rows.flat_map(|a| codes.iter().map(|b| agree(a, b)))
        .collect()
}
