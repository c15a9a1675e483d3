//! Running a program as the command line does, without a terminal.

use nasaic::dsl::diagnostic::Diagnostic;
use nasaic::dsl::world::{ReadError, World};
use nasaic::engine::{Ended, Engine, Output, Report, Sink};

/// The files of the repository.
pub struct Repository;

impl World for Repository {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let full = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let published = || {
            let name = full.file_name()?;
            std::fs::read(reference()?.join(name)).ok()
        };
        std::fs::read(&full)
            .ok()
            .or_else(published)
            .ok_or(ReadError::NotFound)
    }
}

/// The folder of published tables that are not part of the repository, if there is one.
pub fn reference() -> Option<std::path::PathBuf> {
    std::env::var_os("NASAIC_REFERENCE").map(Into::into)
}

/// Keeps what is shown.
#[derive(Default)]
pub struct Kept {
    pub outputs: Vec<Output>,
    pub diagnostics: Vec<Diagnostic>,
    pub files: Vec<(String, Vec<u8>)>,
}

impl Sink for Kept {
    fn show(&mut self, output: &Output) {
        self.outputs.push(output.clone());
    }
    fn tell(&mut self, diagnostic: &Diagnostic) {
        self.diagnostics.push(diagnostic.clone());
    }
    fn file(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        self.files.push((path.to_owned(), content.to_vec()));
        Ok(())
    }
}

/// What became of a program.
pub struct Done {
    /// How it ended; `None` when it did not get past the checks.
    pub ended: Option<Ended>,
    /// Codes of all errors and warnings, those of the checks first.
    pub codes: Vec<String>,
    /// Messages as a reader sees them.
    pub messages: String,
    /// What was shown.
    pub outputs: Vec<Output>,
    /// The run's report.
    pub report: Option<Report>,
}

impl Done {
    /// The report of a run that must have worked.
    #[track_caller]
    pub fn results(&self) -> &serde_json::Value {
        assert_eq!(self.ended, Some(Ended::Done), "{}", self.messages);
        &self.report.as_ref().expect("it ran").results
    }

    /// The data of the n-th thing shown.
    #[track_caller]
    pub fn shown(&self, n: usize) -> &serde_json::Value {
        self.results();
        &self.outputs[n].json
    }
}

/// Checks, plans and runs a text.
pub fn run(name: &str, text: &str) -> Done {
    let mut engine = Engine::new(Box::new(Repository));
    let checked = engine.check(name, text, &[]);
    let mut diagnostics = checked.diagnostics.clone();
    if checked.has_errors() {
        return done(&engine, None, diagnostics, Vec::new(), None);
    }
    let plan = engine.plan(checked.steps);
    let mut sink = Kept::default();
    let report = engine.run(&plan, &mut sink);
    diagnostics.extend(sink.diagnostics);
    done(
        &engine,
        Some(report.ended),
        diagnostics,
        sink.outputs,
        Some(report),
    )
}

/// The files that a program writes, by their names.
pub fn written(name: &str, text: &str) -> Vec<(String, Vec<u8>)> {
    let mut engine = Engine::new(Box::new(Repository));
    let checked = engine.check(name, text, &[]);
    let told = nasaic::dsl::render::plain(engine.sources(), &checked.diagnostics);
    assert!(!checked.has_errors(), "{told}");
    let plan = engine.plan(checked.steps);
    let mut sink = Kept::default();
    assert_eq!(engine.run(&plan, &mut sink).ended, Ended::Done);
    sink.files
}

fn done(
    engine: &Engine,
    ended: Option<Ended>,
    diagnostics: Vec<Diagnostic>,
    outputs: Vec<Output>,
    report: Option<Report>,
) -> Done {
    Done {
        ended,
        codes: diagnostics.iter().map(|d| d.code.clone()).collect(),
        messages: nasaic::dsl::render::plain(engine.sources(), &diagnostics),
        outputs,
        report,
    }
}

/// A file of the repository.
pub fn read(path: &str) -> String {
    String::from_utf8(Repository.read(path).expect(path)).expect("UTF-8")
}
