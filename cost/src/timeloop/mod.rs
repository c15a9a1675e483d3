//! Timeloop 3.0.3's view of a nest, and the nest as Timeloop's own input.
//!
//! [`count`] gives what that version reports: reads, fills, updates, capacity and instances of each
//! store, what the networks carry, and cycles. It is an independent implementation of its analysis
//! of nests (Parashar et al., "Timeloop", ISPASS 2019; version 3.0.3 of NVlabs/timeloop), made to
//! compare against it; [`crate::counts`] is what the cost model itself believes. The two differ in
//! inputs of sliding windows only, because Timeloop
//!
//! * looks at the first two iterations of a loop and lets the second stand for the rest;
//! * reuses what a tile has in common with its predecessor as long as each movement equals the one
//!   before, whichever loop causes it, and drops everything at the first that differs;
//! * lets neighbours on a mesh pass words on where that spares the store a read;
//! * averages over kinds of multicast when a store is bypassed.
//!
//! [`export`] writes architecture, problem and mapping as the peer reads them.

mod array;
mod export;
mod nest;
mod region;
mod tiling;
mod walk;

use serde::{Deserialize, Serialize};

pub use export::{Exported, export};
pub use tiling::{Held, Ingress, Network};

use crate::layer::{Dim, Layer, LayerKind, Tensor};
use crate::mapping::Mapping;
use nest::{Block, Nest};

/// Most loops in time above a store whose first two iterations are combined.
const MOST_LOOPS: usize = 20;

/// Most instances below one store.
const MOST_INSTANCES: u64 = 1 << 18;

/// What Timeloop 3.0.3 reports for a nest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Cycles, bandwidth being unlimited.
    pub cycles: u64,
    /// Multipliers in use.
    pub multipliers: u64,
    /// Stores, outermost first, by [`Tensor::index`]; none where the tensor passes by.
    pub stores: Vec<[Option<Held>; 3]>,
    /// The network below each store, outermost first, by [`Tensor::index`].
    pub networks: Vec<[Network; 3]>,
}

/// Why a nest has no counterpart in Timeloop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unsupported {
    /// The layer has no multiplications.
    Kind(LayerKind),
    /// The nest does not walk the whole layer.
    Incomplete,
    /// The outermost store does not keep this tensor.
    NoHome(Tensor),
    /// The layer has several groups of channels.
    Groups(u32),
    /// The layer's border is padded.
    Padded,
    /// Tiles of this dimension do not divide each other.
    Ragged {
        /// The dimension.
        dim: Dim,
    },
    /// Within one level a loop in time runs inside a spread of the same dimension, which belongs to
    /// a window or does not come out even.
    LoopInsideSpread {
        /// The level, 0 = outermost.
        level: usize,
        /// The dimension.
        dim: Dim,
    },
    /// A reduction dimension is spread and its partial sums are not added up.
    Unreduced {
        /// The dimension.
        dim: Dim,
    },
    /// Two loops, or two spreads, of one level walk the same dimension.
    Twice {
        /// The level, 0 = outermost.
        level: usize,
        /// The dimension.
        dim: Dim,
    },
    /// The nest has more loops than can be combined.
    TooManyLoops {
        /// Loops in time above the innermost tiles, each with more than one iteration.
        loops: usize,
    },
    /// A store feeds more instances than can be compared with each other.
    TooWide {
        /// The level, 0 = outermost.
        level: usize,
        /// Instances below one of its own.
        fanout: u64,
    },
    /// The dataflow has another number of stores than the nest.
    OtherStores {
        /// Stores of the dataflow.
        named: usize,
        /// Levels of the nest.
        levels: usize,
    },
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timeloop cannot take this nest: ")?;
        match self {
            Unsupported::Kind(kind) => write!(f, "a {kind:?} layer has no multiplications"),
            Unsupported::Incomplete => f.write_str("it does not walk the whole layer"),
            Unsupported::NoHome(tensor) => {
                write!(f, "the outermost store does not keep {tensor:?}")
            }
            Unsupported::Groups(groups) => {
                write!(f, "the layer has {groups} groups; take one of them")
            }
            Unsupported::Padded => {
                f.write_str("the layer is padded; take an input of the padded size")
            }
            Unsupported::Ragged { dim } => {
                let dim = dim.letter();
                write!(
                    f,
                    "tiles of {dim} do not divide each other; choose divisors"
                )
            }
            Unsupported::LoopInsideSpread { level, dim } => {
                let dim = dim.letter();
                write!(
                    f,
                    "at level {level} a loop over {dim} runs inside a spread of {dim}"
                )
            }
            Unsupported::Unreduced { dim } => {
                write!(
                    f,
                    "partial sums along the spread {} are not added up",
                    dim.letter()
                )
            }
            Unsupported::Twice { level, dim } => {
                let dim = dim.letter();
                write!(
                    f,
                    "level {level} walks {dim} twice, its mapping has one factor for it"
                )
            }
            Unsupported::TooManyLoops { loops } => {
                write!(
                    f,
                    "it has {loops} loops in time, at most {MOST_LOOPS} can be combined"
                )
            }
            Unsupported::TooWide { level, fanout } => {
                write!(
                    f,
                    "level {level} feeds {fanout} instances, at most {MOST_INSTANCES} can be compared"
                )
            }
            Unsupported::OtherStores { named, levels } => {
                write!(
                    f,
                    "the dataflow has {named} stores and the nest {levels} levels"
                )
            }
        }
    }
}

impl std::error::Error for Unsupported {}

/// What Timeloop 3.0.3 reports for a nest whose tiles divide each other.
///
/// `mesh` gives the columns and rows into which one instance of each level fans out physically,
/// outermost level first; where it ends, and where the nest uses more, the array is as large as the
/// nest uses it. It decides who is whose neighbour, and how far words travel.
///
/// A dimension may be spread along both sides of the array, which a Timeloop mapping cannot say but
/// its analysis of nests has no objection to.
pub fn count(layer: &Layer, mapping: &Mapping, mesh: &[[u32; 2]]) -> Result<View, Unsupported> {
    if layer.groups > 1 {
        return Err(Unsupported::Groups(layer.groups));
    }
    if is_padded(layer) {
        return Err(Unsupported::Padded);
    }
    let nest = Nest::new(layer, mapping)?;
    if let Some(dim) = nest.ragged() {
        return Err(Unsupported::Ragged { dim });
    }
    check_effort(&nest)?;
    let [w, i, o] = Tensor::ALL.map(|tensor| tiling::reports(&nest, tensor, mesh));
    let mut view = View {
        cycles: nest.blocks.iter().map(Block::steps).product(),
        multipliers: nest.instances(nest.blocks.len()),
        stores: Vec::new(),
        networks: Vec::new(),
    };
    for ((w, i), o) in w.into_iter().zip(i).zip(o) {
        view.stores.push([w.0, i.0, o.0]);
        view.networks.push([w.1, i.1, o.1]);
    }
    Ok(view)
}

/// Timeloop's way of counting takes 2ⁿ visits below `n` loops, and an entry for every instance.
fn check_effort(nest: &Nest) -> Result<(), Unsupported> {
    let blocks = nest.blocks.iter().enumerate();
    let wide = blocks
        .clone()
        .find(|(_, block)| block.fanout() > MOST_INSTANCES);
    if let Some((level, block)) = wide {
        let fanout = block.fanout();
        return Err(Unsupported::TooWide { level, fanout });
    }
    // The innermost store's own loops are looked at only if it feeds several multipliers.
    let innermost = nest.blocks.len() - 1;
    let above = blocks.filter(|(level, block)| *level < innermost || block.fans_out());
    let loops = above.map(|(_, block)| block.time.len()).sum();
    if loops > MOST_LOOPS {
        return Err(Unsupported::TooManyLoops { loops });
    }
    Ok(())
}

/// Whether windows reach beyond the input, before or behind it.
fn is_padded(layer: &Layer) -> bool {
    let beyond = |axis: usize| {
        let (out, tap) = [(Dim::P, Dim::R), (Dim::Q, Dim::S)][axis];
        let (first, end) = layer.window(axis, (0, layer.bound(out)), (0, layer.bound(tap)));
        first < 0 || end > i64::from(layer.input[axis])
    };
    beyond(0) || beyond(1)
}
