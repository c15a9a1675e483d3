//! The files that a run writes.

use super::files::{reason, temporary, write};
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::Plan;
use nasaic_engine::{Report, Target};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// What the run as a whole gave; the same to the bit for the same plan.
const RESULT: &str = "result.json";
/// How long it took, which differs from run to run.
const TIMING: &str = "timing.json";

/// A folder for results.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Whether the run as a whole is written, too.
    whole: bool,
}

impl Folder {
    /// Makes the folder and tries it, so that no long run ends with nowhere to go.
    pub fn prepare(path: &Path) -> Result<Self, Refusal> {
        std::fs::create_dir_all(path)
            .and_then(|()| temporary(path))
            .map_err(|e| {
                let title = format!(
                    "results cannot be written to `{}`: {}",
                    path.display(),
                    reason(&e)
                );
                Diagnostic::new("E0705", title)
                    .note("Nothing was run.")
                    .hint("give `--out` a folder that you may write to")
            })?;
        Ok(Self {
            path: path.to_owned(),
            whole: true,
        })
    }

    /// The current folder, where exported files go when no folder was given.
    pub fn current() -> Self {
        Self {
            path: PathBuf::from("."),
            whole: false,
        }
    }

    /// Whether it was asked for.
    pub fn is_given(&self) -> bool {
        self.whole
    }

    /// Writes a file of the run.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Refusal> {
        let path = self.path.join(name);
        match write(&path, content) {
            Ok(()) => Ok(path),
            Err(e) => Err(not_written(&path, &e)),
        }
    }

    /// Writes a file that the script names; it must lie below this folder.
    pub fn export(&self, name: &str, content: &[u8]) -> Result<(), String> {
        let path = self.place(name)?;
        write(&path, content).map_err(|e| reason(&e))
    }

    /// Begins a file that the script names; it appears when it is finished.
    pub fn create(&self, name: &str) -> Result<Begun, String> {
        let path = self.place(name)?;
        let folder = path.parent().unwrap_or(&self.path);
        let file = temporary(folder).map_err(|e| reason(&e))?;
        Ok(Begun { file, path })
    }

    /// Where a file that the script names is to lie, in a folder that is there.
    fn place(&self, name: &str) -> Result<PathBuf, String> {
        let below = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
        if name.is_empty() || !Path::new(name).components().all(below) {
            return Err("this is not below the output folder".to_owned());
        }
        if self.whole && [RESULT, TIMING].contains(&name) {
            return Err("every run writes a file of this name".to_owned());
        }
        let path = self.path.join(name);
        let folder = path.parent().unwrap_or(&self.path);
        std::fs::create_dir_all(folder).map_err(|e| reason(&e))?;
        Ok(path)
    }

    /// Writes `result.json` and `timing.json`.
    pub fn finish(
        &self,
        plan: &Plan,
        report: &Report,
        exit: Exit,
        seconds: f64,
    ) -> Result<(), Refusal> {
        if !self.whole {
            return Ok(());
        }
        let actions: Vec<Value> = report
            .timing
            .iter()
            .map(|(action, s)| json!({ "action": action, "seconds": s }))
            .collect();
        self.json(TIMING, &json!({ "seconds": seconds, "actions": actions }))?;
        self.json(
            RESULT,
            &json!({
                "nasaic": env!("CARGO_PKG_VERSION"),
                "plan": plan.content_hash(),
                "ended": exit.word(),
                "results": report.results,
            }),
        )
    }

    fn json(&self, name: &str, value: &Value) -> Result<(), Refusal> {
        self.write(name, format!("{value:#}\n").as_bytes())
            .map(|_| ())
    }
}

/// A file that vanishes unless it is finished.
#[derive(Debug)]
pub struct Begun {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Target for Begun {
    fn finish(self: Box<Self>) -> io::Result<()> {
        let Self { file, path } = *self;
        file.persist(path).map(|_| ()).map_err(|e| e.error)
    }
}

fn not_written(path: &Path, error: &io::Error) -> Refusal {
    let title = format!("`{}` cannot be written: {}", path.display(), reason(error));
    Diagnostic::new("E0705", title)
        .hint("check the folder and the space on the disk")
        .into()
}
