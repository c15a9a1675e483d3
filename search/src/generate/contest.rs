//! One objective as a problem that any strategy can search, for comparison with generators.

use super::Model;
use crate::design::Design;
use crate::problem::{Hardware, Outcome, Problem};
use crate::space::{Space, SpaceError};

/// By how much a design is better than what is wished: the mean over the wishes of the share of
/// the limit that is left over; none where a wish is missed.
///
/// Values and wishes are logarithms, as [`Model`] has them.
pub fn improvement(values: &[f64], wishes: &[f64]) -> Option<f64> {
    let pairs = || values.iter().zip(wishes);
    let count = wishes.len().max(1) as f64;
    let left = || pairs().map(|(value, wish)| 1.0 - libm::exp(value - wish));
    (pairs().all(|(value, wish)| value <= wish)).then(|| left().sum::<f64>() / count)
}

/// The search for a design with given networks that meets some wishes, and beats them by most.
pub struct Hunt<'a> {
    model: &'a dyn Model,
    space: Space,
    wishes: &'a [f64],
}

impl<'a> Hunt<'a> {
    /// For the networks of a design.
    pub fn new(
        model: &'a dyn Model,
        networks: &Design,
        wishes: &'a [f64],
    ) -> Result<Self, SpaceError> {
        Ok(Self {
            space: model.space().given(networks)?,
            model,
            wishes,
        })
    }
}

impl Problem for Hunt<'_> {
    fn space(&self) -> &Space {
        &self.space
    }

    fn goals(&self) -> usize {
        1
    }

    fn hardware(&self, design: &Design) -> Hardware {
        match self.model.values(design) {
            None => Hardware {
                valid: false,
                reason: None,
                penalty: f64::MAX,
                metrics: Vec::new(),
            },
            Some(values) => {
                let over = values.iter().zip(self.wishes).map(|(v, wish)| v - wish);
                Hardware {
                    valid: true,
                    reason: None,
                    penalty: over.map(|over| over.max(0.0)).sum(),
                    metrics: values,
                }
            }
        }
    }

    fn complete(&self, _design: &Design, hardware: &Hardware) -> Outcome {
        Outcome {
            objectives: vec![improvement(&hardware.metrics, self.wishes).unwrap_or(0.0)],
            penalty: hardware.penalty,
            metrics: Vec::new(),
        }
    }
}
