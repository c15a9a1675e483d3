//! How far a long action is: a bar at a terminal, now and then an object in a stream.

use super::console::Console;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use nasaic_engine::{Progress, Reached, Trainings};
use serde_json::json;
use std::fmt;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const KNOWN: &str = "{prefix} [{bar:24}] {pos}/{len}  {rate}, {eta} left  {wide_msg}";
const UNKNOWN: &str = "{prefix} {spinner} {pos}  {rate}  {wide_msg}";

const TRAINING: &str = "training [{bar:24}] {pos}/{len} epochs, {eta} left  {wide_msg}";

/// Between two objects of a stream.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows progress.
#[derive(Debug)]
pub struct Meter {
    terminal: bool,
    bars: MultiProgress,
    bar: Option<ProgressBar>,
    /// How far the trainings are that the designs wait for.
    training: Option<ProgressBar>,
    last: Option<Instant>,
}

impl Meter {
    /// Silent when nobody sees it.
    pub fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            bars: MultiProgress::new(),
            bar: None,
            training: None,
            last: None,
        }
    }

    /// Shows a step.
    pub fn step(&mut self, progress: &Progress, console: &Console) {
        if console.is_stream() {
            self.object(progress, console);
        } else if progress.finished {
            self.clear();
        } else if self.terminal {
            self.clear_training();
            let bar = self.bar.get_or_insert_with(|| self.bars.add(bar(progress)));
            bar.set_message(progress.best.clone());
            bar.set_position(progress.done);
        }
    }

    /// Shows how far trainings are, below the designs that wait for them.
    pub fn training(&mut self, trainings: &Trainings, console: &Console) {
        if console.is_stream() {
            // Each training is told; of epochs only how many there are by now.
            if trainings.ended.is_some() || !self.is_soon() {
                self.last = Some(Instant::now());
                console.object("training", json!(trainings));
            }
        } else if self.terminal {
            let bar = self.training.get_or_insert_with(|| {
                let style = ProgressStyle::with_template(TRAINING);
                let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
                let bar = ProgressBar::new(trainings.of_epochs).with_style(style);
                self.bars.add(bar)
            });
            bar.set_position(trainings.epochs);
            if let Some(reached) = &trainings.ended {
                bar.set_message(last(trainings, reached));
            }
            if trainings.done == trainings.total {
                self.clear_training();
            }
        }
    }

    fn clear_training(&mut self) {
        if let Some(bar) = self.training.take() {
            bar.finish_and_clear();
        }
    }

    /// Whether the last object of the stream was printed just now.
    fn is_soon(&self) -> bool {
        self.last.is_some_and(|last| last.elapsed() < PAUSE)
    }

    fn object(&mut self, progress: &Progress, console: &Console) {
        if !self.is_soon() || progress.finished {
            self.last = Some(Instant::now());
            console.object("progress", json!(progress));
        }
    }

    /// Takes the bar away, so that text can stand there.
    pub fn clear(&mut self) {
        self.clear_training();
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// How many trainings ended, and what the last one reached.
fn last(trainings: &Trainings, reached: &Reached) -> String {
    let Trainings { done, total, .. } = trainings;
    let Reached {
        data,
        seed,
        epochs,
        validation,
    } = reached;
    let score = validation.map_or_else(|| "failed".to_owned(), |x| format!("{x:.4}"));
    format!("{done} of {total} done, the last: {data}, seed {seed}, {epochs} epochs: {score}")
}

fn bar(progress: &Progress) -> ProgressBar {
    let (bar, template) = match progress.total {
        Some(total) => (ProgressBar::new(total), KNOWN),
        None => (ProgressBar::new_spinner(), UNKNOWN),
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.with_key("rate", rate));
    bar.set_prefix(progress.what.clone());
    bar
}

fn rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // What does not fit on the line is of no use to anyone.
    let _ = write!(out, "{:.0} designs/s", state.per_sec());
}
