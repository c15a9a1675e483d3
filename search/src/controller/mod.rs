//! NASAIC's controller: a recurrent network that makes one decision after another.
//!
//! One recurrent cell is shared by all decisions; each decision has an embedding of
//! its values, which is the input of the step after it, and a softmax head. A critic, for
//! those who want one, is a linear head that says what a design begun like this will be
//! worth. The softmax runs over the values that can still be completed within the limits,
//! so budgets are kept by construction, where the paper penalises exceeding them.
//!
//! Arrays only store the numbers. All sums run in a fixed order and all
//! functions come from `libm`, so a run is the same to the bit everywhere.

mod cell;
mod numbers;
mod training;

pub(crate) use cell::Cell;
pub(crate) use training::{OPTIMIZERS, Trainer, Training};

use crate::design::Design;
use crate::space::{Role, Space};
use crate::walk::Offer;
use cell::{Memory, Slopes};
use ndarray::Array2;
use numbers::{Chances, add, add_all, dot, rows};
use rand::{Rng, RngExt};

/// Initial weights are uniform within this distance of 0.
const SPREAD: f64 = 0.1;

/// The weights of a controller, or a gradient with respect to them.
///
/// First the cell's. Then per decision its embedding `[values, hidden]` and its head
/// `[values, hidden + 1]`, the last column being the bias. Last the critic's head
/// `[1, hidden + 1]`, where there is one.
#[derive(Clone, Debug)]
pub(crate) struct Weights(pub(crate) Vec<Array2<f64>>);

/// The policy network.
#[derive(Clone, Debug)]
pub(crate) struct Controller {
    cell: Cell,
    hidden: usize,
    critic: bool,
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
    chances: Chances,
    /// What the critic expects before the choice; 0 without a critic.
    pub(crate) value: f64,
    input: Vec<f64>,
    old_cell: Vec<f64>,
    memory: Memory,
}

/// What a gradient is to raise at one move, with the weight of each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Slope {
    /// The logarithm of the probability of the choice.
    pub(crate) choice: f64,
    /// The entropy of the probabilities, in nats.
    pub(crate) entropy: f64,
    /// The critic's value.
    pub(crate) value: f64,
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
    pub(crate) fn new(
        space: &Space,
        cell: Cell,
        hidden: usize,
        critic: bool,
        rng: &mut impl Rng,
    ) -> Self {
        let mut draw =
            |shape| Array2::from_shape_simple_fn(shape, || rng.random_range(-SPREAD..SPREAD));
        let mut weights = vec![draw((2 * hidden + 1, cell.width() * hidden))];
        for decision in space.decisions() {
            weights.push(draw((decision.values, hidden)));
            weights.push(draw((decision.values, hidden + 1)));
        }
        if critic {
            weights.push(draw((1, hidden + 1)));
        }
        Self {
            cell,
            hidden,
            critic,
            weights: Weights(weights),
        }
    }

    /// The same controller with new weights.
    pub(crate) fn redrawn(&self, space: &Space, rng: &mut impl Rng) -> Self {
        Self::new(space, self.cell, self.hidden, self.critic, rng)
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

    /// Makes the choices of a design again, with the weights as they are now.
    pub(crate) fn replay(&self, space: &Space, design: &Design) -> Trajectory {
        self.follow(space, |decision, offer, _| {
            let place = design.value(decision).and_then(|value| offer.find(value));
            (place.unwrap_or(0), true)
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
            step.chances = Chances::of(head, &offer.values, &step.memory.state);
            step.value = self.value(&step.memory.state);
            (step.place, step.own) = choose(decision, offer, &step.chances.each);
            let place = step.place;
            moves.push(step);
            place
        });
        Trajectory { design, moves }
    }

    /// The step after a move; its choice is still open.
    fn step(&self, last: Option<&Move>) -> Move {
        let hidden = self.hidden;
        let mut input = vec![0.0; 2 * hidden];
        let mut old_cell = vec![0.0; hidden];
        if let Some(last) = last {
            let embedding = &self.weights.0[1 + 2 * last.decision];
            let row = embedding.row(last.offered[last.place] as usize);
            input.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
            input[hidden..].copy_from_slice(&last.memory.state);
            old_cell.copy_from_slice(&last.memory.cell);
        }
        let memory = self.cell.forward(&self.weights.0[0], &input, &old_cell);
        Move {
            decision: 0,
            offered: Vec::new(),
            place: 0,
            own: false,
            chances: Chances::default(),
            value: 0.0,
            input,
            old_cell,
            memory,
        }
    }

    fn value(&self, state: &[f64]) -> f64 {
        let head = self.weights.0.last().filter(|_| self.critic);
        let row = head.and_then(|head| head.as_slice()).unwrap_or_default();
        match row.split_last() {
            Some((bias, row)) => dot(row, state) + bias,
            None => 0.0,
        }
    }

    /// Adds to a gradient that of `Σ_t choice_t · log π(a_t | a_1 … a_t−1) + entropy_t · H_t
    /// + value_t · v_t`.
    pub(crate) fn add_gradient(&self, moves: &[Move], slopes: &[Slope], into: &mut Weights) {
        let hidden = self.hidden;
        let mut state_slope = vec![0.0; hidden];
        let mut cell_slope = vec![0.0; hidden];
        let mut columns: Vec<Slopes> = Vec::with_capacity(moves.len());
        for (at, (one, slope)) in moves.iter().zip(slopes).enumerate().rev() {
            self.head_gradient(one, slope, &mut state_slope, into);
            self.critic_gradient(one, slope.value, &mut state_slope, into);
            let memory = &one.memory;
            let column_slopes =
                self.cell
                    .backward(memory, &one.old_cell, &state_slope, &mut cell_slope);
            let input_slope = self.input_slope(&column_slopes);
            columns.push(column_slopes);
            if let Some(last) = at.checked_sub(1).map(|before| &moves[before]) {
                let value = last.offered[last.place] as usize;
                let mut row = into.0[1 + 2 * last.decision].row_mut(value);
                row.iter_mut()
                    .zip(&input_slope)
                    .for_each(|(to, slope)| *to += slope);
            }
            state_slope.copy_from_slice(&input_slope[hidden..]);
        }
        let last_first = moves.iter().rev().zip(&columns);
        self.cell_gradient(&last_first.collect::<Vec<_>>(), into);
    }

    /// The part of the gradient that a head has, and its slope for the state.
    fn head_gradient(
        &self,
        one: &Move,
        slope: &Slope,
        state_slope: &mut [f64],
        into: &mut Weights,
    ) {
        let index = 2 + 2 * one.decision;
        let entropy = one.entropy();
        for (place, &value) in one.offered.iter().enumerate() {
            let taken = if place == one.place { 1.0 } else { 0.0 };
            let (chance, log) = (one.chances.each[place], one.chances.logs[place]);
            let logit = slope.choice * (taken - chance) - slope.entropy * chance * (log + entropy);
            let from = value as usize * (self.hidden + 1);
            let weights = self.weights.0[index].as_slice().unwrap_or_default();
            add(state_slope, logit, &weights[from..from + self.hidden]);
            let row = &mut into.0[index].as_slice_mut().unwrap_or_default()[from..];
            add(&mut row[..self.hidden], logit, &one.memory.state);
            row[self.hidden] += logit;
        }
    }

    /// The part of the gradient that the critic has, and its slope for the state.
    fn critic_gradient(&self, one: &Move, slope: f64, state_slope: &mut [f64], into: &mut Weights) {
        let (Some(head), Some(to)) = (self.weights.0.last(), into.0.last_mut()) else {
            return;
        };
        if !self.critic || slope == 0.0 {
            return;
        }
        add(
            state_slope,
            slope,
            &head.as_slice().unwrap_or_default()[..self.hidden],
        );
        let row = to.as_slice_mut().unwrap_or_default();
        add(&mut row[..self.hidden], slope, &one.memory.state);
        row[self.hidden] += slope;
    }

    /// The slopes for the inputs of the cell, and for its old state.
    fn input_slope(&self, slopes: &Slopes) -> Vec<f64> {
        let inputs = rows(&self.weights.0[0]).take(2 * self.hidden).enumerate();
        inputs
            .map(|(index, row)| dot(row, slopes.of_row(index, self.hidden)))
            .collect()
    }

    /// The part of the gradient that the cell's weights have, row by row over all moves.
    fn cell_gradient(&self, moves: &[(&Move, &Slopes)], into: &mut Weights) {
        let hidden = self.hidden;
        let width = self.cell.width() * hidden;
        let gradient = into.0[0].as_slice_mut().unwrap_or_default();
        for (index, row) in gradient.chunks_exact_mut(width).enumerate() {
            let terms = moves.iter().map(|(one, slopes)| {
                let input = one.input.get(index).copied().unwrap_or(1.0);
                (input, slopes.of_row(index, hidden))
            });
            add_all(row, terms);
        }
    }
}

impl Move {
    /// The entropy of the probabilities, in nats.
    pub(crate) fn entropy(&self) -> f64 {
        self.chances.entropy()
    }

    /// The probability of the choice.
    pub(crate) fn chance(&self) -> f64 {
        self.chances.each.get(self.place).copied().unwrap_or(1.0)
    }
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

    /// What the slopes say is to be raised for a design, computed from scratch.
    fn objective(controller: &Controller, space: &Space, design: &Design, slopes: &[Slope]) -> f64 {
        let moves = controller.replay(space, design).moves;
        let term = |(one, slope): (&Move, &Slope)| {
            slope.choice * libm::log(one.chance())
                + slope.entropy * one.entropy()
                + slope.value * one.value
        };
        moves.iter().zip(slopes).map(term).sum()
    }

    fn the_gradient_is_that_of_finite_differences(cell: Cell) {
        let space = space();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut controller = Controller::new(&space, cell, 5, true, &mut rng);
        for value in controller.weights.0.iter_mut().flatten() {
            *value *= 5.0;
        }
        let slope = |(choice, entropy, value)| Slope {
            choice,
            entropy,
            value,
        };
        let slopes = [
            (0.7, 0.3, -0.2),
            (-1.3, 0.0, 0.5),
            (0.4, -0.6, 0.0),
            (2.0, 0.1, 1.0),
        ]
        .map(slope);
        for _ in 0..4 {
            let drawn = controller.draw(&space, None, &mut rng);
            let mut gradient = controller.gradient();
            controller.add_gradient(&drawn.moves, &slopes, &mut gradient);
            for (array, found) in gradient.0.iter().enumerate() {
                for (place, slope) in found.indexed_iter() {
                    let mut shifted = |by: f64| {
                        let kept = controller.weights.0[array][place];
                        controller.weights.0[array][place] = kept + by;
                        let value = objective(&controller, &space, &drawn.design, &slopes);
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
    fn the_gradient_with_an_lstm_is_that_of_finite_differences() {
        the_gradient_is_that_of_finite_differences(Cell::Lstm);
    }

    #[test]
    fn the_gradient_with_a_nascell_is_that_of_finite_differences() {
        the_gradient_is_that_of_finite_differences(Cell::Nas);
    }

    #[test]
    fn given_networks_are_kept_and_not_the_controllers_choice() {
        let space = space();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let controller = Controller::new(&space, Cell::Lstm, 5, false, &mut rng);
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
