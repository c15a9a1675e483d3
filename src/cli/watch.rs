//! What a run tells, on its way to the reader and into files.

use super::console::Console;
use super::output::Folder;
use super::progress::Meter;
use super::{Refusal, signals};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Sources;
use nasaic_engine::{Listener, Output, Part, Progress, Sink, Stopper, Target};
use nasaic_plot::Figure;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Longest name of a view in the name of a file.
const LONGEST_NAME: usize = 40;

/// Receives a run.
pub struct Watcher<'a> {
    console: &'a Console,
    folder: &'a Folder,
    /// The texts that the messages of the run point into.
    sources: &'a Sources,
    meter: Arc<Mutex<Meter>>,
    figures: usize,
    /// Whether a figure could not be written.
    pub failed: bool,
    /// What was shown so far.
    pub outputs: Vec<Output>,
}

impl<'a> Watcher<'a> {
    /// Nothing has been shown yet.
    pub fn new(console: &'a Console, folder: &'a Folder, sources: &'a Sources) -> Self {
        Self {
            console,
            folder,
            sources,
            meter: Arc::new(Mutex::new(Meter::new())),
            figures: 0,
            failed: false,
            outputs: Vec::new(),
        }
    }

    /// Takes away what would stand in the way of other text.
    pub fn finish(&mut self) {
        self.meter().clear();
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn figure(&mut self, source: &str, figure: &Figure) {
        self.figures += 1;
        let name = format!("{:02}-{}.svg", self.figures, view_of(source));
        match self.written(&name, source, figure) {
            Err(refusal) => {
                self.failed = true;
                self.meter().clear();
                self.console.tell(&refusal.sources, &refusal.diagnostics);
            }
            Ok((svg, file)) if self.console.is_stream() => self.console.object(
                "figure",
                json!({ "source": source, "name": name, "file": file, "figure": figure, "svg": svg }),
            ),
            Ok((_, Some(file))) => self.console.print(&format!("figure {file}: {}\n", figure.title)),
            Ok((_, None)) => self.console.print(&format!(
                "figure {name}: {} (written with `--out DIR`)\n",
                figure.title
            )),
        }
    }

    /// Draws a figure and writes it where files are wanted.
    fn written(
        &self,
        name: &str,
        source: &str,
        figure: &Figure,
    ) -> Result<(String, Option<String>), Refusal> {
        let svg = nasaic_plot::svg(figure).map_err(|e| {
            Diagnostic::new(
                "E0705",
                format!("the figure of `{source}` cannot be drawn: {e}"),
            )
        })?;
        if !self.folder.is_given() {
            return Ok((svg, None));
        }
        let path = self.folder.write(name, svg.as_bytes())?;
        Ok((svg, Some(path.display().to_string())))
    }
}

impl Sink for Watcher<'_> {
    fn show(&mut self, output: &Output) {
        self.outputs.push(output.clone());
        self.meter().clear();
        let mut other = Vec::new();
        let mut before = None;
        for part in &output.parts {
            if !self.console.is_stream() && before.is_some_and(|b| apart(b, part)) {
                self.console.print("\n");
            }
            before = Some(part);
            match part {
                Part::Figure(figure) => self.figure(&output.source, figure),
                part if self.console.is_stream() => other.push(part),
                Part::Text(text) | Part::Report { lines: text, .. } => self.console.print(text),
                Part::Table(table) => self.console.print(&table.to_string()),
            }
        }
        if self.console.is_stream() {
            let fields = json!({ "source": output.source, "value": output.json, "parts": other });
            self.console.object("result", fields);
        }
    }

    fn progress(&mut self, progress: &Progress) {
        self.meter().step(progress, self.console);
    }

    fn tell(&mut self, diagnostic: &Diagnostic) {
        self.meter().clear();
        self.console
            .tell(self.sources, std::slice::from_ref(diagnostic));
    }

    fn file(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        self.folder.named().write(path, content)
    }

    fn keep(&mut self, path: &str, content: &dyn Fn() -> Vec<u8>) -> Result<(), String> {
        match self.folder.is_given() {
            true => self.folder.named().write(path, &content()),
            false => Ok(()),
        }
    }

    fn create(&mut self, path: &str) -> Result<Box<dyn Target>, String> {
        Ok(Box::new(self.folder.named().create(path)?))
    }

    fn stop(&self) -> bool {
        signals::stop()
    }

    fn stopper(&self) -> Stopper {
        Arc::new(signals::stop)
    }

    fn listener(&self) -> Listener {
        let (meter, console) = (Arc::clone(&self.meter), *self.console);
        Arc::new(move |trainings| {
            let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
            meter.training(trainings, &console);
        })
    }
}

/// Whether a blank line parts two things that are shown together.
fn apart(before: &Part, part: &Part) -> bool {
    match (before, part) {
        (_, Part::Table(table)) => !table.title.is_empty(),
        (Part::Table(_), Part::Text(_) | Part::Report { .. }) => true,
        _ => false,
    }
}

/// The word that a shown expression begins with: `pareto` of `pareto(run, …)`.
fn view_of(source: &str) -> String {
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let name: String = source.chars().take_while(word).take(LONGEST_NAME).collect();
    if name.is_empty() {
        "figure".to_owned()
    } else {
        name
    }
}
