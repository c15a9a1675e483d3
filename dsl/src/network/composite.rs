//! Layers made of layers: `repeat`, `skip`, `encoder_decoder`.

use super::shape::{State, merge};
use super::walk::{Walk, unequal};
use super::windows::Window;
use super::{Operation, ShapeError};
use crate::instance::Node;

type Flow = Result<Vec<State>, ShapeError>;

/// What a skip without a place of its own in paths is called among its layers.
fn own_name(node: &Node) -> &str {
    let last = node.path.rsplit('.').next().unwrap_or_default();
    if last == node.label { "" } else { &node.label }
}

const CONV: fn(u64) -> Window = |k| Window {
    kernel: [k, k],
    stride: [1, 1],
    dilation: 1,
};
const HALVE: Window = Window {
    kernel: [2, 2],
    stride: [2, 2],
    dilation: 1,
};

impl Walk<'_> {
    pub(super) fn repeat(&mut self, node: &Node, states: Vec<State>) -> Flow {
        let times = self.whole(node.field("times"), 0);
        let mut out = Vec::new();
        let mut states = states;
        let turns: Vec<&Node> = node.children_of("repetition").collect();
        for n in 0..=turns.len() as u64 {
            if times.contains(&n) {
                out.extend(states.iter().cloned());
            }
            match turns.get(n as usize) {
                Some(turn) if self.present(&turn.active) && times.iter().any(|t| *t > n) => {
                    states = self.sequence(&turn.children, states)?;
                }
                _ => break,
            }
        }
        Ok(merge(out))
    }

    pub(super) fn skip(&mut self, node: &Node, states: Vec<State>) -> Flow {
        let join = self.name(node, "join").unwrap_or_default();
        self.each(states, |walk, input| {
            let ends = walk.sequence(&node.children, vec![input.clone()])?;
            let others = match node.child("shortcut") {
                Some(shortcut) => walk.sequence(&shortcut.children, vec![input.clone()])?,
                None => vec![input.clone()],
            };
            let mut out = Vec::new();
            for end in &ends {
                for other in &others {
                    out.push(walk.join(node, &input, end, other, &join)?);
                }
            }
            Ok(out)
        })
    }

    fn join(
        &mut self,
        node: &Node,
        input: &State,
        end: &State,
        other: &State,
        join: &str,
    ) -> Result<State, ShapeError> {
        let (concat, multiply) = (join == "concat", join == "multiply");
        let ways = [end, other].map(|way| {
            if concat || multiply {
                self.not_zero(node, own_name(node), way.clone())
            } else {
                way.clone()
            }
        });
        let [end, other] = &ways;
        let least_macs = end
            .least_macs
            .saturating_add(other.least_macs)
            .saturating_sub(input.least_macs);
        // Nothing inside and nothing beside: the identity, which costs nothing.
        if end == input && other == input && !concat && !multiply {
            return Ok(input.clone());
        }
        if multiply {
            return self.gated(node, own_name(node), &ways, least_macs);
        }
        let same_place = end.rows == other.rows && end.columns == other.columns;
        if concat {
            if !same_place {
                return Err(unequal(
                    node.at,
                    "`skip` cannot concatenate what has different rows and columns",
                    end,
                    other,
                    "keep `stride = 1` inside the skip",
                ));
            }
            let channels = end.channels.plus(&other.channels);
            let mut next = State {
                channels,
                least_macs,
                ..end.clone()
            };
            self.made(
                node,
                own_name(node),
                Operation::Concat,
                (
                    &State {
                        least_macs,
                        ..end.clone()
                    },
                    &mut next,
                ),
                CONV(1),
                [0, 0],
            );
            self.takes(other);
            return Ok(next);
        }
        if !end.same_shape(other) {
            let hint = if same_place {
                "give both ways the same channels, or put a `shortcut { conv { filters = …, kernel = 1 } }` into the skip"
            } else {
                "put a `shortcut { conv { filters = …, kernel = 1, stride = … } }` into the skip"
            };
            return Err(unequal(
                node.at,
                "`skip` cannot add two shapes",
                end,
                other,
                hint,
            ));
        }
        // Zeros add nothing.
        if end.zero || other.zero {
            let sum = if end.zero { other } else { end };
            return Ok(State {
                least_macs,
                ..sum.clone()
            });
        }
        let mut next = State {
            least_macs,
            ..end.clone()
        };
        self.made(
            node,
            own_name(node),
            Operation::Add,
            (
                &State {
                    least_macs,
                    ..end.clone()
                },
                &mut next,
            ),
            CONV(1),
            [0, 0],
        );
        self.takes(other);
        Ok(next)
    }

    pub(super) fn encoder_decoder(&mut self, node: &Node, states: Vec<State>) -> Flow {
        let depths = self.whole(node.field("depth"), 1);
        let kernels = self.whole_kernel(node);
        self.each(states, |walk, input| {
            let input = walk.not_zero(node, "zeros", input);
            let mut out = Vec::new();
            for depth in &depths {
                for kernel in &kernels {
                    out.push(walk.unet(node, &input, *depth, *kernel)?);
                }
            }
            Ok(out)
        })
    }

    fn whole_kernel(&self, node: &Node) -> Vec<u64> {
        use crate::value::Value;
        let first = |value: &Value| match value {
            Value::List(items) => items.first().and_then(Value::as_u64),
            other => other.as_u64(),
        };
        let all: Vec<u64> = self
            .values(node.field("kernel"))
            .iter()
            .filter_map(first)
            .collect();
        if all.is_empty() { vec![3] } else { all }
    }

    fn unet(
        &mut self,
        node: &Node,
        input: &State,
        depth: u64,
        kernel: u64,
    ) -> Result<State, ShapeError> {
        let base = self.channels(node.field("filters"));
        let mut state = input.clone();
        let mut left = Vec::new();
        for level in 0..depth {
            let filters = base.times(1 << level);
            for i in 1..=2 {
                state = self.step(
                    node,
                    &format!("down[{level}].conv{i}"),
                    &state,
                    filters.clone(),
                    kernel,
                );
            }
            if !state.rows.is_multiple_of(2) || !state.columns.is_multiple_of(2) {
                return Err(ShapeError {
                    message: format!(
                        "level {level} of {depth} has {}×{} rows and columns, which cannot be halved and joined again",
                        state.rows, state.columns
                    ),
                    hint: format!(
                        "use at most {level} levels, or an input whose rows and columns divide by {}",
                        1u64 << depth
                    ),
                    at: node.at,
                });
            }
            left.push(state.clone());
            let mut next = State {
                rows: state.rows / 2,
                columns: state.columns / 2,
                ..state.clone()
            };
            self.made(
                node,
                &format!("down[{level}].pool"),
                Operation::Pool,
                (&state, &mut next),
                HALVE,
                [0, 0],
            );
            state = next;
        }
        for i in 1..=2 {
            state = self.step(
                node,
                &format!("bottom.conv{i}"),
                &state,
                base.times(1 << depth),
                kernel,
            );
        }
        for level in (0..depth).rev() {
            let filters = base.times(1 << level);
            let mut up = State {
                channels: filters.clone(),
                rows: state.rows.saturating_mul(2),
                columns: state.columns.saturating_mul(2),
                from: None,
                least_macs: 0,
                zero: false,
            };
            self.made(
                node,
                &format!("up[{level}].up"),
                Operation::Transposed,
                (&state, &mut up),
                HALVE,
                [0, 0],
            );
            let mut joined = State {
                channels: up.channels.plus(&left[level as usize].channels),
                ..up.clone()
            };
            self.made(
                node,
                &format!("up[{level}].concat"),
                Operation::Concat,
                (&up, &mut joined),
                CONV(1),
                [0, 0],
            );
            self.takes(&left[level as usize]);
            state = joined;
            for i in 1..=2 {
                state = self.step(
                    node,
                    &format!("up[{level}].conv{i}"),
                    &state,
                    filters.clone(),
                    kernel,
                );
            }
        }
        Ok(state)
    }

    /// A convolution that keeps rows and columns.
    fn step(
        &mut self,
        node: &Node,
        name: &str,
        state: &State,
        channels: super::Channels,
        kernel: u64,
    ) -> State {
        let mut next = State {
            channels,
            ..state.clone()
        };
        self.made(
            node,
            name,
            Operation::Conv,
            (state, &mut next),
            CONV(kernel),
            [(kernel - 1) / 2; 2],
        );
        next
    }
}
