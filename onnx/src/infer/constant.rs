//! Operators that make values out of numbers.

use super::call::{Call, Outcome, size};
use crate::fact::{FLOAT, Fact, INT64};
use crate::model::{MOST_DIMENSIONS, MOST_NUMBERS, elements};

/// A constant of the file.
pub fn constant(call: &Call<'_>) -> Outcome {
    let list = |element, numbers: Vec<f64>| {
        Fact::of(element, vec![numbers.len() as u64]).holding(Some(numbers))
    };
    let mut fact = if let Some(tensor) = call.tensor("value") {
        tensor
    } else if let Some(n) = call.int("value_int") {
        Fact::of(INT64, Vec::new()).holding(Some(vec![n as f64]))
    } else if let Some(x) = call.float("value_float") {
        Fact::of(FLOAT, Vec::new()).holding(Some(vec![f64::from(x)]))
    } else if let Some(all) = call.ints("value_ints") {
        list(INT64, all.iter().map(|n| *n as f64).collect())
    } else if let Some(all) = call.floats("value_floats") {
        list(FLOAT, all.iter().map(|n| f64::from(*n)).collect())
    } else {
        // An empty list, a text or a sparse tensor.
        Fact::of(INT64, vec![0]).holding(Some(Vec::new()))
    };
    fact.constant = true;
    Ok(vec![fact])
}

/// A shape that is a constant input.
pub fn wanted_shape(call: &Call<'_>, index: usize) -> Result<Vec<u64>, String> {
    let list = call.constant(call.input(index)?, "shape")?;
    if list.len() > MOST_DIMENSIONS {
        return Err(format!("its shape has {} dimensions", list.len()));
    }
    list.iter().map(|n| size(*n, "size")).collect()
}

/// One number everywhere.
pub fn filled(call: &Call<'_>) -> Outcome {
    let shape = wanted_shape(call, 0)?;
    let value = call.tensor("value");
    let number = value
        .as_ref()
        .map_or(Some(0.0), |v| v.numbers.as_ref()?.first().copied());
    let element = value.as_ref().map_or(FLOAT, |v| v.element);
    let count = elements(&shape);
    let short = count <= MOST_NUMBERS as u64;
    let numbers = number.filter(|_| short).map(|n| vec![n; count as usize]);
    let mut out = Fact::of(element, shape).holding(numbers);
    out.constant = true;
    Ok(vec![out])
}

/// Numbers in even steps.
pub fn range(call: &Call<'_>) -> Outcome {
    let first = call.input(0)?;
    let number = |index: usize| -> Result<f64, String> {
        let fact = call.input(index)?;
        let numbers = fact.numbers.as_ref().and_then(|n| n.first().copied());
        numbers.ok_or_else(|| "its range depends on the input".to_owned())
    };
    let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
    let count = ((limit - start) / step).ceil();
    if !count.is_finite() || count > 1e12 {
        return Err(format!(
            "it counts from {start} to {limit} in steps of {step}"
        ));
    }
    let count = count.max(0.0) as u64;
    let short = count <= MOST_NUMBERS as u64;
    let numbers = short.then(|| (0..count).map(|i| start + step * i as f64).collect());
    let mut out = Fact::of(first.element, vec![count]).holding(numbers);
    out.constant = true;
    Ok(vec![out])
}

/// Ones and zeros in a new dimension.
pub fn one_hot(call: &Call<'_>) -> Outcome {
    let indices = call.input(0)?;
    let depth = call.constant(call.input(1)?, "depth")?;
    let depth = size(depth.first().copied().unwrap_or(0), "depth")?;
    let rank = indices.rank() + 1;
    let axis = call.axis(call.int("axis").unwrap_or(-1), rank)?;
    let mut shape = indices.shape.clone();
    shape.insert(axis, depth);
    let element = call.optional(2).map_or(FLOAT, |values| values.element);
    Ok(vec![Fact::of(element, shape)])
}

/// Random numbers: of the shape that an attribute or the first input tells.
pub fn random(call: &Call<'_>) -> Outcome {
    let shape = match (call.ints("shape"), call.optional(0)) {
        (Some(list), _) => list
            .iter()
            .map(|n| size(*n, "size"))
            .collect::<Result<_, _>>()?,
        (None, Some(like)) => like.shape.clone(),
        (None, None) => return Err("it has no shape".into()),
    };
    Ok(vec![Fact::of(FLOAT, shape)])
}
