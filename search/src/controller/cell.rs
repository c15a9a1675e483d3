//! The recurrent cells a controller can have, forwards and backwards.
//!
//! A cell turns an input and its last state into a new state, by way of a memory that it
//! carries along. Its weights are one array `[2·hidden + 1, width·hidden]`: a row per
//! input, per old state, and one for the bias.

use super::numbers::{add, add_all, rows, sigmoid};
use ndarray::Array2;

/// A kind of recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate;
    /// columns are the input, forget, candidate and output gates.
    Lstm,
    /// The cell that neural architecture search found (Zoph and Le, ICLR 2017, figure 8),
    /// which NASAIC's group uses; columns are its eight first-layer nodes.
    Nas,
}

/// What a step of a cell computes, as far as its gradient needs it.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// Values of the nodes, `hidden` numbers for each.
    pub(super) nodes: Vec<f64>,
    /// What is carried along.
    pub(super) cell: Vec<f64>,
    /// What is shown to the heads and to the next step.
    pub(super) state: Vec<f64>,
}

/// Slopes for the columns of the weights: those of the inputs and bias, and of the state.
pub(super) struct Slopes {
    pub(super) inputs: Vec<f64>,
    /// None where they are the same.
    pub(super) state: Option<Vec<f64>>,
}

impl Slopes {
    /// Those that a row of the weights meets: first inputs, then old states, then the bias.
    pub(super) fn of_row(&self, row: usize, hidden: usize) -> &[f64] {
        match (&self.state, row / hidden) {
            (Some(state), 1) => state,
            _ => &self.inputs,
        }
    }
}

impl Cell {
    /// The cell that an option names.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "nascell" => Self::Nas,
            _ => Self::Lstm,
        }
    }

    /// Columns per unit.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Nas => 8,
        }
    }

    /// A step: the input followed by the old state, and the old memory.
    pub(super) fn forward(self, weights: &Array2<f64>, input: &[f64], old: &[f64]) -> Memory {
        match self {
            Self::Lstm => lstm(weights, input, old),
            Self::Nas => nas(weights, input, old),
        }
    }

    /// Slopes for the weights' columns; the cell's slope moves on to the old memory.
    pub(super) fn backward(
        self,
        now: &Memory,
        old: &[f64],
        state_slope: &[f64],
        cell_slope: &mut [f64],
    ) -> Slopes {
        match self {
            Self::Lstm => Slopes {
                inputs: lstm_slopes(now, old, state_slope, cell_slope),
                state: None,
            },
            Self::Nas => nas_slopes(now, old, state_slope, cell_slope),
        }
    }
}

fn lstm(weights: &Array2<f64>, input: &[f64], old: &[f64]) -> Memory {
    let hidden = old.len();
    let mut gates: Vec<f64> = weights.row(2 * hidden).to_vec();
    add_all(&mut gates, input.iter().copied().zip(rows(weights)));
    for (index, gate) in gates.iter_mut().enumerate() {
        *gate = if index / hidden == 2 {
            libm::tanh(*gate)
        } else {
            sigmoid(*gate)
        };
    }
    let cell: Vec<f64> = (0..hidden)
        .map(|i| gates[hidden + i] * old[i] + gates[i] * gates[2 * hidden + i])
        .collect();
    // The shown memory is a fifth kind of node.
    gates.extend(cell.iter().map(|value| libm::tanh(*value)));
    let state = (0..hidden)
        .map(|i| gates[3 * hidden + i] * gates[4 * hidden + i])
        .collect();
    Memory {
        nodes: gates,
        cell,
        state,
    }
}

/// Slopes for the gates before their functions.
fn lstm_slopes(one: &Memory, old: &[f64], state_slope: &[f64], cell_slope: &mut [f64]) -> Vec<f64> {
    let hidden = state_slope.len();
    let mut slopes = vec![0.0; 4 * hidden];
    for i in 0..hidden {
        let gate = |number: usize| one.nodes[number * hidden + i];
        let (enter, keep, new, out, shown) = (gate(0), gate(1), gate(2), gate(3), gate(4));
        let cell = cell_slope[i] + state_slope[i] * out * (1.0 - shown * shown);
        slopes[i] = cell * new * enter * (1.0 - enter);
        slopes[hidden + i] = cell * old[i] * keep * (1.0 - keep);
        slopes[2 * hidden + i] = cell * enter * (1.0 - new * new);
        slopes[3 * hidden + i] = state_slope[i] * shown * out * (1.0 - out);
        cell_slope[i] = cell * keep;
    }
    slopes
}

/// Values of the NAS cell's nodes for one unit; see [`nas`] for the figure in formulas.
#[derive(Clone, Copy)]
struct Unit {
    first: [f64; 8],
    second: [f64; 4],
    injected: f64,
    third: f64,
}

impl Unit {
    /// The second layer and what follows, from the first.
    fn of(first: [f64; 8], old: f64) -> Self {
        let [a0, a1, a2, a3, a4, a5, a6, a7] = first;
        let second = [
            libm::tanh(a0 * a1),
            libm::tanh(a2 + a3),
            libm::tanh(a4 * a5),
            sigmoid(a6 + a7),
        ];
        Self {
            first,
            second,
            injected: libm::tanh(second[0] + old),
            third: libm::tanh(second[2] + second[3]),
        }
    }

    fn cell(&self) -> f64 {
        self.injected * self.second[1]
    }

    fn state(&self) -> f64 {
        libm::tanh(self.cell() * self.third)
    }
}

/// First layer: σ, relu, σ, relu of a product, tanh, σ, tanh, σ of inputs and state.
/// The nodes kept are these eight and the two factors of the product.
fn nas(weights: &Array2<f64>, input: &[f64], old: &[f64]) -> Memory {
    let hidden = old.len();
    let mut given: Vec<f64> = weights.row(2 * hidden).to_vec();
    let mut recalled = vec![0.0; 8 * hidden];
    for (index, (value, row)) in input.iter().zip(rows(weights)).enumerate() {
        let to = if index < hidden {
            &mut given
        } else {
            &mut recalled
        };
        add(to, *value, row);
    }
    let mut nodes = vec![0.0; 10 * hidden];
    for (index, (x, m)) in given.iter().zip(&recalled).enumerate() {
        nodes[index] = match index / hidden {
            1 => (x + m).max(0.0),
            3 => (x * m).max(0.0),
            4 | 6 => libm::tanh(x + m),
            _ => sigmoid(x + m),
        };
    }
    let product = 3 * hidden..4 * hidden;
    nodes[8 * hidden..9 * hidden].copy_from_slice(&given[product.clone()]);
    nodes[9 * hidden..].copy_from_slice(&recalled[product]);
    let units: Vec<Unit> = (0..hidden).map(|i| unit(&nodes, i, old[i])).collect();
    Memory {
        cell: units.iter().map(Unit::cell).collect(),
        state: units.iter().map(Unit::state).collect(),
        nodes,
    }
}

fn unit(nodes: &[f64], index: usize, old: f64) -> Unit {
    let hidden = nodes.len() / 10;
    Unit::of(
        std::array::from_fn(|node| nodes[node * hidden + index]),
        old,
    )
}

fn nas_slopes(now: &Memory, old: &[f64], state_slope: &[f64], cell_slope: &mut [f64]) -> Slopes {
    let hidden = old.len();
    let mut inputs = vec![0.0; 8 * hidden];
    let mut state = vec![0.0; 8 * hidden];
    for i in 0..hidden {
        let one = unit(&now.nodes, i, old[i]);
        let (slopes, carried) = unit_slopes(&one, state_slope[i], cell_slope[i]);
        cell_slope[i] = carried;
        for (node, slope) in slopes.into_iter().enumerate() {
            let (x, m) = match node {
                3 => (now.nodes[9 * hidden + i], now.nodes[8 * hidden + i]),
                _ => (1.0, 1.0),
            };
            inputs[node * hidden + i] = slope * x;
            state[node * hidden + i] = slope * m;
        }
    }
    Slopes {
        inputs,
        state: Some(state),
    }
}

/// Slopes before the functions of the first layer, and the slope for the old memory.
fn unit_slopes(one: &Unit, state: f64, cell: f64) -> ([f64; 8], f64) {
    let [a0, a1, a2, a3, a4, a5, a6, a7] = one.first;
    let [b0, b1, b2, b3] = one.second;
    let shown = one.state();
    let out = state * (1.0 - shown * shown);
    let cell = cell + out * one.third;
    let late = out * one.cell() * (1.0 - one.third * one.third);
    let early = cell * b1 * (1.0 - one.injected * one.injected);
    let s0 = early * (1.0 - b0 * b0);
    let s1 = cell * one.injected * (1.0 - b1 * b1);
    let s2 = late * (1.0 - b2 * b2);
    let s3 = late * b3 * (1.0 - b3);
    let relu = |value: f64, slope: f64| if value > 0.0 { slope } else { 0.0 };
    let slopes = [
        s0 * a1 * a0 * (1.0 - a0),
        relu(a1, s0 * a0),
        s1 * a2 * (1.0 - a2),
        relu(a3, s1),
        s2 * a5 * (1.0 - a4 * a4),
        s2 * a4 * a5 * (1.0 - a5),
        s3 * (1.0 - a6 * a6),
        s3 * a7 * (1.0 - a7),
    ];
    (slopes, early)
}
