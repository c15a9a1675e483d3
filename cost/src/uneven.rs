//! Factors of dimensions with a cut that does not divide what it cuts.
//!
//! Which loops take all their values and which stand at their first decides how many pieces count. If
//! those at their first are inside all others, these are the pieces of the others, which the nest
//! knows. Elsewhere the chain of cuts is walked.

use crate::chain::{Chain, Instances};
use crate::edge::Words;
use crate::flow::{Flow, Gap};
use crate::layer::{Dim, Tensor};
use crate::nest::Set;

/// The pieces that count of a dimension.
#[derive(Clone, Copy)]
struct Counted {
    dim: Dim,
    /// Loops above what is looked at.
    at: Set,
    /// Loops in time that take all their values; the others stand at their first.
    moving: Set,
    instances: Kind,
}

/// Which instances count.
#[derive(Clone, Copy)]
enum Kind {
    Each,
    /// Of those that differ only in loops in space that are not among these, the first.
    Merged(Set),
    /// The same, but only where partial sums are added up on the way.
    Summed(Set),
}

impl Flow<'_> {
    /// How often the tiles of a tensor are asked for in steps of the `moving` loops.
    #[cold]
    pub(crate) fn asked_unevenly(&mut self, tensor: Tensor, gap: &Gap, moving: Set) -> Words {
        let mut asked = Words {
            sent: 1,
            delivered: 1,
        };
        for &dim in free_dims(tensor) {
            let mut counted = Counted {
                dim,
                at: gap.at,
                moving,
                instances: Kind::Each,
            };
            let delivered = self.counted(&counted);
            asked.delivered *= delivered;
            asked.sent *= if self.nest.of(dim) & self.nest.spread() & gap.between() == 0 {
                delivered
            } else {
                counted.instances = merged(tensor, gap);
                self.counted(&counted)
            };
        }
        asked
    }

    /// Different tiles that a source hands out at a time, see [`Flow::first`].
    #[cold]
    pub(crate) fn uneven_sources(&mut self, tensor: Tensor, gap: &Gap) -> u64 {
        let dims = free_dims(tensor).iter();
        let of = |&dim: &Dim| {
            self.counted(&Counted {
                dim,
                at: gap.at,
                moving: 0,
                instances: merged(tensor, gap),
            })
        };
        dims.map(of).product()
    }

    /// Instances along the dimensions that do not select a tensor's tiles.
    #[cold]
    pub(crate) fn uneven_places(&mut self, tensor: Tensor, at: Set) -> u64 {
        let dims = free_dims(tensor).iter();
        let of = |&dim: &Dim| {
            self.counted(&Counted {
                dim,
                at,
                moving: 0,
                instances: Kind::Each,
            })
        };
        dims.map(of).product()
    }

    /// Steps of the first instance.
    #[cold]
    pub(crate) fn uneven_steps(&mut self) -> u64 {
        let of = |dim: Dim| {
            self.counted(&Counted {
                dim,
                at: Set::MAX,
                moving: Set::MAX,
                instances: Kind::Merged(0),
            })
        };
        Dim::ALL.into_iter().map(of).product()
    }

    /// Elements of a dimension that all instances together hold at the first step.
    #[cold]
    pub(crate) fn uneven_first_tiles(&mut self, dim: Dim, at: Set) -> u64 {
        let nest = self.nest;
        let loops = nest.of(dim) & at;
        let spread = loops & nest.spread();
        if !spread.is_power_of_two() {
            return self.chain(dim).first((loops.count_ones()) as u8);
        }
        // What the one spread hands out: whole tiles and a last one.
        let outside = nest.tile(nest.slot(dim, at & !(2 * spread - 1)));
        let slot = spread.trailing_zeros() as usize;
        let others = nest.count(slot) - 1;
        let last = outside - others * nest.tile(slot);
        let tile = nest.tile(nest.slot(dim, at));
        u64::from(others) * u64::from(tile) + u64::from(last.min(tile))
    }

    fn counted(&mut self, counted: &Counted) -> u64 {
        let nest = self.nest;
        let &Counted { dim, at, .. } = counted;
        let loops = nest.of(dim) & at;
        let spread = match counted.instances {
            Kind::Each => nest.spread(),
            Kind::Merged(from) => nest.spread() & from,
            Kind::Summed(from) => nest.spread() & from | nest.apart(),
        };
        let taken = loops & (nest.moving() & counted.moving | spread);
        let first = loops & !taken;
        // Nothing taken is inside what stands at its first.
        if first < taken & taken.wrapping_neg() || taken == 0 {
            return nest.pieces(nest.slot(dim, taken)).into();
        }
        let cut = nest.slot(dim, loops);
        if loops & nest.uneven() == 0 {
            return nest.iterations(taken);
        }
        let outside = loops & !(2 * (first & first.wrapping_neg()) - 1);
        if nest.tile(cut) == 1 && first.is_power_of_two() && outside & nest.uneven() == 0 {
            // The elements of the first of equally many pieces.
            let pieces = u64::from(nest.pieces(nest.slot(dim, outside)));
            return pieces * u64::from(nest.tile(first.trailing_zeros() as usize));
        }
        self.walked(counted)
    }

    fn walked(&mut self, counted: &Counted) -> u64 {
        let dim = counted.dim;
        let loops = self.nest.of(dim) & counted.at;
        let prefix = (loops & counted.moving).count_ones() as u8;
        let depth = loops.count_ones() as u8;
        let cuts = |from: Set| (self.nest.of(dim) & from).count_ones() as u8;
        let instances = match counted.instances {
            Kind::Each => Instances::Each,
            Kind::Merged(from) => Instances::Merged(cuts(from)),
            Kind::Summed(from) => Instances::Summed(cuts(from)),
        };
        self.chain(dim).pieces(prefix, depth, instances)
    }

    fn chain(&mut self, dim: Dim) -> &Chain {
        self.cuts.of(self.layer, self.mapping).chain(dim)
    }
}

/// The dimensions that select no tiles of a tensor.
const fn free_dims(tensor: Tensor) -> &'static [Dim] {
    match tensor {
        Tensor::W => &[Dim::N, Dim::P, Dim::Q],
        Tensor::I => &[Dim::K],
        Tensor::O => &[Dim::C, Dim::R, Dim::S],
    }
}

/// How a source counts the instances below it.
fn merged(tensor: Tensor, gap: &Gap) -> Kind {
    match tensor {
        Tensor::O => Kind::Summed(gap.from),
        _ => Kind::Merged(gap.from),
    }
}
