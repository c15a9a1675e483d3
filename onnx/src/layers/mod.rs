//! A network of layers out of a model: what a description of networks needs, and nothing of weights.
//!
//! A tensor of any rank becomes channels × rows × columns. Which of its sizes are channels is
//! decided by whoever takes it: a convolution takes the second size, a product the last one.
//! Views and transpositions are therefore nothing by themselves; where a layer needs its input
//! otherwise than it lies, there is a `Reshape`.

mod build;
mod kinds;
mod moves;
mod pointwise;
mod products;
mod tidy;
mod windows;

pub use kinds::{Kind, Layer, Merge, Network, Norm, Pool, Shape, Source, Spread};

use crate::infer::{Analysis, Options};
use crate::problem::Problem;

/// The layers of an analysed model.
pub fn network(analysis: &Analysis<'_>, options: &Options) -> Result<Network, Problem> {
    let built = build::Build::new(analysis, options).whole()?;
    Ok(tidy::tidy(built))
}
