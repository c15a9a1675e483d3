//! A study as generators see it: what is known of networks, and what the specs measure.

use crate::fault::Fault;
use crate::study::{Sight, Spec, Study};
use nasaic_dsl::plan::Operator;
use nasaic_dsl::value::Quantity;
use nasaic_search::generate::Model;
use nasaic_search::{Design, Space};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Numbers that are known of the networks of each task.
const KNOWN: usize = 9;

/// Prices designs by the specs of a study, each once.
///
/// A value is ±ln of what a spec measures, turned so that less is better. Designs are priced
/// under the limits that the problem is written with, which matters only where the scheduler
/// saves energy until a deadline.
pub struct Appraisal {
    /// The study.
    pub study: Arc<Study>,
    /// What all that it tells depends on, as a hash.
    pub key: String,
    space: Space,
    /// 1 for an upper limit, −1 for a lower one.
    turns: Vec<f64>,
    limits: Vec<Quantity>,
    /// Only looked up, never walked.
    known: Mutex<HashMap<Design, Option<Vec<f64>>>>,
    priced: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Appraisal {
    /// For a study whose specs are all comparisons of hardware metrics with numbers.
    pub fn new(study: Arc<Study>, key: String) -> Result<Self, Fault> {
        if study.specs.is_empty() {
            return Err(refused("this problem has no specs")
                .hint("add what is wished: `require latency <= 12 ms`"));
        }
        let mut turns = Vec::new();
        let mut limits = Vec::new();
        for spec in &study.specs {
            let (turn, limit) = side(spec)?;
            turns.push(turn);
            limits.push(limit);
        }
        Ok(Self {
            space: study.space()?,
            study,
            key,
            turns,
            limits,
            known: Mutex::default(),
            priced: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
        })
    }

    /// The limits of the problem, as the generator takes them.
    pub fn wishes(&self) -> Vec<f64> {
        let pairs = self.turns.iter().zip(&self.limits);
        pairs.map(|(turn, q)| turn * libm::log(q.value)).collect()
    }

    /// A wish on a spec as the limit it stands for.
    pub fn limit(&self, spec: usize, wish: f64) -> Quantity {
        Quantity {
            value: libm::exp(self.turns[spec] * wish),
            ..self.limits[spec].clone()
        }
    }

    /// Designs that were priced so far.
    pub fn priced(&self) -> u64 {
        self.priced.load(Ordering::Relaxed)
    }

    /// Mean seconds that pricing a design takes where it is not known yet.
    pub fn seconds_each(&self) -> f64 {
        self.seconds() / self.priced().max(1) as f64
    }

    /// Seconds in which designs were priced, those of all threads together.
    pub fn seconds(&self) -> f64 {
        self.nanoseconds.load(Ordering::Relaxed) as f64 * 1e-9
    }

    fn price(&self, design: &Design) -> Option<Vec<f64>> {
        let priced = self.study.price(&design.0).ok()?;
        let sight = Sight {
            study: &self.study,
            choices: &design.0,
            priced: &priced,
            accuracies: &[],
        };
        let value = |(spec, turn): (&Spec, &f64)| {
            let measured = spec.judge(&sight).value?.value;
            // A metric of 0 is as good as it gets, and has no logarithm.
            Some(turn * libm::log(measured.max(f64::MIN_POSITIVE)))
        };
        self.study
            .specs
            .iter()
            .zip(&self.turns)
            .map(value)
            .collect()
    }
}

impl Model for Appraisal {
    fn space(&self) -> &Space {
        &self.space
    }

    /// For each task the means over its layers of the logarithms of the loop bounds and of the
    /// stride, and the logarithm of the number of layers: of one layer, the layer itself.
    fn context(&self, design: &Design) -> Vec<f64> {
        let nothing = vec![0.0; KNOWN * self.study.tasks.len()];
        let Ok(networks) = self.study.networks(&design.0) else {
            return nothing;
        };
        let mut known = Vec::with_capacity(nothing.len());
        for network in networks {
            let count = network.computing.len().max(1) as f64;
            let mut sums = [0.0; KNOWN];
            for (_, layer) in &network.computing {
                let sizes = layer.bounds.iter().chain([&layer.stride[0]]);
                for (sum, size) in sums.iter_mut().zip(sizes) {
                    *sum += libm::log(f64::from((*size).max(1))) / count;
                }
            }
            sums[KNOWN - 1] = libm::log(count);
            known.extend(sums);
        }
        known
    }

    fn values(&self, design: &Design) -> Option<Vec<f64>> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(design) {
            return known.clone();
        }
        let start = Instant::now();
        let values = self.price(design);
        let took = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(took, Ordering::Relaxed);
        self.priced.fetch_add(1, Ordering::Relaxed);
        lock().insert(design.clone(), values.clone());
        values
    }
}

/// Whether a spec is an upper limit, and the limit.
fn side(spec: &Spec) -> Result<(f64, Quantity), Fault> {
    let text = &spec.text;
    if spec.needs_accuracy {
        return Err(refused(format!("`{text}` needs an accuracy"))
            .hint("leave it out: generators answer specs of the hardware"));
    }
    let (turn, limit) = match spec.bound() {
        Some((Operator::Le | Operator::Lt, limit)) => (1.0, limit),
        Some((Operator::Ge | Operator::Gt, limit)) => (-1.0, limit),
        _ => {
            return Err(refused(format!("`{text}` does not compare with a number"))
                .hint("write the number at the right: `latency <= 12 ms`"));
        }
    };
    if limit.value > 0.0 {
        return Ok((turn, limit.clone()));
    }
    Err(refused(format!("the limit of `{text}` is not above 0"))
        .hint("limits enter by their logarithm: give a number above 0"))
}

/// A problem that generators cannot answer.
pub fn refused(why: impl Into<String>) -> Fault {
    Fault::new("E0611", "a generator cannot answer this problem").label(why)
}
