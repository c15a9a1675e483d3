//! Operators that shrink axes to one value each.

use super::call::{Call, Outcome, size};
use crate::fact::{Fact, INT64, strides};
use std::collections::BTreeSet;

/// Sums, means and extremes over axes.
pub fn reduce(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let axes = match call.listed("axes", 1)? {
        Some(list) if !list.is_empty() => call.axes(&list, x.rank())?,
        _ if call.int("noop_with_empty_axes") == Some(1) => Vec::new(),
        _ => (0..x.rank()).collect(),
    };
    let keep = call.int("keepdims").unwrap_or(1) != 0;
    let shape = without(&x.shape, &axes, keep);
    let numbers = folded(call.node.op, x, &axes);
    Ok(vec![x.shaped(shape).holding(numbers)])
}

fn without(shape: &[u64], axes: &[usize], keep: bool) -> Vec<u64> {
    let axes: BTreeSet<&usize> = axes.iter().collect();
    let sizes = shape.iter().enumerate();
    sizes
        .filter(|(i, _)| keep || !axes.contains(i))
        .map(|(i, n)| if axes.contains(&i) { 1 } else { *n })
        .collect()
}

fn folded(op: &str, x: &Fact, axes: &[usize]) -> Option<Vec<f64>> {
    let numbers = x.numbers.as_ref()?;
    let (start, join): (f64, fn(f64, f64) -> f64) = match op {
        "ReduceSum" => (0.0, |a, b| a + b),
        "ReduceProd" => (1.0, |a, b| a * b),
        "ReduceMax" => (f64::NEG_INFINITY, f64::max),
        "ReduceMin" => (f64::INFINITY, f64::min),
        _ => return None,
    };
    let kept = without(&x.shape, axes, true);
    let (from, to) = (strides(&x.shape), strides(&kept));
    let count = crate::model::elements(&kept);
    if count > crate::model::MOST_NUMBERS as u64 {
        return None;
    }
    let mut out = vec![start; count as usize];
    for (place, number) in numbers.iter().enumerate() {
        let mut target = 0;
        for axis in 0..x.rank() {
            let index = place as u64 / from[axis].max(1) % x.shape[axis].max(1);
            target += if axes.contains(&axis) {
                0
            } else {
                index * to[axis]
            };
        }
        let target = out.get_mut(target as usize)?;
        *target = join(*target, *number);
    }
    Some(out)
}

/// The place of an extreme along an axis.
pub fn place_of(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let axis = call.axis(call.int("axis").unwrap_or(0), x.rank())?;
    let keep = call.int("keepdims").unwrap_or(1) != 0;
    Ok(vec![Fact::of(INT64, without(&x.shape, &[axis], keep))])
}

/// The largest values along an axis, and their places.
pub fn top(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let axis = call.axis(call.int("axis").unwrap_or(-1), x.rank())?;
    let count = match call.int("k") {
        Some(k) => k,
        None => call
            .constant(call.input(1)?, "k")?
            .first()
            .copied()
            .unwrap_or(0),
    };
    let mut shape = x.shape.clone();
    shape[axis] = size(count, "number of values")?.min(x.shape[axis]);
    Ok(vec![x.shaped(shape.clone()), Fact::of(INT64, shape)])
}

/// One value for all rows and columns.
pub fn global(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    if x.rank() < 2 {
        return Err(format!("its input has {} dimensions", x.rank()));
    }
    let mut shape = x.shape.clone();
    shape[2..].fill(1);
    Ok(vec![x.shaped(shape)])
}
