//! Zero-cost proxies: scores that rank networks without training them.
//!
//! A score is no accuracy and is never shown as one. Parameter and operation counts
//! are the baseline that a proxy has to beat: on NAS-Bench-201 they rank almost as
//! well as the best of the others (M. Abdelfattah et al., "Zero-Cost Proxies for
//! Lightweight NAS", ICLR 2021; A. Krishnakumar et al., "NAS-Bench-Suite-Zero",
//! NeurIPS 2022).
//!
//! Networks are scored at their first weights, which the seed draws.

mod counts;
mod jacov;
mod matrix;
mod nwot;
mod synflow;

pub use counts::{flops, params};

use crate::data::{Samples, Targets};
use crate::network::Network;
use crate::train::TrainError;
use crate::train::batches;
use crate::train::loss;
use crate::train::machine::{Machine, Mode};
use crate::train::real::Real;
use std::fmt;

/// A score that ranks networks; more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proxy {
    /// How many parameters there are.
    Params,
    /// How many operations one sample takes.
    Flops,
    /// How differently the samples switch the ReLUs on (J. Mellor et al., "Neural Architecture
    /// Search without Training", ICML 2021): the log-determinant of the kernel of their codes.
    Nwot,
    /// Synaptic flow (H. Tanaka et al., "Pruning neural networks without any data by iteratively
    /// conserving synaptic flow", NeurIPS 2020), as a logarithm.
    Synflow,
    /// How little the Jacobians of the samples correlate (the first version of J. Mellor et al.,
    /// arXiv 2006.04647v1).
    Jacov,
    /// The Euclidean norm of the loss's gradient (M. Abdelfattah et al., ICLR 2021).
    GradNorm,
}

/// Why a network has no score.
#[derive(Debug, Clone, PartialEq)]
pub enum ProxyError {
    /// The network cannot be computed on the samples.
    Unfit(TrainError),
    /// The score of this network on these samples is not a number.
    Undefined {
        /// Of which score.
        proxy: Proxy,
        /// Why.
        cause: &'static str,
    },
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(error) => error.fmt(f),
            Self::Undefined { proxy, cause } => {
                write!(f, "the network has no {} score: {cause}", proxy.name())
            }
        }
    }
}

impl std::error::Error for ProxyError {}

impl From<TrainError> for ProxyError {
    fn from(error: TrainError) -> Self {
        Self::Unfit(error)
    }
}

impl Proxy {
    /// All of them, the cheapest first.
    pub const ALL: [Self; 6] = [
        Self::Params,
        Self::Flops,
        Self::Synflow,
        Self::Nwot,
        Self::GradNorm,
        Self::Jacov,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Params => "params",
            Self::Flops => "flops",
            Self::Nwot => "nwot",
            Self::Synflow => "synflow",
            Self::Jacov => "jacov",
            Self::GradNorm => "grad_norm",
        }
    }

    /// The proxy of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proxy| proxy.name() == name)
    }

    fn undefined(self, cause: &'static str) -> ProxyError {
        ProxyError::Undefined { proxy: self, cause }
    }
}

/// The score of a network on a batch of samples, with the first weights that `seed` draws.
///
/// All of `batch` is one mini-batch; 64 samples are usual. Counts and `Synflow` look at
/// no sample, and only `GradNorm` at the targets.
pub fn score(
    kind: Proxy,
    network: &Network,
    batch: &Samples,
    seed: u64,
) -> Result<f64, ProxyError> {
    batches::fit(network, batch)?;
    let value = match kind {
        Proxy::Params => params(network) as f64,
        Proxy::Flops => flops(network) as f64,
        Proxy::Nwot => nwot::score(&loaded(network, batch, seed, false)?)?,
        Proxy::Synflow => synflow::score(network, seed)?,
        Proxy::Jacov => jacov::score(loaded(network, batch, seed, true)?, network)?,
        Proxy::GradNorm => grad_norm(loaded(network, batch, seed, false)?, batch),
    };
    match value.is_finite() {
        true => Ok(value),
        false => Err(kind.undefined("its activations or gradients are too large")),
    }
}

/// A machine that went forward over the samples.
fn loaded<T: Real>(
    network: &Network,
    batch: &Samples,
    seed: u64,
    input_gradients: bool,
) -> Result<Machine<T>, ProxyError> {
    let count = batch.len();
    let mut machine = Machine::new(network, count, input_gradients).map_err(TrainError::Network)?;
    machine.start(seed);
    let samples: Vec<u32> = (0..count as u32).collect();
    batches::load(batch, &samples, count, &[], &mut machine.input);
    machine.forward(Mode::Train);
    Ok(machine)
}

fn grad_norm(mut machine: Machine<f64>, batch: &Samples) -> f64 {
    let (answer, errors) = machine.output_and_errors();
    match &batch.targets {
        Targets::Classes { labels, .. } => loss::cross_entropy(answer, labels, errors),
        Targets::Masks { pixels } => loss::mask_loss(answer, pixels, errors),
    };
    machine.backward();
    let squares = machine.gradients.iter().map(|gradient| gradient * gradient);
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests;
