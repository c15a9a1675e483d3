//! Sets of tensor elements: boxes in a tensor's four dimensions, and lists of disjoint boxes.

use crate::layer::{Dim, Layer, Tensor};

/// A place in a tensor, or a distance between two.
pub(super) type Point = [i64; 4];

/// The elements of a tensor between two corners, `high` excluded; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cuboid {
    low: Point,
    high: Point,
}

impl Cuboid {
    /// What a block of iterations touches, gaps of strides and dilations included.
    pub(super) fn touched(
        layer: &Layer,
        tensor: Tensor,
        first: &[u32; 7],
        size: &[u32; 7],
    ) -> Self {
        let last = std::array::from_fn(|d| first[d] + size[d] - 1);
        Cuboid {
            low: element(layer, tensor, first),
            high: element(layer, tensor, &last).map(|end| end + 1),
        }
    }

    /// Number of elements, at most what 64 bits can hold.
    pub(super) fn volume(&self) -> u64 {
        let side = |d: usize| (self.high[d] - self.low[d]) as u64;
        (0..4).map(side).fold(1, u64::saturating_mul)
    }

    /// The distance from another box of the same size to this one.
    pub(super) fn shift_from(&self, other: &Cuboid) -> Point {
        difference(&self.low, &other.low)
    }

    /// The part that the other box does not have, as disjoint boxes.
    ///
    /// One dimension after the other, the slices before and behind the other box are cut off; what
    /// is left over lies inside it.
    pub(super) fn without(&self, other: &Cuboid) -> Vec<Cuboid> {
        if (0..4).any(|d| self.high[d] <= other.low[d] || other.high[d] <= self.low[d]) {
            return vec![*self];
        }
        let mut slices = Vec::new();
        let mut rest = *self;
        for d in 0..4 {
            if rest.low[d] < other.low[d] {
                let mut before = rest;
                before.high[d] = other.low[d];
                rest.low[d] = other.low[d];
                slices.push(before);
            }
            if other.high[d] < rest.high[d] {
                let mut behind = rest;
                behind.low[d] = other.high[d];
                rest.high[d] = other.high[d];
                slices.push(behind);
            }
        }
        slices
    }

    fn shifted(&self, by: &Point) -> Cuboid {
        let add = |corner: &Point| std::array::from_fn(|d| corner[d] + by[d]);
        Cuboid {
            low: add(&self.low),
            high: add(&self.high),
        }
    }
}

/// The element of a tensor that one iteration uses.
///
/// The dimensions are in the order of Timeloop's `cnn-layer` shape: how a difference of boxes is
/// cut depends on it, and differences are compared piece by piece.
pub(super) fn element(layer: &Layer, tensor: Tensor, at: &[u32; 7]) -> Point {
    let e = |dim: Dim| i64::from(at[dim.index()]);
    let window = |axis: usize, out: Dim, tap: Dim| {
        e(tap) * i64::from(layer.dilation[axis]) + e(out) * i64::from(layer.stride[axis])
    };
    match tensor {
        Tensor::W => [e(Dim::C), e(Dim::K), e(Dim::R), e(Dim::S)],
        Tensor::I => [
            e(Dim::N),
            e(Dim::C),
            window(0, Dim::P, Dim::R),
            window(1, Dim::Q, Dim::S),
        ],
        Tensor::O => [e(Dim::N), e(Dim::K), e(Dim::Q), e(Dim::P)],
    }
}

/// `a` − `b`.
pub(super) fn difference(a: &Point, b: &Point) -> Point {
    std::array::from_fn(|d| a[d] - b[d])
}

/// Disjoint boxes in ascending order; none of them is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Region(Vec<Cuboid>);

impl Region {
    /// The boxes, sorted so that equal sets are equal lists.
    pub(super) fn new(mut boxes: Vec<Cuboid>) -> Self {
        boxes.sort_unstable();
        Region(boxes)
    }

    /// Number of elements, at most what 64 bits can hold.
    pub(super) fn volume(&self) -> u64 {
        self.0
            .iter()
            .map(Cuboid::volume)
            .fold(0, u64::saturating_add)
    }

    /// The distance from `other` if this is the same list of boxes elsewhere.
    pub(super) fn shift_from(&self, other: &Region) -> Option<Point> {
        let shift = self.0.first()?.shift_from(other.0.first()?);
        let moved = other.0.iter().map(|cuboid| cuboid.shifted(&shift));
        moved.eq(self.0.iter().copied()).then_some(shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuboid(low: Point, high: Point) -> Cuboid {
        Cuboid { low, high }
    }

    #[test]
    fn a_difference_keeps_every_element_outside_once() {
        let whole = cuboid([0, 0, 0, 0], [2, 3, 4, 5]);
        let hole = cuboid([1, -1, 1, 2], [5, 2, 3, 9]);
        // The common part is 1 × 2 × 2 × 3.
        let left = Region::new(whole.without(&hole));
        assert_eq!(left.volume(), whole.volume() - 12);
        assert_eq!(whole.without(&whole), []);
        let apart = whole.shifted(&[2, 0, 0, 0]);
        assert_eq!(whole.without(&apart), [whole]);
    }

    #[test]
    fn regions_are_compared_piece_by_piece() {
        let whole = cuboid([0; 4], [2, 2, 2, 2]);
        let half = cuboid([0; 4], [1, 2, 2, 2]);
        let one = Region::new(vec![whole]);
        let two = Region::new(vec![half.shifted(&[1, 0, 0, 0]), half]);
        assert_eq!(one.volume(), two.volume());
        assert_eq!(two.shift_from(&one), None);
        let moved = Region::new(vec![
            half.shifted(&[0, 3, 0, 0]),
            half.shifted(&[1, 3, 0, 0]),
        ]);
        assert_eq!(moved.shift_from(&two), Some([0, 3, 0, 0]));
        assert_eq!(Region::default().shift_from(&one), None);
    }
}
