//! Networks and hardware together, to a proven optimum.
//!
//! A [`Joint`] problem is a list of network choices by falling worth, and tables of
//! what each layer costs on each way to build each sub-accelerator. [`prove`] takes
//! the choices in turn and shows of each that no hardware within the bounds can
//! carry it, until one can be carried: that one is the optimum, and what was shown
//! on the way is its [`Certificate`].
//!
//! Bounds are minima over tables, never an assumed monotonicity: more PEs may well
//! be slower. The optimum is one over the tables: it is relative to the dataflows,
//! the mapper and the accuracies they were made with.

mod certificate;
mod leaf;
mod model;
mod prove;
mod relax;
mod settle;
mod tree;

pub use certificate::{Certificate, Claim, Cover, Move};
pub use model::{Aim, Bounds, Candidate, Choices, Config, Joint, Pattern, Point, Price};
pub use prove::{Effort, Excluded, Proven, Step, prove};
pub use relax::Tolls;
pub use settle::Found;

use crate::options::{Kind, OptionInfo};
use crate::strategy::{SearchError, StrategyInfo};

/// The exact search as scripts name it; it takes a whole problem, so it proposes no single designs.
pub static INFO: StrategyInfo = StrategyInfo {
    name: "exact",
    help: "prove the optimum, or that no design meets the specs: bounds over boxes of designs",
    options: &[
        OptionInfo {
            name: "boxes",
            help: "boxes of hardware per choice of networks before that choice stays open",
            kind: Kind::Int {
                min: 1,
                max: i64::MAX,
            },
            default: Some("1000000"),
        },
        OptionInfo {
            name: "open",
            help: "choices that stay open before no more is proven and designs are only looked for",
            kind: Kind::Int {
                min: 0,
                max: i64::MAX,
            },
            default: Some("16"),
        },
        OptionInfo {
            name: "written",
            help: "most choices of networks that are all written out; of more, only what is worth as much as the best of a sample",
            kind: Kind::Int {
                min: 1,
                max: i64::MAX,
            },
            default: Some("2000000"),
        },
    ],
    feature: None,
    make: |_| Err(SearchError::Whole { strategy: "exact" }),
};
