//! How a network is trained.

use super::error::TrainError;

/// How a network is trained; with the seed and the data it decides every bit of the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// How many times all samples are seen.
    pub epochs: u32,
    /// Samples per step; the last ones of an epoch that fill no batch wait for another order.
    pub batch: usize,
    /// How gradients become steps.
    pub optimizer: Optimizer,
    /// The largest learning rate.
    pub learning_rate: f64,
    /// How fast weights decay: added to the gradient (`Sgd`) or to the step (`Adam`).
    /// Biases, scales and shifts do not decay.
    pub weight_decay: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Epochs after which training may stop, increasing; the last is `epochs`.
    pub rungs: Vec<u32>,
    /// What is held out.
    pub split: Split,
    /// Whether samples are shifted by up to an eighth of their size and flipped left to right.
    pub augment: bool,
    /// CPU-seconds after which training gives up.
    pub cpu_seconds: Option<f64>,
}

/// How gradients become steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// Stochastic gradient descent with Nesterov's momentum (I. Sutskever et al., ICML 2013).
    Sgd {
        /// How much of the last step is kept, below 1.
        momentum: f64,
    },
    /// Adam (D. Kingma and J. Ba, ICLR 2015) with decoupled decay (I. Loshchilov and F. Hutter, ICLR 2019).
    Adam,
}

/// How the learning rate changes over all steps of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// It stays.
    Constant,
    /// It rises evenly for some epochs, then falls to 0 as half a cosine (I. Loshchilov and F. Hutter, ICLR 2017).
    Cosine {
        /// Epochs of rising.
        warmup: u32,
    },
}

/// What is held out of the training data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// The share of each class, or of all samples where there are no classes, that validates.
    pub validation: f64,
}

impl Recipe {
    /// Whether the numbers make sense.
    pub fn check(&self) -> Result<(), TrainError> {
        let wrong = |cause: &str| Err(TrainError::Recipe(cause.into()));
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        if self.epochs == 0 || self.batch == 0 {
            return wrong("it needs at least one epoch and one sample per batch");
        }
        if !not_negative(self.learning_rate) || !not_negative(self.weight_decay) {
            return wrong("its learning rate and weight decay are numbers from 0");
        }
        if let Optimizer::Sgd { momentum } = self.optimizer
            && !(0.0..1.0).contains(&momentum)
        {
            return wrong("its momentum is from 0 to below 1");
        }
        if !(self.split.validation > 0.0 && self.split.validation < 1.0) {
            return wrong("its validation share is between 0 and 1");
        }
        if self.rungs.last() != Some(&self.epochs) || !self.rungs.is_sorted_by(|a, b| a < b) {
            return wrong("its rungs increase and end with its epochs");
        }
        match self.cpu_seconds {
            Some(seconds) if seconds <= 0.0 || seconds.is_nan() => {
                wrong("its CPU seconds are above 0")
            }
            _ => Ok(()),
        }
    }

    /// The learning rate of step `step` when an epoch has `steps`.
    pub(super) fn rate(&self, step: u64, steps: u64) -> f64 {
        match self.schedule {
            Schedule::Constant => self.learning_rate,
            Schedule::Cosine { warmup } => {
                let rising = u64::from(warmup) * steps;
                if step < rising {
                    return self.learning_rate * (step + 1) as f64 / rising as f64;
                }
                let all = (u64::from(self.epochs) * steps)
                    .saturating_sub(rising)
                    .max(1);
                let done = (step - rising) as f64 / all as f64;
                self.learning_rate * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * done))
            }
        }
    }

    /// BLAKE3 of everything in it that decides a result, as 64 hexadecimal digits; rungs and CPU seconds do not.
    pub fn hash(&self) -> String {
        blake3::hash(&self.bytes()).to_hex().to_string()
    }

    /// Everything that decides a result.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (kind, momentum) = match self.optimizer {
            Optimizer::Sgd { momentum } => (0u8, momentum),
            Optimizer::Adam => (1, 0.0),
        };
        let (schedule, warmup) = match self.schedule {
            Schedule::Constant => (0u8, 0),
            Schedule::Cosine { warmup } => (1, warmup),
        };
        bytes.extend([kind, schedule, u8::from(self.augment)]);
        bytes.extend(warmup.to_le_bytes());
        bytes.extend(self.epochs.to_le_bytes());
        bytes.extend((self.batch as u64).to_le_bytes());
        for value in [
            momentum,
            self.learning_rate,
            self.weight_decay,
            self.split.validation,
        ] {
            bytes.extend(value.to_bits().to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            epochs: 5,
            batch: 8,
            optimizer: Optimizer::Adam,
            learning_rate: 2.0,
            weight_decay: 0.0,
            schedule: Schedule::Cosine { warmup: 1 },
            rungs: vec![1, 5],
            split: Split { validation: 0.5 },
            augment: false,
            cpu_seconds: None,
        }
    }

    #[test]
    fn the_rate_rises_and_falls() {
        let recipe = recipe();
        let rates = [0, 1, 3, 4, 12, 19].map(|step| recipe.rate(step, 4));
        assert_eq!(rates[..4], [0.5, 1.0, 2.0, 2.0]);
        assert!((rates[4] - 1.0).abs() < 1e-12);
        assert!(rates[5] > 0.0 && rates[5] < 0.05);
    }

    #[test]
    fn the_hash_is_of_what_decides_the_result() {
        let rungs = Recipe {
            rungs: vec![5],
            cpu_seconds: Some(1.0),
            ..recipe()
        };
        assert_eq!(rungs.hash(), recipe().hash());
        let augmented = Recipe {
            augment: true,
            ..recipe()
        };
        assert_ne!(augmented.hash(), recipe().hash());
    }
}
