//! The arithmetic of the controller: sums in a fixed order, functions from `libm`.
//!
//! Loops are compiled for AVX2 as well: products and sums are never fused, so wider registers
//! change the time and not a bit.

use ndarray::Array2;

/// The rows of an array, which is always stored row by row.
pub(super) fn rows(array: &Array2<f64>) -> impl Iterator<Item = &[f64]> {
    array
        .as_slice()
        .unwrap_or_default()
        .chunks_exact(array.ncols())
}

/// Adds a multiple of a row to another.
#[multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")]
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
        add_four(to, four);
    }
    for (factor, row) in &four[..held] {
        add(to, *factor, row);
    }
}

#[multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")]
fn add_four(to: &mut [f64], terms: [(f64, &[f64]); 4]) {
    let [(a, one), (b, two), (c, three), (d, last)] = terms;
    let rows = one.iter().zip(two).zip(three).zip(last);
    for (to, (((x, y), z), w)) in to.iter_mut().zip(rows) {
        *to = (((*to + a * x) + b * y) + c * z) + d * w;
    }
}

/// The scalar product, summed in eight interleaved parts, which a processor does at once.
#[multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")]
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut parts = [0.0; 8];
    let (eights, rest) = one.as_chunks::<8>();
    let (others, others_rest) = other.as_chunks::<8>();
    for (a, b) in eights.iter().zip(others) {
        for lane in 0..8 {
            parts[lane] += a[lane] * b[lane];
        }
    }
    let half: [f64; 4] = std::array::from_fn(|lane| parts[lane] + parts[lane + 4]);
    let mut sum = (half[0] + half[2]) + (half[1] + half[3]);
    rest.iter().zip(others_rest).for_each(|(a, b)| sum += a * b);
    sum
}

/// `1 / (1 + e^−x)`.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Probabilities and their natural logarithms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chances {
    pub(crate) each: Vec<f64>,
    pub(crate) logs: Vec<f64>,
}

impl Chances {
    /// The softmax of the offered values' logits.
    pub(super) fn of(head: &Array2<f64>, offered: &[u32], state: &[f64]) -> Self {
        let weights = head.as_slice().unwrap_or_default();
        let logit = |&value: &u32| {
            let row = &weights[value as usize * head.ncols()..][..head.ncols()];
            dot(row, state) + row[state.len()]
        };
        let mut logs: Vec<f64> = offered.iter().map(logit).collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        logs.iter_mut().for_each(|logit| *logit -= top);
        let mut each: Vec<f64> = logs.iter().map(|logit| libm::exp(*logit)).collect();
        let mut total = 0.0;
        each.iter().for_each(|weight| total += weight);
        let log_total = libm::log(total);
        each.iter_mut().for_each(|weight| *weight /= total);
        logs.iter_mut().for_each(|logit| *logit -= log_total);
        Self { each, logs }
    }

    /// The entropy in nats.
    pub(crate) fn entropy(&self) -> f64 {
        let mut sum = 0.0;
        let terms = self.each.iter().zip(&self.logs);
        terms.for_each(|(chance, log)| sum -= chance * log);
        sum
    }
}
