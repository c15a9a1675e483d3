//! Loops over eight numbers at a time, compiled for what the processor has.
//!
//! Products and sums are never fused and every sum has one fixed order, so wider
//! registers change the time and not a single bit of a result.

use super::real::Real;

/// How many neighbouring pixels are worked on together.
pub(crate) const LANES: usize = 8;

/// How many filters share what is read of the pixels.
pub(crate) const ROWS: usize = 8;

/// Eight neighbouring numbers.
pub(crate) type Lane<T> = [T; LANES];

/// Runs `work` compiled for the widest registers that this processor has.
///
/// What `work` calls must be inlined into it to profit.
#[multiversion::multiversion(targets("x86_64+avx+avx2"), dispatcher = "direct")]
pub(crate) fn wide<R, F: FnOnce() -> R>(work: F) -> R {
    work()
}

/// `ROWS` filters on `LANES` pixels: the sums over all taps.
#[inline(always)]
pub(crate) fn products<T: Real>(filters: &[[T; ROWS]], pixels: &[Lane<T>]) -> [Lane<T>; ROWS] {
    let mut sums = [[T::ZERO; LANES]; ROWS];
    for (filters, pixels) in filters.iter().zip(pixels) {
        for (sums, &filter) in sums.iter_mut().zip(filters) {
            for (sum, &pixel) in sums.iter_mut().zip(pixels) {
                *sum += filter * pixel;
            }
        }
    }
    sums
}

/// Adds to `sums`, lane by lane, the products of `ROWS` gradients with one tap over many pixels.
#[inline(always)]
pub(crate) fn correlate<T: Real>(
    gradients: &[[Lane<T>; ROWS]],
    pixels: &[Lane<T>],
    sums: &mut [Lane<T>; ROWS],
) {
    let mut local = *sums;
    for (gradients, pixels) in gradients.iter().zip(pixels) {
        for (sums, gradients) in local.iter_mut().zip(gradients) {
            for ((sum, &gradient), &pixel) in sums.iter_mut().zip(gradients).zip(pixels) {
                *sum += gradient * pixel;
            }
        }
    }
    *sums = local;
}

/// The sum of eight lanes, by halves.
#[inline(always)]
pub(crate) fn total<T: Real>(lane: &Lane<T>) -> T {
    let [a, b, c, d, e, f, g, h] = *lane;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The sum of `term` over two slices of the same length, in four strands of eight lanes.
#[inline(always)]
pub(crate) fn fold<T: Real>(a: &[T], b: &[T], term: impl Fn(T, T) -> T) -> T {
    const STRANDS: usize = 4;
    let mut sums = [[T::ZERO; LANES]; STRANDS];
    let (mut a, mut b) = (
        a.chunks_exact(STRANDS * LANES),
        b.chunks_exact(STRANDS * LANES),
    );
    for (a, b) in (&mut a).zip(&mut b) {
        for (s, sums) in sums.iter_mut().enumerate() {
            for (l, sum) in sums.iter_mut().enumerate() {
                *sum += term(a[s * LANES + l], b[s * LANES + l]);
            }
        }
    }
    let mut lanes = [T::ZERO; LANES];
    for (l, lane) in lanes.iter_mut().enumerate() {
        *lane = (sums[0][l] + sums[1][l]) + (sums[2][l] + sums[3][l]);
    }
    let mut rest = T::ZERO;
    for (&a, &b) in a.remainder().iter().zip(b.remainder()) {
        rest += term(a, b);
    }
    total(&lanes) + rest
}

/// The sum of a slice.
#[inline(always)]
pub(crate) fn sum<T: Real>(values: &[T]) -> T {
    fold(values, values, |value, _| value)
}
