//! The trials of a network: one per seed, rung after rung, in parallel and each on one thread.

use super::tally::Tally;
use super::{ByEpochs, Ready, Training, lower};
use crate::fault::Fault;
use crate::keep::{self, Keeper};
use crate::sink;
use crate::study::Study;
use crate::study::memo::Network;
use nasaic_accuracy::Measurement;
use nasaic_accuracy::network::Network as Trained;
use nasaic_accuracy::train::{TrainError, Trial};
use nasaic_dsl::plan::content_hash;
use nasaic_store::{Epoch, Training as Reached, Trial as Filed};
use rayon::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known of the trials of a network.
#[derive(Debug, Default)]
pub struct Trials(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    measured: ByEpochs,
    /// What each seed reached, as far as all of them were trained.
    reached: Vec<Reached>,
    /// Whether that is the end of the recipe.
    ended: bool,
    /// Where each seed's trial stands, while it may go on.
    states: BTreeMap<u64, Vec<u8>>,
    /// Why it cannot be trained to the end, such as a loss that left the numbers.
    failed: Option<String>,
}

/// How far a network could be trained.
#[derive(Debug, Clone)]
pub enum Grade {
    /// As far as it was asked for.
    Measured(Measurement),
    /// It has no accuracy: the training itself failed.
    Failed(String),
}

/// Why trials gave nothing.
#[derive(Debug)]
pub enum Broken {
    /// They were asked to stop.
    Interrupted,
    /// Something is wrong with the program, its data or its store.
    Fault(Fault),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        match broken {
            // Whoever stopped it is not told that it stopped.
            Broken::Interrupted => Fault::new("E0713", "the training was interrupted"),
            Broken::Fault(fault) => fault,
        }
    }
}

impl Trials {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was measured after so many epochs, if that is known.
    pub fn after(&self, epochs: u32) -> Option<Grade> {
        let known = self.known();
        let failed = || known.failed.clone().map(Grade::Failed);
        known
            .measured
            .get(&epochs)
            .cloned()
            .map(Grade::Measured)
            .or_else(failed)
    }

    /// What was seen after each epoch, of each seed, as far as all of them were trained.
    pub fn curves(&self) -> Vec<Vec<Epoch>> {
        let known = self.known();
        known
            .reached
            .iter()
            .map(|trial| trial.curve.clone())
            .collect()
    }

    /// What each seed reached; nothing when some were stopped before the end of their recipe.
    pub fn to_the_end(&self) -> Vec<Reached> {
        let known = self.known();
        if known.ended {
            known.reached.clone()
        } else {
            Vec::new()
        }
    }

    /// Enters what all seeds reached after so many epochs.
    fn enter(&self, training: &Training, epochs: u32, reached: Vec<Reached>) {
        let measured = training.measurement(&reached, epochs);
        let mut known = self.known();
        known.measured.insert(epochs, measured);
        known.ended = epochs == training.recipe.epochs;
        known.reached = reached;
    }

    /// What was measured after the most epochs.
    pub fn furthest(&self) -> Option<Measurement> {
        self.known().measured.values().next_back().cloned()
    }
}

/// One trial that is to be done.
struct Job<'j> {
    training: &'j Training,
    ready: &'j Ready,
    network: &'j Network,
    trained: Trained,
    key: String,
    seed: u64,
    epochs: u32,
}

/// Trains networks, each for the epochs given with it, so far as that was not done.
pub fn train(study: &Study, wanted: &[(&Training, &Network, u32)]) -> Result<(), Broken> {
    let mut jobs = Vec::new();
    for (training, network, epochs) in wanted {
        if network.trials.after(*epochs).is_none() {
            jobs.extend(jobs_of(training, network, *epochs).map_err(Broken::Fault)?);
        }
    }
    // The largest first, so that no core waits long for the last one; the order cannot show.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.network.macs * u64::from(job.epochs)));
    let tally = Tally::new(&study.heard, jobs.iter().map(|job| job.epochs));
    let done: Vec<Result<Done, Broken>> =
        jobs.par_iter().map(|job| job.told(study, &tally)).collect();
    let mut reached: BTreeMap<*const Network, Vec<(u64, Reached)>> = BTreeMap::new();
    let mut broken = None;
    for (job, done) in jobs.iter().zip(done) {
        match done {
            Ok(Done::Reached(training, state)) => {
                let mut known = job.network.trials.known();
                match state {
                    Some(state) => known.states.insert(job.seed, state),
                    None => known.states.remove(&job.seed),
                };
                let of_network = reached.entry(std::ptr::from_ref(job.network)).or_default();
                of_network.push((job.seed, training));
            }
            Ok(Done::Failed(why)) => {
                // The smallest text stays, so that the order of the jobs cannot show.
                let failed = &mut job.network.trials.known().failed;
                if failed.as_ref().is_none_or(|known| why < *known) {
                    *failed = Some(why);
                }
            }
            Err(Broken::Interrupted) => broken = broken.or(Some(Broken::Interrupted)),
            Err(fault) => broken = Some(fault),
        }
    }
    if let Some(broken) = broken {
        return Err(broken);
    }
    for (training, network, epochs) in wanted {
        let Some(mut trials) = reached.remove(&std::ptr::from_ref(*network)) else {
            continue;
        };
        if trials.len() == training.seeds as usize {
            trials.sort_by_key(|trial| trial.0);
            let trials = trials.into_iter().map(|trial| trial.1).collect();
            network.trials.enter(training, *epochs, trials);
        }
    }
    Ok(())
}

/// Takes what the store knows of a network's furthest rung, where nothing is known yet.
pub fn recall(
    training: &Training,
    network: &Network,
    keeper: Option<&Keeper>,
) -> Result<(), Fault> {
    let Some(keeper) = keeper.filter(|k| k.reads() && network.trials.furthest().is_none()) else {
        return Ok(());
    };
    for epochs in training.recipe.rungs.iter().rev() {
        let kept = |job: &Job<'_>| keeper.store().training(&job.key, *epochs);
        let trials: Result<Option<Vec<Reached>>, _> = jobs_of(training, network, *epochs)?
            .iter()
            .map(kept)
            .collect();
        let trials = trials.map_err(|e| keep::fault(&e, training.at))?;
        if let Some(trials) = trials {
            network.trials.enter(training, *epochs, trials);
            break;
        }
    }
    Ok(())
}

fn jobs_of<'j>(
    training: &'j Training,
    network: &'j Network,
    epochs: u32,
) -> Result<Vec<Job<'j>>, Fault> {
    let ready = training.ready()?;
    let trained = lower::network(&network.layers).map_err(|why| {
        Fault::new("E0713", "this network cannot be trained")
            .at(training.at)
            .note(why)
    })?;
    let hash = blake3::hash(format!("{trained:?}").as_bytes())
        .to_hex()
        .to_string();
    let job = |seed: u64| Job {
        training,
        ready,
        network,
        trained: trained.clone(),
        key: content_hash(&(&ready.key, &hash, seed)),
        seed,
        epochs,
    };
    Ok((1..=u64::from(training.seeds)).map(job).collect())
}

/// What came of a trial.
enum Done {
    /// What it reached, and the state from which it goes on.
    Reached(Reached, Option<Vec<u8>>),
    /// Why it reached nothing.
    Failed(String),
}

impl Job<'_> {
    /// Does it, and tells that it is done.
    fn told(&self, study: &Study, tally: &Tally<'_>) -> Result<Done, Broken> {
        let told = Cell::new(0);
        let done = self.done(study, &|epochs| {
            tally.epochs(epochs.saturating_sub(told.replace(epochs)));
        })?;
        let validation = match &done {
            Done::Reached(reached, _) => Some(reached.validation),
            Done::Failed(_) => None,
        };
        let reached = sink::Reached {
            data: self.training.data().to_owned(),
            seed: self.seed,
            epochs: self.epochs,
            validation,
        };
        tally.ended(self.epochs.saturating_sub(told.get()), reached);
        Ok(done)
    }

    /// Takes the trial from the store, or trains and keeps it.
    fn done(&self, study: &Study, tell: &dyn Fn(u32)) -> Result<Done, Broken> {
        let keeper = study.keeper.as_deref();
        let unkept = |e| Broken::Fault(keep::fault(&e, self.training.at));
        let last = self.epochs == self.training.recipe.epochs;
        let mut state = self.network.trials.known().states.get(&self.seed).cloned();
        if let Some(keeper) = keeper.filter(|k| k.reads()) {
            let store = keeper.store();
            let kept = store.training(&self.key, self.epochs).map_err(unkept)?;
            let from = store.checkpoint(&self.key).map_err(unkept)?;
            if let Some(kept) = kept {
                return Ok(Done::Reached(kept, from.filter(|_| !last)));
            }
            state = state.or(from);
        }
        let (reached, state) = match self.train(state, &*study.stop, tell) {
            Ok(done) => done,
            Err(TrainError::Interrupted { .. }) => return Err(Broken::Interrupted),
            Err(error @ (TrainError::Diverged { .. } | TrainError::OverBudget { .. })) => {
                return Ok(Done::Failed(error.to_string()));
            }
            Err(error) => return Err(Broken::Fault(self.fault(&error))),
        };
        if let Some(keeper) = keeper {
            let filed = Filed {
                key: &self.key,
                recipe: &self.ready.key,
                epochs: self.epochs,
            };
            let kept = keeper.store().trained(filed, &reached, state.as_deref());
            kept.map_err(unkept)?;
        }
        Ok(Done::Reached(reached, state))
    }

    fn train(
        &self,
        state: Option<Vec<u8>>,
        stop: &dyn Fn() -> bool,
        tell: &dyn Fn(u32),
    ) -> Result<(Reached, Option<Vec<u8>>), TrainError> {
        let (data, recipe) = (&self.ready.data, &self.training.recipe);
        let backend = self.training.backend;
        let resumed = state.and_then(|state| {
            // A state that cannot be used costs time, and nothing else.
            let trial =
                Trial::resume_on(backend, &self.trained, &data.train, recipe, &state).ok()?;
            (trial.epochs() <= self.epochs).then_some(trial)
        });
        let mut trial = match resumed {
            Some(trial) => trial,
            None => Trial::on(backend, &self.trained, &data.train, recipe, self.seed)?,
        };
        while trial.epochs() < self.epochs {
            trial.train_to(trial.epochs() + 1, stop)?;
            tell(trial.epochs());
        }
        let standing = trial.train_to(self.epochs, stop)?;
        let last = self.epochs == recipe.epochs;
        let test = data.test.as_ref().filter(|_| last);
        let test = test.map(|test| trial.test(test)).transpose()?;
        let point = |p: &nasaic_accuracy::train::Point| Epoch {
            epoch: p.epoch,
            loss: p.train_loss,
            validation: p.validation,
        };
        let reached = Reached {
            validation: standing.validation,
            test,
            seconds: standing.cpu_seconds,
            curve: standing.curve.iter().map(point).collect(),
            features: features(self.network),
        };
        Ok((reached, (!last).then(|| trial.checkpoint())))
    }

    fn fault(&self, error: &TrainError) -> Fault {
        Fault::new("E0713", "this network cannot be trained")
            .at(self.training.at)
            .note(error.to_string())
    }
}

/// What a regression knows of a network: the logarithms of its parameters, MACs, depth and mean width.
pub fn features(network: &Network) -> Vec<f64> {
    let depth = network.computing.len().max(1) as f64;
    let widths = network.computing.iter();
    let width = widths
        .map(|(i, _)| network.layers[*i].output.channels as f64)
        .sum::<f64>()
        / depth;
    [network.params as f64, network.macs as f64, depth, width]
        .map(|x| libm::log(x.max(1.0)))
        .to_vec()
}
