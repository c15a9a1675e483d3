//! How long designs were priced, so that what remains is the optimizer's own time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wall-clock time in which at least one thread was at work.
#[derive(Debug, Default)]
pub struct Stopwatch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many threads are at work.
    active: usize,
    /// Since when any is.
    since: Option<Instant>,
    total: Duration,
}

impl Stopwatch {
    /// Does some work and counts its time, once where threads overlap.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        self.change(|state| {
            if state.active == 0 {
                state.since = Some(Instant::now());
            }
            state.active += 1;
        });
        let done = work();
        self.change(|state| {
            state.active = state.active.saturating_sub(1);
            if state.active == 0 {
                state.total += state.since.take().map_or(Duration::ZERO, |s| s.elapsed());
            }
        });
        done
    }

    /// The time of the work that is done.
    pub fn seconds(&self) -> f64 {
        let mut total = 0.0;
        self.change(|state| total = state.total.as_secs_f64());
        total
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
