//! Generators on studies: what they are trained on, where they are kept, how they compare.

mod appraisal;
mod contest;
mod trained;

pub use appraisal::Appraisal;
pub use contest::{Allowance, Answer, Answers, Asked, Contender, ask};
pub use trained::{Generators, Trained, trained};

use nasaic_search::StrategyInfo;
use nasaic_search::generate::generators;

/// The generator that an algorithm names.
pub fn generator(algorithm: &str) -> Option<&'static StrategyInfo> {
    generators().iter().find(|info| info.name == algorithm)
}
