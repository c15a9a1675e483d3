//! The cost model: cycles, energy, area and traffic of a layer on a sub-accelerator.
//!
//! A [`Layer`] meets a [`Dataflow`] (a loop nest with open tile sizes) on a [`SubAccelerator`]:
//! [`fit`] chooses the tile sizes at once and [`mapper::search`] searches for the best; both give a
//! [`Mapping`], and [`evaluate`] counts what it costs, with the energies of a [`Technology`].
//! [`cost`] fits and evaluates; [`network_cost`] does it for a chain of layers; [`area`] needs no
//! layer. [`loop_nest`] and [`reuse`] explain a result.
//!
//! Every count is exact and every step deterministic: [`oracle`] walks the nest and agrees.

mod area;
pub mod counts;
mod dataflow;
mod energy;
mod evaluate;
mod explain;
mod fit;
mod hardware;
mod layer;
mod lower;
pub mod mapper;
mod mapping;
mod network;
pub mod oracle;
mod pieces;
mod plan;
mod spread;
mod technology;
mod template;
mod traffic;

pub use area::{Area, area};
pub use counts::{Access, Counts};
pub use dataflow::{Axis, Buffering, Dataflow, Flaw, MAX_LEVELS, Step, TensorSet, Tile};
pub use energy::Energy;
pub use evaluate::{Bound, LayerCost, OnChip, cost, evaluate, evaluate_on_chip, move_only};
pub use explain::{NestLine, loop_nest, reuse, template_nest};
pub use fit::{Refusal, fit};
pub use hardware::SubAccelerator;
pub use layer::{ConvShape, Dim, Layer, LayerKind, Padding, Precision, ShapeError, Tensor};
pub use mapping::{Advance, Level, Loop, MAX_LOOPS, Mapping};
pub use network::{NetworkCost, network_cost};
pub use technology::{Counting, EnergyUnit, Technology};
