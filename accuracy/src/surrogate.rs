//! An illustrative accuracy between a published smallest and a published best network.
//!
//! No width or depth ablation is published for the networks of the NASAIC paper,
//! so nothing between the two anchors is evidence. The curve only has the shape
//! that such ablations usually have: it rises with the logarithm of parameters
//! and MACs, flattens, and stays between its anchors.

use crate::{Kind, Measurement};
use serde::{Deserialize, Serialize};

/// A network whose accuracy is published.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// In 0..1.
    pub accuracy: f64,
    /// Parameters.
    pub params: f64,
    /// Multiply-accumulates of one input.
    pub macs: f64,
}

/// The curve between two anchors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Surrogate {
    /// The smallest network.
    pub smallest: Anchor,
    /// The best network.
    pub largest: Anchor,
    /// How early the gain flattens; 0 would be linear in the logarithms.
    pub saturation: f64,
    /// Weight of log MACs; the rest is the weight of log parameters.
    pub macs_share: f64,
}

impl Surrogate {
    /// The accuracy of a network of this size:
    /// `lo + (hi − lo) · (1 − e^(−s·x)) ÷ (1 − e^(−s))` with `x` the mean of where
    /// log parameters and log MACs lie between the anchors, clamped to 0..1.
    pub fn measure(&self, params: f64, macs: f64) -> Measurement {
        let by_params = position(params, self.smallest.params, self.largest.params);
        let by_macs = position(macs, self.smallest.macs, self.largest.macs);
        let x = self.macs_share * by_macs + (1.0 - self.macs_share) * by_params;
        let s = self.saturation;
        let rise = (1.0 - libm::exp(-s * x)) / (1.0 - libm::exp(-s));
        let (lo, hi) = (self.smallest.accuracy, self.largest.accuracy);
        Measurement {
            value: lo + (hi - lo) * rise,
            uncertainty: None,
            kind: Kind::Surrogate,
            training: None,
        }
    }
}

/// Where `x` lies between `low` and `high` on a logarithmic scale, clamped to 0..1.
fn position(x: f64, low: f64, high: f64) -> f64 {
    let (x, low, high) = (libm::log(x.max(1.0)), libm::log(low), libm::log(high));
    if high <= low {
        1.0
    } else {
        ((x - low) / (high - low)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CURVE: Surrogate = Surrogate {
        smallest: Anchor {
            accuracy: 0.7893,
            params: 2e4,
            macs: 2e6,
        },
        largest: Anchor {
            accuracy: 0.9417,
            params: 4e6,
            macs: 5e8,
        },
        saturation: 3.0,
        macs_share: 0.5,
    };

    #[test]
    fn the_anchors_have_their_published_accuracies() {
        assert!((CURVE.measure(2e4, 2e6).value - 0.7893).abs() < 1e-12);
        assert!((CURVE.measure(4e6, 5e8).value - 0.9417).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn larger_is_never_worse_and_nothing_leaves_the_anchors(
            params in 1e2..1e9_f64, macs in 1e3..1e12_f64, more in 1.0..10.0_f64,
        ) {
            let here = CURVE.measure(params, macs).value;
            prop_assert!((0.7893 - 1e-12..=0.9417 + 1e-12).contains(&here));
            prop_assert!(CURVE.measure(params * more, macs).value >= here);
            prop_assert!(CURVE.measure(params, macs * more).value >= here);
        }
    }
}
