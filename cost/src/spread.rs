//! Dealing out the sides of the array to the spreads of a template.

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
        // A shape of equal sides is hard to beat: the others are first held against it.
        let square = quotients(across).find(|&columns| columns <= pes / columns);
        let square = square.map_or([1, 1], |columns| clipped(columns, pes / columns));
        let written = [Axis::Columns, Axis::Rows].map(|side| self.written(side).min(pes));
        let roomy = |shape: &[u32; 2]| shape[0] >= written[0] && shape[1] >= written[1];
        let tight = [
            clipped(written[0], pes / written[0]),
            clipped(pes / written[1], written[1]),
        ];
        let mut goal = if roomy(&square) {
            (self.steps(square), looks(square))
        } else {
            WORST
        };
        let floor = Floor::new(self);
        let mut least = floor.elements(goal.0);
        let mut best = (WORST, [pes, 1]);
        let shapes = from_columns.chain(from_rows).chain(tight);
        for shape in shapes.filter(roomy) {
            // Most shapes end here: even without idle elements they would take too many steps.
            let looks = looks(shape);
            let enough = if looks <= goal.1 { least[0] } else { least[1] };
            if u64::from(shape[0]) * u64::from(shape[1]) < enough || floor.steps(shape) > goal.0 {
                continue;
            }
            let rank = (self.steps(shape), looks);
            if rank < best.0 {
                best = (rank, shape);
                goal = rank.min(goal);
                least = floor.elements(goal.0);
            }
        }
        best.1
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
        let product = |e: [u32; 7]| {
            let [n, k, c, p, q, r, s] = e.map(u64::from);
            (n * k) * (c * p) * (q * r) * s
        };
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

/// Fewer steps than these are not possible on an array of some shape, whatever the spreads take.
struct Floor {
    /// Steps of a single element along dimensions without a spread.
    alone: u64,
    /// Those along all others.
    work: u64,
    /// Those along dimensions that are spread over one side only, by side.
    along: [u64; 2],
    /// Whether a dimension is spread over both sides, of which the sides alone say too little.
    shared: bool,
}

impl Floor {
    fn new(shares: &Shares) -> Self {
        let mut sides = [0_u8; 7];
        for share in shares.all() {
            sides[share.dim.index()] |= 1 << share.over as usize;
        }
        let mut floor = Floor {
            work: 1,
            alone: 1,
            along: [1; 2],
            shared: false,
        };
        for (sides, bound) in sides.into_iter().zip(shares.bounds) {
            let bound = u64::from(bound);
            match sides {
                0 => {
                    floor.alone *= bound;
                    continue;
                }
                1 => floor.along[0] *= bound,
                2 => floor.along[1] *= bound,
                _ => floor.shared = true,
            }
            floor.work *= bound;
        }
        floor
    }

    /// Elements without which the whole takes more steps than these, and without which it takes as
    /// many: all numbers of steps are multiples of those along dimensions without a spread.
    fn elements(&self, steps: u64) -> [u64; 2] {
        let turns = steps / self.alone;
        [turns, turns - 1].map(|turns| self.work.div_ceil(turns.max(1)))
    }

    /// Steps on an array of this shape, at least: no side does more at a time than it is long.
    #[inline]
    fn steps(&self, [columns, rows]: [u32; 2]) -> u64 {
        let [across, down] = self.along;
        if self.shared {
            return 0;
        }
        self.alone * across.div_ceil(columns.into()) * down.div_ceil(rows.into())
    }
}

/// Worse than any shape.
const WORST: (u64, u64) = (u64::MAX, u64::MAX);

/// How a shape stands among those of equally many steps, less is better: close to a square, then
/// wide.
#[inline]
fn looks([columns, rows]: [u32; 2]) -> u64 {
    u64::from(columns.abs_diff(rows)) << 32 | u64::from(u32::MAX - columns)
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
    use super::{Shares, WORST, looks, quotients};
    use crate::dataflow::{Axis, Dataflow, Step};
    use crate::hardware::SubAccelerator;
    use crate::layer::{ConvShape, Dim, Layer, Tensor};
    use crate::template::Template;

    #[test]
    fn quotients_are_those_of_all_divisors() {
        for n in 1..2000_u32 {
            let mut all: Vec<u32> = (1..=n).map(|i| n.div_ceil(i)).collect();
            all.dedup();
            assert_eq!(quotients(n).collect::<Vec<_>>(), all, "{n}");
        }
    }

    /// The best of all shapes that are worth trying, each looked at.
    fn best_of_all(shares: &Shares, pes: u32) -> [u32; 2] {
        let sides = [Axis::Columns, Axis::Rows];
        let [across, down] = sides.map(|side| shares.useful(side, pes));
        let written = sides.map(|side| shares.written(side).min(pes));
        let clipped = |columns: u32, rows: u32| [columns.min(across), rows.min(down)];
        let mut shapes: Vec<[u32; 2]> = quotients(across).map(|c| clipped(c, pes / c)).collect();
        shapes.extend(quotients(down).map(|r| clipped(pes / r, r)));
        shapes.push(clipped(written[0], pes / written[0]));
        shapes.push(clipped(pes / written[1], written[1]));
        let roomy = |shape: &[u32; 2]| shape[0] >= written[0] && shape[1] >= written[1];
        let mut best = (WORST, [pes, 1]);
        for shape in shapes.into_iter().filter(roomy) {
            let rank = (shares.steps(shape), looks(shape));
            if rank < best.0 {
                best = (rank, shape);
            }
        }
        best.1
    }

    #[test]
    fn no_shape_is_dropped_that_could_be_the_best() {
        use Axis::{Columns, Rows};
        let spread = Step::spread;
        let templates = [
            vec![spread(Dim::K, Columns), spread(Dim::C, Rows)],
            vec![
                spread(Dim::P, Columns),
                spread(Dim::K, Columns),
                spread(Dim::R, Rows),
                spread(Dim::K, Rows),
            ],
            vec![
                Step::by(Dim::K, 24),
                spread(Dim::K, Columns),
                spread(Dim::Q, Rows),
                spread(Dim::P, Rows),
                spread(Dim::N, Rows),
            ],
            vec![spread(Dim::C, Rows)],
        ];
        let mut looked_at = 0;
        for inside in templates {
            let mut steps = vec![
                Step::store("dram", &Tensor::ALL, None),
                Step::store("glb", &Tensor::ALL, None),
            ];
            steps.extend(inside);
            let dataflow = Dataflow::new("t", steps);
            for (filters, channels, size, kernel) in [
                (64, 3, 112, 7),
                (64, 256, 56, 1),
                (17, 30, 23, 5),
                (512, 512, 7, 3),
            ] {
                let shape = ConvShape::new(filters, channels, [size; 2], [kernel; 2]);
                let layer = Layer::conv(&shape).unwrap();
                for pes in [1, 12, 168, 500, 1024, 4096] {
                    let sub = SubAccelerator::new(pes, 1.0, 1e9);
                    let Ok(template) = Template::new(&layer, &dataflow, &sub) else {
                        continue;
                    };
                    let shares = Shares::new(&layer, &template);
                    assert_eq!(
                        shares.best_shape(pes),
                        best_of_all(&shares, pes),
                        "{shares:?}"
                    );
                    looked_at += 1;
                }
            }
        }
        assert_eq!(looked_at, 96);
    }
}
