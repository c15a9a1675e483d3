//! MAESTRO's data-centric directives: reading them, timing them as MAESTRO does, importing them.
//!
//! After Kwon et al., "Understanding reuse, performance, and hardware cost of DNN dataflows"
//! (MICRO 2019). [`parse`] reads mapping files, [`latency`] is the `maestro_noc` view of a layer
//! (every cluster level has a network of its own and both operands are sent again), [`import`]
//! turns directives into a [`crate::Dataflow`] that the default model runs.

mod case;
mod directives;
mod import;
mod levels;
mod lower;
mod noc;
mod parse;
mod piece;

pub use case::Refetch;
pub use directives::{
    Dimension, Directive, Directives, Extent, Map, Network, NetworkLayer, Operation, Place,
    Problem, Shape, Source,
};
pub use import::{Imported, dataflow, import};
pub use noc::{Latency, latency};
pub use parse::{parse, parse_directives};
