//! Dealing out the sides of the array to the spreads of a template.

use std::cmp::Reverse;

use crate::dataflow::{Axis, Tile};
use crate::layer::{Dim, Layer};
use crate::template::{Line, MAX_LINES, Template};

/// One spread on one layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Its line in the template.
    pub(crate) line: usize,
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
    bounds: [u32; 7],
    shares: [Share; MAX_LINES],
    count: usize,
    /// Whether a fixed tile stands outside a spread of its dimension.
    capped: bool,
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
                        line,
                        dim,
                        over,
                        size,
                        cap: cap[dim.index()],
                        ..none
                    };
                    all.count += 1;
                    all.capped |= cap[dim.index()] != u32::MAX;
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
        self.deal_each(shape, |share, instances| by_line[share.line] = instances);
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

    /// The columns × rows ≤ `pes` that walks the layer in the fewest steps, with room for the spreads
    /// of written size.
    ///
    /// Ties go to the shape closest to a square, then to the wider one.
    pub(crate) fn best_shape(&self, pes: u32) -> [u32; 2] {
        let across = self.useful(Axis::Columns, pes);
        let down = self.useful(Axis::Rows, pes);
        let clipped = |columns: u32, rows: u32| [columns.min(across), rows.min(down)];
        let from_columns = quotients(across).map(|columns| clipped(columns, pes / columns));
        let from_rows = quotients(down).map(|rows| clipped(pes / rows, rows));
        let work: u64 = self.bounds.iter().map(|&b| u64::from(b)).product();
        let alone = self.alone();
        // A shape of equal sides is hard to beat: the others are first held against it.
        let square = quotients(across).find(|&columns| columns <= pes / columns);
        let square = square.map_or([1, 1], |columns| clipped(columns, pes / columns));
        let written = [Axis::Columns, Axis::Rows].map(|side| self.written(side).min(pes));
        let roomy = |shape: &[u32; 2]| shape[0] >= written[0] && shape[1] >= written[1];
        let hurdle = if roomy(&square) {
            (self.steps(square), looks(square))
        } else {
            (u64::MAX, looks([0, u32::MAX]))
        };
        let tight = [
            clipped(written[0], pes / written[0]),
            clipped(pes / written[1], written[1]),
        ];
        let mut best = ((u64::MAX, looks([0, u32::MAX])), [pes, 1]);
        let shapes = from_columns.chain(from_rows).chain(tight);
        for shape in shapes.filter(roomy) {
            // Most shapes end here: even without idle elements they would take too many steps. All
            // numbers of steps are multiples of those along dimensions without a spread.
            let looks = looks(shape);
            let (to_beat, ties) = best.0.min(hurdle);
            let enough = if looks <= ties {
                to_beat
            } else {
                to_beat - alone
            };
            let elements = u64::from(shape[0]) * u64::from(shape[1]);
            if u128::from(elements) * u128::from(enough) < u128::from(work) {
                continue;
            }
            let rank = (self.steps(shape), looks);
            if rank < best.0 {
                best = (rank, shape);
            }
        }
        best.1
    }

    /// Steps along the dimensions without a spread.
    fn alone(&self) -> u64 {
        let spread = |d: usize| self.all().iter().any(|share| share.dim.index() == d);
        let walked = (0..7).filter(|&d| !spread(d));
        walked.map(|d| u64::from(self.bounds[d])).product()
    }

    /// Elements of a side that its spreads of written size take.
    fn written(&self, side: Axis) -> u32 {
        let sizes = self.all().iter().filter(|s| s.over == side);
        sizes
            .filter_map(|s| s.size)
            .fold(1, u32::saturating_mul)
            .max(1)
    }

    /// Elements of a side that its spreads could keep busy at all.
    fn useful(&self, side: Axis, pes: u32) -> u32 {
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
    fn steps(&self, shape: [u32; 2]) -> u64 {
        let product = |extent: [u32; 7]| extent.iter().map(|&e| u64::from(e)).product();
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

/// How a shape stands among those of equally many steps, less is better: close to a square, then
/// wide.
fn looks([columns, rows]: [u32; 2]) -> (u32, Reverse<u32>) {
    (columns.abs_diff(rows), Reverse(columns))
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

/// The values ⌈n ÷ i⌉ for i = 1, 2, …, each once, largest first.
///
/// They are the only sizes that are worth trying for a piece of n elements: every other size gives
/// as many pieces as the next smaller of these.
pub(crate) fn quotients(n: u32) -> impl Iterator<Item = u32> {
    // Down to √n each divisor has its own quotient; below, every number is a quotient.
    let root = n.isqrt();
    let by_divisor = (1..=root).map(move |i| n.div_ceil(i));
    let smallest = if root > 0 { n.div_ceil(root) } else { 1 };
    by_divisor.chain((1..smallest).rev())
}

#[cfg(test)]
mod tests {
    use super::quotients;

    #[test]
    fn quotients_are_those_of_all_divisors() {
        for n in 1..2000_u32 {
            let mut all: Vec<u32> = (1..=n).map(|i| n.div_ceil(i)).collect();
            all.dedup();
            assert_eq!(quotients(n).collect::<Vec<_>>(), all, "{n}");
        }
    }
}
