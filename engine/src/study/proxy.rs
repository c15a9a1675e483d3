//! Scores that rank networks without training any.

use super::memo::Network;
use super::training::lower;
use crate::datasets::Datasets;
use crate::fault::Fault;
use nasaic_accuracy::data::{Samples, Targets};
use nasaic_accuracy::proxy::{self, Proxy, ProxyError};
use nasaic_accuracy::{Kind, Measurement};
use nasaic_dsl::plan::{Block, content_hash};
use nasaic_dsl::source::Span;
use std::sync::{Arc, OnceLock};

/// Samples that a score looks at: the first of the training samples.
const BATCH: usize = 64;

/// Decides initial weights.
const SEED: u64 = 1;

/// A zero-cost proxy on a task's data.
#[derive(Debug)]
pub struct Score {
    kind: Proxy,
    data: Option<Block>,
    datasets: Arc<Datasets>,
    batch: OnceLock<(Samples, String)>,
    at: Span,
}

impl Score {
    /// The proxy of this name.
    pub fn read(
        name: &str,
        data: Option<&Block>,
        datasets: &Arc<Datasets>,
        at: Span,
    ) -> Result<Self, Fault> {
        let Some(kind) = Proxy::named(name) else {
            return Err(Fault::new("E0603", format!("there is no proxy `{name}`")).at(at));
        };
        if needs_samples(kind) && data.is_none() {
            let title = format!("`proxy({name})` looks at samples, and the task has no `data`");
            return Err(Fault::new("E0603", title)
                .at(at)
                .hint("name a data set: `data = digits`"));
        }
        Ok(Self {
            kind,
            data: data.cloned(),
            datasets: Arc::clone(datasets),
            batch: OnceLock::new(),
            at,
        })
    }

    /// A hash of all that a score depends on besides the network.
    pub fn key(&self) -> Result<String, Fault> {
        let samples = match needs_samples(self.kind) {
            true => self.batch()?.1.clone(),
            false => String::new(),
        };
        Ok(content_hash(&(self.kind.name(), samples)))
    }

    /// The score of a network; no uncertainty is known. Some networks have none on these
    /// samples: then why.
    pub fn measure(&self, network: &Network) -> Result<Result<Measurement, Fault>, Fault> {
        let refused = |why: String| {
            Fault::new("E0713", "this network has no score")
                .at(self.at)
                .note(why)
        };
        let value = match self.kind {
            Proxy::Params => network.params as f64,
            Proxy::Flops => network.macs as f64,
            kind => {
                let lowered = lower::network(&network.layers).map_err(refused)?;
                let batch = &self.batch()?.0;
                match proxy::score(kind, &lowered, batch, SEED) {
                    Ok(value) => value,
                    Err(why @ ProxyError::Undefined { .. }) => {
                        return Ok(Err(refused(why.to_string())));
                    }
                    Err(why) => return Err(refused(why.to_string())),
                }
            }
        };
        Ok(Ok(Measurement {
            value,
            uncertainty: None,
            kind: Kind::Proxy,
            training: None,
        }))
    }

    fn batch(&self) -> Result<&(Samples, String), Fault> {
        if let Some(batch) = self.batch.get() {
            return Ok(batch);
        }
        let Some(block) = &self.data else {
            return Err(Fault::new("E0603", "the task has no `data`").at(self.at));
        };
        let data = self.datasets.load(block).map_err(|f| f.at(self.at))?;
        let key = content_hash(&(&data.hash, &block.items));
        Ok(self.batch.get_or_init(|| (first(&data.train), key)))
    }
}

/// The first samples.
fn first(samples: &Samples) -> Samples {
    let count = samples.len().min(BATCH);
    let pixels = samples.shape.pixels();
    Samples {
        shape: samples.shape,
        values: samples.values[..count * samples.shape.elements()].to_vec(),
        targets: match &samples.targets {
            Targets::Classes {
                count: classes,
                labels,
            } => Targets::Classes {
                count: *classes,
                labels: labels[..count].to_vec(),
            },
            Targets::Masks { pixels: masks } => Targets::Masks {
                pixels: masks[..count * pixels].to_vec(),
            },
        },
    }
}

/// Whether a proxy looks at samples; counts know a network without any.
fn needs_samples(proxy: Proxy) -> bool {
    !matches!(proxy, Proxy::Params | Proxy::Flops)
}
