//! Losses with their gradients, and the metrics of an answer.
//!
//! Answers are channel-major: for classes one logit per class and sample, for masks
//! one logit per sample and pixel.

use super::real::Real;

/// Keeps the Dice coefficient of empty masks defined.
const SMOOTH: f64 = 1.0;

/// The mean cross-entropy of `labels`, with the gradients of the logits.
///
/// `logits[c × labels + s]` is class `c` of sample `s`.
pub(crate) fn cross_entropy<T: Real>(logits: &[T], labels: &[u8], gradients: &mut [T]) -> f64 {
    let count = labels.len();
    let share = T::ONE / T::of(count as f64);
    let mut loss = 0.0;
    for (sample, &label) in labels.iter().enumerate() {
        let answers = || logits[sample..].iter().step_by(count);
        let top = answers().fold(T::of(f64::NEG_INFINITY), |a, &b| if b > a { b } else { a });
        let mut sum = T::ZERO;
        let slots = gradients[sample..].iter_mut().step_by(count);
        for (slot, &logit) in slots.zip(answers()) {
            *slot = (logit - top).exp();
            sum += *slot;
        }
        let slots = gradients[sample..].iter_mut().step_by(count);
        for (class, slot) in slots.enumerate() {
            let target = if class == usize::from(label) {
                T::ONE
            } else {
                T::ZERO
            };
            *slot = (*slot / sum - target) * share;
        }
        let right = logits[usize::from(label) * count + sample];
        loss += (sum.ln() + top - right).double();
    }
    loss / count as f64
}

/// The mean of binary cross-entropy and soft Dice of a batch of masks, with the gradients of the logits.
///
/// Dice: F. Milletari et al., "V-Net", 3DV 2016, over all pixels of the batch, without squares.
pub(crate) fn mask_loss<T: Real>(logits: &[T], mask: &[u8], gradients: &mut [T]) -> f64 {
    let (half, count) = (T::of(0.5), T::of(mask.len() as f64));
    let smooth = T::of(SMOOTH);
    let (mut both, mut either, mut entropy) = (T::ZERO, T::ZERO, 0.0);
    for ((&logit, &pixel), slot) in logits.iter().zip(mask).zip(&mut *gradients) {
        let target = T::of(f64::from(pixel));
        let (power, positive) = match logit > T::ZERO {
            true => ((-logit).exp(), logit),
            false => (logit.exp(), T::ZERO),
        };
        let probability = match logit > T::ZERO {
            true => T::ONE / (T::ONE + power),
            false => power / (T::ONE + power),
        };
        entropy += (positive - logit * target + power.ln_1p()).double();
        both += probability * target;
        either += probability + target;
        *slot = probability;
    }
    let (above, below) = (both + both + smooth, either + smooth);
    for (slot, &pixel) in gradients.iter_mut().zip(mask) {
        let (probability, target) = (*slot, T::of(f64::from(pixel)));
        let dice = (above / below - target - target) / below;
        let slope = probability * (T::ONE - probability);
        *slot = half * ((probability - target) / count + dice * slope);
    }
    0.5 * (entropy / mask.len() as f64 + 1.0 - (above / below).double())
}

/// How many of the first `labels` samples of a batch are answered with their class; the first largest logit counts.
pub(crate) fn hits<T: Real>(logits: &[T], batch: usize, labels: &[u8]) -> u64 {
    let hit = |sample: usize, label: usize| {
        let mut best = (T::of(f64::NEG_INFINITY), usize::MAX);
        for (class, &logit) in logits[sample..].iter().step_by(batch).enumerate() {
            if logit > best.0 {
                best = (logit, class);
            }
        }
        best.1 == label
    };
    let labels = labels.iter().enumerate();
    labels
        .filter(|&(sample, &label)| hit(sample, usize::from(label)))
        .count() as u64
}

/// Pixels that are object in both answer and mask, and in either; the threshold is a probability of one half.
pub(crate) fn overlap<T: Real>(logits: &[T], mask: &[u8]) -> [u64; 2] {
    let mut counts = [0, 0];
    for (&logit, &pixel) in logits.iter().zip(mask) {
        let (answer, truth) = (logit > T::ZERO, pixel != 0);
        counts[0] += u64::from(answer && truth);
        counts[1] += u64::from(answer || truth);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_by_hand() {
        let mut gradients = [0.0; 4];
        // Two samples of two classes: logits (0, ln 3) and (0, 0).
        let logits = [0.0, 0.0, libm::log(3.0), 0.0];
        let loss = cross_entropy(&logits, &[1, 0], &mut gradients);
        let expected = 0.5 * (libm::log(4.0 / 3.0) + libm::log(2.0));
        assert!((loss - expected).abs() < 1e-15);
        // Probabilities one half: entropy ln 2, Dice (2·1 + 1) / (2 + 2 + 1).
        let loss = mask_loss(&[0.0; 4], &[1, 1, 0, 0], &mut gradients);
        assert!((loss - 0.5 * (libm::log(2.0) + 1.0 - 0.6)).abs() < 1e-15);
        // Large logits stay finite.
        let loss = mask_loss(&[-800.0, 800.0], &[1, 0], &mut gradients[..2]);
        assert!((loss - 0.5 * (800.0 + 1.0 - 1.0 / 3.0)).abs() < 1e-9);
    }

    #[test]
    fn metrics_by_hand() {
        // Three samples in a batch of four; the first of equal logits counts.
        let logits = [1.0, 0.0, 5.0, 9.0, 2.0, 0.0, 3.0, 0.0f32];
        assert_eq!(hits(&logits, 4, &[1, 0, 1]), 2);
        assert_eq!(overlap(&[1.0, 1.0, -1.0, 0.0f32], &[1, 0, 1, 0]), [1, 3]);
    }
}
