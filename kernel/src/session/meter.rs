//! A progress bar that changes in place.

use crate::wire::{Parent, Publisher};
use nasaic_engine::Progress;
use std::time::{Duration, Instant};

/// Actions shorter than this need no bar.
const PATIENCE: Duration = Duration::from_millis(300);
/// Time between two pictures of a bar.
const PAUSE: Duration = Duration::from_millis(100);

/// The bar of the action that runs.
#[derive(Debug, Default)]
pub struct Meter {
    action: Option<Action>,
}

#[derive(Debug)]
struct Action {
    what: String,
    start: Instant,
    /// The display that is changed, once there is one, and when it was.
    shown: Option<(String, Instant)>,
}

impl Meter {
    /// Shows how far an action is, if it is time to.
    pub fn step(&mut self, progress: &Progress, publisher: &Publisher, parent: &Parent) {
        let now = Instant::now();
        let new = |action: &Action| action.what != progress.what;
        if self.action.as_ref().is_none_or(new) {
            self.action = Some(Action {
                what: progress.what.clone(),
                start: now,
                shown: None,
            });
        }
        let Some(action) = &mut self.action else {
            return;
        };
        let seconds = now.duration_since(action.start).as_secs_f64();
        let bundle = || progress.bundle(seconds).0;
        match &mut action.shown {
            None if now.duration_since(action.start) >= PATIENCE && !progress.finished => {
                let id = uuid::Uuid::new_v4().to_string();
                publisher.display(parent, bundle(), Some(&id));
                action.shown = Some((id, now));
            }
            Some((id, last)) if progress.finished || now.duration_since(*last) >= PAUSE => {
                publisher.update(parent, bundle(), id);
                *last = now;
            }
            _ => {}
        }
        if progress.finished {
            self.action = None;
        }
    }
}
