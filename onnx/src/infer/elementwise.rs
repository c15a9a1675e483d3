//! Operators that keep a shape or broadcast two, with arithmetic on constants.

use super::call::{Call, Outcome};
use crate::fact::{Fact, INT64, broadcast, places};
use crate::model::{MOST_NUMBERS, elements};

/// One output like the first input; further outputs, such as masks, are like it too.
pub fn same(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let numbers = match call.node.op {
        "Identity" | "Dropout" => x.numbers.as_ref().map(|n| n.to_vec()),
        op => x
            .numbers
            .as_ref()
            .and_then(|n| n.iter().map(|v| unary(op, *v)).collect()),
    };
    let count = call.node.outputs.len().max(1);
    let mut out = vec![x.shaped(x.shape.clone()).holding(numbers)];
    out.resize(count, x.shaped(x.shape.clone()));
    Ok(out)
}

fn unary(op: &str, x: f64) -> Option<f64> {
    Some(match op {
        "Neg" => -x,
        "Abs" => x.abs(),
        "Floor" => x.floor(),
        "Ceil" => x.ceil(),
        "Round" => x.round_ties_even(),
        "Sqrt" => x.sqrt(),
        "Reciprocal" => 1.0 / x,
        "Sign" if x == 0.0 => 0.0,
        "Sign" => x.signum(),
        "Not" => f64::from(x == 0.0),
        "Relu" => x.max(0.0),
        _ => return None,
    })
}

/// The first input with another type.
pub fn cast(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let element = match (call.int("to"), call.optional(1)) {
        (Some(to), _) => i32::try_from(to).unwrap_or_default(),
        (None, Some(like)) => like.element,
        (None, None) => x.element,
    };
    let mut out = Fact::of(element, x.shape.clone());
    let whole = out.is_whole();
    let convert = |v: &f64| match element {
        9 => f64::from(*v != 0.0),
        _ if whole => v.trunc(),
        _ => *v,
    };
    out = out.holding(x.numbers.as_ref().map(|n| n.iter().map(convert).collect()));
    Ok(vec![out])
}

/// Operators of any number of inputs that are broadcast together.
pub fn joined(call: &Call<'_>) -> Outcome {
    let first = call.input(0)?;
    let mut shape = first.shape.clone();
    for other in call.all().skip(1) {
        shape = broadcast(&shape, &other.shape)
            .ok_or_else(|| format!("{:?} and {:?} do not fit", shape, other.shape))?;
    }
    let op = call.node.op;
    let truth = matches!(
        op,
        "Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "And" | "Or" | "Xor"
    );
    let all: Vec<&Fact> = call.all().collect();
    let numbers = if op == "Where" {
        chosen(&all, &shape)
    } else {
        folded(op, &all, &shape)
    };
    let element = match op {
        _ if truth => 9,
        "Where" => call.input(1)?.element,
        _ => first.element,
    };
    Ok(vec![Fact::of(element, shape).holding(numbers)])
}

/// The content of an input, broadcast to a short shape.
fn spread(fact: &Fact, shape: &[u64]) -> Option<Vec<f64>> {
    let numbers = fact.numbers.as_ref()?;
    if elements(shape) > MOST_NUMBERS as u64 {
        return None;
    }
    places(shape, &fact.shape)
        .into_iter()
        .map(|p| numbers.get(p).copied())
        .collect()
}

fn folded(op: &str, all: &[&Fact], shape: &[u64]) -> Option<Vec<f64>> {
    // Looked at first, so that a long list of operands costs nothing.
    if all.iter().any(|f| f.numbers.is_none()) {
        return None;
    }
    let whole = all.iter().all(|f| f.is_whole());
    let (first, rest) = all.split_first()?;
    let mut out = spread(first, shape)?;
    for other in rest {
        for (a, b) in out.iter_mut().zip(spread(other, shape)?) {
            *a = binary(op, *a, b, whole)?;
        }
    }
    if op == "Mean" {
        out.iter_mut().for_each(|a| *a /= all.len() as f64);
    }
    Some(out)
}

fn binary(op: &str, a: f64, b: f64, whole: bool) -> Option<f64> {
    Some(match op {
        "Add" | "Sum" | "Mean" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" if whole && b == 0.0 => return None,
        "Div" if whole => (a / b).trunc(),
        "Div" => a / b,
        "Mod" if b == 0.0 => return None,
        "Mod" => a - (a / b).floor() * b,
        "Pow" => power(a, b)?,
        "Min" => a.min(b),
        "Max" => a.max(b),
        "Equal" => f64::from(a == b),
        "Less" => f64::from(a < b),
        "LessOrEqual" => f64::from(a <= b),
        "Greater" => f64::from(a > b),
        "GreaterOrEqual" => f64::from(a >= b),
        "And" => f64::from(a != 0.0 && b != 0.0),
        "Or" => f64::from(a != 0.0 || b != 0.0),
        "Xor" => f64::from((a != 0.0) != (b != 0.0)),
        _ => return None,
    })
}

/// Powers with small whole exponents, as shapes need them.
fn power(base: f64, exponent: f64) -> Option<f64> {
    let whole = (0.0..=64.0).contains(&exponent) && exponent.fract() == 0.0;
    whole.then(|| (0..exponent as u32).fold(1.0, |p, _| p * base))
}

fn chosen(all: &[&Fact], shape: &[u64]) -> Option<Vec<f64>> {
    let [condition, yes, no] = all else {
        return None;
    };
    let condition = spread(condition, shape)?;
    let (yes, no) = (spread(yes, shape)?, spread(no, shape)?);
    let pick = |((c, y), n): ((&f64, f64), f64)| if *c == 0.0 { n } else { y };
    Some(condition.iter().zip(yes).zip(no).map(pick).collect())
}

/// Outputs of other types beside the first: words of 8 bits, scale and zero point.
pub fn quantized(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    Ok(vec![
        Fact::of(2, x.shape.clone()),
        Fact::of(1, Vec::new()),
        Fact::of(2, Vec::new()),
    ])
}

/// The first input with the type of what its scale or zero point says.
pub fn scaled(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let element = match call.node.op {
        "DequantizeLinear" => call.input(1)?.element,
        _ => call.optional(2).map_or(2, |zero| zero.element),
    };
    Ok(vec![Fact::of(element, x.shape.clone())])
}

/// The shape of the input as a constant, or its number of elements.
pub fn shape(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    if call.node.op == "Size" {
        let all = vec![x.elements() as f64];
        return Ok(vec![Fact::of(INT64, Vec::new()).holding(Some(all))]);
    }
    let rank = x.rank() as i64;
    let clamp = |n: i64| if n < 0 { n.saturating_add(rank) } else { n }.clamp(0, rank) as usize;
    let start = clamp(call.int("start").unwrap_or(0));
    let end = clamp(call.int("end").unwrap_or(rank)).max(start);
    let sizes: Vec<f64> = x.shape[start..end].iter().map(|n| *n as f64).collect();
    let out = Fact::of(INT64, vec![sizes.len() as u64]);
    Ok(vec![out.holding(Some(sizes))])
}
