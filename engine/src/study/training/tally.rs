//! How far the trainings of a batch are, told while they run.

use crate::sink::{Listener, Reached, Trainings};
use std::sync::{Mutex, PoisonError};

/// Counts what the threads of a batch have done.
pub struct Tally<'a> {
    heard: &'a Listener,
    so_far: Mutex<Trainings>,
}

impl<'a> Tally<'a> {
    /// Nothing is done yet of trainings with so many epochs each.
    pub fn new(heard: &'a Listener, epochs: impl Iterator<Item = u32>) -> Self {
        let mut so_far = Trainings {
            done: 0,
            total: 0,
            epochs: 0,
            of_epochs: 0,
            ended: None,
        };
        for epochs in epochs {
            so_far.total += 1;
            so_far.of_epochs += u64::from(epochs);
        }
        Self {
            heard,
            so_far: Mutex::new(so_far),
        }
    }

    /// Epochs of a training that goes on.
    pub fn epochs(&self, count: u32) {
        self.tell(count, None);
    }

    /// A training has ended, with so many epochs that were not told yet.
    pub fn ended(&self, count: u32, reached: Reached) {
        self.tell(count, Some(reached));
    }

    fn tell(&self, count: u32, ended: Option<Reached>) {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.epochs += u64::from(count);
        so_far.done += u64::from(ended.is_some());
        so_far.ended = ended;
        // Told under the lock, so that counts never go down.
        (self.heard)(&so_far);
    }
}
