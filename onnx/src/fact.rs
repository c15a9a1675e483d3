//! What is known about a value before anything runs.

use crate::model::{MOST_NUMBERS, elements};
use std::rc::Rc;

/// Types of elements whose numbers are whole.
const WHOLE: [i32; 9] = [2, 3, 4, 5, 6, 7, 9, 12, 13];

/// The number that the format gives to 32-bit floats.
pub const FLOAT: i32 = 1;
/// The number that the format gives to 64-bit integers.
pub const INT64: i32 = 7;

/// What is known about a value: type, shape, whether the inputs matter, and short constant content.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The type of its elements, a number of the format; 0 when unknown.
    pub element: i32,
    /// Its sizes.
    pub shape: Vec<u64>,
    /// Whether it is the same for all inputs of the network.
    pub constant: bool,
    /// Its content in row-major order, if it is constant and short.
    pub numbers: Option<Rc<[f64]>>,
}

impl Fact {
    /// A value of this type and shape that depends on the inputs.
    pub fn of(element: i32, shape: Vec<u64>) -> Self {
        Self {
            element,
            shape,
            constant: false,
            numbers: None,
        }
    }

    /// The same type with another shape.
    pub fn shaped(&self, shape: Vec<u64>) -> Self {
        Self::of(self.element, shape)
    }

    /// With content, where it is as long as the shape says and short.
    #[must_use]
    pub fn holding(mut self, numbers: Option<Vec<f64>>) -> Self {
        let fits = |n: &Vec<f64>| n.len() as u64 == self.elements() && n.len() <= MOST_NUMBERS;
        self.numbers = numbers.filter(fits).map(Into::into);
        self.constant |= self.numbers.is_some();
        self
    }

    /// How many elements it has.
    pub fn elements(&self) -> u64 {
        elements(&self.shape)
    }

    /// How many dimensions it has.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// Whether its numbers are whole.
    pub fn is_whole(&self) -> bool {
        WHOLE.contains(&self.element)
    }

    /// Its content as whole numbers.
    pub fn ints(&self) -> Option<Vec<i64>> {
        let numbers = self.numbers.as_ref()?;
        Some(numbers.iter().map(|n| *n as i64).collect())
    }
}

/// The shape of two broadcast together, or none when they do not fit.
pub fn broadcast(a: &[u64], b: &[u64]) -> Option<Vec<u64>> {
    let rank = a.len().max(b.len());
    let at = |s: &[u64], i: usize| (i + s.len()).checked_sub(rank).map_or(1, |i| s[i]);
    let size = |i| match (at(a, i), at(b, i)) {
        (x, y) if x == y => Some(x),
        (1, y) => Some(y),
        (x, 1) => Some(x),
        _ => None,
    };
    (0..rank).map(size).collect()
}

/// Steps of each dimension in row-major order.
pub fn strides(shape: &[u64]) -> Vec<u64> {
    let mut out = vec![1u64; shape.len()];
    for i in (1..shape.len()).rev() {
        out[i - 1] = out[i].saturating_mul(shape[i]);
    }
    out
}

/// For each element of `shape` in order, its place in a tensor that is broadcast to it.
pub fn places(shape: &[u64], from: &[u64]) -> Vec<usize> {
    let lead = shape.len().saturating_sub(from.len());
    let steps = strides(from);
    let own = strides(shape);
    (0..elements(shape))
        .map(|n| {
            let mut place = 0;
            for i in 0..from.len() {
                let index = n / own[lead + i].max(1) % shape[lead + i].max(1);
                place += if from[i] == 1 { 0 } else { index * steps[i] };
            }
            place as usize
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_broadcast_from_the_right() {
        assert_eq!(broadcast(&[2, 1, 4], &[3, 1]), Some(vec![2, 3, 4]));
        assert_eq!(broadcast(&[], &[3]), Some(vec![3]));
        assert_eq!(broadcast(&[2], &[3]), None);
        assert_eq!(places(&[2, 3], &[3]), [0, 1, 2, 0, 1, 2]);
        assert_eq!(places(&[2, 2], &[2, 1]), [0, 0, 1, 1]);
        assert_eq!(places(&[], &[]), [0]);
    }
}
