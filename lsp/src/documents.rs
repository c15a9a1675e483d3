//! The open texts.

use crate::{Tools, uri};
use lsp_types::Uri;
use nasaic_dsl::check::{self, Program, Setting};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::source::Sources;
use nasaic_dsl::world::World;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a writer pauses before the text is checked.
const PAUSE: Duration = Duration::from_millis(150);

/// One open text.
pub struct Document {
    /// Where it is, as the editor says.
    pub uri: Uri,
    /// As it stands in the editor.
    pub text: String,
    version: i32,
    /// When it is to be checked; `None` when it has been.
    due: Option<Instant>,
    /// What it declared when it was last right.
    right: Program,
    /// What it declares, mistakes and all, with the files it imports.
    pub program: Program,
}

/// All open texts, by their URI.
#[derive(Default)]
pub struct Documents {
    all: BTreeMap<String, Document>,
}

/// What a check found.
pub struct Checked {
    /// The text's URI.
    pub uri: Uri,
    /// The editor's number of this state of the text.
    pub version: i32,
    /// The text.
    pub text: String,
    /// The texts that messages point into.
    pub sources: Sources,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Documents {
    /// Enters a text, to be checked at once.
    pub fn open(&mut self, uri: Uri, version: i32, text: String) {
        let key = uri.as_str().to_owned();
        let document = Document {
            uri,
            text,
            version,
            due: Some(Instant::now()),
            right: Program::default(),
            program: Program::default(),
        };
        self.all.insert(key, document);
    }

    /// Takes the new state of a text, to be checked when the writer pauses.
    pub fn change(&mut self, uri: &Uri, version: i32, text: String) {
        if let Some(document) = self.all.get_mut(uri.as_str()) {
            document.text = text;
            document.version = version;
            document.due = Some(Instant::now() + PAUSE);
        }
    }

    /// Forgets a text.
    pub fn close(&mut self, uri: &Uri) {
        self.all.remove(uri.as_str());
    }

    /// An open text.
    pub fn get(&self, uri: &Uri) -> Option<&Document> {
        self.all.get(uri.as_str())
    }

    /// How long until a text is to be checked; `None` when all have been.
    pub fn wait(&self) -> Option<Duration> {
        let first = self.all.values().filter_map(|d| d.due).min()?;
        Some(first.saturating_duration_since(Instant::now()))
    }

    /// Checks what is due.
    pub fn check(&mut self, tools: &Tools<'_>) -> Vec<Checked> {
        let now = Instant::now();
        let due = self
            .all
            .values_mut()
            .filter(|d| d.due.is_some_and(|due| due <= now));
        due.map(|d| d.check(tools)).collect()
    }
}

impl Document {
    /// The name of the file, or one that stands for a text without a file.
    fn name(&self) -> String {
        let path = uri::to_path(&self.uri).unwrap_or_else(|| PathBuf::from("untitled.nasaic"));
        path.to_string_lossy().replace('\\', "/")
    }

    fn check(&mut self, tools: &Tools<'_>) -> Checked {
        self.due = None;
        let name = self.name();
        let folder = Path::new(&name).parent().unwrap_or(Path::new("."));
        let world: Box<dyn World> = (tools.world)(folder);
        let setting = Setting {
            world: world.as_ref(),
            schemas: tools.schemas,
            backend: tools.backend,
        };
        let mut program = Program::default();
        let checked = check::check(&mut program, setting, &name, &self.text);
        let sources = program.sources.clone();
        self.program = if checked.has_errors() {
            check::survey(&self.right, setting, &name, &self.text)
        } else {
            self.right = program.clone();
            program
        };
        Checked {
            uri: self.uri.clone(),
            version: self.version,
            text: self.text.clone(),
            sources,
            diagnostics: checked.diagnostics,
        }
    }
}
