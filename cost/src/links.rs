//! What each link of a sub-accelerator carries, and for how long.
//!
//! A tensor on its way from one store to the next uses the off-chip interface if it comes from (or
//! goes to) the outermost store; the link of the store that it enters if that has a bandwidth of its
//! own; and otherwise, where it crosses into the array, the network between shared store and array.
//! Reads and writes share a link.

use serde::{Deserialize, Serialize};

use crate::counts::Access;
use crate::dataflow::{Buffering, MAX_LEVELS};
use crate::flow::Flow;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::mapping::Mapping;

/// Number of links: off-chip, network, and one for each on-chip store.
pub const MAX_LINKS: usize = MAX_LEVELS + 1;

/// A link of limited bandwidth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Link {
    /// The interface to off-chip memory.
    OffChip,
    /// The network between the shared store and the array.
    Noc,
    /// The link that feeds the store at this level.
    Store(u8),
}

impl Link {
    /// Position in arrays indexed by link.
    #[inline]
    pub const fn index(self) -> usize {
        match self {
            Link::OffChip => 0,
            Link::Noc => 1,
            Link::Store(level) => level as usize + 1,
        }
    }

    /// The link at a position.
    #[inline]
    pub const fn at(index: usize) -> Link {
        match index {
            0 => Link::OffChip,
            1 => Link::Noc,
            level => Link::Store(level as u8 - 1),
        }
    }
}

/// What a link carries for a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLoad {
    /// Bytes, both directions together.
    pub bytes: u64,
    /// Cycles that the link needs by itself; 0 if its bandwidth is unlimited.
    pub cycles: u64,
    /// Those of them that cannot hide behind computation.
    pub exposed: u64,
}

/// Bits by link, before bandwidths are known.
pub(crate) struct Loads {
    bits: [u64; MAX_LINKS],
    exposed: [u64; MAX_LINKS],
}

impl Loads {
    /// The loads of a layer that moves inputs in and outputs out, through links 0 and 1.
    pub fn moving(off_chip: u64, noc: u64) -> Self {
        let mut bits = [0; MAX_LINKS];
        (bits[0], bits[1]) = (off_chip, noc);
        Loads {
            bits,
            exposed: [0; MAX_LINKS],
        }
    }

    /// Adds what travels along an edge whose two ends are counted.
    #[inline(always)]
    pub fn carry(
        &mut self,
        (layer, mapping, sub): (&Layer, &Mapping, &SubAccelerator),
        flow: &Flow,
        (tensor, parent, child): (Tensor, usize, usize),
        access: &Access,
        off_chip: bool,
    ) {
        let array = mapping.array_level();
        let fed = mapping.levels().get(child);
        let link = match fed.and_then(|level| level.bandwidth) {
            Some(_) => Some(Link::Store(child as u8)),
            None => (parent < array && array <= child).then_some(Link::Noc),
        };
        let limited = link.is_some() || (off_chip && sub.dram_bandwidth.is_some());
        if !limited && !off_chip {
            return;
        }
        let bits = sub.packed(
            layer,
            tensor,
            parent,
            crossing_bits(layer, tensor, access, flow.all()),
        );
        let exposed = if fed.is_some_and(|l| l.buffering == Buffering::Single) {
            bits
        } else if limited {
            flow.first(tensor, parent, child) * u64::from(layer.bits(tensor))
        } else {
            0
        };
        if let Some(link) = link {
            self.add(link, bits, exposed);
        }
        if off_chip {
            self.add(Link::OffChip, bits, exposed);
        }
    }

    fn add(&mut self, link: Link, bits: u64, exposed: u64) {
        self.bits[link.index()] += bits;
        self.exposed[link.index()] += exposed;
    }

    /// Writes down the bytes and cycles of each link that carries anything.
    #[inline(always)]
    pub fn time(
        &self,
        mapping: Option<&Mapping>,
        sub: &SubAccelerator,
        links: &mut [LinkLoad; MAX_LINKS],
    ) {
        for (index, load) in links.iter_mut().enumerate() {
            if self.bits[index] == 0 {
                continue;
            }
            let bandwidth = match Link::at(index) {
                Link::OffChip => sub.dram_bandwidth,
                Link::Noc => Some(sub.bandwidth),
                Link::Store(level) => mapping
                    .and_then(|m| m.levels()[usize::from(level)].bandwidth)
                    .map(|bits| f64::from(bits) / 8.0),
            };
            load.bytes = self.bits[index].div_ceil(8);
            if let Some(bandwidth) = bandwidth {
                load.cycles = cycles(load.bytes, bandwidth);
                load.exposed = cycles(self.exposed[index].div_ceil(8), bandwidth).min(load.cycles);
            }
        }
    }
}

/// Whole cycles that bytes take.
#[inline]
fn cycles(bytes: u64, bandwidth: f64) -> u64 {
    let exact = bytes as f64 / bandwidth;
    let whole = exact as u64;
    whole + u64::from((whole as f64) < exact)
}

/// Bits that a level exchanges of a tensor with what lies inside it: reads and updates; outputs are
/// final at their last update. `outputs` is the number of all outputs.
#[inline]
pub(crate) fn crossing_bits(layer: &Layer, tensor: Tensor, access: &Access, outputs: u64) -> u64 {
    widened(
        layer,
        tensor,
        access,
        access.reads + access.updates,
        outputs,
    )
}

/// Bits of all accesses of a tensor at a level, fills included.
pub fn accessed_bits(layer: &Layer, tensor: Tensor, access: &Access) -> u64 {
    widened(
        layer,
        tensor,
        access,
        access.total(),
        layer.elements(Tensor::O),
    )
}

/// Updates that complete an output have its width, all other outputs that of partial sums.
///
/// Each instance elides one read per output it works on, so updates − reads are those outputs.
/// Instances that share an output (reduction dimensions spread above) never complete it.
#[inline]
pub(crate) fn widened(
    layer: &Layer,
    tensor: Tensor,
    access: &Access,
    words: u64,
    outputs: u64,
) -> u64 {
    let width = u64::from(layer.bits(tensor));
    if tensor != Tensor::O {
        return words * width;
    }
    let worked_on = access.updates - access.reads;
    let last = if worked_on == outputs { outputs } else { 0 };
    (words - last) * u64::from(layer.precision.psum) + last * width
}
