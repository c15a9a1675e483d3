//! Accuracies predicted from what was trained before with the same recipe and is in the run store.

use super::Training;
use crate::fault::Fault;
use crate::keep::{self, Keeper};
use crate::study::memo::Network;
use nasaic_accuracy::{Fitted, Measurement};
use nasaic_dsl::plan::content_hash;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A regression over the trainings of a recipe, made when an accuracy is first asked for.
#[derive(Debug)]
pub struct Fit {
    training: Training,
    at_least: usize,
    made: OnceLock<(Fitted, String)>,
}

impl Fit {
    /// A fit to networks trained as `training` says.
    pub fn new(training: Training, at_least: usize) -> Self {
        Self {
            training,
            at_least,
            made: OnceLock::new(),
        }
    }

    /// How it is shown beside its accuracies.
    pub fn name(&self) -> String {
        match self.made.get() {
            Some((fit, _)) => format!(
                "fitted to {} networks, {}; {:.4} off where one is left out",
                fit.count(),
                self.training.name(),
                fit.error()
            ),
            None => format!("fitted, {}", self.training.name()),
        }
    }

    /// A hash of all that its accuracies depend on besides the network.
    pub fn key(&self, keeper: Option<&Keeper>) -> Result<&str, Fault> {
        Ok(&self.made(keeper)?.1)
    }

    /// What a network is expected to reach.
    pub fn measure(
        &self,
        network: &Network,
        keeper: Option<&Keeper>,
    ) -> Result<Measurement, Fault> {
        Ok(self.made(keeper)?.0.measure(&super::features(network)))
    }

    fn made(&self, keeper: Option<&Keeper>) -> Result<&(Fitted, String), Fault> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        let at = self.training.at;
        let Some(keeper) = keeper else {
            return Err(Fault::new("E0713", "there are no trainings to fit to")
                .at(at)
                .note("They are taken from the run store, and this run has none.")
                .hint("run without `--no-store`, after a search with `trained { … }`"));
        };
        let epochs = self.training.recipe.epochs;
        let kept = keeper.store().trainings(self.training.key()?, epochs);
        let kept = kept.map_err(|e| keep::fault(&e, at))?;
        // The seeds of one network are one point; networks that look alike are one, too.
        let mut points: BTreeMap<Vec<u64>, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
        for trial in kept {
            let bits = trial.features.iter().map(|x| x.to_bits()).collect();
            let point = points.entry(bits).or_insert((trial.features, Vec::new()));
            point.1.push(trial.validation);
        }
        let mean = |all: Vec<f64>| all.iter().sum::<f64>() / all.len() as f64;
        let points = points.into_values().map(|(at, all)| (at, mean(all)));
        let (points, values): (Vec<Vec<f64>>, Vec<f64>) = points.unzip();
        let key = content_hash(&(self.training.key()?, &points, &values));
        let fit = Fitted::new(&points, &values, self.at_least).map_err(|why| {
            Fault::new("E0713", "no surrogate can be fitted")
                .at(at)
                .note(format!("{why}."))
                .hint(
                    "train more networks first: a search with `trained { … }` and the same recipe",
                )
        })?;
        Ok(self.made.get_or_init(|| (fit, key)))
    }
}
