//! One point of a design space: a value index for every decision.

use serde::{Deserialize, Serialize};

/// The value index chosen for every decision, in the space's decision order.
///
/// Decisions that take no part hold [`Design::INACTIVE`], so two designs that
/// make the same choices are equal as vectors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Design(pub Vec<u32>);

impl Design {
    /// Stands for a decision that takes no part in the design.
    pub const INACTIVE: u32 = u32::MAX;

    /// The value index of a decision, or none where the decision takes no part.
    pub fn value(&self, decision: usize) -> Option<u32> {
        self.0
            .get(decision)
            .copied()
            .filter(|&value| value != Self::INACTIVE)
    }
}
