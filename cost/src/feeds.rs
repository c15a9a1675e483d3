//! Which store feeds which with each tensor, and over which links: all that the tiles do not decide.

use std::ops::Range;

use crate::dataflow::{Buffering, MAX_LEVELS};
use crate::evaluate::OnChip;
use crate::hardware::SubAccelerator;
use crate::layer::{Layer, Tensor};
use crate::links::Link;
use crate::mapping::{Level, Mapping};
use crate::nest::Set;
use crate::prices::Price;

/// Most ways of three tensors from store to store and to the multipliers.
pub(crate) const MAX_FEEDS: usize = 3 * MAX_LEVELS;

/// A tensor's way from a level that keeps it to the next, or to the multipliers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    pub tensor: Tensor,
    parent: u8,
    child: u8,
    /// Whether what is fed keeps its tile between steps; multipliers do not.
    pub keeps: bool,
}

impl Feed {
    /// The level that feeds.
    #[inline(always)]
    pub const fn parent(&self) -> usize {
        self.parent as usize
    }

    /// The level that is fed; the number of levels stands for the multipliers.
    #[inline(always)]
    pub const fn child(&self) -> usize {
        self.child as usize
    }

    /// All loops if what is fed keeps its tile, none otherwise.
    #[inline(always)]
    pub const fn kept(&self) -> Set {
        (self.keeps as Set).wrapping_neg()
    }

    /// Nothing is fed.
    const NONE: Feed = Feed {
        tensor: Tensor::W,
        parent: 0,
        child: 0,
        keeps: false,
    };
}

/// All feeds of a nest, tensor by tensor, outermost first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feeds {
    all: [Feed; MAX_FEEDS],
    /// Where those of each tensor end.
    ends: [u8; 3],
    /// The first of each tensor that feeds something inside a level.
    inside: [[u8; 3]; MAX_LEVELS],
}

impl Feeds {
    /// No feeds yet.
    pub const NONE: Feeds = Feeds {
        all: [Feed::NONE; MAX_FEEDS],
        ends: [0; 3],
        inside: [[0; 3]; MAX_LEVELS],
    };

    #[inline]
    pub fn new(levels: &[Level]) -> Self {
        let mut feeds = Feeds::NONE;
        let mut count = 0;
        for tensor in Tensor::ALL {
            // The outermost level keeps everything.
            let mut parent = 0;
            for child in 1..=levels.len() {
                let keeps = child < levels.len();
                feeds.inside[child - 1][tensor.index()] = count as u8;
                if !keeps || levels[child].keep.contains(tensor) {
                    feeds.all[count] = Feed {
                        tensor,
                        parent: parent as u8,
                        child: child as u8,
                        keeps,
                    };
                    count += 1;
                    parent = child;
                }
            }
            feeds.ends[tensor.index()] = count as u8;
        }
        feeds
    }

    #[inline(always)]
    pub fn all(&self) -> &[Feed] {
        &self.all[..usize::from(self.ends[2])]
    }

    /// The numbers of those of one tensor that feed something inside a level.
    #[inline(always)]
    pub fn inside(&self, tensor: Tensor, level: usize) -> Range<usize> {
        let t = tensor.index();
        usize::from(self.inside[level][t])..usize::from(self.ends[t])
    }

    /// The numbers of those of one tensor.
    #[inline(always)]
    pub fn of(&self, tensor: Tensor) -> Range<usize> {
        let start = match tensor {
            Tensor::W => 0,
            Tensor::I => self.ends[0],
            Tensor::O => self.ends[1],
        };
        usize::from(start)..usize::from(self.ends[tensor.index()])
    }
}

/// What of a feed cannot hide behind computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposed {
    /// Nothing that anybody waits for: no link on the way is limited.
    Nothing,
    /// The first tile.
    First,
    /// Everything, into a single buffer.
    All,
}

/// How a feed travels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub feed: Feed,
    /// The link into the fed store or the array, and the off-chip interface, where they are used.
    pub links: [Option<Link>; 2],
    /// Whether it would if the layer before or after did not keep the tensor on the chip.
    pub stays: bool,
    pub exposed: Exposed,
    /// Compressed size over plain size, where it is compressed.
    pub packing: Option<f64>,
    /// What it costs to read and write the tensor at the level that feeds.
    pub price: Price,
}

impl Way {
    /// Nothing travels.
    pub const NONE: Way = Way {
        feed: Feed::NONE,
        links: [None; 2],
        stays: false,
        exposed: Exposed::Nothing,
        packing: None,
        price: Price::NONE,
    };

    /// How a feed travels in the nest of a mapping; see module [`crate::links`].
    pub fn new(
        feed: &Feed,
        layer: &Layer,
        mapping: &Mapping,
        sub: &SubAccelerator,
        on_chip: OnChip,
    ) -> Self {
        let array = mapping.array_level();
        let fed = mapping.levels().get(feed.child());
        let inner = match fed.and_then(|level| level.bandwidth) {
            Some(_) => Some(Link::Store(feed.child() as u8)),
            None => (feed.parent() < array && array <= feed.child()).then_some(Link::Noc),
        };
        let stays = feed.parent() == 0 && on_chip.keeps(feed.tensor);
        let off_chip = feed.parent() == 0 && !stays;
        let limited = inner.is_some() || (off_chip && sub.dram_bandwidth.is_some());
        let travels = inner.is_some() || off_chip;
        let exposed = if !travels {
            Exposed::Nothing
        } else if fed.is_some_and(|level| level.buffering == Buffering::Single) {
            Exposed::All
        } else if limited {
            Exposed::First
        } else {
            Exposed::Nothing
        };
        let compressed = feed.parent() == 0 && sub.compressed;
        Way {
            feed: *feed,
            links: [inner, off_chip.then_some(Link::OffChip)],
            stays,
            exposed,
            packing: compressed.then(|| sub.packing(layer, feed.tensor)),
            price: Price::NONE,
        }
    }

    /// Bits on the way, of so many plain ones.
    #[inline]
    pub fn packed(&self, bits: u64) -> u64 {
        match self.packing {
            Some(packing) => (bits as f64 * packing).ceil() as u64,
            None => bits,
        }
    }
}
