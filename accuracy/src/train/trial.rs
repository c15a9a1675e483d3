//! One network, one seed: trained epoch by epoch, and carried on from wherever it stopped.

use super::backend::Backend;
use super::batches::{self, Motion, Parts};
use super::checkpoint::{self, Reader, Writer};
use super::compute::Compute;
use super::error::TrainError;
use super::loss;
use super::optimizer::{Memory, Step};
use super::recipe::Recipe;
use crate::data::{Samples, Targets};
use crate::network::Network;
use cpu_time::ThreadTime;

/// One network with one seed; the seed decides the first weights, the order and the split.
///
/// It runs on the thread that calls it and gives the same bits however its epochs are cut and
/// wherever it is resumed; natively on every machine.
pub struct Trial<'d> {
    machine: Box<dyn Compute>,
    memory: Memory<f32>,
    data: &'d Samples,
    network: Network,
    recipe: Recipe,
    seed: u64,
    parts: Parts,
    identity: [u8; 32],
    progress: Progress,
    scratch: Scratch,
}

/// How far a trial is.
#[derive(Debug, Clone, Default)]
struct Progress {
    epochs: u32,
    /// Steps of the epoch that is not finished.
    steps: u64,
    /// The sum of their losses.
    loss: f64,
    curve: Vec<Point>,
    cpu_seconds: f64,
    images: u64,
}

/// Memory that every step uses again.
#[derive(Default)]
struct Scratch {
    order: Vec<u32>,
    motions: Vec<Motion>,
    targets: Vec<u8>,
}

/// Where a trial stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Finished epochs.
    pub epochs: u32,
    /// The metric of what was held out, in 0..1: top-1 for classes, the object's IoU over all pixels for masks;
    /// 0 before the first epoch.
    pub validation: f64,
    /// The mean training loss of the last epoch.
    pub loss: f64,
    /// One point per finished epoch.
    pub curve: Vec<Point>,
    /// CPU time of the threads that trained it, in seconds, those before a resume included.
    pub cpu_seconds: f64,
    /// How many samples went forward and backward.
    pub images: u64,
}

/// One epoch of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From 1.
    pub epoch: u32,
    /// The mean loss over the epoch's steps.
    pub train_loss: f64,
    /// The metric of what was held out, after the epoch.
    pub validation: f64,
}

impl<'d> Trial<'d> {
    /// Draws the first weights and holds out what validates.
    pub fn new(
        network: &Network,
        data: &'d Samples,
        recipe: &Recipe,
        seed: u64,
    ) -> Result<Self, TrainError> {
        Self::on(Backend::Native, network, data, recipe, seed)
    }

    /// The same, computed by this backend.
    pub fn on(
        backend: Backend,
        network: &Network,
        data: &'d Samples,
        recipe: &Recipe,
        seed: u64,
    ) -> Result<Self, TrainError> {
        recipe.check()?;
        batches::fit(network, data)?;
        let parts = Parts::new(data, recipe.split.validation, seed)?;
        let mut machine = backend.machine(network, batches::batch(recipe, &parts))?;
        machine.start(seed);
        Ok(Self {
            memory: Memory::new(recipe.optimizer, machine.state().0.len()),
            machine,
            data,
            network: network.clone(),
            recipe: recipe.clone(),
            seed,
            parts,
            identity: checkpoint::identity(backend, network, data, recipe),
            progress: Progress::default(),
            scratch: Scratch::default(),
        })
    }

    /// Carries on from a checkpoint of the same network, data and recipe.
    pub fn resume(
        network: &Network,
        data: &'d Samples,
        recipe: &Recipe,
        checkpoint: &[u8],
    ) -> Result<Self, TrainError> {
        Self::resume_on(Backend::Native, network, data, recipe, checkpoint)
    }

    /// The same, computed by this backend, which must be that of the checkpoint.
    pub fn resume_on(
        backend: Backend,
        network: &Network,
        data: &'d Samples,
        recipe: &Recipe,
        checkpoint: &[u8],
    ) -> Result<Self, TrainError> {
        let mut reader = Reader::open(checkpoint)?;
        let identity = reader.hash()?;
        let mut trial = Self::on(backend, network, data, recipe, reader.u64()?)?;
        if identity != trial.identity {
            return Err(TrainError::Checkpoint(
                "it is of another network, other data, another recipe or another backend".into(),
            ));
        }
        let progress = &mut trial.progress;
        progress.epochs = reader.u32()?;
        progress.steps = reader.u64()?;
        progress.loss = reader.f64()?;
        progress.cpu_seconds = reader.f64()?;
        progress.images = reader.u64()?;
        for epoch in 1..=progress.epochs {
            progress.curve.push(Point {
                epoch,
                train_loss: reader.f64()?,
                validation: reader.f64()?,
            });
        }
        let (parameters, running) = trial.machine.state_mut();
        reader.floats(parameters)?;
        reader.floats(running)?;
        reader.floats(&mut trial.memory.first)?;
        reader.floats(&mut trial.memory.second)?;
        reader.close()?;
        Ok(trial)
    }

    /// Everything needed to carry on: weights, what the optimiser remembers, running statistics,
    /// position in the random streams, curve; with a version and a hash.
    pub fn checkpoint(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let progress = &self.progress;
        writer.bytes(&self.identity);
        writer.u64(self.seed);
        writer.u32(progress.epochs);
        writer.u64(progress.steps);
        writer.f64(progress.loss);
        writer.f64(progress.cpu_seconds);
        writer.u64(progress.images);
        for point in &progress.curve {
            writer.f64(point.train_loss);
            writer.f64(point.validation);
        }
        let (parameters, running) = self.machine.state();
        writer.floats(parameters);
        writer.floats(running);
        writer.floats(&self.memory.first);
        writer.floats(&self.memory.second);
        writer.close()
    }

    /// Finished epochs.
    pub fn epochs(&self) -> u32 {
        self.progress.epochs
    }

    /// All parameters: weights layer by layer, then biases, scales and shifts.
    pub fn parameters(&self) -> &[f32] {
        self.machine.state().0
    }

    /// Trains until so many epochs are finished, at most those of the recipe.
    ///
    /// `stop` is asked before every step. A trial that was stopped, or that ran out
    /// of CPU seconds, keeps what it has and goes on when it is called again.
    pub fn train_to(
        &mut self,
        epochs: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Standing, TrainError> {
        let start = ThreadTime::now();
        let before = self.progress.cpu_seconds;
        let clock = |trial: &mut Self| {
            trial.progress.cpu_seconds = before + start.elapsed().as_secs_f64();
        };
        while self.progress.epochs < epochs.min(self.recipe.epochs) {
            let epoch = self.progress.epochs;
            batches::order(&self.parts.train, self.seed, epoch, &mut self.scratch.order);
            while self.progress.steps < self.steps() {
                clock(self);
                if stop() {
                    return Err(TrainError::Interrupted { epoch });
                }
                match self.recipe.cpu_seconds {
                    Some(seconds) if self.progress.cpu_seconds >= seconds => {
                        return Err(TrainError::OverBudget { epoch, seconds });
                    }
                    _ => self.step()?,
                }
            }
            if !self.parameters().iter().all(|p| p.is_finite()) {
                return Err(self.diverged());
            }
            self.finish_epoch();
            clock(self);
        }
        Ok(self.standing())
    }

    /// Steps of one epoch.
    fn steps(&self) -> u64 {
        (self.parts.train.len() / self.machine.batch()) as u64
    }

    /// One batch forward, backward and into the weights.
    fn step(&mut self) -> Result<(), TrainError> {
        let (steps, done) = (self.steps(), self.progress.steps);
        let index = u64::from(self.progress.epochs) * steps + done;
        let rate = self.recipe.rate(index, steps);
        let loss = self.gradients(index);
        if !loss.is_finite() {
            return Err(self.diverged());
        }
        let step = Step {
            index,
            rate,
            decay: self.recipe.weight_decay,
            decaying: self.machine.layout().weights,
        };
        let (parameters, gradients) = self.machine.step();
        self.memory
            .step(self.recipe.optimizer, step, parameters, gradients);
        self.progress.loss += loss;
        self.progress.steps += 1;
        self.progress.images += self.machine.batch() as u64;
        Ok(())
    }

    fn diverged(&self) -> TrainError {
        let (epoch, step, steps) = (self.progress.epochs, self.progress.steps, self.steps());
        let rate = self.recipe.rate(u64::from(epoch) * steps + step, steps);
        TrainError::Diverged { epoch, step, rate }
    }

    /// The loss of a step's batch; its gradients are left in the machine.
    fn gradients(&mut self, index: u64) -> f64 {
        let batch = self.machine.batch();
        let Scratch {
            order,
            motions,
            targets,
        } = &mut self.scratch;
        let first = self.progress.steps as usize * batch;
        let samples = &order[first..first + batch];
        if self.recipe.augment {
            let mut rng = Motion::stream(self.seed, index);
            motions.clear();
            motions.extend(
                samples
                    .iter()
                    .map(|_| Motion::draw(self.data.shape, &mut rng)),
            );
        }
        batches::load(self.data, samples, batch, motions, self.machine.input());
        batches::targets(self.data, samples, motions, targets);
        self.machine.forward(true);
        let (answer, errors) = self.machine.output_and_errors();
        let loss = match self.data.targets {
            Targets::Classes { .. } => loss::cross_entropy(answer, targets, errors),
            Targets::Masks { .. } => loss::mask_loss(answer, targets, errors),
        };
        if loss.is_finite() {
            self.machine.backward();
        }
        loss
    }

    /// Validates and enters the epoch into the curve.
    fn finish_epoch(&mut self) {
        let samples = std::mem::take(&mut self.parts.validation);
        let validation = self.metric(self.data, &samples);
        self.parts.validation = samples;
        let train_loss = self.progress.loss / self.steps() as f64;
        self.progress.epochs += 1;
        self.progress.curve.push(Point {
            epoch: self.progress.epochs,
            train_loss,
            validation,
        });
        self.progress.steps = 0;
        self.progress.loss = 0.0;
    }

    fn standing(&self) -> Standing {
        let progress = &self.progress;
        let last = progress.curve.last();
        Standing {
            epochs: progress.epochs,
            validation: last.map_or(0.0, |point| point.validation),
            loss: last.map_or(0.0, |point| point.train_loss),
            curve: progress.curve.clone(),
            cpu_seconds: progress.cpu_seconds,
            images: progress.images,
        }
    }

    /// The metric of samples that were never trained on.
    pub fn test(&mut self, test: &Samples) -> Result<f64, TrainError> {
        batches::fit(&self.network, test)?;
        let samples: Vec<u32> = (0..test.len() as u32).collect();
        Ok(self.metric(test, &samples))
    }

    /// Top-1 for classes, the object's IoU over all pixels for masks.
    fn metric(&mut self, data: &Samples, samples: &[u32]) -> f64 {
        let batch = self.machine.batch();
        let targets = &mut self.scratch.targets;
        let (mut good, mut all) = (0, 0);
        for samples in samples.chunks(batch) {
            batches::load(data, samples, batch, &[], self.machine.input());
            batches::targets(data, samples, &[], targets);
            self.machine.forward(false);
            let answer = self.machine.output();
            match data.targets {
                Targets::Classes { .. } => {
                    good += loss::hits(answer, batch, targets);
                    all += targets.len() as u64;
                }
                Targets::Masks { .. } => {
                    let [both, either] = loss::overlap(answer, targets);
                    good += both;
                    all += either;
                }
            }
        }
        good as f64 / all.max(1) as f64
    }
}
