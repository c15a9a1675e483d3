//! NASAIC's controller: a recurrent network that makes one decision after another.
//!
//! One LSTM cell is shared by all decisions; each decision has an embedding of
//! its values, which is the input of the step after it, and a softmax head. The
//! softmax runs over the values that can still be completed within the limits,
//! so budgets are kept by construction, where the paper penalises exceeding them.
//!
//! Arrays only store the numbers. All sums run in a fixed order and all
//! functions come from `libm`, so a run is the same to the bit everywhere.

use crate::design::Design;
use crate::space::{Role, Space};
use crate::walk::Offer;
use ndarray::Array2;
use rand::{Rng, RngExt};

/// Initial weights are uniform within this distance of 0.
const SPREAD: f64 = 0.1;

/// The weights of a controller, or a gradient with respect to them.
///
/// First the LSTM, `[2·hidden + 1, 4·hidden]`: a row per input, per old state,
/// and one for the bias; columns are the input, forget, candidate and output
/// gates. Then per decision its embedding `[values, hidden]` and its head
/// `[values, hidden + 1]`, the last column being the bias.
#[derive(Clone, Debug)]
pub(crate) struct Weights(pub(crate) Vec<Array2<f64>>);

/// The policy network.
#[derive(Clone, Debug)]
pub(crate) struct Controller {
    hidden: usize,
    pub(crate) weights: Weights,
}

/// One step of the controller with all that its gradient needs.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    decision: usize,
    offered: Vec<u32>,
    place: usize,
    /// Whether the choice was the controller's own.
    pub(crate) own: bool,
    probabilities: Vec<f64>,
    input: Vec<f64>,
    gates: Vec<f64>,
    old_cell: Vec<f64>,
    cell: Vec<f64>,
    state: Vec<f64>,
}

/// A design and the moves that made it.
#[derive(Clone, Debug)]
pub(crate) struct Trajectory {
    pub(crate) design: Design,
    pub(crate) moves: Vec<Move>,
}

impl Weights {
    fn zeros(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|array| Array2::zeros(array.dim()))
                .collect(),
        )
    }

    /// The Euclidean norm over all weights.
    pub(crate) fn norm(&self) -> f64 {
        let mut sum = 0.0;
        for value in self.0.iter().flatten() {
            sum += value * value;
        }
        sum.sqrt()
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        for value in self.0.iter_mut().flatten() {
            *value *= factor;
        }
    }
}

impl Controller {
    /// A controller for a space with weights drawn near 0.
    pub(crate) fn new(space: &Space, hidden: usize, rng: &mut impl Rng) -> Self {
        let mut draw =
            |shape| Array2::from_shape_simple_fn(shape, || rng.random_range(-SPREAD..SPREAD));
        let mut weights = vec![draw((2 * hidden + 1, 4 * hidden))];
        for decision in space.decisions() {
            weights.push(draw((decision.values, hidden)));
            weights.push(draw((decision.values, hidden + 1)));
        }
        Self {
            hidden,
            weights: Weights(weights),
        }
    }

    /// A gradient of zeros.
    pub(crate) fn gradient(&self) -> Weights {
        self.weights.zeros()
    }

    /// Draws a design; with networks given, only its hardware.
    pub(crate) fn draw(
        &self,
        space: &Space,
        networks: Option<&Design>,
        rng: &mut impl Rng,
    ) -> Trajectory {
        self.follow(space, |decision, offer, probabilities| {
            let network = space.decisions()[decision].role == Role::Network;
            let given = networks
                .filter(|_| network)
                .and_then(|design| design.value(decision));
            match given.and_then(|value| offer.find(value)) {
                Some(place) => (place, false),
                None => (pick(probabilities, rng.random()), true),
            }
        })
    }

    /// Walks through a space, letting `choose` take a place in each offer and say whose choice it is.
    pub(crate) fn follow(
        &self,
        space: &Space,
        mut choose: impl FnMut(usize, &Offer, &[f64]) -> (usize, bool),
    ) -> Trajectory {
        let mut moves: Vec<Move> = Vec::new();
        let design = space.walk(|decision, offer| {
            let mut step = self.step(moves.last());
            let head = &self.weights.0[2 + 2 * decision];
            step.decision = decision;
            step.offered.clone_from(&offer.values);
            step.probabilities = softmax(head, &offer.values, &step.state);
            (step.place, step.own) = choose(decision, offer, &step.probabilities);
            let place = step.place;
            moves.push(step);
            place
        });
        Trajectory { design, moves }
    }

    /// The LSTM step after a move; its choice is still open.
    fn step(&self, last: Option<&Move>) -> Move {
        let hidden = self.hidden;
        let mut input = vec![0.0; 2 * hidden];
        let mut old_cell = vec![0.0; hidden];
        if let Some(last) = last {
            let embedding = &self.weights.0[1 + 2 * last.decision];
            let row = embedding.row(last.offered[last.place] as usize);
            input.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
            input[hidden..].copy_from_slice(&last.state);
            old_cell.copy_from_slice(&last.cell);
        }
        let lstm = &self.weights.0[0];
        let mut gates: Vec<f64> = lstm.row(2 * hidden).to_vec();
        for (value, row) in input.iter().zip(rows(lstm)) {
            add(&mut gates, *value, row);
        }
        for (index, gate) in gates.iter_mut().enumerate() {
            *gate = if index / hidden == 2 {
                libm::tanh(*gate)
            } else {
                sigmoid(*gate)
            };
        }
        let cell: Vec<f64> = (0..hidden)
            .map(|i| gates[hidden + i] * old_cell[i] + gates[i] * gates[2 * hidden + i])
            .collect();
        let state = (0..hidden)
            .map(|i| gates[3 * hidden + i] * libm::tanh(cell[i]))
            .collect();
        Move {
            decision: 0,
            offered: Vec::new(),
            place: 0,
            own: false,
            probabilities: Vec::new(),
            input,
            gates,
            old_cell,
            cell,
            state,
        }
    }

    /// Adds to a gradient that of `Σ_t factor_t · log π(a_t | a_1 … a_t−1)`.
    pub(crate) fn add_gradient(&self, moves: &[Move], factors: &[f64], into: &mut Weights) {
        let hidden = self.hidden;
        let mut state_slope = vec![0.0; hidden];
        let mut cell_slope = vec![0.0; hidden];
        for (at, (one, &factor)) in moves.iter().zip(factors).enumerate().rev() {
            self.head_gradient(one, factor, &mut state_slope, into);
            let gate_slope = gate_slopes(one, &state_slope, &mut cell_slope);
            let input_slope = self.cell_gradient(one, &gate_slope, into);
            if let Some(last) = at.checked_sub(1).map(|before| &moves[before]) {
                let value = last.offered[last.place] as usize;
                let mut row = into.0[1 + 2 * last.decision].row_mut(value);
                row.iter_mut()
                    .zip(&input_slope)
                    .for_each(|(to, slope)| *to += slope);
            }
            state_slope.copy_from_slice(&input_slope[hidden..]);
        }
    }

    /// The part of the gradient that a head has, and its slope for the state.
    fn head_gradient(&self, one: &Move, factor: f64, state_slope: &mut [f64], into: &mut Weights) {
        let index = 2 + 2 * one.decision;
        for (place, &value) in one.offered.iter().enumerate() {
            let taken = if place == one.place { 1.0 } else { 0.0 };
            let slope = factor * (taken - one.probabilities[place]);
            let from = value as usize * (self.hidden + 1);
            let weights = self.weights.0[index].as_slice().unwrap_or_default();
            add(state_slope, slope, &weights[from..from + self.hidden]);
            let row = &mut into.0[index].as_slice_mut().unwrap_or_default()[from..];
            add(&mut row[..self.hidden], slope, &one.state);
            row[self.hidden] += slope;
        }
    }

    /// The part of the gradient that the LSTM weights have, and the slope for their inputs.
    fn cell_gradient(&self, one: &Move, gate_slope: &[f64], into: &mut Weights) -> Vec<f64> {
        let width = gate_slope.len();
        let slopes = into.0[0].as_slice_mut().unwrap_or_default();
        let inputs = one.input.iter().copied().chain([1.0]);
        for (value, row) in inputs.zip(slopes.chunks_exact_mut(width)) {
            add(row, value, gate_slope);
        }
        let inputs = rows(&self.weights.0[0]).take(2 * self.hidden);
        inputs.map(|row| dot(row, gate_slope)).collect()
    }
}

/// The rows of an array, which is always stored row by row.
fn rows(array: &Array2<f64>) -> impl Iterator<Item = &[f64]> {
    array
        .as_slice()
        .unwrap_or_default()
        .chunks_exact(array.ncols())
}

/// Adds a multiple of a row to another.
fn add(to: &mut [f64], factor: f64, row: &[f64]) {
    for (to, value) in to.iter_mut().zip(row) {
        *to += factor * value;
    }
}

/// The scalar product, summed in four interleaved parts, which a processor does at once.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut parts = [0.0; 4];
    let (fours, rest) = one.as_chunks::<4>();
    let (others, others_rest) = other.as_chunks::<4>();
    for (a, b) in fours.iter().zip(others) {
        for lane in 0..4 {
            parts[lane] += a[lane] * b[lane];
        }
    }
    let mut sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
    rest.iter().zip(others_rest).for_each(|(a, b)| sum += a * b);
    sum
}

/// Slopes for the gates before their functions; the cell's slope moves on to the old cell.
fn gate_slopes(one: &Move, state_slope: &[f64], cell_slope: &mut [f64]) -> Vec<f64> {
    let hidden = state_slope.len();
    let mut slopes = vec![0.0; 4 * hidden];
    for i in 0..hidden {
        let gate = |number: usize| one.gates[number * hidden + i];
        let (enter, keep, new, out) = (gate(0), gate(1), gate(2), gate(3));
        let shown = libm::tanh(one.cell[i]);
        let cell = cell_slope[i] + state_slope[i] * out * (1.0 - shown * shown);
        slopes[i] = cell * new * enter * (1.0 - enter);
        slopes[hidden + i] = cell * one.old_cell[i] * keep * (1.0 - keep);
        slopes[2 * hidden + i] = cell * enter * (1.0 - new * new);
        slopes[3 * hidden + i] = state_slope[i] * shown * out * (1.0 - out);
        cell_slope[i] = cell * keep;
    }
    slopes
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The probabilities of the offered values.
fn softmax(head: &Array2<f64>, offered: &[u32], state: &[f64]) -> Vec<f64> {
    let weights = head.as_slice().unwrap_or_default();
    let logit = |&value: &u32| {
        let row = &weights[value as usize * head.ncols()..][..head.ncols()];
        dot(row, state) + row[state.len()]
    };
    let logits: Vec<f64> = offered.iter().map(logit).collect();
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = logits.iter().map(|logit| libm::exp(logit - top)).collect();
    let mut total = 0.0;
    weights.iter().for_each(|weight| total += weight);
    weights.iter_mut().for_each(|weight| *weight /= total);
    weights
}

/// The place at which the running sum of probabilities passes a number in 0..1.
fn pick(probabilities: &[f64], number: f64) -> usize {
    let mut sum = 0.0;
    let passed = probabilities.iter().position(|probability| {
        sum += probability;
        number < sum
    });
    passed.unwrap_or(probabilities.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{Condition, Decision, Limit};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// A conditional decision and a limit, so that masks and skips are covered.
    fn space() -> Space {
        let decision = |name: &str, values, role, active| Decision {
            name: name.to_string(),
            values,
            numbers: None,
            ordered: false,
            role,
            active,
        };
        let given = vec![Condition {
            decision: 0,
            allowed: vec![1, 2],
        }];
        let decisions = vec![
            decision("depth", 3, Role::Network, vec![]),
            decision("width", 4, Role::Network, given),
            decision("pes", 4, Role::Hardware, vec![]),
            decision("more", 4, Role::Hardware, vec![]),
        ];
        let amounts = vec![0, 1, 2, 3];
        let terms = vec![(2, amounts.clone()), (3, amounts)];
        let limit = Limit {
            name: "pes".to_string(),
            terms,
            constant: 0,
            at_most: 3,
        };
        Space::new(decisions, vec![limit], vec![]).unwrap()
    }

    /// The weighted log-probability of a design, computed from scratch.
    fn objective(controller: &Controller, space: &Space, design: &Design, factors: &[f64]) -> f64 {
        let place = |decision, offer: &Offer, _: &[f64]| {
            (offer.find(design.value(decision).unwrap()).unwrap(), true)
        };
        let moves = controller.follow(space, place).moves;
        let log = |one: &Move| libm::log(one.probabilities[one.place]);
        moves
            .iter()
            .zip(factors)
            .map(|(one, factor)| factor * log(one))
            .sum()
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let space = space();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut controller = Controller::new(&space, 5, &mut rng);
        for value in controller.weights.0.iter_mut().flatten() {
            *value *= 5.0;
        }
        let factors = [0.7, -1.3, 0.4, 2.0];
        for _ in 0..4 {
            let drawn = controller.draw(&space, None, &mut rng);
            let mut gradient = controller.gradient();
            controller.add_gradient(&drawn.moves, &factors, &mut gradient);
            for (array, slopes) in gradient.0.iter().enumerate() {
                for (place, slope) in slopes.indexed_iter() {
                    let mut shifted = |by: f64| {
                        let kept = controller.weights.0[array][place];
                        controller.weights.0[array][place] = kept + by;
                        let value = objective(&controller, &space, &drawn.design, &factors);
                        controller.weights.0[array][place] = kept;
                        value
                    };
                    let wanted = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
                    assert!(
                        (wanted - slope).abs() < 1e-8,
                        "{array} {place:?}: {wanted} {slope}"
                    );
                }
            }
        }
    }

    #[test]
    fn given_networks_are_kept_and_not_the_controllers_choice() {
        let space = space();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let controller = Controller::new(&space, 5, &mut rng);
        for _ in 0..50 {
            let first = controller.draw(&space, None, &mut rng);
            assert!(first.moves.iter().all(|one| one.own));
            let second = controller.draw(&space, Some(&first.design), &mut rng);
            assert_eq!(
                space.networks(&first.design),
                space.networks(&second.design)
            );
            assert!(space.contains(&second.design));
            for one in &second.moves {
                assert_eq!(one.own, one.decision >= 2);
            }
        }
    }
}
