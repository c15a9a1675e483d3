//! The cost model: cycles, energy, area and traffic of a layer on a sub-accelerator.
//!
//! A [`Layer`] meets a [`Dataflow`] (a loop nest with open tile sizes) on a [`SubAccelerator`]:
//! [`fit`] chooses the tile sizes and gives a [`Mapping`], [`evaluate`] counts what the mapping
//! costs, with the energies of a [`Technology`]. [`cost`] does both; [`network_cost`] does it for
//! a chain of layers; [`area`] needs no layer. [`loop_nest`], [`reuse`] and [`why`]
//! explain a result.
//!
//! [`accelergy`] reads a technology from Accelergy's tables; [`noc`] and [`sparsity`] are the
//! geometry of routes and the expected effect of zeros, as functions of their own.
//!
//! Every count is exact and every step deterministic: [`oracle`] walks the nest and agrees.

pub mod accelergy;
mod area;
mod chain;
pub mod counts;
mod dataflow;
mod edge;
mod energy;
mod evaluate;
mod explain;
mod fit;
mod flow;
mod hardware;
mod layer;
mod links;
mod lower;
pub mod maestro;
mod mapping;
mod nest;
mod network;
pub mod noc;
pub mod oracle;
pub mod sparsity;
mod spread;
mod sram;
mod technology;
pub mod timeloop;
mod views;
mod why;
mod windows;

pub use area::{Area, area};
pub use counts::{Access, Counts};
pub use dataflow::{Axis, Buffering, Dataflow, Flaw, MAX_LEVELS, Step, TensorSet, Tile};
pub use energy::Energy;
pub use evaluate::{Bound, LayerCost, OnChip, cost, evaluate, evaluate_on_chip, move_only};
pub use explain::{NestLine, loop_nest, reuse, template_nest};
pub use fit::{Refusal, fit};
pub use hardware::SubAccelerator;
pub use layer::{ConvShape, Dim, Layer, LayerKind, Padding, Precision, ShapeError, Tensor};
pub use links::{Link, LinkLoad, MAX_LINKS, accessed_bits};
pub use mapping::{Advance, Level, Loop, MAX_CUTS, MAX_LOOPS, Mapping};
pub use network::{NetworkCost, network_cost};
pub use technology::{Counting, EnergyUnit, Technology};
pub use why::{
    Cause, Change, Limit, LinkUse, Loss, Movement, Part, Phase, PhaseKind, Remedy, Share, Turns,
    Why, why,
};
