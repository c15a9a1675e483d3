//! The files that a run writes.

use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::plan::Plan;
use nasaic_engine::Report;
use nasaic_host::files::{reason, temporary, write};
use nasaic_host::folder;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

/// What the run as a whole gave; the same to the bit for the same plan.
const RESULT: &str = "result.json";
/// How long it took, which differs from run to run.
const TIMING: &str = "timing.json";

/// A folder for results.
#[derive(Debug)]
pub struct Folder {
    /// Where the script's own files go.
    named: folder::Folder,
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
            named: folder::Folder::at(path).without(&[RESULT, TIMING]),
            whole: true,
        })
    }

    /// The current folder, where exported files go when no folder was given.
    pub fn current() -> Self {
        Self {
            named: folder::Folder::at(Path::new(".")),
            whole: false,
        }
    }

    /// Whether it was asked for.
    pub fn is_given(&self) -> bool {
        self.whole
    }

    /// Writes a file of the run.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Refusal> {
        let path = self.named.path().join(name);
        match write(&path, content) {
            Ok(()) => Ok(path),
            Err(e) => Err(not_written(&path, &e)),
        }
    }

    /// Where the files go that the script names.
    pub fn named(&self) -> &folder::Folder {
        &self.named
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

fn not_written(path: &Path, error: &io::Error) -> Refusal {
    let title = format!("`{}` cannot be written: {}", path.display(), reason(error));
    Diagnostic::new("E0705", title)
        .hint("check the folder and the space on the disk")
        .into()
}
