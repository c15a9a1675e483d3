//! Convolutions and pools.

use super::build::{Build, Cause};
use super::kinds::{Kind, Norm, Pool, Source, Spread};
use crate::infer::{
    Call, Step, Window, conv_groups, conv_operands, conv_window, pool_window, transposed_window,
};

/// Rows and columns of a window over one or two dimensions.
fn spread(window: &Window) -> Cause<Spread> {
    let two = |all: &[u64], neutral: u64| match all {
        [rows] => Ok([*rows, neutral]),
        [rows, columns] => Ok([*rows, *columns]),
        _ => Err(format!("its window has {} dimensions", all.len())),
    };
    let dilation = match window.dilation[..] {
        [one] => one,
        [rows, columns] if rows == columns => rows,
        // A dimension with one tap has no distance between taps.
        [rows, _] if window.kernel[1] == 1 => rows,
        [_, columns] if window.kernel[0] == 1 => columns,
        _ => return Err(format!("its dilations {:?} differ", window.dilation)),
    };
    let (before, after) = (two(&window.before, 0)?, two(&window.after, 0)?);
    Ok(Spread {
        kernel: two(&window.kernel, 1)?,
        stride: two(&window.stride, 1)?,
        padding: [before[0], before[1], after[0], after[1]],
        dilation,
    })
}

impl<'a, 'm> Build<'a, 'm> {
    pub fn convolution(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let (x, w) = conv_operands(call)?;
        if !w.constant {
            return Err("its weights depend on the input".into());
        }
        let groups = conv_groups(call);
        let window = spread(&conv_window(call)?)?;
        let input = self.image(x)?;
        let from = self.wanted(self.at(step, 0)?, input)?;
        let filters = w.shape[0];
        let depthwise = groups > 1 && groups == input[0] && filters == input[0];
        let kind = if depthwise {
            Kind::Depthwise { window }
        } else {
            Kind::Conv {
                filters,
                groups,
                window,
            }
        };
        let bias = if call.node.op == "QLinearConv" { 8 } else { 2 };
        self.computed(step, kind, from, call.optional(bias).is_some())
    }

    pub fn transposed(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let (x, w) = conv_operands(call)?;
        if !w.constant {
            return Err("its weights depend on the input".into());
        }
        let groups = conv_groups(call);
        let mut window = spread(&transposed_window(call)?)?;
        if window.dilation != 1 {
            return Err("it is dilated".into());
        }
        let input = self.image(x)?;
        let output = self.image(self.made(step)?)?;
        // What the result has more or less than the window alone says.
        let mut extra = [0; 2];
        for axis in 0..2 {
            let full = (input[axis + 1] - 1)
                .saturating_mul(window.stride[axis])
                .saturating_add(window.kernel[axis]);
            let cut = window.padding[axis] + window.padding[axis + 2];
            let plain = full.saturating_sub(cut);
            if output[axis + 1] >= plain {
                extra[axis] = output[axis + 1] - plain;
            } else {
                window.padding[axis + 2] += plain - output[axis + 1];
            }
        }
        let from = self.wanted(self.at(step, 0)?, input)?;
        let kind = Kind::Transposed {
            filters: output[0],
            groups,
            window,
            extra,
        };
        self.computed(step, kind, from, call.optional(2).is_some())
    }

    fn computed(&mut self, step: &Step<'a>, kind: Kind, from: Source, bias: bool) -> Cause<()> {
        let shape = self.image(self.made(step)?)?;
        let made = self.push(kind, vec![from], shape);
        if let (true, Source::Layer(index)) = (bias, made) {
            self.layers[index].norm = Norm::Bias;
        }
        self.hold(step, made);
        Ok(())
    }

    pub fn pooling(&mut self, step: &'m Step<'a>, call: &Call<'_>) -> Cause<()> {
        let x = call.input(0)?;
        let input = self.image(x)?;
        let from = self.wanted(self.at(step, 0)?, input)?;
        let shape = self.image(self.made(step)?)?;
        let largest = call.node.op.ends_with("MaxPool");
        let kind = if largest { Pool::Max } else { Pool::Average };
        let kind = match call.node.op {
            op if op.contains("Global") && !largest => Kind::GlobalAverage,
            op if op.contains("Global") => whole(kind, [input[1], input[2]]),
            _ => Kind::Pool {
                kind,
                window: spread(&pool_window(call)?)?,
                ceil: call.int("ceil_mode").unwrap_or(0) != 0,
                memory: false,
            },
        };
        let made = self.push(kind, vec![from], shape);
        self.hold(step, made);
        if step.outputs.len() > 1 {
            self.hold_output(step, 1, made, None);
        }
        Ok(())
    }
}

/// A pool of one window over all rows and columns.
pub(super) fn whole(kind: Pool, kernel: [u64; 2]) -> Kind {
    Kind::Pool {
        kind,
        window: Spread {
            kernel,
            stride: kernel,
            padding: [0; 4],
            dilation: 1,
        },
        ceil: false,
        memory: false,
    }
}
