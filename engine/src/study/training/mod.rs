//! Accuracies that are trained here: the recipe, the data, and the trials of each network.
//!
//! A network is trained once per seed. Each seed decides its initial weights, the order of
//! the samples, and which of them are held out; a search sees the mean over the seeds on
//! what was held out, and the test samples are looked at only where training has ended.

mod fit;
pub(super) mod lower;
mod tally;
mod trials;

pub use fit::Fit;
pub use trials::{Broken, Grade, Trials, features, recall, train};

use crate::datasets::Datasets;
use crate::fault::Fault;
use nasaic_accuracy::data::{Loaded, Targets};
use nasaic_accuracy::train::{Backend, Optimizer, Recipe, Schedule, Split};
use nasaic_accuracy::{Kind, Measurement, Training as Effort};
use nasaic_dsl::plan::{Block, content_hash};
use nasaic_dsl::source::Span;
use nasaic_dsl::value::{Value, short};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The sources of the trainer, as a hash (`build.rs`).
const TRAINER: &str = env!("NASAIC_TRAINER");

/// How the networks of a task are trained.
#[derive(Debug)]
pub struct Training {
    /// Who computes it.
    pub backend: Backend,
    /// What each trial does.
    pub recipe: Recipe,
    /// Trials of each network; their seeds are 1, 2, ….
    pub seeds: u32,
    /// Of how many networks at a rung one goes on.
    pub reduction: f64,
    /// The data set's block.
    data: Block,
    /// What the accuracy means: `top1`, `iou`.
    metric: String,
    datasets: Arc<Datasets>,
    loaded: OnceLock<Ready>,
    at: Span,
}

/// What is known once the data set is read.
#[derive(Debug)]
struct Ready {
    data: Arc<Loaded>,
    /// A hash of recipe and data: all that a trial depends on but its network and seed.
    key: String,
}

impl Training {
    /// Reads the fields of `trained { … }` for a task on a data set.
    pub fn read(
        fields: &[(String, Value)],
        (data, metric): (Option<&Block>, &str),
        datasets: &Arc<Datasets>,
        at: Span,
    ) -> Result<Self, Fault> {
        let Some(data) = data else {
            return Err(
                Fault::new("E0603", "there is nothing to train on: the task has no `data`")
                    .at(at)
                    .hint("name a data set: `task classify { data = digits, … }` with `use std.data.{digits}`"),
            );
        };
        let fields = Fields(fields);
        let backend = match fields.name("backend") {
            "tch" => Backend::Tch,
            _ => Backend::Native,
        };
        if !backend.available() {
            return Err(Fault::new("E0704", "`backend = tch` is not in this build")
                .at(at)
                .label("needs libtorch")
                .hint("leave `backend` out, or build with `--features tch` (see `nasaic explain E0704`)"));
        }
        let epochs = fields.count("epochs", 1);
        Ok(Self {
            backend,
            recipe: fields.recipe(epochs).map_err(|f| f.at(at))?,
            seeds: fields.count("seeds", 3),
            reduction: fields.number("reduction").unwrap_or(3.0),
            data: data.clone(),
            metric: metric.to_owned(),
            datasets: Arc::clone(datasets),
            loaded: OnceLock::new(),
            at,
        })
    }

    /// In how many rungs a network is trained.
    pub fn rungs(&self) -> usize {
        self.recipe.rungs.len()
    }

    /// The epochs of a rung; those of the last for any rung beyond it.
    pub fn epochs(&self, rung: usize) -> u32 {
        let rungs = &self.recipe.rungs;
        rungs.get(rung).copied().unwrap_or(self.recipe.epochs)
    }

    /// The hash of recipe and data; reads the data set when that was not done.
    pub fn key(&self) -> Result<&str, Fault> {
        Ok(&self.ready()?.key)
    }

    /// What a reader of the accuracies must know of the data; empty when there is nothing.
    pub fn note(&self) -> String {
        self.loaded
            .get()
            .map(|r| r.data.note.clone())
            .unwrap_or_default()
    }

    fn ready(&self) -> Result<&Ready, Fault> {
        if let Some(ready) = self.loaded.get() {
            return Ok(ready);
        }
        let data = self.datasets.load(&self.data).map_err(|f| f.at(self.at))?;
        // Where it may stop and how many seeds there are does not change what a trial reaches.
        let recipe = Recipe {
            rungs: Vec::new(),
            cpu_seconds: None,
            ..self.recipe.clone()
        };
        self.fits(&data)?;
        // Block and bytes: a limit takes part of the same bytes.
        let samples = (&data.hash, &self.data.items);
        let how = (TRAINER, self.backend.name(), format!("{recipe:?}"));
        let key = content_hash(&(how, samples));
        Ok(self.loaded.get_or_init(|| Ready { data, key }))
    }

    /// Refuses a metric that the data set has no answers for.
    fn fits(&self, data: &Loaded) -> Result<(), Fault> {
        let (has, metric) = match data.train.targets {
            Targets::Classes { .. } => ("a class for each sample", "top1"),
            Targets::Masks { .. } => ("masks", "iou"),
        };
        if self.metric == metric {
            return Ok(());
        }
        let title = format!("`{}` cannot be measured on this data set", self.metric);
        Err(Fault::new("E0713", title)
            .at(self.at)
            .note(format!("It has {has}."))
            .hint(format!("write `metric = {metric}` in the task")))
    }

    /// How it is shown beside its accuracies.
    pub fn name(&self) -> String {
        let Recipe { epochs, .. } = self.recipe;
        format!("{epochs} epochs on {}, {} seeds", self.data(), self.seeds)
    }

    /// The name of its data set.
    pub fn data(&self) -> &str {
        self.data.label.as_deref().map_or("", short)
    }

    /// Training failed for a network that was asked for by itself.
    pub fn failed(&self, why: String) -> Fault {
        Fault::new("E0713", "this network could not be trained")
            .at(self.at)
            .note(why)
    }

    /// What the trials of a network say together.
    fn measurement(&self, reached: &[nasaic_store::Training], epochs: u32) -> Measurement {
        let count = reached.len() as f64;
        let mean = |of: &dyn Fn(&nasaic_store::Training) -> f64| {
            reached.iter().map(of).sum::<f64>() / count
        };
        let value = mean(&|t| t.validation);
        let spread = reached
            .iter()
            .map(|t| (t.validation - value) * (t.validation - value));
        let spread = spread.sum::<f64>();
        let uncertainty = if reached.len() > 1 {
            Some(libm::sqrt(spread / (count - 1.0) / count))
        } else {
            self.of_one_trial(value)
        };
        let tested = reached.iter().all(|t| t.test.is_some());
        Measurement {
            value,
            uncertainty,
            kind: Kind::Trained,
            training: Some(Effort {
                seeds: self.seeds,
                epochs,
                of_epochs: self.recipe.epochs,
                test: tested.then(|| mean(&|t| t.test.unwrap_or(f64::NAN))),
                cpu_seconds: reached.iter().map(|t| t.seconds).sum(),
            }),
        }
    }

    /// The standard error of one share of right answers: that of a binomial.
    fn of_one_trial(&self, value: f64) -> Option<f64> {
        let data = &self.loaded.get()?.data.train;
        let held_out = data.len() as f64 * self.recipe.split.validation;
        match data.targets {
            Targets::Classes { .. } => Some(libm::sqrt(value * (1.0 - value) / held_out)),
            Targets::Masks { .. } => None,
        }
    }
}

/// The fields of a form by name.
struct Fields<'a>(&'a [(String, Value)]);

impl Fields<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|f| f.0 == name).map(|f| &f.1)
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    fn count(&self, name: &str, default: u32) -> u32 {
        let given = self.get(name).and_then(Value::as_u64);
        given.and_then(|n| u32::try_from(n).ok()).unwrap_or(default)
    }

    fn name(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Name(n)) => n,
            _ => "",
        }
    }

    fn recipe(&self, epochs: u32) -> Result<Recipe, Fault> {
        let (optimizer, rate) = match self.name("optimizer") {
            "adam" => (Optimizer::Adam, 0.002),
            _ => {
                let momentum = self.number("momentum").unwrap_or(0.9);
                (Optimizer::Sgd { momentum }, 0.05)
            }
        };
        Ok(Recipe {
            epochs,
            batch: self.count("batch", 64) as usize,
            optimizer,
            learning_rate: self.number("learning_rate").unwrap_or(rate),
            weight_decay: self.number("weight_decay").unwrap_or(5e-4),
            schedule: match self.name("schedule") {
                "constant" => Schedule::Constant,
                _ => Schedule::Cosine {
                    warmup: self.count("warmup", 0),
                },
            },
            rungs: self.rungs(epochs)?,
            split: Split {
                validation: self.number("validation").unwrap_or(0.2),
            },
            augment: matches!(self.get("augment"), Some(Value::Bool(true))),
            cpu_seconds: self.number("cpu_limit"),
        })
    }

    /// The epochs of the rungs, ascending; the last one is all of them.
    fn rungs(&self, epochs: u32) -> Result<Vec<u32>, Fault> {
        let given: Vec<u32> = match self.get("rungs") {
            Some(Value::List(items)) => (items.iter().filter_map(Value::as_u64))
                .filter_map(|n| u32::try_from(n).ok())
                .collect(),
            Some(one) => one
                .as_u64()
                .and_then(|n| u32::try_from(n).ok())
                .into_iter()
                .collect(),
            None => Vec::new(),
        };
        let ascending = given.windows(2).all(|pair| pair[0] < pair[1]);
        let within = given.iter().all(|rung| (1..=epochs).contains(rung));
        if !ascending || !within {
            return Err(
                Fault::new("E0303", "the rungs do not rise to the last epoch")
                    .note(format!("They are {given:?} of {epochs} epochs."))
                    .hint("write such as `epochs = 9, rungs = [1, 3]`"),
            );
        }
        let last = (given.last() != Some(&epochs)).then_some(epochs);
        Ok(given.into_iter().chain(last).collect())
    }
}

/// Trained measurements of a network by their epochs.
pub type ByEpochs = BTreeMap<u32, Measurement>;
