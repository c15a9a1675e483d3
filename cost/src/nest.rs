//! The loops of a mapping as sets, one bit each.
//!
//! Everything that a count asks of a nest is asked of the loops above some place: how large a tile
//! they leave, how many pieces they make, how often they make a store ask again. Such running
//! products are written down loop by loop; what lies above a place is the entry of the innermost
//! loop of a set, one bit scan away. A dimension is irrelevant to exactly one tensor (N, P, Q to the
//! weights, K to the inputs, C, R, S to the outputs), so loops fall into six classes, by that tensor
//! and by whether they advance in time or in space.
//!
//! Products are exact where all cuts are even. Where one is not, pieces still are, and the smaller
//! last pieces have been looked at.

use crate::dataflow::{Axis, MAX_LEVELS};
use crate::layer::{Dim, Layer, Tensor};
use crate::mapping::{Advance, Loop, MAX_CUTS, MAX_LOOPS, Mapping};

/// A set of loops; the innermost has the lowest bit, and loops with one iteration are in no set.
pub(crate) type Set = u64;

/// Loops, and the dimensions as wholes above them: a slot for each bit of a set, so that no bit scan
/// can miss.
const SLOTS: usize = Set::BITS as usize;

/// The slot of the first loop; the others follow downwards.
const FIRST: usize = MAX_LOOPS;

/// A slot whose products are one.
const ONE: Set = 1 << (SLOTS - 1);

/// What the loops down to one of them have made of the layer.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Entry {
    /// Iterations of the loops of its class.
    product: u64,
    /// Elements of a whole piece of its dimension.
    tile: u32,
    /// Pieces of its dimension, all steps and instances together.
    pieces: u32,
    /// Instances that share its dimension.
    places: u32,
    /// Its own iterations on a whole piece.
    count: u32,
}

/// Running products by loop, and which loops are which.
#[derive(Clone)]
pub(crate) struct Nest {
    entries: [Entry; SLOTS],
    /// Loops above each level; the level after the last is that of the multipliers.
    above: [Set; MAX_LEVELS + 1],
    dims: [Set; 8],
    /// By class: loops in time and loops in space of the dimensions that select no tiles of a tensor.
    classes: [Set; 8],
    /// All loops in time, and all in space.
    moving: Set,
    spread: Set,
    /// Loops along which partial sums are added up on the way.
    summed: Set,
    /// Loops that do not divide what they cut.
    uneven: Set,
    /// Loops in time without work for some smaller piece of their dimension, which rests meanwhile.
    resting: Set,
    /// Dimensions with an uneven cut that are spread more than once: their places are no products.
    scattered: Set,
}

impl Nest {
    /// Room for a nest.
    pub const fn blank() -> Self {
        Nest {
            entries: [Entry::BLANK; SLOTS],
            above: [0; MAX_LEVELS + 1],
            dims: [0; 8],
            classes: [0; 8],
            moving: 0,
            spread: 0,
            summed: 0,
            uneven: 0,
            resting: 0,
            scattered: 0,
        }
    }

    /// Will be nests of a layer.
    pub fn start(&mut self, layer: &Layer) {
        for (d, &tile) in layer.bounds.iter().enumerate() {
            self.entries[whole(d)] = Entry {
                tile,
                ..Entry::BLANK
            };
        }
    }

    /// Becomes the nest of a mapping.
    pub fn read(&mut self, mapping: &Mapping) {
        let mut last: [u8; 8] = std::array::from_fn(|d| whole(d) as u8);
        let mut products = [1_u64; 8];
        self.above = [0; MAX_LEVELS + 1];
        self.dims = [0; 8];
        self.classes = [0; 8];
        (self.summed, self.uneven, self.resting, self.scattered) = (0, 0, 0, 0);
        for (l, slot) in mapping.loops().iter().zip((0..=FIRST).rev()) {
            let d = l.dim.index();
            let spread = matches!(l.advance, Advance::Space(_));
            let class = usize::from(FREE[d]) + usize::from(spread);
            let [turning, uneven] = self.cut(l, slot, last[d].into());
            self.dims[d] |= turning;
            self.classes[class] |= turning;
            self.uneven |= uneven;
            last[d] = slot as u8;
            let entry = &mut self.entries[slot];
            products[class] = products[class].wrapping_mul(entry.count.into());
            entry.product = products[class];
            let bit: Set = 1 << slot;
            self.summed |= if l.reduce { bit } else { 0 };
            self.above[usize::from(l.level) + 1] = bit.wrapping_neg();
        }
        for level in 1..=MAX_LEVELS {
            self.above[level] |= self.above[level - 1];
        }
        self.gather();
        if self.uneven != 0 {
            self.look_at_rests();
        }
    }

    /// Becomes the nest of a mapping in which the tile of the loop `at` has changed, and with it what is
    /// left to the next loop `inside` of the same dimension.
    pub fn retile(&mut self, mapping: &Mapping, at: usize, inside: Option<usize>) {
        let loops = mapping.loops();
        let d = loops[at].dim.index();
        let outside = (Set::MAX << 1) << (FIRST - at);
        self.resting &= !self.dims[d];
        self.scattered &= !self.dims[d];
        let mut last = innermost(self.dims[d] & outside, d);
        let mut ways = 0;
        for at in std::iter::once(at).chain(inside) {
            let (l, slot) = (&loops[at], FIRST - at);
            let spread = usize::from(matches!(l.advance, Advance::Space(_)));
            let [turning, uneven] = self.cut(l, slot, last);
            let others = !(1 << slot);
            let class = &mut self.classes[usize::from(FREE[d]) + spread];
            *class = *class & others | turning;
            self.dims[d] = self.dims[d] & others | turning;
            self.uneven = self.uneven & others | uneven;
            ways |= 1 << spread;
            last = slot;
        }
        self.gather();
        self.cut_on(d, last);
        for spread in 0..2 {
            if ways & 1 << spread != 0 {
                self.multiply_on(usize::from(FREE[d]) + spread, outside);
            }
        }
        if self.dims[d] & self.uneven != 0 {
            self.look_at_rests_of(d);
        }
    }

    /// Counts pieces and instances of a dimension inside one of its loops, where tiles are as before.
    fn cut_on(&mut self, d: usize, mut last: usize) {
        let mut loops = self.dims[d] & ((1 << last) - 1);
        while loops != 0 {
            let slot = outermost(loops);
            loops &= !(1 << slot);
            let Entry { pieces, places, .. } = self.entries[last];
            let spread = self.spread & 1 << slot != 0;
            let entry = &mut self.entries[slot];
            entry.pieces = pieces.wrapping_mul(entry.count);
            entry.places = places.wrapping_mul(if spread { entry.count } else { 1 });
            last = slot;
        }
    }

    /// Multiplies iterations of a class again, from the loops `outside` inwards.
    fn multiply_on(&mut self, class: usize, outside: Set) {
        let mut product = self.product(self.classes[class] & outside);
        let mut loops = self.classes[class] & !outside;
        while loops != 0 {
            let slot = outermost(loops);
            loops &= !(1 << slot);
            let entry = &mut self.entries[slot];
            product = product.wrapping_mul(entry.count.into());
            entry.product = product;
        }
    }

    /// Gathers the loops of all classes.
    #[inline(always)]
    fn gather(&mut self) {
        self.moving = self.classes[0] | self.classes[2] | self.classes[4];
        self.spread = self.classes[1] | self.classes[3] | self.classes[5];
    }

    /// Cuts what the loop at `outside` leaves; the loop itself if it has more than one iteration, and if
    /// it does not divide what it cuts.
    #[inline(always)]
    fn cut(&mut self, l: &Loop, slot: usize, outside: usize) -> [Set; 2] {
        let bit: Set = 1 << slot;
        let spread = matches!(l.advance, Advance::Space(_));
        let outside = &self.entries[outside];
        let (extent, pieces, places) = (outside.tile, outside.pieces, outside.places);
        let tile = l.tile.min(extent);
        let (whole, rest) = (extent / tile, extent % tile);
        let count = whole + u32::from(rest != 0);
        let entry = &mut self.entries[slot];
        (entry.tile, entry.count) = (tile, count);
        entry.pieces = pieces.wrapping_mul(count);
        entry.places = places.wrapping_mul(if spread { count } else { 1 });
        let if_so = |so: bool| if so { bit } else { 0 };
        [if_so(tile < extent), if_so(rest != 0)]
    }

    /// Looks at the smaller pieces of the dimensions with an uneven cut.
    fn look_at_rests(&mut self) {
        for d in 0..7 {
            if self.dims[d] & self.uneven != 0 {
                self.look_at_rests_of(d);
            }
        }
    }

    /// Counts the pieces of a dimension with an uneven cut, and finds out whether smaller ones rest.
    fn look_at_rests_of(&mut self, d: usize) {
        let (in_time, spread) = (self.moving(), self.spread());
        let mut cuts = self.dims[d];
        if (cuts & spread).count_ones() > 1 {
            self.scattered |= cuts;
        }
        // The smaller pieces: elements and number.
        let mut smaller = [(0_u32, 0_u32); MAX_CUTS];
        let mut kinds = 0;
        let mut resting = 0;
        let (mut extent, mut wholes) = (self.entries[whole(d)].tile, 1_u32);
        while cuts != 0 {
            // From the outermost inwards.
            let slot = outermost(cuts);
            cuts &= !(1 << slot);
            let tile = self.entries[slot].tile;
            let mut inside = wholes * (extent / tile);
            let mut rests = 0;
            for (size, number) in &mut smaller[..kinds] {
                if (1..=tile).contains(size) {
                    resting |= in_time & 1 << slot;
                }
                inside += *number * (*size / tile);
                *size %= tile;
                rests += if *size > 0 { *number } else { 0 };
            }
            let rest = extent % tile;
            if rest > 0 && kinds < MAX_CUTS {
                smaller[kinds] = (rest, wholes);
                kinds += 1;
                rests += wholes;
            }
            (extent, wholes) = (tile, inside);
            self.entries[slot].pieces = inside + rests;
        }
        self.resting |= resting;
    }

    /// Loops above a level.
    #[inline(always)]
    pub fn above(&self, level: usize) -> Set {
        self.above[level]
    }

    /// Loops of a dimension.
    #[inline(always)]
    pub fn of(&self, dim: Dim) -> Set {
        self.dims[dim.index()]
    }

    /// Loops in time that select no other tile of a tensor.
    #[inline(always)]
    pub fn free(&self, tensor: Tensor) -> Set {
        self.classes[2 * tensor.index()]
    }

    /// Loops in space that select no other tile of a tensor.
    #[inline(always)]
    pub fn shared(&self, tensor: Tensor) -> Set {
        self.classes[2 * tensor.index() + 1]
    }

    /// Loops in space along reduction dimensions that leave partial sums apart.
    #[inline(always)]
    pub fn apart(&self) -> Set {
        self.shared(Tensor::O) & !self.summed
    }

    /// All loops in time.
    #[inline(always)]
    pub fn moving(&self) -> Set {
        self.moving
    }

    /// All loops in space.
    #[inline(always)]
    pub fn spread(&self) -> Set {
        self.spread
    }

    /// Loops that do not divide what they cut.
    #[inline(always)]
    pub fn uneven(&self) -> Set {
        self.uneven
    }

    /// Loops in time without work for some smaller piece of their dimension, which rests meanwhile.
    #[inline(always)]
    pub fn resting(&self) -> Set {
        self.resting
    }

    /// Loops of dimensions whose instances [`Nest::places`] does not know.
    #[inline(always)]
    pub fn scattered(&self) -> Set {
        self.scattered
    }

    /// Those of some loops that are not inside the innermost one in time which selects another tile of
    /// a tensor.
    #[inline(always)]
    pub fn down_to_moved(&self, tensor: Tensor, loops: Set) -> Set {
        let moved = loops & self.moving() & !self.free(tensor);
        loops & (moved & moved.wrapping_neg()).wrapping_neg()
    }

    /// Iterations of the loops of one class down to the innermost of a set of them.
    #[inline(always)]
    pub fn product(&self, set: Set) -> u64 {
        self.entries[(set | ONE).trailing_zeros() as usize % SLOTS].product
    }

    /// Iterations of a few loops, of any class.
    pub fn iterations(&self, mut set: Set) -> u64 {
        let mut product = 1;
        while set != 0 {
            product *= u64::from(self.entries[set.trailing_zeros() as usize % SLOTS].count);
            set &= set - 1;
        }
        product
    }

    /// Where to look up what the innermost of some loops of a dimension leaves.
    #[inline(always)]
    pub fn slot(&self, dim: Dim, loops: Set) -> usize {
        innermost(self.dims[dim.index()] & loops, dim.index())
    }

    /// Elements of a whole piece.
    #[inline(always)]
    pub fn tile(&self, slot: usize) -> u32 {
        self.entries[slot % SLOTS].tile
    }

    /// Pieces, all steps and instances together.
    #[inline(always)]
    pub fn pieces(&self, slot: usize) -> u32 {
        self.entries[slot % SLOTS].pieces
    }

    /// Instances.
    #[inline(always)]
    pub fn places(&self, slot: usize) -> u32 {
        self.entries[slot % SLOTS].places
    }

    /// Iterations on a whole piece.
    #[inline(always)]
    pub fn count(&self, slot: usize) -> u32 {
        self.entries[slot % SLOTS].count
    }

    /// Columns and rows of the array that are in use.
    pub fn sides(&self, mapping: &Mapping) -> [u32; 2] {
        let mut sides = [1_u32; 2];
        let mut spread = self.spread();
        while spread != 0 {
            let slot = spread.trailing_zeros() as usize;
            spread &= spread - 1;
            let columns = mapping.loops()[FIRST - slot].advance == Advance::Space(Axis::Columns);
            let side = &mut sides[usize::from(!columns)];
            *side = side.saturating_mul(self.entries[slot].count);
        }
        sides
    }
}

/// The slot of a dimension as a whole.
const fn whole(d: usize) -> usize {
    SLOTS - 1 - d
}

/// The slot of the outermost of some loops.
#[inline(always)]
fn outermost(set: Set) -> usize {
    (Set::BITS - 1 - set.leading_zeros()) as usize % SLOTS
}

/// The slot of the innermost of a dimension's loops, or of the dimension as a whole.
#[inline(always)]
fn innermost(set: Set, d: usize) -> usize {
    (set | 1 << whole(d)).trailing_zeros() as usize
}

impl Entry {
    const BLANK: Entry = Entry {
        product: 1,
        tile: 0,
        pieces: 1,
        places: 1,
        count: 1,
    };
}

/// By dimension: the class of its loops in time; that of its loops in space is the next.
const FREE: [u8; 7] = [0, 2, 4, 0, 0, 4, 4];
