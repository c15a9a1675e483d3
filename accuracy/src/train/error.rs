//! Why a training gives no result.

use crate::network::{NetworkError, Shape};
use std::fmt;

/// Why a training gives no result.
#[derive(Debug, Clone, PartialEq)]
pub enum TrainError {
    /// The network cannot be computed.
    Network(NetworkError),
    /// The network takes samples of another shape than the data have.
    Samples {
        /// What the network takes.
        network: Shape,
        /// What the data are.
        data: Shape,
    },
    /// The network's answer has another shape than the targets ask for.
    Answer {
        /// What the network answers.
        network: Shape,
        /// What is asked.
        asked: Shape,
    },
    /// The data contradict themselves or are too few.
    Data(String),
    /// The recipe contradicts itself.
    Recipe(String),
    /// The loss or a parameter is no longer a number.
    Diverged {
        /// Finished epochs.
        epoch: u32,
        /// The step within the next epoch.
        step: u64,
        /// The learning rate there.
        rate: f64,
    },
    /// Somebody asked to stop; the trial can go on from here.
    Interrupted {
        /// Finished epochs.
        epoch: u32,
    },
    /// The recipe's CPU seconds are used up.
    OverBudget {
        /// Finished epochs.
        epoch: u32,
        /// Seconds allowed.
        seconds: f64,
    },
    /// The checkpoint cannot be read.
    Checkpoint(String),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => write!(f, "the network cannot be trained: {error}"),
            Self::Samples { network, data } => write!(
                f,
                "the network takes samples of {network} (rows × columns × channels), the data have {data}; \
                 give the network's `input` the shape of the data"
            ),
            Self::Answer { network, asked } => write!(
                f,
                "the network answers {network} (rows × columns × channels), the targets ask for {asked}; \
                 end the network with as many outputs"
            ),
            Self::Data(cause) => write!(f, "the data cannot be trained on: {cause}"),
            Self::Recipe(cause) => write!(f, "the recipe cannot be followed: {cause}"),
            Self::Diverged { epoch, step, rate } => write!(
                f,
                "training diverged: the loss was not a number any more after {epoch} epochs and {step} steps at learning rate {rate}; \
                 a smaller learning rate or a longer warm-up helps"
            ),
            Self::Interrupted { epoch } => write!(
                f,
                "training was interrupted after {epoch} epochs; a checkpoint carries it on"
            ),
            Self::OverBudget { epoch, seconds } => write!(
                f,
                "training had used its {seconds} CPU seconds after {epoch} epochs; \
                 allow more, or take fewer epochs or a smaller network"
            ),
            Self::Checkpoint(cause) => write!(
                f,
                "the checkpoint cannot be used: {cause}; without it the trial starts from its first epoch"
            ),
        }
    }
}

impl std::error::Error for TrainError {}

impl From<NetworkError> for TrainError {
    fn from(error: NetworkError) -> Self {
        Self::Network(error)
    }
}
