//! Windows: what a kernel, its stride and its padding make of rows and columns.

use super::shape::State;
use super::walk::Walk;
use super::{Operation, ShapeError};
use crate::instance::Node;
use crate::value::Value;

/// More different shapes than this at one place are refused.
pub(super) const MOST_STATES: usize = 4096;

/// What a window does to rows or columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub kernel: [u64; 2],
    pub stride: [u64; 2],
    pub dilation: u64,
}

/// The window of one element.
pub(super) const POINT: Window = Window {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: 1,
};

impl Window {
    /// Inputs between the first and the last tap, both included.
    fn reach(&self, axis: usize) -> u64 {
        (self.kernel[axis].max(1) - 1)
            .saturating_mul(self.dilation)
            .saturating_add(1)
    }

    fn step(&self, axis: usize) -> u64 {
        self.stride[axis].max(1)
    }
}

/// Zeros around an input.
enum Zeros {
    /// As many as keep ⌈size ÷ stride⌉.
    Same,
    /// So many before and after rows, and before and after columns.
    Given([[u64; 2]; 2]),
}

/// Rows or columns after a window, and the zeros before the first.
struct Axis {
    size: u64,
    before: u64,
}

type Flow = Result<Vec<State>, ShapeError>;

impl Walk<'_> {
    pub(super) fn pool(&mut self, node: &Node, state: &State) -> Flow {
        if self.name(node, "kind").as_deref() == Some("global_average") {
            let mut next = State {
                rows: 1,
                columns: 1,
                ..state.clone()
            };
            let window = Window {
                kernel: [state.rows, state.columns],
                ..POINT
            };
            self.made(
                node,
                "",
                Operation::Pool,
                (state, &mut next),
                window,
                [0, 0],
            );
            return Ok(vec![next]);
        }
        let mut out = Vec::new();
        for window in self.windows(node)? {
            self.count(node, out.len())?;
            let ((rows, columns), padding) = self.output(node, Operation::Pool, state, window)?;
            let mut next = State {
                rows,
                columns,
                ..state.clone()
            };
            self.made(
                node,
                "",
                Operation::Pool,
                (state, &mut next),
                window,
                padding,
            );
            out.push(next);
        }
        Ok(out)
    }

    /// Rows and columns after a window, and the zeros before the first.
    #[allow(
        clippy::type_complexity,
        reason = "two pairs read better than a struct used once"
    )]
    pub(super) fn output(
        &self,
        node: &Node,
        operation: Operation,
        state: &State,
        window: Window,
    ) -> Result<((u64, u64), [u64; 2]), ShapeError> {
        let zeros = self.zeros_around(node);
        let axis = |axis| match operation {
            Operation::Transposed => self.enlarged(node, state, window, &zeros, axis),
            _ => self.reduced(node, state, window, &zeros, axis),
        };
        let (rows, columns) = (axis(0)?, axis(1)?);
        Ok(((rows.size, columns.size), [rows.before, columns.before]))
    }

    /// One axis of a convolution or a pool.
    fn reduced(
        &self,
        node: &Node,
        state: &State,
        window: Window,
        zeros: &Zeros,
        axis: usize,
    ) -> Result<Axis, ShapeError> {
        let size = [state.rows, state.columns][axis];
        let (reach, stride) = (window.reach(axis), window.step(axis));
        // A one-dimensional input has one column, whatever the window.
        if size == 1 && state.columns == 1 && axis == 1 {
            return Ok(Axis {
                size: 1,
                before: (reach - 1) / 2,
            });
        }
        let [before, after] = match zeros {
            Zeros::Same => {
                let out = size.div_ceil(stride);
                let covered = (out.saturating_sub(1))
                    .saturating_mul(stride)
                    .saturating_add(reach);
                return Ok(Axis {
                    size: out,
                    before: covered.saturating_sub(size) / 2,
                });
            }
            Zeros::Given(sides) => sides[axis],
        };
        let padded = size.saturating_add(before).saturating_add(after);
        let Some(slack) = padded.checked_sub(reach) else {
            return Err(ShapeError {
                message: format!(
                    "a window of {reach} does not fit into {padded} (the input is {state})"
                ),
                hint: "use a smaller kernel, `padding = same`, or fewer strides before it".into(),
                at: node.at,
            });
        };
        let mut out = slack / stride + 1;
        // A last window that is not whole counts if it begins inside.
        let begins_inside = out.saturating_mul(stride) < size.saturating_add(before);
        if self.truth(node, "ceil") && !slack.is_multiple_of(stride) && begins_inside {
            out += 1;
        }
        Ok(Axis { size: out, before })
    }

    /// One axis of a transposed convolution.
    fn enlarged(
        &self,
        node: &Node,
        state: &State,
        window: Window,
        zeros: &Zeros,
        axis: usize,
    ) -> Result<Axis, ShapeError> {
        let size = [state.rows, state.columns][axis];
        let Zeros::Given(sides) = zeros else {
            return Ok(Axis {
                size: size.saturating_mul(window.step(axis)),
                before: 0,
            });
        };
        let extra = self.sizes_or(node, "extra", [0, 0])[axis];
        let whole = (size.saturating_sub(1))
            .saturating_mul(window.step(axis))
            .saturating_add(window.reach(axis))
            .saturating_add(extra);
        let [before, after] = sides[axis];
        match whole.checked_sub(before.saturating_add(after)) {
            Some(size @ 1..) => Ok(Axis { size, before }),
            _ => Err(ShapeError {
                message: format!(
                    "cutting {before} and {after} off {whole} leaves nothing (the input is {state})"
                ),
                hint: "use a smaller `padding` or a larger kernel".into(),
                at: node.at,
            }),
        }
    }

    fn zeros_around(&self, node: &Node) -> Zeros {
        let design = self.design.unwrap_or(&[]);
        let given = match node.field("padding") {
            None if node.kind == "transposed" => return Zeros::Same,
            None => return Zeros::Given([[0, 0]; 2]),
            Some(bound) => self.instance.value(bound, design),
        };
        let sides: Vec<u64> = match given {
            Some(Value::Name(name)) if name == "same" => return Zeros::Same,
            Some(Value::List(items)) => items.iter().filter_map(Value::as_u64).collect(),
            other => other.and_then(|v| v.as_u64()).into_iter().collect(),
        };
        Zeros::Given(match sides.as_slice() {
            [] => [[0, 0]; 2],
            [all] => [[*all; 2]; 2],
            [rows, columns] => [[*rows; 2], [*columns; 2]],
            [top, left, rest @ ..] => {
                let after = |n: usize| rest.get(n).copied().unwrap_or(0);
                [[*top, after(0)], [*left, after(1)]]
            }
        })
    }

    pub(super) fn windows(&self, node: &Node) -> Result<Vec<Window>, ShapeError> {
        let mut out = Vec::new();
        let dilation = self
            .whole(node.field("dilation"), 1)
            .first()
            .copied()
            .unwrap_or(1);
        let strides = node.field("stride").map(|bound| self.sizes(Some(bound)));
        for kernel in self.sizes(node.field("kernel")) {
            let kernel = pair(&kernel);
            let own = [kernel.to_vec()];
            let strides = strides.as_deref().unwrap_or(&own);
            if out.len() + strides.len() > MOST_STATES {
                return Err(too_many_shapes(node));
            }
            for stride in strides {
                out.push(Window {
                    kernel,
                    stride: pair(stride),
                    dilation,
                });
            }
        }
        Ok(out)
    }

    /// The one pair of sizes that a field has.
    pub(super) fn sizes_or(&self, node: &Node, field: &str, default: [u64; 2]) -> [u64; 2] {
        match node.field(field) {
            None => default,
            bound => pair(self.sizes(bound).first().map_or(&[], Vec::as_slice)),
        }
    }
}

pub(super) fn too_many_shapes(node: &Node) -> ShapeError {
    ShapeError {
        message: format!("so many open windows give more than {MOST_STATES} different shapes"),
        hint: "leave fewer kernels and strides open, or take larger steps".into(),
        at: node.at,
    }
}

/// One number stands for rows and columns.
pub(super) fn pair(sizes: &[u64]) -> [u64; 2] {
    match sizes {
        [rows, columns, ..] => [*rows, *columns],
        [one] => [*one, *one],
        [] => [1, 1],
    }
}
