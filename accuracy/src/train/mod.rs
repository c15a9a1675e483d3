//! Training, on one thread, to the same bits on every machine.
//!
//! A [`Trial`] trains one network from one seed. Convolutions and dense layers are
//! products of panels of eight filters with eight pixels; nothing is fused and
//! every sum has one order, so the width of a processor's registers changes the
//! time and not the result. Gradients of every layer are proven in `f64` by finite
//! differences.

mod backend;
pub(crate) mod batches;
mod checkpoint;
pub(crate) mod compute;
mod conv;
mod depthwise;
mod error;
mod gather;
#[cfg(test)]
mod gradients;
mod lanes;
pub(crate) mod loss;
pub(crate) mod machine;
pub(crate) mod memory;
mod norm;
mod optimizer;
pub(crate) mod parameters;
mod pool;
pub(crate) mod real;
mod recipe;
mod trial;

pub use backend::Backend;
pub use checkpoint::VERSION;
pub use error::TrainError;
pub use recipe::{Optimizer, Recipe, Schedule, Split};
pub use trial::{Point, Standing, Trial};
