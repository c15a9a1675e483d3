//! Bayesian optimization: a Gaussian process says where a better design may be.
//!
//! What it is and its options are known to every build; the search itself comes with the
//! feature `bo`, for its Gaussian process brings some ninety crates.

#[cfg(feature = "bo")]
mod acquisition;
#[cfg(feature = "bo")]
mod model;
#[cfg(feature = "bo")]
mod search;

use crate::merit::SPECS;
use crate::options::{Kind, OptionInfo};
use crate::reward::PENALTY;
use crate::strategy::{StrategyInfo, TRAIN};

pub(crate) const INFO: StrategyInfo = StrategyInfo {
    name: "bayesian",
    help: "Bayesian optimization with a Gaussian process; several goals are compared in their order",
    options: &[
        OptionInfo {
            name: "acquisition",
            help: "what the next design maximises: expected improvement, an upper bound, or the chance of improving",
            kind: Kind::Choice(&["ei", "ucb", "pi"]),
            default: Some("ei"),
        },
        OptionInfo {
            name: "init",
            help: "random designs before the first model",
            kind: Kind::Int {
                min: 2,
                max: 100_000,
            },
            default: Some("16"),
        },
        OptionInfo {
            name: "batch",
            help: "designs proposed from one model, each as if the ones before it were as expected",
            kind: Kind::Int { min: 1, max: 1000 },
            default: Some("4"),
        },
        OptionInfo {
            name: "candidates",
            help: "designs drawn and stepped to for each choice, of which the most promising is taken",
            kind: Kind::Int {
                min: 2,
                max: 100_000,
            },
            default: Some("256"),
        },
        OptionInfo {
            name: "memory",
            help: "most designs that the model learns from: the best and the latest",
            kind: Kind::Int { min: 4, max: 5000 },
            default: Some("256"),
        },
        OptionInfo {
            name: "kappa",
            help: "deviations added to the mean, for `ucb`",
            kind: Kind::Float { min: 0.0, max: 1e6 },
            default: Some("2"),
        },
        SPECS,
        PENALTY,
        TRAIN,
    ],
    feature: Some("bo"),
    make,
};

#[cfg(feature = "bo")]
use search::make;

#[cfg(not(feature = "bo"))]
fn make(_: crate::Task<'_>) -> Result<Box<dyn crate::Strategy + '_>, crate::SearchError> {
    Err(crate::SearchError::NotInBuild {
        strategy: INFO.name,
    })
}
