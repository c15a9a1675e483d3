//! Windows that slide over rows and columns: convolutions and pooling.

use super::call::{Call, Outcome, size};
use crate::fact::Fact;

/// A window over the spatial dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Taps.
    pub kernel: Vec<u64>,
    /// Steps.
    pub stride: Vec<u64>,
    /// Distances between taps.
    pub dilation: Vec<u64>,
    /// Zeros before the first element of each dimension.
    pub before: Vec<u64>,
    /// Zeros after the last element of each dimension.
    pub after: Vec<u64>,
}

/// Input and weights of a convolution; those of quantized ones stand apart.
pub fn operands<'a>(call: &Call<'a>) -> Result<(&'a Fact, &'a Fact), String> {
    let second = if call.node.op == "QLinearConv" { 3 } else { 1 };
    let (x, w) = (call.input(0)?, call.input(second)?);
    if x.rank() < 3 || w.rank() != x.rank() {
        return Err(format!("{:?} and {:?} do not fit", x.shape, w.shape));
    }
    Ok((x, w))
}

/// Groups of channels.
pub fn groups(call: &Call<'_>) -> u64 {
    let given = call.int("group").unwrap_or(1);
    u64::try_from(given).unwrap_or(1).max(1)
}

/// A setting with one value for each dimension.
fn each(call: &Call<'_>, name: &str, count: usize, default: u64) -> Result<Vec<u64>, String> {
    let Some(given) = call.ints(name) else {
        return Ok(vec![default; count]);
    };
    if given.len() != count {
        return Err(format!(
            "its `{name}` has {} values for {count} dimensions",
            given.len()
        ));
    }
    given.iter().map(|n| size(*n, name)).collect()
}

/// The window over an input with these spatial sizes.
fn window(call: &Call<'_>, sizes: &[u64], kernel: Vec<u64>) -> Result<Window, String> {
    let count = sizes.len();
    let stride: Vec<u64> = each(call, "strides", count, 1)?
        .into_iter()
        .map(|n| n.max(1))
        .collect();
    let dilation: Vec<u64> = each(call, "dilations", count, 1)?
        .into_iter()
        .map(|n| n.max(1))
        .collect();
    let pads = match call.ints("pads") {
        Some(list) if list.iter().any(|n| *n < 0) => {
            return Err("it cuts its input by negative padding".into());
        }
        Some(_) => each(call, "pads", 2 * count, 0)?,
        None => vec![0; 2 * count],
    };
    let (mut before, mut after) = (pads[..count].to_vec(), pads[count..].to_vec());
    match call.text("auto_pad").unwrap_or("NOTSET") {
        "NOTSET" | "" => {}
        "VALID" => {
            before.fill(0);
            after.fill(0);
        }
        mode @ ("SAME_UPPER" | "SAME_LOWER") => {
            for i in 0..count {
                let reach = reach(kernel[i], dilation[i]);
                let out = sizes[i].div_ceil(stride[i]);
                let needed = out
                    .saturating_sub(1)
                    .saturating_mul(stride[i])
                    .saturating_add(reach);
                let all = needed.saturating_sub(sizes[i]);
                let (less, more) = (all / 2, all - all / 2);
                (before[i], after[i]) = if mode == "SAME_UPPER" {
                    (less, more)
                } else {
                    (more, less)
                };
            }
        }
        other => return Err(format!("its `auto_pad` is `{other}`")),
    }
    Ok(Window {
        kernel,
        stride,
        dilation,
        before,
        after,
    })
}

/// How many inputs a window spans.
fn reach(kernel: u64, dilation: u64) -> u64 {
    kernel
        .saturating_sub(1)
        .saturating_mul(dilation)
        .saturating_add(1)
}

/// Sizes after a window; `up` also counts a last window that is not full.
fn slid(window: &Window, sizes: &[u64], up: bool) -> Result<Vec<u64>, String> {
    let one = |i: usize| {
        let reach = reach(window.kernel[i], window.dilation[i]);
        let padded = sizes[i]
            .saturating_add(window.before[i])
            .saturating_add(window.after[i]);
        let room = padded
            .checked_sub(reach)
            .ok_or_else(|| format!("a window of {reach} does not fit into {padded}"))?;
        let stride = window.stride[i];
        let steps = if up {
            room.div_ceil(stride)
        } else {
            room / stride
        };
        let mut out = steps.saturating_add(1);
        // A window that would begin in the padding behind the input is none.
        if up && (out - 1).saturating_mul(stride) >= sizes[i].saturating_add(window.before[i]) {
            out -= 1;
        }
        Ok(out)
    };
    (0..sizes.len()).map(one).collect()
}

/// The window of a convolution.
pub fn conv_window(call: &Call<'_>) -> Result<Window, String> {
    let (x, w) = operands(call)?;
    window(call, &x.shape[2..], w.shape[2..].to_vec())
}

/// A convolution: filters × input channels of a group × taps.
pub fn conv(call: &Call<'_>) -> Outcome {
    let (x, w) = operands(call)?;
    let groups = groups(call);
    if w.shape[1].checked_mul(groups) != Some(x.shape[1]) {
        return Err(format!(
            "{} input channels meet weights {:?} in {groups} groups",
            x.shape[1], w.shape
        ));
    }
    if !w.shape[0].is_multiple_of(groups) {
        return Err(format!(
            "{} filters do not split into {groups} groups",
            w.shape[0]
        ));
    }
    let mut shape = vec![x.shape[0], w.shape[0]];
    shape.extend(slid(&conv_window(call)?, &x.shape[2..], false)?);
    let element = match call.node.op {
        "ConvInteger" => 6,
        _ => x.element,
    };
    Ok(vec![Fact::of(element, shape)])
}

/// The window of a transposed convolution.
pub fn transposed_window(call: &Call<'_>) -> Result<Window, String> {
    let (x, w) = operands(call)?;
    window(call, &x.shape[2..], w.shape[2..].to_vec())
}

/// A transposed convolution: input channels × filters of a group × taps.
pub fn transposed(call: &Call<'_>) -> Outcome {
    let (x, w) = operands(call)?;
    let groups = groups(call);
    if w.shape[0] != x.shape[1] {
        return Err(format!(
            "{} input channels meet weights {:?}",
            x.shape[1], w.shape
        ));
    }
    let sizes = &x.shape[2..];
    let mut shape = vec![x.shape[0], w.shape[1].saturating_mul(groups)];
    if let Some(given) = call.ints("output_shape") {
        let spatial = &given[given.len().saturating_sub(sizes.len())..];
        for n in spatial {
            shape.push(size(*n, "size")?);
        }
        return Ok(vec![x.shaped(shape)]);
    }
    let window = transposed_window(call)?;
    let more = each(call, "output_padding", sizes.len(), 0)?;
    let same = call
        .text("auto_pad")
        .is_some_and(|mode| mode.starts_with("SAME"));
    for i in 0..sizes.len() {
        let spread = sizes[i].saturating_mul(window.stride[i]);
        if same {
            shape.push(spread);
            continue;
        }
        let full = spread
            .saturating_sub(window.stride[i])
            .saturating_add(reach(window.kernel[i], window.dilation[i]))
            .saturating_add(more[i]);
        let cut = window.before[i].saturating_add(window.after[i]);
        shape.push(full.saturating_sub(cut));
    }
    Ok(vec![x.shaped(shape)])
}

/// The window of a pooling operator.
pub fn pool_window(call: &Call<'_>) -> Result<Window, String> {
    let x = call.input(0)?;
    if x.rank() < 3 {
        return Err(format!("its input {:?} has no rows", x.shape));
    }
    let sizes = &x.shape[2..];
    if call.ints("kernel_shape").is_none() {
        return Err("it has no `kernel_shape`".into());
    }
    window(call, sizes, each(call, "kernel_shape", sizes.len(), 1)?)
}

/// Pooling over windows; a second output holds the places of the largest.
pub fn pool(call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let window = pool_window(call)?;
    let up = call.int("ceil_mode").unwrap_or(0) != 0;
    let mut shape = x.shape[..2].to_vec();
    shape.extend(slid(&window, &x.shape[2..], up)?);
    Ok(vec![
        x.shaped(shape.clone()),
        Fact::of(crate::fact::INT64, shape),
    ])
}
