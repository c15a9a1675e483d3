//! Who computes a training.

use super::compute::Compute;
use super::error::TrainError;
use super::machine::Machine;
use crate::network::Network;

/// Who computes a training; everything else of a trial is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Backend {
    /// This crate, on one thread, to the same bits on every machine.
    #[default]
    Native,
    /// libtorch, on a GPU where there is one, else on one thread. The same machine gives the same
    /// bits on its CPU; another machine or a GPU gives others.
    Tch,
}

impl Backend {
    /// Its word in a recipe and in what is cached.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Tch => "tch",
        }
    }

    /// Whether this build has it.
    pub fn available(self) -> bool {
        self == Self::Native || cfg!(feature = "tch")
    }

    /// Lays out a network for batches of `batch` samples.
    pub(crate) fn machine(
        self,
        network: &Network,
        batch: usize,
    ) -> Result<Box<dyn Compute>, TrainError> {
        match self {
            Self::Native => Ok(Box::new(Machine::new(network, batch, false)?)),
            #[cfg(feature = "tch")]
            Self::Tch => Ok(Box::new(crate::tch::Torch::new(network, batch)?)),
            #[cfg(not(feature = "tch"))]
            Self::Tch => Err(TrainError::Recipe(
                "this build has no libtorch; `scripts/prepare-libtorch` gets it, `--features tch` builds with it"
                    .into(),
            )),
        }
    }
}
