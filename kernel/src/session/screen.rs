//! What a running cell shows, on its way to the front end.

use super::meter::Meter;
use crate::wire::{Parent, Publisher};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::render;
use nasaic_dsl::source::Sources;
use nasaic_engine::{Output, Progress, Sink, Stopper, Target};
use nasaic_host::folder::Folder;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Receives the run of one cell.
pub struct Screen<'a> {
    /// Where it is shown; nowhere when the cell is silent.
    pub to: Option<(&'a Publisher, &'a Parent)>,
    /// The texts that messages point into.
    pub sources: &'a Sources,
    /// Whether to stop.
    pub stop: Arc<AtomicBool>,
    /// Where files go.
    pub folder: Folder,
    /// How many values are still to come.
    pub to_come: usize,
    /// The execution count under which the last value is the cell's result.
    pub result: Option<u64>,
    meter: Meter,
    /// What was shown.
    pub outputs: Vec<Output>,
    /// The result as plain text.
    pub text: Option<String>,
}

impl<'a> Screen<'a> {
    /// A screen for the values of a cell.
    pub fn new(
        to: Option<(&'a Publisher, &'a Parent)>,
        sources: &'a Sources,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            to,
            sources,
            stop,
            folder: Folder::at(std::path::Path::new(".")),
            to_come: 0,
            result: None,
            meter: Meter::default(),
            outputs: Vec::new(),
            text: None,
        }
    }
}

impl Sink for Screen<'_> {
    fn show(&mut self, output: &Output) {
        self.outputs.push(output.clone());
        self.to_come = self.to_come.saturating_sub(1);
        let Some((publisher, parent)) = self.to else {
            return;
        };
        let mut bundles = output.bundles();
        let count = self.result.filter(|_| self.to_come == 0);
        let result = count.and_then(|count| Some((count, bundles.pop()?)));
        for bundle in bundles {
            publisher.display(parent, bundle.0, None);
        }
        if let Some((count, bundle)) = result {
            let text = bundle.0.get("text/plain").and_then(Value::as_str);
            self.text = text.map(str::to_owned);
            publisher.result(parent, bundle.0, count);
        }
    }

    fn progress(&mut self, progress: &Progress) {
        if let Some((publisher, parent)) = self.to {
            self.meter.step(progress, publisher, parent);
        }
    }

    fn tell(&mut self, diagnostic: &Diagnostic) {
        // Errors end a cell and are shown at its end.
        if let Some((publisher, parent)) = self.to
            && !diagnostic.is_error()
        {
            publisher.display(parent, message(self.sources, diagnostic), None);
        }
    }

    fn file(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        self.folder.write(path, content)
    }

    fn create(&mut self, path: &str) -> Result<Box<dyn Target>, String> {
        Ok(Box::new(self.folder.create(path)?))
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn stopper(&self) -> Stopper {
        let stop = Arc::clone(&self.stop);
        Arc::new(move || stop.load(Ordering::Relaxed))
    }
}

/// A warning as text and as HTML.
pub fn message(sources: &Sources, diagnostic: &Diagnostic) -> Map<String, Value> {
    let one = std::slice::from_ref(diagnostic);
    let data = json!({
        "text/plain": render::plain(sources, one).trim_end(),
        "text/html": render::html(sources, one),
    });
    match data {
        Value::Object(data) => data,
        _ => Map::new(),
    }
}
