//! Expected values against exact enumeration of every pattern of zeros.

use nasaic_cost::Tensor;
use nasaic_cost::sparsity::{Density, RunLength, Saving, rlc_ratio};

const DENSITIES: [f64; 6] = [0.0, 0.01, 0.25, 0.5, 0.9, 1.0];

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

/// Probability of a pattern of `length` words, bit k set where word k is not zero.
fn probability(pattern: u32, length: u32, density: f64) -> f64 {
    (0..length)
        .map(|k| {
            if pattern >> k & 1 == 1 {
                density
            } else {
                1.0 - density
            }
        })
        .product()
}

/// Words after which an encoder completes each pair of a pattern of `length` words.
fn pair_ends(pattern: u32, length: u32, longest_run: u32) -> Vec<u32> {
    let (mut ends, mut run) = (Vec::new(), 0);
    for k in 0..length {
        if pattern >> k & 1 == 0 && run < longest_run {
            run += 1;
        } else {
            ends.push(k + 1);
            run = 0;
        }
    }
    ends
}

#[test]
fn a_pairs_length_is_the_expectation_over_all_runs() {
    for density in DENSITIES {
        let zero = 1.0 - density;
        let (mut expected, mut before) = (0.0, 1.0);
        for run in 0..31 {
            expected += before * density * f64::from(run + 1);
            before *= zero;
        }
        // After 31 zeros the pair ends with the next word, whatever it is.
        expected += before * 32.0;
        let ours = RunLength::EYERISS.words_per_pair(density);
        assert!(near(ours, expected, 1e-12), "{density}: {ours} {expected}");
    }
}

/// Wald's identity: the words up to the end of the pair in progress after 12 words are as many, in
/// expectation, as that many pairs have. It is exact for every length, so no stream has to be long.
#[test]
fn an_encoder_makes_as_many_pairs_as_expected() {
    let code = RunLength {
        run_bits: 2,
        ..RunLength::EYERISS
    };
    for density in [0.1, 0.3, 0.5, 0.9, 1.0] {
        let (mut pairs, mut words) = (0.0, 0.0);
        for pattern in 0..1_u32 << 16 {
            let p = probability(pattern, 16, density);
            let ends = pair_ends(pattern, 16, 3);
            let last = ends.iter().position(|&end| end > 12).unwrap();
            pairs += p * (last + 1) as f64;
            words += p * f64::from(ends[last]);
        }
        let per_pair = code.words_per_pair(density);
        assert!(near(words / pairs, per_pair, 1e-12), "{density}");
    }
}

#[test]
fn eyeriss_code_has_its_published_limits() {
    // A pair of 64/3 bits per word without zeros, and per 32 words without anything else.
    assert!(near(rlc_ratio(1.0), 4.0 / 3.0, 1e-15));
    assert!(near(rlc_ratio(0.0), 4.0 / 3.0 / 32.0, 1e-15));
    let ratios: Vec<f64> = (0..=100).map(|p| rlc_ratio(f64::from(p) / 100.0)).collect();
    assert!(ratios.windows(2).all(|pair| pair[0] < pair[1]));
    // Never below the entropy of which words are zero plus the words themselves.
    for (percent, ratio) in ratios.iter().enumerate().skip(1).take(99) {
        let d = percent as f64 / 100.0;
        let entropy = -d * libm::log2(d) - (1.0 - d) * libm::log2(1.0 - d);
        assert!(ratio * 16.0 > entropy + 16.0 * d, "{percent} %: {ratio}");
    }
}

#[test]
fn savings_equal_the_enumeration_of_operands() {
    let density = Density {
        w: 0.3,
        i: 0.6,
        o: 0.5,
    };
    let (mut macs, mut weights) = (0.0, 0.0);
    for (w, i) in [(false, false), (false, true), (true, false), (true, true)] {
        let p = if w { density.w } else { 1.0 - density.w }
            * if i { density.i } else { 1.0 - density.i };
        macs += if w && i { p } else { 0.0 };
        weights += if i { p } else { 0.0 };
    }
    for (saving, i, w, o) in [
        (Saving::None, 1.0, 1.0, 1.0),
        (Saving::Gating, 1.0, weights, macs),
        (Saving::Skipping, macs, macs, macs),
    ] {
        let share = |tensor| saving.operand_accesses(&density, tensor, 1_000) / 1_000.0;
        assert!(near(share(Tensor::I), i, 1e-12), "{saving:?} inputs");
        assert!(near(share(Tensor::W), w, 1e-12), "{saving:?} weights");
        assert!(near(share(Tensor::O), o, 1e-12), "{saving:?} sums");
        let multiplied = saving.macs(&density, 1_000) / 1_000.0;
        assert!(near(multiplied, o, 1e-12), "{saving:?} multiplications");
    }
}

#[test]
fn multipliers_in_lock_step_wait_for_each_other() {
    let density = Density {
        w: 0.5,
        i: 0.4,
        o: 1.0,
    };
    for together in 1..=8 {
        let busy: f64 = (1..1_u32 << together)
            .map(|p| probability(p, together, density.effectual()))
            .sum();
        let steps = Saving::Skipping.steps(&density, 500, together);
        assert!(near(steps, 500.0 * busy, 1e-12), "{together}: {steps}");
        assert_eq!(Saving::Gating.steps(&density, 500, together), 500.0);
    }
    for saving in [Saving::None, Saving::Gating, Saving::Skipping] {
        assert_eq!(saving.steps(&Density::DENSE, 500, 4), 500.0);
        assert_eq!(saving.macs(&Density::DENSE, 500), 500.0);
    }
}
