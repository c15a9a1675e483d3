//! The mapper's search: the best plan of a template for one layer, with a proof where it is feasible.
//!
//! # The space
//! What the greedy mapper chooses, the search chooses anew:
//! * the size of every open spread, and with it the shape of the array where that is open;
//! * the tile of every store, dimension by dimension;
//! * on request, the order of neighbouring `fit` loops.
//!
//! Tiles come in two grains, see [`Tiles`]. The greedy mapper's own plan always belongs to the
//! space, so that no search is worse than it.
//!
//! # The bound
//! A node of the search has decided some dimensions and left the others open. Its bound is the cost
//! of the nest in which the open dimensions are *held whole*: every store keeps as much of them as
//! fixed loops and spreads leave, whether it has room or not. Cutting a dimension can only make
//! tiles leave earlier and windows be fetched again, so no traffic, no energy and no step is
//! lost by holding it whole. Only the first tile grows with it, which nothing hides; that part
//! is bounded with the smallest tiles instead.
//!
//! # The order
//! Spreads are decided first, since they alone decide how long the multipliers take, and the most
//! promising first. Then dimension after dimension is decided, all stores of it together, again the
//! most promising first; a node whose smallest tiles overflow a store or whose bound is not below
//! the best plan so far is dropped with everything below it. Before that a short climb from greedy
//! plans gives a good plan to compare with.
//!
//! Nothing is random, and time plays no part: the same arguments give the same result.

mod branch;
mod climb;
mod judge;
mod roots;
mod space;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::dataflow::Dataflow;
use crate::evaluate::LayerCost;
use crate::fit::{Refusal, greedy};
use crate::hardware::SubAccelerator;
use crate::layer::Layer;
use crate::mapping::Mapping;
use crate::technology::Technology;
use crate::template::Template;
use judge::Judge;

/// What the search makes small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Objective {
    /// Cycles.
    Latency,
    /// Dynamic energy, in the technology's unit.
    Energy,
    /// The product of the two.
    #[default]
    Edp,
}

impl Objective {
    /// The figure that is compared; smaller is better.
    pub fn value(self, cycles: u64, energy: f64) -> f64 {
        match self {
            Objective::Latency => cycles as f64,
            Objective::Energy => energy,
            Objective::Edp => cycles as f64 * energy,
        }
    }
}

/// Which sizes of tiles and spreads are tried.
///
/// A dimension whose tiles would come in more than about 65 536 combinations of stores is cut more
/// coarsely: from every size to the useful ones, and from these to halves. Spreads over more than 256
/// elements take useful sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tiles {
    /// The smallest sizes for their numbers of steps: of a dimension of B elements ⌈B ÷ n⌉, and
    /// whole numbers of what the store's instances inside hold together, likewise evened out.
    ///
    /// Any other size needs more room for the same number of steps. Where neither the stores
    /// inside nor the steps divide evenly it can still win a little, by a shorter ragged edge.
    #[default]
    Useful,
    /// Every size, for small layers.
    Every,
}

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// What to make small.
    pub objective: Objective,
    /// Most evaluations of the cost model; the best plan so far is returned when they are used up.
    pub limit: u64,
    /// Which tile sizes to try.
    pub tiles: Tiles,
    /// Whether neighbouring `fit` loops may change places.
    pub open_order: bool,
    /// Whether columns × rows may be anything within the elements where the sub-accelerator sets no
    /// shape; otherwise it is the greedy mapper's, and only the dealing of its sides is open.
    pub open_shape: bool,
}

impl Default for Options {
    /// Energy-delay product, every shape, loops in the order in which they are written.
    fn default() -> Self {
        Options {
            objective: Objective::default(),
            limit: 20_000,
            tiles: Tiles::default(),
            open_order: false,
            open_shape: true,
        }
    }
}

/// What is known about a result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Proof {
    /// No plan of the space is better.
    Proven,
    /// The limit came first.
    Limit {
        /// No plan of the space is below this value of the objective.
        bound: f64,
        /// How far the result is above it: 0.1 is 10 %.
        gap: f64,
    },
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The best nest.
    pub mapping: Mapping,
    /// What it costs.
    pub cost: LayerCost,
    /// Whether anything better is possible.
    pub proof: Proof,
    /// Evaluations of the cost model, those for bounds included.
    pub evaluated: u64,
    /// Nodes that were dropped because no tile of theirs fits the stores.
    pub too_large: u64,
    /// Nodes that were dropped because nothing below them is better than the result.
    pub too_costly: u64,
}

/// Searches the plans of a template for one layer, with the word widths that the technology sees.
///
/// It refuses what [`fit`](crate::fit) refuses.
pub fn search(
    layer: &Layer,
    dataflow: &Dataflow,
    sub: &SubAccelerator,
    technology: &Technology,
    options: &Options,
) -> Result<Found, Refusal> {
    let layer = technology.view(layer);
    let template = Template::new(&layer, dataflow, sub)?;
    let start = greedy(&layer, &template, sub)?;
    let mut judge = Judge::new(sub, technology, options, &start)?;
    let roots = roots::ranked(&mut judge, &start, sub, options);
    climb::climb(&mut judge, &roots, &start, options);
    let open = branch::branch(&mut judge, &roots, &start, options);
    Ok(judge.found(open))
}
