//! Costs that were found before: per network, per array, per layer on an array.
//!
//! A search asks for the same layer on the same array thousands of times. The
//! maps are only looked up, never walked, so their order cannot matter.

use super::hardware::Sub;
use super::mapping::{Mapped, Mapper};
use super::training::Trials;
use nasaic_accuracy::Measurement;
use nasaic_cost::{Layer, Technology, area};
use nasaic_dsl::network;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// A network of one design.
#[derive(Debug)]
pub struct Network {
    /// Its layers, those without MACs included.
    pub layers: Vec<network::Layer>,
    /// The layers that take time (they compute, or move data), for the cost model, with their index in `layers`.
    pub computing: Vec<(usize, Layer)>,
    /// For each of them, which of them make its inputs; what is fused is passed through.
    pub inputs: Vec<Vec<usize>>,
    /// Bytes of the output of each of them.
    pub bytes: Vec<u64>,
    /// Multiply-accumulates of one run.
    pub macs: u64,
    /// Parameters.
    pub params: u64,
    /// Its accuracy, once asked for, where it needs no training.
    pub accuracy: OnceLock<Option<Measurement>>,
    /// Its trainings.
    pub trials: Trials,
}

/// Why a layer has no cost, or its cycles and energy (in the technology's unit).
pub type Price = Result<(u64, f64), String>;

/// An array of one or more designs.
#[derive(Debug)]
pub struct Array {
    /// What it is.
    pub sub: Sub,
    /// Its area in µm²; 0 without a technology.
    pub area: f64,
    prices: RwLock<HashMap<Layer, Price>>,
    /// Only what was searched for: a fit is done again sooner than it is kept.
    found: RwLock<HashMap<Layer, Found>>,
}

type Found = Result<Arc<Mapped>, String>;

/// A task or sub-accelerator with the choices it depends on.
type Key = (usize, Vec<u32>);

/// Everything found so far.
#[derive(Debug, Default)]
pub struct Memo {
    networks: Mutex<HashMap<Key, Arc<Network>>>,
    arrays: Mutex<HashMap<Key, Option<Arc<Array>>>>,
}

impl Memo {
    /// The network of task `task` with these choices.
    pub fn network<E>(
        &self,
        task: usize,
        choices: Vec<u32>,
        make: impl FnOnce() -> Result<Network, E>,
    ) -> Result<Arc<Network>, E> {
        let key = (task, choices);
        if let Some(known) = lock(&self.networks).get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(make()?);
        Ok(Arc::clone(lock(&self.networks).entry(key).or_insert(made)))
    }

    /// The array of sub-accelerator `sub` with these choices.
    pub fn array(
        &self,
        sub: usize,
        choices: Vec<u32>,
        make: impl FnOnce() -> Option<Array>,
    ) -> Option<Arc<Array>> {
        let key = (sub, choices);
        if let Some(known) = lock(&self.arrays).get(&key) {
            return known.clone();
        }
        let made = make().map(Arc::new);
        lock(&self.arrays).entry(key).or_insert(made).clone()
    }
}

impl Memo {
    /// Forgets all arrays and networks when there are more than `most`: they can be made again.
    pub fn forget_beyond(&self, most: usize) {
        let (mut networks, mut arrays) = (lock(&self.networks), lock(&self.arrays));
        if networks.len() > most {
            networks.clear();
        }
        if arrays.len() > most {
            arrays.clear();
        }
    }
}

impl Array {
    /// An array with its area.
    pub fn new(sub: Sub, technology: Option<&Technology>) -> Self {
        let area = technology.map_or(0.0, |t| area(&sub.dataflow, &sub.array, t).total());
        Self {
            sub,
            area,
            prices: RwLock::default(),
            found: RwLock::default(),
        }
    }

    /// What a layer costs on it.
    pub fn price(&self, layer: &Layer, technology: Option<&Technology>) -> Price {
        look_up(&self.prices, layer, || {
            let mapped = self.map(layer, technology)?;
            let energy = mapped.cost.energy.map_or(0.0, |e| e.total());
            Ok((mapped.cost.cycles, energy))
        })
    }

    /// The nest that a layer runs as on it.
    pub fn map(&self, layer: &Layer, technology: Option<&Technology>) -> Result<Mapped, String> {
        let map = || {
            if let Some(flaw) = self.sub.engine.as_ref().and_then(|e| e.flaw.clone()) {
                return Err(flaw);
            }
            let mapped = Mapped::new(layer, &self.sub, technology);
            mapped.map_err(|refusal| super::refusal_text(&refusal, &self.sub))
        };
        match self.sub.mapper {
            Mapper::Fit => map(),
            Mapper::Search(_) => {
                let found = look_up(&self.found, layer, || map().map(Arc::new));
                found.map(|mapped| Mapped::clone(&mapped))
            }
        }
    }
}

/// What is known of a layer, or what `make` says of it; while it is made, others may read.
fn look_up<T: Clone>(
    known: &RwLock<HashMap<Layer, T>>,
    layer: &Layer,
    make: impl FnOnce() -> T,
) -> T {
    let read = known.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = read.get(layer) {
        return value.clone();
    }
    drop(read);
    let made = make();
    let mut write = known.write().unwrap_or_else(PoisonError::into_inner);
    write.entry(*layer).or_insert(made).clone()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
