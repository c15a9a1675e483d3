//! Operators that move elements without computing: shapes change, and short constants with them.

use super::call::{Call, Outcome, size};
use super::constant::wanted_shape;
use crate::fact::{Fact, broadcast, places, strides};
use crate::model::{MOST_NUMBERS, elements};

/// A fact with the content of `from` at these places.
fn picked(fact: Fact, from: &Fact, places: impl Iterator<Item = u64>) -> Fact {
    let short = fact.elements() <= MOST_NUMBERS as u64;
    let Some(numbers) = from.numbers.as_ref().filter(|_| short) else {
        return fact;
    };
    let all = places.map(|p| numbers.get(p as usize).copied()).collect();
    fact.holding(all)
}

/// The same elements in another shape.
fn reshaped(x: &Fact, shape: Vec<u64>) -> Outcome {
    if elements(&shape) != x.elements() {
        return Err(format!("{:?} does not become {shape:?}", x.shape));
    }
    let out = x.shaped(shape);
    Ok(vec![out.holding(x.numbers.as_ref().map(|n| n.to_vec()))])
}

/// `Reshape`: −1 is what is left, 0 keeps a size.
pub fn reshape(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let Some(wanted) = call.listed("shape", 1)? else {
        return reshaped(x, Vec::new());
    };
    let zero_is_size = call.int("allowzero").unwrap_or(0) != 0;
    let mut shape = Vec::new();
    let mut left = None;
    for (i, n) in wanted.iter().enumerate() {
        shape.push(match n {
            -1 if left.is_some() => return Err("two sizes of its shape are −1".into()),
            -1 => {
                left = Some(i);
                1
            }
            0 if !zero_is_size => *x
                .shape
                .get(i)
                .ok_or("its shape keeps a size that is not there")?,
            n => size(*n, "size")?,
        });
    }
    if let Some(i) = left {
        shape[i] = x.elements().checked_div(elements(&shape)).unwrap_or(0);
    }
    reshaped(x, shape)
}

/// `Flatten`: two dimensions.
pub fn flatten(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let axis = call.int("axis").unwrap_or(1);
    let rank = x.rank() as i64;
    let axis = if axis < 0 {
        axis.saturating_add(rank)
    } else {
        axis
    }
    .clamp(0, rank) as usize;
    let (rows, columns) = x.shape.split_at(axis);
    reshaped(x, vec![elements(rows), elements(columns)])
}

/// `Squeeze`: dimensions of one are left out.
pub fn squeeze(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let axes = match call.listed("axes", 1)? {
        Some(list) => call.axes(&list, x.rank())?,
        None => (0..x.rank()).filter(|i| x.shape[*i] == 1).collect(),
    };
    if let Some(axis) = axes.iter().find(|a| x.shape[**a] != 1) {
        return Err(format!("axis {axis} of {:?} is not 1", x.shape));
    }
    let kept = x
        .shape
        .iter()
        .enumerate()
        .filter(|(i, _)| !axes.contains(i));
    reshaped(x, kept.map(|(_, n)| *n).collect())
}

/// `Unsqueeze`: dimensions of one are put in.
pub fn unsqueeze(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let list = call.listed("axes", 1)?.unwrap_or_default();
    let rank = x.rank() + list.len();
    if rank > crate::model::MOST_DIMENSIONS {
        return Err(format!("it makes {rank} dimensions"));
    }
    let axes = call.axes(&list, rank)?;
    if axes.len() != list.len() {
        return Err(format!("its axes {list:?} are not different"));
    }
    let mut shape = x.shape.clone();
    for axis in axes {
        shape.insert(axis, 1);
    }
    reshaped(x, shape)
}

/// `Transpose`.
pub fn transpose(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let order = order(call, x.rank())?;
    let shape: Vec<u64> = order.iter().map(|i| x.shape[*i]).collect();
    let (from, to) = (strides(&x.shape), strides(&shape));
    let places = (0..elements(&shape)).map(|n| {
        let index = |(i, axis): (usize, &usize)| n / to[i].max(1) % shape[i].max(1) * from[*axis];
        order.iter().enumerate().map(index).sum()
    });
    Ok(vec![picked(x.shaped(shape.clone()), x, places)])
}

/// Which axis of the input each axis of a transposed output is.
pub fn order(call: &Call<'_>, rank: usize) -> Result<Vec<usize>, String> {
    let Some(given) = call.ints("perm") else {
        return Ok((0..rank).rev().collect());
    };
    let order = given
        .iter()
        .map(|a| call.axis(*a, rank))
        .collect::<Result<Vec<_>, _>>()?;
    if call.axes(given, rank)?.len() != rank || order.len() != rank {
        return Err(format!("its order {given:?} is none of {rank} axes"));
    }
    Ok(order)
}

/// `Concat`.
pub fn concat(call: &Call<'_>) -> Outcome {
    let first = call.input(0)?;
    let axis = call.axis(call.int("axis").unwrap_or(1), first.rank())?;
    let mut shape = first.shape.clone();
    shape[axis] = 0;
    let fits = |other: &Fact| {
        other.rank() == shape.len()
            && (0..shape.len()).all(|i| i == axis || other.shape[i] == first.shape[i])
    };
    let mut total = 0u64;
    for other in call.all() {
        if !fits(other) {
            return Err(format!(
                "{:?} and {:?} do not fit",
                first.shape, other.shape
            ));
        }
        total = total.saturating_add(other.shape[axis]);
    }
    shape[axis] = total;
    let out = first.shaped(shape.clone());
    if out.elements() > MOST_NUMBERS as u64 {
        return Ok(vec![out]);
    }
    if out.elements() == 0 {
        return Ok(vec![out.holding(Some(Vec::new()))]);
    }
    // Slices of what stands from the axis on, one input after the other.
    let rows = elements(&shape[..axis]);
    let mut numbers = Vec::new();
    for row in 0..rows {
        for other in call.all() {
            let Some(own) = &other.numbers else {
                return Ok(vec![out]);
            };
            let width = own.len() / rows.max(1) as usize;
            numbers.extend_from_slice(&own[row as usize * width..(row as usize + 1) * width]);
        }
    }
    Ok(vec![out.holding(Some(numbers))])
}

/// `Split`.
pub fn split(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let axis = call.axis(call.int("axis").unwrap_or(0), x.rank())?;
    let parts = match call.listed("split", 1)? {
        Some(list) => list
            .iter()
            .map(|n| size(*n, "part"))
            .collect::<Result<Vec<_>, _>>()?,
        None => {
            let count = call
                .int("num_outputs")
                .unwrap_or(call.node.outputs.len() as i64);
            let count = u64::try_from(count).ok().filter(|n| (1..=4096).contains(n));
            let count = count.ok_or("it has no outputs")?;
            let each = x.shape[axis].div_ceil(count);
            (0..count)
                .map(|i| each.min(x.shape[axis].saturating_sub(i * each)))
                .collect()
        }
    };
    if parts.iter().fold(0, |all: u64, n| all.saturating_add(*n)) != x.shape[axis] {
        return Err(format!(
            "its parts {parts:?} are not all of {}",
            x.shape[axis]
        ));
    }
    let mut start = 0;
    let mut out = Vec::new();
    for part in parts {
        let mut shape = x.shape.clone();
        shape[axis] = part;
        let offset = start;
        out.push(shifted(x, shape, |i| {
            if i == axis {
                (offset as i64, 1)
            } else {
                (0, 1)
            }
        }));
        start += part;
    }
    Ok(out)
}

/// Part of a value: each axis from a start in steps.
fn shifted(x: &Fact, shape: Vec<u64>, axis: impl Fn(usize) -> (i64, i64)) -> Fact {
    let (from, to) = (strides(&x.shape), strides(&shape));
    let wanted = shape.clone();
    let places = (0..elements(&shape)).map(|n| {
        let index = |i: usize| {
            let (start, step) = axis(i);
            let index = n / to[i].max(1) % wanted[i].max(1);
            (start + step * index as i64) as u64 * from[i]
        };
        (0..wanted.len()).map(index).sum()
    });
    picked(x.shaped(shape), x, places)
}

/// `Slice`.
pub fn slice(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let needed = |name: &str, index| -> Result<Vec<i64>, String> {
        let list = call.listed(name, index)?;
        list.ok_or_else(|| format!("it has no `{name}`"))
    };
    let (starts, ends) = (needed("starts", 1)?, needed("ends", 2)?);
    let axes = call.listed("axes", 3)?;
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = call
        .listed("steps", 4)?
        .unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()]
        .iter()
        .any(|n| *n != starts.len())
    {
        return Err("its starts, ends, axes and steps are not equally many".into());
    }
    let mut shape = x.shape.clone();
    let mut cuts = vec![(0i64, 1i64); x.rank()];
    for i in 0..starts.len() {
        let axis = call.axis(axes[i], x.rank())?;
        let (start, count) = cut(x.shape[axis], starts[i], ends[i], steps[i])?;
        cuts[axis] = (start, steps[i]);
        shape[axis] = count;
    }
    Ok(vec![shifted(x, shape, |i| cuts[i])])
}

/// First index and number of elements of a slice.
fn cut(size: u64, start: i64, end: i64, step: i64) -> Result<(i64, u64), String> {
    let n = i64::try_from(size).unwrap_or(i64::MAX);
    let from_end = |i: i64| if i < 0 { i.saturating_add(n) } else { i };
    let (start, end) = (from_end(start), from_end(end));
    match step {
        0 => Err("its step is 0".into()),
        1.. => {
            let (start, end) = (start.clamp(0, n), end.clamp(0, n));
            Ok((
                start,
                end.saturating_sub(start)
                    .max(0)
                    .unsigned_abs()
                    .div_ceil(step.unsigned_abs()),
            ))
        }
        _ => {
            let (start, end) = (start.clamp(-1, n - 1), end.clamp(-1, n - 1));
            Ok((
                start,
                start
                    .saturating_sub(end)
                    .max(0)
                    .unsigned_abs()
                    .div_ceil(step.unsigned_abs()),
            ))
        }
    }
}

/// `Pad`; negative padding cuts.
pub fn pad(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let pads = call.listed("pads", 1)?.ok_or("it has no `pads`")?;
    let axes = match call.optional(3) {
        Some(list) => call.constant(list, "axes")?,
        None => (0..x.rank() as i64).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(format!("its {} pads are not two for each axis", pads.len()));
    }
    let mut shape = x.shape.clone();
    for (i, axis) in axes.iter().enumerate() {
        let axis = call.axis(*axis, x.rank())?;
        let more = pads[i].saturating_add(pads[i + axes.len()]);
        let grown = i64::try_from(shape[axis])
            .unwrap_or(i64::MAX)
            .saturating_add(more);
        shape[axis] = size(grown, "size")?;
    }
    Ok(vec![x.shaped(shape)])
}

/// `Expand`: broadcast to a shape.
pub fn expand(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let wanted = wanted_shape(call, 1)?;
    let shape = broadcast(&x.shape, &wanted)
        .ok_or_else(|| format!("{:?} does not become {wanted:?}", x.shape))?;
    let out = x.shaped(shape.clone());
    if x.numbers.is_none() || out.elements() > MOST_NUMBERS as u64 {
        return Ok(vec![out]);
    }
    let all = places(&shape, &x.shape).into_iter().map(|p| p as u64);
    Ok(vec![picked(out, x, all)])
}

/// `Tile`: several times along each axis.
pub fn tile(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let times = wanted_shape(call, 1)?;
    if times.len() != x.rank() {
        return Err(format!("{times:?} does not fit {:?}", x.shape));
    }
    let shape: Vec<u64> = x
        .shape
        .iter()
        .zip(&times)
        .map(|(a, b)| a.saturating_mul(*b))
        .collect();
    let (from, to) = (strides(&x.shape), strides(&shape));
    let places = (0..elements(&shape)).map(|n| {
        let index = |i: usize| n / to[i].max(1) % x.shape[i].max(1) * from[i];
        (0..shape.len()).map(index).sum()
    });
    Ok(vec![picked(x.shaped(shape.clone()), x, places)])
}

/// `Gather`: slices along an axis, such as rows of an embedding.
pub fn gather(call: &Call<'_>) -> Outcome {
    let (x, indices) = (call.input(0)?, call.input(1)?);
    let axis = call.axis(call.int("axis").unwrap_or(0), x.rank())?;
    let mut shape = x.shape[..axis].to_vec();
    shape.extend(&indices.shape);
    shape.extend(&x.shape[axis + 1..]);
    let out = x.shaped(shape.clone());
    let Some(list) = indices.ints() else {
        return Ok(vec![out]);
    };
    let inner = elements(&x.shape[axis + 1..]);
    let size = x.shape[axis];
    let count = list.len() as u64;
    let wrapped: Option<Vec<u64>> = list
        .iter()
        .map(|i| {
            if *i < 0 {
                size.checked_add_signed(*i)
            } else {
                Some(*i as u64)
            }
        })
        .collect();
    let Some(wrapped) = wrapped else {
        return Err(format!("it takes {list:?} of {size}"));
    };
    let place = |n: u64| {
        let (outer, rest) = (n / (count * inner).max(1), n % (count * inner).max(1));
        (outer * size + wrapped[(rest / inner.max(1)) as usize]) * inner + rest % inner.max(1)
    };
    let total = elements(&shape);
    Ok(vec![picked(out, x, (0..total).map(place))])
}

/// The shape of the indices.
pub fn gather_elements(call: &Call<'_>) -> Outcome {
    let indices = call.input(1)?;
    Ok(vec![call.input(0)?.shaped(indices.shape.clone())])
}

/// `GatherND`.
pub fn gather_nd(call: &Call<'_>) -> Outcome {
    let (x, indices) = (call.input(0)?, call.input(1)?);
    let batch = usize::try_from(call.int("batch_dims").unwrap_or(0)).unwrap_or(0);
    let depth = indices
        .shape
        .last()
        .copied()
        .ok_or("its indices are a single number")?;
    let taken = batch.saturating_add(usize::try_from(depth).unwrap_or(usize::MAX));
    let rest = x
        .shape
        .get(taken..)
        .ok_or("its indices are longer than its input has axes")?;
    let mut shape = indices.shape[..indices.rank() - 1].to_vec();
    shape.extend(rest);
    Ok(vec![x.shaped(shape)])
}

/// Channels become rows and columns.
pub fn depth_to_space(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let block = size(call.int("blocksize").unwrap_or(1), "block")?.max(1);
    let [n, c, h, w] = x.shape[..] else {
        return Err(format!("its input {:?} has not four dimensions", x.shape));
    };
    let square = block.saturating_mul(block);
    let shape = if call.node.op == "DepthToSpace" {
        vec![
            n,
            c / square,
            h.saturating_mul(block),
            w.saturating_mul(block),
        ]
    } else {
        vec![n, c.saturating_mul(square), h / block, w / block]
    };
    if elements(&shape) != x.elements() {
        return Err(format!("blocks of {block} do not divide {:?}", x.shape));
    }
    Ok(vec![x.shaped(shape)])
}

/// `Resize` and `Upsample`: scales or sizes.
pub fn resize(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let (scales, sizes) = match (call.node.op, call.opset) {
        ("Upsample", _) | (_, ..=10) => (call.optional(1), None),
        _ => (call.optional(2), call.optional(3)),
    };
    let axes = match call.ints("axes") {
        Some(list) => list
            .iter()
            .map(|a| call.axis(*a, x.rank()))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..x.rank()).collect(),
    };
    let mut shape = x.shape.clone();
    if let Some(sizes) = sizes.filter(|s| s.elements() > 0) {
        let list = call.constant(sizes, "sizes")?;
        for (axis, n) in axes.iter().zip(&list) {
            shape[*axis] = size(*n, "size")?;
        }
        return Ok(vec![x.shaped(shape)]);
    }
    let scales: Vec<f64> = match (call.floats("scales"), scales) {
        (Some(list), _) => list.iter().map(|s| f64::from(*s)).collect(),
        (None, Some(fact)) => fact
            .numbers
            .as_ref()
            .map(|n| n.to_vec())
            .ok_or("its scales depend on the input or are not in the file")?,
        (None, None) => return Err("it has neither scales nor sizes".into()),
    };
    if scales.len() != axes.len() {
        return Err(format!(
            "its {} scales do not fit {} axes",
            scales.len(),
            axes.len()
        ));
    }
    for (axis, scale) in axes.iter().zip(scales) {
        let scaled = (x.shape[*axis] as f64 * scale).floor();
        if !(0.0..1e15).contains(&scaled) {
            return Err(format!("its scale is {scale}"));
        }
        shape[*axis] = scaled as u64;
    }
    Ok(vec![x.shaped(shape)])
}
