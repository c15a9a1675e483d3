//! The cost model: cycles, energy, area and traffic of a layer on a sub-accelerator.
//!
//! A [`Layer`] meets a [`Dataflow`] (a loop nest with open tile sizes) on a [`SubAccelerator`]:
//! [`fit`] chooses the tile sizes at once and [`mapper::search`] searches for the best; both give a
//! [`Mapping`], and [`evaluate`] counts what it costs, with the energies of a [`Technology`].
//! [`cost`] fits and evaluates; [`network_cost`] does it for a chain of layers; [`area`] needs no
//! layer. [`loop_nest`], [`reuse`] and [`why`] explain a result.
//!
//! ```
//! use nasaic_cost::*;
//!
//! let store = |name: &str, keep: &[Tensor], size| Step::store(name, keep, size);
//! let weight_stationary = Dataflow::new("ws", vec![
//!     store("dram", &[Tensor::W, Tensor::I, Tensor::O], None),
//!     Step::fit(Dim::K), Step::fit(Dim::C), Step::fit(Dim::P),
//!     store("glb", &[Tensor::I, Tensor::O], Some(64 * 1024)),
//!     Step::by(Dim::P, 1), Step::by(Dim::Q, 1),
//!     Step::spread(Dim::K, Axis::Columns), Step::spread(Dim::C, Axis::Rows).reducing(),
//!     store("rf", &[Tensor::W, Tensor::I, Tensor::O], Some(512)),
//! ]);
//! let layer = Layer::conv(&ConvShape::new(64, 32, [28, 28], [3, 3]))?;
//! let sub = SubAccelerator::new(256, 32.0, 1e9); // PEs, bytes per cycle, Hz
//! let mapping = fit(&layer, &weight_stationary, &sub)?;
//! let cost = evaluate(&layer, &mapping, &sub, Some(&Technology::horowitz_28nm()));
//! assert_eq!(cost.macs, 64 * 32 * 28 * 28 * 9);
//! assert!(cost.cycles >= cost.macs / 256);
//! println!("{} cycles, bound by {:?}", cost.cycles, cost.bound_by);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`accelergy`] reads a technology from Accelergy's tables; [`noc`] and [`sparsity`] are the
//! geometry of routes and the expected effect of zeros, as functions of their own.
//!
//! Every count is exact and every step deterministic: [`oracle`] walks the nest and agrees.

pub mod accelergy;
mod area;
mod beside;
mod chain;
pub mod counts;
mod cuts;
mod dataflow;
mod edge;
mod energy;
mod evaluate;
mod evaluator;
mod explain;
mod feeds;
mod fit;
mod flow;
pub mod fpga;
mod hardware;
mod layer;
mod links;
mod lower;
pub mod maestro;
pub mod mapper;
mod mapping;
mod nest;
mod network;
pub mod noc;
pub mod oracle;
mod plan;
mod prices;
mod refusal;
mod shape;
pub mod sparsity;
mod spread;
mod sram;
mod technology;
mod template;
pub mod timeloop;
mod uneven;
mod views;
mod why;
mod windows;
pub mod yaml;

pub use area::{Area, area};
pub use counts::{Access, Counts};
pub use dataflow::{Axis, Buffering, Dataflow, Flaw, MAX_LEVELS, Step, TensorSet, Tile};
pub use energy::Energy;
pub use evaluate::{Bound, LayerCost, OnChip, cost, evaluate, evaluate_on_chip, move_only};
pub use evaluator::Evaluator;
pub use explain::{NestLine, loop_nest, reuse, template_nest};
pub use fit::{Refusal, fit};
pub use hardware::SubAccelerator;
pub use layer::{ConvShape, Dim, Layer, LayerKind, Padding, Precision, ShapeError, Tensor};
pub use links::{Link, LinkLoad, MAX_LINKS, accessed_bits};
pub use mapping::{Advance, Level, Loop, MAX_CUTS, MAX_LOOPS, Mapping};
pub use network::{NetworkCost, network_cost, stays_on_chip};
pub use technology::{Counting, EnergyUnit, Technology};
pub use why::{
    Cause, Change, Limit, LinkUse, Loss, Movement, Part, Phase, PhaseKind, Remedy, Share, Turns,
    Why, why,
};
