//! Networks out of ONNX files: their shapes and their work, without their weights.
//!
//! A file is read where it lies ([`model`]), its shapes are found with the sizes of its inputs
//! ([`analyse`]), every node's work is counted
//! ([`Work`]), and the graph becomes layers ([`network`]). Weights are never needed; files
//! without them, or with weights elsewhere, are as good.

pub mod fact;
pub mod infer;
pub mod layers;
pub mod model;
mod problem;
mod sizes;
pub mod wire;
mod work;

pub use infer::{Analysis, Family, OPERATORS, Operator, Options, Step, analyse};
pub use layers::network;
pub use model::read;
pub use problem::{Problem, Reason};
pub use sizes::field_name;
pub use work::Work;
