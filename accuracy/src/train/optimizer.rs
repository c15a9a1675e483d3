//! Steps along the gradients, over one flat vector of parameters.

use super::lanes::wide;
use super::real::Real;
use super::recipe::Optimizer;

/// How fast Adam forgets gradients.
const FIRST: f64 = 0.9;
/// How fast Adam forgets their squares.
const SECOND: f64 = 0.999;
/// What keeps Adam's steps finite.
const FINITE: f64 = 1e-8;

/// What an optimiser remembers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Memory<T> {
    /// The momentum, or the mean of the gradients.
    pub first: Vec<T>,
    /// The mean of their squares; empty without Adam.
    pub second: Vec<T>,
}

/// One step's numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// From 0.
    pub index: u64,
    /// The learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
    /// How many parameters, from the first, decay.
    pub decaying: usize,
}

impl<T: Real> Memory<T> {
    /// Nothing remembered of `count` parameters.
    pub fn new(optimizer: Optimizer, count: usize) -> Self {
        let second = match optimizer {
            Optimizer::Sgd { .. } => 0,
            Optimizer::Adam => count,
        };
        Self {
            first: vec![T::ZERO; count],
            second: vec![T::ZERO; second],
        }
    }

    /// Changes the parameters along their gradients.
    pub fn step(
        &mut self,
        optimizer: Optimizer,
        step: Step,
        parameters: &mut [T],
        gradients: &[T],
    ) {
        let (decaying, others) = parameters.split_at_mut(step.decaying);
        let none = Step { decay: 0.0, ..step };
        let bounds = [(decaying, 0, step), (others, step.decaying, none)];
        for (parameters, start, step) in bounds {
            let range = start..start + parameters.len();
            let gradients = &gradients[range.clone()];
            let first = &mut self.first[range.clone()];
            match optimizer {
                Optimizer::Sgd { momentum } => sgd(momentum, step, parameters, gradients, first),
                Optimizer::Adam => {
                    adam(step, parameters, gradients, first, &mut self.second[range]);
                }
            }
        }
    }
}

fn sgd<T: Real>(
    momentum: f64,
    step: Step,
    parameters: &mut [T],
    gradients: &[T],
    velocity: &mut [T],
) {
    let (rate, decay, momentum) = (T::of(step.rate), T::of(step.decay), T::of(momentum));
    wide(
        #[inline(always)]
        || {
            let slots = parameters.iter_mut().zip(gradients).zip(velocity);
            for ((parameter, &gradient), velocity) in slots {
                let gradient = gradient + decay * *parameter;
                *velocity = momentum * *velocity + gradient;
                *parameter = *parameter - rate * (gradient + momentum * *velocity);
            }
        },
    );
}

fn adam<T: Real>(
    step: Step,
    parameters: &mut [T],
    gradients: &[T],
    first: &mut [T],
    second: &mut [T],
) {
    let power = (step.index + 1) as f64;
    let correction = [FIRST, SECOND].map(|kept| 1.0 - libm::pow(kept, power));
    let rate = T::of(step.rate / correction[0]);
    let scale = T::of(1.0 / correction[1]);
    let decay = T::of(step.rate * step.decay);
    let [keep1, keep2] = [FIRST, SECOND].map(T::of);
    let [new1, new2] = [FIRST, SECOND].map(|kept| T::of(1.0 - kept));
    let finite = T::of(FINITE);
    wide(
        #[inline(always)]
        || {
            let slots = parameters.iter_mut().zip(gradients).zip(first).zip(second);
            for (((parameter, &gradient), first), second) in slots {
                *first = keep1 * *first + new1 * gradient;
                *second = keep2 * *second + new2 * gradient * gradient;
                let size = (*second * scale).sqrt() + finite;
                *parameter = *parameter - decay * *parameter - rate * *first / size;
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_steps(optimizer: Optimizer, gradients: [f64; 2]) -> [f64; 2] {
        let mut memory = Memory::<f64>::new(optimizer, 2);
        let mut parameters = [1.0, 1.0];
        for (index, gradient) in gradients.into_iter().enumerate() {
            let step = Step {
                index: index as u64,
                rate: 0.1,
                decay: 0.5,
                decaying: 1,
            };
            memory.step(optimizer, step, &mut parameters, &[gradient; 2]);
        }
        parameters
    }

    #[test]
    fn nesterov_by_hand() {
        let [decayed, plain] = two_steps(Optimizer::Sgd { momentum: 0.5 }, [2.0, 4.0]);
        // Velocities 2, then 5; steps 0.1·(2 + 1) and 0.1·(4 + 2.5).
        assert!((plain - (1.0 - 0.3 - 0.65)).abs() < 1e-15);
        // Gradients 2.5, then 4 + 0.5·0.625; velocities 2.5, then 5.5625.
        assert!((decayed - (1.0 - 0.375 - 0.1 * (4.3125 + 2.78125))).abs() < 1e-15);
    }

    #[test]
    fn adam_by_hand() {
        let [decayed, plain] = two_steps(Optimizer::Adam, [2.0, 2.0]);
        // Equal gradients make steps of the learning rate, whatever their size.
        assert!((plain - 0.8).abs() < 1e-8);
        assert!((decayed - ((1.0 - 0.05 - 0.1) * 0.95 - 0.1)).abs() < 1e-8);
    }
}
