//! The arithmetic of the controller: sums in a fixed order, functions from `libm`.

use ndarray::Array2;

/// The rows of an array, which is always stored row by row.
pub(super) fn rows(array: &Array2<f64>) -> impl Iterator<Item = &[f64]> {
    array
        .as_slice()
        .unwrap_or_default()
        .chunks_exact(array.ncols())
}

/// Adds a multiple of a row to another.
pub(super) fn add(to: &mut [f64], factor: f64, row: &[f64]) {
    for (to, value) in to.iter_mut().zip(row) {
        *to += factor * value;
    }
}

/// Adds multiples of rows to another in their order, four at a time: the same sums with a
/// quarter of the loads and stores.
pub(super) fn add_all<'a>(to: &mut [f64], terms: impl Iterator<Item = (f64, &'a [f64])>) {
    let mut four = [(0.0, &[][..]); 4];
    let mut held = 0;
    for term in terms {
        four[held] = term;
        held += 1;
        if held < 4 {
            continue;
        }
        held = 0;
        let [(a, one), (b, two), (c, three), (d, last)] = four;
        let rows = one.iter().zip(two).zip(three).zip(last);
        for (to, (((x, y), z), w)) in to.iter_mut().zip(rows) {
            *to = (((*to + a * x) + b * y) + c * z) + d * w;
        }
    }
    for (factor, row) in &four[..held] {
        add(to, *factor, row);
    }
}

/// The scalar product, summed in four interleaved parts, which a processor does at once.
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut parts = [0.0; 4];
    let (fours, rest) = one.as_chunks::<4>();
    let (others, others_rest) = other.as_chunks::<4>();
    for (a, b) in fours.iter().zip(others) {
        for lane in 0..4 {
            parts[lane] += a[lane] * b[lane];
        }
    }
    let mut sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
    rest.iter().zip(others_rest).for_each(|(a, b)| sum += a * b);
    sum
}

/// `1 / (1 + e^−x)`.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The probabilities of the offered values.
pub(super) fn softmax(head: &Array2<f64>, offered: &[u32], state: &[f64]) -> Vec<f64> {
    let weights = head.as_slice().unwrap_or_default();
    let logit = |&value: &u32| {
        let row = &weights[value as usize * head.ncols()..][..head.ncols()];
        dot(row, state) + row[state.len()]
    };
    let logits: Vec<f64> = offered.iter().map(logit).collect();
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = logits.iter().map(|logit| libm::exp(logit - top)).collect();
    let mut total = 0.0;
    weights.iter().for_each(|weight| total += weight);
    weights.iter_mut().for_each(|weight| *weight /= total);
    weights
}
