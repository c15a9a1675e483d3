//! The shape of an array whose elements may be arranged in any way: as many columns and rows as walk
//! a layer in the fewest steps.

use crate::dataflow::Axis;
use crate::spread::Shares;

impl Shares {
    /// The columns × rows ≤ `pes` that walks the layer in the fewest steps, with room for the spreads
    /// of written size.
    ///
    /// Ties go to the shape closest to a square, then to the wider one.
    pub(crate) fn best_shape(&self, pes: u32) -> [u32; 2] {
        let across = self.useful(Axis::Columns, pes);
        let down = self.useful(Axis::Rows, pes);
        let clipped = |columns: u32, rows: u32| [columns.min(across), rows.min(down)];
        let written = [Axis::Columns, Axis::Rows].map(|side| self.written(side).min(pes));
        let mut contest = Contest {
            shares: self,
            written,
            floor: Floor::new(self),
            goal: WORST,
            least: [0; 2],
            best: (WORST, [pes, 1]),
        };
        // A shape of equal sides is hard to beat: the others are first held against it.
        let columns = largest_quotient(across, pes.isqrt());
        contest.expect(clipped(columns, pes / columns));
        for columns in quotients(across) {
            contest.enter(clipped(columns, pes / columns));
        }
        for rows in quotients(down) {
            contest.enter(clipped(pes / rows, rows));
        }
        contest.enter(clipped(written[0], pes / written[0]));
        contest.enter(clipped(pes / written[1], written[1]));
        contest.best.1
    }
}

/// Steps of a shape and how it looks: less is better.
type Rank = (u64, u64);

/// A search for the best of some shapes.
struct Contest<'a> {
    shares: &'a Shares,
    /// Columns and rows that spreads of written size take.
    written: [u32; 2],
    floor: Floor,
    /// The best rank of all shapes seen so far.
    goal: Rank,
    /// Elements without which a shape that looks better, and one that looks worse, cannot win.
    least: [u64; 2],
    /// The best shape that has entered.
    best: (Rank, [u32; 2]),
}

impl Contest<'_> {
    /// Whether all spreads of written size find room.
    #[inline]
    fn is_roomy(&self, shape: [u32; 2]) -> bool {
        shape[0] >= self.written[0] && shape[1] >= self.written[1]
    }

    /// Holds the shapes that enter against one that will enter as well.
    fn expect(&mut self, shape: [u32; 2]) {
        if self.is_roomy(shape) {
            self.aim((self.shares.steps(shape), looks(shape)));
        }
    }

    fn aim(&mut self, goal: Rank) {
        self.goal = goal;
        self.least = self.floor.elements(goal.0);
    }

    /// Lets a shape enter. Most end here: even without idle elements they would take too many steps,
    /// or as many and look worse.
    #[inline(always)]
    fn enter(&mut self, shape: [u32; 2]) {
        let elements = u64::from(shape[0]) * u64::from(shape[1]);
        let looks = looks(shape);
        let enough = self.least[usize::from(looks > self.goal.1)];
        if elements >= enough && self.is_roomy(shape) {
            self.judge(shape, looks);
        }
    }

    #[inline(never)]
    fn judge(&mut self, shape: [u32; 2], looks: u64) {
        if (self.floor.steps(shape), looks) > self.goal {
            return;
        }
        let rank = (self.shares.steps(shape), looks);
        if rank < self.best.0 {
            self.best = (rank, shape);
            if rank < self.goal {
                self.aim(rank);
            }
        }
    }
}

/// Fewer steps than these are not possible on an array of some shape, whatever the spreads take.
struct Floor {
    /// Steps of a single element along dimensions without a spread.
    alone: u64,
    /// Those along all others.
    work: u64,
    /// By side, those along the dimension of the outermost spread, if it is spread nowhere else: it
    /// takes all that it can use of the side.
    first: [u32; 2],
    /// By side, those along the other dimensions that are spread over this side only.
    along: [u64; 2],
    /// Those along dimensions that are spread over both sides.
    both: u64,
}

impl Floor {
    fn new(shares: &Shares) -> Self {
        let (mut sides, mut spreads) = ([0_u8; 7], [0_u8; 7]);
        for share in shares.all() {
            sides[share.dim.index()] |= 1 << share.over as usize;
            spreads[share.dim.index()] += 1;
        }
        let first = [Axis::Columns, Axis::Rows].map(|side| {
            let outermost = shares.all().iter().find(|share| share.over == side);
            let outermost = outermost.map(|share| share.dim.index());
            outermost.filter(|&d| shares.open && spreads[d] == 1)
        });
        let mut floor = Floor {
            work: 1,
            alone: 1,
            first: first.map(|d| d.map_or(1, |d| shares.bounds[d])),
            along: [1; 2],
            both: 1,
        };
        for (d, bound) in shares.bounds.into_iter().enumerate() {
            let bound = u64::from(bound);
            if sides[d] == 0 {
                floor.alone *= bound;
                continue;
            }
            floor.work *= bound;
            match sides[d] {
                _ if first.contains(&Some(d)) => {}
                1 => floor.along[0] *= bound,
                2 => floor.along[1] *= bound,
                _ => floor.both *= bound,
            }
        }
        floor
    }

    /// Elements without which the whole takes more steps than these, and without which it takes as
    /// many: all numbers of steps are multiples of those along dimensions without a spread.
    fn elements(&self, steps: u64) -> [u64; 2] {
        let turns = steps / self.alone;
        [turns, turns - 1].map(|turns| self.work.div_ceil(turns.max(1)))
    }

    /// Steps on an array of this shape, at least: no side does more at a time than it is long, and
    /// what is no multiple of the outermost spread idles. As few divisions as can be: they are what
    /// takes the time.
    #[inline]
    fn steps(&self, shape: [u32; 2]) -> u64 {
        let (mut steps, mut left) = (self.alone, [1_u32; 2]);
        for side in 0..2 {
            let (first, length) = (self.first[side], shape[side]);
            if first == 1 {
                left[side] = length;
            } else if first <= length {
                left[side] = length / first;
            } else {
                steps *= u64::from(first.div_ceil(length));
            }
        }
        let [across, down] = self.along;
        let [columns, rows] = left.map(u64::from);
        if self.both > 1 {
            return steps * pieces(across * down * self.both, columns * rows);
        }
        steps * pieces(across, columns) * pieces(down, rows)
    }
}

/// Pieces of so much work for so many elements.
#[inline]
fn pieces(work: u64, elements: u64) -> u64 {
    if work <= elements {
        1
    } else {
        work.div_ceil(elements)
    }
}

/// Worse than any shape.
const WORST: Rank = (u64::MAX, u64::MAX);

/// How a shape stands among those of equally many steps, less is better: close to a square, then
/// wide.
#[inline]
fn looks([columns, rows]: [u32; 2]) -> u64 {
    u64::from(columns.abs_diff(rows)) << 32 | u64::from(u32::MAX - columns)
}

/// The largest of the [`quotients`] of a number that is not above a bound.
fn largest_quotient(n: u32, bound: u32) -> u32 {
    n.div_ceil(n.div_ceil(bound))
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
    use super::{WORST, largest_quotient, looks, quotients};
    use crate::dataflow::{Axis, Dataflow, Step};
    use crate::hardware::SubAccelerator;
    use crate::layer::{ConvShape, Dim, Layer, Tensor};
    use crate::spread::Shares;
    use crate::template::Template;

    #[test]
    fn quotients_are_those_of_all_divisors() {
        for n in 1..2000_u32 {
            let mut all: Vec<u32> = (1..=n).map(|i| n.div_ceil(i)).collect();
            all.dedup();
            assert_eq!(quotients(n).collect::<Vec<_>>(), all, "{n}");
            for bound in [1, 2, 7, 32, 1999] {
                let largest = all.iter().find(|&&quotient| quotient <= bound);
                assert_eq!(Some(&largest_quotient(n, bound)), largest, "{n} {bound}");
            }
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
