//! Dealing out the sides of the array to the spreads of a template.

use crate::dataflow::{Axis, Tile};
use crate::layer::{Dim, Layer};
use crate::template::{Line, MAX_LINES, Template};

/// One spread on one layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Its line in the template.
    pub(crate) line: u8,
    /// The dimension.
    pub(crate) dim: Dim,
    /// The side of the array.
    pub(crate) over: Axis,
    /// Instances, if they are written down.
    pub(crate) size: Option<u32>,
    /// Smallest fixed tile between the spread outside of the same dimension and this one.
    pub(crate) cap: u32,
    /// Instances that spreads of written size further in need of the same side.
    reserved: u32,
    /// Whether no other spread further in takes from the same side.
    last: bool,
}

/// The spreads of a template on one layer, outermost first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares {
    pub(crate) bounds: [u32; 7],
    shares: [Share; MAX_LINES],
    count: usize,
    /// Whether a fixed tile stands outside a spread of its dimension.
    capped: bool,
    /// Whether none does, and no spread has a written size.
    pub(crate) open: bool,
}

impl Shares {
    pub(crate) fn new(layer: &Layer, template: &Template) -> Self {
        let none = Share {
            line: 0,
            dim: Dim::N,
            over: Axis::Columns,
            size: None,
            cap: u32::MAX,
            reserved: 1,
            last: true,
        };
        let mut all = Shares {
            bounds: layer.bounds,
            shares: [none; MAX_LINES],
            count: 0,
            capped: false,
            open: true,
        };
        let mut cap = [u32::MAX; 7];
        for (line, what) in template.lines().iter().enumerate() {
            match *what {
                Line::Store => {}
                Line::Loop { dim, tile } => {
                    if let Tile::Fixed(size) = tile {
                        let c = &mut cap[dim.index()];
                        *c = size.min(*c);
                    }
                }
                Line::Spread {
                    dim, over, size, ..
                } => {
                    all.reserve(over, size.unwrap_or(1));
                    all.shares[all.count] = Share {
                        line: line as u8,
                        dim,
                        over,
                        size,
                        cap: cap[dim.index()],
                        ..none
                    };
                    all.count += 1;
                    all.capped |= cap[dim.index()] != u32::MAX;
                    all.open &= size.is_none() && cap[dim.index()] == u32::MAX;
                    cap[dim.index()] = u32::MAX;
                }
            }
        }
        all
    }

    /// Takes note of another spread along a side, of as many written instances.
    fn reserve(&mut self, side: Axis, instances: u32) {
        for share in &mut self.shares[..self.count] {
            if share.over == side {
                share.last = false;
                share.reserved = share.reserved.saturating_mul(instances);
            }
        }
    }

    /// The spreads, outermost first.
    #[inline]
    pub(crate) fn all(&self) -> &[Share] {
        &self.shares[..self.count]
    }

    /// Instances of each spread, by line, on an array of this shape.
    pub(crate) fn deal(&self, shape: [u32; 2]) -> [u32; MAX_LINES] {
        let mut by_line = [1; MAX_LINES];
        self.deal_each(shape, |share, instances| {
            by_line[usize::from(share.line)] = instances
        });
        by_line
    }

    /// Deals each side out from the outermost spread inwards, each taking as many as it can use;
    /// `took` hears the instances of each. What is left of each dimension comes back.
    #[inline]
    fn deal_each(&self, shape: [u32; 2], mut took: impl FnMut(&Share, u32)) -> [u32; 7] {
        let mut left = shape;
        let mut extent = self.bounds;
        for share in self.all() {
            let e = &mut extent[share.dim.index()];
            *e = share.cap.min(*e);
            let left = &mut left[share.over as usize];
            let available = match share.size {
                Some(size) => size.min(*left),
                None if share.reserved == 1 => *left,
                None => *left / share.reserved,
            };
            let instances = available.min(*e).max(1);
            took(share, instances);
            *e = divided(*e, instances);
            if !share.last {
                // A spread of written size takes its share of the side even where it idles.
                let taken = share.size.unwrap_or(instances).max(1);
                *left = if taken == *left { 1 } else { *left / taken };
            }
        }
        extent
    }

    /// What is left of each dimension where every spread is of open size and no tile is fixed: the same
    /// as [`Shares::deal_each`], in less time.
    #[inline]
    fn deal_open(&self, shape: [u32; 2]) -> [u32; 7] {
        let mut left = shape;
        let mut extent = self.bounds;
        for share in self.all() {
            let e = &mut extent[share.dim.index()];
            let left = &mut left[share.over as usize];
            let instances = (*e).min(*left).max(1);
            *e = e.div_ceil(instances);
            if !share.last {
                *left /= instances;
            }
        }
        extent
    }

    /// Elements of a side that its spreads of written size take.
    pub(crate) fn written(&self, side: Axis) -> u32 {
        let sizes = self.all().iter().filter(|s| s.over == side);
        sizes
            .filter_map(|s| s.size)
            .fold(1, u32::saturating_mul)
            .max(1)
    }

    /// Elements of a side that its spreads could keep busy at all.
    pub(crate) fn useful(&self, side: Axis, pes: u32) -> u32 {
        let mut extent = self.bounds;
        let mut product: u32 = 1;
        for share in self.all().iter().filter(|s| s.over == side) {
            let e = &mut extent[share.dim.index()];
            product = product.saturating_mul(share.size.unwrap_or(*e));
            *e = 1;
        }
        product.min(pes)
    }

    /// Steps of the whole layer on an array of this shape.
    pub(crate) fn steps(&self, shape: [u32; 2]) -> u64 {
        let product = |e: [u32; 7]| {
            let [n, k, c, p, q, r, s] = e.map(u64::from);
            (n * k) * (c * p) * (q * r) * s
        };
        if self.open {
            return product(self.deal_open(shape));
        }
        if !self.capped {
            return product(self.deal_each(shape, |_, _| {}));
        }
        // Fixed tiles narrow what a spread can use, but their loops walk the rest.
        let mut extent = self.bounds;
        self.deal_each(shape, |share, instances| {
            let e = &mut extent[share.dim.index()];
            *e = divided(*e, instances);
        });
        product(extent)
    }
}

/// ⌈n ÷ by⌉, fast in the common case of nothing to do.
#[inline]
fn divided(n: u32, by: u32) -> u32 {
    if by == 1 {
        n
    } else if by == n {
        1
    } else {
        n.div_ceil(by)
    }
}
