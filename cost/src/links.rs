//! What each link of a sub-accelerator carries, and for how long.
//!
//! A tensor on its way from one store to the next uses the off-chip interface if it comes from (or
//! goes to) the outermost store; the link of the store that it enters if that has a bandwidth of its
//! own; and otherwise, where it crosses into the array, the network between shared store and array.
//! Reads and writes share a link.

use serde::{Deserialize, Serialize};

use crate::counts::Access;
use crate::dataflow::MAX_LEVELS;
use crate::feeds::{MAX_FEEDS, Way};
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::mapping::Level;

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

impl LinkLoad {
    /// Nothing is carried.
    pub(crate) const NONE: LinkLoad = LinkLoad {
        bytes: 0,
        cycles: 0,
        exposed: 0,
    };
}

/// All links, one bit each.
pub(crate) const ALL_LINKS: u8 = (1 << MAX_LINKS) - 1;

/// Which ways use which links.
#[derive(Clone, Copy)]
pub(crate) struct Carried {
    /// Number of the way, and position of the link.
    pairs: [[u8; 2]; 2 * MAX_FEEDS],
    count: usize,
}

impl Carried {
    /// Nothing is carried.
    pub const NOTHING: Carried = Carried {
        pairs: [[0; 2]; 2 * MAX_FEEDS],
        count: 0,
    };

    /// Notes the links of one way more.
    pub fn note(&mut self, number: usize, way: &Way) {
        for link in way.links.into_iter().flatten() {
            self.pairs[self.count] = [number as u8, link.index() as u8];
            self.count += 1;
        }
    }

    fn pairs(&self) -> &[[u8; 2]] {
        &self.pairs[..self.count]
    }

    /// All links in use, one bit each.
    pub fn links(&self) -> u8 {
        self.pairs()
            .iter()
            .fold(0, |all, [_, link]| all | 1 << link)
    }
}

/// Bits by link, before bandwidths are known.
#[derive(Clone, Copy)]
pub(crate) struct Loads {
    bits: [u64; MAX_LINKS],
    exposed: [u64; MAX_LINKS],
}

impl Loads {
    /// No loads yet.
    pub const NONE: Loads = Loads {
        bits: [0; MAX_LINKS],
        exposed: [0; MAX_LINKS],
    };

    /// Adds bits to a link, and those of them that cannot hide.
    #[inline(always)]
    pub fn add(&mut self, link: Link, bits: u64, exposed: u64) {
        self.bits[link.index()] += bits;
        self.exposed[link.index()] += exposed;
    }

    /// The loads of ways that carry so many bits, and so many of them that cannot hide.
    #[inline(always)]
    pub fn of(carried: &Carried, bits: &[[u64; 2]; MAX_FEEDS]) -> Self {
        let mut loads = Loads::NONE;
        for &[way, link] in carried.pairs() {
            let [all, exposed] = bits[usize::from(way)];
            loads.bits[usize::from(link)] += all;
            loads.exposed[usize::from(link)] += exposed;
        }
        loads
    }

    /// The bytes and cycles of a link, given its bytes per cycle.
    #[inline(always)]
    pub fn time(&self, link: usize, bandwidth: f64) -> LinkLoad {
        let bytes = self.bits[link].div_ceil(8);
        let whole = cycles(bytes, bandwidth);
        LinkLoad {
            bytes,
            cycles: whole,
            exposed: cycles(self.exposed[link].div_ceil(8), bandwidth).min(whole),
        }
    }
}

/// Bytes per cycle of each link of a nest on a sub-accelerator.
pub(crate) fn bandwidths(levels: &[Level], sub: &SubAccelerator) -> [f64; MAX_LINKS] {
    let mut bandwidths = [f64::INFINITY; MAX_LINKS];
    bandwidths[Link::OffChip.index()] = sub.dram_bandwidth.unwrap_or(f64::INFINITY);
    bandwidths[Link::Noc.index()] = sub.bandwidth;
    for (level, store) in levels.iter().enumerate().skip(1) {
        if let Some(bits) = store.bandwidth {
            bandwidths[Link::Store(level as u8).index()] = f64::from(bits) / 8.0;
        }
    }
    bandwidths
}

/// A count as a real number: counts are far below 2^63, and signed integers convert at once.
#[inline]
pub(crate) const fn real(count: u64) -> f64 {
    count as i64 as f64
}

/// Whole cycles that bytes take.
#[inline]
fn cycles(bytes: u64, bandwidth: f64) -> u64 {
    let exact = real(bytes) / bandwidth;
    let whole = exact as u64;
    whole.saturating_add(u64::from(real(whole) < exact))
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
