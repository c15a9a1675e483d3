//! Exact access counts of a nest, without walking it.
//!
//! # What is counted
//! A store holds exactly the tile that the loops above it select. In each step of those loops
//! * a tile whose loops did not move costs nothing;
//! * an input tile that changes because only loops of one of the dimensions P, Q, R or S moved
//!   *slides*: only the words that were not there before are fetched;
//! * any other tile is fetched whole, also where another loop turns back and the window happens to
//!   overlap its last position (the generator of addresses starts a new sweep).
//!
//! The feeding store is read once for all instances that ask for the same tile: those that differ
//! in a dimension which the tensor does not depend on, and those of equally large shares whose
//! input windows coincide (output rows and filter rows spread together: the diagonal of a
//! row-stationary array). Windows that merely overlap are read separately.
//! Padding is neither fetched nor stored. The multipliers keep nothing between steps.
//!
//! Outputs travel the other way: a tile that leaves is an update of the store outside, added up on
//! the way over reduction dimensions that are spread with `reduce`, and it comes back as a fill if it is not
//! complete. The first read of each partial sum is elided (there is nothing to read yet), as in
//! Timeloop 3.0.3; a tile that leaves for good is not counted as a read of the store it leaves.
//!
//! # How
//! All tiles of all steps, minus those of the steps at which the tile stayed, minus what sliding
//! saved. Each of these sums is a product over dimensions, where rows (P with R) and columns (Q with
//! S) count as one dimension each. Module `flow` takes the usual case, `edge` every case.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use crate::cuts::{Cuts, with_cuts};
use crate::dataflow::MAX_LEVELS;
use crate::feeds::Feeds;
use crate::flow::{Flow, Sizes, Travel};
use crate::layer::{Layer, Tensor};
use crate::mapping::Mapping;
use crate::nest::Nest;

/// Accesses of one tensor at one level, all instances together, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Access {
    /// Words read: towards the multipliers, or partial sums to be added to.
    pub reads: u64,
    /// Words written from the store outside.
    pub fills: u64,
    /// Words written from inside: outputs and partial sums.
    pub updates: u64,
}

impl Access {
    /// Nobody comes.
    pub(crate) const NONE: Access = Access {
        reads: 0,
        fills: 0,
        updates: 0,
    };

    /// Reads, fills and updates together.
    pub const fn total(&self) -> u64 {
        self.reads + self.fills + self.updates
    }
}

/// All counts of a layer's nest; levels outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accesses by level and tensor.
    pub access: [[Access; 3]; MAX_LEVELS],
    /// Steps of the multipliers of the busiest element.
    pub steps: u64,
}

/// A store on the way of a tensor inwards.
pub(crate) struct Source {
    /// Instances along the dimensions that do not select the tensor's tiles.
    pub instances: u64,
    /// Words that have been written from outside.
    pub fills: u64,
}

impl Source {
    /// The outermost store.
    pub const OUTERMOST: Source = Source {
        instances: 1,
        fills: 0,
    };

    /// The accesses at a store from which so much travels; what is fed is next.
    #[inline(always)]
    pub fn feed(&mut self, sizes: &Sizes, tensor: Tensor, travel: &Travel) -> Access {
        let (sent, delivered) = (
            travel.sent * sizes.groups(),
            travel.delivered * sizes.groups(),
        );
        let (instances, fills) = (self.instances, self.fills);
        self.instances = travel.inside;
        if tensor != Tensor::O {
            self.fills = delivered;
            return Access {
                reads: sent,
                fills,
                updates: 0,
            };
        }
        let elided = instances * sizes.all_outputs();
        self.fills = delivered - travel.inside * sizes.all_outputs();
        Access {
            reads: sent - elided,
            fills,
            updates: sent,
        }
    }
}

/// Counts the accesses of a nest that covers the layer (see [`Mapping::covers`]).
pub fn count(layer: &Layer, mapping: &Mapping) -> Counts {
    thread_local! {
        // Overwritten by each mapping: clearing it would take longer than reading a nest.
        static NEST: RefCell<Nest> = const { RefCell::new(Nest::blank()) };
    }
    NEST.with_borrow_mut(|nest| {
        nest.start(layer);
        nest.read(mapping);
        with_cuts(|cuts| count_nest(layer, mapping, nest, cuts))
    })
}

fn count_nest(layer: &Layer, mapping: &Mapping, nest: &Nest, cuts: &mut Cuts) -> Counts {
    let sizes = Sizes::new(layer);
    let mut flow = Flow {
        layer,
        mapping,
        sizes: &sizes,
        nest,
        cuts,
    };
    let mut counts = Counts {
        access: [[Access::default(); 3]; MAX_LEVELS],
        steps: flow.steps() * sizes.groups(),
    };
    let feeds = Feeds::new(mapping.levels());
    for tensor in Tensor::ALL {
        let mut source = Source::OUTERMOST;
        for feed in &feeds.all()[feeds.of(tensor)] {
            let windows = match tensor {
                Tensor::I => [flow.windows(0, feed), flow.windows(1, feed)],
                _ => [0; 2],
            };
            let travel = flow.travel(tensor, feed, source.instances, windows);
            counts.access[feed.parent()][tensor.index()] = source.feed(&sizes, tensor, &travel);
        }
    }
    counts
}
