//! Matrix products, sums over indices, recurrent layers.

use super::call::{Call, Outcome, size};
use crate::fact::{FLOAT, Fact, broadcast};
use std::collections::BTreeMap;

/// Rows, inner size and columns of a `Gemm`.
pub fn gemm_sizes(call: &Call<'_>) -> Result<[u64; 3], String> {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let ([a0, a1], [b0, b1]) = (pair(a)?, pair(b)?);
    let turned = |name| call.int(name).unwrap_or(0) != 0;
    let (m, k) = if turned("transA") { (a1, a0) } else { (a0, a1) };
    let (inner, n) = if turned("transB") { (b1, b0) } else { (b0, b1) };
    if k != inner {
        return Err(format!("{k} columns meet {inner} rows"));
    }
    Ok([m, k, n])
}

fn pair(fact: &Fact) -> Result<[u64; 2], String> {
    let sizes = fact.shape.as_slice().try_into();
    sizes.map_err(|_| format!("{:?} is no matrix", fact.shape))
}

/// A product of two matrices, with a bias.
pub fn gemm(call: &Call<'_>) -> Outcome {
    let [m, _, n] = gemm_sizes(call)?;
    Ok(vec![call.input(0)?.shaped(vec![m, n])])
}

/// The two operands of a product; those of quantized ones stand apart.
pub fn operands<'a>(call: &Call<'a>) -> Result<(&'a Fact, &'a Fact), String> {
    let second = if call.node.op == "QLinearMatMul" {
        3
    } else {
        1
    };
    Ok((call.input(0)?, call.input(second)?))
}

/// A product of matrices, broadcast over what stands before rows and columns.
pub fn matmul(call: &Call<'_>) -> Outcome {
    let (a, b) = operands(call)?;
    let (mut left, mut right) = (a.shape.clone(), b.shape.clone());
    if left.is_empty() || right.is_empty() {
        return Err("one operand is a single number".into());
    }
    let (thin, flat) = (left.len() == 1, right.len() == 1);
    if thin {
        left.insert(0, 1);
    }
    if flat {
        right.push(1);
    }
    let (columns, inner) = (right.pop().unwrap_or(1), right.pop().unwrap_or(1));
    let (k, rows) = (left.pop().unwrap_or(1), left.pop().unwrap_or(1));
    if k != inner {
        return Err(format!("{:?} and {:?} do not fit", a.shape, b.shape));
    }
    let mut shape = broadcast(&left, &right)
        .ok_or_else(|| format!("{:?} and {:?} do not fit", a.shape, b.shape))?;
    if !thin {
        shape.push(rows);
    }
    if !flat {
        shape.push(columns);
    }
    let element = if call.node.op == "MatMulInteger" {
        6
    } else {
        a.element
    };
    Ok(vec![Fact::of(element, shape)])
}

/// The sizes of an `Einsum`: its output's letters, and the size of each letter.
pub fn einsum_sizes(call: &Call<'_>) -> Result<(Vec<char>, BTreeMap<char, u64>), String> {
    let equation = call.text("equation").ok_or("it has no equation")?;
    let equation: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
    if equation.contains('.') {
        return Err(format!("`{equation}` leaves indices out"));
    }
    let (left, right) = equation
        .split_once("->")
        .map_or((equation.as_str(), None), |(l, r)| (l, Some(r)));
    let terms: Vec<&str> = left.split(',').collect();
    let operands: Vec<&Fact> = call.all().collect();
    if terms.len() != operands.len() {
        return Err(format!(
            "`{equation}` does not fit {} operands",
            operands.len()
        ));
    }
    let mut sizes: BTreeMap<char, u64> = BTreeMap::new();
    let mut times: BTreeMap<char, usize> = BTreeMap::new();
    for (term, operand) in terms.iter().zip(&operands) {
        if term.chars().count() != operand.rank() {
            return Err(format!("`{term}` does not fit {:?}", operand.shape));
        }
        for (letter, n) in term.chars().zip(&operand.shape) {
            *times.entry(letter).or_default() += 1;
            let known = sizes.entry(letter).or_insert(*n);
            if *known == 1 {
                *known = *n;
            } else if *known != *n && *n != 1 {
                return Err(format!("`{letter}` is {known} and {n}"));
            }
        }
    }
    let output: Vec<char> = match right {
        Some(right) => right.chars().collect(),
        None => times
            .iter()
            .filter(|(_, n)| **n == 1)
            .map(|(c, _)| *c)
            .collect(),
    };
    if let Some(lost) = output.iter().find(|c| !sizes.contains_key(c)) {
        return Err(format!("`{lost}` of `{equation}` is nowhere on the left"));
    }
    Ok((output, sizes))
}

/// A sum over indices.
pub fn einsum(call: &Call<'_>) -> Outcome {
    let (output, sizes) = einsum_sizes(call)?;
    let shape = output.iter().map(|c| sizes[c]).collect();
    Ok(vec![call.input(0)?.shaped(shape)])
}

/// Steps, batch, directions and hidden size of an `LSTM`, `GRU` or `RNN`.
pub fn recurrent_sizes(call: &Call<'_>) -> Result<[u64; 4], String> {
    let x = call.input(0)?;
    let [first, second, _] = x.shape[..] else {
        return Err(format!("its input {:?} has not three dimensions", x.shape));
    };
    let by_batch = call.int("layout").unwrap_or(0) != 0;
    let (steps, batch) = if by_batch {
        (second, first)
    } else {
        (first, second)
    };
    let directions = call.input(1)?.shape.first().copied().unwrap_or(1);
    let hidden = match call.int("hidden_size") {
        Some(n) => size(n, "hidden size")?,
        None => call.input(2)?.shape.last().copied().unwrap_or(0),
    };
    Ok([steps, batch, directions, hidden])
}

/// All hidden states, the last one, and the last cell.
pub fn recurrent(call: &Call<'_>) -> Outcome {
    let [steps, batch, directions, hidden] = recurrent_sizes(call)?;
    let (all, last) = if call.int("layout").unwrap_or(0) == 0 {
        (
            vec![steps, directions, batch, hidden],
            vec![directions, batch, hidden],
        )
    } else {
        (
            vec![batch, steps, directions, hidden],
            vec![batch, directions, hidden],
        )
    };
    let last = Fact::of(FLOAT, last);
    Ok(vec![Fact::of(FLOAT, all), last.clone(), last])
}
