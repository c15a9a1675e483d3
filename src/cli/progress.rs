//! How far a long action is: a bar at a terminal, now and then an object in a stream.

use super::console::Console;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use nasaic_engine::Progress;
use serde_json::json;
use std::fmt;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const KNOWN: &str = "{prefix} [{bar:24}] {pos}/{len}  {rate}, {eta} left  {wide_msg}";
const UNKNOWN: &str = "{prefix} {spinner} {pos}  {rate}  {wide_msg}";

/// Between two objects of a stream.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows progress.
#[derive(Debug)]
pub struct Meter {
    terminal: bool,
    bar: Option<ProgressBar>,
    last: Option<Instant>,
}

impl Meter {
    /// Silent when nobody sees it.
    pub fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            bar: None,
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
            let bar = self.bar.get_or_insert_with(|| bar(progress));
            bar.set_message(progress.best.clone());
            bar.set_position(progress.done);
        }
    }

    fn object(&mut self, progress: &Progress, console: &Console) {
        let soon = self.last.is_some_and(|last| last.elapsed() < PAUSE);
        if !soon || progress.finished {
            self.last = Some(Instant::now());
            console.object("progress", json!(progress));
        }
    }

    /// Takes the bar away, so that text can stand there.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
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
