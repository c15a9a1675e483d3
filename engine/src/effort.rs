//! What the trainings of a search took, and what it saved not to train the rest.

use crate::item::Found;
use crate::study::Network;
use nasaic_dsl::units;
use std::sync::Arc;

/// The trainings of a search. Processor seconds differ from run to run; counts do not.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Effort {
    /// Distinct networks that were trained, of all tasks.
    pub trained: usize,
    /// Those of them that were not trained to the end, because they were not among the best.
    pub stopped: usize,
    /// Distinct networks that no hardware could carry and that were therefore never trained.
    pub never: usize,
    /// Processor seconds that the trainings took.
    pub seconds: f64,
    /// Processor seconds that all the rest would have taken, estimated by MACs and epochs.
    pub saved: f64,
}

impl Effort {
    /// The trainings of a search; none when nothing of it is trained.
    pub fn of(found: &Found) -> Option<Self> {
        found.study.trainings().next()?;
        let mut effort = Self::default();
        // MACs, each times the epochs: what was done, and what was not.
        let (mut done, mut left) = (0.0, 0.0);
        for (task, training) in found.study.trainings() {
            for network in networks(found, task) {
                let work = |epochs: u32| network.macs as f64 * f64::from(epochs);
                let all = work(training.recipe.epochs);
                match network.trials.furthest().and_then(|m| m.training) {
                    Some(took) => {
                        effort.trained += 1;
                        effort.stopped += usize::from(took.epochs < took.of_epochs);
                        effort.seconds += took.cpu_seconds;
                        done += work(took.epochs);
                        left += all - work(took.epochs);
                    }
                    None => {
                        effort.never += 1;
                        left += all;
                    }
                }
            }
        }
        if done > 0.0 {
            effort.saved = effort.seconds * left / done;
        }
        Some(effort)
    }

    /// In one line.
    pub fn text(&self) -> String {
        let number = |n: usize| units::number(n as f64);
        let seconds = |s: f64| units::number(libm::round(s));
        format!(
            "{} networks trained in {} CPU-s, {} of them stopped early; {} never trained, because no hardware carried them; about {} CPU-s saved",
            number(self.trained),
            seconds(self.seconds),
            number(self.stopped),
            number(self.never),
            seconds(self.saved)
        )
    }
}

/// The distinct networks of a task that a search met, in the order in which it met them.
fn networks(found: &Found, task: usize) -> Vec<Arc<Network>> {
    let mut all: Vec<Arc<Network>> = Vec::new();
    for one in &found.run.evaluated {
        let Ok(networks) = found.study.networks(&one.design.0) else {
            continue;
        };
        let network = &networks[task];
        if !all.iter().any(|known| Arc::ptr_eq(known, network)) {
            all.push(Arc::clone(network));
        }
    }
    all
}
